"""Runs whatever touches the disk off the event loop; what comes of it is posted as a message.

Reads of one group never pile up: while one runs, only the newest that was asked for waits. Writes run one after
another in the order they were asked for, so that an undo comes after the act that it undoes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from textual.message import Message

from omnidesk import clock
from omnidesk.screens.messages import DatabaseLost, Trouble
from omnidesk.words.errors import DatabaseLostError, OmniDeskError
from omnidesk.words.speech import _

Work = Callable[[], Message | None]


class Backstage:
    """Threads that read and write for a screen. `post` must be safe to call from any thread."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._readers = ThreadPoolExecutor(2, "reads")
        self._writer = ThreadPoolExecutor(1, "writes")
        self._lock = threading.Lock()
        self._next: dict[str, Work | None] = {}
        self._closed = False

    def read(self, group: str, work: Work) -> None:
        """Run `work` soon; a newer read of the same group replaces one that has not begun."""
        with self._lock:
            if self._closed:
                return
            if group in self._next:
                self._next[group] = work
                return
            self._next[group] = None
        self._readers.submit(self._read, group, work)

    def _read(self, group: str, work: Work) -> None:
        following: Work | None = work
        while following is not None:
            self._attempt(following)
            with self._lock:
                following = self._next[group]
                if following is None:
                    del self._next[group]
                else:
                    self._next[group] = None

    def write(self, work: Work) -> Future[None] | None:
        """Run `work` after all writes asked for before."""
        with self._lock:
            return None if self._closed else self._writer.submit(self._attempt, work)

    def _attempt(self, work: Work) -> None:
        try:
            message = work()
        except DatabaseLostError as error:
            message = DatabaseLost(clock.now(), str(error))
        except OmniDeskError as error:
            message = Trouble(str(error))
        except Exception as error:  # noqa: BLE001  a screen must outlive a mistake in what it called
            message = Trouble(_("that did not work: {error}").format(error=repr(error)))
        if message is not None and not self._closed:
            self._post(message)

    @property
    def closed(self) -> bool:
        """Whether the screen is left, so that long work should end."""
        return self._closed

    def close(self) -> None:
        """Let the writes finish, then end the threads."""
        with self._lock:
            self._closed = True
            self._next = dict.fromkeys(self._next)
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=False, cancel_futures=True)
