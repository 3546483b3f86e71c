"""What the console reads costs the same however large the desk: no step of a plan goes through what grows.

The statements are those that the console's own reads send, recorded while they run; the plans are asserted, not the
time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import (
    agents,
    bulk,
    changes,
    channels,
    customer_notes,
    customer_tags,
    customers,
    drafts,
    finding,
    history,
    lookup,
    macros,
    notifications,
    orders,
    planning,
    portrait,
    presence,
    quarantine,
    saved_views,
    searching,
    similar,
    skipping,
    statistics,
    status,
    threads,
    timeline,
    timeline_wanted,
    triage,
    views,
)
from omnidesk.screens import reading, windows
from omnidesk.screens import session as sessions
from omnidesk.screens.messages import WindowRead
from omnidesk.screens.session import Session
from omnidesk.store.changes import BEGINNING
from omnidesk.widgets.thread_lines import Paper
from omnidesk.words.kinds import Sort
from tests import plans, plans_postgres, postgres
from tests.filling import ANNA, Desk, mail, open_desk
from tests.shopping import Shop

pytestmark = pytest.mark.databases

PAPER = Paper(80, 0, False, True, frozenset())
FILTERS = (
    "status:open", "status:closed", "status:open status:pending", "status:spam", "-status:closed", "owner:me",
    "owner:none", "owner:bram owner:me", "tag:late", "-tag:late", "tag:late status:open", "priority:urgent",
    "team:returns", "channel:demo", "channel:note", "has:attachment", "is:unread", "is:vip", "is:waiting", "is:overdue",
    "is:undelivered", "before:2026-01-01", "after:2026-01-01", "-order",
)  # fmt: skip
WORDS = ("order", "kettle", "ord*", "o*", '"my order"', "order -late", "from:anna")
SORTED = (
    "FROM outbox WHERE state IN",  # what waits to leave
    "AS newest WHERE kind NOT IN",  # the newest events of a conversation, `history.MOST_EVENTS` of them
    "FROM identity WHERE kind",  # addresses like the one that wrote
    "FROM draft LEFT JOIN channel",  # what one agent is writing
    "FROM notification n",  # an agent's own news that is new
    "coalesce(customer.vip, FALSE) DESC",  # open conversations nobody has: what is to do
)
"""What is sorted and no more than the work to be done."""


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the desk, which all tests of this module share."""
    with postgres.chosen(getattr(request, "param", "sqlite")) as name:
        yield name


