"""Messages as they came: the HTML form as a safe page, mails within mails as text, what was edited away."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk import contents, intake
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.text.page import safe_page
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Message
from omnidesk.words.speech import _


def page(workspace: Workspace, message_id: int) -> str:
    """Return the HTML of a message as a page that can do nothing. Raises NotFoundError where it has none."""
    row = workspace.database.reader.one(
        "SELECT m.raw_item_id, m.subject, channel.kind FROM message m JOIN channel ON channel.id = m.channel_id "
        "WHERE m.id = ?",
        (message_id,),
    )
    if row is None:
        raise NotFoundError(_("there is no message {message_id}").format(message_id=message_id))
    found = ""
    if row["raw_item_id"] is not None:
        item = intake.item_of(workspace, row["raw_item_id"])
        connector = registry.connector(row["kind"])
        found = connector.page(item)
    if not found.strip():
        raise NotFoundError(_("this message has no HTML form: what you read is all of it"))
    files = [file for decoded in connector.decode(item) for file in decoded.files]
    pictures = {file.content_id: (file.content_type, file.data) for file in files if file.content_id and file.data}
    return safe_page(found, one_line(row["subject"], 200), pictures)


def mail_text(data: bytes) -> str:
    """Return a mail that came as a file, as text: who, to whom, when, what."""
    (found,) = registry.connector("email").decode(Item("file", data, clock.now()))
    who = found.sender
    lines = [f"From: {who.name} <{who.value}>" if who else "From: nobody"]
    lines.append("To: " + ", ".join(party.value for party in found.to))
    if found.sent_at is not None:
        lines.append(f"Date: {clock.to_rfc3339(found.sent_at)}")
    lines += [f"Subject: {found.subject}", "", found.text]
    lines += [f"[{file.name}, {file.content_type}, {len(file.data)} bytes]" for file in found.files]
    return clean("\n".join(lines))


def earlier(workspace: Workspace, message: Message) -> list[tuple[int, str]]:
    """Return what a message said before its author changed it, oldest first: when each text came (UTC ms), and it.

    They are read anew out of its raw items; rides on receipt_message."""
    if message.edited_at is None:
        return []
    reader = workspace.database.reader
    rows = reader.all(
        "SELECT r.id, c.kind FROM receipt r JOIN channel c ON c.id = r.channel_id WHERE r.message_id = ? ORDER BY r.id",
        (message.id,),
    )
    found: dict[str, int] = {}
    for row in rows:
        try:
            item = intake.item_of(workspace, row["id"])
        except NotFoundError:  # it was cleaned up
            continue
        said = registry.connector(row["kind"]).decode(item)
        for one in said:
            if len(said) == 1 or message.external_id in (one.external_id, one.edits):
                found.setdefault(contents.words(one)[0], item.received_at)
    return sorted((at, text) for text, at in found.items() if text and text != message.text)
