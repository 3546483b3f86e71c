"""Orders from a folder of files that another program writes: CSV with headings, or JSON Lines.

A file is read again when it changed; what it says again is known by its receipts. A row of CSV is an order, and rows
that follow each other with the same number are its lines. The last line of a file counts once it has an end, or the
file is at rest.

    {"version": 1, "files": "<10 hex of name, size and times><10 hex of name and content>..", "before": "0017900 a.csv"}
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Batch, Checked, ConnectorError, Cursor, Decoded, DecodeError, Item
from omnidesk.connectors.manifest import SHOP_PAGES, Manifest, Setting
from omnidesk.connectors.shops import common, mapping
from omnidesk.text import headings, tabular

BATCH = 250
MOST_BYTES = 200_000_000
REST = 3 * clock.SECOND
"""How long nothing is written to a file whose last line has no end, before that line counts."""
_MOST_FILES = 150
_DIGITS = 10
_TABLES, _LINES = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson")

MANIFEST = Manifest(
    kind="order-files",
    name="Orders from files",
    badge="file",
    inbound=("poll", "local"),
    outbound="none",
    threading="contact",
    idempotency="none",
    identity_kinds=("email", "phone"),
    settings=(
        Setting("folder", "Folder", "where .csv or .jsonl files lie", required=True),
        mapping.FIELDS,
        Setting("encoding", "Encoding", "such as windows-1252; empty: told from the file", advanced=True),
        Setting("delimiter", "Delimiter", "what stands between cells; empty: told from the file", advanced=True),
        *SHOP_PAGES,
    ),
    about="Orders that another program writes into a folder: CSV with headings, or JSON Lines.",
    address=False,
    poll_seconds=30.0,
    commerce=True,
    privacy="Nothing leaves this machine.",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A file: its place under the folder, when it was last touched (UTC ms), a digest of what the system says of it."""

    path: Path
    name: str
    touched: int
    mark: str

    @property
    def place(self) -> str:
        """Where it stands among the others: by when it was touched, then by its name."""
        return f"{self.touched:015d} {self.name[:100]}"


class OrderFiles(common.ShopConnector):
    """One folder."""

    manifest = MANIFEST

    @property
    def _folder(self) -> Path:
        return Path(str(self.account.settings.get("folder") or "")).expanduser()

    def _said(self, key: str) -> str:
        return str(self.account.settings.get(key) or "")

    async def check(self) -> Checked:
        """Look what lies in the folder, and whether the newest file can be read. Raises ConnectorError."""
        files = await asyncio.to_thread(self._files)
        try:
            mapping.names(self._said("fields"))
            newest = await asyncio.to_thread(self._items, files[-1], files[-1].path.read_bytes()) if files else []
        except ValueError as error:
            raise ConnectorError(str(error)) from error
        except OSError as error:
            raise ConnectorError(f"{files[-1].name} cannot be read: {error.strerror}") from error
        wrong = [each for each in newest if not _decodes(each)]
        warnings = (f"{len(wrong)} of {len(newest)} orders in {files[-1].name} cannot be read",) if wrong else ()
        details = (f"{files[-1].name}: {len(newest)} orders",) if files else ("there are no .csv or .jsonl files yet",)
        return Checked(str(self._folder), details=details, warnings=warnings)

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the orders in files that are new or changed, the file touched first first."""
        files = await asyncio.to_thread(self._files)
        marks, before = _known(cursor)
        known = {one.mark: (marks[one.mark], one.place) for one in files if one.mark in marks}
        contents = set(marks.values())
        fresh = [one for one in files if one.mark not in marks and one.place >= before]
        for number, one in enumerate(fresh, 1):
            data = await asyncio.to_thread(_content, one)
            if data is None:
                continue
            whole = _whole(data, one)
            digest = _digest(one.name, hashlib.sha256(whole).hexdigest())
            items = [] if digest in contents else await asyncio.to_thread(self._items, one, whole)
            for start in range(0, max(0, len(items) - BATCH), BATCH):
                yield Batch(tuple(items[start : start + BATCH]), _cursor(known, before), number, len(fresh))
            if whole == data:
                known[one.mark] = digest, one.place
            last = items[(max(0, len(items) - 1) // BATCH) * BATCH :]
            yield Batch(tuple(last), _cursor(known, before), number, len(fresh))

    def _files(self) -> list[_Found]:
        folder = self._folder
        if not folder.is_dir():
            raise ConnectorError(f"there is no folder {folder}: make it, or give another")
        found = []
        for path in folder.iterdir():
            if path.suffix.lower() in (*_TABLES, *_LINES) and not path.name.startswith(".") and path.is_file():
                at = path.stat()
                touched = max(at.st_mtime_ns, at.st_ctime_ns)
                mark = _digest(path.name, str(at.st_size), str(touched))
                found.append(_Found(path, path.name, touched // 1_000_000, mark))
        return sorted(found, key=lambda one: one.place)

    def _items(self, one: _Found, data: bytes) -> list[Item]:
        """Return the orders in a file; what is no table at all is one item, for the quarantine."""
        head = {"fields": self._said("fields")} if self._said("fields") else {}
        if one.path.suffix.lower() in _LINES:
            documents: Iterator[bytes] = (line for line in data.splitlines() if line.strip())
        else:
            try:
                table = tabular.read(data, self._said("encoding"), self._said("delimiter"))
            except ValueError as error:
                return [Item(_digest(one.name, str(error)), data[:10_000], one.touched, "text/csv", head, one.name)]
            documents = (common.raw({mapping.ROWS: rows}) for rows in _grouped(table, self._said("fields")))
        return [_placed(common.item(OrderFiles.decode, raw, head, one.touched), one) for raw in documents]

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one order. Raises DecodeError."""
        return (mapping.decoded(item),)


