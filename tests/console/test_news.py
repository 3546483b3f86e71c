"""What the agent is told: the list of news, the bar, the terminal's notification and title."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from omnidesk import clock
from omnidesk.desk import channels, composing, notifications, status, triage
from omnidesk.screens import notifying
from omnidesk.screens.notifying import grouped, is_quiet, sequence, title, way
from omnidesk.screens.preferences import Preferences
from omnidesk.words.kinds import Health, NewsKind
from omnidesk.words.rows import News
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import BRAM, Desk, mail, standing_clock

HOSTILE = "\x1b]0;owned\x07\x9d52;c;aGFja2Vk\x9c\x1b\\;rm\u202e"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal beside the frames, in a terminal that is neither tmux nor screen."""
    data: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda self, text: data.append(text))
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    return data


@pytest.fixture
def mine(desk: Desk) -> Desk:
    """A desk where #1 of anna is sanne's own, and #2 is koen's."""
    koen = desk.another_agent("koen")
    desk.receives(mail("1"), mail("2", sender=BRAM))
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    triage.assign(desk.workspace, koen, 2, "koen")
    return desk


def prefer(running: Console, **preferences: object) -> None:
    session = running.desk.session
    running.desk.session = replace(session, preferences=replace(session.preferences, **preferences))  # type: ignore


def news(kind: NewsKind, number: int | None = 1, **said: str) -> News:
    found = {"subject": "Where is it?", "customer": "Anna", "by": "Anna", "said": "", **said}
    return News(7, kind, number, None, **found, at=0, seen_at=None)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_list_says_what_happened_and_enter_opens_it(mine: Desk, size: tuple[int, int]) -> None:
    koen = mine.another_agent("koen")
    composing.note(mine.workspace, koen, 2, "@sanne will you look?")
    mine.receives(mail("3", "Any news?", answers="1"))
    async with console(mine.workspace, size) as running:
        await running.sees("2 new: gn")
        await running.press("g", "n")
        await running.sees("News, 2 new", "Anna answered #1: Subject 1", "koen mentions you in #2")
        await running.press("j", "enter")
        await running.until(lambda: running.app.screen is running.desk and running.desk.open_id == 2)
        await running.sees("1 new: gn")


async def test_seen_one_by_one_or_all_at_once(mine: Desk) -> None:
    koen = mine.another_agent("koen")
    mine.receives(mail("3", "Any news?", answers="1"))
    composing.note(mine.workspace, koen, 2, "@sanne will you look?")
    triage.assign(mine.workspace, koen, 2, "sanne", note="You know her")
    async with console(mine.workspace) as running:
        await running.press("g", "n")
        await running.sees("News, 3 new")
        await running.press("x")
        await running.sees("News, 2 new")
        await running.press("X")
        await running.sees("2 marked as seen", "Anna answered")
        await running.sees_not("News, 2 new")
    assert notifications.unseen(mine.workspace, mine.me.agent_id) == 0


async def test_what_is_so_now_stands_above_and_leads_to_where_it_is(mine: Desk) -> None:
    channels.note_health(mine.workspace, mine.channel.id, Health.DOWN, "no route to host")
    with standing_clock(clock.now() + 9 * clock.HOUR):
        async with console(mine.workspace) as running:
            await running.press("g", "n")
            await running.sees("Now 2", "channel demo is in trouble: no route to host", "#1 is overdue: Subject 1")
            await running.press("enter")
            await running.sees("Channels 1", "is down")


