"""More of what careless programs write: names of files, damaged heads, boundaries, and what must not take long."""

from __future__ import annotations

import base64
import time

import pytest

from tests.connectors.email.mails import decoded


def names(fields: str, body: str = "DATA") -> list[str]:
    """The names of the files of a mail whose second part has these fields."""
    found = decoded(
        "From: a@x.nl\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nhi\n"
        f"--B\n{fields}\n\n{body}\n--B--\n"
    )
    assert found.text == "hi"
    return [file.name for file in found.files]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("From: 'Anna' <a@x.nl>", ("Anna", "a@x.nl")),
        ("From: 't Hart <a@x.nl>", ("'t Hart", "a@x.nl")),
        ("From: Anna <<a@x.nl>>", ("Anna", "a@x.nl")),
        ("From: a@x.nl b@y.nl", ("", "a@x.nl")),
        ("From: Anna: Shop <a@x.nl>", ("Anna: Shop", "a@x.nl")),
        ("From: Anna <a@x,nl>", ("Anna", "a@x.nl")),
        ("From: Anna (a@x.nl)", ("Anna", "a@x.nl")),
        ("From: Anna &lt;a@x.nl&gt;", ("Anna", "a@x.nl")),
        ("From : a@x.nl", ("", "a@x.nl")),
        ("From: Staff: Anna <a@x.nl>, b@x.nl;", ("Anna", "a@x.nl")),
    ],
)
def test_a_sender_written_oddly_is_one_person(head: str, expected: tuple[str, str]) -> None:
    found = decoded(f"{head}\nSubject: x\n\nbody").sender
    assert found is not None
    assert (found.name, found.value) == expected


def test_addresses_with_only_spaces_between_them_are_all_kept() -> None:
    assert [party.value for party in decoded("From: a@x.nl\nTo: b@x.nl c@x.nl d@x.nl\n\nx").to] == [
        "b@x.nl", "c@x.nl", "d@x.nl"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("=??Q?abc?=", "abc"),
        ("=?utf-8?Q?a=?=", "a="),
        ("=?utf-8?Q?caf=C3=A\n 9?=", "café"),
        ("=?UTF-8?b?8J-YgA?=", "😀"),
        ("=?utf-8?Q?=ED=A0=BD=ED=B8=80?=", "😀"),
        ("=?utf-8?Q?caf=C3=A9_=E2=80?=", "café"),
        ("=?ISO-2022-JP?B?GyRCLSEbKEI=?=", "①"),
        ("=?iso-8859-1?Q?caf=E9?=", "café"),
    ],
)
def test_encoded_words_with_faults_are_read(words: str, subject: str) -> None:
    assert decoded(f"From: a@x.nl\nSubject: {words}\n\nx").subject == subject


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("filename=\"utf-8''caf%C3%A9.pdf\"", "café.pdf"),
        ("filename*=utf-8'caf%C3%A9.pdf", "café.pdf"),
        ('filename*0="utf-8\'\'caf%C3%A9";\n filename*1=".pdf"', "café.pdf"),
        ('filename*0="=?utf-8?Q?caf=C3=A9";\n filename*1=".pdf?="', "café.pdf"),
        ("filename==?utf-8?Q?a;b.pdf?=", "a;b.pdf"),
        ('filename="=?utf-8?B?Y2Fmw6kucGRm', "café.pdf"),
        ("filename=a; b.pdf", "a; b.pdf"),
        ('filename="a"b".pdf"', "a_b_.pdf"),
        ("filename='a.pdf'", "a.pdf"),
        (r'filename="C:\Users\Anna\a.pdf"', "a.pdf"),
        ("filename=100%.pdf", "100%.pdf"),
    ],
)
def test_a_parameter_with_faults_gives_the_name(parameters: str, name: str) -> None:
    assert names(f"Content-Type: application/pdf\nContent-Disposition: attachment; {parameters}") == [name]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Content-Type: application/pdf\nContent-Disposition: attachment filename=a.pdf", "a.pdf"),
        ("Content-Type: application/pdf\nContent-Disposition: filename=a.pdf", "a.pdf"),
        ("Content-Type: application/pdf\nContent-Location: http://x.nl/dir/a.pdf", "a.pdf"),
        ("Content-Type: image/png\nContent-ID: <image001.png@01DA.5>", "image001.png"),
        ("Content-Type: image/jpg", "attachment-1.jpg"),
        ("Content-Type: application/x-zip-compressed", "attachment-1.zip"),
        ("Content-Type: text/directory", "attachment-1.vcf"),
        ("Content-Type: application/x-pkcs7-mime", "attachment-1.p7m"),
        ("Content-Type: application/pgp-encrypted", "attachment-1.asc"),
        ("Content-Type: text/plain; name=notes.txt", "notes.txt"),
    ],
)
def test_a_name_is_found_or_made_up_with_the_right_extension(fields: str, name: str) -> None:
    assert names(fields) == [name]


