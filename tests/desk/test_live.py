"""Live chats: which are an agent's own, which nobody has, and whether anybody takes them."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import agents, asides, composing, live, skipping, triage, visitors
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Channel
from tests.filling import NOON, Clock, Desk, mail, standing_clock

pytestmark = pytest.mark.databases


@pytest.fixture
def now() -> object:
    with standing_clock() as hand:
        yield hand


@pytest.fixture
def web(desk: Desk, now: Clock) -> Channel:
    return desk.adds_channel("web", "", "sample-chat")


def says(desk: Desk, web: Channel, name: str, visitor: str = "visitor-81", text: str = "Do you have 42?") -> int:
    return desk.receives(mail(name, text, sender=visitor, thread=visitor, to=[]), channel=web)[0]


def mine(desk: Desk) -> list[int]:
    return [one.number for one in live.chats(desk.workspace, desk.me.agent_id).mine]


def new(desk: Desk, agent_id: int | None = None) -> list[tuple[int, bool]]:
    found = live.chats(desk.workspace, agent_id or desk.me.agent_id).new
    return [(one.number, one.offered) for one in found]


def test_without_a_live_channel_there_are_no_chats(desk: Desk, now: Clock) -> None:
    desk.receives(mail("1"))
    assert live.chats(desk.workspace, desk.me.agent_id) is live.NONE


def test_own_chats_stand_in_the_order_of_waiting(desk: Desk, web: Channel, now: Clock) -> None:
    first = says(desk, web, "1", "visitor-1")
    now.forward(seconds=5)
    second = says(desk, web, "2", "visitor-2")
    (elsewhere,) = desk.receives(mail("3"))
    triage.assign(desk.workspace, desk.me, [first, second, elsewhere], "sanne")
    assert mine(desk) == [first, second]
    now.forward(seconds=5)
    composing.reply(desk.workspace, desk.me, first, "Yes")
    found = live.chats(desk.workspace, desk.me.agent_id).mine
    assert [(one.number, one.waiting_since) for one in found] == [(second, NOON + 5_000), (first, None)]
    triage.set_status(desk.workspace, desk.me, second, triage.Status.CLOSED)
    assert mine(desk) == [first]


def test_it_counts_from_the_oldest_line_that_nobody_answered(desk: Desk, web: Channel, now: Clock) -> None:
    number = says(desk, web, "1")
    now.forward(seconds=20)
    says(desk, web, "2", text="Hello?")
    triage.assign(desk.workspace, desk.me, number, "sanne")
    assert live.chats(desk.workspace, desk.me.agent_id).mine[0].waiting_since == NOON


def test_what_is_asked_elsewhere_does_not_end_a_chat_but_an_answer_by_mail_does(
    desk: Desk, web: Channel, now: Clock
) -> None:
    number = says(desk, web, "1")
    triage.assign(desk.workspace, desk.me, number, "sanne")
    composing.forward(desk.workspace, desk.me, number, ["post@carrier.test"], "Where is it?", when=composing.When(
        status=triage.Status.OPEN))  # fmt: skip
    assert asides.subject(desk.workspace, number, None) is not None
    assert mine(desk) == [number]
    now.forward(seconds=1)
    desk.receives(mail("2", sender="visitor-81", kind="visitor", to=[], thread="x"), channel=desk.channel)
    composing.note(desk.workspace, desk.me, number, "they are nice")
    assert mine(desk) == [number]


def test_a_new_chat_is_offered_to_those_who_may_take_it(desk: Desk, web: Channel, now: Clock) -> None:
    koen = desk.another_agent("koen")
    number = says(desk, web, "1")
    assert new(desk) == [(number, True)]
    agents.set_team(desk.workspace, desk.me, "Shoes", ["koen"])
    triage.assign(desk.workspace, desk.me, number, "@Shoes")
    assert new(desk) == [(number, False)]
    assert new(desk, koen.agent_id) == [(number, True)]
    skipping.skip(desk.workspace, koen, number, "not my language")
    assert new(desk, koen.agent_id) == [(number, False)]
    triage.assign(desk.workspace, koen, number, "koen")
    assert new(desk, koen.agent_id) == []


def test_who_came_a_day_ago_rings_no_more(desk: Desk, web: Channel, now: Clock) -> None:
    says(desk, web, "1")
    now.forward(hours=25)
    assert new(desk) == []


@pytest.mark.parametrize(
    ("state", "rings"), [(AgentState.AVAILABLE, True), (AgentState.NO_CHATS, False), (AgentState.AWAY, False)]
)
def test_it_rings_for_those_who_are_available(
    desk: Desk, web: Channel, now: Clock, state: AgentState, rings: bool
) -> None:
    agents.set_agent(desk.workspace, desk.me, "sanne", state=state)
    assert live.chats(desk.workspace, desk.me.agent_id).rings is rings


def test_who_is_there_comes_with_the_chats(desk: Desk, web: Channel, now: Clock) -> None:
    number = says(desk, web, "1")
    visitors.show(desk.workspace, "page-1", web.id, 1, number, typing=True, page="https://shop.test/boots")
    (chat,) = live.chats(desk.workspace, desk.me.agent_id).new
    assert chat.visitor == visitors.Visitor(True, True, clock.now(), "https://shop.test/boots")


def test_the_first_who_takes_has_the_chat_before_anything_else(desk: Desk, web: Channel, now: Clock) -> None:
    koen = desk.another_agent("koen")
    desk.receives(mail("1", priority="urgent"))
    now.forward(hours=9)
    number = says(desk, web, "2")
    assert skipping.take_next(desk.workspace, koen)[1] == number
    assert skipping.take_next(desk.workspace, desk.me)[1] != number
    assert desk.value("SELECT owner_id FROM conversation WHERE id = ?", number) == koen.agent_id


def test_who_takes_no_chats_is_given_none(desk: Desk, web: Channel, now: Clock) -> None:
    agents.set_agent(desk.workspace, desk.me, "sanne", state=AgentState.NO_CHATS)
    says(desk, web, "1")
    assert skipping.take_next(desk.workspace, desk.me)[1] is None
