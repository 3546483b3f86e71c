"""Blobs: bytes under the SHA-256 of their content, compressed.

Up to 256 KiB they are rows, of a second database file where the workspace is in SQLite; larger ones are files. In
PostgreSQL all are rows, unless the team shares a folder for the large ones. A blob is committed before the row that
names it; one that no row names is cleaned after a day.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from omnidesk import clock
from omnidesk.store.database import Database
from omnidesk.store.home import Home, make_folder, secure_file
from omnidesk.words.errors import NotFoundError

IN_DATABASE = 256 * 1024
NO_LIMIT = 1 << 62
WORTH_CORES = 256 * 1024
"""Bytes that are compressed on several cores."""
SAMPLE = 8 * 1024
"""Bytes from the middle of a content that tell how it is best compressed."""
UNNAMED_FOR = clock.DAY
_PLAIN, _DEFLATED = b"p", b"d"


class Blobs:
    """The blobs of one workspace, for any number of threads."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.small: SmallBlobs = database.small_blobs()
        self.in_rows = IN_DATABASE if database.dialect == "sqlite" or home.shared_blobs else NO_LIMIT
        """Bytes up to which a blob is a row; larger ones are files."""

    def create(self) -> None:
        """Make room for small blobs, if there is none."""
        self.small.create()

    def in_haste(self) -> AbstractContextManager[None]:
        """Within the block what this thread stores does not wait for the disk."""
        return self.small.in_haste()

    def put(self, data: bytes) -> str:
        """Store bytes durably; return their SHA-256 in hex."""
        return self.put_all([data])[0]

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Store several contents in one durable step; return their SHA-256 in hex, in order."""
        names = [hashlib.sha256(data).hexdigest() for data in contents]
        rows: dict[str, tuple[str, int, bytes]] = {}
        for name, data, packed in zip(names, contents, _pack_all(contents), strict=True):
            if len(data) > self.in_rows:
                self._write_file(name, packed)
            else:
                rows[name] = (name, clock.now(), packed)
        if rows:
            self.small.put([rows[name] for name in sorted(rows)])
        return names

    def get(self, name: str) -> bytes:
        """Return the bytes of a blob. Raises NotFoundError."""
        packed = self.small.get(name)
        if packed is not None:
            return _unpack(packed)
        try:
            return _unpack(self._file(name).read_bytes())
        except FileNotFoundError:
            raise NotFoundError(
                f"the content {name[:12]} is gone from this workspace: restore it from a backup"
            ) from None

    def remove(self, names: Iterable[str], before: int) -> None:
        """Remove those of these blobs that were not stored again since `before` (UTC ms)."""
        gone = list(names)
        self.small.remove(gone, before)
        for name in gone:
            path = self._file(name)
            if path.exists() and path.stat().st_mtime * 1000 < before:
                path.unlink()

    def stored_between(self, since: int, until: int) -> Iterable[str]:
        """Return the names of blobs stored between two times (UTC ms)."""
        yield from self.small.stored_between(since, until)
        for path in self.home.blob_folder.glob("??/*"):
            if since <= path.stat().st_mtime * 1000 < until:
                yield path.parent.name + path.name

    def names(self) -> list[str]:
        """Return the names of all blobs, in order."""
        return sorted({*self.stored_between(0, NO_LIMIT)})

    def packed(self, name: str) -> bytes:
        """Return a blob as it is stored. Raises FileNotFoundError."""
        found = self.small.get(name)
        return self._file(name).read_bytes() if found is None else found

    def put_packed(self, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Store blobs that another workspace packed, durably in one step."""
        for name, packed in blobs:
            if len(packed) > self.in_rows:
                self._write_file(name, packed)
        self.small.put([(name, clock.now(), packed) for name, packed in blobs if len(packed) <= self.in_rows])

    def close(self) -> None:
        """Close every thread's connection, as `Database.close` does."""
        self.small.close()

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


class SmallBlobs(Protocol):
    """Where blobs lie that are rows: packed bytes under their names."""

    def create(self) -> None:
        """Make the table, if it is not there."""

    def put(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Store (name, UTC ms, packed bytes) durably in one step; what is there is stored again."""

    def get(self, name: str) -> bytes | None:
        """Return packed bytes."""

    def remove(self, names: Sequence[str], before: int) -> None:
        """Remove those that were not stored again since `before` (UTC ms)."""

    def stored_between(self, since: int, until: int) -> list[str]:
        """Return the names of those stored between two times (UTC ms)."""

    def in_haste(self) -> AbstractContextManager[None]:
        """Within the block what this thread stores does not wait for the disk."""

    def close(self) -> None:
        """Close every connection."""


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
