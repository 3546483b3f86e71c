"""Replies as odd programs write them: wrapped attributions, footers of lists, quotes that lost their marks."""

from __future__ import annotations

import pytest

from omnidesk.text.reply import take_apart
from omnidesk.text.sent_from import is_sent_from

ANSWER = "Thanks, that works."
HISTORIES = {
    "the bracket on a line of its own": "On 3 May 2026 10:11, Eva <eva@x.test\n>:\n\n> old\n> text",
    "the verb behind the bracket": "On Mon, 4 May 2026 at 10:11 Eva\n\n<\nmailto:Eva <eva@x.test>\n> wrote:\nold text",
    "an address that was wrapped": "2026-05-03 10:11 GMT+02:00 Eva with a very long name <\neva@x.test>:\n\n> old",
    "no colon": "On Mon, 4 May 2026 10:11:43 +0200 Eva <eva@x.test> wrote\n\nold text",
    "a zone and no address": "2026-05-03 10:11 GMT+01:00 Eva\n\nold text",
    "two fields": "From: eva@x.test\nDate: Mon, 4 May 2026 10:11:02 +0200\n\nold text",
    "a day and to whom": "Date: Mon, 4 May 2026 10:11:02 +0200\nTo: eva@x.test\n\nold text",
    "a reply message": "-----Reply Message-----\n\nold text",
    "no announcement, and a rest without mark": (
        "> first\n> a line that is so long that the program of the one who answered wra\npped it, mark or not\n> and on"
    ),
    "a link without mark": "On Mon, May 4, 2026 at 10:11 AM, Eva wrote:\n\n> see\n (https://x.test/c/12345) >\n> more",
    "a list": "On Mon, May 4, 2026 at 10:11 AM, Eva wrote:\n> old\n\n____________\nx mailing list\nx@lists.x.test",
    "a drawn line": "=====\nOn Mon, May 4, 2026 at 10:11 AM, Eva wrote:\n> old",
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_what_is_new_stands_alone(history: str) -> None:
    found = take_apart(f"{ANSWER}\n\n{history}\n")
    assert found.new == ANSWER
    assert found.quoted or found.signature


def test_an_answer_on_the_line_of_the_attribution_is_told_from_it() -> None:
    for between in (" ", "--- "):
        text = f"{ANSWER}{between}On Mon, May 4, 2026 at 10:11 AM, eva@x.test wrote:\n> old\n"
        assert take_apart(text).new == ANSWER


def test_quoted_lines_above_a_signature_fold_with_it() -> None:
    found = take_apart(f"{ANSWER}\n\n> old\n> text\n\n-- \nAnna\n")
    assert (found.new, found.quoted, found.signature) == (ANSWER, "> old\n> text", "-- \nAnna")


def test_several_devices_at_the_end_all_fold() -> None:
    found = take_apart(f"{ANSWER}\n\nSent with Airmail\nSent from my iPhone\n")
    assert found.new == ANSWER


def test_the_rule_of_a_list_needs_a_list_behind_it() -> None:
    text = f"{ANSWER}\n\n____\nAnd another thing: it is blue.\n"
    assert take_apart(text).new == text.rstrip("\n")


@pytest.mark.parametrize("line", ["Sent from TypeApp", "Gesendet mit SuperPoster 4", "Verzonden met Foo Bar"])
def test_an_unknown_program_counts_where_it_stands_alone(line: str) -> None:
    assert is_sent_from(line, alone=True)
    assert not is_sent_from(line)
    assert not is_sent_from(f"{line} and it never came", alone=True)


@pytest.mark.parametrize(
    "text",
    [
        "My data:\nFrom: Amsterdam\nDate: 4 May 10:11\n\nWhen is the train?",
        "She wrote: come at 10:11.",
        "It was Eva who wrote",
        "> is this yours?\nyes, it is.",
        "I did this:\n> step one is a very long line that goes on and on until the edge of it\nand then it broke.",
    ],
)
def test_what_only_looks_like_history_stays(text: str) -> None:
    assert take_apart(text).new == text


def test_very_long_and_very_many_lines_take_bounded_work() -> None:
    for text in ("On " * 400_000, "> " * 400_000, "wrote:\n" * 60_000, "> a\nb\n" * 60_000, "<\n" * 100_000):
        assert take_apart(text).new
