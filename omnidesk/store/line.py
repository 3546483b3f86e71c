"""The line of those who want to write to a SQLite file: whoever came first goes first.

SQLite itself lets a writer that finds the file locked sleep and try again, ever more seldom, so that whoever came last
is mostly first: with twenty processes at work one in a hundred waited three seconds and more where now it is half a
second. The line is a lock on a file beside the database, which the system hands on in order and takes back from a
process that dies. It only keeps order: where there can be no line, and towards programs that do not stand in it,
SQLite's own lock decides.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omnidesk.store.home import Home, secure_file
from omnidesk.words.errors import TryLaterError


class Line:
    """The line before one file, for one process of which one thread at a time stands in it."""

    def __init__(self, home: Home, database: Path) -> None:
        self.home = home
        self.database = database
        self.path = database.with_name(f"{database.name}-line")

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Run the block when it is our turn. Raises TryLaterError when that did not come in so many seconds."""
        handle = self._join(seconds)
        try:
            yield
        finally:
            if handle is not None:
                fcntl.flock(handle, fcntl.LOCK_UN)  # closing alone would not do where a child was forked meanwhile
                os.close(handle)

    def _join(self, seconds: float) -> int | None:
        """Return the open file that holds our turn, or None where there can be no line."""
        try:
            handle = self._open()
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not _Waiting(handle).until(seconds):
                raise TryLaterError(
                    f"{self.database} was being written by others for {seconds:.0f} s; try again"
                ) from None
        except OSError:
            os.close(handle)
            return None
        return handle

    def _open(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR)
        except FileNotFoundError:
            secure_file(self.home, self.path)
            return os.open(self.path, os.O_RDWR)


class _Waiting:
    """Stands in line in a thread of its own, because the system knows no end to that waiting."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._left = False
        threading.Thread(target=self._stand, name="line", daemon=True).start()

    def until(self, seconds: float) -> bool:
        """Wait; False when it took longer: the file is closed then, at the latest when our turn would have come."""
        came = False
        try:
            came = self._arrived.wait(seconds)
        finally:
            if not came:
                with self._lock:
                    self._left = True
                    if self._arrived.is_set():
                        os.close(self._handle)
        return came

    def _stand(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        with self._lock:
            if self._left:
                os.close(self._handle)
            else:
                self._arrived.set()
