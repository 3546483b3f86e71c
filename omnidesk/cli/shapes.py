"""The JSON shapes that scripts depend on. Fields may be added, never renamed or removed.

Pure functions from rows to what `json` writes; times become RFC 3339 in UTC with milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from omnidesk.clock import to_rfc3339
from omnidesk.words.facts import Fact
from omnidesk.words.orders import Beside, Order, OrderNote, ShopOrder
from omnidesk.words.rows import (
    Act,
    Address,
    Agent,
    Attachment,
    Channel,
    ChannelSync,
    Conversation,
    Customer,
    Event,
    Held,
    Identity,
    Macro,
    MacroActions,
    Message,
    Organisation,
    OutboxRow,
    Quarantined,
    SearchHit,
    Suggestion,
    Team,
)

Document = dict[str, Any]
MARK, END = "\x02", "\x03"
"""How a snippet of a search marks its hits."""


def act(row: Act) -> Document:
    """One thing done."""
    return {
        "id": row.id,
        "at": to_rfc3339(row.at),
        "actor": row.actor,
        "kind": row.kind,
        "summary": row.summary,
        "undoable": row.undoable,
        "undone_by": row.undone_by,
    }


def event(row: Event) -> Document:
    """One fact in the history."""
    return {
        "id": row.id,
        "at": to_rfc3339(row.at),
        "act": row.act,
        "actor": row.actor,
        "kind": row.kind,
        "conversation_id": row.conversation_id,
        "customer_id": row.customer_id,
        "message_id": row.message_id,
        "before": row.before,
        "after": row.after,
    }


def address(row: Address) -> Document:
    """A name and an address."""
    return {"name": row.name, "address": row.address}


def _addresses(rows: Sequence[Address]) -> list[Document]:
    return [address(row) for row in rows]


def attachment(row: Attachment) -> Document:
    """A file of a message; size and hash are of the decoded content."""
    return {
        "id": row.id,
        "name": row.name,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": row.sha256,
        "inline": row.inline,
        "coming": row.coming,
        "missing": row.missing,
    }


def message(row: Message) -> Document:
    """One thing said in a conversation."""
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "customer_id": row.customer_id,
        "channel": row.channel,
        "channel_id": row.channel_id,
        "kind": row.kind,
        "direction": str(row.direction),
        "author": {"kind": str(row.author.kind), "id": row.author.id, "name": row.author.name},
        "from": address(row.sender),
        "to": _addresses(row.to),
        "cc": _addresses(row.cc),
        "bcc": _addresses(row.bcc),
        "reply_to": _addresses(row.reply_to),
        "subject": row.subject,
        "text": row.text,
        "reply_text": row.reply_text,
        "attachments": [attachment(file) for file in row.attachments],
        "external_id": row.external_id,
        "receipts": [
            {"channel": one.channel, "folder": one.folder, "received_at": to_rfc3339(one.received_at)}
            for one in row.receipts
        ],
        "joined_by": row.joined_by,
        "stranger": row.stranger,
        "auto": None if row.auto is None else str(row.auto),
        "list": row.list_id,
        "public": row.public,
        "aside": row.aside,
        "auth": str(row.auth),
        "unproven": row.unproven,
        "contact": None if row.contact is None else asdict(row.contact),
        "status": str(row.status),
        "error": row.error,
        "warnings": list(row.warnings),
        "at": to_rfc3339(row.at),
        "sent_at": to_rfc3339(row.sent_at),
        "received_at": to_rfc3339(row.received_at),
        "edited_at": to_rfc3339(row.edited_at),
    }


def unstored(row: Message) -> Document:
    """A message that was only read: null for what it would get by being stored."""
    document = message(row)
    nowhere = dict.fromkeys(("id", "conversation_id", "channel", "channel_id", "joined_by"))
    return document | nowhere | {"attachments": [file | {"id": None} for file in document["attachments"]]}


def held(waits: Held) -> Document:
    """Return an answer that waits until the customer writes."""
    return {
        "channel": waits.channel,
        "text": waits.text,
        "files": [{"name": file.name, "size": file.size} for file in waits.files],
        "by": waits.by or None,
        "at": to_rfc3339(waits.at),
        "ready": waits.ready,
    }


def conversation(row: Conversation) -> Document:
    """One matter a customer raised."""
    return {
        "id": row.id,
        "subject": row.subject,
        "status": str(row.status),
        "priority": str(row.priority),
        "place": str(row.place),
        "owner": row.owner,
        "absent_owner": row.absent_owner,
        "team": row.team,
        "tags": list(row.tags),
        "customer": None if row.customer_id is None else {"id": row.customer_id, "name": row.customer},
        "channels": list(row.kinds),
        "participants": _addresses(row.participants),
        "vip": row.vip,
        "unproven": row.unproven,
        "repeats": row.repeats,
        "transfers": row.transfers,
        "person_check": row.person_check,
        "unread": row.unread,
        "preview": row.preview,
        "message_count": row.message_count,
        "created_at": to_rfc3339(row.created_at),
        "last_inbound_at": to_rfc3339(row.last_inbound_at),
        "last_message_at": to_rfc3339(row.last_message_at),
        "waiting_since": to_rfc3339(row.waiting_since),
        "snoozed_until": to_rfc3339(row.snoozed_until),
        "hold_for": row.hold_for,
        "next_due_at": to_rfc3339(row.next_due_at),
        "due_reason": None if row.due_reason is None else str(row.due_reason),
        "promised_at": to_rfc3339(row.promised_at),
    }


def identity(row: Identity) -> Document:
    """One address of a customer."""
    return {
        "kind": row.kind,
        "scope": row.scope,
        "value": row.value,
        "name": row.name,
        "verified": row.verified,
        "deliverable": row.deliverable,
        "blocked": row.blocked,
        "claimed": row.claimed,
        "shared": row.shared,
        "consent": [
            {
                "channel_kind": one.channel_kind,
                "purpose": one.purpose,
                "state": one.state,
                "since": to_rfc3339(one.since),
                "source": one.source,
                "ground": one.ground or None,
            }
            for one in row.consent
        ],
    }


def fact(row: Fact) -> Document:
    """One thing known about a customer, and from where."""
    return {
        "id": row.id,
        "customer_id": row.customer_id,
        "kind": row.kind,
        "label": row.label,
        "value": row.value,
        "source": row.source,
        "at": to_rfc3339(row.at),
        "message_id": row.message_id,
        "conversation_id": row.conversation_id,
        "channel": row.channel or None,
        "reference": row.reference or None,
        "agent": row.agent or None,
        "proven": row.proven,
    }


def customer(row: Customer) -> Document:
    """A person or company; `conversations` and `orders` are counts."""
    return {
        "id": row.id,
        "name": row.name,
        "company": row.company,
        "language": row.language,
        "preferred_channel": row.preferred_channel,
        "vip": row.vip,
        "tags": list(row.tags),
        "identities": [identity(one) for one in row.identities],
        "conversations": row.conversations,
        "orders": row.orders,
        "organisation": row.organisation,
        "merged_into": row.merged_into,
        "created_at": to_rfc3339(row.created_at),
    }


def suggestion(row: Suggestion) -> Document:
    """Two customers who may be one person, and what speaks for it."""
    return {
        "id": row.id,
        "customer": {"id": row.customer.id, "name": row.customer.name},
        "other": {"id": row.other.id, "name": row.other.name},
        "likeness": str(row.likeness),
        "value": row.value,
        "conversation": row.conversation,
        "created_at": to_rfc3339(row.created_at),
    }


def organisation(row: Organisation) -> Document:
    """A company or body; `customers` is a count."""
    return {
        "id": row.id,
        "name": row.name,
        "domains": list(row.domains),
        "customers": row.customers,
        "created_at": to_rfc3339(row.created_at),
    }


def channel(row: Channel) -> Document:
    """One configured account and how it does; secrets are never part of it."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "address": row.address,
        "enabled": row.enabled,
        "read_only": row.read_only,
        "history_days": row.history_days,
        "health": str(row.health),
        "error": row.error,
        "last_success_at": to_rfc3339(row.last_success_at),
        "next_attempt_at": to_rfc3339(row.next_attempt_at),
        "leased_by": row.leased_by,
        "progress": {"done": row.progress_done, "total": row.progress_total},
        "created_at": to_rfc3339(row.created_at),
    }


