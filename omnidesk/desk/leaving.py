"""When the visitor of a live chat is gone: that their answer goes another way, and what it takes along.

A visitor whose page has been closed for two minutes reads no more. What is written then goes to an address of theirs by
mail where one is known, with the lines of ours that they have not got; else it waits in the chat until they are back.
"""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import DecodeError, Party
from omnidesk.desk import intake, visitors
from omnidesk.desk.visitors import Visitor
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Message
from omnidesk.words.speech import _, ngettext

GONE = 2 * clock.MINUTE
"""How long a page must have been closed: who loads another one is back by then."""
MOST_LINES = 50
"""Lines of ours that one mail takes along at most."""
TOPIC = 70
"""Characters of a line that stand in a subject."""
LOOKED_AT = 10
"""Messages of a visitor that are looked at for further addresses, from both ends."""


def gone(visitor: Visitor | None, now: int, last_inbound_at: int | None = None) -> bool:
    """Say whether a visitor reads no more. Of whom nothing is known, that is so a day after their last line: as long as
    it is remembered who was there."""
    if visitor is None:
        return last_inbound_at is not None and now - last_inbound_at > visitors.REMEMBERED
    return not visitor.here and now - visitor.seen_at >= GONE


def left_at(workspace: Workspace, number: int, answers: Message | None, last_inbound_at: int | None) -> int | None:
    """Return since when the customer whose message is answered reads no more in their chat (UTC ms); None where they
    do, or where it is no chat."""
    if answers is None or not _live(answers.kind):
        return None
    visitor = visitors.of_conversations(workspace, [number]).get(number)
    if not gone(visitor, clock.now(), last_inbound_at):
        return None
    return visitor.seen_at if visitor is not None else last_inbound_at


def _live(kind: str) -> bool:
    try:
        return registry.manifest(kind).live
    except NotFoundError:
        return False  # what was logged by hand, or a connector that is not installed here


def missed(reader: Connection, number: int, chat: Message, left: int) -> tuple[str, ...]:
    """Return our lines that a visitor who left has not got, oldest first: sent in their chat and not delivered, since
    they were last written to in another way. Where a channel never says what was delivered, those after they `left`.

    Rides on message_thread."""
    manifest = registry.manifest(chat.kind)
    otherwise = reader.value(
        "SELECT max(at) FROM message WHERE conversation_id = ? AND direction = 'outbound' AND aside_id IS NULL "
        "AND auto IS NULL AND channel_id <> ? AND status NOT IN ('failed', 'cancelled', 'draft')",
        (number, chat.channel_id),
    )
    since = max(otherwise or 0, 0 if "delivered" in manifest.receipts else left)
    rows = reader.all(
        "SELECT text FROM message WHERE conversation_id = ? AND at > ? AND channel_id = ? AND direction = 'outbound' "
        "AND auto IS NULL AND status IN ('queued', 'sending', 'sent', 'unknown') AND text <> '' "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (number, since, chat.channel_id, MOST_LINES),
    )
    return tuple(row["text"] for row in reversed(rows))


def with_missed(text: str, lines: tuple[str, ...]) -> str:
    """Return a text behind the lines that were missed, quoted in their order."""
    if not lines:
        return text
    quoted = "\n>\n".join("\n".join(f"> {part}".rstrip() for part in line.split("\n")) for line in lines)
    return f"{quoted}\n\n{text}"


def topic(reader: Connection, number: int) -> str:
    """Return what a chat is about, for the subject of a mail: how it began."""
    return one_line(
        reader.value(
            "SELECT text FROM message WHERE conversation_id = ? AND direction = 'inbound' AND auto IS NULL "
            "AND aside_id IS NULL ORDER BY at, id LIMIT 1",
            (number,),
        )
        or "",
        TOPIC,
    )


def said(left: int, chat: bool, channel: str, lines: int, now: int) -> str:
    """Return in words what becomes of an answer to somebody who left (UTC ms): in the `chat` it waits, by another
    channel it reaches them, and takes so many lines along."""
    minutes = max(0, now - left) // clock.MINUTE
    ago = _("{count} min").format(count=minutes) if minutes < 120 else _("{count} h").format(count=minutes // 60)
    they = _("they left the chat {ago} ago").format(ago=ago)
    if chat:
        return they + _(": it waits there until they are back")
    if not lines:
        return they + _(": it goes by {channel}").format(channel=channel)
    along = ngettext(
        ": it goes by {channel}, with {count} line they have not got",
        ": it goes by {channel}, with {count} lines they have not got",
        lines,
    )
    return they + along.format(channel=channel, count=lines)


def also(workspace: Workspace, number: int, chat: Message) -> tuple[Party, ...]:
    """Return further addresses that the visitor says are theirs: read from what they sent, as it came."""
    reader = workspace.database.reader
    asked = (
        "SELECT raw_item_id FROM message WHERE conversation_id = ? AND channel_id = ? AND direction = 'inbound' "
        "AND raw_item_id IS NOT NULL ORDER BY at {way}, id {way} LIMIT ?"
    )
    raw: dict[int, None] = {}
    for way in ("DESC", "ASC"):
        rows = reader.all(asked.format(way=way), (number, chat.channel_id, LOOKED_AT))
        raw.update({int(row[0]): None for row in rows})
    found: dict[tuple[str, str], Party] = {}
    for raw_id in raw:
        try:
            decoded = registry.connector(chat.kind).decode(intake.item_of(workspace, raw_id))
        except DecodeError:
            continue
        for one in (party for message in decoded for party in message.also):
            if one.value:
                clean = Party(one.kind, one_line(one.value, 320), one_line(one.name, 100))
                found.setdefault((clean.kind, clean.value), clean)
    return tuple(found.values())
