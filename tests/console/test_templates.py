"""A reply window that has closed: a template goes, what was written waits, and goes with one key."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors.sample.kinds import TEMPLATES
from omnidesk.desk import drafts, held, offers, reaching, suggesting, templates
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.templates import Filling
from omnidesk.words.kinds import Likeness
from omnidesk.words.rows import Channel
from tests.console.steering import Console, console
from tests.filling import Desk, mail

BRAM = "+31612345678"


def whatsapp(desk: Desk) -> Channel:
    """Return a channel on which an answer is free for a day, with its templates."""
    channel = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    templates.keep(desk.workspace, channel.id, TEMPLATES)
    return channel


def late(desk: Desk, channel: Channel) -> int:
    """Return a conversation whose customer wrote too long ago."""
    (number,) = desk.receives(mail("1", "Where is it?", sender=BRAM, at=yesterday()), channel=channel)
    return number


def yesterday() -> int:
    return clock.now() - 25 * clock.HOUR


async def begin(here: Console) -> None:
    await here.until(lambda: here.desk.queue.cursor is not None, "a row")
    await here.press("r")
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def test_a_template_is_filled_in_and_the_answer_waits_and_goes_with_one_key(desk: Desk) -> None:
    channel = whatsapp(desk)
    number = late(desk, channel)
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("It comes on Thursday.")
        await here.sees("a template goes first", "wa (template only)")
        await here.press("ctrl+s")
        await here.sees("order_shipped", "what you wrote waits for their answer")
        await here.type("bestelling")
        await here.sees_not("Your order")
        await here.press("enter")
        await here.sees("order_shipped, field 1 of 1: 1")
        await here.press("enter")
        await here.type("NL-10234")
        await here.sees("Je bestelling NL-10234 is verstuurd.")
        await here.press("enter")
        await here.sees("this is what they get")
        assert desk.count("outbox") == 0
        await here.press("enter")
        await here.sees("your answer waits until they write", "an answer waits until they write on wa")
        assert desk.value("SELECT text FROM message WHERE direction = 'outbound'") == (
            "Je bestelling NL-10234 is verstuurd."
        )
        await here.press("y")
        await here.sees("the answer waits until they write on wa")
        desk.sends_all(channel)
        desk.receives(mail("2", "Tell me", sender=BRAM), channel=channel)
        await here.sees("ANSWER READY: y sends it, Y edits it", "It comes on Thursday.")
        await here.until(lambda: "ANSWER READY" in here.pane(here.desk.queue), "the row to say so")
        await here.press("y")
        await here.until(lambda: held.of(desk.workspace, number) is None, "it to go")
        await here.sees_not("ANSWER READY")
    assert desk.count("message", "text = 'It comes on Thursday.' AND status = 'queued'") == 1


async def test_one_can_go_back_through_the_fields_and_think_better_of_it(desk: Desk) -> None:
    late(desk, whatsapp(desk))
    async with console(desk.workspace, (80, 24)) as here:
        await begin(here)
        await here.press("f12")
        await here.sees("Template: they get nothing else", "order_shipped")
        await here.press("down", "enter")
        await here.type("NL-1")
        await here.press("enter", "shift+tab")
        await here.sees("field 1 of 1", "NL-1")
        await here.press("shift+tab")
        await here.sees("they get nothing else")
        await here.type("nothing of the kind")
        await here.sees("no template answers to")
        await here.press("enter", "escape")
        await here.sees("a template goes first")
    assert desk.count("outbox") == 0


async def test_what_waits_is_made_a_draft_and_written_on(desk: Desk) -> None:
    channel = whatsapp(desk)
    number = late(desk, channel)
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("It comes.")
        await here.press("ctrl+s")
        await here.sees("order_shipped")
        await here.press("enter")
        await here.type("NL-1")
        await here.press("enter", "enter")
        await here.sees("an answer waits")
        await here.press("Y")
        await here.until(lambda: here.desk.composer.text == "It comes.", "the draft")
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "It comes."
    assert held.of(desk.workspace, number) is None


async def test_a_channel_that_takes_only_a_template_is_chosen_for_one(desk: Desk) -> None:
    channel = whatsapp(desk)
    number = late(desk, channel)
    desk.receives(mail("m"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE identity SET customer_id = (SELECT customer_id FROM "
                                                        "conversation WHERE id = ?)", (number,)))  # fmt: skip
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.open(number)
        await begin(here)
        await here.type("By mail or by telephone")
        await here.press("f4")
        await here.sees("template only: the reply window of Sample WhatsApp has closed")
        await here.press("G", "enter")
        await here.sees("order_shipped", "what you wrote waits")


async def test_without_templates_that_is_said(desk: Desk) -> None:
    channel = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    late(desk, channel)
    async with console(desk.workspace) as here:
        await begin(here)
        await here.press("f12")
        await here.sees("there are no templates: the engine asks the provider for them")


async def test_what_waited_goes_before_conversations_and_customers_are_joined(desk: Desk) -> None:
    channel = whatsapp(desk)
    (other,) = desk.receives(mail("m"))
    number = late(desk, channel)
    shipped = Filling("order_shipped", "nl", ("NL-1",))
    reaching.reach(desk.workspace, desk.me, number, shipped, "It comes.", "wa")
    desk.sends_all(channel)
    one, two = (desk.value("SELECT customer_id FROM conversation WHERE id = ?", here) for here in (number, other))

    def work(act: Act) -> None:
        offers.offer(act, number, other)
        suggesting.suggest(act, one, two, Likeness.NAME, "Bram")

    perform(desk.workspace, desk.me, "offers", work)
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.open(number)
        await here.sees(f"may belong to #{other}: y joins it", "y: one person")
        desk.receives(mail("2", "Tell me", sender=BRAM), channel=channel)
        await here.sees("ANSWER READY: y sends it, Y edits it")
        await here.press("y")
        await here.until(lambda: desk.count("message", "text = 'It comes.' AND status = 'queued'") == 1, "it to go")
        await here.sees_not("ANSWER READY")
        here.desk.open(number)
        await here.sees(f"#{number} Subject", f"may belong to #{other}: y joins it")
        assert desk.count("conversation", "merged_into IS NOT NULL") == 0
        await here.press("y")
        await here.until(lambda: desk.count("conversation", "merged_into IS NOT NULL") == 1, "them to be joined")
        await here.sees_not("may belong to")
        assert desk.count("customer", "merged_into IS NOT NULL") == 0
        await here.sees("y: one person")
        await here.press("y")
        await here.until(lambda: desk.count("customer", "merged_into IS NOT NULL") == 1, "the customers to be one")
