"""Writing, the whole of it: every way to send on a small screen, files without words, merged drafts, undo after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.desk import composing, drafts, enclosing, joining, macros, triage
from omnidesk.screens.actions import ACTIONS
from omnidesk.screens.keys import Keymap
from omnidesk.widgets.bars import KeyLine
from omnidesk.widgets.lines import cells
from omnidesk.words import speech
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import MacroActions, Wording
from tests.console.steering import NARROW, Console, console
from tests.filling import BRAM, CARO, Desk, mail


async def begin(here: Console, key: str = "r") -> None:
    """Open the composer."""
    await here.until(lambda: here.desk.queue.cursor is not None, "a row")
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


@pytest.mark.parametrize("size", [NARROW, (100, 30), (140, 40)])
async def test_the_line_that_asks_how_to_send_shows_every_way(desk: Desk, size: tuple[int, int]) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, size) as here:
        await begin(here)
        await here.type("Dear Eva, it comes.")
        await here.until(lambda: here.desk.composer.warning, "the warning about the name")
        await here.press("ctrl+s")
        await here.sees("Send?" if size != NARROW else "Send")
        line = here.pane(here.desk.keys)
        shown = [pair[0] for pair in here.desk.keymap.line("send")]
        assert sorted(shown) == sorted(["Enter", "c", "w", "h", "l", "m", "o", "esc"])
        for key in shown:
            assert f" {key} " in line, line
        assert line.rstrip() == line.rstrip("…").rstrip(), line


async def test_an_answer_to_many_is_counted_down_for_all_of_them(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    async with console(desk.workspace, NARROW) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        await here.press("x", "x", "x")
        await here.until(lambda: len(here.desk.queue.marked) == 3, "three marks")
        await begin(here)
        await here.type("It comes tomorrow.")
        await here.press("ctrl+s", "m")
        await here.sees("y sends it")
        await here.press("y")
        await here.until(lambda: desk.count("outbox") == 3, "the outbox")
        await here.sees("answer to 3 customers goes in", "u takes all back")
        await here.press("u")
        await here.until(lambda: desk.count("outbox", "state = 'cancelled'") == 3, "all to be taken back")


async def test_a_file_goes_without_words_and_the_line_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    slip = tmp_path / "slip.txt"
    slip.write_text("return slip")
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("f5")
        await here.type(str(slip))
        await here.press("enter")
        await here.until(lambda: here.desk.composer.now and here.desk.composer.now.files, "the file")
        await here.press("ctrl+s")
        await here.until(lambda: "no text, only files" in here.pane(here.desk.keys), "the warning")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert desk.value("SELECT text FROM message WHERE direction = 'outbound'") == ""
    assert desk.value("SELECT name FROM attachment") == "slip.txt"


async def test_a_file_is_not_sent_on_a_channel_that_takes_none(desk: Desk, tmp_path: Path) -> None:
    slip = tmp_path / "slip.txt"
    slip.write_text("return slip")
    sms = desk.adds_channel("sms", "+31600000000", "sample-sms")
    (number,) = desk.receives(mail("1", sender="+31612345678"), channel=sms)
    drafts.save(desk.workspace, desk.me, number, "reply", drafts.Written("", files=(enclosing.find(slip),)))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("ctrl+s")
        await here.sees("sms takes no attachments")
        assert here.desk.place == "composer"


async def test_text_messages_are_counted_while_one_writes(desk: Desk) -> None:
    sms = desk.adds_channel("sms", "+31600000000", "sample-sms")
    desk.receives(mail("1", sender="+31612345678"), channel=sms)
    async with console(desk.workspace) as here:
        await begin(here)
        here.desk.composer.put("a" * 160)
        await here.sees("1 SMS, 160 of 459")
        here.desk.composer.put("ł" * 71)
        await here.sees("2 SMS, 163 of 459")


async def test_nothing_at_all_is_not_sent(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("ctrl+s")
        await here.sees("there is nothing to send yet")


async def test_u_after_writing_anew_takes_back_just_that(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.set_priority(desk.workspace, desk.me, number, Priority.HIGH)
    composing.reply(desk.workspace, desk.me, number, "Tomorrow")
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.window.count is not None, "the queue")
        await here.press("g", "O")
        await here.sees("Outbox 1")
        await here.press("e")
        await here.until(lambda: here.desk.composer.text == "Tomorrow", "the draft")
        await here.press("escape")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
        await here.press("u")
        await here.until(lambda: desk.count("outbox", "state = 'queued'") == 1, "the answer on its way")
        await here.sees("took back: message")
    assert desk.count("draft") == 0
    assert desk.value("SELECT priority FROM conversation WHERE id = ?", number) == "high"


async def test_a_draft_of_a_conversation_that_was_merged_is_offered_where_it_went(desk: Desk) -> None:
    gone, kept = desk.receives(mail("1"), mail("2", sender=BRAM))
    drafts.save(desk.workspace, desk.me, gone, "reply", "Half a sentence")
    joining.merge(desk.workspace, desk.me, gone, kept)
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        row = here.desk.queue.cursor
        assert row is not None and row.id == kept and row.has_draft
        await begin(here)
        assert here.desk.composer.text == "Half a sentence"


async def test_what_a_macro_does_is_not_forgotten_with_the_console(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    _act, macro = macros.add(
        desk.workspace,
        desk.me,
        "where",
        [Wording("en", "", "It is on its way to you.")],
        MacroActions(status=Status.CLOSED),
    )
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        await here.press("m")
        await here.sees("where")
        await here.press("enter")
        await here.until(lambda: "on its way" in here.desk.composer.text, "the macro in the draft")
        await here.until(lambda: desk.count("draft", "recipients_json LIKE '%macros%'") == 1, "the draft")
    async with console(desk.workspace) as here:
        await begin(here)
        await here.until(lambda: "done with the send" in here.desk.composer.warning, "what the macro does")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "closed"
    assert macro.actions.status is Status.CLOSED


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_way_to_send_fits_into_eighty_columns(language: str) -> None:
    speech.speak(language)
    try:
        line, keymap = KeyLine(), Keymap(ACTIONS)
        line.set_keys(keymap.line("send"), speech._("Send?"), keymap.line("send", brief=True))
        said = "".join(text for _style, text in line.parts(80))
        assert all(f" {key} " in said for key, _word in keymap.line("send")), said
        assert cells(said) <= 80, said
    finally:
        speech.speak("en")
