"""Collision: who reads and who answers shows in the queue and the thread, and is told without writing too often."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import presence, processes
from omnidesk.screens.who_is_here import BORROWED, STAYED, WhoIsHere
from omnidesk.widgets.painted_rows import Company
from omnidesk.words.rows import Actor
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail


def shows(desk: Desk, actor: Actor, number: int, doing: presence.Doing) -> None:
    presence.show(desk.workspace, f"elsewhere:{actor.name}", actor.agent_id or 0, number, doing)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("plain", [False, True])
async def test_who_reads_and_who_answers_stands_in_the_row_and_over_the_thread(
    desk: Desk, size: tuple[int, int], plain: bool
) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    koen, bo = desk.another_agent("koen"), desk.another_agent("bo")
    async with console(desk.workspace, size) as here:
        if plain:
            here.desk.prefer("plain", True)
            here.desk.apply_preferences()
        shows(desk, koen, first, "viewing")
        shows(desk, bo, second, "typing")
        await here.until(lambda: "koen reads" in row(here, "Anna"), "koen at Anna's row")
        await here.until(lambda: "bo types" in row(here, "Bram"), "bo at Bram's row")
        shows(desk, koen, first, "answering")
        await here.until(lambda: "koen answers" in row(here, "Anna"), "koen answering")
        here.desk.enter(first)
        await here.until(lambda: "koen is answering" in here.pane(here.desk.head), "koen over the thread")
        assert "bo is" not in here.pane(here.desk.head)
        presence.leave(desk.workspace, "elsewhere:koen")
        await here.until(lambda: "koen" not in here.pane(here.desk.head), "koen to leave the thread")
        here.desk.focus_pane("queue")
        await here.until(lambda: "Anna" in here.pane(here.desk.queue) and "koen" not in row(here, "Anna"), "the row")


def row(here: Console, name: str) -> str:
    return next((line for line in here.pane(here.desk.queue).split("\n") if name in line), "")


async def test_in_plain_mode_it_is_said_who_came_to_the_row_of_the_cursor(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    async with console(desk.workspace) as here:
        here.desk.prefer("plain", True)
        here.desk.apply_preferences()
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        shows(desk, koen, number, "answering")
        await here.until(lambda: "koen is answering" in here.pane(here.desk.status), "the word in the status bar")


async def test_who_comes_or_goes_repaints_only_the_rows_concerned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.receives(*(mail(str(number), sender=f"c{number}@example.test") for number in range(1, 8)))
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.until(lambda: queue.window.count == 7, "the rows")
        await here.pilot.pause()
        painted: list[int] = []
        paint = queue._paint_line
        monkeypatch.setattr(queue, "_paint_line", lambda row, look: (painted.append(row.id), paint(row, look))[1])
        queue.set_company({3: Company("koen reads", "koen is reading", False)})
        await here.sees("koen reads")
        assert set(painted) == {3}
        queue.set_company({4: Company("koen reads", "koen is reading", False)})
        await here.until(lambda: "koen reads" in row(here, "C4"), "the other row")
        assert set(painted) == {3, 4}


async def test_in_one_pane_the_queue_alone_is_no_reading(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace, NARROW) as here:
        here.desk.enter(number)
        await here.until(lambda: told(desk) == [number], "that the conversation is read")
        await here.press("q")
        await here.until(lambda: told(desk) == [None], "that it is read no more")


def told(desk: Desk) -> list[int | None]:
    return [one.conversation_id for one in presence.around(desk.workspace)]


async def test_the_console_names_itself_so_that_others_see_it_die(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: desk.count("presence") == 1, "the row")
        assert str(desk.value("SELECT process FROM presence")).startswith(f"{processes.machine()}:")


class Sitting:
    """An agent at a console of whom only the clock, and what is told of them, is real."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.told: list[tuple[float, int | None, str]] = []
        self.timers: list[tuple[float, Any]] = []
        nothing: Any = lambda *_: None  # noqa: E731
        self.desk: Any = SimpleNamespace(
            open_id=None,
            front="thread",
            side_by_side=True,
            engine_pid=None,
            plain=False,
            session=SimpleNamespace(agent=SimpleNamespace(id=7, login="sanne"), workspace=None),
            composer=SimpleNamespace(sheet=None, active=False, warn=nothing),
            head=SimpleNamespace(set_present=nothing),
            backstage=SimpleNamespace(read=nothing, write=lambda work: work()),
            set_timer=lambda wait, call: self.timers.append((self.now + wait, call)) or object(),
        )
        monkeypatch.setattr(clock, "monotonic", lambda: self.now)
        monkeypatch.setattr(presence, "show", lambda _w, _p, _a, at, doing: self.told.append((self.now, at, doing)))
        self.here = WhoIsHere(self.desk)
        self.here.stirred()

    def passes(self, seconds: float) -> None:
        """Let time pass in steps of a hundredth, with a tick each second."""
        for _ in range(round(seconds * 100)):
            self.now = round(self.now + 0.01, 2)
            due = [timer for timer in self.timers if timer[0] <= self.now]
            self.timers = [timer for timer in self.timers if timer not in due]
            for _, call in due:
                call()
            if self.now == int(self.now):
                self.here.tick()

    def opens(self, number: int) -> None:
        self.desk.open_id = number
        self.here.changed()

    def answers(self, number: int, live: bool = False) -> None:
        self.desk.composer.sheet = SimpleNamespace(sort="reply", conversation_id=number, live=live)
        self.here.changed()


def test_beginning_to_answer_is_told_at_once_also_right_after_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collision: who is answering shows within a second."""
    one = Sitting(monkeypatch)
    one.passes(5)
    one.opens(4)
    opened = one.now
    one.passes(0.5)
    assert one.told[-1][1:] == (4, "viewing")
    assert one.told[-1][0] - opened <= STAYED + 0.02
    one.answers(4)
    assert one.told[-1] == (one.now, 4, "answering")
    one.passes(0.5)
    one.desk.composer.sheet = None
    one.here.changed()
    assert one.told[-1] == (one.now, 4, "viewing")


def test_who_runs_past_rows_is_not_told_to_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Sitting(monkeypatch)
    one.passes(5)
    before = len(one.told)
    for number in range(1, 20):
        one.opens(number)
        one.passes(0.15)
    assert [at for _, at, _ in one.told[before:] if at is not None] == []
    one.passes(0.3)
    assert one.told[-1][1:] == (19, "viewing")


def test_a_restless_agent_is_written_down_every_two_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN, words: presence is written at most every two seconds; some may borrow the turns of later ones."""
    one = Sitting(monkeypatch)
    for number in range(200):
        one.opens(number)
        one.passes(0.4)
    assert len(one.told) <= 80 / presence.APART + 1 + BORROWED


def test_who_stays_is_written_down_again_before_the_row_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Sitting(monkeypatch)
    one.opens(4)
    one.passes(30)
    times = [at for at, _, _ in one.told]
    assert max(later - earlier for earlier, later in pairwise(times)) * clock.SECOND * 2 <= (presence.EXPIRES)


def test_in_a_live_chat_typing_is_told_within_a_second_however_restless_the_agent_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = Sitting(monkeypatch)
    for number in range(20):
        one.opens(number)
        one.passes(0.4)
    one.answers(4, live=True)
    began = one.now
    one.here.typed()
    one.passes(1.0)
    assert next(at for at, number, doing in one.told if (number, doing) == (4, "typing")) - began <= 1.0
    one.here.stopped_typing()
    sent = one.now
    one.passes(1.0)
    assert one.told[-1][1:] == (4, "answering")
    assert one.told[-1][0] - sent <= 1.0
