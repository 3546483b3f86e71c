"""An address that somebody says is theirs opens nothing of whoever uses it."""

from __future__ import annotations

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import channels, composing, customers, planning, threads
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Channel, Customer
from tests.filling import ANNA, BRAM, SUPPORT, Clock, Desk, mail

pytestmark = pytest.mark.databases


@pytest.fixture
def chat(time: Clock, desk: Desk) -> Channel:
    """A chat beside the mailbox."""
    return desk.adds_channel("chat", "", "sample-chat")


def says(name: str, text: str, also: str, visitor: str = "visitor-1") -> Item:
    """A visitor of the site says something, and whose address they have."""
    return mail(name, text, sender=visitor, to=[], also=[also], thread=visitor)


def customer_of(desk: Desk, number: int) -> Customer:
    found = threads.conversation(desk.workspace, number).customer_id
    assert found is not None
    return customers.get(desk.workspace, found)


def values(customer: Customer) -> dict[str, tuple[bool, bool]]:
    """Addresses, and whether each is verified and claimed."""
    return {one.value: (one.verified, one.claimed) for one in customer.identities}


def seen_with(desk: Desk, number: int) -> list[int]:
    """The conversations that are shown beside one, as its customer's."""
    return sorted(one.id for one in customers.conversations(desk.workspace, customer_of(desk, number).id))


def test_an_unknown_address_is_kept_as_the_customer_s_unproven(desk: Desk, chat: Channel) -> None:
    (number,) = desk.receives(says("1", "Hello, mail me", ANNA.upper()), channel=chat)
    assert values(customer_of(desk, number)) == {"visitor-1": (False, False), ANNA: (False, True)}
    assert [one.address for one in threads.conversation(desk.workspace, number).participants] == ["visitor-1"]
    told = composing.reply(desk.workspace, desk.me, number, "By mail then", via="demo")
    assert [one.address for one in told.message.to] == [ANNA]


@pytest.mark.parametrize("also", [SUPPORT, "no address", "", "visitor-1"])
def test_what_is_no_address_of_theirs_is_left_out(desk: Desk, chat: Channel, also: str) -> None:
    (number,) = desk.receives(says("1", "Hello", also), channel=chat)
    assert list(values(customer_of(desk, number))) == ["visitor-1"]


def test_an_address_of_another_customer_shows_nothing_of_theirs(desk: Desk, chat: Channel) -> None:
    (hers,) = desk.receives(mail("1", "My secret order NL-10234", auth="pass"))
    (number,) = desk.receives(says("2", "I am Anna", ANNA), channel=chat)
    assert customer_of(desk, number).id != customer_of(desk, hers).id
    assert values(customer_of(desk, number)) == {"visitor-1": (False, False)}
    assert seen_with(desk, number) == [number]
    assert seen_with(desk, hers) == [hers]
    assert values(customer_of(desk, hers)) == {ANNA: (True, False)}
    assert threads.offers(desk.workspace, number) == []


def test_an_answer_can_go_to_the_claimed_address_but_only_when_asked_for(desk: Desk, chat: Channel) -> None:
    desk.receives(mail("1", "My secret order", auth="pass"))
    (number,) = desk.receives(says("2", "I am Anna", ANNA), channel=chat)
    planned = planning.plan(desk.workspace, number)
    assert planned.channel is not None
    assert planned.channel.name == "chat"
    told = composing.reply(desk.workspace, desk.me, number, "Are you?", via="demo")
    assert [one.address for one in told.message.to] == [ANNA]
    assert seen_with(desk, number) == [number]


def test_where_the_chat_cannot_be_used_the_claimed_address_is_not_proposed(desk: Desk, chat: Channel) -> None:
    desk.receives(mail("1", auth="pass"))
    (number,) = desk.receives(says("2", "I am Anna", ANNA), channel=chat)
    channels.disable(desk.workspace, desk.me, "chat")
    assert planning.plan(desk.workspace, number).channel is None
    with pytest.raises(RefusedError, match="chat is switched off"):
        composing.reply(desk.workspace, desk.me, number, "Hello")


def test_a_claim_joins_no_conversations(desk: Desk, chat: Channel) -> None:
    """A mail that names ids of both does not tie them: the claim is no participant that they share."""
    (hers,) = desk.receives(mail("1", "My secret order", auth="pass"))
    (number,) = desk.receives(says("2", "I am Anna", ANNA), channel=chat)
    desk.receives(mail("3", "Evil", sender="visitor-1", to=[], thread="visitor-1", references=("1",)), channel=chat)
    assert {threads.current(desk.workspace, hers), threads.current(desk.workspace, number)} == {hers, number}


def test_who_claimed_and_then_writes_from_there_within_the_conversation_is_the_customer(
    desk: Desk, chat: Channel
) -> None:
    (number,) = desk.receives(says("1", "Mail me", ANNA), channel=chat)
    told = composing.reply(desk.workspace, desk.me, number, "Here is mail", via="demo", now=True)
    desk.sends_all()
    (answered,) = desk.receives(mail("2", "Thank you", answers=told.message.external_id))
    assert answered == number
    assert values(customer_of(desk, number)) == {"visitor-1": (False, False), ANNA: (False, False)}
    assert not threads.messages(desk.workspace, number)[-1].stranger


def test_whoever_writes_from_a_claimed_address_by_themselves_is_another_customer(desk: Desk, chat: Channel) -> None:
    (number,) = desk.receives(says("1", "I am Anna", ANNA), channel=chat)
    (hers,) = desk.receives(mail("2", "My secret order", auth="pass"))
    assert seen_with(desk, number) == [number]
    assert seen_with(desk, hers) == [hers]
    assert values(customer_of(desk, hers)) == {ANNA: (True, False)}
    assert customer_of(desk, hers).name == "Anna"


def test_in_one_batch_it_is_the_same(desk: Desk, chat: Channel) -> None:
    desk.receives(mail("1", auth="pass"), mail("2", sender=BRAM, also=[ANNA, "new@example.test"]))
    desk.receives(mail("3", sender="new@example.test"))
    assert [seen_with(desk, number) for number in (1, 2, 3)] == [[1], [2], [3]]


def test_two_who_claim_the_same_address_stay_two(desk: Desk, chat: Channel) -> None:
    one, other = desk.receives(
        says("1", "Mail me", ANNA), says("2", "Mail me", ANNA, visitor="visitor-2"), channel=chat
    )
    assert ANNA in values(customer_of(desk, one))
    assert ANNA not in values(customer_of(desk, other))
    assert seen_with(desk, other) == [other]


def test_a_stranger_and_an_unproven_sender_claim_nothing(desk: Desk, chat: Channel) -> None:
    desk.receives(mail("1", auth="pass"))
    desk.receives(mail("2", "I too", sender=BRAM, answers="1", also=["bram@other.test"]))
    desk.receives(mail("3", "I too", auth="fail", answers="1", also=["anna@other.test"]))
    assert desk.count("identity", "claimed") == 0
