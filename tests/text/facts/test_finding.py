"""What is found is where it is said to be, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.facts import accounts, values
from omnidesk.text.facts.asked import asked
from omnidesk.text.facts.finding import LONGEST, MOST, find
from omnidesk.text.facts.own import Pattern

PIECES = (
    "mijn ordernummer is NL-10234", "order 1234 en ", "order", "#55812 ", "klantnr. ", "K-2091", "bel mij op ",
    "06-12345678", "+31 6 ", "0", "1234 AB ", "12345 Aa ", "Straat 1, ", "ik woon op ", "LS8 1QP",
    "mijn maat is ", "42", "XL", "graag bezorgen ", "na 18 uur", "Met vriendelijke groet,\n", "Anna Jansen",
    "mijn naam is ", "mijn e-mail is ", "a@b.nl", "NL91ABNA0417164300", "mijn IBAN: ", "uw ", "mijn moeder ",
    "niet ", "was ", ". ", "! ", "\n", "\n\n", "> ", "---------- Forwarded message ----------\n",
    "Van: a@b.nl\nAan: c\nOnderwerp: d\n", "wat is uw ", "?", "é", "İ", "ﬁ", "’", "\x00", "😀", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=300))
def test_any_text_is_read_and_what_is_found_has_a_value_and_a_place(text: str) -> None:
    found = find(text, "", "NL", (Pattern.of("code", r"[A-Z]{2}-\d{4}"),))
    assert len(found) <= MOST
    assert len({(one.kind, one.value) for one in found}) == len(found)
    for one in found:
        assert one.value.strip() and 0 <= one.start < one.end
        assert "NL91ABNA0417164300" not in one.value
    asked(text, {"code": "warranty code"})


def test_what_lies_far_down_is_not_looked_at() -> None:
    assert find("x\n" * LONGEST + "mijn ordernummer is NL-10234") == ()
    assert find("mijn ordernummer is NL-10234\n" + "x\n" * LONGEST) != ()


def test_a_subject_tells_unless_it_is_that_of_an_answer() -> None:
    assert [one.value for one in find("Waar is het?", "Bestelling NL-10234")] == ["NL-10234"]
    for subject in ("Re: Bestelling NL-10234", "AW: Bestelling NL-10234", "Fwd: Bestelling NL-10234"):
        assert find("Waar is het?", subject) == ()


def test_an_iban_is_checked_and_never_kept_whole() -> None:
    assert accounts.valid("NL91 ABNA 0417 1643 00") and not accounts.valid("NL92 ABNA 0417 1643 00")
    assert accounts.masked("nl91 abna 0417 1643 00") == "NL** **** 4300"
    assert values.normal("iban", "NL91ABNA0417164300", "NL") == "NL** **** 4300"
    assert values.normal("iban", "NL** **** 4300", "NL") == "NL** **** 4300"


def test_values_are_the_same_however_they_are_written() -> None:
    assert values.folded("NL-10234") == values.folded("nl 10234")
    assert values.holds("It is nl-10234!", "NL-10234")
    assert not values.holds("It is NL-102345", "NL-10234")
    assert not values.holds("anything", "--")
