"""Tables as people export them: encoding and delimiter are told from the file, columns from their headings."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import headings, tabular

TEXT = 'Naam;E-mail;Opmerking\r\nZoë;zoe@x.test;"met ; en\r\nregel"\r\n\r\nBram;bram@x.test;€ 5\r\n'


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("cp1252"), "windows-1252"),
        (TEXT.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
    ],
)
def test_the_encoding_is_told_from_the_file(data: bytes, encoding: str) -> None:
    table = tabular.read(data)
    assert (table.encoding, table.delimiter) == (encoding, ";")
    assert table.headings == ("Naam", "E-mail", "Opmerking")
    assert [line for line, _cells in table.rows] == [2, 5]
    assert [cells[0] for _line, cells in table.rows] == ["Zoë", "Bram"]


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_the_delimiter_is_told_from_the_rows(delimiter: str) -> None:
    rows = [["name", "email", "note"], ["A, B", "a@x.test", "1;2"], ["C", "c@x.test", "x\ty"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    table = tabular.read(text.encode())
    assert (table.delimiter, table.rows[0][1]) == (delimiter, ("A, B", "a@x.test", "1;2"))


def test_what_excel_says_of_itself_is_obeyed() -> None:
    table = tabular.read(b"sep=|\nname|email\nA|a@x.test\n")
    assert (table.headings, table.rows[0][1]) == (("name", "email"), ("A", "a@x.test"))


@pytest.mark.parametrize("data", [b"", b"\n\n", b"  \n ,"])
def test_an_empty_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"empty|headings"):
        tabular.read(data)


def test_an_encoding_that_does_not_fit_is_said() -> None:
    with pytest.raises(ValueError, match="not in utf-8: byte 2"):
        tabular.read(b"n\xff,e\n", "utf-8")
    with pytest.raises(ValueError, match="there is no encoding klingon"):
        tabular.read(b"n,e\n", "klingon")


@given(st.binary(max_size=600))
def test_any_bytes_are_a_table_or_refused_in_words(data: bytes) -> None:
    try:
        table = tabular.read(data)
    except ValueError as error:
        assert str(error)
    else:
        assert not any("\x00" in heading for heading in table.headings)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-mailadres", "email"), ("Mailadresse", "email"), ("EMAIL ADDRESS", "email"), ("Mobiele telefoon", "phone"),
        ("Handy", "phone"), ("Achternaam", "last_name"), ("Tussenvoegsel", "infix"), ("Firma", "company"),
        ("Sprache", "language"), ("emailAddress", "email"), ("Klantnummer", None),
    ],
)  # fmt: skip
def test_a_column_of_customers_is_known_by_its_heading(heading: str, field: str | None) -> None:
    assert next(iter(headings.guess([heading], headings.CUSTOMER)), None) == field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Bestelnummer", "number"), ("orderNumber", "number"), ("Bestellnr", "number"), ("Track & trace", "tracking"),
        ("Sendungsnummer", "tracking"), ("Betaalstatus", "payment"), ("Zahlungsart", "payment_method"),
        ("Aantal", "line.quantity"), ("Artikelnummer", "line.sku"), ("Postleitzahl", "postcode"),
    ],
)  # fmt: skip
def test_a_field_of_orders_is_known_by_its_name(heading: str, field: str) -> None:
    assert list(headings.guess([heading], headings.ORDER)) == [field]
