"""Watches the workspace for changes, and keeps the engine's process running, in one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from textual.message import Message

from omnidesk import clock
from omnidesk.desk import changes, channels
from omnidesk.screens.later import get_ready
from omnidesk.screens.messages import DatabaseBack, DatabaseLost, EngineSays, Stirred, Trouble
from omnidesk.screens.session import Session
from omnidesk.text.clean import one_line
from omnidesk.words.errors import DatabaseLostError, OmniDeskError
from omnidesk.words.speech import _

LOOK_SECONDS = 0.1
BACKOFF_MOST = 60.0
STEADY_SECONDS = 30.0
"""A process that ran this long starts the backoff anew."""


class Engine:
    """The engine as a child process: started when there is a channel to run, started again when it dies.

    It is never stopped from here: it finishes what is due and ends by itself when this process has gone.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self.said = ""
        self._started = 0.0
        self._again = 0.0
        self._wait = 1.0

    @property
    def log(self) -> Path:
        """Where the process says what went wrong."""
        return Path(self.home) / "log" / "console-engine.log"

    def tend(self, needed: bool) -> None:
        """Start the process when it is needed and does not run."""
        now = clock.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self._buried(now)
        if self.process is None and needed and now >= self._again:
            self._start(now)

    def _start(self, now: float) -> None:
        command = [sys.executable, "-m", "omnidesk", "--home", self.home, "sync", "--parent", str(os.getpid())]
        try:
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(self.log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as log:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
                )
        except OSError as error:
            self.said = _("the engine cannot start: {why}").format(why=error.strerror)
            self._again = now + BACKOFF_MOST
            return
        self._started, self.said = now, ""

    def _buried(self, now: float) -> None:
        assert self.process is not None
        code = self.process.returncode
        self.process = None
        if now - self._started > STEADY_SECONDS:
            self._wait = 1.0
        self._again = now + self._wait
        why = self._last_words() or _("exit status {code}").format(code=code)
        said = _("the engine stopped ({why}), it starts again in {seconds} s")
        self.said = said.format(why=why, seconds=f"{self._wait:.0f}")
        self._wait = min(BACKOFF_MOST, self._wait * 2)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return one_line(lines[-1], 120) if lines else ""


class Watcher(threading.Thread):
    """Says `Stirred` when anything was committed, and `EngineSays` when the engine's state changed."""

    def __init__(self, session: Session, post: Callable[[Message], object], engine: bool) -> None:
        super().__init__(name="watcher", daemon=True)
        self._session = session
        self._post = post
        self._engine = Engine(session.home) if engine else None
        self._ended = threading.Event()
        self._needed = False
        self._said = ""

    def run(self) -> None:
        """Look until the end."""
        seen: object = None
        failed, lost = "", False
        get_ready()
        while not self._ended.is_set():
            try:
                now = changes.stirred(self._session.workspace)
                if now != seen:
                    self._post(Stirred())  # at the first look too: something may have come since the start
                    seen = now
                    self._needed = any(
                        channel.enabled and channel.kind != "desk"
                        for channel in channels.list_channels(self._session.workspace)
                    )
                if lost:
                    self._post(DatabaseBack())
                failed, lost = "", False
            except DatabaseLostError as error:
                if not lost:
                    lost, seen = True, None
                    self._post(DatabaseLost(clock.now(), str(error)))
            except OmniDeskError as error:
                if str(error) != failed:
                    failed = str(error)
                    self._post(Trouble(failed))
            self._tend()
            changes.wait(self._session.workspace, LOOK_SECONDS, self._ended)

    def _tend(self) -> None:
        if self._engine is None:
            return
        self._engine.tend(self._needed)
        if self._engine.said != self._said:
            self._said = self._engine.said
            self._post(EngineSays(self._said))

    @property
    def engine_pid(self) -> int | None:
        """The engine's process, while it runs."""
        process = self._engine.process if self._engine is not None else None
        return process.pid if process is not None else None

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()