def _placed(item: Item, one: _Found) -> Item:
    return Item(item.source_id, item.raw, item.received_at, item.media_type, item.headers, one.name)


def _decodes(item: Item) -> bool:
    try:
        return bool(OrderFiles.decode(item))
    except DecodeError:
        return False


def _grouped(table: tabular.Table, fields: str) -> Iterator[list[Mapping[str, str]]]:
    """Yield the rows of each order: those that follow each other with the same number."""
    named = mapping.names(fields)
    guessed = headings.guess(table.headings, headings.ORDER)
    place = next(
        (table.headings.index(named[one]) for one in ("number", "id") if named.get(one) in table.headings),
        next((guessed[one][0] for one in ("number", "id") if one in guessed), None),
    )
    rows: list[Mapping[str, str]] = []
    last = None
    for _line, cells in table.rows:
        number = cells[place].strip() if place is not None and place < len(cells) else ""
        row = {heading: cell.strip() for heading, cell in zip(table.headings, cells, strict=False) if heading}
        if rows and number and number == last:
            rows.append(row)
            continue
        if rows:
            yield rows
        rows, last = [row], number
    if rows:
        yield rows


def _content(one: _Found) -> bytes | None:
    """Return what a file holds, None where it is gone or far too large."""
    try:
        if one.path.stat().st_size > MOST_BYTES:
            raise ConnectorError(f"{one.name} is larger than {MOST_BYTES // 1_000_000} MB: cut it into several files")
        return one.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConnectorError(f"{one.name} cannot be read: {error.strerror}") from error


def _whole(data: bytes, one: _Found) -> bytes:
    """Return a file without the line that is still being written."""
    if data.endswith(b"\n") or data.startswith((b"\xff\xfe", b"\xfe\xff")) or clock.now() - one.touched > REST:
        return data
    return data[: data.rfind(b"\n") + 1]


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:_DIGITS]


def _known(cursor: Cursor) -> tuple[dict[str, str], str]:
    """Return the files that a cursor knows, content by mark, and the place before which all are known."""
    said, before = cursor.get("files"), cursor.get("before")
    text = said if isinstance(said, str) else ""
    pairs = [text[at : at + 2 * _DIGITS] for at in range(0, len(text), 2 * _DIGITS)]
    return {pair[:_DIGITS]: pair[_DIGITS:] for pair in pairs}, before if isinstance(before, str) else ""


def _cursor(known: Mapping[str, tuple[str, str]], before: str) -> dict[str, Any]:
    """Return what is known: the files touched last one by one, those before them by the place of the first."""
    newest = sorted(known.items(), key=lambda one: one[1][1])[-_MOST_FILES:]
    if len(known) > len(newest):
        before = newest[0][1][1]
    return {"version": 1, "files": "".join(mark + content for mark, (content, _at) in newest), "before": before}
