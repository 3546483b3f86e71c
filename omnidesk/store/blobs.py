"""Blobs: bytes under the SHA-256 of their content, compressed.

Up to 256 KiB they lie in a second database file, larger ones are files. A blob is committed before the row that
names it; one that no row names is cleaned after a day.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from omnidesk import clock
from omnidesk.store.database import Held, hasty, plain_words
from omnidesk.store.home import Home, make_folder, secure_file
from omnidesk.words.errors import NotFoundError

IN_DATABASE = 256 * 1024
WORTH_CORES = 256 * 1024
"""Bytes that are compressed on several cores."""
SAMPLE = 8 * 1024
"""Bytes from the middle of a content that tell how it is best compressed."""
UNNAMED_FOR = clock.DAY
_PLAIN, _DEFLATED = b"p", b"d"


class Blobs:
    """The blobs of one workspace, for any number of threads."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.path = home.blob_database
        self._local = threading.local()

    def create(self) -> None:
        """Create the file and its table, if they are not there."""
        secure_file(self.home, self.path)
        with plain_words(self.path):
            # With row ids: what comes is appended, and only the small index of names is written all over the place.
            self._connection.execute("CREATE TABLE IF NOT EXISTS blob (sha256 TEXT PRIMARY KEY, at INTEGER, data BLOB)")

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """Within the block what this thread stores does not wait for the disk."""
        with hasty(self._connection):
            yield

    def put(self, data: bytes) -> str:
        """Store bytes durably; return their SHA-256 in hex."""
        return self.put_all([data])[0]

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Store several contents in one durable step; return their SHA-256 in hex, in order."""
        names = [hashlib.sha256(data).hexdigest() for data in contents]
        rows: list[tuple[str, int, bytes]] = []
        for name, data, packed in zip(names, contents, _pack_all(contents), strict=True):
            if len(data) > IN_DATABASE:
                self._write_file(name, packed)
            else:
                rows.append((name, clock.now(), packed))
        if rows:
            with plain_words(self.path):
                connection = self._connection
                connection.execute("BEGIN IMMEDIATE")
                try:
                    connection.execute_many(
                        "INSERT INTO blob VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET at = excluded.at", rows
                    )
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.raw.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
        return names

    def get(self, name: str) -> bytes:
        """Return the bytes of a blob. Raises NotFoundError."""
        with plain_words(self.path):
            row = self._connection.one("SELECT data FROM blob WHERE sha256 = ?", (name,))
        if row is not None:
            return _unpack(row[0])
        try:
            return _unpack(self._file(name).read_bytes())
        except FileNotFoundError:
            raise NotFoundError(
                f"the content {name[:12]} is gone from this workspace: restore it from a backup"
            ) from None

    def remove(self, names: Iterable[str], before: int) -> None:
        """Remove those of these blobs that were not stored again since `before` (UTC ms)."""
        gone = list(names)
        with plain_words(self.path):
            self._connection.execute_many(
                "DELETE FROM blob WHERE sha256 = ? AND at < ?", [(name, before) for name in gone]
            )
        for name in gone:
            path = self._file(name)
            if path.exists() and path.stat().st_mtime * 1000 < before:
                path.unlink()

    def stored_between(self, since: int, until: int) -> Iterable[str]:
        """Return the names of blobs stored between two times (UTC ms)."""
        with plain_words(self.path):
            rows = self._connection.all("SELECT sha256 FROM blob WHERE at >= ? AND at < ?", (since, until))
        yield from (row[0] for row in rows)
        for path in self.home.blob_folder.glob("??/*"):
            if since <= path.stat().st_mtime * 1000 < until:
                yield path.parent.name + path.name

    def close(self) -> None:
        """Close every thread's connection, as `Database.close` does."""
        self._local = threading.local()

    @property
    def _connection(self) -> Held:
        found: Held | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = Held(self.path)
        return found

    def _file(self, name: str) -> Path:
        return self.home.blob_folder / name[:2] / name[2:]

    def _write_file(self, name: str, packed: bytes) -> None:
        path = self._file(name)
        if path.exists():
            path.touch()
            return
        make_folder(self.home, path.parent)
        part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
        secure_file(self.home, part)
        with part.open("wb") as handle:
            handle.write(packed)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _pack_all(contents: Sequence[bytes]) -> list[bytes]:
    """Compress contents, on every core where they are many: zlib needs no interpreter."""
    count = min(4, os.cpu_count() or 1)
    if sum(map(len, contents)) < WORTH_CORES or count == 1:
        return [_pack(data) for data in contents]
    packed: list[bytes] = [b""] * len(contents)
    with ThreadPoolExecutor(count) as cores:  # a share for each, not a task for each content: handing over costs more
        for core, share in enumerate(cores.map(_pack_some, [contents[core::count] for core in range(count)])):
            packed[core::count] = share
    return packed


def _pack_some(contents: Sequence[bytes]) -> list[bytes]:
    return [_pack(data) for data in contents]


def _pack(data: bytes) -> bytes:
    packed = _deflated(data, _strategy(data))
    return _DEFLATED + packed if len(packed) < len(data) else _PLAIN + data


def _strategy(data: bytes) -> int:
    """Return how to compress. In base64, which most large mails are, nothing repeats: to look for repetitions takes
    five times as long there as to write its 64 letters in six bits each, and saves nothing."""
    if len(data) < 2 * SAMPLE:
        return zlib.Z_DEFAULT_STRATEGY
    sample = data[(len(data) - SAMPLE) // 2 :][:SAMPLE]
    found, spelled = (len(_deflated(sample, how)) for how in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY))
    return zlib.Z_DEFAULT_STRATEGY if found < 0.9 * spelled else zlib.Z_HUFFMAN_ONLY


def _deflated(data: bytes, strategy: int) -> bytes:
    packing = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy)
    return packing.compress(data) + packing.flush()


def _unpack(data: bytes) -> bytes:
    return zlib.decompress(data[1:]) if data[:1] == _DEFLATED else data[1:]