@pytest.fixture(scope="module")
def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with something of everything. It is small on SQLite, whose plans do not depend on how much there is, for
    nothing is analysed; and large on PostgreSQL."""
    found = open_desk(Path(tmp_path_factory.mktemp("plans")))
    found.another_agent("bram")
    now = clock.now()
    for number in range(90):
        found.receives(mail(f"{number}", subject=f"Order {number}", at=now - number * clock.HOUR))
    found.receives(
        *(mail(f"0-{step}", f"Answer {step}", answers="0", at=now - 1000 + step) for step in range(30)),
        mail("file", "Here is a picture of the kettle", files={"kettle.txt": b"kettle"}),
    )
    opened, me = found.workspace, found.me
    triage.tag(opened, me, [1, 2, 3], ["late"])
    triage.close(opened, me, range(5, 90))
    triage.assign(opened, me, [2, 3], "sanne")
    agents.set_team(opened, me, "returns", ["sanne"])
    saved_views.save(opened, me, "late ones", "tag:late")
    shop = Shop(found)
    shop.tells(*(shop.item(f"NL-{number}", f"c{number % 30}@shop.test", now - number) for number in range(100)),
               shop.item("NL-7777", "anna@example.test", now))  # fmt: skip
    anna = customers.find(opened, ANNA)[0].id
    for number in range(5):
        customer_notes.write(opened, me, anna, f"Note {number}")
        customer_tags.tag(opened, me, anna, [f"tag{number}"])
    if database == "postgresql":
        plans_postgres.make_large(opened)
    yield found
    opened.close()


@pytest.fixture(scope="module")
def session(desk: Desk) -> Session:
    return sessions.begin(desk.workspace, str(desk.workspace.home.path)).session


def offending(desk: Desk, read: Callable[[], object], sorts: bool = True) -> list[tuple[list[str], str]]:
    """Return what of the statements of a read goes through what grows."""
    with plans.recorded(desk.workspace) as said:
        read()
    assert said, "nothing was read"
    found = []
    for statement in dict.fromkeys(said):
        expected = any(part in statement for part in SORTED)
        steps = plans.offences(desk.workspace.database.reader, statement, sorts and not expected)
        if steps:
            found.append((steps, re.sub(r"\s+", " ", statement)[:400]))
    return found


def through(session: Session, view: str) -> None:
    """Read a view as the console does: at first, opened, around a row, the next and the last rows, from the middle."""
    workspace, me = session.workspace, session.agent.id
    windows.first_window(workspace, me, view)
    found = windows.window(session, windows.Asked(view))
    assert isinstance(found, WindowRead)
    rows, count = found.window.rows, found.window.count
    for offset in (count // 2, count):
        windows.window(session, windows.Asked(view, offset=offset, count=1_000_000 if offset < count else count))
    for row in (*rows[:1], *rows[-1:]):
        windows.window(session, windows.Asked(view, around=row, place=0, count=count))
        windows.window(session, windows.Asked(view, around=row))
    views.ids(workspace, view, me, 100)
    if rows:
        views.position(workspace, view, me, rows[0].key)


@pytest.mark.parametrize("view", views.NAMES)
def test_a_built_in_view_is_read_along_its_index(desk: Desk, session: Session, view: str) -> None:
    assert offending(desk, partial(through, session, view)) == []


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("asked", FILTERS)
def test_a_search_as_a_view_goes_through_no_table(desk: Desk, session: Session, asked: str, sort: Sort) -> None:
    # it may sort: no more than `asked.MOST` candidates
    assert offending(desk, partial(through, session, f"/{asked} sort:{sort}"), sorts=False) == []


@pytest.mark.parametrize("words", WORDS)
def test_words_are_found_in_the_full_text_index(desk: Desk, session: Session, words: str) -> None:
    assert offending(desk, partial(through, session, f"/{words}"), sorts=False) == []
    assert offending(desk, partial(searching.search, desk.workspace, words, desk.me.agent_id)) == []


@pytest.mark.parametrize("asked", [*FILTERS, *(f"order {one}" for one in FILTERS)])
def test_filters_lead_to_messages_without_a_scan(desk: Desk, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    for looked in (0, 10_000):  # from the side of the filters, and from that of the words
        for index in ("fts5", "tsvector"):
            monkeypatch.setattr(f"omnidesk.store.{index}.LOOKED", looked)
        read = partial(searching.search, desk.workspace, asked, desk.me.agent_id)
        assert offending(desk, read, sorts=False) == []


def test_a_thread_is_read_along_its_messages(desk: Desk, session: Session) -> None:
    messages = threads.messages(desk.workspace, 1, 20)
    first, last = ((one.at, one.id) for one in (messages[0], messages[-1]))
    asked = reading.Asked(1, PAPER)
    assert offending(desk, lambda: reading.thread(session, asked)) == []
    assert offending(desk, lambda: reading.older(session, asked, last, None)) == []
    assert offending(desk, lambda: reading.older_up_to(session, asked, first, last, None)) == []
    assert offending(desk, lambda: reading.customer(session, threads.conversation(desk.workspace, 1))) == []
    assert offending(desk, lambda: finding.messages_with(desk.workspace, 1, "answer")) == []
    assert offending(desk, lambda: threads.offers(desk.workspace, 1)) == []
    assert offending(desk, lambda: planning.plan(desk.workspace, 1)) == []


@pytest.mark.parametrize(
    "asked",
    ["", "kind:call", "kind:note", "kind:consent", "kind:message,visit channel:demo", "direction:in before:2030-01-01",
     "kettle", "-kettle after:2020-01-01", "note", "has:attachment"],
)  # fmt: skip
def test_a_customers_timeline_is_read_along_what_is_theirs(desk: Desk, asked: str) -> None:
    opened, who = desk.workspace, customers.find(desk.workspace, ANNA)[0].id
    wanted = timeline_wanted.parse(asked)
    first = timeline.page(opened, who, wanted, 5)
    assert offending(desk, lambda: timeline.page(opened, who, wanted, 5)) == []
    if first.following is not None:
        assert offending(desk, lambda: timeline.page(opened, who, wanted, 5, first.following)) == []


def test_what_is_known_of_a_customer_is_read_along_what_is_theirs(desk: Desk) -> None:
    (anna,) = customers.find(desk.workspace, ANNA)
    assert offending(desk, lambda: portrait.of(desk.workspace, anna)) == []
    assert offending(desk, lambda: customer_notes.page(desk.workspace, anna.id, 2)) == []


def test_what_the_bars_show_is_read_along_indexes(desk: Desk, session: Session) -> None:
    opened, me = desk.workspace, desk.me.agent_id
    assert offending(desk, lambda: status.summary(opened, me)) == []
    assert offending(desk, lambda: reading.saved(session), sorts=False) == []
    assert offending(desk, lambda: notifications.page(opened, me, seen=True)) == []
    assert offending(desk, lambda: notifications.standing(opened, me)) == []
    assert offending(desk, lambda: (presence.around(opened), presence.away(opened))) == []
    assert offending(desk, lambda: channels.list_channels(opened)) == []
    assert offending(desk, lambda: (changes.position(opened), changes.since(opened, BEGINNING))) == []


def test_the_lists_over_the_desk_are_read_along_indexes(desk: Desk) -> None:
    opened, me = desk.workspace, desk.me
    assert offending(desk, lambda: skipping.candidates(opened.database.reader, me)) == []
    assert offending(desk, lambda: skipping.reasons(opened)) == []
    assert offending(desk, lambda: similar.similar(opened, 1)) == []
    assert offending(desk, lambda: triage.known_tags(opened)) == []
    assert offending(desk, lambda: macros.list_macros(opened, me)) == []
    assert offending(desk, lambda: bulk.running(opened)) == []
    assert offending(desk, lambda: quarantine.page(opened)) == []
    assert offending(desk, lambda: drafts.waiting(opened, me)) == []
    assert offending(desk, lambda: (agents.open_counts(opened), agents.list_teams(opened))) == []


@pytest.mark.parametrize("text", ["a", "an", "ann", "example", "anna@ex", "te mp", "xyz", "other 1234", "1234"])
def test_customers_are_found_by_their_trigrams(desk: Desk, text: str) -> None:
    assert offending(desk, lambda: customers.page(desk.workspace, 51, text=text)) == []
    assert offending(desk, lambda: customers.page(desk.workspace, 51, 5_000, text)) == []
    assert offending(desk, lambda: planning.addresses_like(desk.workspace, text, 20)) == []


def test_the_history_of_a_conversation_is_read_along_its_events(desk: Desk) -> None:
    opened = desk.workspace
    (message,) = threads.messages(opened, 1, 1)
    assert offending(desk, lambda: history.happenings(opened, 1)) == []
    assert offending(desk, lambda: history.passage(opened, message)) == []
    # both sort what is of this conversation and its customer
    assert offending(desk, lambda: history.acts(opened, 1), sorts=False) == []
    assert offending(desk, lambda: history.events_of(opened, 1, 50), sorts=False) == []


@pytest.mark.parametrize("by", statistics.BY)
def test_statistics_read_the_messages_of_their_period_only(desk: Desk, by: str) -> None:
    # they sort these: their cost is that of the period, whatever lies before it
    read = partial(statistics.count, desk.workspace, *statistics.period(None, None), by)
    assert offending(desk, read, sorts=False) == []


def test_orders_are_read_along_their_numbers_and_addresses(desk: Desk) -> None:
    opened = desk.workspace
    (one,) = orders.find(opened, "NL-7777")
    (customer,) = orders.customers_of(opened, one.id)
    # those of a customer are sorted: they are few
    assert offending(desk, lambda: orders.beside(opened, 1, customer), sorts=False) == []
    assert offending(desk, lambda: orders.page(opened, 50, customer=customer), sorts=False) == []
    first = orders.page(opened, 50)
    assert offending(desk, lambda: orders.page(opened, 50)) == []
    assert offending(desk, lambda: orders.page(opened, 50, (first[-1].order.at, first[-1].id))) == []
    assert offending(desk, lambda: orders.page(opened, 50, number="NL-7")) == []
    assert offending(desk, lambda: orders.find(opened, "NL-7777")) == []
    assert offending(desk, lambda: orders.notes(opened, one.id)) == []
    assert offending(desk, lambda: orders.customers_of(opened, one.id)) == []
    for typed in ("NL-77", "0612", "anna@ex"):
        assert offending(desk, lambda typed=typed: lookup.look_up(opened, typed), sorts=False) == []  # type: ignore[misc]


def test_a_scan_and_an_unbounded_sort_are_seen(desk: Desk) -> None:
    reader = desk.workspace.database.reader
    assert plans.offences(reader, "SELECT * FROM message m WHERE m.subject = 'x'")
    assert plans.offences(reader, "SELECT * FROM conversation WHERE place = 'desk' ORDER BY subject LIMIT 5")
    assert plans.offences(reader, "SELECT count(*) FROM event")
    assert not plans.offences(reader, "SELECT * FROM agent ORDER BY name")
    assert not plans.offences(reader, "SELECT id FROM message WHERE id IN (1, 2) ORDER BY subject")
