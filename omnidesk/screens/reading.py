"""What the main screen reads, each function for a thread: rows from the desk in, messages for the screen out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import (
    customers,
    history,
    orders,
    person_checks,
    portrait,
    saved_views,
    status,
    suggesting,
    suspicion,
    threads,
    views,
)
from omnidesk.screens.later import Later
from omnidesk.screens.messages import (
    CustomerRead,
    OlderRead,
    SummaryRead,
    ThreadRead,
    ViewsRead,
)
from omnidesk.widgets.customer_pane import Known
from omnidesk.widgets.thread_lines import Block, Paper, lay_out
from omnidesk.words.errors import NotFoundError, OmniDeskError
from omnidesk.words.rows import Conversation, Message

if TYPE_CHECKING:
    from omnidesk.desk import facts, held
    from omnidesk.screens.session import Session
else:
    facts, held = Later("omnidesk.desk.facts"), Later("omnidesk.desk.held")

FIRST_MESSAGES = 24
"""Messages read when a conversation opens, enough for a screen; more come as the agent scrolls up."""
OLDER_MESSAGES = 200
OLDER_PAGE = 2_000
"""Messages read at once on the way to a hit."""
OTHERS = 50
SUGGESTED = 3
"""Other conversations of a customer that are listed."""


def saved(session: Session) -> ViewsRead:
    """Read the agent's saved views and count what they hold; one whose search no longer works counts nothing."""
    began = clock.monotonic()
    found = tuple(saved_views.list_views(session.workspace, session.agent.id))
    counts = {}
    for view in found:
        with suppress(OmniDeskError):
            counts[view.name] = views.count(session.workspace, view.name, session.agent.id)
    return ViewsRead(found, counts, clock.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which conversation to read, on which paper, and what is laid out already (empty: open it anew)."""

    conversation_id: int
    paper: Paper
    known: tuple[Block, ...] = ()
    more: bool = False


def thread(session: Session, asked: Asked) -> ThreadRead:
    """Read a conversation with its newest messages; what is `known` is laid out again only where it changed."""
    began = clock.monotonic()
    conversation = threads.conversation(session.workspace, asked.conversation_id)
    limit = FIRST_MESSAGES
    messages = threads.messages(session.workspace, conversation.id, limit + 1)
    more = len(messages) > limit
    messages = messages[-limit:]
    messages = suspicion.judged(session.workspace, messages)
    first = (messages[0].at, messages[0].id) if messages else (0, 0)
    earlier = [block.message for block in asked.known if (block.message.at, block.message.id) < first] if more else []
    earlier = [message for message in earlier if message.conversation_id == conversation.id]
    known = {block.message.id: block for block in asked.known}
    shown = [*earlier, *messages]
    since = shown[0].at if shown and more else 0
    happened = history.happenings(session.workspace, conversation.id, since)
    blocks = lay_out(shown, asked.paper, conversation.waiting_since, known, happened)
    offers = tuple(threads.offers(session.workspace, conversation.id))
    check = person_checks.standing(session.workspace, conversation, messages)
    return ThreadRead(
        asked.conversation_id,
        conversation,
        blocks,
        asked.more if earlier else more,
        offers,
        asked.paper.width,
        bool(asked.known),
        clock.monotonic() - began,
        check.why if check.due else "",
        tuple(person_checks.items(session.workspace)),
        held.of(session.workspace, conversation.id),
    )


def older(session: Session, asked: Asked, before: tuple[int, int], waiting_since: int | None) -> OlderRead:
    """Read messages before a key (at, id)."""
    messages = threads.messages(session.workspace, asked.conversation_id, OLDER_MESSAGES + 1, before=before)
    more = len(messages) > OLDER_MESSAGES
    messages = suspicion.judged(session.workspace, messages[-OLDER_MESSAGES:])
    since = messages[0].at if messages and more else 0
    happened = history.happenings(session.workspace, asked.conversation_id, since, before[0])
    return OlderRead(asked.conversation_id, lay_out(messages, asked.paper, waiting_since, {}, happened), more)


def older_up_to(
    session: Session, asked: Asked, since: tuple[int, int], before: tuple[int, int], waiting_since: int | None
) -> OlderRead:
    """Read the messages from one key (at, id) on to those before another, with some ahead of the first."""
    ahead = threads.messages(session.workspace, asked.conversation_id, OLDER_MESSAGES, before=since)
    found: list[Message] = []
    last = before
    while not found or (found[0].at, found[0].id) > since:
        page = threads.messages(session.workspace, asked.conversation_id, OLDER_PAGE, before=last)
        if not page:
            break
        found = [*(one for one in page if (one.at, one.id) >= since), *found]
        last = (page[0].at, page[0].id)
        if (page[0].at, page[0].id) <= since:
            break
    messages = suspicion.judged(session.workspace, [*ahead[1:], *found])
    happened = history.happenings(session.workspace, asked.conversation_id, messages[0].at, before[0])
    blocks = lay_out(messages, asked.paper, waiting_since, {}, happened)
    return OlderRead(asked.conversation_id, blocks, len(ahead) == OLDER_MESSAGES)


def customer(session: Session, conversation: Conversation) -> CustomerRead:
    """Read the customer of a conversation, what is known of them, their other conversations, those open first, and the
    orders to show beside it."""
    began = clock.monotonic()
    beside = orders.beside(session.workspace, conversation.id, conversation.customer_id)
    ordered = beside if beside.orders else None
    try:
        found = None if conversation.customer_id is None else customers.get(session.workspace, conversation.customer_id)
    except NotFoundError:
        found = None
    if found is None:
        return CustomerRead(conversation.id, Known(None, (), conversation.customer, orders=ordered))
    drawn = portrait.of(session.workspace, found)
    newest = customers.conversations(session.workspace, found.id, OTHERS + 1)
    others = {one.id: one for one in (*drawn.open, *newest) if one.id != conversation.id}
    known = Known(
        found,
        tuple(others.values())[:OTHERS],
        suggestions=tuple(suggesting.offered(session.workspace, found.id)[:SUGGESTED]),
        portrait=drawn,
        orders=ordered,
        facts=tuple(facts.of_customer(session.workspace, found.id)),
    )
    return CustomerRead(conversation.id, known, clock.monotonic() - began)


def summary(session: Session) -> SummaryRead:
    """Read counts and health."""
    began = clock.monotonic()
    return SummaryRead(status.summary(session.workspace, session.agent.id), clock.monotonic() - began)
