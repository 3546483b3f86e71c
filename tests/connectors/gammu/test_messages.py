"""Messages of gammu-smsd: its configuration, the format of its files, parts that become one message."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import ConnectorError, Consenting, Decoded, DecodeError, Item, Outgoing, Party
from omnidesk.connectors.gammu import GammuConnector, backup, config, parts
from omnidesk.connectors.gammu.parts import Part
from omnidesk.connectors.testing import problems
from omnidesk.words.rows import Address

HEARD = 1_795_435_200_000
CUSTOMER, NUMBER = "+31612345678", "+31657000000"
KEY = "8d9b3f2e-1f5e-4a6b-9e53-1a2b3c4d5e6f"
DETAIL = """; This file format was designed for Gammu and is compatible with Gammu+
; Saved 20261129T110532 (Sun Nov 29 11:05:32 2026)

[SMSBackup000]
; x
; [SMSBackup007]
; Number = "+4"
SMSC = "+31650000000"
PDU = Deliver
DateTime = 20261129T110530Z
State = UnRead
Number = "+31612345678"
NumberUnicode = 002B00330031003600310032003300340035003600370038
UDH =
Text00 = 00480065
Text01 = 006A002027052028D83DDCE6
Coding = Unicode_No_Compression
Class = -1

""".replace("\nSMSC", "\r\nSMSC").replace("\nState", "\r\nState")
REPORT = DETAIL.replace("PDU = Deliver", "PDU = Status_Report").replace(
    "00480065", "00440065006C006900760065007200650064"
)


def decode(raw: bytes, **headers: str) -> list[Decoded]:
    return list(GammuConnector.decode(Item("x", raw, HEARD, headers=headers)))


def only(said: Any) -> Decoded:
    (found,) = decode(said if isinstance(said, bytes) else json.dumps(said).encode())
    return found


def row(text: str, **more: str) -> dict[str, str]:
    return {"SenderNumber": CUSTOMER, "UDH": "", "Text": "", "TextDecoded": text, "Coding": "Default_No_Compression",
            **more}  # fmt: skip


def test_it_does_what_it_declares() -> None:
    assert problems(GammuConnector.manifest, GammuConnector) == []


# --- parts


@pytest.mark.parametrize(
    ("header", "found"),
    [("050003D30201", parts.Place(0xD3, 2, 1)), ("060804A1B20302", parts.Place(0xA1B2, 3, 2)),
     ("0B05040B8423F00003990302", parts.Place(0x99, 3, 2)),
     ("", None), ("00", None), ("050003D30101", None), ("050003D30203", None), ("050003D302", None),
     ("050003", None), ("zz", None),
     ("06050415811581", None), ("FF", None)],
)  # fmt: skip
def test_a_header_says_which_part_it_is(header: str, found: parts.Place | None) -> None:
    assert parts.place(header) == found


@given(st.text(min_size=1, max_size=900), st.randoms())
def test_whatever_is_divided_comes_together_again(text: str, rng: Any) -> None:
    divided = parts.divided(text, KEY)
    assert len(divided) == len(parts.measure.messages(text))
    came = [Part(CUSTOMER, words, header) for header, words in divided]
    rng.shuffle(came)
    assert parts.joined(came) == text
    assert parts.whole(came)


def test_a_part_that_never_came_is_marked() -> None:
    came = [Part(CUSTOMER, "one ", "050003D30301"), Part(CUSTOMER, " three", "050003D30303")]
    assert parts.joined(came) == "one [..] three"
    assert not parts.whole(came)


def test_parts_of_several_messages_are_told_apart() -> None:
    said = [("a1", "050003D30201"), ("b1", "050003D40201"), ("alone", ""), ("a2", "050003D30202"),
            ("c1", "050003D30201"), ("c1 again", "050003D30201"), ("b2", "050003D40202")]  # fmt: skip
    groups = parts.grouped((number, Part(CUSTOMER, text, header)) for number, (text, header) in enumerate(said))
    assert [[part.text for _, part in group] for group in groups] == [
        ["a1", "a2"], ["b1", "b2"], ["alone"], ["c1"], ["c1 again"],
    ]  # fmt: skip


# --- files and rows


def test_a_file_with_details_is_what_the_customer_said() -> None:
    found = only(DETAIL.encode())
    assert (found.text, found.sender) == ("Hej ✅\n📦", Party("phone", CUSTOMER))
    assert found.received_at == HEARD


def test_what_goes_out_is_read_back_as_it_was_written() -> None:
    divided = parts.divided("größer ✅ " * 30, KEY)
    came = backup.read(backup.written(CUSTOMER, divided))
    assert len(came) == len(divided) > 3
    assert {part.number for part in came} == {CUSTOMER}
    assert backup.coding(divided) == "Unicode" and backup.coding(parts.divided("plain", KEY)) == "Default"


def test_rows_of_a_database_are_one_message() -> None:
    found = only({"parts": [row("two", UDH="050003D30202"), row("one ", UDH="050003D30201")]})
    assert (found.text, found.sender) == ("one two", Party("phone", CUSTOMER))
    whole = row("all of it", Text="D83DDCE6", UDH="050003D30201")
    assert only({"parts": [whole, row("", Text="0021", UDH="050003D30202")]}).text == "📦!"
    assert decode(json.dumps({"parts": [row("", Coding="8bit")]}).encode()) == []


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [("utf-16", "größer".encode("utf-16-be"), "größer"), ("utf-8", "größer".encode(), "größer"),
     ("utf-8", b"gr\xf6\xdfer", "größer"), ("utf-16", b"plain", "plain")],
)  # fmt: skip
def test_files_without_details_say_who_in_their_names(charset: str, raw: bytes, text: str) -> None:
    raw = b"\xfe\xff" + raw if charset == "utf-16" and raw[:1] == b"\0" else raw
    said = [[f"IN20261129_110530_00_{CUSTOMER}_0{number}.txt", base64.b64encode(raw).decode()] for number in range(2)]
    found = only({"files": said, "charset": charset})
    assert (found.text, found.sender) == (text * 2, Party("phone", CUSTOMER))


def test_stop_and_start_are_consent() -> None:
    found = only({"parts": [row(" Stoppen. ")]})
    assert found.consents == (Consenting(False, "service", "Stoppen."),) and found.no_auto_answer
    assert only({"parts": [row("AANMELDEN")]}).consents[0].given
    assert not only({"parts": [row("stop it")]}).consents


def test_a_report_is_about_the_message_that_was_found_for_it() -> None:
    (found,) = decode(REPORT.replace("Text01 = 006A002027052028D83DDCE6", "").encode(), **{"x-key": KEY})
    (report,) = found.deliveries
    assert (report.status, report.key, report.recipient) == ("delivered", KEY, CUSTOMER)
    assert decode(REPORT.encode(), **{"x-key": KEY}) == []
    assert decode(REPORT.replace("Text01 = 006A002027052028D83DDCE6", "").encode()) == []


def test_news_say_what_became_of_ours() -> None:
    (failed,) = only({"key": KEY, "status": "failed", "reason": "", "number": CUSTOMER}).deliveries
    assert (failed.status, failed.key) == ("failed", KEY) and "log of gammu-smsd" in failed.detail
    (sent,) = only({"key": KEY, "status": "sent"}).deliveries
    assert (sent.status, sent.detail) == ("sent", "")


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"[1]", b"{", b"{}", b'{"parts": 7}', b'{"parts": [{}]}', b'{"key": "a", "status": "odd"}',
     b'{"files": [["x.txt", ""]], "charset": "utf-8"}', b"[SMSBackup000]\nText00 = zz\n", b"[SMSBackup000]\n",
     json.dumps({"parts": [row("hello", SenderNumber="")]}).encode()],
)  # fmt: skip
def test_what_is_no_message_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(raw)


# --- configuration


def written(folder: Path, text: str) -> str:
    path = folder / "smsdrc"
    path.write_text(f"[gammu]\nport = /dev/ttyUSB0\n[smsd]\n{text}")
    return str(path)


FILES = "service = FILES\ninboxpath = /s/in/\noutboxpath = /s/out/\nsentsmspath = /s/sent/\nerrorsmspath = /s/error/\n"


def test_the_daemons_configuration_says_where_its_messages_are(tmp_path: Path) -> None:
    found = config.read(written(tmp_path, f"# a comment\n{FILES}inboxformat = detail\n"))
    assert isinstance(found, config.Folders)
    assert (found.inbox, found.error, found.detailed) == (Path("/s/in"), Path("/s/error"), True)
    tables = config.read(written(tmp_path, "service = sql\ndriver = sqlite3\ndbdir = /s/\ndatabase = d\nPhoneID = a\n"))
    assert tables == config.Tables(Path("/s/d"), "a")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "service = nothing"), ("service = null\n", "service = null"), ("service = sql\ndriver = mysql\n", "mysql"),
     ("service = sql\ndriver = sqlite3\n", "dbdir"), ("service = files\n", "inboxpath"),
     (FILES.replace("/s/out/", "/s/out"), "end with a slash"), (FILES.replace("/s/sent/", "/s/out/"), "three folders")],
)  # fmt: skip
def test_a_configuration_that_does_not_fit_is_said_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConnectorError, match=words):
        config.read(written(tmp_path, text))


def test_no_configuration_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="cannot be read"):
        config.read(str(tmp_path / "nothing"))
    for content in ("nothing of the sort", "[gammu]\n"):
        (tmp_path / "smsdrc").write_text(content)
        with pytest.raises(ConnectorError, match=r"no configuration|no section"):
            config.read(str(tmp_path / "smsdrc"))


# --- what goes out


def outgoing(text: str, to: str = CUSTOMER) -> Outgoing:
    return Outgoing(KEY, "", Address("", NUMBER), (Address("", to),), (), (), "", text, HEARD, 1, "token")


def test_what_goes_out_is_divided_and_says_how_many_messages_it_costs() -> None:
    payload = GammuConnector.prepare(outgoing("a" * 161), {})
    said = json.loads(payload.data)
    assert [len(text) for _, text in said["messages"]] == [153, 8]
    assert payload.warnings == ("it goes as 2 text messages, each of which costs",)
    with pytest.raises(ValueError, match="no telephone number"):
        GammuConnector.prepare(outgoing("hello", "../../etc/passwd"), {})
