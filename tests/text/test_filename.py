"""Promise 8: attachments keep no path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.filename import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\y.doc", "y.doc"),
        ("schäden überblick.jpg", "schäden überblick.jpg"),
        ("con.txt", "_con.txt"),
        (".bashrc", "bashrc"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ('a<b>:"c".pdf', "a_b___c_.pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_no_name_is_made_up_with_the_right_extension() -> None:
    assert safe_name("", "application/pdf", 3) == "attachment-3.pdf"
    assert safe_name("...", "image/jpeg") == "attachment-1.jpg"


@given(st.text())
def test_any_name_is_safe_and_short(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert len(safe.encode()) <= 255
    assert not set(safe) & set('/\\\0\n:*?"<>|')
    assert safe not in (".", "..")


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("漢" * 500 + ".pdf").endswith(".pdf")
