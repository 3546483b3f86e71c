"""Moving a workspace from its SQLite file to PostgreSQL: carried whole, compared, and only then used.

Run again after it was cut off, it goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk import clock
from omnidesk.desk import indexing
from omnidesk.store import home as homes
from omnidesk.store import migrate, names, search
from omnidesk.store.blobs import Blobs
from omnidesk.store.database import Connection
from omnidesk.store.home import Home, secure_file
from omnidesk.store.workspace import Workspace, fingerprint
from omnidesk.text.fold import fold
from omnidesk.words.errors import NoWorkspaceError, RefusedError, TryLaterError, WorkspaceError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    pass

Progress = Callable[[str, int, int], None]
"""Is told a table's name, how many of its rows are done, and how many there are."""

PATIENCE = 30
"""Seconds that an engine has to end."""
INDEXED_AT_A_TIME = 2_000
BYTES_AT_A_TIME = 8_000_000


@dataclass(frozen=True, slots=True)
class Carried:
    """What was moved where, and counted and compared there; `kept` is the old file, which nothing uses any more."""

    database: str
    rows: int
    messages: int
    blobs: int
    kept: Path


def move(home: str | Path | None, url: str, told: Progress) -> Carried:
    """Move a workspace to PostgreSQL; `told` hears of each table, how many rows are done and how many there are.

    The database must be empty, or hold what an earlier run of this move brought. Raises RefusedError where it holds
    another workspace, TryLaterError while a program works on the workspace, WorkspaceError where what arrived differs.
    """
    here = homes.locate(home)
    if here.url is not None:
        raise RefusedError(_("the workspace {path} lives in PostgreSQL already").format(path=here.path))
    source_home, target_home = replace(here, instead=""), replace(here, instead=url)
    if target_home.url is None:
        raise WorkspaceError(_("{url} is no address of a database: give postgresql://USER@HOST/NAME").format(url=url))
    source, target = Workspace(source_home), Workspace(target_home)
    try:
        _must_be_alone(source, told)
        with migrate.only_writer(source.database):
            _prepare(source, target)
            return _carry(source, target, url, told)
    finally:
        source.close()
        target.close()


def _must_be_alone(source: Workspace, told: Progress) -> None:
    """Wait for the engine of a console that has just been left; refuse while one goes on working."""
    if source.schema_state() != "same":
        raise RefusedError(_("bring the workspace to this program's schema first: `omnidesk upgrade`"))
    asked = "SELECT owner FROM lease WHERE expires_at > ?"
    for second in range(PATIENCE):
        if source.database.reader.value(asked, (clock.now(),)) is None:
            return
        told(_("waiting"), second, PATIENCE)
        time.sleep(1)
    busy = source.database.reader.value(asked, (clock.now(),))
    if busy is not None:
        raise TryLaterError(
            _("{owner} is at work on this workspace: close its consoles and engines, then try again").format(owner=busy)
        )


def _prepare(source: Workspace, target: Workspace) -> None:
    """Make the tables of an empty target. Raises RefusedError where there is another workspace in it."""
    try:
        state = target.schema_state()
    except NoWorkspaceError:
        migrate.create(target)
        return
    marks = target.database.marks() or {}
    ours = marks.get("keys") == fingerprint(source.key) and "moving" in marks
    empty = not target.database.reader.value("SELECT 1 FROM channel LIMIT 1")
    if state != "same" or not (ours or empty):
        raise RefusedError(
            _("{name} holds a workspace already: give an empty database").format(name=target.database.name)
        )


def _carry(source: Workspace, target: Workspace, url: str, told: Progress) -> Carried:
    from omnidesk.store.carrying import Carrier

    carrier = Carrier(source.home, url)
    try:
        state = carrier.begin(carrier.position())
        for table in carrier.tables:
            carrier.carry(table, state, told)
        blobs = _carry_blobs(source.blobs, target.blobs, told)
        _index(target, state, told)
        _index_customers(target, state, told)
        wrong = [words for table in carrier.tables if (words := carrier.differs(table, told))]
        wrong += _differing_blobs(target.blobs, blobs, told)
        if wrong:
            raise WorkspaceError(
                _("what arrived in {name} is not what was sent: {what}; nothing was switched over").format(
                    name=target.database.name, what="; ".join(wrong)
                )
            )
        rows = sum(carrier.count(table) for table in carrier.tables)
        messages = int(target.database.reader.value("SELECT count(*) FROM message"))
        carrier.forget()
    finally:
        carrier.close()
    return Carried(target.database.name, rows, messages, len(blobs), _switch(source.home, url))


