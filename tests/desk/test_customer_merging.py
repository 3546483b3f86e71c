"""Customers who are one person: merged, linked and parted, and each undone at any time without loss."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.desk import customer_merging, customer_tags, customers, facts, organisations, suggesting, threads, undo
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Likeness
from tests.filling import ANNA, BRAM, Desk, mail, open_desk

pytestmark = pytest.mark.databases
CARO = "caro@example.test"


def customer(desk: Desk, address: str) -> rows.Customer:
    (found,) = customers.find(desk.workspace, address)
    return found


def whose(desk: Desk, number: int) -> int:
    found: Any = desk.workspace.database.reader.value("SELECT customer_id FROM conversation WHERE id = ?", (number,))
    return int(found)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with conversation #1 of Anna, #2 of Bram and #3 of Caro."""
    items = [mail("1", sender=ANNA), mail("2", sender=BRAM), mail("3", sender=CARO)]
    assert desk.receives(*items) == [1, 2, 3]
    return desk


def merge(desk: Desk, gone: str, into: str) -> rows.Act:
    return customer_merging.merge(desk.workspace, desk.me, [customer(desk, gone).id], customer(desk, into).id)


def test_a_merge_brings_addresses_conversations_messages_tags_and_what_is_known(busy: Desk) -> None:
    opened = busy.workspace
    anna, bram = customer(busy, ANNA), customer(busy, BRAM)
    customers.set_customer(opened, busy.me, bram.id, company="Brams", language="nl")
    customers.set_customer(opened, busy.me, anna.id, company="Annas")
    customer_tags.tag(opened, busy.me, bram.id, ["wholesale"])
    before = customer_merging.preview(opened, [bram.id], anna.id)
    assert (before.kept.id, [one.id for one in before.gone], before.conversations) == (anna.id, [bram.id], 1)
    merge(busy, BRAM, ANNA)
    found = customer(busy, BRAM)
    assert found.id == anna.id == whose(busy, 2)
    assert {one.value for one in found.identities} == {ANNA, BRAM}
    assert (found.company, found.language, found.tags) == ("Annas", "nl", ("wholesale",))
    assert opened.database.reader.value("SELECT customer_id FROM message WHERE conversation_id = 2") == anna.id
    assert customers.get(opened, bram.id).id == anna.id
    assert [one.id for one in customers.page(opened, 50, text="bram")] == [anna.id]


def test_a_merge_is_undone_with_what_came_since(busy: Desk) -> None:
    opened = busy.workspace
    anna, bram = customer(busy, ANNA), customer(busy, BRAM)
    customer_tags.tag(opened, busy.me, bram.id, ["wholesale"])
    act = merge(busy, BRAM, ANNA)
    busy.receives(mail("4", sender=BRAM), mail("5", answers="2", sender=BRAM), mail("6", sender=ANNA))
    assert whose(busy, 4) == anna.id
    undo.undo(opened, busy.me, act.id)
    assert customer(busy, BRAM).id == bram.id
    assert (whose(busy, 1), whose(busy, 2), whose(busy, 4), whose(busy, 5)) == (anna.id, bram.id, bram.id, anna.id)
    found = opened.database.reader.all("SELECT DISTINCT customer_id FROM message WHERE from_address = ?", (BRAM,))
    assert [row[0] for row in found] == [bram.id]
    assert (customer(busy, BRAM).tags, customer(busy, ANNA).tags) == (("wholesale",), ())
    assert [one.id for one in customers.page(opened, 50, text="bram")] == [bram.id]


def test_what_is_known_goes_along_and_comes_back(busy: Desk) -> None:
    opened = busy.workspace
    anna, bram = customer(busy, ANNA).id, customer(busy, BRAM).id
    facts.add(opened, busy.me, bram, "size", "42")
    act = merge(busy, BRAM, ANNA)
    busy.receives(mail("size", "My shoe size is 43.", sender=BRAM))
    assert {one.value for one in facts.of_customer(opened, anna)} >= {"42"}
    undo.undo(opened, busy.me, act.id)
    assert "42" in {one.value for one in facts.of_customer(opened, bram)}
    assert facts.of_customer(opened, anna) == []


