"""A visitor who left their chat: after two minutes the answer goes by mail with what they missed, else it waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.base import Party
from omnidesk.desk import composing, customers, identity, leaving, planning, visitors
from omnidesk.desk.acts import perform
from omnidesk.desk.visitors import Visitor
from tests.filling import NOON, Clock, Desk, mail, standing_clock

HERE = Visitor(True, False, NOON, "")


def away(seconds: int) -> Visitor:
    return Visitor(False, False, NOON - seconds * 1000, "")


@pytest.mark.parametrize(
    ("visitor", "last", "gone"),
    [
        (HERE, NOON, False),
        (away(119), NOON, False),
        (away(120), NOON, True),
        (None, NOON - 3_600_000, False),
        (None, NOON - 25 * 3_600_000, True),
        (None, None, False),
    ],
)
def test_a_visitor_is_gone_two_minutes_after_their_page_was_closed(
    visitor: Visitor | None, last: int | None, gone: bool
) -> None:
    assert leaving.gone(visitor, NOON, last) is gone


def test_what_was_missed_is_quoted_in_order_ahead_of_the_text() -> None:
    said = leaving.with_missed("See you.", ("Yes, two\npairs", "Shall I keep them?"))
    assert said == "> Yes, two\n> pairs\n>\n> Shall I keep them?\n\nSee you."
    assert leaving.with_missed("See you.", ()) == "See you."


class Shop:
    """A desk with a live chat and a mailbox, and a visitor whose page comes and goes."""

    def __init__(self, desk: Desk, now: Clock) -> None:
        self.desk, self.now = desk, now
        self.web = desk.adds_channel("web", "", "sample-chat")
        self.mailbox = desk.adds_channel("office", "office@shop.test", "sample-mail")
        self.number = 0

    def says(self, name: str, text: str = "Do you have 42?", **more: object) -> int:
        item = mail(name, text, sender="visitor-1", thread="visitor-1", to=[], subject="", **more)  # type: ignore[arg-type]
        self.number = self.desk.receives(item, channel=self.web)[0]
        self.comes()
        return self.number

    def comes(self) -> None:
        visitors.show(self.desk.workspace, "page", self.web.id, 1, self.number)

    def leaves(self) -> None:
        visitors.leave(self.desk.workspace, "page")

    def plan(self) -> planning.Plan:
        return planning.plan(self.desk.workspace, self.number)

    def via(self) -> str | None:
        channel = self.plan().channel
        return channel.name if channel is not None else None

    def line(self, text: str, via: str | None = None) -> composing.Queued:
        return composing.reply(self.desk.workspace, self.desk.me, self.number, text, via=via)


@pytest.fixture
def shop(desk: Desk) -> Iterator[Shop]:
    with standing_clock() as now:
        yield Shop(desk, now)


EMAIL = [["email", "vera@example.test"]]


@pytest.mark.databases
def test_the_plan_turns_to_mail_when_the_visitor_is_gone_and_back_when_they_are_back(shop: Shop) -> None:
    shop.says("1", also=EMAIL)
    assert shop.via() == "web"
    shop.leaves()
    shop.now.forward(seconds=119)
    assert shop.via() == "web"
    shop.now.forward(seconds=1)
    planned = shop.plan()
    assert planned.channel is not None
    assert planned.channel.name in ("demo", "office")
    assert [one.address for one in planned.to] == ["vera@example.test"]
    assert planned.left_at == NOON
    shop.comes()
    assert shop.via() == "web"
    assert shop.plan().left_at is None


@pytest.mark.databases
def test_one_mail_holds_the_lines_they_have_not_got_in_order(shop: Shop) -> None:
    shop.says("1", also=EMAIL)
    first = shop.line("Yes, two pairs")
    shop.now.forward(seconds=1)
    got = shop.line("Red or blue?")
    shop.now.forward(seconds=1)
    shop.line("Shall I keep them?")
    shop.desk.sends_all(shop.web)
    for queued, status in ((first, "delivered"), (got, "read")):
        report = {"status": status, "external_id": queued.message.external_id}
        shop.desk.receives(mail(f"r{status}", "", sender="visitor-1", thread="visitor-1", auto="feedback", to=[],
                                reports=[report]), channel=shop.web)  # fmt: skip
    shop.leaves()
    shop.now.forward(minutes=2)
    sent = shop.line("They are yours until Friday.", via="office").message
    assert sent.channel == "office"
    assert sent.text == "> Shall I keep them?\n\nThey are yours until Friday."
    assert sent.subject == "Re: Do you have 42?"
    shop.now.forward(seconds=1)
    assert shop.line("And the laces are free.", via="office").message.text == "And the laces are free."


@pytest.mark.databases
def test_an_address_of_the_customers_own_goes_before_one_they_only_said(shop: Shop) -> None:
    shop.says("1", also=EMAIL)
    customer = shop.desk.value("SELECT customer_id FROM conversation WHERE id = ?", shop.number)
    perform(
        shop.desk.workspace, shop.desk.me, "test", lambda act: identity.known(act, Party("email", "real@example.test"))
    )
    shop.desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE identity SET customer_id = ? WHERE value = 'real@example.test'", (customer,))
    )
    assert customers.get(shop.desk.workspace, customer).identities
    shop.leaves()
    shop.now.forward(minutes=3)
    assert [one.address for one in shop.plan().to] == ["real@example.test"]


@pytest.mark.databases
def test_without_an_address_the_answer_waits_in_the_chat(shop: Shop) -> None:
    shop.says("1")
    shop.leaves()
    shop.now.forward(minutes=3)
    planned = shop.plan()
    assert planned.channel is not None
    assert planned.channel.name == "web"
    assert planning.turned(planned, "web") == "they left the chat 3 min ago: it waits there until they are back"
    assert shop.line("Yes, two pairs").message.text == "Yes, two pairs"


def test_what_the_customer_prefers_goes_before_mail(shop: Shop) -> None:
    shop.says("1", also=EMAIL)
    shop.desk.adds_channel("phone", "+31201234567", "sample-sms")
    customer = shop.desk.value("SELECT customer_id FROM conversation WHERE id = ?", shop.number)
    perform(shop.desk.workspace, shop.desk.me, "test", lambda act: identity.known(act, Party("phone", "+31612345678")))
    shop.desk.workspace.database.write(
        lambda tx: (
            tx.execute("UPDATE identity SET customer_id = ? WHERE kind = 'phone'", (customer,)),
            tx.execute("UPDATE customer SET preferred_channel = 'phone' WHERE id = ?", (customer,)),
        )
    )
    shop.leaves()
    shop.now.forward(minutes=3)
    assert shop.via() == "phone"
    assert shop.line("It is there").message.text == "It is there"


def test_a_mail_is_no_chat_whoever_is_not_there(shop: Shop, desk: Desk) -> None:
    (number,) = desk.receives(mail("9"))
    assert planning.plan(desk.workspace, number).left_at is None