async def test_no_news_says_so(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await running.press("g", "n")
        await running.sees("Nothing happened for you yet")
        await running.press("enter", "x", "X", "q")
        await running.until(lambda: running.app.screen is running.desk)


async def test_what_is_new_rings_once_and_what_was_there_does_not(mine: Desk, written: list[str]) -> None:
    """History, and what came before the start, is no news."""
    mine.receives(mail("3", "First", answers="1"))
    async with console(mine.workspace) as running:
        prefer(running, notify="osc9")
        await running.sees("1 new: gn")
        assert not [one for one in written if "]9;" in one]
        mine.receives(mail("4", "Second", answers="1", subject=f"{HOSTILE}Where?"))
        await running.until(lambda: [one for one in written if "]9;" in one], "a notification")
        await running.sees("1 new: gn")
    rung = [one for one in written if "]9;" in one]
    assert rung == ["\x1b]9;OmniDesk: Anna answered #1: Subject 1\x07"]


async def test_many_at_once_ring_as_one(mine: Desk, written: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifying, "APART", 0.0)
    koen = mine.another_agent("koen")
    numbers = mine.receives(*(mail(f"m{place}", sender=f"c{place}@example.test") for place in range(5)))
    async with console(mine.workspace) as running:
        prefer(running, notify="osc777")
        await running.until(lambda: running.desk.summary is not None)
        await running.until(lambda: running.desk.notifier._known is not None)
        triage.assign(mine.workspace, koen, numbers, "sanne")
        await running.until(lambda: [one for one in written if "]777;" in one], "a notification")
    (rung,) = [one for one in written if "]777;" in one]
    assert "5 assigned to you, koen gave you" in rung


@pytest.mark.parametrize("quiet", [{"do_not_disturb": True}, {"quiet_hours": "00:00-24:00"}, {"notify": "off"}])
async def test_nothing_rings_when_it_shall_not(mine: Desk, written: list[str], quiet: dict[str, object]) -> None:
    async with console(mine.workspace) as running:
        prefer(running, **{"notify": "bell", **quiet})
        await running.until(lambda: running.desk.notifier._known is not None)
        mine.receives(mail("4", "Second", answers="1"))
        await running.sees("1 new: gn")
    assert "\x07" not in written


async def test_the_key_for_do_not_disturb_says_so_and_turns_back(mine: Desk) -> None:
    async with console(mine.workspace) as running:
        await running.press("D")
        await running.sees("do not disturb: nothing rings", "quiet")
        assert running.desk.session.preferences.do_not_disturb
        await running.press("g", "n")
        await running.sees("Nothing happened")
        await running.press("D")
        await running.sees("what is new rings again")
        assert not running.desk.session.preferences.do_not_disturb


async def test_what_is_new_in_the_conversation_being_read_is_seen_and_rings_not(mine: Desk, written: list[str]) -> None:
    async with console(mine.workspace) as running:
        prefer(running, notify="osc9")
        await running.until(lambda: running.desk.notifier._known is not None)
        running.desk.enter(1)
        await running.sees("NOT ANSWERED")
        mine.receives(mail("4", "One thing more", answers="1"))
        await running.sees("One thing more")
        await running.until(lambda: mine.count("notification", "seen_at IS NOT NULL"), "seen")
    assert not [one for one in written if "]9;" in one]


async def test_a_channel_that_goes_down_and_what_falls_due_ring_too(mine: Desk, written: list[str]) -> None:
    with standing_clock(clock.now()) as hand:
        async with console(mine.workspace) as running:
            prefer(running, notify="osc9")
            await running.until(lambda: running.desk.notifier._known is not None)
            hand.forward(hours=9)
            channels.note_health(mine.workspace, mine.channel.id, Health.DOWN, "no route to host")
            await running.until(lambda: [one for one in written if "]9;" in one], "a notification")
    (rung,) = [one for one in written if "]9;" in one]
    assert "1 channel down, 1 overdue" in rung


async def test_the_title_counts_and_is_given_back(mine: Desk, written: list[str]) -> None:
    async with console(mine.workspace) as running:
        await running.until(lambda: any("]2;" in one for one in written), "a title")
        mine.receives(mail("4", "Second", answers="1"))
        await running.until(lambda: any("OmniDesk 1 mine, 1 new" in one for one in written), "a fresh title")
    titles = [one for one in written if "]2;" in one]
    assert titles[0] == "\x1b[22;2t\x1b]2;OmniDesk 1 mine\x07"
    assert titles[-1] == "\x1b]2;\x07\x1b[23;2t"


@pytest.mark.parametrize("how", ["osc9", "osc777", "osc99"])
@pytest.mark.parametrize("inside", [{}, {"TMUX": "/tmp/t,1,0"}])
def test_nothing_from_outside_ends_a_sequence_or_begins_another(how: str, inside: dict[str, str]) -> None:
    """Promise 8: what a customer wrote stays data in a notification too."""
    plain = sequence(how, "Anna answered", inside)  # type: ignore[arg-type]
    hostile = sequence(how, f"Anna {HOSTILE}answered\n\x00\x85 {'x' * 5000}", inside)  # type: ignore[arg-type]
    for sign in ("\x1b", "\x07", "\x9c", "\x9d", "\n", "\u202e", "\x00"):
        assert hostile.count(sign) == plain.count(sign), repr(sign)
    assert len(hostile) < 300
    if how == "osc777":
        assert hostile.count(";") == plain.count(";")


def test_the_terminal_is_told_in_the_way_it_knows() -> None:
    assert way("auto", {"TERM": "xterm-kitty"}) == "osc99"
    assert way("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}) == "osc9"
    assert way("auto", {"TERM": "foot"}) == "osc777"
    assert way("auto", {"TERM": "xterm-256color", "VTE_VERSION": "7803"}) == "osc777"
    assert way("auto", {"TERM": "xterm-256color", "VTE_VERSION": "odd"}) == "bell"
    assert way("auto", {}) == "bell"
    assert way("off", {"TERM": "foot"}) == "off"
    assert sequence("off", "said", {}) == ""
    assert sequence("bell", "said", {"TMUX": "x"}) == "\x07"
    assert sequence("osc9", "said", {"STY": "x"}) == "\x07"
    assert sequence("osc9", "said", {"TMUX": "x"}) == "\x1bPtmux;\x1b\x1b]9;OmniDesk: said\x07\x1b\\\x07"


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [("22:00-07:00", "23:10", True), ("22:00-07:00", "06:59", True), ("22:00-07:00", "07:00", False),
     ("12:00-13:00", "12:30", True), ("12:00-13:00", "13:00", False), ("", "03:00", False),
     ("00:00-24:00", "15:00", True)],
)  # fmt: skip
def test_quiet_hours_are_the_agents_own_and_may_cross_midnight(hours: str, at: str, quiet: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-23T{at}:00").astimezone()
    assert is_quiet(Preferences(quiet_hours=hours), clock.from_datetime(moment)) is quiet


def test_words_of_every_sort_of_news() -> None:
    said = {kind: notifications.said(news(kind, said="550 no")) for kind in NewsKind}
    assert said[NewsKind.ANSWER] == "Anna answered #1: Where is it?"
    assert said[NewsKind.FAILED] == "not sent: your answer in #1: Where is it? (550 no)"
    assert said[NewsKind.OVERDUE] == "#1 is overdue: Where is it?"
    assert len(set(said.values())) == len(NewsKind)
    some = [news(NewsKind.ANSWER), news(NewsKind.ANSWER, 2), news(NewsKind.MENTION)]
    assert grouped(some) == "2 answers, 1 mention; Anna answered #1: Where is it?"


def test_the_title_leaves_out_what_is_nothing(desk: Desk) -> None:
    assert title(status.summary(desk.workspace, desk.me.agent_id)) == "OmniDesk 0 mine"
