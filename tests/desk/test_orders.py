"""Orders: the newer telling wins, an order is whose address it bears, and a number that is named shows it with the
reason. It makes nobody a customer and merges nobody."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import customers, lookup, order_lookups, order_notes, orders, quarantine, undo
from omnidesk.desk.order_lookups import Asked
from omnidesk.store import orders as stored
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.orders import Delivery, NoteState, Payment
from tests.filling import ANNA, BRAM, Clock, Desk, hold, mail
from tests.shopping import Shop

pytestmark = pytest.mark.databases


@pytest.fixture
def shop(time: Clock, desk: Desk) -> Shop:
    return Shop(desk)


def beside(desk: Desk, number: int) -> list[tuple[str, bool, bool]]:
    """What stands beside a conversation: number, whether it is theirs, whether it is named."""
    customer = desk.value("SELECT customer_id FROM conversation WHERE id = ?", number)
    found = orders.beside(desk.workspace, number, customer).orders
    return [(one.order.order.number, one.theirs, one.named_in is not None) for one in found]


def test_an_order_is_kept_with_all_it_says(shop: Shop) -> None:
    shop.tells(
        shop.item(
            tracking="3SABC", carrier="PostNL", note="ring twice", street="Dam 1", postcode="1012 JS", city="Amsterdam"
        )
    )
    told = shop.one.order
    assert (told.payment, told.delivery, told.total, told.currency) == (Payment.PAID, Delivery.SENT, "84.95", "EUR")
    assert [(line.name, line.total) for line in told.lines] == [("Boot 42", "79.95")]
    assert (told.parcels[0].carrier, told.parcels[0].number, told.note) == ("PostNL", "3SABC", "ring twice")
    assert "1012 JS Amsterdam" in told.billing


def test_a_feed_that_repeats_and_goes_backwards_is_harmless(shop: Shop, desk: Desk, time: Clock) -> None:
    now = time()
    states = [shop.item(changed=now - hours * clock.HOUR, status=f"state {hours}") for hours in (3, 2, 1)]
    for order in permutations(states):
        shop.tells(*order, *order)
    assert shop.one.order.status == "state 1"
    assert desk.count("shop_order") == 1
    assert desk.count("message") == 0


def test_an_older_state_that_comes_late_changes_nothing_and_is_said(
    shop: Shop, desk: Desk, time: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    shop.tells(shop.item(changed=time() - clock.HOUR, status="new"))
    events = desk.count("event")
    shop.tells(
        shop.item(changed=time() - 2 * clock.HOUR, status="old"),
        shop.item(changed=time() - 3 * clock.HOUR, status="older"),
    )
    assert (shop.one.order.status, desk.count("event")) == ("new", events)
    assert sum("as it was before" in record.message for record in caplog.records) <= 1


def test_two_states_of_the_same_second_are_both_taken_the_later_one_stays(shop: Shop, time: Clock) -> None:
    shop.tells(shop.item(changed=time() - clock.HOUR, status="first"))
    shop.tells(shop.item(changed=time() - clock.HOUR, status="second"))
    assert shop.one.order.status == "second"


def test_what_cannot_be_read_is_quarantined_and_the_others_go_on(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item("A-1"), Item("bad", b'{"nothing": "here"}', clock.now(), "application/json"), shop.item("A-2"))
    assert sorted(one.order.number for one in shop.orders()) == ["A-1", "A-2"]
    assert "no field is an order number" in quarantine.page(desk.workspace)[0].cause


def test_an_order_makes_nobody_a_customer_and_is_theirs_once_they_write(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item())
    assert desk.count("customer") == desk.count("identity") == 0
    (number,) = desk.receives(mail("1", "When do you open?"))
    assert beside(desk, number) == [("NL-10234", True, False)]
    (customer,) = customers.page(desk.workspace, 10)
    assert (customer.orders, customer.identities[0].verified) == (1, False)


def test_an_order_is_found_by_telephone_number_however_it_is_written(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item(email="", phone="06 12345678"))
    desk.receives(mail("1", sender="+31612345678", kind="phone"))
    (customer,) = customers.page(desk.workspace, 10)
    assert customer.orders == 1


@pytest.mark.parametrize("email", ["", "no address", "support@shop.test", "-"])
def test_no_address_and_our_own_are_nobody_s(shop: Shop, desk: Desk, email: str) -> None:
    shop.tells(shop.item(email=email, phone="0000"))
    assert shop.one.addresses == ()


def test_a_named_number_shows_the_order_with_the_reason(shop: Shop, desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Where is NL 10234? I ordered it last week."))
    assert beside(desk, number) == []
    shop.tells(shop.item("NL-1"), shop.item("NL-10234"))  # it matters not which comes first
    assert beside(desk, number) == [("NL-10234", True, True), ("NL-1", True, False)]


def test_the_order_of_somebody_else_is_shown_as_theirs_and_merges_nobody(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item(email=BRAM))
    (anna, bram) = desk.receives(mail("1", "About order NL-10234"), mail("2", "Hi", sender=BRAM))
    assert beside(desk, anna) == [("NL-10234", False, True)]
    assert beside(desk, bram) == [("NL-10234", True, False)]
    assert {one.name: one.orders for one in customers.page(desk.workspace, 10)} == {"Anna": 0, "Bram": 1}


def test_bare_digits_show_an_order_only_to_whose_it_is(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item("1250", BRAM), shop.item("1300", ANNA))
    (number,) = desk.receives(mail("1", "I paid 1250 and 1300 euro"))
    assert beside(desk, number) == [("1300", True, True)]


def test_a_word_that_calls_it_an_order_is_enough(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item("1250", BRAM))
    (number,) = desk.receives(mail("1", "Mijn bestelnummer is 1250"))
    assert beside(desk, number) == [("1250", False, True)]


def test_the_order_follows_when_a_message_is_split_off(shop: Shop, desk: Desk) -> None:
    from omnidesk.desk import joining, threads

    shop.tells(shop.item(email=BRAM))
    (number, _same) = desk.receives(mail("1", "Hello"), mail("2", "About order NL-10234", answers="1"))
    (_first, second) = threads.messages(desk.workspace, number, 10)
    _act, fresh = joining.split(desk.workspace, desk.me, number, [second.id])
    assert beside(desk, number) == []
    assert beside(desk, fresh) == [("NL-10234", False, True)]


def test_control_characters_and_odd_amounts_do_not_get_in(shop: Shop) -> None:
    shop.tells(shop.item(status="\x1b]0;owned\x07sent", total="NaN", note="a\x00b\u202e", url="javascript:alert(1)"))
    told = shop.one.order
    assert (told.status, told.total, told.note, told.url) == ("sent", "", "ab", "")


def test_an_order_is_found_by_its_number_and_a_page_goes_on(shop: Shop, desk: Desk, time: Clock) -> None:
    shop.tells(*(shop.item(f"NL-{number}", changed=time() - number * clock.MINUTE) for number in range(10, 15)))
    assert orders.find(desk.workspace, "#nl11")[0].order.number == "NL-11"
    with pytest.raises(NotFoundError, match="no order NL-99"):
        orders.find(desk.workspace, "NL-99")
    first = orders.page(desk.workspace, 3)
    rest = orders.page(desk.workspace, 3, (first[-1].order.at, first[-1].id))
    assert [one.order.number for one in (*first, *rest)] == [f"NL-{number}" for number in range(10, 15)]
    assert [one.order.number for one in orders.page(desk.workspace, 9, number="nl-1")] == [
        f"NL-{n}" for n in range(10, 15)
    ]


def test_two_shops_may_have_the_same_number(shop: Shop, desk: Desk) -> None:
    other = Shop(desk, "second")
    shop.tells(shop.item())
    other.tells(other.item())
    assert [one.channel for one in orders.find(desk.workspace, "NL-10234")] in (["erp", "second"], ["second", "erp"])


def test_pages_named_in_the_settings_are_filled_in(desk: Desk, time: Clock) -> None:
    shop = Shop(
        desk, return_url="https://shop.test/r?o={number}&e={email}&p={postcode}", order_url="https://erp.test/{id}"
    )
    shop.tells(shop.item("NL 1/2", street="Dam 1", postcode="1012 JS", city="Amsterdam"))
    told = shop.one.order
    assert told.return_url == "https://shop.test/r?o=NL%201%2F2&e=anna%40example.test&p=1012%20JS"
    assert told.url == "https://erp.test/NL%201%2F2"


def test_an_order_as_it_is_stored_reads_the_same(shop: Shop) -> None:
    shop.tells(shop.item(tracking="3S", return_status="asked", refunded="5"))
    told = shop.one.order
    document = stored.written(told)
    assert stored.read(document) == told
    assert stored.read(json.dumps(json.loads(document) | {"later": 1})) == told


def test_nobody_is_written_to_by_a_shop(shop: Shop, desk: Desk) -> None:
    from omnidesk.desk import planning

    (number,) = desk.receives(mail("1"))
    assert "erp" not in [one.channel.name for one in planning.plan(desk.workspace, number).choices]
    assert "erp" not in [one.channel.name for one in planning.starting(desk.workspace)]


def test_orders_stay_when_their_shop_is_removed_and_go_along_in_an_export(shop: Shop, desk: Desk) -> None:
    from omnidesk.desk import channels, exporting

    shop.tells(shop.item())
    channels.remove(desk.workspace, desk.me, "erp")
    assert shop.one.order.number == "NL-10234"
    assert [one.order.number for one in exporting.all_orders(desk.workspace)] == ["NL-10234"]


# --- at the telephone and the counter


def test_an_order_number_finds_the_order_first(shop: Shop, desk: Desk) -> None:
    desk.receives(mail("1", "Where is NL-10234?", sender=BRAM), mail("2", "Hello"))
    shop.tells(shop.item())
    first, *others = lookup.look_up(desk.workspace, "nl-102")
    assert (first.customer.name, first.order and first.order.order.number) == ("Anna", "NL-10234")
    assert all(one.order is None for one in others)


def test_who_ordered_and_never_wrote_is_found_and_becomes_a_customer_when_taken(shop: Shop, desk: Desk) -> None:
    from omnidesk.desk import order_people

    shop.tells(shop.item(phone="0612345678"))
    for typed in ("NL-10234", "0612", "anna@ex"):
        (found,) = lookup.look_up(desk.workspace, typed)
        assert (found.customer.id, found.customer.name) == (0, "Anna Bos")
    customer = order_people.customer_of(desk.workspace, desk.me, found.order.id if found.order else 0)
    one = customers.get(desk.workspace, customer)
    assert (one.name, one.orders) == ("Anna Bos", 1)
    assert [(each.kind, each.verified, each.claimed) for each in one.identities] == [
        ("email", False, False),
        ("phone", False, True),
    ]
    assert order_people.customer_of(desk.workspace, desk.me, shop.one.id) == customer


# --- notes


@pytest.fixture
def noting(time: Clock, desk: Desk) -> Shop:
    shop = Shop(desk, "web", "woocommerce")
    shop.desk.receives(_woo("17"), channel=shop.channel)
    return shop


def _woo(number: str) -> Item:
    from omnidesk.connectors.shops.woocommerce import WooCommerce

    said = {"id": int(number), "number": number, "status": "processing", "billing": {"email": ANNA},
            "date_created_gmt": "2026-11-23T10:00:00", "date_modified_gmt": "2026-11-23T10:00:00"}  # fmt: skip
    from omnidesk.connectors.shops import common

    return common.item(WooCommerce.decode, json.dumps(said).encode())


def states(desk: Desk, order: int) -> list[NoteState]:
    return [one.state for one in orders.notes(desk.workspace, order)]


def test_a_note_waits_out_the_undo_window_and_can_be_taken_back(noting: Shop, desk: Desk, time: Clock) -> None:
    act, _note = order_notes.write(desk.workspace, desk.me, noting.one.id, "Called, wants size 43")
    held = hold(desk.workspace, noting.channel)
    assert order_notes.begin(desk.workspace, noting.channel.id, held, 30) is None
    undo.undo(desk.workspace, desk.me, act.id)
    time.forward(minutes=5)
    assert order_notes.begin(desk.workspace, noting.channel.id, hold(desk.workspace, noting.channel), 30) is None
    assert states(desk, noting.one.id) == [NoteState.CANCELLED]


def test_the_same_key_is_the_same_note(noting: Shop, desk: Desk) -> None:
    first = order_notes.write(desk.workspace, desk.me, noting.one.id, "Once", "k")[1]
    assert order_notes.write(desk.workspace, desk.me, noting.one.id, "Once", "k")[1] == first
    assert desk.count("order_note") == 1


def test_a_note_that_may_have_gone_is_asked_after_first(noting: Shop, desk: Desk, time: Clock) -> None:
    order_notes.write(desk.workspace, desk.me, noting.one.id, "Careful")
    time.forward(minutes=1)
    held = hold(desk.workspace, noting.channel)
    due = order_notes.begin(desk.workspace, noting.channel.id, held, 30)
    assert due is not None and not due.asked_first
    order_notes.committing(desk.workspace, due.id, held)
    time.forward(seconds=31)  # the process died here
    again = order_notes.begin(desk.workspace, noting.channel.id, hold(desk.workspace, noting.channel, seconds=600), 30)
    assert again is not None and again.asked_first and again.key == due.key
    with pytest.raises(RefusedError):
        undo.undo(desk.workspace, desk.me)


def test_a_note_taken_back_in_the_last_moment_does_not_go(noting: Shop, desk: Desk, time: Clock) -> None:
    act, _note = order_notes.write(desk.workspace, desk.me, noting.one.id, "No")
    time.forward(seconds=20)
    held = hold(desk.workspace, noting.channel)
    due = order_notes.begin(desk.workspace, noting.channel.id, held, 30)
    assert due is not None
    undo.undo(desk.workspace, desk.me, act.id)
    with pytest.raises(order_notes.TakenBackError):
        order_notes.committing(desk.workspace, due.id, held)


def test_a_note_that_fails_for_a_day_is_given_up(noting: Shop, desk: Desk, time: Clock) -> None:
    order_notes.write(desk.workspace, desk.me, noting.one.id, "Try")
    time.forward(days=2)
    held = hold(desk.workspace, noting.channel)
    due = order_notes.begin(desk.workspace, noting.channel.id, held, 30)
    assert due is not None
    order_notes.finish(desk.workspace, due, held, NoteState.QUEUED, "the shop is down", 5)
    (note,) = orders.notes(desk.workspace, noting.one.id)
    assert (note.state, note.error) == (NoteState.FAILED, "the shop is down")


def test_a_shop_that_takes_no_notes_says_so(shop: Shop, desk: Desk) -> None:
    shop.tells(shop.item())
    with pytest.raises(RefusedError, match="erp takes no notes"):
        order_notes.write(desk.workspace, desk.me, shop.one.id, "Hello")


def test_a_note_needs_words(noting: Shop, desk: Desk) -> None:
    with pytest.raises(UsageError, match="no text"):
        order_notes.write(desk.workspace, desk.me, noting.one.id, " \n")


# --- what shops are asked


def asked(desk: Desk) -> list[tuple[str, str]]:
    rows = desk.workspace.database.reader.all(
        "SELECT kind, value FROM order_lookup WHERE due_at IS NOT NULL ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in rows]


def test_who_writes_and_what_they_name_is_asked_after_once_a_day(time: Clock, desk: Desk) -> None:
    source = Shop(desk, "source", "http-json")
    desk.receives(mail("1", "Where is order NL-77?"), mail("2", "And NL-78?"))
    assert asked(desk) == [("email", ANNA), ("number", "NL-77"), ("number", "NL-78")]
    held = hold(desk.workspace, source.channel, seconds=10**6)
    while (one := order_lookups.begin(desk.workspace, source.channel.id, held, 30)) is not None:
        order_lookups.answered(desk.workspace, source.channel.id, one, held)
    desk.receives(mail("3", "NL-77 again"))
    assert asked(desk) == []
    time.forward(hours=25)
    desk.receives(mail("4", "NL-77 still"))
    assert asked(desk) == [("email", ANNA), ("number", "NL-77")]


def test_a_number_that_is_known_is_not_asked_after(time: Clock, desk: Desk, shop: Shop) -> None:
    Shop(desk, "source", "http-json")
    shop.tells(shop.item())
    desk.receives(mail("1", "Where is order NL-10234?"))
    assert asked(desk) == [("email", ANNA)]


def test_old_mail_asks_nobody(time: Clock, desk: Desk) -> None:
    Shop(desk, "source", "http-json")
    desk.receives(mail("1", "Where is order NL-77?", at=time() - 90 * clock.DAY), imported=True)
    assert asked(desk) == []


def test_a_question_without_an_answer_is_given_up(time: Clock, desk: Desk) -> None:
    source = Shop(desk, "source", "http-json")
    assert order_lookups.ask_now(desk.workspace, [("number", "NL-5")]) == 1
    held = hold(desk.workspace, source.channel, seconds=10**7)
    tries: list[Any] = []
    for _ in range(order_lookups.TRIES + 3):
        one = order_lookups.begin(desk.workspace, source.channel.id, held, 30)
        if one is not None:
            assert isinstance(one, Asked)
            tries.append(one)
            order_lookups.answered(desk.workspace, source.channel.id, one, held, "down", 1)
        time.forward(minutes=1)
    assert len(tries) == order_lookups.TRIES