def channel_sync(row: ChannelSync) -> Document:
    """What one pass over a channel did."""
    return {
        "channel": row.channel,
        "kind": row.kind,
        "received": row.received,
        "duplicates": row.duplicates,
        "quarantined": row.quarantined,
        "sent": row.sent,
        "failed": row.failed,
        "seconds": row.seconds,
        "skipped": row.skipped,
        "error": row.error,
    }


def search_item(row: SearchHit, found: Message) -> Document:
    """One message that a search found; `marks` are [begin, end) positions of the hits in the snippet."""
    snippet, marks = unmarked(row.snippet)
    return {
        "conversation": conversation(row.conversation),
        "message": message(found),
        "snippet": snippet,
        "marks": [list(mark) for mark in marks],
    }


def unmarked(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a snippet without its marks, and where they were."""
    plain, marks, begin = "", [], 0
    for character in snippet:
        if character == MARK:
            begin = len(plain)
        elif character == END:
            marks.append((begin, len(plain)))
        else:
            plain += character
    return plain, marks


def outbox_row(row: OutboxRow) -> Document:
    """One message on its way out."""
    return {
        "message_id": row.message_id,
        "key": row.key,
        "conversation_id": row.conversation_id,
        "channel": row.channel,
        "status": str(row.status),
        "to": _addresses(row.to),
        "subject": row.subject,
        "due_at": to_rfc3339(row.due_at),
        "attempts": row.attempts,
        "next_attempt_at": to_rfc3339(row.next_attempt_at),
        "error": row.error,
        "agent": row.agent,
        "held": row.held,
    }


def quarantined(row: Quarantined) -> Document:
    """A raw item that could not be processed, and why."""
    return {
        "id": row.id,
        "channel": row.channel,
        "cause": row.cause,
        "attempts": row.attempts,
        "at": to_rfc3339(row.at),
        "received_at": to_rfc3339(row.received_at),
        "size": row.size,
        "media_type": row.media_type,
    }


def agent(row: Agent) -> Document:
    """A person who works at the desk."""
    return {
        "id": row.id,
        "login": row.login,
        "name": row.name,
        "address": row.address,
        "signature": row.signature,
        "languages": list(row.languages),
        "teams": list(row.teams),
        "state": str(row.state),
        "away_until": to_rfc3339(row.away_until),
        "disabled": row.disabled,
    }


def team(row: Team) -> Document:
    """A named group of agents."""
    return {"id": row.id, "name": row.name, "members": list(row.members)}


def macro(row: Macro) -> Document:
    """A canned reply."""
    return {
        "id": row.id,
        "name": row.name,
        "shared": row.shared,
        "texts": [{"language": one.language, "class": one.channel_class, "text": one.text} for one in row.wordings],
        "actions": macro_actions(row.actions),
        "uses": row.uses,
    }


def macro_actions(row: MacroActions) -> Document:
    """What a macro does with the send."""
    return {
        "status": None if row.status is None else str(row.status),
        "tags": list(row.tags),
        "assign": row.assign or None,
        "snooze": row.snooze or None,
        "priority": None if row.priority is None else str(row.priority),
    }


def told(row: Order) -> Document:
    """What a shop tells of an order."""
    said = asdict(row) | {"at": to_rfc3339(row.at), "updated_at": to_rfc3339(row.updated_at)}
    for name in ("parcels", "returns"):
        said[name] = [one | {"at": None if one["at"] is None else to_rfc3339(one["at"])} for one in said[name]]
    return said


def order(row: ShopOrder) -> Document:
    """One order of a shop."""
    return {
        "id": row.id,
        "channel": row.channel,
        "source_id": row.source_id,
        "name": row.name,
        "addresses": [{"kind": kind, "value": value} for kind, value in row.addresses],
        "heard_at": to_rfc3339(row.heard_at),
        **told(row.order),
    }


def order_note(row: OrderNote) -> Document:
    """A note of ours for an order in the shop."""
    return {
        "id": row.id,
        "text": row.text,
        "author": row.author,
        "status": str(row.state),
        "error": row.error or None,
        "at": to_rfc3339(row.at),
    }


def beside(row: Beside) -> Document:
    """An order beside a conversation, and why it stands there."""
    named = None
    if row.named_in is not None and row.named_at is not None:
        named = {"message": row.named_in, "at": to_rfc3339(row.named_at), "kind": row.named_kind}
    return {"order": order(row.order), "theirs": row.theirs, "named_in": named}
