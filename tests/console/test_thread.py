"""The thread and the customer: what was said, folded and unfolded, and what stands about who said it."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.desk import composing, triage
from omnidesk.widgets.thread_view import ThreadView
from tests.console.steering import NARROW, console
from tests.filling import ANNA, BRAM, Desk, mail


async def test_the_thread_of_the_row_under_the_cursor_is_shown_beside_the_queue(desk: Desk) -> None:
    desk.receives(mail("1", "The parcel is lost.", at=clock.now() - clock.HOUR), mail("2", "Wrong size.", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.sees("The parcel is lost.")
        await here.press("j")
        await here.sees("Wrong size.")


async def test_opening_takes_the_unread_mark_off(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("enter")
        await here.until(
            lambda: not desk.value("SELECT unread FROM conversation WHERE id = ?", number), "the mark to go"
        )


async def test_messages_stand_oldest_first_with_notes_and_what_is_not_answered_marked(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "First question."))
    desk.receives(mail("2", "Second question.", answers="1"))
    composing.note(desk.workspace, desk.me, number, "Ask the warehouse.")
    async with console(desk.workspace) as here:
        await here.sees("First question.", "Second question.", "NOT ANSWERED", "NOTE", "only the team sees this")
        shown = here.pane(here.desk.thread)
        assert shown.index("First") < shown.index("Second") < shown.index("Ask the warehouse.")


async def test_an_automatic_mail_takes_one_line(desk: Desk) -> None:
    desk.receives(mail("1"))
    desk.receives(mail("2", "I am away.\nUntil Monday.\nBye.", answers="1", auto="auto_reply", subject="Out of office"))
    async with console(desk.workspace) as here:
        await here.sees("automatic: Out of office")
        assert "Until Monday." not in here.screen()
        await here.press("z")
        await here.sees("Until Monday.")


async def test_a_long_message_is_folded_until_z(desk: Desk) -> None:
    desk.receives(mail("1", "\n".join(f"line {number}" for number in range(300))))
    async with console(desk.workspace) as here:
        await here.press("enter")
        await here.until(lambda: len(here.desk.thread.lines) > 10, "the thread")
        await here.press("G")
        await here.sees("… 240 more lines (z)")
        await here.press("z", "G")
        await here.sees("line 299")


async def test_of_a_huge_message_two_thousand_lines_are_shown(desk: Desk) -> None:
    desk.receives(mail("1", "word " * 60_000))
    async with console(desk.workspace) as here:
        await here.press("enter", "z")
        await here.until(lambda: len(here.desk.thread.lines) > 1000, "the thread")
        assert len(here.desk.thread.lines) < 2_010


async def test_a_thousand_messages_open_at_the_newest_and_page_back(desk: Desk) -> None:
    began = clock.now() - 1_000 * clock.MINUTE
    desk.receives(
        mail("0", "message 0", at=began),
        *(mail(str(one), f"message {one}", answers="0", at=began + one * clock.MINUTE) for one in range(1, 1_000)),
    )
    async with console(desk.workspace) as here:
        thread = here.desk.thread
        await here.press("enter")
        await here.sees("message 999")
        assert len(thread.blocks) < 100
        await here.until(lambda: scrolled_to_first(thread), "the first message", 60)
        await here.sees("message 0")
        assert len(thread.blocks) == 1_000
        ids = [block.message.id for block in thread.blocks]
        assert ids == sorted(set(ids))


def scrolled_to_first(thread: ThreadView) -> bool:
    thread.go_first()
    return not thread.more


async def test_a_new_message_appears_and_moves_nothing(desk: Desk) -> None:
    desk.receives(mail("1", "\n".join(f"line {number}" for number in range(55))))
    async with console(desk.workspace) as here:
        thread = here.desk.thread
        await here.press("enter")
        await here.sees("line 0")
        await here.press("j", "j", "j")
        top = thread.lines[thread.top]
        desk.receives(mail("2", "And another thing.", answers="1"))
        await here.until(lambda: len(thread.blocks) == 2, "the new message")
        assert thread.lines[thread.top] == top


async def test_attachments_are_listed_with_their_size(desk: Desk) -> None:
    desk.receives(mail("1", files={"photo.jpg": b"x" * 214_000}))
    async with console(desk.workspace) as here:
        await here.sees("[1] photo.jpg 214 kB")


async def test_the_customer_pane_shows_identities_and_the_other_conversations(desk: Desk) -> None:
    _, second = desk.receives(mail("1", subject="Return boots"), mail("2", subject="Voucher"))
    triage.close(desk.workspace, desk.me, second)
    async with console(desk.workspace) as here:
        await here.sees(ANNA, "Also 1 closed", "Voucher")
        await here.press("o", "j", "enter")
        await here.until(lambda: here.desk.open_id == second, "the other conversation")
        await here.until(lambda: here.desk.place == "thread", "the thread")


async def test_below_120_columns_the_customer_folds_into_two_lines(desk: Desk) -> None:
    desk.receives(mail("1", subject="Return boots"), mail("2", subject="Voucher"))
    async with console(desk.workspace, NARROW) as here:
        await here.press("enter")
        await here.sees(ANNA, "Also 1 open", "o customer")
        await here.press("o")
        await here.sees("Voucher")
        await here.press("q")
        await here.sees("NOT ANSWERED")


async def test_shift_j_opens_the_next_conversation_without_leaving_the_thread(desk: Desk) -> None:
    now = clock.now()
    desk.receives(mail("1", "one one", at=now - clock.HOUR), mail("2", "two two", sender=BRAM, at=now))
    async with console(desk.workspace, NARROW) as here:
        await here.press("enter")
        await here.sees("one one")
        await here.press("J")
        await here.sees("two two")
        assert here.desk.place == "thread"
        await here.press("K")
        await here.sees("one one")


async def test_a_merged_conversation_opens_where_its_messages_are(desk: Desk) -> None:
    first, second = desk.receives(mail("1", "one one"), mail("2", "two two"))
    async with console(desk.workspace) as here:
        await here.press("M")
        await here.type(str(second))
        await here.press("enter")
        await here.sees(f"Merge #{first} into #{second}?")
        await here.press("y")
        await here.sees(f"merged #{first} into #{second}")
        await here.until(lambda: here.desk.open_id == second, "the conversation it was merged into")
        await here.sees("one one", "two two")
