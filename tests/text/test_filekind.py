"""What a file is and whether it is opened: the strictest of name, media type and content decides."""

from __future__ import annotations

import pytest

from omnidesk.text.filekind import DANGEROUS, SAVED_ONLY, FileKind, kind_of, remark

JPEG = b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("name", "content_type", "data", "kind"),
    [
        ("photo.jpg", "image/jpeg", JPEG, FileKind.PICTURE),
        ("photo.jpg", "image/jpeg", b"MZ\x90", FileKind.PROGRAM),
        ("photo.jpg", "text/html", None, FileKind.PAGE),
        ("photo.jpg", "image/jpeg", b"<html><script>", FileKind.PAGE),
        ("logo.svg", "image/svg+xml", None, FileKind.PAGE),
        ("invoice.pdf.exe", "application/pdf", None, FileKind.PROGRAM),
        ("invoice.pdf", "application/pdf", b"%PDF-1.7", FileKind.PDF),
        ("invoice.pdf", "application/pdf", b"nothing of the sort", FileKind.UNKNOWN),
        ("order.zip", "application/octet-stream", b"PK\x03\x04", FileKind.ARCHIVE),
        ("order.txt", "text/plain", b"PK\x03\x04", FileKind.ARCHIVE),
        ("order.txt", "text/plain", b"\x00\x01", FileKind.UNKNOWN),
        ("order.txt", "text/plain", b"<!DOCTYPE html><script>", FileKind.PAGE),
        ("sheet.xlsx", "application/octet-stream", b"PK\x03\x04 xl/vbaProject.bin", FileKind.MACROS),
        ("sheet.xlsx", "application/octet-stream", b"PK\x03\x04", FileKind.DOCUMENT),
        ("old.doc", "application/msword", None, FileKind.MACROS),
        ("disk.iso", "application/octet-stream", None, FileKind.DISK),
        ("run", "application/x-sh", None, FileKind.PROGRAM),
        ("letter", "text/plain", b"hello", FileKind.TEXT),
        ("thing.xyz", "application/octet-stream", b"hello", FileKind.UNKNOWN),
        ("mail.eml", "message/rfc822", b"From: a", FileKind.MAIL),
    ],
)
def test_the_kind_of_a_file(name: str, content_type: str, data: bytes | None, kind: FileKind) -> None:
    assert kind_of(name, content_type, data) is kind


def test_what_is_dangerous_or_unknown_is_saved_only_and_says_why() -> None:
    assert set(SAVED_ONLY) == {*DANGEROUS, FileKind.UNKNOWN}
    assert remark("a.exe", "") == "program: save only"
    assert remark("a.zip", "") == "archive: list or save"
    assert remark("a.jpg", "image/jpeg") == ""
