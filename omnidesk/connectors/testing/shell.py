"""Runs one command of the program after another in one process: starting Python for each takes longer than most tests.

`Shell` is the side that asks, `serve` the other process: a line of standard input is
`{"words": [..], "environment": {..}}`, a line of standard output `{"status", "out", "err"}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


class Shell:
    """A process that runs commands, one at a time; begun with the first one, it ends with ours."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._alone = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> Done:
        """Run a command to its end. One that takes longer than our patience is killed and fails."""
        with self._alone:
            line = self._ask(json.dumps({"words": list(words), "environment": dict(environment)}))
        assert line, f"{words} took longer than {self._patience:.0f} s, or ended the program"
        return Done(**json.loads(line))

    def _ask(self, line: str) -> str:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        child = self._child
        assert child.stdin is not None and child.stdout is not None
        watch = threading.Timer(self._patience, child.kill)
        watch.start()
        try:
            child.stdin.write(f"{line}\n")
            child.stdin.flush()
            return child.stdout.readline()
        finally:
            watch.cancel()


def serve() -> None:
    """Run what is asked for until there is no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main = import_module("omnidesk.__main__").main  # the command line stands above this room
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.clear()
        os.environ.update(asked["environment"])
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        nothing = io.TextIOWrapper(io.BytesIO())
        sys.argv, sys.stdin = ["omnidesk", *asked["words"]], nothing
        status = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as ended:
                status = ended.code if isinstance(ended.code, int) else 1
        said = {"status": status, "out": _text(out), "err": _text(err)}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
