"""What customers tell is known, and nobody asks for it again."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import cleaning, customers, fact_rereading, facts, redecoding, threads, triage, undo
from omnidesk.desk.acts import Act, perform
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.facts import Fact
from omnidesk.words.rows import PROGRAM
from tests.filling import ANNA, BRAM, Clock, Desk, mail

pytestmark = pytest.mark.databases


def anna(desk: Desk, number: int = 1) -> int:
    found = threads.conversation(desk.workspace, number).customer_id
    assert found is not None
    return found


def known(desk: Desk, customer: int | None = None) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in facts.of_customer(desk.workspace, customer or anna(desk))]


def one(desk: Desk, value: str) -> Fact:
    return next(one for one in facts.of_customer(desk.workspace, anna(desk)) if one.value == value)


def ordered(desk: Desk, kind: str, value: str, at: int, reference: str = "shop:1", customer: int = 0) -> int:
    """A shop's order says something of Anna."""

    def work(act: Act) -> int:
        return facts.learn(act, customer or anna(desk), kind, value, "order", at, reference=reference)

    return perform(desk.workspace, PROGRAM, "orders", work)[1]


def test_a_message_tells_facts_with_their_source_and_date(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Mijn ordernummer is NL-10234, bel mij op 06-12345678."))
    assert known(desk) == [("order_number", "NL-10234"), ("phone", "+31612345678")]
    fact = one(desk, "NL-10234")
    message = threads.messages(desk.workspace, number)[0]
    assert (fact.source, fact.message_id, fact.at, fact.proven) == ("message", message.id, message.at, True)
    assert (fact.conversation_id, fact.channel, fact.label) == (number, message.kind, "order number")


def test_the_newest_of_a_kind_stands_first_and_older_ones_stay(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."))
    time.forward(hours=1)
    desk.receives(mail("2", "My order number is NL-1002.", answers="1"))
    assert known(desk) == [("order_number", "NL-1002"), ("order_number", "NL-1001")]
    time.forward(hours=1)
    desk.receives(mail("3", "Again about order nl 1001: my order number is NL-1001!", answers="1"))
    assert known(desk) == [("order_number", "NL-1001"), ("order_number", "NL-1002")]


def test_a_history_that_comes_late_does_not_stand_first(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1002."))
    desk.receives(mail("0", "My order number is NL-1001.", at=clock.now() - 40 * 86_400_000))
    assert known(desk) == [("order_number", "NL-1002"), ("order_number", "NL-1001")]


@pytest.mark.parametrize(
    "said",
    [
        {"auto": "auto_reply"},
        {"auth": "fail"},
        {"sender": "support@shop.test"},
    ],
)
def test_machines_and_ourselves_tell_nothing(time: Clock, desk: Desk, said: dict[str, str]) -> None:
    desk.receives(mail("0", "Hello"))
    desk.receives(mail("1", "My order number is NL-10234.", **said))
    assert known(desk) == []


def test_what_a_customer_quotes_is_not_theirs(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "That is wrong.\n\n> Your order number is NL-10234"))
    assert known(desk) == []


def test_facts_hang_on_who_wrote(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."), mail("2", "My order number is NL-2002.", sender=BRAM))
    assert known(desk, anna(desk, 1)) == [("order_number", "NL-1001")]
    assert known(desk, anna(desk, 2)) == [("order_number", "NL-2002")]


def test_one_forgotten_does_not_come_back_from_the_same_source(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."))
    time.forward(hours=1)
    facts.forget(desk.workspace, desk.me, anna(desk), one(desk, "NL-1001").id)
    assert known(desk) == []
    redecoding.redecode(desk.workspace, everything=True)
    desk.receives(mail("0", "My order number is NL-1001.", at=clock.now() - 86_400_000))
    assert known(desk) == []
    time.forward(hours=1)
    desk.receives(mail("2", "It really is order number NL-1001.", answers="1"))
    assert known(desk) == [("order_number", "NL-1001")]


def test_an_order_that_is_read_again_brings_nothing_back(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    assert ordered(desk, "postcode", "3511ab", clock.now()) > 0
    assert ordered(desk, "postcode", "3511 AB", clock.now() + 1) > 0
    assert known(desk) == [("postcode", "3511 AB")]
    time.forward(hours=1)
    facts.forget(desk.workspace, desk.me, anna(desk), one(desk, "3511 AB").id)
    time.forward(hours=1)
    assert ordered(desk, "postcode", "3511 AB", clock.now()) == 0
    assert known(desk) == []
    assert ordered(desk, "postcode", "3511 AB", clock.now(), reference="shop:2") > 0


def test_an_order_whose_values_are_none_is_left_alone(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    assert ordered(desk, "phone", "n/a", clock.now()) == 0
    assert ordered(desk, "email", "none", clock.now()) == 0


def test_an_agent_writes_down_corrects_and_takes_back(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."))
    time.forward(minutes=1)
    act, left = facts.add(desk.workspace, desk.me, anna(desk), "order-number", "NL-1002")
    assert [(one.value, one.source, one.agent) for one in left] == [
        ("NL-1002", "agent", desk.me.name), ("NL-1001", "message", ""),
    ]  # fmt: skip
    undo.undo(desk.workspace, desk.me, act.id)
    assert known(desk) == [("order_number", "NL-1001")]
    act, _ = facts.correct(desk.workspace, desk.me, anna(desk), one(desk, "NL-1001").id, "NL-1003")
    assert known(desk) == [("order_number", "NL-1003")]
    undo.undo(desk.workspace, desk.me, act.id)
    assert known(desk) == [("order_number", "NL-1001")]
    act, _ = facts.forget(desk.workspace, desk.me, anna(desk), one(desk, "NL-1001").id)
    undo.undo(desk.workspace, desk.me, act.id)
    assert known(desk) == [("order_number", "NL-1001")]


def test_events_hold_no_values(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."))
    facts.correct(desk.workspace, desk.me, anna(desk), one(desk, "NL-1001").id, "NL-7777")
    said = desk.workspace.database.reader.all("SELECT before_json, after_json FROM event")
    assert not [row for row in said if "NL-" in row[0] + row[1]]
    summaries = desk.workspace.database.reader.all("SELECT summary FROM act")
    assert not [row for row in summaries if "NL-" in row[0]]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("phone", "06 12 34 56 78", "+31612345678"),
        ("iban", "NL91 ABNA 0417 1643 00", "NL** **** 4300"),
        ("postcode", "3511ab", "3511 AB"),
        ("e-mail address", "Anna@Example.TEST", "anna@example.test"),
        ("size", " 42 ", "42"),
    ],
)
def test_what_an_agent_types_is_kept_in_its_form(time: Clock, desk: Desk, kind: str, value: str, kept: str) -> None:
    desk.receives(mail("1"))
    _, found = facts.add(desk.workspace, desk.me, anna(desk), kind, value)
    assert [one.value for one in found] == [kept]


def test_what_is_none_of_its_kind_is_refused(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    for kind, value in (("phone", "tomorrow"), ("iban", "NL00ABNA0417164300"), ("shoe", "42"), ("size", " ")):
        with pytest.raises(UsageError):
            facts.add(desk.workspace, desk.me, anna(desk), kind, value)
    with pytest.raises(NotFoundError):
        facts.forget(desk.workspace, desk.me, anna(desk), 1)
    with pytest.raises(NotFoundError):
        facts.add(desk.workspace, desk.me, 1, "size", "42")


def test_two_customers_with_facts_are_merged_by_their_ids_alone(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."), mail("2", "My order number is NL-1001.", sender=BRAM))
    first, second = anna(desk, 1), anna(desk, 2)
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE fact SET customer_id = ? WHERE customer_id = ?", (first, second))
    )
    assert known(desk, first) == [("order_number", "NL-1001")]
    assert known(desk, second) == []
    time.forward(hours=1)
    facts.forget(desk.workspace, desk.me, first, one(desk, "NL-1001").id)
    assert known(desk, first) == []


def test_of_one_customer_so_much_is_kept_and_no_more(time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from omnidesk.desk import fact_learning

    monkeypatch.setattr(fact_learning, "MOST", 5)
    for number in range(10):
        time.forward(minutes=1)
        desk.receives(mail(str(number), f"My order number is NL-{1000 + number}."))
    found = known(desk)
    assert found[0] == ("order_number", "NL-1009")
    assert 5 <= len(found) <= 6


def test_what_a_deleted_message_told_goes_with_it(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."), mail("2", "My order number is NL-1002."))
    customer = anna(desk)
    triage.delete(desk.workspace, desk.me, [1])
    time.forward(days=31)
    cleaning.clean(desk.workspace)
    assert known(desk, customer) == [("order_number", "NL-1002")]


def test_what_was_kept_before_facts_were_known_is_read_again(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "My order number is NL-1001."), mail("2", "I am away, order 5512", auto="auto_reply"))
    desk.workspace.database.write(lambda tx: tx.execute("DELETE FROM fact"))
    assert fact_rereading.reread(desk.workspace) == 2
    fact = one(desk, "NL-1001")
    assert (fact.source, fact.conversation_id, fact.at) == ("message", 1, clock.now())
    assert len(known(desk)) == 1


def test_a_customer_without_facts_has_none(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "Hello"))
    assert known(desk) == []
    assert customers.get(desk.workspace, anna(desk)).identities[0].value == ANNA
