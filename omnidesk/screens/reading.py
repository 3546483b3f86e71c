"""What the main screen reads, each function for a thread: rows from the desk in, messages for the screen out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import customers, drafts, planning, searching, status, threads, views
from omnidesk.screens.messages import (
    CustomerRead,
    OlderRead,
    SearchRead,
    SheetRead,
    SummaryRead,
    ThreadRead,
)
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.customer_pane import Known
from omnidesk.widgets.queue_list import Window
from omnidesk.widgets.sheet import Sheet, Sort, Way
from omnidesk.widgets.thread_lines import Block, Paper, lay_out
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Conversation, QueueRow

if TYPE_CHECKING:
    from omnidesk.screens.session import Session

FIRST_MESSAGES = 60
"""Messages read when a conversation opens; more come as the agent scrolls up."""
OLDER_MESSAGES = 200
OTHERS = 50
"""Other conversations of a customer that are listed."""


def search(session: Session, query: str, token: str | None = None, known: SearchRead | None = None) -> SearchRead:
    """Find messages; each conversation is shown once, newest hit first."""
    ids = list(known.ids) if known else []
    snippets = dict(known.snippets) if known else {}
    hits, following = searching.search(session.workspace, query, session.agent.id, 100, token)
    for hit in hits:
        if hit.conversation.id not in snippets:
            ids.append(hit.conversation.id)
            snippets[hit.conversation.id] = hit.snippet
    return _found(session, query, tuple(ids), snippets, following)


def search_again(session: Session, found: SearchRead, around: QueueRow | None) -> SearchRead:
    """Read the rows of a search anew, in the order they were found."""
    fresh = _found(session, found.query, found.ids, found.snippets, found.token)
    if around is not None and around.id in fresh.ids:
        at = next((place for place, row in enumerate(fresh.window.rows) if row.id == around.id), 0)
        fresh.window = replace(fresh.window, anchor=around.id, at=at)
    return fresh


def _found(
    session: Session, query: str, ids: tuple[int, ...], snippets: dict[int, str], token: str | None
) -> SearchRead:
    rows = views.rows(session.workspace, ids, session.agent.id)
    shown = tuple(replace(row, preview=f"{row.subject}: {snippets[row.id]}", subject="") for row in rows)
    return SearchRead(query, Window(f"search {query}", shown, 0, len(shown)), ids, snippets, token)


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
    first = (messages[0].at, messages[0].id) if messages else (0, 0)
    earlier = [block.message for block in asked.known if (block.message.at, block.message.id) < first] if more else []
    earlier = [message for message in earlier if message.conversation_id == conversation.id]
    known = {block.message.id: block for block in asked.known}
    blocks = lay_out([*earlier, *messages], asked.paper, conversation.waiting_since, known)
    offers = tuple(threads.offers(session.workspace, conversation.id))
    return ThreadRead(
        asked.conversation_id,
        conversation,
        blocks,
        asked.more if earlier else more,
        offers,
        asked.paper.width,
        bool(asked.known),
        clock.monotonic() - began,
    )


def older(session: Session, asked: Asked, before: tuple[int, int], waiting_since: int | None) -> OlderRead:
    """Read messages before a key (at, id)."""
    messages = threads.messages(session.workspace, asked.conversation_id, OLDER_MESSAGES + 1, before=before)
    more = len(messages) > OLDER_MESSAGES
    return OlderRead(asked.conversation_id, lay_out(messages[-OLDER_MESSAGES:], asked.paper, waiting_since, {}), more)


def customer(session: Session, conversation: Conversation) -> CustomerRead:
    """Read the customer of a conversation and all their other conversations."""
    if conversation.customer_id is None:
        return CustomerRead(conversation.id, Known(None, (), conversation.customer))
    try:
        found = customers.get(session.workspace, conversation.customer_id)
    except NotFoundError:
        return CustomerRead(conversation.id, Known(None, (), conversation.customer))
    others = customers.conversations(session.workspace, found.id, OTHERS + 1)
    return CustomerRead(
        conversation.id, Known(found, tuple(one for one in others if one.id != conversation.id)[:OTHERS])
    )


def summary(session: Session) -> SummaryRead:
    """Read counts and health."""
    began = clock.monotonic()
    return SummaryRead(status.summary(session.workspace, session.agent.id), clock.monotonic() - began)


def sheet(
    session: Session, conversation_id: int, sort: Sort, sender_only: bool = False, began: bool = True
) -> SheetRead:
    """Read who a reply would go to and how, and the draft there is."""
    kept = drafts.get(session.workspace, session.actor, conversation_id, sort)
    text = clean(kept.text) if kept else ""
    if sort == "note":
        return SheetRead(Sheet("note", conversation_id), text, began)
    plan = planning.plan(session.workspace, conversation_id, sender_only)
    ways = tuple(
        Way(one_line(choice.channel.name), choice.usable, one_line(choice.reason or "")) for choice in plan.choices
    )
    made = Sheet(
        sort="reply",
        conversation_id=conversation_id,
        to=plan.to,
        cc=plan.cc,
        flagged=plan.flagged,
        ways=ways,
        chosen=plan.channel.name if plan.channel else None,
        answers=plan.answers.id if plan.answers else None,
        sender_only=sender_only,
    )
    return SheetRead(made, text, began)
