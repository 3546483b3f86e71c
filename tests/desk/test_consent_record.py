"""What each address allows, on what ground and since when: written down by agents, listed, taken back, obeyed."""

from __future__ import annotations

from typing import Any

import pytest

from omnidesk.desk import bulk, composing, consent_record, customer_merging, customers, undo
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.rows import Channel
from tests.filling import ANNA, BRAM, Clock, Desk, mail

pytestmark = pytest.mark.databases
PHONE = "+31612345678"


@pytest.fixture
def sms(time: Clock, desk: Desk) -> Channel:
    """Text messages; who wrote is who the network says."""
    return desk.adds_channel("sms", "+31850000001", "sample-sms")


def anna(desk: Desk, address: str = ANNA) -> Any:
    (found,) = customers.find(desk.workspace, address)
    return found


def forbid(desk: Desk, address: str = ANNA, **said: Any) -> Any:
    return consent_record.say(desk.workspace, desk.me, anna(desk, address).id, False, address, **said)


def states(desk: Desk, address: str = ANNA) -> dict[tuple[str, str], str | None]:
    found = consent_record.standings(desk.workspace, anna(desk, address))
    return {(one.channel_kind, one.purpose): one.said.state if one.said else None for one in found}


def test_nothing_said_may_and_what_is_said_stands_with_ground_source_and_history(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    assert states(desk) == {("sample", "service"): None, ("sample", "marketing"): None}
    allowed = consent_record.say(desk.workspace, desk.me, anna(desk).id, True, ground="Contract")
    time.forward(hours=1)
    forbid(desk)
    (said,) = [one for one in consent_record.standings(desk.workspace, anna(desk)) if one.said]
    assert said.said is not None and not said.may
    assert (said.said.state, said.said.source, said.said.since) == ("withdrawn", "agent sanne", time.at)
    newest, first = consent_record.history(desk.workspace, anna(desk).id)
    assert (newest.state, newest.at, first.state, first.ground, first.act) == (
        "withdrawn", time.at, "given", "contract", allowed.id,
    )  # fmt: skip


def test_it_is_taken_back_unless_something_else_was_said_since(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    first = consent_record.say(desk.workspace, desk.me, anna(desk).id, True)
    time.forward(hours=1)
    second = forbid(desk)
    with pytest.raises(RefusedError, match="changed since"):
        undo.undo(desk.workspace, desk.me, first.id)
    undo.undo(desk.workspace, desk.me, second.id)
    (one,) = anna(desk).identities[0].consent
    assert (one.state, one.ground, one.since) == ("given", "consent", first.at)
    undo.undo(desk.workspace, desk.me, first.id)
    assert anna(desk).identities[0].consent == ()
    assert [one.state for one in consent_record.history(desk.workspace, anna(desk).id)] == [
        "unsaid", "given", "withdrawn", "given",
    ]  # fmt: skip


def test_history_survives_a_merge(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    forbid(desk, BRAM)
    customer_merging.merge(desk.workspace, desk.me, [anna(desk, BRAM).id], anna(desk).id)
    assert [one.address for one in consent_record.history(desk.workspace, anna(desk).id)] == [BRAM]
    act = customer_merging.unmerge(
        desk.workspace, consent_record.history(desk.workspace, anna(desk).id) and _gone(desk)
    )
    undo.undo(desk.workspace, desk.me, act)
    assert [one.address for one in consent_record.history(desk.workspace, anna(desk, BRAM).id)] == [BRAM]
    assert consent_record.history(desk.workspace, anna(desk).id) == []


def _gone(desk: Desk) -> int:
    return int(desk.value("SELECT id FROM customer WHERE merged_into IS NOT NULL"))


def test_a_new_conversation_and_a_bulk_answer_are_marketing_and_the_answer_to_a_question_is_not(
    time: Clock, desk: Desk
) -> None:
    (number,) = desk.receives(mail("1"))
    forbid(desk)
    with pytest.raises(RefusedError, match="wants no messages"):
        composing.new(desk.workspace, desk.me, [ANNA], "demo", "Sale", "Big sale!")
    prepared = bulk.prepare(desk.workspace, desk.me, [number], "Big sale!")
    assert [one.reason for one in prepared.refused] == [
        f"{ANNA} wants no messages on Sample customers but answers to what they ask (said agent sanne)"
    ]
    assert composing.reply(desk.workspace, desk.me, number, "It left").message.to[0].address == ANNA


def test_who_wants_no_service_gets_no_answer_either(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    forbid(desk, purpose="service")
    with pytest.raises(RefusedError, match=r"wants no messages on Sample customers \(said agent sanne\)"):
        composing.reply(desk.workspace, desk.me, number, "It left", via="demo")


def test_do_not_call_is_told_of_a_number_and_leaves_messages_alone(time: Clock, desk: Desk, sms: Channel) -> None:
    (number,) = desk.receives(mail("t1", sender=PHONE, to=["+31850000001"]), channel=sms)
    assert consent_record.call_objection(desk.workspace, PHONE, number) == ""
    act = forbid(desk, PHONE, purpose="service", channel_kind="call")
    said = consent_record.call_objection(desk.workspace, "06 1234 5678", number)
    assert said.endswith("wants no calls (said agent sanne, 2026-11-23)")
    composing.reply(desk.workspace, desk.me, number, "It left", via="sms")
    undo.undo(desk.workspace, desk.me, act.id)
    assert consent_record.call_objection(desk.workspace, PHONE, number) == ""


def test_no_kind_means_all_by_which_an_address_is_reached(time: Clock, desk: Desk, sms: Channel) -> None:
    (number,) = desk.receives(mail("t1", sender=PHONE, to=["+31850000001"]), channel=sms)
    forbid(desk, PHONE)
    assert states(desk, PHONE)["call", "marketing"] == states(desk, PHONE)["sample-sms", "marketing"] == "withdrawn"
    assert consent_record.call_objection(desk.workspace, PHONE, None) != ""
    assert consent_record.call_objection(desk.workspace, PHONE, number) == "", "they asked: they are called back"


def test_what_is_typed_wrong_is_said(time: Clock, desk: Desk, sms: Channel) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    who = anna(desk).id

    def say(**said: Any) -> None:
        consent_record.say(desk.workspace, desk.me, who, True, **said)

    with pytest.raises(NotFoundError, match="no address of Anna"):
        say(address=BRAM)
    with pytest.raises(UsageError, match="purpose is service or marketing"):
        say(purpose="fun")
    with pytest.raises(UsageError, match="ground is one of"):
        say(ground="because")
    with pytest.raises(UsageError, match="does not reach"):
        say(channel_kind="sample-sms")
    customer_merging.merge(desk.workspace, desk.me, [anna(desk, BRAM).id], who)
    with pytest.raises(UsageError, match="name the address"):
        say()
