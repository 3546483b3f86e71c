"""Undo is honest (promise 13): only what nobody changed since, the rest named, and refused where nothing is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.desk import composing, joining, threads, triage, undo, views
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Place, Priority, Status
from omnidesk.words.rows import Actor
from tests.filling import ANNA, BRAM, NOON, Clock, Desk, mail, open_desk

pytestmark = pytest.mark.databases


def here(desk: Desk, number: int) -> threads.Conversation:
    return threads.conversation(desk.workspace, number)


def texts(desk: Desk, number: int) -> list[str]:
    return [message.text for message in threads.messages(desk.workspace, number)]


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with the conversations #1 and #2 of Anna and #3 of Bram, each of one message."""
    assert desk.receives(mail("1", "one"), mail("2", "two"), mail("3", "three", sender=BRAM)) == [1, 2, 3]
    return desk


FIELDS = ("status", "priority", "place", "owner", "tags", "unread", "snoozed_until", "hold_for")


def shown(desk: Desk, number: int) -> dict[str, Any]:
    found = here(desk, number)
    return {name: getattr(found, name) for name in FIELDS}


ACTS: dict[str, Callable[[Desk, Actor, list[int]], rows.Act]] = {
    "assign": lambda desk, actor, ids: triage.assign(desk.workspace, actor, ids, actor.name),
    "unassign": lambda desk, actor, ids: triage.assign(desk.workspace, actor, ids, None),
    "close": lambda desk, actor, ids: triage.close(desk.workspace, actor, ids),
    "reopen": lambda desk, actor, ids: triage.reopen(desk.workspace, actor, ids),
    "snooze": lambda desk, actor, ids: triage.snooze(desk.workspace, actor, ids, clock.now() + clock.DAY),
    "hold": lambda desk, actor, ids: triage.set_status(desk.workspace, actor, ids, Status.ON_HOLD, "DHL"),
    "urgent": lambda desk, actor, ids: triage.set_priority(desk.workspace, actor, ids, Priority.URGENT),
    "low": lambda desk, actor, ids: triage.set_priority(desk.workspace, actor, ids, Priority.LOW),
    "tag": lambda desk, actor, ids: triage.tag(desk.workspace, actor, ids, ["vip"]),
    "tag two": lambda desk, actor, ids: triage.tag(desk.workspace, actor, ids, ["vip", "refund"]),
    "untag": lambda desk, actor, ids: triage.tag(desk.workspace, actor, ids, remove=["vip"]),
    "spam": lambda desk, actor, ids: triage.spam(desk.workspace, actor, ids),
    "delete": lambda desk, actor, ids: triage.delete(desk.workspace, actor, ids),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_every_act_of_triage_is_undone_whole(time: Clock, busy: Desk, name: str) -> None:
    """Promise 13: over several conversations it is one act with one undo."""
    if name in ("unassign", "reopen", "untag"):
        triage.assign(busy.workspace, busy.me, [1, 2], "sanne")
        triage.tag(busy.workspace, busy.me, [1, 2], ["vip"])
        triage.close(busy.workspace, busy.me, [1, 2])
    before = {number: shown(busy, number) for number in (1, 2, 3)}
    act = ACTS[name](busy, busy.me, [1, 2])
    assert {number: shown(busy, number) for number in (1, 2)} != {number: before[number] for number in (1, 2)}
    done = undo.undo(busy.workspace, busy.me)
    assert done.undone.id == act.id
    assert done.left == ()
    assert {number: shown(busy, number) for number in (1, 2, 3)} == before


def test_undoing_is_itself_an_act_and_is_done_once(busy: Desk) -> None:
    """Promise 13."""
    act = triage.close(busy.workspace, busy.me, 1)
    done = undo.undo(busy.workspace, busy.me, act.id)
    assert done.act.kind == "undo"
    with pytest.raises(RefusedError, match="was taken back already"):
        undo.undo(busy.workspace, busy.me, act.id)
    with pytest.raises(RefusedError, match="nothing of yours"):
        undo.undo(busy.workspace, busy.me)
    with pytest.raises(NotFoundError, match="no act 99"):
        undo.undo(busy.workspace, busy.me, 99)


def test_undo_takes_ones_own_last_act_not_a_colleagues(busy: Desk) -> None:
    """Promise 13."""
    bram = busy.another_agent("bram")
    mine = triage.close(busy.workspace, busy.me, 1)
    triage.close(busy.workspace, bram, 2)
    assert undo.undo(busy.workspace, busy.me).undone.id == mine.id
    assert here(busy, 2).status is Status.CLOSED


def test_what_was_changed_later_is_left_and_named(busy: Desk) -> None:
    """Promise 13: the rest of the act is still taken back."""
    act = triage.close(busy.workspace, busy.me, [1, 2])
    triage.set_status(busy.workspace, busy.another_agent("bram"), 1, Status.PENDING)
    done = undo.undo(busy.workspace, busy.me, act.id)
    assert here(busy, 1).status is Status.PENDING
    assert here(busy, 2).status is Status.OPEN
    assert any("#1 status" in words for words in done.left)
    assert any("#2 status" in words for words in done.restored)


def test_what_a_customer_changed_since_is_left_too(time: Clock, busy: Desk) -> None:
    """Promise 13."""
    act = triage.snooze(busy.workspace, busy.me, 1, NOON + 10**8)
    busy.receives(mail("4", answers="1"))
    with pytest.raises(RefusedError, match="changed since"):
        undo.undo(busy.workspace, busy.me, act.id)
    assert here(busy, 1).status is Status.OPEN


def test_set_again_to_the_same_by_somebody_else_it_is_theirs(busy: Desk) -> None:
    """Promise 13: only what nobody changed since."""
    bram = busy.another_agent("bram")
    act = triage.set_priority(busy.workspace, busy.me, 1, Priority.URGENT)
    triage.set_priority(busy.workspace, bram, 1, Priority.LOW)
    triage.set_priority(busy.workspace, bram, 1, Priority.URGENT)
    with pytest.raises(RefusedError, match="changed since"):
        undo.undo(busy.workspace, busy.me, act.id)
    assert here(busy, 1).priority is Priority.URGENT


def test_acts_are_undone_in_any_order(busy: Desk) -> None:
    """Promise 13: acts on other fields do not stand in each other's way."""
    first = triage.set_priority(busy.workspace, busy.me, 1, Priority.HIGH)
    second = triage.tag(busy.workspace, busy.me, 1, ["vip"])
    third = triage.assign(busy.workspace, busy.me, 1, "sanne")
    for act in (second, first, third):
        assert undo.undo(busy.workspace, busy.me, act.id).left == ()
    found = here(busy, 1)
    assert (found.priority, found.tags, found.owner) == (Priority.NORMAL, (), None)


def test_an_act_that_changed_nothing_does_not_stand_before_the_one_that_did(busy: Desk) -> None:
    """Promise 13: undo without argument takes back what was done last, not what came to nothing."""
    act = triage.close(busy.workspace, busy.me, 1)
    triage.close(busy.workspace, busy.me, 1)
    assert undo.undo(busy.workspace, busy.me).undone.id == act.id


def test_tags_of_others_stay(busy: Desk) -> None:
    """Promise 13."""
    act = triage.tag(busy.workspace, busy.me, 1, ["vip"])
    triage.tag(busy.workspace, busy.another_agent("bram"), 1, ["refund"])
    undo.undo(busy.workspace, busy.me, act.id)
    assert here(busy, 1).tags == ("refund",)


def test_a_note_is_withdrawn(busy: Desk) -> None:
    before = here(busy, 1)
    act, _ = composing.note(busy.workspace, busy.me, 1, "check this")
    undo.undo(busy.workspace, busy.me, act.id)
    after = here(busy, 1)
    assert (after.message_count, after.preview, after.last_message_at) == (
        before.message_count,
        before.preview,
        before.last_message_at,
    )


def test_a_block_is_undone(busy: Desk) -> None:
    act = triage.block(busy.workspace, busy.me, ANNA)
    undo.undo(busy.workspace, busy.me, act.id)
    assert busy.count("identity", "blocked_at IS NOT NULL") == 0


# --- merging and splitting ---


def test_a_merge_is_undone_row_by_row(busy: Desk) -> None:
    """Promise 6."""
    triage.tag(busy.workspace, busy.me, 2, ["refund"])
    triage.assign(busy.workspace, busy.me, 2, "sanne")
    triage.close(busy.workspace, busy.me, 1)
    before = {number: shown(busy, number) for number in (1, 2)}
    act = joining.merge(busy.workspace, busy.me, 2, 1)
    merged = here(busy, 2)
    assert merged.id == 1
    assert (merged.tags, merged.owner, merged.message_count) == (("refund",), "sanne", 2)
    assert sorted(texts(busy, 1)) == ["one", "two"]
    undo.undo(busy.workspace, busy.me, act.id)
    assert {number: shown(busy, number) for number in (1, 2)} == before
    assert (texts(busy, 1), texts(busy, 2)) == (["one"], ["two"])
    assert [here(busy, number).message_count for number in (1, 2)] == [1, 1]


def test_messages_after_a_merge_go_where_their_evidence_points(time: Clock, busy: Desk) -> None:
    """Promise 6: undone at any time; what has no evidence stays and is listed."""
    act = joining.merge(busy.workspace, busy.me, 2, 1)
    time.forward(days=100)
    busy.receives(mail("4", "to two", answers="2"), mail("5", "to one", answers="1"), mail("6", "to four", answers="4"))
    composing.note(busy.workspace, busy.me, 1, "which one?")
    done = undo.undo(busy.workspace, busy.me, act.id)
    assert texts(busy, 2) == ["two", "to two", "to four"]
    assert texts(busy, 1) == ["one", "to one", "which one?"]
    assert done.left
    assert [here(busy, number).message_count for number in (1, 2)] == [3, 3]
    assert busy.receives(mail("7", answers="6")) == [2]


def test_messages_after_a_merge_of_a_merge_find_their_way_back_too(busy: Desk) -> None:
    """Promise 6."""
    first = joining.merge(busy.workspace, busy.me, 2, 1)
    joining.merge(busy.workspace, busy.me, 1, 3)
    assert busy.receives(mail("4", "to two", answers="2")) == [3]
    undo.undo(busy.workspace, busy.me, first.id)
    assert texts(busy, 2) == ["two", "to two"]
    assert sorted(texts(busy, 3)) == ["one", "three"]


def test_a_split_whose_source_was_merged_into_it_leaves_no_message_behind(busy: Desk) -> None:
    """Promise 6: nothing lies in a conversation that nobody is shown."""
    busy.receives(mail("4", "four", answers="1"))
    split, fresh = joining.split(busy.workspace, busy.me, 1, [threads.messages(busy.workspace, 1)[1].id])
    joining.merge(busy.workspace, busy.me, 1, fresh)
    with pytest.raises(RefusedError):
        undo.undo(busy.workspace, busy.me, split.id)
    assert texts(busy, fresh) == ["one", "four"]


def test_a_split_is_undone_and_later_messages_follow(busy: Desk) -> None:
    """Promise 6."""
    busy.receives(mail("4", "four", answers="1"))
    moved = threads.messages(busy.workspace, 1)[1].id
    act, fresh = joining.split(busy.workspace, busy.me, 1, [moved])
    assert (texts(busy, 1), texts(busy, fresh)) == (["one"], ["four"])
    assert busy.receives(mail("5", "five", answers="4")) == [fresh]
    undo.undo(busy.workspace, busy.me, act.id)
    assert texts(busy, 1) == ["one", "four", "five"]
    assert [row.id for row in views.page(busy.workspace, "open", None, 9)] == [1, 2, 3]


def test_a_split_leaves_each_conversation_waiting_for_what_is_in_it(time: Clock, busy: Desk) -> None:
    """Promise 6."""
    composing.note(busy.workspace, busy.me, 1, "a note stays")
    (question, _) = threads.messages(busy.workspace, 1)
    joining.split(busy.workspace, busy.me, 1, [question.id])
    left = here(busy, 1)
    assert (left.message_count, left.waiting_since, left.preview) == (1, None, "")


def test_what_was_split_again_since_is_left(busy: Desk) -> None:
    """Promise 13."""
    act = joining.merge(busy.workspace, busy.me, 2, 1)
    two = next(message.id for message in threads.messages(busy.workspace, 1) if message.text == "two")
    _, fresh = joining.split(busy.workspace, busy.me, 1, [two])
    done = undo.undo(busy.workspace, busy.me, act.id)
    assert texts(busy, fresh) == ["two"]
    assert any("moved since" in words for words in done.left)


def test_merging_into_itself_is_refused(busy: Desk) -> None:
    joining.merge(busy.workspace, busy.me, 2, 1)
    with pytest.raises(RefusedError, match="the same conversation already"):
        joining.merge(busy.workspace, busy.me, 2, 1)
    with pytest.raises(RefusedError, match="nothing would be left"):
        joining.split(busy.workspace, busy.me, 3, [threads.messages(busy.workspace, 3)[0].id])


# --- any acts, any order ---

STEP = st.one_of(
    st.tuples(st.sampled_from(list(ACTS)), st.integers(0, 1), st.lists(st.integers(1, 3), min_size=1, max_size=3)),
    st.tuples(st.just("undo"), st.integers(0, 30), st.just([0])),
    st.tuples(st.just("mail"), st.integers(1, 3), st.just([0])),
)


@given(steps=st.lists(STEP, min_size=1, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_of_any_act_after_any_others_restores_only_what_it_may(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, list[int]]]
) -> None:
    """Promise 13, as a model: a field goes back only while the undone act was the last to set it."""
    desk = open_desk(tmp_path_factory.mktemp("undo"))
    desk.receives(mail("1"), mail("2"), mail("3", sender=BRAM))
    people = (desk.me, desk.another_agent("bram"))
    acts: list[rows.Act] = []
    changed: dict[int, dict[tuple[int, str], tuple[Any, Any]]] = {}
    setters: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0])
    arrived = 0
    for what, choice, numbers in steps:
        before = {number: shown(desk, number) for number in (1, 2, 3)}
        if what == "undo":
            if not acts:
                continue
            act = acts[choice % len(acts)]
            mine = {key for key in changed[act.id] if key[1] != "tags" and setters[key][-1] == act.id}
            try:
                undo.undo(desk.workspace, desk.me, act.id)
            except RefusedError:
                assert not mine, "it could have been restored"
                assert {number: shown(desk, number) for number in (1, 2, 3)} == before
                continue
            for number in (1, 2, 3):
                for name, value in shown(desk, number).items():
                    if name == "tags":
                        continue
                    key = (number, name)
                    expected = changed[act.id][key][0] if key in mine else before[number][name]
                    assert value == expected, f"#{number} {name}"
            for key in mine:
                setters[key].pop()
            changed[act.id] = {}
            continue
        if what == "mail":
            arrived += 1
            desk.receives(mail(f"m{arrived}", answers=str(choice), sender=BRAM if choice == 3 else ANNA))
            made = 0
        else:
            try:
                act = ACTS[what](desk, people[choice], numbers)
            except RefusedError:  # a status of what is deleted or spam
                assert {number: shown(desk, number) for number in (1, 2, 3)} == before
                assert any(here(desk, number).place is not Place.DESK for number in numbers)
                continue
            acts.append(act)
            made = act.id
        changed[made] = {}
        for number in {1, 2, 3} if what == "mail" else set(numbers):
            for name, value in shown(desk, number).items():
                if value != before[number][name]:
                    changed[made][number, name] = (before[number][name], value)
                    setters[number, name].append(made)
    assert {here(desk, number).place for number in (1, 2, 3)} <= {Place.DESK, Place.SPAM, Place.DELETED}
    desk.workspace.close()
