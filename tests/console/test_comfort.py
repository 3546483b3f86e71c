"""Mouse, plain mode, views by arrows; and what the console does with too much of everything."""

from __future__ import annotations

import pytest

from omnidesk.screens.preferences import Found, Preferences
from omnidesk.widgets import queue_row
from omnidesk.widgets.bars import KeyLine
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import BRAM, Desk, mail


async def click_key(here: Console, word: str) -> None:
    """Click a word of the line of keys."""
    line = here.app.screen.query_one(KeyLine)
    await here.pilot.click(line, offset=(here.pane(line).index(word), 0))


async def test_a_click_on_the_line_of_keys_is_as_good_as_the_key(desk: Desk) -> None:
    (number, _) = desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.sees("Enter open")
        await click_key(here, " close")
        await here.until(lambda: desk.value("SELECT status FROM conversation WHERE id = ?", number) == "closed")


async def test_a_click_answers_where_a_second_key_is_waited_for_and_where_a_line_is_asked(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("p")
        await here.sees("never mind")
        await click_key(here, "u urgent")
        await here.until(lambda: desk.value("SELECT priority FROM conversation WHERE id = ?", number) == "urgent")
        await here.press("slash")
        await here.sees("Enter ok")
        await click_key(here, "esc never")
        await here.until(lambda: here.desk.place == "queue", "the queue")


async def test_clicks_lead_from_the_composer_through_sending_and_back(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("enter", "r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("hello")
        await click_key(here, "ctrl+s send")
        await here.until(lambda: here.desk.place == "send", "the question")
        await click_key(here, "esc go on")
        await here.until(lambda: here.desk.place == "composer", "the text again")
        assert here.desk.composer.text == "hello"


async def test_the_mouse_reaches_panes_rows_and_views(desk: Desk) -> None:
    _, second = desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.open_id, "the preview")
        await here.pilot.click(here.desk.thread, offset=(5, 3))
        assert here.desk.place == "thread"
        await here.pilot.click(here.desk.customer, offset=(5, 1))
        assert here.desk.place == "customer"
        await here.pilot.click(here.desk.queue, offset=(5, 2), times=2)
        await here.until(lambda: here.desk.open_id == second and here.desk.place == "thread", "the thread")


async def test_the_wheel_scrolls_without_moving_the_cursor(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(60)))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.window.exact, "the count")
        await here.pilot._post_mouse_events(
            [__import__("textual.events", fromlist=["MouseScrollDown"]).MouseScrollDown], here.desk.queue, (5, 5)
        )
        await here.until(lambda: here.desk.queue.scroll_offset.y > 0, "the list to scroll")
        assert here.desk.queue.place == 0


async def test_the_preset_arrows_shows_buttons_and_needs_no_letters(desk: Desk) -> None:
    _, second = desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace, NARROW, found=Found(Preferences(preset="arrows"))) as here:
        await here.sees("[Enter open]")
        await here.press("down", "right")
        await here.until(lambda: here.desk.open_id == second and here.desk.place == "thread", "the thread")
        await here.press("left")
        assert here.desk.place == "queue"
        await here.press("j")
        assert here.desk.queue.place == 1