def test_what_both_have_open_is_offered_to_be_joined_and_not_after_the_undo(busy: Desk) -> None:
    act = merge(busy, BRAM, ANNA)
    assert threads.offers(busy.workspace, 2) == [1]
    assert busy.workspace.database.reader.value("SELECT offered_join FROM conversation WHERE id = 2") == 1
    undo.undo(busy.workspace, busy.me, act.id)
    assert threads.offers(busy.workspace, 2) == []
    assert busy.workspace.database.reader.value("SELECT offered_join FROM conversation WHERE id = 2") is None


def test_merges_of_merges_are_undone_in_any_order(busy: Desk) -> None:
    anna, bram, caro = (customer(busy, one).id for one in (ANNA, BRAM, CARO))
    first, second = merge(busy, ANNA, BRAM), merge(busy, BRAM, CARO)
    assert whose(busy, 1) == caro
    undo.undo(busy.workspace, busy.me, first.id)
    assert (whose(busy, 1), whose(busy, 2)) == (anna, caro)
    undo.undo(busy.workspace, busy.me, second.id)
    assert (whose(busy, 1), whose(busy, 2), whose(busy, 3)) == (anna, bram, caro)


def test_unmerge_finds_the_act(busy: Desk) -> None:
    bram = customer(busy, BRAM).id
    act = merge(busy, BRAM, ANNA)
    assert customer_merging.unmerge(busy.workspace, bram) == act.id
    undo.undo(busy.workspace, busy.me, act.id)
    with pytest.raises(RefusedError, match="not merged"):
        customer_merging.unmerge(busy.workspace, bram)
    with pytest.raises(NotFoundError):
        customer_merging.unmerge(busy.workspace, 17)


def test_a_linked_address_takes_its_own_conversations_along_and_comes_back(busy: Desk) -> None:
    opened = busy.workspace
    anna, caro = customer(busy, ANNA).id, customer(busy, CARO).id
    identity = customers.identity_of(opened, ANNA)
    act = customer_merging.link(opened, busy.me, identity.id, caro)
    assert (whose(busy, 1), customer(busy, ANNA).id) == (caro, caro)
    undo.undo(opened, busy.me, act.id)
    assert (whose(busy, 1), customer(busy, ANNA).id) == (anna, anna)


def test_what_was_linked_elsewhere_since_stays_there(busy: Desk) -> None:
    opened = busy.workspace
    bram, caro = customer(busy, BRAM).id, customer(busy, CARO).id
    act = merge(busy, BRAM, ANNA)
    customer_merging.link(opened, busy.me, customers.identity_of(opened, BRAM).id, caro)
    done = undo.undo(opened, busy.me, act.id)
    assert customer(busy, BRAM).id == caro
    assert any(BRAM in one for one in done.left)
    assert customers.get(opened, bram).id == bram


def test_a_parted_address_is_somebody_else(busy: Desk) -> None:
    opened = busy.workspace
    merge(busy, BRAM, ANNA)
    act, fresh = customer_merging.part(opened, busy.me, customers.identity_of(opened, BRAM).id)
    assert (customer(busy, BRAM).id, whose(busy, 2)) == (fresh, fresh)
    undo.undo(opened, busy.me, act.id)
    assert customer(busy, BRAM).id == customer(busy, ANNA).id
    with pytest.raises(RefusedError, match="only address"):
        customer_merging.part(opened, busy.me, customers.identity_of(opened, CARO).id)


def test_what_was_rejected_does_not_return_and_what_was_accepted_is_one(busy: Desk) -> None:
    opened = busy.workspace
    anna, bram, caro = (customer(busy, one).id for one in (ANNA, BRAM, CARO))
    for one, other in ((anna, bram), (bram, caro)):
        opened.database.write(lambda tx, one=one, other=other: _suggest(tx, busy, one, other))
    first, second = suggesting.page(opened, 10)
    assert {first.customer.id, first.other.id} == {anna, bram}
    suggesting.reject(opened, busy.me, first.id)
    opened.database.write(lambda tx: _suggest(tx, busy, bram, anna))
    assert [one.id for one in suggesting.offered(opened, bram)] == [second.id]
    act = suggesting.accept(opened, busy.me, second.id)
    assert customer(busy, CARO).id == customer(busy, BRAM).id
    assert suggesting.page(opened, 10) == []
    undo.undo(opened, busy.me, act.id)
    assert [one.id for one in suggesting.page(opened, 10)] == [second.id]
    with pytest.raises(RefusedError, match="settled"):
        suggesting.accept(opened, busy.me, first.id)


