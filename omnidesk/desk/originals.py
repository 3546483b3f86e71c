"""Messages as they came: the HTML form as a safe page, and mails within mails as text."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk import intake
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.text.page import safe_page
from omnidesk.words.errors import NotFoundError
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