async def test_views_are_stepped_through_in_the_order_of_the_header(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.sees("Open 1")
        await here.press("less_than_sign")
        await here.until(lambda: here.desk.view == "unassigned", "the view before")
        await here.press("greater_than_sign", "greater_than_sign")
        await here.until(lambda: here.desk.view == "mine", "round to the first")


async def test_the_palette_takes_the_number_of_panes_and_the_name_of_a_theme(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        for said, true in (
            ("panes 2", lambda: here.desk.layout_mode == "two"),
            ("theme nord", lambda: here.app.theme == "nord"),
        ):
            await here.press("colon")
            await here.type(said)
            await here.sees(": " + said.split()[1])
            await here.press("enter")
            await here.until(true, said)
        await here.press("equals_sign", "equals_sign")
        assert here.desk.layout_mode == "one"


async def test_plain_mode_says_rows_in_words_without_boxes_or_bars(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(60)))
    async with console(desk.workspace, WIDE, found=Found(Preferences(plain=True))) as here:
        await here.until(lambda: here.desk.queue.window.exact, "the count")
        await here.press("j")
        await here.sees("2 of 60, Anna, Subject 1, smpl, unread")
        assert here.desk.layout_mode == "one"
        assert not set(here.screen()) & set("│┃─━┌┐└┘╭╮╰╯█▀▄▌▐▁▂▃▅▆▇")
        at = here.desk.queue.region.offset
        assert here.app.cursor_position == (at.x, at.y + 1)


async def test_plain_mode_can_be_turned_on_and_off(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("equals_sign", "p")
        await here.sees("plain mode: one pane at a time")
        assert here.desk.layout_mode == "one"
        await here.press("equals_sign", "p")
        assert here.desk.layout_mode == "three"


@pytest.mark.parametrize("width", [20, 46, 60, 140])
def test_a_row_of_one_line_fits_any_width(desk: Desk, width: int) -> None:
    from omnidesk.desk import views
    from omnidesk.widgets.lines import cells

    desk.receives(mail("1", subject="名前 😀 " * 50, name="Zoë " * 50))
    (row,) = views.page(desk.workspace, "open", None, 10)
    parts = queue_row.whole_line(row, width, row.last_message_at, True, True)
    assert sum(cells(text) for _, text in parts) == width


async def test_the_cursor_stays_on_its_row_when_rows_change_their_height(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(60)))
    async with console(desk.workspace, NARROW) as here:
        await here.until(lambda: here.desk.queue.window.exact, "the count")
        await here.press("4", "0", "g", "g")
        await here.until(lambda: here.desk.queue.place == 39, "row 40")
        for tall in (1, 2):
            await here.press("equals_sign", "r")
            queue = here.desk.queue
            assert (queue.tall, queue.place) == (tall, 39)
            assert 0 <= queue.place * tall - queue.scroll_offset.y < queue.size.height


async def test_a_terminal_that_shrinks_to_nothing_and_comes_back_shows_what_it_showed(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.press("j", "enter")
        await here.sees("NOT ANSWERED")
        before = here.desk.where
        for size in ((40, 24), (20, 10), (1, 1), WIDE):
            await here.pilot.resize_terminal(*size)
            await here.pilot.pause()
        await here.sees("NOT ANSWERED", "Open 2")
        assert here.desk.where == before


async def test_keys_typed_faster_than_the_screen_are_all_taken_in_order(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(40)))
    async with console(desk.workspace) as here:
        await here.press(*["j"] * 30, *["k"] * 10, "enter", "n", *"typed", "ctrl+s")
        await here.until(lambda: desk.count("message", "direction = 'internal' AND text = 'typed'"), "the note")


async def test_a_thread_of_twenty_thousand_messages_opens_at_its_end_and_scrolls_to_its_beginning(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "the very first"))
    names = desk.workspace.database.reader.one("SELECT * FROM message").keys()
    said = "'reply ' || n"
    copied = {"id": "id + n", "at": "at + n", "search_id": "search_id + n", "reply_text": said, "text": said}
    unique = {name: "NULL" for name in ("uuid", "external_id", "client_uuid") if name in names}
    values = ", ".join({**copied, **unique}.get(name, name) for name in names)
    desk.workspace.database.write(
        lambda tx: tx.execute(
            "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 20000) "
            f"INSERT INTO message ({', '.join(names)}) SELECT {values} FROM message, count WHERE conversation_id = ?",
            (number,),
        )
    )
    async with console(desk.workspace, NARROW) as here:
        await here.press("enter")
        await here.sees("reply 20000")
        assert len(here.desk.thread.blocks) < 1_000
        await here.press("g", "g")
        await here.until(lambda: len(here.desk.thread.blocks) > 200, "older messages")
        await here.press("G")
        await here.sees("reply 20000")
