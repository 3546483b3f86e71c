"""Replies and notes: who gets them, drafts, sending, and taking back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.events import Paste

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, composing, drafts, presence, settings, undo
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
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET read_only = 1 WHERE name = 'demo'"))
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


async def test_a_colleague_who_answers_too_is_shown_and_asked_about(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    presence.show(desk.workspace, "elsewhere", koen.agent_id or 0, number, "answering")
    async with console(desk.workspace) as here:
        await begin(here)
        await here.sees("koen is answering")
        await here.until(lambda: "sanne + koen" in here.pane(here.desk.header), "koen in the header")
        await here.until(lambda: "koen is answering" in here.pane(here.desk.composer), "the warning")
        await here.type("I know")
        composing.reply(desk.workspace, koen, number, "I was faster", now=True)
        await here.press("ctrl+s", "enter")
        await here.sees("koen answered", "Send all the same?")
        await here.press("enter")
        assert desk.count("outbox") == 1
        assert here.desk.composer.text == "I know"
        await here.press("ctrl+s", "enter")
        await here.sees("Send all the same?")
        await here.press("y", "enter")
        await here.until(lambda: desk.count("outbox") == 2, "the outbox")


async def test_presence_says_who_answers_and_goes_with_the_console(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("x")
        await here.until(
            lambda: (
                [(one.conversation_id, one.doing) for one in presence.around(desk.workspace)]
                in ([(number, "typing")], [(number, "answering")])
            ),
            "the presence",
        )
        assert desk.count("event", "kind LIKE 'presence%'") == 0
    wait_until(lambda: not presence.around(desk.workspace), what="the presence to go")


async def test_what_greets_somebody_else_is_asked_about_when_it_was_not_seen(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Dear Eva, it comes.")
        await here.sees("the text greets Eva, the customer is Anna")
        await here.press("ctrl+s")
        await here.until(lambda: "greets Eva" in here.pane(here.desk.keys), "the warning at the question")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert number


async def test_h_sends_and_waits_for_somebody_else(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("PostNL looks for it.")
        await here.press("ctrl+s", "h")
        await here.sees("wait for:")
        await here.type("PostNL")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    row = desk.workspace.database.reader.one("SELECT status, hold_for FROM conversation WHERE id = ?", (number,))
    assert tuple(row or ()) == ("on-hold", "PostNL")


async def test_l_sends_later_and_w_takes_it_back(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("See you tomorrow")
        await here.press("ctrl+s", "l")
        await here.type("tomorrow 9:00")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox", "due_at > created_at + 60000") == 1, "the outbox")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
        here.desk.enter(number)
        await here.sees("an answer goes")
        await here.press("W")
        await here.until(lambda: here.desk.composer.text == "See you tomorrow", "the draft")
    assert desk.count("outbox", "state = 'cancelled'") == 1


async def test_a_time_that_is_no_time_keeps_the_text(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Later")
        await here.press("ctrl+s", "l", *"soonish", "enter")
        await here.sees("is no time")
        assert here.desk.composer.text == "Later"
        assert here.desk.place == "composer"


@pytest.mark.parametrize(("setting", "place"), [("next", "thread"), ("list", "queue"), ("stay", "thread")])
async def test_the_setting_says_what_comes_after_a_reply(desk: Desk, setting: str, place: str) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    settings.put(desk.workspace, "after_reply", setting)
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.enter(first)
        await begin(here)
        await here.type("Done")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1 and not here.desk.composer.active, "the reply")
        await here.until(lambda: here.desk.place == place, place)
        if setting != "list":
            assert here.desk.open_id == (second if setting == "next" else first)


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


async def test_f_asks_a_third_party_whom_the_customer_never_sees(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here, "f")
        await here.sees("ASIDE - to somebody else, never to the customer")
        await here.type("claims@post.test")
        await here.press("enter", "enter", "enter", "enter")
        await here.type("Where is 3SABC?")
        assert here.desk.composer.text == "Where is 3SABC?"
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("message", "aside_id IS NOT NULL") == 1, "the aside")
        await here.sees("ASIDE")
    assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"
    assert desk.value("SELECT subject FROM message WHERE aside_id IS NOT NULL") == "Fwd: Subject 1"


async def test_capital_f_passes_the_message_on_with_its_files(desk: Desk) -> None:
    desk.receives(mail("1", "It is broken", files={"photo.jpg": b"jpeg"}))
    async with console(desk.workspace) as here:
        await begin(here, "F")
        await here.sees("[1] photo.jpg")
        assert "It is broken" in here.desk.composer.text
        await here.type("repairs@makers.test")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("message", "aside_id IS NOT NULL") == 1, "the aside")
    assert desk.count("attachment", "name = 'photo.jpg'") == 2


async def test_capital_c_writes_to_somebody_first(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await here.press("C")
        await here.until(lambda: here.desk.composer.active, "the composer")
        await here.sees("NEW - private")
        await here.type("eva@example.test")
        await here.press("enter", "enter", "enter")
        await here.type("Your visit")
        await here.press("enter")
        await here.type("Shall we say Friday?")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
    assert desk.value("SELECT subject FROM conversation") == "Your visit"


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


async def test_the_editor_cannot_be_used_without_a_terminal_and_says_so(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Kept")
        await here.press("ctrl+o")
        await here.sees("cannot be handed over")
        assert here.desk.composer.text == "Kept"
