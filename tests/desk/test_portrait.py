"""What is known of a customer at a glance: how they are reached, what they prefer, what was last; nothing made up."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Consenting, Party
from omnidesk.desk import (
    composing,
    consents,
    customer_merging,
    customer_notes,
    customers,
    identity,
    logbook,
    portrait,
    preferring,
    triage,
)
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.contacts import Entry
from omnidesk.text.phone import zone_of
from omnidesk.words.portrait import LocalTime, Portrait, Preference, Way
from omnidesk.words.rows import PROGRAM, Contact, Customer
from tests.filling import ANNA, BRAM, Clock, Desk, mail

pytestmark = pytest.mark.databases
ANNAS = "+31612345678"


def anna(desk: Desk, address: str = ANNA) -> Customer:
    (found,) = customers.find(desk.workspace, address)
    return found


def drawn(desk: Desk, address: str = ANNA) -> Portrait:
    return portrait.of(desk.workspace, anna(desk, address))


def writes(desk: Desk, kind: str, name: str, address: str, at: int, text: str = "Where is it?", **said: object) -> None:
    channel = next((one for one in _channels(desk) if one.kind == kind), None)
    channel = channel or desk.adds_channel(kind.removeprefix("sample-"), "+31201234567", kind)
    desk.receives(mail(name, text, sender=address, at=at, **said), channel=channel)  # type: ignore[arg-type]


def _channels(desk: Desk):  # type: ignore[no-untyped-def]
    from omnidesk.desk import channels

    return channels.list_channels(desk.workspace)


def test_nobody_is_made_up(desk: Desk) -> None:
    desk.receives(mail("1", "2345"))
    found = drawn(desk)
    assert (found.preference, found.language, found.local, found.notes, found.last_owner) == (None, "", None, (), None)
    assert [one.said for one in found.contacts] == ["mailed"]
    assert [one.id for one in found.open] == [1]


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        ([], None),
        (["wa", "wa"], None),
        (["wa", "wa", "wa"], ("wa", 3, 3)),
        (["wa", "mail", "wa", "mail"], None),
        (["mail", "wa", "wa", "mail", "wa"], ("wa", 3, 5)),
        (["wa"] * 6 + ["mail"] * 100, ("wa", 6, 10)),
        (["a", "b", "c", "a", "d"], None),
    ],
)
def test_a_preference_is_learned_from_most_of_the_last_messages(
    kinds: list[str], found: tuple[str, int, int] | None
) -> None:
    assert preferring.learned(kinds) == found


def test_a_stated_preference_goes_before_a_learned_one(desk: Desk) -> None:
    desk.receives(*(mail(f"{one}") for one in range(4)))
    assert drawn(desk).preference == Preference("sample", "Sample customers", False, 4, 4)
    customers.set_customer(desk.workspace, desk.me, anna(desk).id, preferred_channel="whatsapp")
    assert drawn(desk).preference == Preference("whatsapp", "WhatsApp", True)


def test_the_language_is_what_they_said_else_what_they_write(desk: Desk) -> None:
    desk.receives(mail("1", "Hallo, waar is mijn bestelling? Ik heb nog niets ontvangen van jullie."))
    assert (drawn(desk).language, drawn(desk).language_learned) == ("nl", True)
    customers.set_customer(desk.workspace, desk.me, anna(desk).id, language="de")
    assert (drawn(desk).language, drawn(desk).language_learned) == ("de", False)


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+31612345678", ("NL", "Europe/Amsterdam")),
        ("+12025550123", ("US", "America/New_York")),
        ("+61412345678", None),  # a mobile in Australia: five clocks
        ("+8613800138000", ("CN", "Asia/Shanghai")),
        ("12345", None),
        ("anonymous", None),
    ],
)
def test_a_number_says_the_clock_where_its_country_has_one(number: str, zone: tuple[str, str] | None) -> None:
    assert zone_of(number) == zone


def test_the_clock_is_that_of_their_number_and_none_where_numbers_disagree(desk: Desk) -> None:
    now = clock.now()
    writes(desk, "sample-sms", "1", ANNAS, now)
    assert drawn(desk, ANNAS).local == LocalTime("NL", "Europe/Amsterdam")
    writes(desk, "sample-sms", "2", "+12025550123", now)
    other = anna(desk, "+12025550123")
    customer_merging.merge(desk.workspace, desk.me, [other.id], anna(desk, ANNAS).id)
    assert drawn(desk, ANNAS).local is None


def test_an_address_says_by_which_channel_it_is_reached_now_and_until_when(time: Clock, desk: Desk) -> None:
    now = clock.now()
    writes(desk, "sample-whatsapp", "1", ANNAS, now)
    desk.adds_channel("sms", "+31201234568", "sample-sms")
    (reach,) = drawn(desk, ANNAS).reach
    ways = {one.kind: one for one in reach.ways}
    assert ways["sample-sms"] == Way("sms", "sample-sms", True)
    assert ways["sample-whatsapp"].usable
    closes = ways["sample-whatsapp"].closes_at
    assert closes is not None and closes > now
    time.forward(days=30)
    ways = {one.kind: one for one in drawn(desk, ANNAS).reach[0].ways}
    assert (ways["sample-whatsapp"].usable, ways["sample-whatsapp"].closes_at) == (False, None)
    assert "window" in ways["sample-whatsapp"].reason


def test_who_wants_no_messages_is_not_reached(desk: Desk) -> None:
    desk.receives(mail("1"))

    def forbid(act: Act) -> None:
        known = identity.known(act, Party("email", ANNA))
        consents.take(act, "sample", known, [Consenting(False, "service", "STOP")], 1, 1, clock.now())

    perform(desk.workspace, PROGRAM, "test", forbid)
    (way,) = drawn(desk).reach[0].ways
    assert not way.usable
    assert "wants no messages" in way.reason and "STOP" in way.reason


def test_a_channel_that_is_off_or_gone_reaches_nobody(desk: Desk) -> None:
    from omnidesk.desk import channels

    desk.receives(mail("1"))
    assert [one.channel for one in drawn(desk).reach[0].ways] == ["demo"]
    channels.disable(desk.workspace, desk.me, "demo")
    assert drawn(desk).reach[0].ways == ()


def test_the_last_contacts_of_each_kind_are_told_the_oldest_first(time: Clock, desk: Desk) -> None:
    now = clock.now()
    desk.receives(
        mail("1", subject="Re: Kettle", at=now - 2 * clock.DAY),
        mail("2", subject="Re: AW: Boots", at=now - clock.DAY),
        mail("out of office", subject="Away", at=now - clock.HOUR, auto="auto_reply"),
    )
    logbook.log(
        desk.workspace, desk.me, Entry("call", Contact(outcome="missed"), number=ANNAS, customer_id=anna(desk).id)
    )
    contacts = drawn(desk).contacts
    assert [(one.said, one.about) for one in contacts] == [("mailed", "Boots"), ("called", "")]
    assert contacts[0].at == now - clock.DAY


def test_promises_open_matters_notes_and_the_last_owner_are_told(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"), mail("b", sender=BRAM))
    triage.promise(desk.workspace, desk.me, 2, clock.now() + clock.HOUR)
    composing.reply(desk.workspace, desk.me, 1, "Thanks", key="k")
    triage.close(desk.workspace, desk.me, 1)
    customer_notes.write(desk.workspace, desk.me, anna(desk).id, "Calls only")
    found = drawn(desk)
    assert found.promised_at == clock.now() + clock.HOUR
    assert [one.id for one in found.open] == [2]
    assert [one.text for one in found.notes] == ["Calls only"]
    assert found.last_owner == "sanne"
