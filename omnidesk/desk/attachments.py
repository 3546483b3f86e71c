"""Files that came with messages: what is written down of them."""

from __future__ import annotations

from collections.abc import Sequence

from omnidesk.desk.acts import Act
from omnidesk.desk.contents import KeptFile
from omnidesk.store.ids import new_id


def store(act: Act, message_id: int, files: Sequence[KeptFile], origin: int | None = None) -> None:
    """Write down the files of a message; their bytes stay in its raw item, at their `position` among its files.

    `origin` is the raw item that brought them, where that is another than the message's own."""
    for file in files:
        act.tx.later(
            "INSERT INTO attachment (id, message_id, position, name, content_type, size, sha256, inline, content_id, "
            "raw_item_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new_id(), message_id, file.position, file.name, file.content_type, file.size, file.sha256, file.inline,
                file.content_id, origin,
            ),
        )  # fmt: skip
