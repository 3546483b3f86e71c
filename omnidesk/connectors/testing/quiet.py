"""Tests of what nobody should notice: secrets that leave no trace, and a channel at rest that costs nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from omnidesk.connectors.testing.base import Base, needs
from omnidesk.connectors.testing.declared import fetches
from omnidesk.connectors.testing.harness import Harness, Said
from omnidesk.connectors.testing.program import Program, engine, wait_for

_SHORTEST = 8
"""A secret below this length may stand in a file by chance."""
_WATCHED = 3.0
"""Seconds of rest over which processor time is counted."""
_BUSY = 0.25
"""Share of a processor that nothing at rest takes; a loop that never waits takes all of one."""


class Quiet(Base):
    """A channel that works without being noticed."""

    @needs("secrets")
    def test_40_no_secret_is_written_anywhere(self, harness: Harness, program: Program) -> None:
        """Not into the log, the database or any other file, nor what commands print; also when the login is refused."""
        assert all(len(secret) >= _SHORTEST for secret in harness.secrets.values()), "give longer secrets"
        self.arrive(harness, program, Said("a secret is kept"))
        kept = dict(program.environment)
        for name, secret in harness.secrets.items():
            program.environment[f"OMNIDESK_SECRET_UNDER_TEST_{name.upper()}"] = f"{secret}-wrong"
        program.sync()
        program.run("channel", "test", "under-test", expect=(0, 1, 5))
        program.environment = kept
        program.run("channel", "test", "under-test", expect=(0, 1, 5))
        for secret in harness.secrets.values():
            assert not any(secret in words for words in program.said)
            assert not [path for path in _files(program.home) if secret.encode() in path.read_bytes()]

    @needs("fetching")
    def test_41_an_idle_channel_uses_no_processor_time(self, harness: Harness, program: Program) -> None:
        """Nothing happens at the source, and the engine rests."""
        if not Path("/proc/self/stat").exists():
            pytest.skip("this system does not tell what a process uses")
        harness.inject(Said("the last for today"))
        program.set(poll_seconds=5, tick_seconds=0.4)
        with engine(program) as process:
            wait_for(lambda: "the last for today" in program.texts(), "the message")
            wait_for(lambda: program.channel()["health"] == "ok", "the channel to be well")
            begun, used = time.monotonic(), _used(process.pid)
            wait_for(lambda: time.monotonic() - begun > _WATCHED, "rest")
            share = (_used(process.pid) - used) / (time.monotonic() - begun)
        assert share < _BUSY, f"{share:.0%} of a processor while nothing happens"

    def test_42_the_live_test_finds_the_account(self, harness: Harness, program: Program) -> None:
        """`channel test` logs in and changes nothing: what waits at the source is still there afterwards."""
        if fetches(self.manifest(harness)):
            harness.inject(Said("still there"))
        assert program.ask("channel", "test", "under-test")["found"]["account"]
        if fetches(self.manifest(harness)):
            program.sync_well()
            assert program.texts() == ["still there"]


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def _used(pid: int) -> float:
    """Return the seconds of processor time that a process has used (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
