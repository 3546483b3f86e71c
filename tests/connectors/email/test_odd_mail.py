"""Mail as careless programs write it: nothing is lost, and what can be read is read."""

from __future__ import annotations

import struct

import pytest

from omnidesk.connectors.base import Decoded, Item
from omnidesk.connectors.email.decode import decode


def read(raw: str | bytes) -> Decoded:
    data = raw.encode() if isinstance(raw, str) else raw
    data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return decode(Item("x", data, 0, "message/rfc822"))


def sender(head: str) -> tuple[str, str]:
    found = read(f"{head}\nSubject: x\n\nbody").sender
    assert found is not None
    return found.name, found.value


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("From: <>\nReply-To: Anna <anna@x.nl>", ("Anna", "anna@x.nl")),
        ("Sender: anna@x.nl", ("", "anna@x.nl")),
        ("Return-Path: <anna@x.nl>", ("", "anna@x.nl")),
        ("From: Anna Jansen\nReply-To: anna@x.nl", ("Anna Jansen", "anna@x.nl")),
        ('From: "Anna" <anna"@x.nl>', ("Anna", "anna@x.nl")),
        ("From: anna@X.NL.", ("", "anna@x.nl")),
        ("From: anna @ x.nl", ("", "anna@x.nl")),
        ("From: anna@x.nlbram@y.nl", ("", "anna@x.nl")),
        ("From: anna@x.nlanna@x.nl", ("", "anna@x.nl")),
        ("From: <anna@x.nl><bram@y.nl>", ("", "anna@x.nl")),
        ("From: Jansen, Anna <anna@x.nl>", ("Jansen, Anna", "anna@x.nl")),
        ("From: Anna [mailto:anna@x.nl]", ("Anna", "anna@x.nl")),
        ("From: =?utf-8?Q?=22Anna=22_=3Canna=40x.nl=3E?=", ("Anna", "anna@x.nl")),
    ],
)
def test_a_damaged_sender_line_gives_one_working_address(head: str, expected: tuple[str, str]) -> None:
    assert sender(head) == expected


LETTERS = {
    "gb18030": "您好，我的订单还没有收到，请问什么时候可以送达？谢谢",
    "big5": "您好，我的訂單還沒有收到，請問什麼時候可以送達？謝謝您的幫助",
    "shift_jis": "こんにちは。注文した商品が届きません。確認をお願いします。",
    "euc-jp": "こんにちは。注文した商品が届きません。確認をお願いします。",
    "euc-kr": "안녕하세요 주문한 상품이 아직 도착하지 않았습니다. 확인 부탁드립니다.",
    "windows-1251": "Здравствуйте, мой заказ до сих пор не пришёл. Спасибо.",
    "koi8-r": "Здравствуйте, мой заказ до сих пор не пришёл. Спасибо.",
    "windows-1252": "Où est ma commande ? Ça fait déjà une semaine",
    "windows-1253": "Καλημέρα, η παραγγελία μου δεν έχει έρθει ακόμα. Ευχαριστώ",
    "utf-8": "Waar is mijn bestelling? Coördinatie: café",
}


@pytest.mark.parametrize("charset", LETTERS)
@pytest.mark.parametrize("said", ["", "; charset=us-ascii", "; charset=x-unknown", "; charset=unknown-8bit"])
def test_a_body_whose_charset_is_not_declared_is_read(charset: str, said: str) -> None:
    text = LETTERS[charset]
    raw = f"From: anna@x.nl\nContent-Type: text/plain{said}\n\n".encode() + text.encode(charset)
    assert read(raw).text == text


@pytest.mark.parametrize("charset", ["gb18030", "shift_jis", "windows-1251", "euc-kr"])
def test_raw_bytes_in_a_header_are_read_by_the_charset_of_the_body(charset: str) -> None:
    words = LETTERS[charset][:12].encode(charset)
    raw = b"From: anna@x.nl\nSubject: " + words + f"\nContent-Type: text/plain; charset={charset}\n\nx".encode()
    assert read(raw).subject == LETTERS[charset][:12]


def test_a_charset_of_single_bytes_does_not_spoil_utf_8_in_a_header() -> None:
    raw = "From: anna@x.nl\nSubject: café\nContent-Type: text/plain; charset=iso-8859-15\n\nx"
    assert read(raw).subject == "café"


