"""A process that reads the change feed as a console does: python -m tests.crowd.watcher HOME FOLDER.

Each reading is a line of FOLDER/watcher.jsonl: when its look began (monotonic) and what it found was there (UTC ms),
from which position to which it read, and what it found changed. It ends when FOLDER/quiet is there and all was read.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.desk import changes, workspace
from omnidesk.screens.watcher import LOOK_SECONDS
from omnidesk.store.changes import Position


def as_said(position: Position) -> list[Any]:
    """Return a position as its line says it."""
    return [position.below, sorted(position.under_way)]


def main() -> None:
    """Look until it is quiet."""
    home, folder = sys.argv[1], Path(sys.argv[2])
    opened = workspace.open_workspace(home)
    position, seen, ended = changes.position(opened), object(), threading.Event()
    with (folder / "watcher.jsonl").open("w", buffering=1) as log:
        (folder / "watching").touch()
        while True:
            last = (folder / "quiet").exists()
            began, stirred = time.monotonic(), changes.stirred(opened)
            while True:
                touched, after = changes.since(opened, position) if stirred != seen or last else ([], position)
                said = {
                    "from": as_said(position), "to": as_said(after), "touched": touched, "began": began,
                    "at": clock.now(),
                }  # fmt: skip
                log.write(json.dumps(said) + "\n")
                if after == position:
                    seen = stirred
                    break
                position = after
            if last:
                break
            changes.wait(opened, LOOK_SECONDS, ended)
    opened.close()


if __name__ == "__main__":
    main()
