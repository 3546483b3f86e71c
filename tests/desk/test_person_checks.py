"""Who asks for money, data or a new address and is not proven is to be checked; what came of it stays to be seen."""

from __future__ import annotations

import pytest

from omnidesk.desk import person_checks, settings, threads, undo
from omnidesk.text.sensitive import asks_for
from omnidesk.words.errors import NotFoundError, UsageError
from tests.filling import ANNA, Desk, mail

pytestmark = pytest.mark.databases


def standing(desk: Desk, number: int) -> person_checks.Check:
    conversation = threads.conversation(desk.workspace, number)
    return person_checks.standing(desk.workspace, conversation, threads.messages(desk.workspace, number))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Please refund me the money to NL91 ABNA 0417 1643 00.", ["money"]),
        ("Graag het bedrag terugstorten op mijn rekeningnummer", ["money"]),
        ("Bitte erstatten Sie mir den Betrag", ["money"]),
        ("I would like a copy of my personal data", ["data"]),
        ("Ik ben mijn wachtwoord vergeten", ["data"]),
        ("Ich bin umgezogen, hier die neue Adresse", ["address"]),
        ("Wij zijn verhuisd, het nieuwe afleveradres is Dam 1", ["address"]),
        ("Where is my order NL-10234?", []),
        ("Wanneer wordt het pakket bezorgd?", []),
        ("Danke, alles gut!", []),
    ],
)
def test_what_only_the_customer_may_have_is_recognised(text: str, kinds: list[str]) -> None:
    assert asks_for(text) == kinds


def test_an_unproven_sender_who_asks_for_money_is_to_be_checked_once(desk: Desk) -> None:
    desk.receives(mail("1", "Please refund me", sender=ANNA), mail("2", "Where is it?", sender=ANNA))
    assert standing(desk, 1) == person_checks.Check(("money",), "the sender is not proven", "")
    assert not standing(desk, 2).due
    act = person_checks.record(desk.workspace, desk.me, 1, ["order number", "Postcode"])
    assert (standing(desk, 1).due, standing(desk, 1).outcome) == (False, "passed: order number, postcode")
    undo.undo(desk.workspace, desk.me, act.id)
    assert standing(desk, 1).due
    person_checks.record(desk.workspace, desk.me, 1, [], failed=True)
    assert standing(desk, 1).outcome == "failed"


def test_a_proven_address_is_new_for_a_week(desk: Desk) -> None:
    desk.receives(mail("1", "Please refund me", auth="pass"))
    assert standing(desk, 1).why == "the address is new"


def test_every_caller_is_to_be_checked(desk: Desk) -> None:
    calls = desk.adds_channel("phone", "+31201234567", "sample-call")
    desk.receives(mail("c", "Asked for the shoes", sender="+31612345678", message_kind="call"), channel=calls)
    number = threads.conversations(desk.workspace, [1])[0].id
    assert standing(desk, number).why == "a caller's number proves nobody"


def test_too_few_or_unknown_things_are_refused(desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(UsageError, match="name 2 of order number, postcode, amount"):
        person_checks.record(desk.workspace, desk.me, 1, ["postcode"])
    with pytest.raises(UsageError, match="shoe size is none of"):
        person_checks.record(desk.workspace, desk.me, 1, ["shoe size", "postcode"])
    settings.put(desk.workspace, "check_items", "shoe size, postcode")
    person_checks.record(desk.workspace, desk.me, 1, ["shoe size", "postcode"])
    with pytest.raises(NotFoundError):
        person_checks.record(desk.workspace, desk.me, 99, ["shoe size", "postcode"])
