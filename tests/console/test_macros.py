"""Macros in the console: chosen, inserted, turned, sent with what they do, made from a reply, listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.desk import macros, threads
from omnidesk.screens.macro_chooser import MacroChooser
from omnidesk.screens.macro_list import Macros
from omnidesk.words.kinds import Status
from omnidesk.words.rows import MacroActions, Wording
from tests.console.steering import MIDDLE, NARROW, WIDE, Console, console
from tests.filling import BRAM, Desk, mail

WORDINGS = (Wording("nl", "", "Beste {{customer.first_name}}"), Wording("en", "", "Dear {{customer.first_name}}"))


@pytest.fixture
def where(desk: Desk) -> int:
    """A conversation in Dutch, and the macros `where` and `thanks`."""
    actions = MacroActions(Status.CLOSED, ("+told",))
    macros.add(desk.workspace, desk.me, "where", WORDINGS, actions)
    macros.add(desk.workspace, desk.me, "thanks", [Wording("", "", "Thank you!")])
    return desk.receives(mail("1", "Waar is mijn pakje?"))[0]


async def choosing(here: Console) -> MacroChooser:
    await here.until(lambda: isinstance(here.app.screen, MacroChooser) and here.app.screen.filled, "the chooser")
    assert isinstance(here.app.screen, MacroChooser)
    return here.app.screen


async def writing(here: Console, text: str) -> None:
    await here.until(lambda: here.desk.composer.text == text, f"{text!r}, not {here.desk.composer.text!r}")


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_m_inserts_in_the_customers_language_and_enter_does_what_it_does(
    desk: Desk, where: int, size: tuple[int, int]
) -> None:
    async with console(desk.workspace, size) as here:
        await here.press("m")
        await choosing(here)
        await here.sees("where", "nl en", "Beste Anna", "closed, +told")
        await here.press("enter")
        await writing(here, "Beste Anna")
        await here.sees("done with the send: closed, +told")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: threads.conversation(desk.workspace, where).status is Status.CLOSED, "it to close")
        assert threads.conversation(desk.workspace, where).tags == ("told",)
        assert macros.get(desk.workspace, desk.me, "where").uses == 1
        await here.press("u")
        await here.until(lambda: threads.conversation(desk.workspace, where).status is Status.OPEN, "the undo")
        assert threads.conversation(desk.workspace, where).tags == ()


async def test_the_chooser_answers_to_what_is_typed_and_turns_the_language(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("m")
        chooser = await choosing(here)
        await here.type("tha")
        await here.until(lambda: [one.macro.name for one in chooser.found] == ["thanks"], "thanks alone")
        await here.press("backspace", "backspace", "backspace")
        await here.until(lambda: len(chooser.found) == 2, "both")
        await here.press("down")
        await here.until(lambda: chooser.filled and chooser.filled.macro.name == "thanks", "the second")
        await here.press("up")
        await here.until(lambda: chooser.filled and chooser.filled.macro.name == "where", "the first")
        await here.press("ctrl+l")
        await here.sees("Dear Anna")
        await here.press("enter")
        await writing(here, "Dear Anna")


async def test_escape_thinks_better_of_it(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("m")
        await choosing(here)
        await here.press("escape")
        await here.until(lambda: here.app.screen is here.desk, "the queue")
        assert not here.desk.composer.active


async def test_a_slash_at_the_start_of_a_line_chooses_elsewhere_it_is_a_slash(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("and/or")
        await here.press("enter", "slash")
        await choosing(here)
        await here.press("enter")
        await writing(here, "and/or\nBeste Anna")
        await here.press("enter", "slash")
        await choosing(here)
        await here.press("escape")
        await writing(here, "and/or\nBeste Anna\n/")
        await here.until(lambda: here.desk.place == "composer", "the text")


async def test_a_slash_in_a_note_is_a_slash(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("n")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.press("slash")
        await writing(here, "/")


async def test_ctrl_l_turns_the_language_of_what_was_inserted(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.press("ctrl+l")
        await here.sees("there is no macro here to turn")
        await here.press("slash")
        await choosing(here)
        await here.press("enter")
        await writing(here, "Beste Anna")
        await here.press("ctrl+l")
        await writing(here, "Dear Anna")
        await here.press("ctrl+l")
        await writing(here, "Beste Anna")


async def test_what_is_left_of_a_macro_decides_whether_it_does_anything(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("m")
        await choosing(here)
        await here.press("enter")
        await writing(here, "Beste Anna")
        await here.press("ctrl+a")
        await here.press(*["backspace"] * len("Beste Anna"), *["delete"] * len("Beste Anna"))
        await writing(here, "")
        await here.type("Hoi")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the reply")
        assert threads.conversation(desk.workspace, where).tags == ()


async def test_an_empty_placeholder_is_asked_about_before_it_goes(desk: Desk) -> None:
    desk.receives(mail("1", "Hello"))
    macros.add(desk.workspace, desk.me, "order", [Wording("", "", "Your order {{fact.order}}")])
    async with console(desk.workspace) as here:
        await here.press("m")
        await choosing(here)
        await here.sees("the order number last named here is not known")
        await here.press("enter")
        await writing(here, "Your order {{fact.order}}")
        await here.press("ctrl+s", "enter")
        await here.sees("{{fact.order}} stands in the text", "Send all the same?")
        await here.press("enter")
        await here.sees("not sent: the draft is kept")
        assert desk.count("outbox") == 0


async def test_plus_makes_a_macro_of_the_newest_answer(desk: Desk) -> None:
    desk.receives(mail("1", "Waar is NL-10234?"))
    async with console(desk.workspace) as here:
        await here.press("r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("Beste Anna, NL-10234 komt eraan.")
        await here.press("ctrl+s", "o")
        await here.until(lambda: desk.count("outbox") == 1, "the reply")
        await here.until(lambda: here.desk.place == "thread", "the thread")
        await here.press("plus")
        await here.sees("Macro from the answer")
        await here.type("on its way")
        await here.press("enter")
        await here.sees("macro on its way made")
        (wording,) = macros.get(desk.workspace, desk.me, "on its way").wordings
        assert (wording.language, wording.text) == ("nl", "Beste {{customer.name}}, {{fact.order}} komt eraan.")


async def listing(here: Console) -> None:
    await here.type("gM")
    await here.until(lambda: isinstance(here.app.screen, Macros) and here.app.screen.macro, "the list")


async def test_the_list_shows_what_they_say_and_answers_with_one(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.sees("Macros 2", "thanks", "Beste {{customer.first_name}}", "closed, +told")
        await here.press("j", "enter")
        await writing(here, "Beste Anna")


async def test_the_list_removes_with_one_undo(desk: Desk, where: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("#")
        await here.sees("macro thanks removed", "Macros 1")
        await here.press("u")
        await here.sees("Macros 2")


async def test_the_list_takes_files_in_and_writes_them(
    desk: Desk, where: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more.yaml").write_text("- {name: extra, text: Hello}\n- {name: where, text: x}")
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("i")
        await here.type("more.yaml")
        await here.press("enter")
        await here.sees("1 macro made, 1 were there already", "extra")
        await here.press("w", "enter")
        await here.sees("3 macros in macros.yaml")
        assert "name: extra" in (tmp_path / "macros.yaml").read_text()


async def test_the_editor_writes_and_changes_macros(
    desk: Desk, where: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i -e 's/the name/greeting/' -e 's/Thank you/Many thanks/' \"$1\"\n")
    editor.chmod(0o700)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    async with console(desk.workspace) as here:
        await listing(here)
        with _suspending(here):
            await here.press("e")
            await here.sees("macro thanks changed", "Many thanks!")
            await here.press("n")
            await here.sees("1 macro made", "greeting")


def _suspending(here: Console) -> object:
    """A pilot has no terminal to hand over."""
    import contextlib
    from unittest import mock

    return mock.patch.object(here.app, "suspend", contextlib.nullcontext)


async def test_m_with_marks_shows_who_would_get_it(desk: Desk, where: int) -> None:
    desk.receives(mail("2", "Where is it?", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.window.count == 2, "both")
        await here.press("x", "x", "m")
        await choosing(here)
        await here.type("where")
        await here.until(lambda: len(here.app.screen.found) == 1, "where alone")  # type: ignore[attr-defined]
        await here.press("enter")
        await here.sees("“where” to 2 of 2: y sends it", "Beste Anna", "Dear Bram")