def test_a_file_of_no_known_type_is_named_by_its_first_bytes() -> None:
    assert names("Content-Type: application/octet-stream", "%PDF-1.4") == ["attachment-1.pdf"]


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_a_forwarded_mail_is_named_after_its_subject(encoding: str) -> None:
    mail = "From: b@y.nl\nSubject: =?utf-8?Q?RE:_caf=C3=A9?= a/b\n\nx"
    body = base64.b64encode(mail.encode()).decode() if encoding == "base64" else mail
    fields = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}"
    assert names(fields, body) == ["RE_ café a_b.eml"]


LONG = "BBBBBBBBBBBB"
HEAD = f"From: a@x.nl\nContent-Type: multipart/mixed; boundary={LONG}\n\n--{LONG}\nContent-Type: text/plain\n\nhi"
FILE = f"--{LONG}\nContent-Type: application/pdf; name=a.pdf\n\nDATA\n"


@pytest.mark.parametrize("between", ["", "\n", f"\n--{LONG}--\n", "\n "])
def test_a_part_is_found_behind_a_boundary_out_of_place(between: str) -> None:
    found = decoded(f"{HEAD}{between}{FILE}--{LONG}--\n")
    assert (found.text, [file.name for file in found.files]) == ("hi", ["a.pdf"])


def test_a_part_without_a_header_whose_text_has_a_colon_is_text() -> None:
    assert decoded("From: a@x.nl\nContent-Type: multipart/mixed; boundary=B\n\n--B\nhi: you\n--B--").text == "hi: you"


def test_a_mail_of_nothing_but_its_boundary_shows_none() -> None:
    assert decoded("From: a@x.nl\nContent-Type: multipart/mixed; boundary=BBBB\n\n--BBBB--\n").text == ""


def test_plain_text_is_taken_also_where_it_stands_behind_the_html() -> None:
    raw = (
        "From: a@x.nl\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/html\n\n<b>html</b>\n"
    )
    assert decoded(f"{raw}--B\nContent-Type: text/plain\n\nplain\n--B--").text == "plain"


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfFrom: a@x.nl\nSubject: s\n\nhi",
        b"\n\nFrom: a@x.nl\nSubject: s\n\nhi",
        b">From a@x.nl Mon Nov 23\nFrom: a@x.nl\nSubject: s\n\nhi",
        b"From: a@x.nl\nno field at all\nSubject: s\n\nhi",
        b"From: a@x.nl\r\nSubject: s\r\n\r\nhi",
    ],
)
def test_a_damaged_head_is_read(raw: bytes) -> None:
    found = decoded(raw) if not raw.startswith(b"\n") else decoded(b" " + raw)
    assert (found.sender.value if found.sender else None, found.subject, found.text) == ("a@x.nl", "s", "hi")


@pytest.mark.parametrize(
    ("fields", "body", "text"),
    [
        ('Content-Transfer-Encoding: "quoted-printable"', "h=E9", "hé"),
        ("Content-Transfer-Encoding: base64", "this is not base64 at all", "this is not base64 at all"),
        ("MIME-Version: 1.0", "<html><body><b>x</b></body></html>", "x"),
        ("Content-Type: text/enriched", "<bold>x</bold> <<y>", "x <y>"),
    ],
)
def test_a_body_that_is_not_what_its_head_says_is_read(fields: str, body: str, text: str) -> None:
    assert decoded(f"From: a@x.nl\n{fields}\n\n{body}").text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?utf-8?Q?=C3= " * 20_000,
        b"From: " + b"a:" * 50_000,
        b"To: " + b"a@x.nl " * 50_000,
        b"Content-Type: text/plain; name=" + b"; a=b" * 50_000,
        b'Content-Type: text/plain; name="' + b'" ' * 50_000,
        b"From: a@x.nl\n" + b"broken\nSubject: y\n" * 20_000,
        b"From: a@x.nl\n\n" + b"-" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=BBBBBBBBBB\n\n" + b"x--BBBBBBBBBB\n" * 60_000,
    ],
)
def test_hostile_mail_takes_time_in_proportion_to_its_length(raw: bytes) -> None:
    began = time.process_time()
    decoded(raw)
    assert time.process_time() - began < 5
