"""Rules by age and tag: first seen, then obeyed a few at a time, each run in the history."""

from __future__ import annotations

import pytest

from omnidesk.desk import retention, threads, triage, undo
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import Place, Status
from tests.filling import ANNA, Clock, Desk, mail

pytestmark = pytest.mark.databases


def old(time: Clock, desk: Desk) -> list[int]:
    """Return four conversations of long ago: two closed, of which the second has the tag `claim`, an open one, and one
    that was closed today."""
    numbers = desk.receives(*(mail(str(one), f"paardenbloem {one}", sender=f"c{one}@x.test") for one in range(4)))
    triage.tag(desk.workspace, desk.me, [numbers[1]], ["claim"])
    triage.close(desk.workspace, desk.me, numbers[:2])
    time.forward(days=100)
    (last,) = desk.receives(mail("9", answers="3", sender="c3@x.test"))
    triage.close(desk.workspace, desk.me, [last])
    return numbers


def texts(desk: Desk, number: int) -> list[str]:
    return [one.text for one in threads.messages(desk.workspace, number)]


def test_a_rule_takes_the_words_of_what_is_closed_and_old_and_nothing_else(time: Clock, desk: Desk) -> None:
    first, tagged, still_open, young = old(time, desk)
    retention.put(desk.workspace, desk.me, 30, "erase")
    (found,) = retention.due(desk.workspace)
    assert found.conversations == (first, tagged)
    assert texts(desk, first) == ["paardenbloem 0"], "looking changes nothing"
    (act,) = retention.run(desk.workspace)
    assert (act.kind, act.actor, act.undoable) == ("retention", "omnidesk", False)
    assert "erase 2 conversations" in act.summary
    assert texts(desk, first) == texts(desk, tagged) == [""]
    assert texts(desk, still_open) == ["paardenbloem 2"]
    assert len(texts(desk, young)) == 2 and "" not in texts(desk, young)
    assert threads.conversation(desk.workspace, first).message_count == 1
    assert [one.kind for one in threads.events(desk.workspace, first)][-1] == "erased"
    assert retention.run(desk.workspace) == []
    assert desk.receives(mail("0", "paardenbloem 0", sender="c0@x.test")) == [0]


def test_a_tag_narrows_a_rule_and_a_deletion_can_be_taken_back(time: Clock, desk: Desk) -> None:
    first, tagged, *_rest = old(time, desk)
    retention.put(desk.workspace, desk.me, 30, "delete", "+claim")
    (act,) = retention.run(desk.workspace)
    assert threads.conversation(desk.workspace, tagged).place is Place.DELETED
    assert threads.conversation(desk.workspace, first).place is Place.DESK
    undo.undo(desk.workspace, desk.me, act.id)
    found = threads.conversation(desk.workspace, tagged)
    assert (found.place, found.status) == (Place.DESK, Status.CLOSED)


def test_the_clock_obeys_once_a_day_a_few_at_a_time(time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, tagged, *_rest = old(time, desk)
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    retention.put(desk.workspace, desk.me, 30, "erase")
    retention.run_daily(desk.workspace)
    assert texts(desk, first) == ["paardenbloem 0"], "a new rule gives a day to look at it"
    time.forward(days=1)
    retention.run_daily(desk.workspace)
    assert (texts(desk, first), texts(desk, tagged)) == ([""], ["paardenbloem 1"])
    retention.run_daily(desk.workspace)
    assert texts(desk, tagged) == [""]
    retention.run_daily(desk.workspace)
    assert desk.count("act", "kind = 'retention'") == 2
    time.forward(minutes=5)
    retention.run_daily(desk.workspace)
    assert desk.value("SELECT value FROM mark WHERE key = 'retention_at'") == str(time.at - 300_000)


def test_rules_are_set_changed_and_removed(time: Clock, desk: Desk) -> None:
    _, rule = retention.put(desk.workspace, desk.me, 30, "erase")
    _, same = retention.put(desk.workspace, desk.me, 60, "erase")
    retention.put(desk.workspace, desk.me, 10, "delete", "spam-like")
    assert same.id == rule.id
    assert [(one.days, one.tag, one.what) for one in retention.list_rules(desk.workspace)] == [
        (10, "spam-like", "delete"), (60, "", "erase"),
    ]  # fmt: skip
    retention.remove(desk.workspace, desk.me, rule.id)
    with pytest.raises(NotFoundError):
        retention.remove(desk.workspace, desk.me, rule.id)
    for days, what in ((0, "erase"), (5, "burn")):
        with pytest.raises(UsageError):
            retention.put(desk.workspace, desk.me, days, what)
    assert desk.count("event", "kind LIKE 'retention%'") == 4
    assert ANNA
