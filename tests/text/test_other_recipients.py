"""Recipients that are no e-mail addresses: telephone numbers and visitors, with their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import recipients
from omnidesk.words.rows import Address


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Bram <+31 6 0012 1234>", [("Bram", "+31 6 0012 1234")]),
        ("Visitor 81 <visitor-81>", [("Visitor 81", "visitor-81")]),
        ("+31 6 0012 1234; Anna <+31 6 0012 3488>", [("", "+31 6 0012 1234"), ("Anna", "+31 6 0012 3488")]),
        ('"Vries, Bram de" <+31 6 0012 1234>', [("Vries, Bram de", "+31 6 0012 1234")]),
        ("@anna:example.org", [("", "@anna:example.org")]),
        ("Anna <@Anna.V:example.org>, bram@example.test", [("Anna", "@Anna.V:example.org"), ("", "bram@example.test")]),
        ("nobody", [("", "nobody")]),
        ("<>", [("", "<>")]),
        (" , ;", []),
    ],
)
def test_a_name_stands_before_a_number(typed: str, read: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in recipients.read(typed)] == read


@given(st.text(st.characters(blacklist_characters='@<>\\"', blacklist_categories=["C", "Z"]), min_size=1, max_size=30))
def test_what_is_written_is_read_again(name: str) -> None:
    people = (Address(name, "+31 6 0012 1234"), Address("", "visitor-3"))
    assert recipients.read(recipients.write(people)) == people