def test_html_without_a_charset_is_read_by_its_meta_element() -> None:
    raw = b"From: a@x.nl\nContent-Type: text/html\n\n<meta charset='windows-1251'><p>" + "Привет".encode("cp1251")
    assert read(raw).text == "Привет"


@pytest.mark.parametrize(
    "words",
    ["=?utf-8?B?w?= =?utf-8?B?6k=?=", "=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "=?utf-8?B?w6k?=", "=?us-ascii?Q?=C3=A9?="],
)
def test_encoded_words_that_are_split_unpadded_or_lie_stay_readable(words: str) -> None:
    assert read(f"From: a@x.nl\nSubject: {words}\n\nx").subject == "é"


def with_file(disposition: str, content_type: str = "application/pdf") -> Decoded:
    return read(
        "From: a@x.nl\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nhi\n--B\n"
        f"Content-Type: {content_type}\n{disposition}\n\nDATA\n--B--\n"
    )


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("filename=a;b.pdf", "a;b.pdf"),
        ("filename=a, b.pdf", "a, b.pdf"),
        ("filename=my file.pdf; size=3", "my file.pdf"),
        ('filename="a.pdf', "a.pdf"),
        ("filename==?utf-8?Q?caf=C3=A9.pdf?=", "café.pdf"),
        ("filename*0*=utf-8''caf%C3; filename*1*=%A9.pdf", "café.pdf"),
        ("filename*0*=utf-8''caf%C3%A9; filename*1=\" x.pdf\"", "café x.pdf"),
        ("filename*1=b.pdf; filename*0=a", "ab.pdf"),
        ("filename*=caf%C3%A9.pdf", "café.pdf"),
        ("filename=a.pdf; filename*=utf-8''%e2%82%ac.pdf", "€.pdf"),
    ],
)
def test_a_file_keeps_its_name_however_it_was_written(parameters: str, name: str) -> None:
    found = with_file(f"Content-Disposition: attachment; {parameters}")
    assert [file.name for file in found.files] == [name]
    assert found.text == "hi"


def test_uuencoded_files_in_a_text_become_files() -> None:
    found = read(
        "From: a@x.nl\n\nhello\nbegin 644 a.txt\n#0V%T\n`\nend\nbetween\nbegin 755 b.txt\n#0V%T\n`\nend\nbye\n"
    )
    assert found.text == "hello\nbetween\nbye"
    assert [(file.name, file.content_type, file.data) for file in found.files] == [
        ("a.txt", "text/plain", b"Cat"),
        ("b.txt", "text/plain", b"Cat"),
    ]


def test_a_text_that_begins_and_ends_is_no_uuencoded_file() -> None:
    text = "begin 644 of us\nwere there at the\nend"
    assert read(f"From: a@x.nl\n\n{text}").text == text


def attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, number, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def wide(tag: int, text: str) -> bytes:
    data = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x001F, tag, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def test_winmail_dat_is_opened() -> None:
    properties = struct.pack("<I", 3) + struct.pack("<HHI", 0x0003, 0x0E20, 7)
    properties += wide(0x3707, "Offerte für Köln.pdf") + wide(0x370E, "application/pdf")
    pack = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x800C, b"The text within\0")
        + attribute(2, 0x9002, bytes(14))
        + attribute(2, 0x8010, b"OFFERT~1.PDF\0")
        + attribute(2, 0x800F, b"%PDF-1.4")
        + attribute(2, 0x9005, properties)
    )
    raw = b'From: a@x.nl\nContent-Type: application/ms-tnef; name="winmail.dat"\n\n'
    found = decode(Item("x", raw.replace(b"\n", b"\r\n") + pack, 0, "message/rfc822"))
    assert [(file.name, file.content_type, file.data) for file in found.files] == [
        ("Offerte für Köln.pdf", "application/pdf", b"%PDF-1.4")
    ]
    assert found.text == "The text within"


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_a_winmail_dat_that_was_cut_off_gives_what_can_be_had(length: int) -> None:
    pack = b"\x78\x9f\x3e\x22\x01\x00" + attribute(2, 0x9002, bytes(14)) + attribute(2, 0x800F, b"%PDF-1.4" * 3)
    raw = b"From: a@x.nl\r\nContent-Type: application/ms-tnef\r\n\r\n" + pack[:length]
    assert decode(Item("x", raw, 0, "message/rfc822")).sender is not None
