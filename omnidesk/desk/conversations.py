"""Conversations: made, and what they derive from their messages (counts, preview, who waits since when)."""

from __future__ import annotations

import secrets
from typing import Any

from omnidesk.desk import due
from omnidesk.desk.acts import Act
from omnidesk.store.database import Transaction
from omnidesk.store.queue import NEVER
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Direction, Place, Status

PREVIEW = 160
ANSWERS = (
    "direction = 'outbound' AND auto IS NULL AND aside_id IS NULL AND status NOT IN ('failed', 'cancelled', 'draft')"
)
SHOWN = "status <> 'cancelled' AND kind <> 'note'"
QUESTIONS = "direction = 'inbound' AND auto IS NULL AND aside_id IS NULL AND NOT history"


def next_number(tx: Transaction) -> int:
    """Return the next short number."""
    tx.execute("INSERT INTO counter (name, value) VALUES ('conversation', 0) ON CONFLICT (name) DO NOTHING")
    return int(tx.value("UPDATE counter SET value = value + 1 WHERE name = 'conversation' RETURNING value"))


def start(
    act: Act,
    subject: str,
    customer: int | None,
    status: Status,
    place: Place = Place.DESK,
    at: int | None = None,
    backlog: bool = False,
) -> int:
    """Make a conversation and return its number. Its messages follow, then `recount`."""
    number = next_number(act.tx)
    when = act.at if at is None else at
    act.tx.insert(
        "conversation",
        id=number,
        subject=subject,
        status=status,
        place=place,
        customer_id=customer,
        token=secrets.token_hex(6),
        backlog=backlog,
        created_at=when,
        last_message_at=when,
        queue_due=NEVER,
        queue_waiting=when,
    )
    return number


def current(tx: Transaction, number: int) -> int:
    """Return the conversation that a number stands for now: where it was merged to, else itself."""
    return standing(tx, number)[0]


def standing(tx: Transaction, number: int) -> tuple[int, Place | None]:
    """Return the conversation that a number stands for now, and its place; None for one that does not exist."""
    while True:
        row = tx.one("SELECT merged_into, place FROM conversation WHERE id = ?", (number,))
        if row is None or row[0] is None:
            return number, None if row is None else Place(row[1])
        number = int(row[0])


def preview(text: str) -> str:
    """Return the one line of a text that the queue shows."""
    return one_line(text[:2000], PREVIEW)


def recount(tx: Transaction, number: int) -> None:
    """Derive everything that a conversation shows of its messages, from its messages; rides on message_thread."""
    _derive(tx, number)
    due.refresh(tx, number)


def recount_backlog(tx: Transaction, number: int) -> None:
    """Recount a conversation that older messages joined; one that they alone make and nobody touched is history."""
    _derive(tx, number)
    _settle(tx, number, " AND backlog AND NOT touched")
    due.refresh(tx, number)


def _derive(tx: Transaction, number: int) -> None:
    last = tx.one(
        "SELECT at, kind, substr(coalesce(reply_text, text), 1, 2000) AS said FROM message "
        f"WHERE conversation_id = ? AND {SHOWN} ORDER BY auto IS NOT NULL, at DESC, id DESC LIMIT 1",
        (number,),
    )
    totals = tx.one(
        "SELECT count(*) AS messages, coalesce(max(CASE WHEN kind <> 'note' THEN at END), max(at)) AS newest, "
        "min(at) AS oldest, "
        "max(CASE WHEN direction = 'inbound' AND auto IS NULL AND aside_id IS NULL THEN at END) AS inbound "
        "FROM message WHERE conversation_id = ? AND status <> 'cancelled'",
        (number,),
    )
    undelivered = tx.value(
        "SELECT count(*) FROM outbox WHERE conversation_id = ? AND state IN ('failed', 'unknown') "
        "AND dismissed_at IS NULL",
        (number,),
    )
    kinds = [
        row[0]
        for row in tx.all(
            f"SELECT kind FROM message WHERE conversation_id = ? AND {SHOWN} GROUP BY kind ORDER BY min(at)", (number,)
        )
    ]
    if totals is None or totals["newest"] is None:
        tx.execute(
            "UPDATE conversation SET message_count = 0, undelivered = 0, waiting_since = NULL WHERE id = ?", (number,)
        )
        return
    tx.execute(
        "UPDATE conversation SET message_count = ?, last_message_at = ?, last_inbound_at = ?, waiting_since = ?, "
        "kinds = ?, last_kind = ?, preview = ?, undelivered = ?, unproven = ?, created_at = ? WHERE id = ?",
        (
            totals["messages"],
            totals["newest"],
            totals["inbound"],
            waiting_since(tx, number),
            " ".join(kinds),
            "" if last is None else last["kind"],
            "" if last is None else preview(last["said"]),
            undelivered,
            _unproven(tx, number),
            totals["oldest"],
            number,
        ),
    )


