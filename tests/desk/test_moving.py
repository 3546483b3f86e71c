"""Merging, splitting, joining and taking back, in any order: no message is lost or in two places (promise 6)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.desk import composing, conversations, joining, threads, undo, views
from omnidesk.words.errors import RefusedError
from tests.filling import ANNA, BRAM, Desk, mail, open_desk

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "split", "undo", "undo", "mail", "note", "reply", "cancel"]),
        st.integers(0, 2**16),
    ),
    min_size=3,
    max_size=14,
)


def on_the_desk(desk: Desk) -> list[int]:
    return [row.id for row in views.page(desk.workspace, "all", None, 100)]


def check(desk: Desk, expected: int) -> None:
    """Every message is in one conversation that is shown, and each shows what its messages say."""
    reader = desk.workspace.database.reader
    assert desk.count("message") == expected
    shown = on_the_desk(desk)
    hidden = reader.all("SELECT id, place, merged_into FROM conversation WHERE place <> 'desk'")
    for row in hidden:
        assert threads.messages(desk.workspace, row["id"]) == [], f"#{row['id']} is {row['place']} and holds messages"
        assert (row["merged_into"] is not None) == (row["place"] == "merged")
    for number in shown:
        before = threads.conversation(desk.workspace, number)
        assert before.id == number
        assert threads.messages(desk.workspace, number), f"#{number} is empty"

        def recount(tx: joining.Transaction, number: int = number) -> None:
            conversations.recount(tx, number)

        desk.workspace.database.write(recount)
        after = threads.conversation(desk.workspace, number)
        if not after.kinds:  # only notes are left in it: they have a time of their own
            after = replace(after, last_message_at=before.last_message_at)
        assert after == before
    strays = "conversation_id <> (SELECT conversation_id FROM message WHERE message.id = outbox.message_id)"
    assert desk.count("outbox", strays) == 0


@given(steps=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_moving_and_taking_back_loses_a_message(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Promises 6 and 13."""
    desk = open_desk(tmp_path_factory.mktemp("moving"))
    desk.receives(mail("0"), mail("1", answers="0"), mail("2"), mail("3", sender=BRAM), mail("4", sender=BRAM))
    mails, expected = 5, 5
    acts: list[int] = []
    for what, choice in steps:
        at = random.Random(choice)
        shown = on_the_desk(desk)
        number = at.choice(shown)
        try:
            if what == "merge":
                acts.append(joining.merge(desk.workspace, desk.me, number, at.choice(shown)).id)
            elif what == "split":
                inside = [message.id for message in threads.messages(desk.workspace, number)]
                some = at.sample(inside, at.randint(1, len(inside)))
                acts.append(joining.split(desk.workspace, desk.me, number, some)[0].id)
            elif what == "undo" and acts:
                undo.undo(desk.workspace, desk.me, at.choice(acts))
            elif what == "mail":
                answers = str(at.randrange(mails))
                desk.receives(mail(str(mails), answers=answers, sender=at.choice([ANNA, BRAM])))
                mails, expected = mails + 1, expected + 1
            elif what == "note":
                acts.append(composing.note(desk.workspace, desk.me, number, "a note")[0].id)
                expected += 1
            elif what == "reply":
                acts.append(composing.reply(desk.workspace, desk.me, number, "an answer").act.id)
                expected += 1
        except RefusedError:
            continue
        finally:
            check(desk, expected)
    desk.workspace.close()
