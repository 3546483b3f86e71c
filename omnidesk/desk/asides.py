"""Asides: what is asked of a third party within a conversation. They have participants and thread ids of their own,
are never quoted or shown to the customer, and answer nobody who waits.

An aside is known by the id of its first message, which all its messages bear."""

from __future__ import annotations

from omnidesk.connectors import registry
from omnidesk.desk.letters import NEW_ASIDE
from omnidesk.store import people, thread
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Address, Channel, Message
from omnidesk.words.speech import _

_ASIDES_OF = (
    "SELECT id FROM message WHERE conversation_id = ? AND aside_id IS NOT NULL "
    f"AND status <> '{MessageStatus.CANCELLED}' ORDER BY at DESC, id DESC LIMIT 200"
)


def messages(connection: Connection, number: int) -> list[Message]:
    """Return the messages of all asides of a conversation, newest first; rides on message_thread."""
    return thread.messages_by_id(connection, [row[0] for row in connection.all(_ASIDES_OF, (number,))])


def going_on(workspace: Workspace, number: int, to: tuple[Address, ...]) -> tuple[int, Message | None]:
    """Return the aside that a message to these people goes on with and its newest message, else a new one."""
    wanted = {normalise_identity("email", one.address) for one in to}
    for message in messages(workspace.database.reader, number):
        if message.aside is not None and wanted and wanted <= _people(message):
            return message.aside, message
    return NEW_ASIDE, None


def channel(workspace: Workspace, number: int, via: str | None) -> Channel:
    """Return the channel a third party is asked by: the one named, else a private one for mail that can write first,
    the conversation's own before others. Raises NotFoundError, RefusedError."""
    reader = workspace.database.reader
    if via is not None:
        return people.channel(reader, via)
    usable = [one for one in people.channels(reader) if starts_mail(one)]
    used = reader.value(
        "SELECT channel_id FROM message WHERE conversation_id = ? AND kind <> 'note' ORDER BY at DESC LIMIT 1",
        (number,),
    )
    found = next((one for one in usable if one.id == used), usable[0] if usable else None)
    if found is None:
        raise RefusedError(_("no channel can write to a third party: add a mailbox with `omnidesk channel add email`"))
    return found


def starts_mail(channel: Channel) -> bool:
    """Say whether a channel is private, goes to e-mail addresses, and may write first now."""
    if channel.kind == "desk" or not channel.enabled or channel.read_only:
        return False
    try:
        manifest = registry.manifest(channel.kind)
    except NotFoundError:
        return False
    return manifest.outbound == "start_new" and "email" in manifest.identity_kinds and not manifest.public


def subject(workspace: Workspace, number: int, parent: Message | None) -> str:
    """Return the subject for a third party: of the aside so far, else of the conversation."""
    if parent is not None:
        bare = one_line(parent.subject, 500)
        return bare if bare.lower().startswith(("re:", "aw:", "antw:")) else f"Re: {bare}"
    said = workspace.database.reader.value("SELECT subject FROM conversation WHERE id = ?", (number,))
    return f"Fwd: {one_line(said or '', 490)}"


def joined(connection: Connection, number: int, named: list[str], sender: str) -> tuple[int, bool] | None:
    """Return the aside that an inbound message naming these ids answers, and whether its sender takes part in it.

    None where it answers the conversation itself. What names both goes by the id named first."""
    for value in named:
        # The plus keeps SQLite off the conversation's index: a long thread would be read for each of its messages.
        row = connection.one(
            "SELECT aside_id FROM message WHERE external_id = ? AND +conversation_id = ? LIMIT 1", (value, number)
        )
        if row is None:
            continue
        if row["aside_id"] is None:
            return None
        within = connection.all(
            "SELECT id FROM message WHERE conversation_id = ? AND aside_id = ?", (number, row["aside_id"])
        )
        said = thread.messages_by_id(connection, [row[0] for row in within])
        known = any(normalise_identity("email", sender) in _people(one) for one in said if not one.stranger)
        return int(row["aside_id"]), known
    return None


def _people(message: Message) -> set[str]:
    everybody = (message.sender, *message.to, *message.cc, *message.bcc)
    return {normalise_identity("email", one.address) for one in everybody}
