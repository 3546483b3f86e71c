"""The composer: recipients, files, channels, preview, quoting, colleagues in notes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.events import Paste

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, drafts
from tests.console.steering import Console, console
from tests.filling import ANNA, Desk, mail


async def begin(here: Console, key: str = "r") -> None:
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def test_recipients_can_be_changed_and_are_kept_with_the_draft(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("For both of you")
        await here.press("tab", "tab")
        await here.sees("Cc", "Bcc")
        await here.type("bram@example.test")
        await here.until(
            lambda: (kept := drafts.get(desk.workspace, desk.me, number, "reply")) and kept.written.cc, "the copy kept"
        )
        await here.press("escape")
    async with console(desk.workspace) as here:
        await here.sees("1 draft is waiting")
        await begin(here)
        await here.sees("bram@example.test", "For both of you")
        await here.press("ctrl+s")
        await here.sees("new to this conversation")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    said = desk.value("SELECT recipients_json FROM message WHERE direction = 'outbound'")
    assert "bram@example.test" in said and ANNA in said


async def test_tab_completes_an_address_that_is_known(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.queue.select(1)
        await begin(here)
        await here.press("tab", "tab")
        await here.type("bra")
        fields = here.desk.composer.fields
        assert fields is not None
        await here.until(lambda: "bram@example.test" in fields.fields["cc"]._suggestion, "the suggestion")
        await here.press("tab")
        assert fields.fields["cc"].value == "Bram <bram@example.test>"


async def test_tab_takes_somebody_who_is_found_by_a_part_of_the_name(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender="p@example.test", name="Piet Jansen"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.queue.select(1)
        await begin(here)
        await here.press("tab", "tab")
        await here.type("jans")
        await here.sees("jans → Piet Jansen <p@example.test>")
        await here.press("right")
        fields = here.desk.composer.fields
        assert fields is not None
        assert fields.fields["cc"].value == "Piet Jansen <p@example.test>"


async def test_a_file_is_attached_by_path_shown_with_its_size_and_taken_off(desk: Desk, tmp_path: Path) -> None:
    (number,) = desk.receives(mail("1"))
    (tmp_path / "label.pdf").write_bytes(b"%PDF-1.4" + b"0" * 20_000)
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Your label")
        await here.press("f5")
        await here.type(str(tmp_path / "lab"))
        await here.until(
            lambda: here.desk.prompt.query_one("PromptInput")._suggestion.endswith("label.pdf"), "the path"
        )  # type: ignore[attr-defined]
        await here.press("tab", "enter")
        await here.sees("[1] label.pdf 20 kB")
        await here.press("f5", *"-1", "enter")
        await here.sees_not("label.pdf")
        await here.press("f5")
        await here.type(str(tmp_path / "label.pdf"))
        await here.press("enter")
        await here.sees("[1] label.pdf")
        await here.until(
            lambda: (kept := drafts.get(desk.workspace, desk.me, number, "reply")) and kept.written.files, "the draft"
        )
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
        await here.press("u")
        await here.sees("[1] label.pdf", "Your label")
    assert desk.value("SELECT size FROM attachment") == 20_008


async def test_a_pasted_path_attaches_the_file_and_other_text_is_written(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    (tmp_path / "a b.txt").write_text("x" * 3000)
    async with console(desk.workspace) as here:
        await begin(here)
        here.app.post_message(Paste(f"{tmp_path}/a\\ b.txt "))
        await here.sees("[1] a b.txt 3 kB")
        assert here.desk.composer.text == ""
        here.app.post_message(Paste("/etc is a folder, not a file"))
        await here.until(lambda: here.desk.composer.text == "/etc is a folder, not a file", "the text")


async def test_a_paste_of_five_megabytes_is_kept_as_a_file(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        here.app.post_message(Paste("very long " * 500_000))
        await here.sees("pasted-", "5.0 MB")
        assert here.desk.composer.text == ""
        kept = await here.until(lambda: drafts.get(desk.workspace, desk.me, number, "reply"), "the draft")
        await here.type("and a word")
        assert here.desk.composer.text == "and a word"
    assert len(await asyncio.to_thread(Path(kept.written.files[0].source).read_bytes)) == 5_000_000


async def test_what_is_too_large_for_the_channel_is_refused_before_it_is_queued(desk: Desk, tmp_path: Path) -> None:
    files = {"smtp_host": "localhost", "imap_host": "localhost"}
    post = desk.adds_channel("post", "post@shop.test", "email", settings=files)
    raw = b"From: Anna <anna@example.test>\r\nTo: post@shop.test\r\nMessage-ID: <m1@example.test>\r\n\r\nHi\r\n"
    desk.receives(Item("m1", raw, clock.now()), channel=post)
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(30_000_000)
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("See")
        await here.press("f5")
        await here.type(str(tmp_path / "film.mp4"))
        await here.press("enter")
        await here.sees("film.mp4 30")
        await here.press("ctrl+s", "enter")
        await here.sees("30.0 MB", "takes 20.0 MB")
        assert desk.count("outbox") == 0
        assert here.desk.composer.text == "See"


async def test_the_chooser_says_why_a_channel_cannot_carry_it(desk: Desk) -> None:
    desk.adds_channel("trial", "trial@shop.test", read_only=True)
    desk.adds_channel("sales", "sales@shop.test")
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("f4")
        await here.sees("By which channel?", "cannot: trial is on trial: read only")
        await here.press("j", "enter")
        await here.sees("[sales]")


async def test_the_preview_shows_what_arrives(desk: Desk) -> None:
    desk.receives(mail("1"))
    agents.set_agent(desk.workspace, desk.me, "sanne", signature="Sanne\nThe Shop")
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("It comes")
        await here.press("f6")
        await here.sees("As they will see it", "Re: Subject 1", "It comes", "The Shop", "Anna <anna@example.test>")
        await here.press("q")
        assert here.desk.composer.text == "It comes"


async def test_quoting_puts_what_is_answered_into_the_text(desk: Desk) -> None:
    desk.receives(mail("1", "First line\nSecond line"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("f7")
        await here.until(lambda: "> First line\n> Second line" in here.desk.composer.text, "the quote")
        assert "Anna wrote:" in here.desk.composer.text


async def test_the_whole_screen_can_be_had_for_writing(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("f8")
        await here.until(lambda: here.desk.composer.size.height > 30 and here.desk.composer.size.width > 130, "room")
        await here.type("Wide")
        await here.press("f8")
        await here.until(lambda: here.desk.composer.size.height < 20, "the old place")
        assert here.desk.composer.text == "Wide"


async def test_a_note_completes_colleagues_and_tells_them(desk: Desk) -> None:
    desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    async with console(desk.workspace) as here:
        await begin(here, "n")
        await here.type("Can you, @ko")
        await here.press("tab")
        assert here.desk.composer.text == "Can you, @koen "
        await here.press("ctrl+s")
        await here.until(lambda: desk.count("notification", f"kind = 'mention' AND agent_id = {koen.agent_id}"), "it")


async def test_the_editor_cannot_be_used_without_a_terminal_and_says_so(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Kept")
        await here.press("ctrl+o")
        await here.sees("cannot be handed over")
        assert here.desk.composer.text == "Kept"
