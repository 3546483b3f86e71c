"""What of a message can be searched: folded words, made from what is stored, so that they can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from omnidesk.store.database import Connection
from omnidesk.text.fold import fold

MOST_TEXT = 500_000
"""Characters of one message that are searchable."""


def entry(
    subject: str, text: str, recipients: Mapping[str, Any], files: Iterable[str], name: str, address: str
) -> tuple[str, str]:
    """Return the folded (body, who) of a message: what is said, to whom and with what; and who said it.

    Made from what is stored, so that it can be made again to take the message out. `recipients` is what
    `recipients_json` holds, `files` are the names as stored."""
    return words(subject, text, recipients, files), who(name, address)


def words(subject: str, text: str, recipients: Mapping[str, Any], files: Iterable[str]) -> str:
    """Return the folded body of a message."""
    others = [word for some in ("to", "cc", "bcc") for pair in recipients.get(some, ()) for word in pair]
    return fold("\n".join((subject, text[:MOST_TEXT], *others, *files)))


def who(name: str, address: str) -> str:
    """Return the folded words by which the author of a message is found."""
    return fold(f"{name}\n{address}")


def stored_entry(connection: Connection, row: Any) -> tuple[str, str]:
    """Return the folded (body, who) of a row of `message`."""
    files = connection.all("SELECT name FROM attachment WHERE message_id = ? ORDER BY position", (row["id"],))
    said = json.loads(row["recipients_json"])
    names = [file[0] for file in files]
    return entry(row["subject"], row["text"], said, names, row["from_name"], row["from_address"])
