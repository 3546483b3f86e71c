"""Faults that other parsers' tests know: a charset that lies, a parameter without its semicolon."""

from __future__ import annotations

from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.connectors.email.charset import to_text
from omnidesk.connectors.email.header import parameters


def test_a_text_in_which_nothing_fits_its_utf_8_is_read_as_what_it_is() -> None:
    text = "Die Hasen und die Frösche: mißliche Lage, größer, für immer"
    assert to_text(text.encode("cp1252"), "utf-8") == text
    assert to_text("цена и срок поставки".encode("koi8-r"), "utf-8") == "цена и срок поставки"


def test_a_text_in_utf_8_with_one_broken_letter_keeps_the_others() -> None:
    found = to_text("größer ".encode() * 5 + b"\xff", "utf-8")
    assert found.count("größer") == 5


def test_parameters_behind_a_tab_need_no_semicolon() -> None:
    found = parameters('multipart/mixed\tboundary="b 1"')
    assert (found.value, found.values) == ("multipart/mixed", {"boundary": "b 1"})


def test_a_boundary_that_is_not_the_declared_one_is_found_with_its_dashes() -> None:
    raw = (
        b'From: a@x.test\r\nContent-Type: multipart/alternative; boundary="--=_declared"\r\n\r\n'
        b"----=_other\r\nContent-Type: text/plain\r\n\r\nHello\r\n----=_third--\r\n"
    )
    (found,) = registry.connector("email").decode(Item("x", raw, 0))
    assert found.text.startswith("Hello") and "Content-Type" not in found.text


def test_words_that_claim_to_be_base64_are_words() -> None:
    raw = (
        b"From: a@x.test\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"Hello\r\nhere  comes the text\r\nof two lines\r\n"
    )
    (found,) = registry.connector("email").decode(Item("x", raw, 0))
    assert found.text == "Hello\nhere  comes the text\nof two lines"


def test_the_original_is_shown_in_the_charset_that_the_page_names() -> None:
    page = '<html><head><meta charset="koi8-r"></head><body>да</body></html>'
    raw = b"From: a@x.test\r\nContent-Type: text/html\r\n\r\n" + page.encode("koi8-r")
    email = registry.connector("email")
    assert ">да<" in email.page(Item("x", raw, 0))
    assert email.decode(Item("x", raw, 0))[0].text == "да"
