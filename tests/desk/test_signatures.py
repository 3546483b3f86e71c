"""The block below a sender's mails folds once two earlier ones had it; what differs, and first mails, stay whole."""

from __future__ import annotations

import pytest

from omnidesk.desk import threads
from omnidesk.desk.signatures import without_shared_end
from tests.filling import BRAM, Desk, mail

BLOCK = "\n\nMet vriendelijke groet,\nAnna Jansen\nJansen Schoenen BV\n+31 20 123 4567"


def new_text(desk: Desk, number: int) -> str:
    return threads.messages(desk.workspace, number)[-1].reply_text


def test_the_third_mail_with_a_block_folds_it(desk: Desk) -> None:
    found = [desk.receives(mail(str(one), f"Question {one}{BLOCK}"))[0] for one in range(3)]
    assert [BLOCK.strip() in new_text(desk, number) for number in found] == [True, True, False]
    assert new_text(desk, found[2]) == "Question 2"
    assert BLOCK.strip() in threads.messages(desk.workspace, found[2])[-1].text


def test_the_block_of_another_sender_is_not_theirs(desk: Desk) -> None:
    for one in range(3):
        desk.receives(mail(str(one), f"Question {one}{BLOCK}"))
    (number,) = desk.receives(mail("b", f"Something else{BLOCK}", sender=BRAM))
    assert BLOCK.strip() in new_text(desk, number)


def test_what_an_automatic_mail_says_stays_whole(desk: Desk) -> None:
    for one in range(3):
        desk.receives(mail(str(one), f"Question {one}{BLOCK}"))
    (number,) = desk.receives(mail("a", f"I am away{BLOCK}", auto="auto_reply"))
    assert BLOCK.strip() in new_text(desk, number)


@pytest.mark.parametrize(
    ("text", "earlier", "left"),
    [
        (f"One{BLOCK}", [f"Two{BLOCK}", f"Three{BLOCK}"], "One"),
        (f"One{BLOCK}", [f"Two{BLOCK}", "Three"], f"One{BLOCK}"),
        (f"One{BLOCK}", [f"One{BLOCK}", f"One{BLOCK}"], f"One{BLOCK}"),
        (f"One{BLOCK}", [f"Two{BLOCK}\n\n> old", f"Three{BLOCK}\n\nOn 3 May 2026 10:11, x@y.test wrote:\n> a"], "One"),
        ("One\nthe same\nend", ["Two\nthe same\nend", "Three\nthe same\nend"], "One\nthe same\nend"),
        ("One\n\nend", ["Two\n\nend", "Three\n\nend"], "One\n\nend"),
        (BLOCK.strip(), [f"Two{BLOCK}", f"Three{BLOCK}"], BLOCK.strip()),
        (f"One\n\nPS: two{BLOCK}", [f"Two{BLOCK}", f"Three\n\nPS: two{BLOCK}"], "One\n\nPS: two"),
    ],
)
def test_only_what_is_shared_goes_and_something_is_left(text: str, earlier: list[str], left: str) -> None:
    assert without_shared_end(text, earlier) == left
