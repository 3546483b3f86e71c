"""What a draft asks for is offered where it is known; what fills macros and what is kept out of public is known too."""

from __future__ import annotations

import pytest

from omnidesk.connectors.form.submission import Submission
from omnidesk.connectors.form.submission import item as form_item
from omnidesk.desk import composing, fact_kinds, fact_offers, facts, macros, threads
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Wording
from tests.filling import ANNA, Clock, Desk, mail

pytestmark = pytest.mark.databases
ASKS = "Could you tell me your order number?"


def offered(desk: Desk, draft: str, number: int = 1) -> str | None:
    fact = fact_offers.offer(desk.workspace, number, draft)
    return None if fact is None else fact.value


def test_a_known_answer_is_offered_until_it_stands_there(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-10234."))
    assert offered(desk, ASKS) == "NL-10234"
    assert offered(desk, f"{ASKS} Is it nl-10234?") is None
    assert offered(desk, "Could you tell me your postcode?") is None
    assert offered(desk, "") is None
    time.forward(hours=1)
    desk.receives(mail("2", "Sorry, my order number is NL-10235.", answers="1"))
    assert offered(desk, ASKS) == "NL-10235"


def test_what_was_told_in_one_conversation_is_offered_in_another(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-10234."))
    (other,) = desk.receives(mail("2", "Hello again"))
    assert other != 1
    assert offered(desk, ASKS, other) == "NL-10234"


def test_nothing_is_offered_to_who_may_be_somebody_else(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-10234.", auth="pass"))
    (forged,) = desk.receives(mail("2", "It is me, what do you know?", auth="fail"))
    assert threads.messages(desk.workspace, forged)[-1].unproven
    assert offered(desk, ASKS, forged) is None


def test_what_a_form_says_of_a_known_customer_is_not_proven(time: Clock, desk: Desk) -> None:
    form = desk.adds_channel("contact", "", "form", settings={})
    texts = dict.fromkeys(("name", "phone", "topic", "subject"), "") | {
        "email": ANNA, "order": "NL-66666", "message": "Where is it?",
    }  # fmt: skip
    desk.receives(mail("1", "My order number is NL-10234."))
    time.forward(hours=1)
    (number,) = desk.receives(
        form_item(Submission("00000000-0000-4000-8000-000000000001", "en", texts), time.at), channel=form
    )
    customer = threads.conversation(desk.workspace, number).customer_id
    assert customer is not None
    assert [(one.value, one.source, one.proven) for one in facts.of_customer(desk.workspace, customer)] == [
        ("NL-10234", "message", True), ("NL-66666", "form", False),
    ]  # fmt: skip
    assert offered(desk, ASKS) == "NL-10234"


def test_what_a_stranger_says_in_a_form_is_theirs(time: Clock, desk: Desk) -> None:
    form = desk.adds_channel("contact", "", "form", settings={})
    texts = dict.fromkeys(("name", "topic", "subject"), "") | {
        "email": "new@example.test", "order": "NL-66666", "phone": "06-12345678", "message": "Where is it?",
    }  # fmt: skip
    (number,) = desk.receives(
        form_item(Submission("00000000-0000-4000-8000-000000000001", "nl", texts), time.at), channel=form
    )
    customer = threads.conversation(desk.workspace, number).customer_id
    assert customer is not None
    assert [(one.kind, one.value, one.proven) for one in facts.of_customer(desk.workspace, customer)] == [
        ("order_number", "NL-66666", True), ("phone", "+31612345678", True),
    ]  # fmt: skip


def test_known_facts_fill_macros(time: Clock, desk: Desk) -> None:
    fact_kinds.add(desk.workspace, desk.me, "warranty_code", "warranty code", r"GAR-\d{4}", "GAR-0012")
    text = (
        "{{customer.order_number}}, {{customer.size|no size}}, {{known.warranty_code|no code}}, {{customer.postcode}}"
    )
    macros.add(desk.workspace, desk.me, "told", [Wording("", "", text)])
    desk.receives(mail("1", "My order number is NL-10234. GAR-1234."))
    filled = macros.fill(desk.workspace, desk.me, "told", 1)
    assert filled.text == "NL-10234, no size, GAR-1234, {{customer.postcode}}"
    assert filled.empty == ("their postcode is not known: {{customer.postcode}} stands in the text",)


def test_a_known_fact_waits_for_a_yes_before_everybody_reads_it(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "Ik woon op Prinsengracht 263, 1016 GV Amsterdam. Mijn klantnummer is 4410."))
    desk.receives(mail("2", "Never again!", public=True, thread="post-1"))
    for text, what in (
        ("We were at prinsengracht 263", "address"),
        ("Customer 4410: we are sorry", "customer number"),
    ):
        with pytest.raises(RefusedError, match=what):
            composing.reply(desk.workspace, desk.me, 2, text, via="demo")
    assert composing.reply(desk.workspace, desk.me, 2, "We are sorry", via="demo").message.public