def _suggest(tx: Any, desk: Desk, one: int, other: int) -> None:
    from omnidesk.desk.acts import Act

    act = Act(tx, desk.me, "test")
    suggesting.suggest(act, one, other, Likeness.NAMED, "0612345678")
    act.record()


def test_an_organisation_takes_in_who_writes_from_its_domain(busy: Desk) -> None:
    opened = busy.workspace
    organisations.put(opened, busy.me, "Example GmbH", ["example.test"])
    assert organisations.get(opened, "example gmbh").customers == 3
    busy.receives(mail("9", sender="new@example.test"))
    assert customer(busy, "new@example.test").organisation == "Example GmbH"
    act = organisations.assign(opened, busy.me, customer(busy, ANNA).id, None)
    assert customer(busy, ANNA).organisation is None
    undo.undo(opened, busy.me, act.id)
    assert customer(busy, ANNA).organisation == "Example GmbH"


STEPS = st.lists(
    st.tuples(st.sampled_from(("mail", "merge", "link", "part", "undo")), st.integers(0, 5), st.integers(0, 5)),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.randoms(use_true_random=False))
def test_whatever_happens_and_in_whatever_order_it_is_undone_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory, database: str, steps: list[tuple[str, int, int]], random: Any
) -> None:
    desk = open_desk(tmp_path_factory.mktemp("merging"))
    try:
        _go_through(desk, steps, random)
    finally:
        desk.workspace.close()


def _go_through(desk: Desk, steps: list[tuple[str, int, int]], random: Any) -> None:
    opened = desk.workspace
    addresses = [f"p{number}@example.test" for number in range(6)]
    desk.receives(*(mail(f"first {one}", sender=one) for one in addresses))
    born = {one: customer(desk, one).id for one in addresses}
    acts: list[int] = []
    sent = len(addresses)
    for number, (what, one, other) in enumerate(steps):
        mine = customers.identity_of(opened, addresses[one])
        try:
            if what == "mail":
                desk.receives(mail(f"{number}", sender=addresses[one]))
                sent += 1
            elif what == "merge":
                acts.append(merge(desk, addresses[one], addresses[other]).id)
            elif what == "link":
                acts.append(customer_merging.link(opened, desk.me, mine.id, customer(desk, addresses[other]).id).id)
            elif what == "part":
                acts.append(customer_merging.part(opened, desk.me, mine.id)[0].id)
            elif acts and _undone(desk, wanted := acts[one % len(acts)]):
                acts.remove(wanted)
        except RefusedError:
            pass
        _sound(desk, sent)
    random.shuffle(acts)
    while acts:  # what a later act holds is refused until that is undone
        left = [act for act in acts if not _undone(desk, act)]
        _sound(desk, sent)
        assert len(left) < len(acts)
        acts = left
    assert {one: customer(desk, one).id for one in addresses} == born


def _undone(desk: Desk, act: int) -> bool:
    try:
        undo.undo(desk.workspace, desk.me, act)
    except RefusedError:
        return False
    return True


def _sound(desk: Desk, sent: int) -> None:
    """No message is lost, and all that belongs to a customer belongs to one who is there."""
    reader = desk.workspace.database.reader
    assert reader.value("SELECT count(*) FROM message") == sent
    for table in ("identity", "conversation", "message"):
        lost = (
            f"SELECT count(*) FROM {table} t LEFT JOIN customer c ON c.id = t.customer_id "
            "WHERE c.id IS NULL OR c.merged_into IS NOT NULL"
        )
        assert reader.value(lost) == 0, table
    wrong = (
        "SELECT count(*) FROM message m JOIN identity i ON i.id = m.identity_id WHERE i.customer_id <> m.customer_id"
    )
    assert reader.value(wrong) == 0
