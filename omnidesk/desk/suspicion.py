"""What makes an inbound message suspicious to this desk: judged when it is shown, so that taking mail in stays fast.

A sender is compared with our own addresses, with the people of the conversation, and with every customer known longer
than they are whose address is one letter away (exact look-ups, which ride on the identity's uniqueness).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from omnidesk.desk import forwards, identity
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text import forward, suspicion
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.text.filekind import DANGEROUS, kind_of
from omnidesk.text.links import find_links
from omnidesk.words.kinds import Auth, Direction
from omnidesk.words.rows import Message

MOST_SENDERS = 4_000
"""Senders that are remembered between two looks at a thread."""
MOST_LINKS = 200
SHORTEST_LINK_TEXT = 100_000

_remembered: dict[tuple[str, str], tuple[str, ...]] = {}


def judged(workspace: Workspace, messages: Sequence[Message]) -> list[Message]:
    """Return the messages with all their warnings: those of the decoder and what this desk knows."""
    reader = workspace.database.reader
    senders = {one.sender.address.lower() for one in messages if _from_outside(one) and "@" in one.sender.address}
    strange = _strange(reader, str(workspace.home.path), senders) if senders else {}
    found = [_judged(one, strange.get(one.sender.address.lower(), ())) for one in messages]
    return [_with_author(workspace, one) if forward.is_forward(one.subject) else one for one in found]


def _with_author(workspace: Workspace, message: Message) -> Message:
    """Tell whose mail a message passes on, while they are not the customer."""
    author = forwards.author(workspace, message)
    if author is None or forwards.is_customer(workspace.database.reader, message.conversation_id, author.address):
        return message
    return replace(message, warnings=(*message.warnings, f"passed-on:{author.address}"))


def _from_outside(message: Message) -> bool:
    return message.direction is Direction.INBOUND


def _judged(message: Message, strange: tuple[str, ...]) -> Message:
    if not _from_outside(message):
        return message
    found = [_detailed(code, message) for code in message.warnings]
    found += strange
    if other := suspicion.named_address(message.sender.name, message.sender.address):
        found.append(f"name-says:{other}")
    if message.auth is Auth.FAIL:
        found.append("auth-failed")
    elif message.unproven:
        found.append("not-proven")
    if any(kind_of(file.name, file.content_type) in DANGEROUS for file in message.attachments):
        found.append("dangerous-file")
    for link in find_links(message.text[:SHORTEST_LINK_TEXT], MOST_LINKS) if "<http" in message.text else ():
        if link.link.claims:
            found.append(f"link:{link.link.claims}>{link.link.host}")
    return message if tuple(found) == message.warnings else replace(message, warnings=tuple(dict.fromkeys(found)))


def _detailed(code: str, message: Message) -> str:
    if code != "reply-to-elsewhere" or not message.reply_to:
        return code
    return f"reply-to:{one_line(message.reply_to[0].address, 120)}"


def _strange(reader: Connection, home: str, senders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each sender's address whom it passes for."""
    fresh = [one for one in senders if (home, one) not in _remembered]
    if fresh:
        if len(_remembered) > MOST_SENDERS:
            _remembered.clear()
        ours = {one.rpartition("@")[2] for one in identity.own_addresses(reader) if "@" in one}
        for sender in fresh:
            _remembered[home, sender] = _passes_for(reader, sender, ours)
    return {one: _remembered[home, one] for one in senders}


def _passes_for(reader: Connection, sender: str, ours: set[str]) -> tuple[str, ...]:
    value = normalise_identity("email", sender)
    local, _, domain = value.rpartition("@")
    if found := suspicion.lookalike(domain, sorted(ours)):
        return (f"lookalike:{found}",)
    wanted = [f"{local}@{other}" for other in suspicion.neighbours(domain)]
    if not wanted or domain in ours:
        return ()
    marks = ", ".join("?" * len(wanted))
    known = reader.value(
        f"SELECT value FROM identity WHERE kind = 'email' AND scope = '' AND value IN ({marks}) AND NOT claimed AND "
        "created_at < "
        "coalesce((SELECT created_at FROM identity WHERE kind = 'email' AND scope = '' AND value = ?), 1 << 62) "
        "ORDER BY created_at LIMIT 1",
        (*wanted, value),
    )
    return () if known is None else (f"lookalike-of:{known}",)


def words(message: Message) -> tuple[str, ...]:
    """Return the warnings of a message for people, each a sentence without its end."""
    shown = [code for code in message.warnings if code != "stranger"]
    return tuple(suspicion.words(code) for code in (["stranger"] if message.stranger else []) + shown)