def _unproven(tx: Transaction, number: int) -> bool:
    """Say whether the newest message of a customer is not proven to come from them."""
    return bool(
        tx.value(
            "SELECT unproven FROM message WHERE conversation_id = ? AND direction = 'inbound' AND auto IS NULL "
            "AND aside_id IS NULL ORDER BY at DESC, id DESC LIMIT 1",
            (number,),
        )
    )


def waiting_since(tx: Transaction, number: int) -> int | None:
    """Return when the oldest customer message that nobody answered arrived, or None."""
    answered = tx.one(
        f"SELECT at, id FROM message WHERE conversation_id = ? AND {ANSWERS} ORDER BY at DESC, id DESC LIMIT 1",
        (number,),
    )
    found = tx.value(
        f"SELECT at FROM message WHERE conversation_id = ? AND (at, id) > (?, ?) AND {QUESTIONS} "
        "ORDER BY at, id LIMIT 1",
        (number, *((-1, -1) if answered is None else answered)),
    )
    return None if found is None else int(found)


def grow(tx: Transaction, number: int, message: dict[str, Any]) -> None:
    """Take one new message into what the conversation shows, without reading the others where it is the newest."""
    row = tx.one(
        "SELECT message_count, last_message_at, waiting_since, kinds, last_kind, preview FROM "
        "conversation WHERE id = ?",
        (number,),
    )
    if row is None or row["message_count"] == 0 or message["at"] < row["last_message_at"]:
        recount(tx, number)
        return
    aside = message["aside"] is not None
    inbound = message["direction"] == Direction.INBOUND and message["auto"] is None and not aside
    waiting = row["waiting_since"]
    if inbound and waiting is None and not message["history"]:
        waiting = message["at"]
    elif message["direction"] == Direction.OUTBOUND and message["auto"] is None and not aside:
        waiting = None
    kinds = row["kinds"].split()
    kind = message["kind"]
    shown = (row["last_kind"], row["preview"]) if message["auto"] else (kind, preview(message["said"]))
    tx.execute(
        "UPDATE conversation SET message_count = message_count + 1, last_message_at = ?, "
        "last_inbound_at = CASE WHEN ? THEN ? ELSE last_inbound_at END, "
        "unproven = CASE WHEN ? THEN ? ELSE unproven END, waiting_since = ?, kinds = ?, last_kind = ?, "
        "preview = ? WHERE id = ?",
        (
            message["at"],
            inbound,
            message["at"],
            inbound,
            message["unproven"],
            waiting,
            " ".join(kinds if kind in kinds else [*kinds, kind]),
            *shown,
            number,
        ),
    )
    due.refresh(tx, number)


def settle_backlog(tx: Transaction, number: int) -> None:
    """Give a recounted conversation made only of older messages its status: history is not news (promise 14)."""
    _settle(tx, number)
    due.refresh(tx, number)


def _settle(tx: Transaction, number: int, where: str = "") -> None:
    """It is closed and read, unless its last message is inbound, unanswered and inside the window."""
    tx.execute(
        "UPDATE conversation SET status = CASE WHEN waiting_since IS NULL THEN ? ELSE ? END, "
        f"unread = waiting_since IS NOT NULL WHERE id = ?{where}",
        (Status.CLOSED, Status.OPEN, number),
    )
