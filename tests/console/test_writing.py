"""Replies and notes: who gets them, drafts, sending, and taking back."""

from __future__ import annotations

import pytest
from textual.events import Paste

from omnidesk import clock
from omnidesk.desk import composing, drafts, undo
from omnidesk.screens.desk import DeskScreen
from tests.console.steering import MIDDLE, NARROW, WIDE, Console, console
from tests.filling import ANNA, Desk, mail, wait_until


async def begin(here: Console, key: str = "r") -> None:
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_the_composer_shows_who_gets_the_reply_and_by_what(desk: Desk, size: tuple[int, int]) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, size) as here:
        await begin(here)
        await here.sees("REPLY - private", f"<{ANNA}>", "[demo]", "ctrl+s")


async def test_a_reply_goes_out_after_the_countdown_that_u_takes_back(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("It comes Thursday.")
        await here.press("ctrl+s")
        await here.sees("Send?", "and close")
        await here.press("enter")
        await here.sees(f"#{number} to Anna by demo goes in", "u takes it back", "1 queued")
        assert desk.count("outbox", "state = 'queued'") == 1
        assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "pending"
        await here.press("u")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        assert here.desk.composer.text == "It comes Thursday."
        assert desk.count("outbox", "state = 'queued'") == 0


async def test_c_sends_and_closes(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Done.")
        await here.press("ctrl+s", "c")
        await here.until(
            lambda: desk.value("SELECT status FROM conversation WHERE id = ?", number) == "closed", "it to close"
        )
        assert desk.count("outbox", "state = 'queued'") == 1


async def test_escape_at_the_question_goes_on_writing(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Not yet")
        await here.press("ctrl+s", "escape")
        await here.type("!")
        assert here.desk.composer.text == "Not yet!"
        assert desk.count("outbox") == 0


async def test_nothing_typed_is_lost_when_escape_leaves_the_composer(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Half a thought")
        await here.press("escape")
        await here.sees("draft")
        await begin(here)
        assert here.desk.composer.text == "Half a thought"
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "Half a thought"


async def test_a_draft_is_stored_while_typing_without_leaving(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Unfinished")
        await here.until(lambda: drafts.get(desk.workspace, desk.me, number, "reply") is not None, "the draft")
        assert here.desk.place == "composer"


async def test_quitting_keeps_what_was_typed_last(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Almost lost")
        await here.press("ctrl+q")
    kept = wait_until(lambda: drafts.get(desk.workspace, desk.me, number, "reply"))
    assert kept.text == "Almost lost"


async def test_keys_typed_before_the_composer_is_open_are_text(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        for key in ("r", "e", "e", "l"):
            here.app.simulate_key(key)
        await here.until(lambda: here.desk.composer.active and here.desk.composer.text == "eel", "the text")
        assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"


async def test_a_note_stays_with_the_team(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here, "n")
        await here.sees("NOTE - team only")
        await here.type("Check with the warehouse")
        await here.press("ctrl+s")
        await here.sees("note on #1", "only the team sees this")
        assert desk.count("outbox") == 0


async def test_an_empty_reply_is_not_sent(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("ctrl+s")
        await here.sees("there is nothing to send yet")


async def test_why_a_channel_cannot_carry_the_reply_is_said(desk: Desk) -> None:
    desk.adds_channel("trial", "trial@shop.test", read_only=True)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET read_only = TRUE WHERE name = 'demo'"))
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.sees("on trial: read only")
        await here.type("Hello")
        await here.press("ctrl+s")
        await here.sees("no channel can carry this reply")
        assert desk.count("outbox") == 0


async def test_ctrl_t_turns_the_channel(desk: Desk) -> None:
    desk.adds_channel("sales", "sales@shop.test")
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.sees("[demo]")
        await here.press("ctrl+t")
        await here.sees("[sales]")


async def test_a_newer_message_is_warned_of_before_sending(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Your parcel")
        desk.receives(mail("2", "Never mind, it came!", answers="1"))
        await here.sees("a newer message arrived since")
        await here.press("ctrl+s")
        await here.until(lambda: "newer message" in here.pane(here.desk.keys), "the warning at the question")


async def test_moving_in_the_queue_while_writing_keeps_the_thread_that_is_answered(desk: Desk) -> None:
    first, _ = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Dear Anna")
        here.desk.focus_pane("queue")
        await here.press("j")
        await here.pilot.pause(0.2)
        assert here.desk.open_id == first
        assert here.desk.composer.text == "Dear Anna"


async def test_what_is_pasted_cannot_steer_the_terminal(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        here.app.post_message(Paste("one\x1b]0;title\x07\r\ntwo\x1b[2J"))
        await here.until(lambda: here.desk.composer.text, "the text")
        assert here.desk.composer.text == "one\ntwo"


async def test_a_reply_that_left_already_cannot_be_taken_back_and_says_so(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Gone")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
        desk.workspace.database.write(lambda tx: tx.execute("UPDATE outbox SET due_at = 0"))
        desk.sends_all()
        await here.until(lambda: desk.count("message", "status = 'sent'") == 1, "it to be sent")
        await here.press("u")
        await here.sees("cannot be taken back")
    with pytest.raises(Exception, match="cannot be taken back"):
        undo.undo(desk.workspace, desk.me)
    assert number


async def test_drafts_are_listed_and_gone_on_with(desk: Desk) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    drafts.save(desk.workspace, desk.me, first, "reply", "Dear Anna")
    drafts.save(desk.workspace, desk.me, second, "note", "Ask koen")
    async with console(desk.workspace) as here:
        await here.sees("2 drafts are waiting")
        await here.press("g", "d")
        await here.sees("Your drafts: 2", "Dear Anna", "Ask koen")
        await here.press("j", "enter")
        await here.until(lambda: here.desk.composer.text == "Dear Anna", "the draft")


async def test_quitting_with_something_scheduled_asks_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.receives(mail("1"))
    at = clock.now() + clock.HOUR
    composing.reply(desk.workspace, desk.me, 1, "Later", when=composing.When(at=at))
    monkeypatch.setattr(DeskScreen, "engine_pid", property(lambda screen: 4_000_000))
    async with console(desk.workspace) as here:
        await here.sees("1 scheduled: the engine ends with this console")
        await here.press("ctrl+q")
        await here.sees("1 message stays queued", "Quit?")
        await here.press("enter")
        await here.sees_not("Quit?")
        await here.press("ctrl+q")
        await here.sees("Quit?")
        await here.press("y", "enter")
        await here.until(lambda: here.app._exit, "the end")


async def test_quitting_with_the_only_engine_says_what_that_means(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeskScreen, "engine_pid", property(lambda screen: 4_000_000))
    async with console(desk.workspace) as here:
        await here.press("ctrl+q")
        await here.until(lambda: here.app._exit, "the end")
        assert "omnidesk service install" in str(here.app._exit_renderables)
