"""Reading threads: conversations with their messages, events and files."""

from __future__ import annotations

from collections.abc import Sequence

from omnidesk.connectors import registry
from omnidesk.desk import intake
from omnidesk.desk import offers as joins
from omnidesk.store import thread
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, TryLaterError
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Attachment, Conversation, Event, Message
from omnidesk.words.speech import _


def current(workspace: Workspace, number: int) -> int:
    """Return the conversation a number stands for now, following merges. Raises NotFoundError."""
    reader = workspace.database.reader
    here = number
    while True:
        row = reader.one("SELECT merged_into FROM conversation WHERE id = ?", (here,))
        if row is None:
            raise NotFoundError(_("there is no conversation {number}").format(number=number))
        if row[0] is None:
            return here
        here = int(row[0])


def conversation(workspace: Workspace, number: int) -> Conversation:
    """Return a conversation; a merged number gives the one it was merged into. Raises NotFoundError."""
    return thread.conversation(workspace.database.reader, current(workspace, number))


def conversations(workspace: Workspace, numbers: Sequence[int]) -> list[Conversation]:
    """Return these conversations, in this order; unknown numbers are left out."""
    return thread.conversations(workspace.database.reader, numbers)


def messages(
    workspace: Workspace,
    number: int,
    limit: int = 200,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
) -> list[Message]:
    """Return messages, oldest first: the newest `limit`, or those before or after a key (at, id)."""
    return thread.messages(workspace.database.reader, number, limit, before, after)


def message(workspace: Workspace, message_id: int) -> Message:
    """Return one message. Raises NotFoundError."""
    return thread.message(workspace.database.reader, message_id)


def events(workspace: Workspace, number: int, limit: int = 1000, after: int | None = None) -> list[Event]:
    """Return events of a conversation, oldest first: the newest `limit`, or those after an id."""
    return thread.events(workspace.database.reader, number, limit, after)


def acts(workspace: Workspace, number: int) -> list[rows.Act]:
    """Return the acts on a conversation, newest first."""
    found = workspace.database.reader.all(
        "SELECT * FROM act WHERE id IN (SELECT act_id FROM event WHERE conversation_id = ?) ORDER BY id DESC LIMIT 500",
        (number,),
    )
    return [
        rows.Act(
            row["id"], row["at"], row["actor"], row["kind"], row["summary"], bool(row["undoable"]), row["undone_by"]
        )
        for row in found
    ]


def offers(workspace: Workspace, number: int) -> list[int]:
    """Return the conversations that may belong to this one, see `offers`."""
    return joins.standing(workspace.database.reader, number)


def raw(workspace: Workspace, message_id: int) -> bytes:
    """Return a message as it arrived, or as it was handed over. Raises NotFoundError."""
    row = workspace.database.reader.one(
        "SELECT coalesce(r.blob, o.payload_blob) AS blob FROM message m LEFT JOIN raw_item r ON r.id = m.raw_item_id "
        "LEFT JOIN outbox o ON o.message_id = m.id WHERE m.id = ?",
        (message_id,),
    )
    if row is None or row["blob"] is None:
        raise NotFoundError(
            _("message {message_id} has no original: it was written here and has not been handed over").format(
                message_id=message_id
            )
        )
    return workspace.blobs.get(row["blob"])


def still_coming(file: Attachment) -> str:
    """Return in words why a file is not here yet."""
    return _("the engine fetches it from the provider") if file.missing is None else retold(file.missing)


def attachment_bytes(workspace: Workspace, attachment_id: int) -> tuple[Attachment, bytes]:
    """Return a file and its bytes, taken out of the original where they are not stored by themselves.

    Raises NotFoundError; TryLaterError for one that is still to be fetched from its provider."""
    row = workspace.database.reader.one(
        "SELECT a.*, f.reference, f.due_at, f.error, coalesce(a.raw_item_id, m.raw_item_id) AS origin, "
        "channel.kind AS channel_kind FROM attachment a "
        "JOIN message m ON m.id = a.message_id JOIN channel ON channel.id = m.channel_id "
        "LEFT JOIN fetching f ON f.attachment_id = a.id WHERE a.id = ?",
        (attachment_id,),
    )
    if row is None:
        raise NotFoundError(_("there is no attachment {attachment_id}").format(attachment_id=attachment_id))
    found = thread.attachment(row, None if row["reference"] is None else row)
    if row["blob"] is not None:
        return found, workspace.blobs.get(row["blob"])
    if found.coming:
        raise TryLaterError(_("{name} has not come yet: {why}").format(name=found.name, why=still_coming(found)))
    if row["reference"] is not None:
        raise NotFoundError(_("{name} could not be fetched: {why}").format(name=found.name, why=retold(row["error"])))
    item = intake.item_of(workspace, row["origin"])
    messages_within = registry.connector(row["channel_kind"]).decode(item)
    files = [file for decoded in messages_within for file in decoded.files]
    if row["position"] < len(files):
        return found, files[row["position"]].data
    raise NotFoundError(_("the content of {name} is not in the original any more").format(name=row["name"]))
