"""Reading: what is folded, events, links, files, details, history, search in the thread, and copying."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import composing, files, triage, undo
from omnidesk.screens.confirming import Confirm
from omnidesk.screens.copying import Picking
from omnidesk.screens.details import Details
from omnidesk.screens.history import History
from omnidesk.screens.showing import PictureScreen, Reader
from omnidesk.widgets.lines import Target
from tests.console.steering import Console, console
from tests.desk.test_files import pdf, picture
from tests.filling import ANNA, BRAM, Desk, mail

BRAM_ASKS = "Where is NL-10234? See https://carrier.example/track?x=1 or call +31 6 1234 1234."


@pytest.fixture(autouse=True)
def _by_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent sits at a terminal without a desktop, unless a test says otherwise."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was handed to the desktop's programs."""
    opened: list[str] = []
    monkeypatch.delenv("SSH_CONNECTION")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(files, "open_on_desktop", opened.append)
    return opened


async def reading(here: Console, *seen: str) -> None:
    """Open the first conversation and wait for what it says."""
    await here.press("enter")
    await here.sees(*seen)


def content_of(path: str) -> tuple[str, bytes]:
    return Path(path).name, Path(path).read_bytes()


def screen(here: Console, kind: type[Any]) -> Any:
    return here.app.screen if isinstance(here.app.screen, kind) else None


# What is folded


async def test_earlier_messages_are_one_line_until_the_agent_goes_on_up(desk: Desk) -> None:
    began = clock.now() - 100 * clock.MINUTE
    later = (mail(str(one), f"message {one}.", answers="0", at=began + one * clock.MINUTE) for one in range(1, 50))
    desk.receives(mail("0", "message 0.", at=began), *later)
    async with console(desk.workspace) as here:
        await reading(here, "message 49.")
        thread = here.desk.thread
        assert "+ 30 earlier messages (z, or go on up)" in thread.lines[0].parts[0][1]
        thread.go(0)
        await here.press("k")
        assert not thread.history_folded
        await here.sees("message 29.")
        await here.press("g", "g")
        await here.sees("message 0.")


async def test_z_unfolds_earlier_messages_too(desk: Desk) -> None:
    desk.receives(mail("0"), *(mail(str(one), answers="0") for one in range(1, 30)))
    async with console(desk.workspace) as here:
        await reading(here, "NOT ANSWERED")
        assert here.desk.thread.history_folded
        await here.press("z")
        assert not here.desk.thread.history_folded


async def test_what_agents_did_stands_between_the_messages_one_line_an_act(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "First."))
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, desk.me, [number], "koen")
    triage.tag(desk.workspace, koen, [number], ["vip", "return"], [])
    async with console(desk.workspace) as here:
        await here.sees("· sanne gave it to koen", "· koen tagged +return +vip")
        shown = here.pane(here.desk.thread)
        assert shown.index("First.") < shown.index("gave it") < shown.index("tagged")
        assert "received" not in shown


