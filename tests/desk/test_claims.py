"""No double claim: of several who take a conversation at once one gets it, the others get the next or are told."""

from __future__ import annotations

import threading

import pytest

from omnidesk.desk import skipping, threads, triage, undo
from omnidesk.desk.claims import MOMENT
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Actor
from tests.filling import BRAM, CARO, Clock, Desk, mail


def owner(desk: Desk, number: int) -> str | None:
    return threads.conversation(desk.workspace, number).owner


def test_nobody_takes_for_themselves_what_a_colleague_took_a_moment_ago(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, koen, 1, "koen")
    time.at += MOMENT - 1
    with pytest.raises(RefusedError, match="#1 is koen's now"):
        triage.assign(desk.workspace, desk.me, 1, "sanne")
    assert owner(desk, 1) == "koen"
    time.at += 1
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    assert owner(desk, 1) == "sanne"


def test_giving_to_a_colleague_and_taking_back_at_once_is_no_claim(desk: Desk) -> None:
    desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, desk.me, 1, "koen")
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    triage.assign(desk.workspace, koen, 1, None)
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    assert owner(desk, 1) == "sanne"


def test_what_was_decided_on_another_owner_is_not_done(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, koen, 1, "koen")
    for login in ("sanne", None):
        with pytest.raises(RefusedError, match="#1 is koen's now"):
            triage.assign(desk.workspace, desk.me, [2, 1], login, {1: "sanne", 2: None})
    assert [owner(desk, 1), owner(desk, 2)] == ["koen", None], "one act: all of it or nothing"
    triage.assign(desk.workspace, desk.me, 1, "sanne", {1: "koen"})
    assert owner(desk, 1) == "sanne"
    triage.assign(desk.workspace, desk.me, 1, "sanne", {1: None})


def test_who_is_slower_takes_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    koen = desk.another_agent("koen")
    look = skipping.candidates

    def looked_before(*about: object) -> list[int]:
        found = look(*about)  # type: ignore[arg-type]
        monkeypatch.undo()
        assert skipping.take_next(desk.workspace, koen)[1] == 1
        return found

    monkeypatch.setattr(skipping, "candidates", looked_before)
    assert skipping.take_next(desk.workspace, desk.me)[1] == 2


def test_passing_over_takes_what_is_left_when_colleagues_took_all_that_was_offered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    koen = desk.another_agent("koen")
    look = skipping.candidates

    def looked_before(*about: object) -> list[int]:
        monkeypatch.undo()
        triage.assign(desk.workspace, koen, 2, "koen")
        return look(*about)[:0] or [2]  # type: ignore[arg-type]

    monkeypatch.setattr(skipping, "candidates", looked_before)
    _, taken, _ = skipping.skip(desk.workspace, desk.me, 1, "no", take=True)
    assert taken == 3
    undo.undo(desk.workspace, desk.me)
    assert owner(desk, 3) is None


def test_many_who_take_at_once_take_one_each(desk: Desk) -> None:
    desk.receives(*(mail(str(number), sender=f"c{number}@example.test") for number in range(30)))
    agents = [desk.another_agent(f"agent{number}") for number in range(6)]
    taken: dict[str, list[int]] = {one.name: [] for one in agents}

    def take(who: Actor) -> None:
        while (number := skipping.take_next(desk.workspace, who)[1]) is not None:
            taken[who.name].append(number)

    working = [threading.Thread(target=take, args=(one,)) for one in agents]
    for one in working:
        one.start()
    for one in working:
        one.join()
    numbers = [number for some in taken.values() for number in some]
    assert len(numbers) == 30
    assert len(set(numbers)) == 30
    for name, some in taken.items():
        assert all(owner(desk, number) == name for number in some)
