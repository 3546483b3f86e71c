"""Visitors: which customers have a page of ours open, and what they do there. Rows that expire, never events.

The web server says so for each page that is connected to it, and again before the row expires; a page whose server
died is gone when its row expires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line

EXPIRES = 15 * clock.SECOND
RENEWED = 5.0
"""Seconds after which a row that stays as it is is written again."""
REMEMBERED = clock.DAY
"""How long it is known when somebody left."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer who is there (`here`), or was until `seen_at` (UTC ms); `page` is the address they look at."""

    here: bool
    typing: bool
    seen_at: int
    page: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours that a customer has open: which connection, whose, where, and whether they type there."""

    connection: str
    channel_id: int
    identity_id: int
    conversation_id: int | None
    typing: bool = False
    page: str = ""


def show(
    workspace: Workspace,
    connection: str,
    channel_id: int,
    identity_id: int,
    conversation_id: int | None,
    typing: bool = False,
    page: str = "",
) -> None:
    """Say that a page is connected, and whether somebody types there."""
    show_all(workspace, [Page(connection, channel_id, identity_id, conversation_id, typing, page)])


def leave(workspace: Workspace, connection: str) -> None:
    """Say that a page was closed; when is remembered for a day."""
    show_all(workspace, gone=[connection])


def show_all(workspace: Workspace, there: Sequence[Page] = (), gone: Sequence[str] = ()) -> None:
    """Say which pages are connected and which were closed, of many in one transaction."""
    now = clock.now()

    def work(tx: Transaction) -> None:
        tx.execute_many(
            "INSERT INTO visitor_presence (connection, channel_id, identity_id, conversation_id, typing, page, since, "
            "expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (connection) DO UPDATE SET "
            "conversation_id = excluded.conversation_id, typing = excluded.typing, page = excluded.page, "
            "expires_at = excluded.expires_at",
            [
                (
                    one.connection, one.channel_id, one.identity_id, one.conversation_id, one.typing,
                    one_line(one.page, 500), now, now + EXPIRES,
                )
                for one in there
            ],
        )  # fmt: skip
        if gone:
            tx.execute_many(
                "UPDATE visitor_presence SET typing = ?, expires_at = ? WHERE connection = ?",
                [(False, now, connection) for connection in gone],
            )
            tx.execute("DELETE FROM visitor_presence WHERE expires_at < ?", (now - REMEMBERED,))

    workspace.database.write(work)


def of_conversations(workspace: Workspace, numbers: Sequence[int]) -> dict[int, Visitor]:
    """Return the visitors of these conversations, where one was there within a day; of several pages the liveliest."""
    if not numbers:
        return {}
    marks = ", ".join(str(int(number)) for number in numbers)
    now = clock.now()
    rows = workspace.database.reader.all(
        f"SELECT conversation_id, typing, page, expires_at FROM visitor_presence WHERE conversation_id IN ({marks}) "
        "ORDER BY expires_at"
    )
    found: dict[int, Visitor] = {}
    for row in rows:
        here = row["expires_at"] > now
        typing = here and (bool(row["typing"]) or (found[row[0]].typing if row[0] in found else False))
        found[row[0]] = Visitor(here, typing, min(row["expires_at"], now), row["page"])
    return found
