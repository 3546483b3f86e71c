"""What the composer warns of: strangers, the wrong name, somebody else's order, copies, what is not for everybody."""

from __future__ import annotations

import pytest

from omnidesk.desk import cautions, composing, planning
from omnidesk.words.rows import Address
from tests.filling import BRAM, CARO, SUPPORT, Desk, mail


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("Hello Eva,\nit comes", "Eva"),
        ("Beste mevrouw Jansen,", "Jansen"),
        ("Sehr geehrte Frau Müller,", "Müller"),
        ("Dear Bram, hello", None),
        ("beste bram", None),
        ("Hi there, all is well", None),
        ("Hello,\nEva", None),
        ("Goedemiddag meneer de Vries", None),
        ("> Hello Eva,\nit comes", None),
        ("We say hello Eva", None),
    ],
)
def test_a_greeting_of_somebody_else_is_seen(text: str, whom: str | None) -> None:
    found = cautions.greeted(text, ["Bram de Vries", "b.devries"])
    assert (found or "").endswith(whom or "") and bool(found) == bool(whom)


def test_without_a_known_name_no_greeting_is_wrong() -> None:
    assert cautions.greeted("Hello Eva,", [""]) is None


def test_order_numbers_are_found_and_conversation_numbers_are_not() -> None:
    assert cautions.order_numbers("NL-10234 and 20260001, not #104233, nor 12, nor a@b123456.test") == (
        "NL-10234",
        "20260001",
    )
    assert cautions.order_numbers("> NL-10234 was quoted") == ()


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("write to anna@example.test", "e-mail"),
        ("call +31 6 1234 5678", "telephone"),
        ("order NL-10234", "order number"),
        ("at 3511 AB Utrecht", "address"),
        ("in the Dorpsstraat 12", "address"),
        ("we are open until 17:00 on 24 December", ""),
    ],
)
def test_what_not_everybody_may_read_is_found(text: str, fact: str) -> None:
    found = cautions.private_facts(text)
    assert (fact in " ".join(found)) if fact else found == ()


def said(desk: Desk, text: str, to: list[str] | None = None, cc: list[str] | None = None) -> tuple[str, ...]:
    planned = planning.plan(desk.workspace, 1)
    whom = planned.to if to is None else tuple(Address("", one) for one in to)
    copies = planned.cc if cc is None else tuple(Address("", one) for one in cc)
    return cautions.of_reply(desk.workspace, desk.me, 1, text, whom, copies, planned)


def test_an_answer_as_it_was_proposed_warns_of_nothing(desk: Desk) -> None:
    desk.receives(mail("1", to=[SUPPORT, BRAM]))
    assert said(desk, "Dear Anna, it comes") == ()


def test_an_address_that_is_new_to_the_conversation_is_named(desk: Desk) -> None:
    desk.receives(mail("1"))
    assert said(desk, "Hi", to=[CARO]) == (f"{CARO} is new to this conversation",)


def test_copies_dropped_and_added_are_named(desk: Desk) -> None:
    desk.receives(mail("1", to=[SUPPORT, BRAM]), mail("2", sender=CARO, answers="1", cc=[]))
    assert said(desk, "Hi", cc=[]) == (f"no copy to {BRAM}, who had one",)


def test_the_order_of_another_customer_is_named(desk: Desk) -> None:
    desk.receives(mail("1", "Where is NL-10234?"), mail("2", "Where is NL-99999?", sender=BRAM))
    assert said(desk, "NL-10234 comes") == ()
    assert said(desk, "NL-99999 comes") == ("NL-99999 is known from Bram, not from this customer",)
    assert said(desk, "NL-55555 comes") == ()


def test_a_colleagues_answer_since_is_found_and_ones_own_is_not(desk: Desk) -> None:
    desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    composing.reply(desk.workspace, desk.me, 1, "mine")
    assert cautions.answered_since(desk.workspace, desk.me, 1, 0) is None
    composing.reply(desk.workspace, koen, 1, "his")
    found = cautions.answered_since(desk.workspace, desk.me, 1, 0)
    assert found is not None and found.login == "koen"
    assert cautions.answered_since(desk.workspace, desk.me, 1, found.at + 1) is None
