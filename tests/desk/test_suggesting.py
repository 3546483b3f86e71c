"""What customers write of themselves suggests that two are one person; it merges nobody."""

from __future__ import annotations

import pytest

from omnidesk.desk import customers, suggesting
from omnidesk.words.kinds import Likeness
from tests.filling import ANNA, BRAM, Desk, mail

pytestmark = pytest.mark.databases
PHONE = "+31612345678"


def offered(desk: Desk, address: str) -> list[tuple[Likeness, str, str]]:
    (one,) = customers.find(desk.workspace, address)
    found = suggesting.offered(desk.workspace, one.id)
    return [(each.likeness, each.value, each.other.identities[0].value) for each in found]


def test_a_number_that_somebody_else_uses_is_suggested_and_no_more(desk: Desk) -> None:
    sms = desk.adds_channel("sms", "+31201234567", "sample-sms")
    desk.receives(mail("s", "Where is it?", sender=PHONE), channel=sms)
    desk.receives(mail("m", "Please call me on 06 12345678.", sender=ANNA))
    assert offered(desk, ANNA) == [(Likeness.NAMED, PHONE, PHONE)]
    assert offered(desk, PHONE) == [(Likeness.NAMED, PHONE, ANNA)]
    assert customers.find(desk.workspace, ANNA)[0].id != customers.find(desk.workspace, PHONE)[0].id


def test_an_address_of_many_says_nothing(desk: Desk) -> None:
    sms = desk.adds_channel("sms", "+31201234567", "sample-sms")
    desk.receives(mail("s", "Where is it?", sender=PHONE), channel=sms)
    customers.share(desk.workspace, desk.me, customers.identity_of(desk.workspace, PHONE).id, True)
    desk.receives(mail("m", "Please call me on 06 12345678.", sender=ANNA))
    assert offered(desk, ANNA) == []


def test_two_who_name_one_order_are_suggested(desk: Desk) -> None:
    desk.receives(mail("a", "My order number is NL-10234.", sender=ANNA))
    desk.receives(mail("b", "My order number is NL-10234.", sender=BRAM))
    assert offered(desk, BRAM) == [(Likeness.ORDER, "NL-10234", ANNA)]


def test_namesakes_at_one_company_are_suggested_and_at_a_provider_of_all_not(desk: Desk) -> None:
    desk.receives(mail("a", sender="anna@bakery.example", name="Anna de Boer"))
    desk.receives(mail("b", sender="a.deboer@bakery.example", name="Anna de Boer"))
    assert offered(desk, "a.deboer@bakery.example") == [
        (Likeness.NAME, "Anna de Boer, bakery.example", "anna@bakery.example")
    ]
    desk.receives(mail("c", sender="anna@gmail.com", name="Anna de Boer"))
    assert offered(desk, "anna@gmail.com") == []