def _carry_blobs(source: Blobs, target: Blobs, told: Progress) -> list[str]:
    """Bring what is missing of the blobs, as they are packed; return the names of all."""
    every = source.names()
    there = set(target.names())
    total, done = len(every), 0
    told("blob", len(there), total)
    for some in _by_bytes(source, [name for name in every if name not in there]):
        target.put_packed(some)
        done += len(some)
        told("blob", len(there) + done, total)
    return every


def _by_bytes(source: Blobs, wanted: Sequence[str]) -> Iterator[list[tuple[str, bytes]]]:
    some: list[tuple[str, bytes]] = []
    size = 0
    for name in wanted:
        packed = source.packed(name)
        some.append((name, packed))
        size += len(packed)
        if size > BYTES_AT_A_TIME:
            yield some
            some, size = [], 0
    if some:
        yield some


def _differing_blobs(target: Blobs, every: Sequence[str], told: Progress) -> list[str]:
    wrong = []
    for place, name in enumerate(every, 1):
        if hashlib.sha256(target.get(name)).hexdigest() != name:
            wrong.append(_("the blob {name} differs").format(name=name[:12]))
        if place % 1_000 == 0 or place == len(every):
            told("blob", place, len(every))
    return wrong


def _index(target: Workspace, state: dict[str, Any], told: Progress) -> None:
    """Make every message findable: the words of the old index cannot be read out of it."""
    reader = target.database.reader
    total = int(reader.value("SELECT count(*) FROM message"))
    done, last = state.get("indexed", [0, 0])
    while rows := reader.all("SELECT * FROM message WHERE id > ? ORDER BY id LIMIT ?", (last, INDEXED_AT_A_TIME)):
        entries = list(_entries(reader, rows))
        done, last = done + len(rows), rows[-1]["id"]
        state["indexed"] = [done, last]

        def work(tx: Connection, entries: list[tuple[int, str, str]] = entries) -> None:
            search.add_all(tx, entries)
            _keep(tx, state)

        target.database.write(work)
        told("search", done, total)


def _index_customers(target: Workspace, state: dict[str, Any], told: Progress) -> None:
    """Make every customer findable."""
    total = int(target.database.reader.value("SELECT count(*) FROM customer"))
    done, last = state.get("named", [0, 0])

    def work(tx: Connection) -> list[int]:
        found = names.fill(tx, last, fold)
        _keep(tx, state | {"named": [done + len(found), found[-1] if found else last]})
        return found

    while found := target.database.write(work):
        done, last = done + len(found), found[-1]
        state["named"] = [done, last]
        told("search_names", done, total)


def _keep(tx: Connection, state: dict[str, Any]) -> None:
    tx.execute("UPDATE mark SET value = ? WHERE key = 'moving'", (json.dumps(state),))


def _entries(reader: Connection, rows: Sequence[Any]) -> Iterator[tuple[int, str, str]]:
    files: dict[int, list[str]] = defaultdict(list)
    for file in reader.all(
        f"SELECT message_id, name FROM attachment WHERE message_id IN ({', '.join(str(row['id']) for row in rows)}) "
        "ORDER BY message_id, position"
    ):
        files[file[0]].append(file[1])
    for row in rows:
        said = json.loads(row["recipients_json"])
        entry = indexing.entry(
            row["subject"], row["text"], said, files[row["id"]], row["from_name"], row["from_address"]
        )
        yield row["search_id"], *entry


def _switch(home: Home, url: str) -> Path:
    """Let the folder's workspace be the one in PostgreSQL from now on, and put the old file aside."""
    old = home.database
    kept = old.with_name(f"{old.stem}-before-move{old.suffix}")
    config = home.path / "config.toml"
    fresh = home.path / "config.toml.new"
    fresh.unlink(missing_ok=True)
    secure_file(home, fresh)
    blobs = home.shared_blobs
    lines = [f"database = {json.dumps(url)}"] + ([f"blobs = {json.dumps(str(blobs))}"] if blobs else [])
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(config)
    for suffix in ("", "-wal", "-shm"):
        path = old.with_name(old.name + suffix)
        if path.exists():
            path.rename(kept.with_name(kept.name + suffix))
    return kept
