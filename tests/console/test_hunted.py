"""What broke the console under a fast typist or in an odd order of keys, and does not any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from omnidesk.cli import main
from omnidesk.demo import shop
from omnidesk.desk import composing, drafts, joining, planning, triage, views
from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.help import HelpScreen
from omnidesk.screens.outbox import OutboxScreen
from omnidesk.screens.palette import Palette
from omnidesk.widgets import queue_row
from omnidesk.words.errors import RefusedError
from tests.console.steering import NARROW, Console, console
from tests.filling import BRAM, CARO, Desk, mail


def at_once(running: Console, *keys: tuple[str, str | None]) -> None:
    """Give the screen on top keys that it gets before it can do anything with the first."""
    screen = running.app.screen
    for key, character in keys:
        screen.post_message(events.Key(key, character))


def commands(running: Console, screen: Any) -> list[str]:
    """Return which of Textual's own commands the palette offers on a screen."""
    return [one.title for one in running.app.get_system_commands(screen)]


async def test_keys_typed_before_the_help_is_there_leave_the_help_and_nothing_beneath(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, NARROW) as running:
        await running.press("g", "O")
        await running.sees("Outbox 0")
        at_once(running, ("question_mark", "?"), ("q", "q"), ("q", "q"), ("q", "q"))
        await running.until(lambda: not isinstance(running.app.screen, HelpScreen), "the help to be read and left")
        while isinstance(running.app.screen, OutboxScreen):
            at_once(running, ("q", "q"), ("q", "q"))
            await running.pilot.pause()
        await running.until(lambda: running.app.screen is running.desk, "the queue")
        await running.press("g", "C")
        await running.sees("Channels 1")


async def test_enter_twice_in_the_palette_runs_the_command_once(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    async with console(desk.workspace) as running:
        await running.sees("Open 3")
        await running.press("colon")
        await running.type("move to spam")
        palette = running.app.screen
        assert isinstance(palette, Palette)
        await running.until(lambda: palette._list_visible and palette._hit_count, "the command")
        field = palette.query_one(Input)
        for _again in range(3):
            palette.post_message(Input.Submitted(field, field.value))
        await running.sees("Open 2")
        await running.pilot.pause()
        assert isinstance(running.app.screen, DeskScreen)
        assert desk.count("conversation", "place = 'spam'") == 1


async def test_the_palette_offers_nothing_of_textual_that_leaves_without_asking(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as running:
        await running.press("ctrl+p")
        await running.sees("Go to the first row")
        assert not commands(running, running.desk)
        await running.press("escape", "g", "O")
        await running.sees("Outbox 0")
        titles = commands(running, running.app.screen)
        assert "Quit" not in titles and "Keys" not in titles


def test_mail_that_came_back_is_no_stranger_to_answer(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM, answers="1"))
    desk.receives(mail("3", sender="mailer-daemon@away.test", answers="1", auto="bounce"))
    said = " ".join(planning.plan(desk.workspace, 1).flagged)
    assert BRAM in said and "mailer-daemon" not in said


def test_a_draft_goes_with_its_answer_though_the_conversation_was_merged_meanwhile(desk: Desk) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender=BRAM))
    drafts.save(desk.workspace, desk.me, second, "reply", "half a text")
    joining.merge(desk.workspace, desk.me, second, first)
    composing.reply(desk.workspace, desk.me, second, "half a text, and the rest")
    assert drafts.waiting(desk.workspace, desk.me) == []


@pytest.mark.parametrize("gone", [triage.delete, triage.spam])
def test_nothing_is_merged_out_of_sight(desk: Desk, gone: Callable[..., object]) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender=BRAM))
    gone(desk.workspace, desk.me, first)
    with pytest.raises(RefusedError, match="open it again"):
        joining.merge(desk.workspace, desk.me, second, first)
    joining.merge(desk.workspace, desk.me, first, second)


def test_a_row_of_one_line_says_each_thing_once(desk: Desk) -> None:
    desk.receives(mail("1", "waar blijft mijn pakje", subject=""))
    (row,) = views.page(desk.workspace, "open", None, 1)
    said = "".join(text for _style, text in queue_row.whole_line(row, 120, row.last_message_at, False, False))
    assert said.count("waar blijft") == 1


def test_a_demo_that_broke_leaves_the_log_that_it_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "throw-away"
    monkeypatch.setattr(shop, "make", lambda folder: made)

    def breaks(home: str, **_asked: object) -> int:
        (made / "log").mkdir(parents=True)
        (made / "log" / "console.log").write_text("why")
        return 1

    monkeypatch.setattr("omnidesk.app.run", breaks)
    main.run(["demo", "--frozen"])
    assert (made / "log" / "console.log").exists()
    monkeypatch.setattr("omnidesk.app.run", lambda home, **_asked: 0)
    (made / "log" / "console.log").unlink()
    main.run(["demo", "--frozen"])
    assert not made.exists()
