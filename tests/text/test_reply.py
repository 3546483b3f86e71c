"""What is new in a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.reply import split_reply

QUOTED = "\n> old line\n>\n> older line\n"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Nov 2026 at 10:00, Anna Jansen <anna@example.org> wrote:",
        "On Mon, 2 Nov 2026 at 10:00, Anna Jansen\n<anna@example.org> wrote:",
        "On 02-11-2026 10:00, Support wrote:",
        "Op 02-11-2026 10:00 schreef Support <support@shop.example>:",
        "Op ma 2 nov 2026 om 10:00 schreef Anna <anna@example.org>:",
        "Am 02.11.26 um 10:00 schrieb Anna:",
        "Le lun. 2 nov. 2026 à 10:00, Anna <anna@example.org> a écrit :",
        "El lun, 2 nov 2026 a las 10:00, Anna (<anna@example.org>) escribió:",
        "Il giorno lun 2 nov 2026 alle ore 10:00 Anna <anna@example.org> ha scritto:",
        "Em seg., 2 de nov. de 2026 às 10:00, Anna <anna@example.org> escreveu:",
        "Den mån 2 nov. 2026 kl 10:00 skrev Anna <anna@example.org>:",
        "2026-11-02 10:00 GMT+01:00 Anna <anna@example.org>:",
        "Anna Jansen <anna@example.org> wrote:",
    ],
)
def test_history_under_an_attribution_is_folded_away(attribution: str) -> None:
    assert split_reply(f"Thank you!\n\n{attribution}\n{QUOTED}") == "Thank you!"


@pytest.mark.parametrize(
    "block",
    [
        "-----Original Message-----\nFrom: Anna\n\nold",
        "-----Oorspronkelijk bericht-----\nVan: Anna\n\noud",
        "From: Anna <a@b.nl>\nSent: Monday\nTo: Support\nSubject: Order\n\nold",
        "________________________________\nVan: Anna\nVerzonden: maandag\nAan: Support\nOnderwerp: Order\n\noud",
        "Von: Anna\nGesendet: Montag\nAn: Support\nBetreff: Bestellung\n\nalt",
        "*From:* Anna\n*Date:* Monday\n*To:* Support\n*Subject:* Order\n\nold",
    ],
)
def test_history_under_header_lines_is_folded_away(block: str) -> None:
    assert split_reply(f"Thank you!\n\n{block}") == "Thank you!"


def test_an_answer_below_the_history_is_found() -> None:
    assert split_reply("On 2 Nov 2026 at 10:00, Anna <a@b.nl> wrote:\n> old\n\nThank you!") == "Thank you!"


def test_answers_between_quoted_lines_keep_what_they_answer() -> None:
    text = "On 2 Nov 2026 at 10:00, Anna <a@b.nl> wrote:\n> one?\nYes.\n> two?\nNo.\n> bye"
    assert split_reply(text) == "> one?\nYes.\n> two?\nNo."


def test_a_forwarded_message_stays() -> None:
    text = "See below.\n\n---------- Forwarded message ---------\nFrom: A <a@b.nl>\nDate: x\nSubject: y\n\nbody"
    assert split_reply(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "He wrote:\nhello there",
        "These are the facts:\n- one\n- two",
        "From: the bottom of my heart\nthank you",
        "My order -- the second one -- is late.",
    ],
)
def test_sentences_that_look_like_an_attribution_stay(text: str) -> None:
    assert split_reply(text) == text


def test_the_signature_is_folded_away() -> None:
    assert split_reply("Thank you!\n\n-- \nAnna\n+31 6 12345678") == "Thank you!"
    assert split_reply("Thank you!\n\nSent from my iPhone") == "Thank you!"


@pytest.mark.parametrize("text", ["> only history", "-- \nAnna", "Sent from my iPhone"])
def test_text_that_is_nothing_but_history_or_signature_stays_whole(text: str) -> None:
    assert split_reply(text) == text


@given(st.text())
def test_a_text_never_becomes_empty(text: str) -> None:
    assert bool(split_reply(text).strip()) == bool(text.strip())


@given(
    st.lists(st.sampled_from(["> a", "b", "", "On 2 Nov 2026 at 10:00, x <a@b.c> wrote:", "-- ", "From: x", "Sent: y"]))
)
def test_no_line_is_made_up(lines: list[str]) -> None:
    assert set(split_reply("\n".join(lines)).split("\n")) <= {*lines, "--", ""}
