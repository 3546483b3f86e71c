"""What was done, in words; and what taking it back would change, before it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import history, joining, triage, undo
from omnidesk.words.errors import RefusedError
from tests.filling import Desk, mail, open_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    return open_desk(tmp_path)


def said(desk: Desk, number: int) -> list[str]:
    return [f"{one.actor} {one.said}" for one in history.happenings(desk.workspace, number)]


def test_each_act_is_one_sentence_and_messages_are_none(desk: Desk) -> None:
    number, other = desk.receives(mail("1"), mail("2"))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, desk.me, [number], "koen")
    triage.assign(desk.workspace, koen, [number], "koen")
    triage.tag(desk.workspace, koen, [number], ["vip"], [])
    triage.close(desk.workspace, koen, [number])
    undo.undo(desk.workspace, koen)
    joining.merge(desk.workspace, desk.me, other, number)
    assert said(desk, number) == [
        "sanne gave it to koen",
        "koen tagged +vip",
        "koen closed it",
        f"koen took back: closed #{number}",
        f"sanne merged #{other} into this (1 message)",
    ]


def test_a_snooze_and_a_promise_say_until_when(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    until = clock.now() + clock.HOUR
    triage.snooze(desk.workspace, desk.me, [number], until)
    (one,) = history.happenings(desk.workspace, number)
    assert (one.said, one.until) == ("snoozed it until", until)


def test_only_the_time_asked_for_is_told(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.close(desk.workspace, desk.me, [number])
    (one,) = history.happenings(desk.workspace, number)
    assert history.happenings(desk.workspace, number, one.at + clock.MINUTE) == ()
    assert history.happenings(desk.workspace, number, 0, one.at - clock.MINUTE) == ()
    assert history.happenings(desk.workspace, number, one.at, one.at + clock.MINUTE) == (one,)


def test_a_preview_says_what_goes_where_and_changes_nothing(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, desk.me, [number], "koen")
    before = desk.count("event"), desk.count("act"), desk.count("act", "undone_by IS NOT NULL")
    found = history.preview(desk.workspace, desk.me)
    assert found.steps == (history.Step(f"#{number} owner", "koen", "nobody"),)
    assert found.act.undone_by is None
    assert (desk.count("event"), desk.count("act"), desk.count("act", "undone_by IS NOT NULL")) == before
    assert desk.value("SELECT owner_id FROM conversation WHERE id = ?", number) == koen.agent_id


def test_the_preview_of_a_merge_says_how_many_messages_go_back(desk: Desk) -> None:
    first, second = desk.receives(mail("1"), mail("2"))
    joining.merge(desk.workspace, desk.me, second, first)
    found = history.preview(desk.workspace, desk.me)
    assert history.Step("1 message", f"#{first}", f"#{second}") in found.steps
    assert desk.count("message", f"conversation_id = {first}") == 2


def test_what_cannot_be_taken_back_is_refused_in_the_preview_too(desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(RefusedError):
        history.preview(desk.workspace, desk.me)


def test_the_acts_on_a_customer_stand_with_those_on_the_conversation(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.block(desk.workspace, desk.me, "anna@example.test")
    kinds = {event.kind for event in history.events_of(desk.workspace, number, 50)}
    assert {"received", "blocked"} <= kinds
    assert "block" in {act.kind for act in history.acts(desk.workspace, number)}