async def test_a_note_has_a_bar_of_its_own(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    composing.note(desk.workspace, desk.me, number, "Ask the warehouse.")
    async with console(desk.workspace) as here:
        await here.sees(" │ Ask the warehouse.")


async def test_a_bounce_says_that_it_came_back(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", "No such user.", answers="1", auto="bounce", subject="Undelivered"))
    async with console(desk.workspace) as here:
        await here.sees("automatic: Undelivered", "CAME BACK")


async def test_a_click_on_what_is_folded_unfolds_that_message_only(desk: Desk) -> None:
    desk.receives(mail("1", "Gone.\nAll.", auto="auto_reply"), mail("2", "Away.\nToo.", answers="1", auto="auto_reply"))
    async with console(desk.workspace) as here:
        await here.until(lambda: len(here.desk.thread.blocks) == 2, "the thread")
        thread = here.desk.thread
        line = thread.start_of(thread.blocks[0].message.id)
        assert line is not None
        await here.pilot.click(thread, offset=(5, line - thread.top))
        await here.sees("Gone.", "All.")
        assert "Too." not in here.screen()


# Links


async def test_links_are_numbered_and_show_where_they_lead(desk: Desk) -> None:
    desk.receives(mail("1", "Log in: bank.example <https://evil.example/a?b> https://ok.example"))
    async with console(desk.workspace) as here:
        await here.sees(
            "[1] evil.example/a?..", "[2] ok.example", "! a link that says bank.example leads to evil.example"
        )


async def test_no_text_passes_for_a_numbered_link(desk: Desk) -> None:
    desk.receives(mail("1", "[1]\u00a0bank.example/login and https://real.example/"))
    async with console(desk.workspace) as here:
        await here.sees("[1] bank.example/login and [1] real.example")
        targets = [target for line in here.desk.thread.lines for target in line.targets]
        assert [target.url for target in targets] == ["https://real.example/"]


async def test_gx_labels_what_is_in_sight_and_opens_the_link_of_the_label(desk: Desk, desktop: list[str]) -> None:
    desk.receives(mail("1", "one https://one.example/x two https://two.example/y"))
    async with console(desk.workspace) as here:
        await reading(here, "[2] two.example/y")
        await here.press("g", "x")
        await here.sees(" a  one.example/x", " s  two.example/y")
        await here.press("s")
        await here.until(lambda: desktop == ["https://two.example/y"], "the link to open")
        await here.sees("[2] two.example/y", "opened https://two.example/y")


async def test_without_a_desktop_a_link_is_copied(desk: Desk) -> None:
    desk.receives(mail("1", "https://one.example/x"))
    async with console(desk.workspace) as here:
        await reading(here, "[1] one.example/x")
        await here.press("g", "x", "a")
        await here.until(lambda: here.app.clipboard == "https://one.example/x", "the clipboard")


async def test_a_link_that_hides_where_it_leads_is_asked_about_and_enter_is_no_yes(
    desk: Desk, desktop: list[str]
) -> None:
    desk.receives(mail("1", "bank.example <https://evil.example/>"))
    async with console(desk.workspace) as here:
        await reading(here, "[1] evil.example")
        await here.press("g", "x", "a")
        await here.sees("Its text says bank.example.", "It leads to https://evil.example/")
        await here.press("enter")
        assert screen(here, Confirm) is not None
        await here.press("n")
        assert desktop == []
        await here.press("g", "x", "a")
        await here.sees("It leads to https://evil.example/")
        await here.press("y")
        await here.until(lambda: desktop == ["https://evil.example/"], "the link to open")


async def test_a_link_can_be_clicked(desk: Desk, desktop: list[str]) -> None:
    desk.receives(mail("1", "https://one.example/x"))
    async with console(desk.workspace) as here:
        await here.sees("[1] one.example/x")
        thread = here.desk.thread
        line, target = next((at, one) for at, each in enumerate(thread.lines) for one in each.targets if one.url)
        await here.pilot.click(thread, offset=(target.start + 1, line - thread.top))
        await here.until(lambda: desktop == ["https://one.example/x"], "the link to open")


async def test_five_thousand_links_are_shown_and_the_console_works(desk: Desk) -> None:
    desk.receives(mail("1", " ".join(f"https://l{one}.example/" for one in range(5_000))))
    async with console(desk.workspace) as here:
        await reading(here, "[1] l0.example")
        await here.press("z", "g", "x")
        await here.sees(" a  l0.example")
        await here.press("escape", "q")
        await here.until(lambda: here.desk.place == "queue", "the queue")


# Files


async def test_a_picture_is_shown_in_half_blocks_where_there_is_no_desktop(desk: Desk) -> None:
    desk.receives(mail("1", files={"photo.png": picture()}))
    async with console(desk.workspace) as here:
        await reading(here, "[1] photo.png")
        await here.press("g", "x", "a")
        await here.until(lambda: screen(here, PictureScreen), "the picture")
        await here.sees("photo.png 60 x 40", "▀▀▀▀")
        await here.press("q", "q")
        await here.sees("[1] photo.png")


async def test_at_a_desktop_its_program_gets_a_private_copy(desk: Desk, desktop: list[str]) -> None:
    desk.receives(mail("1", files={"photo.png": picture()}))
    async with console(desk.workspace) as here:
        await reading(here, "[1] photo.png")
        await here.press("g", "x", "a")
        await here.until(lambda: desktop, "the program")
    assert content_of(desktop[0]) == ("photo.png", picture())


@pytest.mark.parametrize(
    ("name", "data", "seen"),
    [
        ("invoice.pdf", pdf("Invoice 2231"), "Invoice 2231"),
        ("letter.eml", b"From: Kees <kees@x.test>\r\nSubject: Inner\r\n\r\nInner words.\r\n", "Inner words."),
        ("notes.txt", b"plain \x1b[31mwords", "plain words"),
    ],
)
async def test_the_text_of_pdf_mail_and_text_is_shown(desk: Desk, name: str, data: bytes, seen: str) -> None:
    desk.receives(mail("1", files={name: data}))
    async with console(desk.workspace) as here:
        await reading(here, f"[1] {name}")
        await here.press("g", "x", "a")
        await here.until(lambda: screen(here, Reader), "the text")
        await here.sees(seen)
        await here.press("q")
        await here.sees(f"[1] {name}")


async def test_a_program_is_not_opened_and_the_reason_is_said(desk: Desk, desktop: list[str]) -> None:
    desk.receives(mail("1", files={"invoice.pdf.exe": b"MZ"}))
    async with console(desk.workspace) as here:
        await reading(here, "[1] invoice.pdf.exe 2 B  program: save only")
        await here.press("g", "x", "a")
        await here.sees("is not opened: a program: it is saved, never opened")
        assert desktop == []


async def test_a_file_is_saved_in_the_folder_asked_for_and_overwrites_nothing(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    desk.receives(mail("1", files={"a.txt": b"one", "b.txt": b"two"}))
    async with console(desk.workspace) as here:
        await reading(here, "[2] b.txt")
        for _ in range(2):
            await here.press("g", "w", "s")
            await here.until(lambda: here.desk.prompt.active, "the question")
            here.desk.prompt.query_one("PromptInput").value = str(folder)  # type: ignore[attr-defined]
            await here.press("enter")
            await here.sees("saved")
            await here.until(lambda: not here.desk.prompt.active, "the answer")
        await here.until(lambda: len(list(folder.iterdir())) == 2, "both copies")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"b.txt": b"two", "b (1).txt": b"two"}
        await here.press("g", "W")
        await here.until(lambda: here.desk.prompt.active, "the question")
        await here.press("enter")
        await here.until(lambda: (folder / "a.txt").exists(), "all files")


async def test_gl_gives_a_file_out_on_loopback(desk: Desk) -> None:
    desk.receives(mail("1", files={"sheet.docx": b"PK\x03\x04"}))
    async with console(desk.workspace) as here:
        await reading(here, "[1] sheet.docx")
        await here.press("g", "l", "a")
        await here.sees("sheet.docx is at http://127.0.0.1:")
        assert here.app.clipboard.endswith("/sheet.docx")


async def test_the_original_of_a_message_without_html_is_refused_in_words(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await reading(here, "Where is my order?")
        await here.press("g", "H")
        await here.sees("this message has no HTML form")


# Search, details, history, copying, the way back


async def test_slash_in_the_thread_searches_it_and_semicolon_goes_on(desk: Desk) -> None:
    began = clock.now() - 400 * clock.MINUTE
    said = {3: "the NEEDLE here", 200: "a needle there", 299: "last needle"}
    desk.receives(
        mail("0", at=began),
        *(mail(str(n), said.get(n, f"m {n}"), answers="0", at=began + n * clock.MINUTE) for n in range(1, 300)),
    )
    async with console(desk.workspace) as here:
        await reading(here, "last needle")
        await here.press("/")
        await here.type("needle")
        await here.press("enter")
        await here.sees("hit 3 of 3 for needle")
        await here.press("comma")
        await here.sees("a needle there", "hit 2 of 3")
        await here.press(",")
        await here.sees("the NEEDLE here", "hit 1 of 3")
        assert len(here.desk.thread.blocks) < 300 or here.desk.thread.blocks[0].message.reply_text
        await here.press(";", ";")
        await here.sees("last needle", "hit 3 of 3")


async def test_a_hit_in_what_is_folded_is_unfolded(desk: Desk) -> None:
    desk.receives(mail("1", "\n".join([*(f"line {n}" for n in range(100)), "hidden needle"])))
    async with console(desk.workspace) as here:
        await reading(here, "line 0")
        await here.press("/")
        await here.type("needle")
        await here.press("enter")
        await here.sees("hidden needle")


async def test_what_is_not_there_is_said(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await reading(here, "Where is my order?")
        await here.press(";")
        await here.sees("nothing is searched for here")
        await here.press("/")
        await here.type("zebra")
        await here.press("enter")
        await here.sees("nothing here says zebra")


async def test_d_shows_how_a_message_came(desk: Desk) -> None:
    desk.receives(mail("1", "First."), mail("2", "Second.", answers="1"))
    async with console(desk.workspace) as here:
        await reading(here, "Second.")
        await here.press("G", "[", "]", "d")
        await here.until(lambda: screen(here, Details), "the details")
        await here.sees("arrived at demo inbox", "joined by", ANNA, "not checked")
        await here.press("q")
        await here.sees("Second.")


async def test_capital_u_shows_what_taking_back_would_change_and_y_does_it(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, [number], "sanne")
    async with console(desk.workspace) as here:
        await reading(here, "Where is my order?")
        await here.press("U")
        await here.until(lambda: screen(here, History), "the history")
        await here.sees(f"assigned to sanne: #{number}", "can be taken back")
        await here.press("enter")
        await here.sees(f"#{number} owner: sanne -> nobody")
        await here.press("enter")
        assert desk.value("SELECT owner_id FROM conversation WHERE id = ?", number) is not None
        await here.press("y")
        await here.until(
            lambda: desk.value("SELECT owner_id FROM conversation WHERE id = ?", number) is None, "the undo"
        )
        await here.sees("taken back")


async def test_an_act_that_cannot_be_taken_back_says_so(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, [number], "sanne")
    async with console(desk.workspace) as here:
        await reading(here, "Where is my order?")
        await here.press("U")
        await here.sees("can be taken back")
        undo.undo(desk.workspace, desk.me)
        await here.press("enter")
        await here.sees("was taken back already")


async def test_copying_message_address_and_number(desk: Desk) -> None:
    desk.receives(mail("1", BRAM_ASKS, sender=BRAM))
    async with console(desk.workspace) as here:
        await reading(here, "NL-10234")
        await here.press("c", "c")
        await here.until(lambda: here.app.clipboard == BRAM_ASKS, "the message")
        await here.press("c", "a")
        await here.until(lambda: screen(here, Picking), "the choice")
        await here.press("enter")
        await here.until(lambda: here.app.clipboard == BRAM, "the address")
        await here.press("c", "n")
        await here.sees("NL-10234", "+31 6 1234 1234", "#1")
        await here.press("j", "enter")
        await here.until(lambda: here.app.clipboard == "+31 6 1234 1234", "the number")


async def test_what_is_too_long_for_the_terminal_is_not_copied(desk: Desk) -> None:
    desk.receives(mail("1", "x" * 100_000))
    async with console(desk.workspace) as here:
        await reading(here, "xxxx")
        await here.press("c", "c")
        await here.sees("too long for the terminal's clipboard")
        assert here.app.clipboard == ""


async def test_capital_h_and_l_go_back_and_forward_through_what_was_open(desk: Desk) -> None:
    now = clock.now()
    first, second = desk.receives(mail("1", "one one", at=now - clock.HOUR), mail("2", "two two", sender=BRAM, at=now))
    async with console(desk.workspace) as here:
        await reading(here, "one one")
        await here.press("J")
        await here.sees("two two")
        await here.press("H")
        await here.until(lambda: here.desk.open_id == first, "the first again")
        await here.press("L")
        await here.until(lambda: here.desk.open_id == second, "the second again")
        await here.press("L")
        await here.sees("there is nothing ahead")


def test_a_target_without_a_number_has_no_label() -> None:
    assert Target(0, 5).number == 0
