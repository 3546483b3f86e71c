"""The database: durable settings, whole transactions, errors in words."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from omnidesk.store import sqlite
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.errors import DiskFullError, ReadOnlyError, TryLaterError, WorkspaceError
from tests.filling import Desk, mail

pytestmark = pytest.mark.sqlite


def put(key: str, value: str = "1") -> tuple[str, tuple[str, str]]:
    return "INSERT INTO setting (key, value_json) VALUES (?, ?)", (key, value)


def stored(desk: Desk) -> int:
    return int(desk.value("SELECT count(*) FROM setting WHERE key = 'a'"))


def test_every_connection_writes_ahead_and_syncs_fully(desk: Desk) -> None:
    def pragmas(connection: Connection) -> tuple[str, int]:
        return connection.value("PRAGMA journal_mode"), connection.value("PRAGMA synchronous")

    full = ("wal", 2)
    assert pragmas(desk.workspace.database.reader) == full
    assert desk.workspace.database.write(pragmas) == full
    assert pragmas(desk.workspace.blobs.small.connection) == full


def test_a_write_is_whole_or_not_at_all(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        tx.execute(*put("a"))
        raise KeyError("b")

    with pytest.raises(KeyError):
        desk.workspace.database.write(work)
    assert stored(desk) == 0
    desk.workspace.database.write(lambda tx: tx.execute(*put("a")))
    assert stored(desk) == 1


def test_a_reader_cannot_write(desk: Desk) -> None:
    with pytest.raises(sqlite3.OperationalError):
        desk.workspace.database.reader.execute(*put("a"))


def test_readers_do_not_wait_for_the_writer(desk: Desk) -> None:
    inside, done = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        tx.execute(*put("a"))
        inside.set()
        assert done.wait(30)

    writer = threading.Thread(target=desk.workspace.database.write, args=(work,))
    writer.start()
    assert inside.wait(30)
    assert stored(desk) == 0
    done.set()
    writer.join()
    assert stored(desk) == 1


def test_a_collision_of_ids_runs_the_transaction_again(desk: Desk) -> None:
    ids = iter([7, 7, 8])

    def work(tx: Transaction) -> int:
        number = next(ids)
        tx.insert("team", id=number, name=f"team {number}", created_at=0)
        return number

    assert desk.workspace.database.write(work) == 7
    assert desk.workspace.database.write(work) == 8


def test_a_full_disk_is_told_and_nothing_is_written(desk: Desk) -> None:
    desk.receives(mail("1"))
    pages = desk.value("PRAGMA page_count")
    desk.workspace.database.write(lambda tx: tx.execute(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(DiskFullError, match="make room and try again"):
        desk.receives(mail("2", "long " * 30_000))
    assert (desk.count("message"), desk.count("receipt")) == (1, 1) or desk.count("raw_item", "state = 'admitted'") == 1
    desk.workspace.database.write(lambda tx: tx.execute("PRAGMA max_page_count = 1000000"))
    assert desk.receives(mail("2", "long " * 30_000)) == [2]


def test_a_database_locked_too_long_asks_to_try_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(desk.workspace.home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.workspace.database.close()
    with pytest.raises(TryLaterError, match="locked by another program"):
        desk.workspace.database.write(lambda tx: tx.execute(*put("a")))
    other.execute("ROLLBACK")
    other.close()
    desk.workspace.database.write(lambda tx: tx.execute(*put("a")))


def test_a_database_that_vanished_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.workspace.close()
    for path in desk.workspace.home.path.glob("omnidesk.db*"):
        path.rename(tmp_path / path.name)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        desk.workspace.database.write(lambda tx: tx.execute(*put("a")))


def test_a_database_that_may_not_be_written_is_told(desk: Desk) -> None:
    with pytest.raises(ReadOnlyError, match="who owns it"), sqlite.plain_words(desk.workspace.home.database):
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorname = "SQLITE_READONLY"
        raise error


def test_a_damaged_database_is_told(desk: Desk) -> None:
    desk.receives(*(mail(str(number), "word " * 500) for number in range(20)))
    desk.workspace.close()
    path = desk.workspace.home.database
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xaa" * (len(content) - 4096 * 3)
    path.write_bytes(content)
    for left in path.parent.glob("omnidesk.db-*"):
        left.unlink()
    with pytest.raises(WorkspaceError, match="damaged"), sqlite.plain_words(path):
        desk.workspace.database.reader.all("SELECT * FROM message ORDER BY text")


def test_a_thread_that_ends_closes_its_connections(desk: Desk) -> None:
    store, blobs = desk.workspace.database, desk.workspace.blobs

    def use() -> None:
        store.reader.value("SELECT 1")
        store.write(lambda tx: tx.value("SELECT 1"))
        blobs.put(b"some bytes")

    def files_open_after_twenty_threads() -> int:
        for _ in range(20):
            thread = threading.Thread(target=use)
            thread.start()
            thread.join()
        return sum(Path(f).exists() and Path(f).samefile(store.path) for f in Path("/proc/self/fd").iterdir())

    assert files_open_after_twenty_threads() == files_open_after_twenty_threads()


READ_WHILE_CLOSING = """
import sys, threading, time
from pathlib import Path
from omnidesk.store.sqlite import SqliteDatabase
from omnidesk.store.home import Home

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i FROM n"
database = SqliteDatabase(Home(Path(sys.argv[1])))

def read():
    for _ in range(60):
        assert len(database.reader.all(COUNT)) == 3000

readers = [threading.Thread(target=read) for _ in range(3)]
for reader in readers:
    reader.start()
while any(reader.is_alive() for reader in readers):
    database.close()
    time.sleep(0.001)
"""


def test_closing_waits_for_what_other_threads_read(desk: Desk) -> None:
    command = [sys.executable, "-c", READ_WHILE_CLOSING, str(desk.workspace.home.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stderr == ""
