"""Recipients as they are typed, shown and completed; and what is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import quote, recipients
from omnidesk.words.rows import Address


def test_what_is_written_is_read_again() -> None:
    people = (Address("Jansen, Anna", "anna@example.test"), Address("", "bram@example.test"))
    assert recipients.write(people) == '"Jansen, Anna" <anna@example.test>, bram@example.test'
    assert recipients.read(recipients.write(people)) == people


@given(st.lists(st.text(max_size=40), max_size=3))
def test_any_name_survives(names: list[str]) -> None:
    people = tuple(Address(name, f"a{place}@example.test") for place, name in enumerate(names))
    read = recipients.read(recipients.write(people))
    assert [one.address for one in read] == [one.address for one in people]


def test_addresses_of_other_channels_are_read_with_their_names() -> None:
    bram = (Address("Bram de Vries", "+31 6 0012 1234"),)
    assert recipients.read(recipients.write(bram)) == bram
    assert recipients.read("+31 6 0012 1234, Anna <a@b.test>") == (
        Address("", "+31 6 0012 1234"),
        Address("Anna", "a@b.test"),
    )


def test_what_is_no_address_is_kept_for_the_rules_to_refuse() -> None:
    assert recipients.read("anna at example") == (Address("", "anna at example"),)
    assert recipients.read("a@b@c.test") == (Address("", "a@b@c.test"),)
    assert recipients.read("  ") == ()


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("an", "Anna <anna@example.test>"),
        ("bram@example.test, an", "bram@example.test, Anna <anna@example.test>"),
        ("anna@ex", "anna@example.test"),
        ("x", None),
        ("", None),
        ("an,", None),
    ],
)
def test_the_last_recipient_is_completed(typed: str, full: str | None) -> None:
    assert recipients.completed(typed, ["Anna <anna@example.test>", "bram@example.test"]) == full


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jans", "Piet Jansen <p@x.test>"), ("anse", "Piet Jansen <p@x.test>"), ("anna", "Anna Bos <a@x.test>"),
        ("oan", "Joanna <jo@x.test>"), ("bos", "Anna Bos <a@x.test>"), ("müller", "E. Muller <e@x.test>"),
        ("piet p", "Piet Jansen <p@x.test>"), ("nobody", None), ("", None), ("%", None),
    ],
)  # fmt: skip
def test_somebody_is_found_by_any_part_of_their_name(typed: str, found: str | None) -> None:
    known = ["Piet Jansen <p@x.test>", "Joanna <jo@x.test>", "E. Muller <e@x.test>", "Anna Bos <a@x.test>"]
    assert recipients.holding(typed, known) == found


@pytest.mark.parametrize(
    ("typed", "field"),
    [("jans", "P <p@x>"), (" jans", " P <p@x>"), ("a@x, jans", "a@x, P <p@x>"), ("jans, jans", "jans, P <p@x>")],
)
def test_whoever_is_found_takes_the_place_of_what_was_typed(typed: str, field: str) -> None:
    assert recipients.put_last(typed, "P <p@x>") == field


def test_a_whole_address_is_nobody_elses() -> None:
    assert recipients.is_whole("p@x.test") and recipients.is_whole("Piet <p@x.test>")
    assert not recipients.is_whole("p@") and not recipients.is_whole("jans")


def test_a_quotation_marks_each_line_and_says_whose_it_is() -> None:
    said = quote.quotation("Anna", "one\n\n> two\x1b[2J", 1_795_435_200_000)
    assert said == "On 2026-11-23 12:00 UTC, Anna wrote:\n> one\n>\n>> two\n"


def test_a_forwarded_message_has_its_head() -> None:
    said = quote.forwarded(Address("Anna", "a@b.test"), (Address("", "c@d.test"),), "S", "text", 1_795_435_200_000)
    assert said.splitlines()[1:] == [
        "From: Anna <a@b.test>", "Date: 2026-11-23 12:00 UTC", "Subject: S", "To: c@d.test", "", "text",
    ]  # fmt: skip
