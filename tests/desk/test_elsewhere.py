"""A customer goes on elsewhere: what comes on another channel joins what they have open, or is offered to."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import channels, customer_merging, customers, joining, threads, triage, undo, views
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import Channel, QueueRow
from tests.filling import ANNA, NOON, Clock, Desk, mail

pytestmark = pytest.mark.databases
PHONE = "+31612345678"


@pytest.fixture
def sms(desk: Desk) -> Channel:
    return desk.adds_channel("sms", "+31201234567", "sample-sms")


def same_person(desk: Desk) -> None:
    """Anna's address and her number are one customer's."""
    gone, into = (customers.find(desk.workspace, one)[0].id for one in (PHONE, ANNA))
    customer_merging.merge(desk.workspace, desk.me, [gone], into)


def row(desk: Desk, number: int) -> QueueRow:
    (found,) = [one for one in views.page(desk.workspace, "all", None, 50) if one.id == number]
    return found


@pytest.fixture
def known(desk: Desk, sms: Channel) -> Desk:
    """A desk that knows Anna by mail and by number; what she wrote is closed."""
    desk.receives(mail("m0", sender=ANNA))
    desk.receives(mail("s0", sender=PHONE), channel=sms)
    same_person(desk)
    triage.close(desk.workspace, desk.me, [1, 2])
    triage.delete(desk.workspace, desk.me, [2])
    return desk


def test_a_text_message_joins_the_mail_that_is_open_and_says_why(known: Desk, sms: Channel) -> None:
    (number,) = known.receives(mail("m1", sender=ANNA))
    assert known.receives(mail("s1", "And where is it?", sender=PHONE, thread="new"), channel=sms) == [number]
    last = threads.messages(known.workspace, number)[-1]
    assert (last.kind, last.joined_by, last.stranger) == ("sample-sms", "the customer's only open matter", False)
    assert threads.conversation(known.workspace, number).kinds == ("sample", "sample-sms")


def test_two_open_matters_are_offered_and_shown_in_the_queue(known: Desk, sms: Channel) -> None:
    one, other = known.receives(mail("m1", sender=ANNA), mail("m2", sender=ANNA))
    (number,) = known.receives(mail("s1", sender=PHONE, thread="new"), channel=sms)
    assert number not in (one, other)
    assert threads.offers(known.workspace, number) == [other, one]
    assert row(known, number).offered_join == other
    act = joining.merge(known.workspace, known.me, number, other)
    assert row(known, other).offered_join is None
    undo.undo(known.workspace, known.me, act.id)
    assert row(known, number).offered_join == other
    joining.refuse(known.workspace, known.me, number, other)
    assert row(known, number).offered_join == one


@pytest.mark.parametrize(
    ("said", "days", "joins"), [("always", 30, True), ("never", 0, False), ("7", 3, True), ("7", 9, False)]
)
def test_the_channel_says_how_far_it_joins(
    time: Clock, known: Desk, sms: Channel, said: str, days: int, joins: bool
) -> None:
    channels.set_settings(known.workspace, known.me, "sms", {"join": said})
    (number,) = known.receives(mail("m1", sender=ANNA, at=clock.now()))
    time.at = NOON + days * clock.DAY
    (fresh,) = known.receives(mail("s1", sender=PHONE, thread="new", at=clock.now()), channel=sms)
    assert (fresh == number) is joins
    assert threads.offers(known.workspace, fresh) == ([] if joins else [number])


def test_an_unproven_address_only_has_it_offered(known: Desk, sms: Channel) -> None:
    (number,) = known.receives(mail("s1", sender=PHONE, thread="new"), channel=sms)
    (fresh,) = known.receives(mail("m1", sender=ANNA))  # a From proves nothing
    assert fresh != number and threads.offers(known.workspace, fresh) == [number]
    (proven,) = known.receives(mail("m2", sender=ANNA, auth="pass", answers="m1"))
    assert proven == fresh


def test_an_address_of_many_only_has_it_offered(known: Desk, sms: Channel) -> None:
    found = customers.identity_of(known.workspace, PHONE)
    customers.share(known.workspace, known.me, found.id, True)
    (number,) = known.receives(mail("m1", sender=ANNA))
    (fresh,) = known.receives(mail("s1", sender=PHONE, thread="new"), channel=sms)
    assert fresh != number and threads.offers(known.workspace, fresh) == [number]


def test_what_is_public_joins_nothing_private(known: Desk, sms: Channel) -> None:
    (number,) = known.receives(mail("m1", sender=ANNA))
    (fresh,) = known.receives(mail("s1", sender=PHONE, thread="new", public=True), channel=sms)
    assert fresh != number and threads.offers(known.workspace, fresh) == []


def test_whoever_asks_again_elsewhere_moves_up_until_they_are_answered(time: Clock, known: Desk, sms: Channel) -> None:
    (number,) = known.receives(mail("m1", sender=ANNA, at=clock.now()))
    due = row(known, number).next_due_at
    assert due is not None
    time.at = NOON + 20 * clock.MINUTE
    known.receives(mail("s1", sender=PHONE, thread="new", at=clock.now()), channel=sms)
    shown = row(known, number)
    assert shown.repeats == 1 and shown.next_due_at is not None and shown.next_due_at < due
    known.receives(mail("own", "It comes", outbound=True, answers="m1", at=clock.now()))
    assert row(known, number).repeats == 0


def test_the_same_channel_twice_is_two_matters(known: Desk) -> None:
    one, other = known.receives(mail("m1", sender=ANNA, auth="pass"), mail("m2", sender=ANNA, auth="pass"))
    assert one != other and threads.offers(known.workspace, other) == []


@pytest.mark.parametrize("said", ["sometimes", "-1", "0", "99999", "3.5"])
def test_a_policy_that_is_none_is_refused(known: Desk, said: str) -> None:
    with pytest.raises(UsageError, match="always, never"):
        channels.set_settings(known.workspace, known.me, "sms", {"join": said})
