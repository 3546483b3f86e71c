"""The JSON shapes of what is known of a customer: their timeline, the notes about them, how they are reached.

As in `shapes`: fields may be added, never renamed or removed.
"""

from __future__ import annotations

from omnidesk.cli.shapes import Document, conversation
from omnidesk.clock import to_rfc3339
from omnidesk.words.portrait import CustomerNote, Portrait
from omnidesk.words.timeline import Entry


def entry(row: Entry) -> Document:
    """One thing on the timeline of a customer."""
    return {
        "at": to_rfc3339(row.at),
        "kind": row.kind,
        "direction": None if row.direction is None else str(row.direction),
        "channel": row.channel or None,
        "channel_kind": row.channel_kind or None,
        "who": row.who,
        "said": row.said,
        "text": row.text,
        "conversation_id": row.conversation_id,
        "message_id": row.message_id,
        "note_id": row.note_id,
        "marks": list(row.marks),
    }


def customer_note(row: CustomerNote) -> Document:
    """A note that stays with a customer."""
    return {
        "id": row.id,
        "customer_id": row.customer_id,
        "text": row.text,
        "author": row.author,
        "at": to_rfc3339(row.at),
        "edited_at": to_rfc3339(row.edited_at),
        "edited_by": row.edited_by or None,
    }


def portrait(row: Portrait) -> Document:
    """What is known of a customer besides who they are; `null` where nothing is."""
    one, local = row.preference, row.local
    return {
        "reach": [
            {
                "kind": each.identity.kind,
                "value": each.identity.value,
                "ways": [
                    {
                        "channel": way.channel,
                        "kind": way.kind,
                        "usable": way.usable,
                        "reason": way.reason or None,
                        "closes_at": to_rfc3339(way.closes_at),
                    }
                    for way in each.ways
                ],
            }
            for each in row.reach
        ],
        "preference": None
        if one is None
        else {"channel": one.kind, "name": one.name, "stated": one.stated, "count": one.count, "among": one.among},
        "spoken": {"language": row.language or None, "learned": row.language_learned},
        "local_time": None if local is None else {"zone": local.zone, "region": local.region},
        "contacts": [
            {
                "said": each.said,
                "at": to_rfc3339(each.at),
                "kind": each.kind,
                "about": each.about,
                "conversation_id": each.conversation_id,
            }
            for each in row.contacts
        ],
        "promised_at": to_rfc3339(row.promised_at),
        "also": list(row.also),
        "open": [conversation(each) for each in row.open],
        "notes": [customer_note(each) for each in row.notes],
        "last_owner": row.last_owner,
    }
