"""Decoding: what a raw item says, worked out without the workspace and therefore on a core of its own where much comes.

`Decoder` runs this module as a child process (`python -m omnidesk.desk.decoding`) that ends with its standard input;
it costs some 40 MB while it lives. Where it cannot be had, or dies, the work is done here.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import BinaryIO, cast

from omnidesk.connectors import registry
from omnidesk.connectors.base import DecodeError, Item
from omnidesk.desk import contents
from omnidesk.desk.contents import Kept

Outcome = tuple[Kept, ...] | str
"""The messages of a raw item, or in words why it cannot be decoded."""
FEW = 10
"""Items that are decoded sooner here than by asking another process."""
MOST_DEATHS = 3
"""After so many no other child is begun: beginning one takes longer than decoding a batch."""
log = logging.getLogger(__name__)


def decode(kind: str, item: Item) -> Outcome:
    """Return what an item of a kind of channel says. Never raises: a poison item must not stop its channel."""
    try:
        found: list[Kept] = []
        files = 0
        for message in registry.connector(kind).decode(item):
            found.append(contents.keep(message, files))
            files += len(message.files)
        return tuple(found)
    except DecodeError as error:
        return f"cannot be decoded: {error}"
    except Exception as error:  # noqa: BLE001  the cause is kept with the item
        return f"decoding failed: {type(error).__name__}: {error}"


class Decoder:
    """Decodes many items beside the work of this process, for any number of threads.

    `with decoder:` says that much is coming; the child process lives while anybody says so.
    """

    def __init__(self) -> None:
        self._users = 0
        self._deaths = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._counting = threading.Lock()
        self._asking = threading.Lock()

    def __enter__(self) -> Decoder:
        with self._counting:
            self._users += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._counting:
            self._users -= 1
            child, self._child = self._child, None if self._users == 0 else self._child
        if self._child is None and child is not None:
            _end(child)

    def decode(self, kind: str, items: Sequence[Item]) -> list[Outcome]:
        """Return what each item says, in order."""
        if len(items) > FEW and self._users and (os.cpu_count() or 1) > 1:
            with self._asking:
                found = self._ask(kind, items)
            if found is not None:
                return found
        return [decode(kind, item) for item in items]

    def _ask(self, kind: str, items: Sequence[Item]) -> list[Outcome] | None:
        """Have the child decode; None where there is no child, or it died of it."""
        child = self._running()
        if child is None:
            return None
        try:
            pickle.dump((kind, items), cast(BinaryIO, child.stdin), pickle.HIGHEST_PROTOCOL)
            cast(BinaryIO, child.stdin).flush()
            return cast(list[Outcome], pickle.load(cast(BinaryIO, child.stdout)))
        except Exception:
            log.warning("the process that decodes died; its batch is decoded here", exc_info=True)
            with self._counting:
                self._deaths += 1
                if self._child is child:
                    self._child = None
            _end(child)
            return None

    def _running(self) -> subprocess.Popen[bytes] | None:
        """Return the child, begun where there is none."""
        with self._counting:
            if self._child is None and self._users and self._deaths < MOST_DEATHS:
                try:
                    self._child = _begin()
                except OSError:
                    return None
            return self._child


def _begin() -> subprocess.Popen[bytes]:
    """Start a child apart from the terminal: ctrl+c there is its parent's affair."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "omnidesk.desk.decoding"],  # no module from the folder we happen to stand in
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Decode what is asked until there is no more."""
    while True:
        try:
            kind, items = pickle.load(asked)
        except EOFError:
            return
        pickle.dump([decode(kind, item) for item in items], answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a connector may print is no answer
    serve(sys.stdin.buffer, replies)
