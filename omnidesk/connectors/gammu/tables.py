"""The SQL backend of gammu-smsd on SQLite: the tables inbox, outbox, outbox_multipart and sentitems.

What goes out bears our key as its creator, which the daemon copies into sentitems.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, ConnectorError, Item
from omnidesk.connectors.gammu import backup
from omnidesk.connectors.gammu.config import Tables
from omnidesk.connectors.gammu.parts import Part, grouped, whole
from omnidesk.connectors.since import Entry

_PATIENCE = 5.0
"""Seconds that a statement waits while the daemon writes."""
_GRACE = clock.MINUTE
"""How long parts that lie there wait for the others; the daemon itself has waited before it gave up on them."""
_SILENT = 5 * clock.MINUTE
_CREATOR = "omnidesk/"
_FAILED = ("SendingError", "DeliveryFailed", "Error")
_REASONS = {"SendingError": "the modem could not send it", "Error": "gammu-smsd could not send it"}
_CODINGS = {"Default": "Default_No_Compression", "Unicode": "Unicode_No_Compression"}

_CAME = (
    "SELECT ID, SenderNumber, UDH, Text, TextDecoded, Coding, ReceivingDateTime, UpdatedInDB FROM inbox "
    "WHERE UpdatedInDB >= ? AND (? = '' OR RecipientID = ?) ORDER BY ID"
)
_BECAME = (
    "SELECT CreatorID, DestinationNumber, Status, StatusError, UpdatedInDB FROM sentitems WHERE UpdatedInDB >= ? "
    "AND CreatorID LIKE 'omnidesk/%' AND ID NOT IN (SELECT ID FROM outbox) ORDER BY ID, SequencePosition"
)
_THERE = "SELECT 1 FROM outbox WHERE CreatorID = ? UNION ALL SELECT 1 FROM sentitems WHERE CreatorID = ? LIMIT 1"
_PUT = (
    "INSERT INTO outbox (DestinationNumber, Text, UDH, Coding, Class, MultiPart, SenderID, DeliveryReport, CreatorID) "
    "VALUES (?, ?, ?, ?, -1, ?, ?, 'yes', ?)"
)
_PUT_MORE = "INSERT INTO outbox_multipart (ID, SequencePosition, Text, UDH, Coding, Class) VALUES (?, ?, ?, ?, ?, -1)"


class InTables:
    """Messages in the daemon's database; every method waits for the disk."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        path = self._tables.path
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", _PATIENCE, uri=True)) as database:
                database.row_factory = sqlite3.Row
                database.isolation_level = None
                yield database
        except sqlite3.OperationalError as error:
            raise ConnectionLostError(
                f"the database of gammu-smsd, {path.name}, cannot be used ({error}): it is tried again"
            ) from error
        except sqlite3.DatabaseError as error:
            raise ConnectorError(f"{path.name} is no database of gammu-smsd: {error}") from error

    # --- what came, and what became of ours

    def entries(self, earliest: int) -> list[Entry]:
        """Return messages and news since a time (UTC ms). Raises ConnectorError."""
        with self._open() as database:
            phone = self._tables.phone
            came = database.execute(_CAME, (_written(earliest), phone, phone)).fetchall()
            became = database.execute(_BECAME, (_written(earliest),)).fetchall()
        return [*_messages(came), *_news(became)]

    def count(self) -> int:
        """Return how many messages lie there. Raises ConnectorError."""
        with self._open() as database:
            return int(database.execute("SELECT COUNT(*) FROM inbox").fetchone()[0])

    def item(self, entry: Entry) -> Item:
        """Return an entry as an item."""
        raw = json.dumps(dict(entry.row), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
        return Item(entry.mark, raw, entry.at, "application/json")

    # --- what goes out

    def there(self, key: str) -> bool:
        """Say whether a message was handed over. Raises ConnectorError."""
        with self._open() as database:
            return database.execute(_THERE, (_CREATOR + key, _CREATOR + key)).fetchone() is not None

    def put(self, key: str, number: str, messages: Sequence[tuple[str, str]], at: int) -> None:
        """Hand a message over with all its parts, unless it is there. Raises ConnectorError."""
        kind, creator = _CODINGS[backup.coding(messages)], _CREATOR + key
        (header, text), *more = messages
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            if database.execute(_THERE, (creator, creator)).fetchone() is None:
                first = (number, backup.encoded(text), header or None, kind, "true" if more else "false")
                row = database.execute(_PUT, (*first, self._tables.phone or None, creator)).lastrowid
                database.executemany(
                    _PUT_MORE,
                    [(row, place, backup.encoded(words), said, kind) for place, (said, words) in enumerate(more, 2)],
                )
            database.execute("COMMIT")

    # --- how it does

    def complaint(self) -> str:
        """Return in words what is wrong with the daemon, "" where nothing is known to be. Raises ConnectorError."""
        with self._open() as database:
            said = database.execute(
                "SELECT MAX(TimeOut) FROM phones WHERE ? = '' OR ID = ?", (self._tables.phone, self._tables.phone)
            ).fetchone()[0]
        last = _moment(said)
        if last is None or clock.now() - last < _SILENT:
            return ""
        return f"gammu-smsd was not heard of since {said} UTC: look whether it runs and the modem is plugged in"

    def warnings(self) -> tuple[str, ...]:
        """Return what to mind of how the modem does. Raises ConnectorError where it cannot be used."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")  # what cannot be written says so here
            rows = database.execute("SELECT ID, NetName, Signal FROM phones").fetchall()
            database.execute("ROLLBACK")
        if not rows:
            return ("gammu-smsd has no modem yet: start it, or plug the modem in",)
        return tuple(f"the modem {row['ID']} hears its network weakly" for row in rows if 0 < row["Signal"] < 10)


def _messages(rows: Sequence[sqlite3.Row]) -> Iterator[Entry]:
    """Yield the messages in rows of the inbox, those of several parts once all are there."""
    known = {int(row["ID"]): row for row in rows}
    now = clock.now()
    for group in grouped((number, _part(row)) for number, row in known.items()):
        first = known[group[0][0]]
        at = _moment(first["UpdatedInDB"]) or now
        some = [part for _, part in group]
        if all(part.binary for part in some) or (not whole(some) and now - at < _GRACE):
            continue
        said = [_said(known[number]) for number, _ in group]
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
        yield Entry(at, f"{group[0][0]}/{digest}", {"parts": said})


def _news(rows: Sequence[sqlite3.Row]) -> Iterator[Entry]:
    """Yield what became of messages of ours, each with all its parts."""
    parts: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        parts.setdefault(str(row["CreatorID"]).removeprefix(_CREATOR), []).append(row)
    for key, some in parts.items():
        failed = next((row for row in some if row["Status"] in _FAILED), None)
        delivered = all(row["Status"] == "DeliveryOK" for row in some)
        status = "failed" if failed is not None else "delivered" if delivered else "sent"
        at = max((_moment(row["UpdatedInDB"]) or 0) for row in some)
        reason = "" if failed is None else _reason(failed)
        said = {"key": key, "status": status, "number": str(some[0]["DestinationNumber"]), "reason": reason}
        yield Entry(at, f"{key}/{status}", said)


def _reason(row: sqlite3.Row) -> str:
    status = str(row["Status"])
    return _REASONS.get(status) or f"the network could not deliver it (GSM status {row['StatusError']})"


def _said(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("SenderNumber", "UDH", "Text", "TextDecoded", "Coding", "ReceivingDateTime")}


def _part(row: sqlite3.Row) -> Part:
    return texts({"parts": [_said(row)]})[0]


def texts(said: Mapping[str, Any]) -> list[Part]:
    """Return the parts of a message that came. Raises ValueError, KeyError, TypeError.

    `TextDecoded` of the first one holds the words of all (seen with 1.42); `Text` those of its own part."""
    found = []
    for row in said["parts"]:
        binary = row["Coding"] == "8bit"
        text = "" if binary else backup.decoded(str(row["Text"] or "")) or str(row["TextDecoded"] or "")
        found.append(Part(str(row["SenderNumber"] or ""), text, str(row["UDH"] or ""), binary))
    return found


def _written(at: int) -> str:
    """Return a time as SQLite's `datetime('now')` writes it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _moment(said: object) -> int | None:
    try:
        return clock.from_datetime(datetime.fromisoformat(str(said)).replace(tzinfo=UTC))
    except ValueError:
        return None
