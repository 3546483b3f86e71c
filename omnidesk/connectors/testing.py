"""The conformance suite: what every connector must pass, ours and third-party ones alike.

A plugin supplies a `Harness` that can play the provider's side, and a class with one fixture:

    class TestMine(Conformance):
        @pytest.fixture
        def harness(self, tmp_path):
            with MyHarness(tmp_path) as harness:
                yield harness

The suite calls the connector directly where one connector is in question, and drives the whole program through its
command line where intake, leases and crashes are, so it needs nothing but what a plugin's author has installed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from omnidesk.connectors import registry
from omnidesk.connectors.base import API, Account, Batch, Connector, Cursor
from omnidesk.connectors.manifest import Manifest

QUICK = {
    "lease_seconds": 2,
    "tick_seconds": 0.1,
    "poll_seconds": 0.2,
    "backoff_seconds": 0.2,
    "timeout_seconds": 2,
    "undo_seconds": 0,
}
"""Settings that make the program hurry."""

PATIENCE = 60.0
"""Seconds that the suite waits for a condition before it gives up."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message a customer sends: the text is unique, `files` maps names to contents."""

    text: str
    subject: str = "A question"
    sender: str = "anna@customer.example"
    files: Mapping[str, bytes] = field(default_factory=dict)


class Harness(ABC):
    """The provider's side of one channel: a real server where there is one, else a faithful fake."""

    kind: str
    address: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    not_applicable: ClassVar[Mapping[str, str]] = {}
    """Tests that this provider has no way to meet, each with the reason: retry_after, outage, freeze, lost_position."""

    @abstractmethod
    def inject(self, *messages: Said) -> None:
        """Let customers send these messages, in this order."""

    @abstractmethod
    def inject_raw(self, raw: bytes) -> None:
        """Put bytes at the source that are no proper message."""

    def lose_position(self) -> None:
        """Make every cursor invalid without losing a message (UIDVALIDITY, a new epoch)."""
        raise NotImplementedError(f"{type(self).__name__} must implement lose_position or name it as not applicable")

    def busy(self, seconds: int) -> AbstractContextManager[Callable[[], int]]:
        """Answer «come back after `seconds`» within the block; gives a function that counts requests."""
        raise NotImplementedError(f"{type(self).__name__} must implement busy or name retry_after as not applicable")

    def outage(self) -> AbstractContextManager[Callable[[], int]]:
        """Fail every request within the block; gives a function that counts them."""
        raise NotImplementedError(f"{type(self).__name__} must implement outage or name it as not applicable")

    def freeze(self) -> AbstractContextManager[None]:
        """Stop answering without closing connections within the block (SIGSTOP)."""
        raise NotImplementedError(f"{type(self).__name__} must implement freeze or name it as not applicable")


class Program:
    """The whole program on a workspace of its own, driven through its command line."""

    def __init__(self, home: Path, harness: Harness) -> None:
        self.home = home
        self.environment = os.environ | {
            f"OMNIDESK_SECRET_UNDER_TEST_{name.upper()}": value for name, value in harness.secrets.items()
        }
        self.run("init", "--agent-name", "Conformance")
        settings = [word for name, value in harness.settings.items() for word in ("--set", f"{name}={value}")]
        self.run(
            "channel", "add", harness.kind, "--name", "under-test", "--address", harness.address, *settings, "--no-test"
        )
        self.run("setting", "set", *(str(word) for pair in QUICK.items() for word in pair))

    def command(self, *words: str) -> list[str]:
        """Return the words that run a command on this workspace."""
        return [sys.executable, "-m", "omnidesk", *words, "--home", str(self.home)]

    def run(self, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        """Run a command to its end and return its standard output."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        assert done.returncode in expect, f"{words} ended with {done.returncode}: {done.stderr.strip()}"
        return done.stdout

    def ask(self, *words: str, expect: tuple[int, ...] = (0,)) -> Any:
        """Run a command and return the JSON document it prints."""
        return json.loads(self.run(*words, "--json", expect=expect))

    def sync(self) -> dict[str, Any]:
        """Run one pass and return what it did to the channel."""
        result: dict[str, Any] = self.ask("sync", "--once", expect=(0, 1))["channels"][0]
        return result

    def start_engine(self) -> subprocess.Popen[bytes]:
        """Start an engine in the background."""
        return subprocess.Popen(
            self.command("sync"), env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def messages(self) -> list[dict[str, Any]]:
        """Return every message the desk knows, in the order of its conversations."""
        lines = [json.loads(line) for line in self.run("export").splitlines()]
        return [message for line in lines for message in line.get("messages", ())]

    def texts(self) -> list[str]:
        """Return the text of every message, stripped."""
        return [message["text"].strip() for message in self.messages()]

    def channel(self) -> dict[str, Any]:
        """Return how the channel does."""
        found: dict[str, Any] = self.ask("channel", "show", "under-test")
        return found


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail with `what` was waited for."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.05)


@contextmanager
def engine(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    """Run an engine within the block."""
    process = program.start_engine()
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def problems(manifest: Manifest, connector: type[Connector]) -> list[str]:
    """Return in words what is wrong with a manifest, or with a connector that does not do what it declares."""
    found = []

    def own(name: str) -> bool:
        return getattr(connector, name) is not getattr(Connector, name)

    if not 1 <= manifest.api <= API:
        found.append(f"api {manifest.api} is not between 1 and {API}")
    if not manifest.kind.replace("-", "").isalnum() or not manifest.kind.islower():
        found.append(f"kind {manifest.kind!r} must be small letters, digits and dashes")
    if len(manifest.badge) not in (2, 3, 4):
        found.append(f"badge {manifest.badge!r} must have two to four letters")
    keys = [*(one.key for one in manifest.settings), *(one.key for one in manifest.secrets)]
    found += [f"setting {key} is declared twice" for key in set(keys) if keys.count(key) > 1]
    found += [
        f"setting {entry.key} is a choice without choices"
        for entry in manifest.settings
        if entry.kind == "choice" and not entry.choices
    ]
    if not manifest.identity_kinds:
        found.append("it names no kind of identity")
    declared = {
        "listen": bool({"socket", "long_poll"} & set(manifest.inbound)),
        "handle_webhook": bool({"webhook", "push_relay"} & set(manifest.inbound)),
        "verify": manifest.idempotency == "verify" or (own("verify") and manifest.idempotency == "key"),
    }
    for name, wanted in declared.items():
        if wanted != own(name):
            found.append(f"{name} is {'declared but missing' if wanted else 'there but not declared'}")
    return found


async def collect(batches: AsyncIterator[Batch]) -> list[Batch]:
    """Return every batch of a pull."""
    return [batch async for batch in batches]


class Conformance:
    """The first ten tests of the suite. `kills` is how often the engine is killed in mid-work."""

    kills: ClassVar[int] = 8

    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        """The provider's side; each subclass brings its own."""
        raise NotImplementedError("give a fixture `harness`")

    @pytest.fixture
    def program(self, harness: Harness, tmp_path: Path) -> Program:
        """The program with the channel under test."""
        return Program(tmp_path / "home", harness)

    def pull(self, harness: Harness, cursor: Cursor) -> list[Batch]:
        """Pull from a cursor to the end with a connector of our own."""

        async def work() -> list[Batch]:
            account = Account(0, "under-test", harness.address, harness.settings, harness.secrets, timeout=5.0)
            connector = registry.connector(harness.kind)(account)
            try:
                return await collect(connector.pull(cursor))
            finally:
                await connector.aclose()

        return asyncio.run(work())

    def skip_where_not_applicable(self, harness: Harness, what: str) -> bool:
        """Say whether a test cannot be met by this provider; the harness must name the reason."""
        return bool(harness.not_applicable.get(what))

    def test_01_the_manifest_is_valid_and_declares_what_the_connector_does(self, harness: Harness) -> None:
        """Every declared capability is there, and none that is not declared."""
        connector = registry.connector(harness.kind)
        assert problems(connector.manifest, connector) == []

    def test_02_messages_arrive_exactly_once_and_in_order(self, harness: Harness, program: Program) -> None:
        """With accents, emoji, right-to-left text, an empty and a 10 MB attachment."""
        texts = ["plain words", "größer, naïve, Łódź", "emoji 👩‍👩‍👧 🇳🇱 ✅", "עברית مع العربية", "日本語の質問です"]
        files = {"empty.txt": b"", "large.bin": random.Random(5).randbytes(10_000_000)}
        carries = registry.manifest(harness.kind).attachments.inbound
        said = [Said(f"{text} {number}") for number, text in enumerate(texts * 3)]
        said.append(Said("with files", files=files if carries else {}))
        harness.inject(*said)
        first = program.sync()
        assert first["error"] is None
        messages = sorted(program.messages(), key=lambda message: (message["at"], message["id"]))
        assert sorted(message["text"].strip() for message in messages) == sorted(one.text for one in said)
        if carries:
            sizes = {file["name"]: file["size"] for message in messages for file in message["attachments"]}
            assert sizes == {name: len(content) for name, content in files.items()}
        again = program.sync()
        assert (again["received"], len(program.messages())) == (0, len(said))

    def test_03_killed_at_any_point_with_two_workers_nothing_is_lost_or_doubled(
        self, harness: Harness, program: Program
    ) -> None:
        """Two engines on one workspace, one of them killed again and again while messages come in."""
        rng = random.Random(3)
        said = [Said(f"survives {number}") for number in range(10 * self.kills)]
        engines = [program.start_engine(), program.start_engine()]
        try:
            for round_number in range(self.kills):
                harness.inject(*said[10 * round_number : 10 * (round_number + 1)])
                time.sleep(rng.uniform(0.05, 1.2))  # the point of the kill is what is random here
                victim = rng.randrange(2)
                engines[victim].send_signal(signal.SIGKILL)
                engines[victim].wait(PATIENCE)
                engines[victim] = program.start_engine()
            wait_for(lambda: len(program.texts()) >= len(said), "every message to arrive")
        finally:
            for process in engines:
                process.kill()
                process.wait(PATIENCE)
        assert sorted(program.texts()) == sorted(one.text for one in said)

    def test_04_the_same_thing_at_five_readers_is_one_thing(self, harness: Harness) -> None:
        """Whoever reads the source, the same item bears the same source id, so that the receipt is one."""
        harness.inject(*(Said(f"read by five {number}") for number in range(3)))

        async def five() -> list[list[str]]:
            def ids() -> list[str]:
                return [item.source_id for batch in self.pull(harness, {}) for item in batch.items]

            return await asyncio.gather(*(asyncio.to_thread(ids) for _ in range(5)))

        readings = asyncio.run(five())
        assert all(sorted(reading) == sorted(readings[0]) for reading in readings)
        assert len(readings[0]) == len(set(readings[0])) == 3
        assert all(readings[0])

    def test_05_an_old_cursor_replayed_is_harmless(self, harness: Harness) -> None:
        """A cursor of any batch goes on where it stood; the last one has nothing more; cursors stay small."""
        harness.inject(*(Said(f"replayed {number}") for number in range(12)))
        batches = self.pull(harness, {})
        everything = {item.source_id for batch in batches for item in batch.items}
        for batch in [Batch((), {}), *batches]:
            assert len(json.dumps(batch.cursor)) < 4096
            again = {item.source_id for one in self.pull(harness, batch.cursor) for item in one.items}
            assert again <= everything
        seen: set[str] = set()
        for batch in batches:
            seen |= {item.source_id for item in batch.items}
            rest = {item.source_id for one in self.pull(harness, batch.cursor) for item in one.items}
            assert seen | rest == everything
        assert not [item for one in self.pull(harness, batches[-1].cursor) for item in one.items]

    def test_06_a_lost_position_recovers_everything_and_doubles_nothing(
        self, harness: Harness, program: Program
    ) -> None:
        """The source forgets where we were; what comes next arrives, what came stays once."""
        if self.skip_where_not_applicable(harness, "lost_position"):
            return
        harness.inject(*(Said(f"kept {number}") for number in range(5)))
        program.sync()
        harness.lose_position()
        harness.inject(Said("after the loss"))
        assert program.sync()["error"] is None
        assert sorted(program.texts()) == sorted(["after the loss", *(f"kept {number}" for number in range(5))])

    def test_07_a_poison_item_stops_nothing_and_can_be_tried_again(self, harness: Harness, program: Program) -> None:
        """It ends as a message or in quarantine with its cause; the others arrive."""
        harness.inject(Said("before the poison"))
        harness.inject_raw(b"\x00\xff\x1b]0;owned\x07 neither head nor body \xfe")
        harness.inject(Said("after the poison"))
        result = program.sync()
        assert result["error"] is None
        texts = program.texts()
        assert {"before the poison", "after the poison"} <= set(texts)
        assert len(texts) + result["quarantined"] == 3
        assert not any("\x1b" in text for text in texts)
        for entry in program.ask("quarantine", "list")["items"]:
            assert entry["cause"]
            program.run("quarantine", "retry", str(entry["id"]), expect=(0, 1))
        assert len(program.texts()) + len(program.ask("quarantine", "list")["items"]) == 3

    def test_08_come_back_later_is_obeyed(self, harness: Harness, program: Program) -> None:
        """Not one request before the time that the provider named; then everything arrives."""
        if self.skip_where_not_applicable(harness, "retry_after"):
            return
        harness.inject(Said("worth the wait"))
        with harness.busy(30) as requests, engine(program):
            wait_for(lambda: program.channel()["health"] == "retrying", "the channel to notice")
            assert requests() == 1
            assert program.channel()["next_attempt_at"] is not None
        assert program.sync()["received"] == 1

    def test_09_an_outage_is_met_with_growing_patience(self, harness: Harness, program: Program) -> None:
        """After five failures the channel counts as down, having asked hardly more often than that."""
        if self.skip_where_not_applicable(harness, "outage"):
            return
        harness.inject(Said("after the outage"))
        with engine(program):
            with harness.outage() as requests:
                wait_for(lambda: program.channel()["health"] == "down", "the channel to be down")
                assert requests() <= 12
                assert program.channel()["error"]
            wait_for(lambda: "after the outage" in program.texts(), "the message after the outage")
            wait_for(lambda: program.channel()["health"] == "ok", "the channel to be well again")

    def test_10_a_frozen_provider_is_noticed_and_survived(self, harness: Harness, program: Program) -> None:
        """Silence ends as an error in words, not as a hang; afterwards the channel goes on."""
        if self.skip_where_not_applicable(harness, "freeze"):
            return
        harness.inject(Said("before the frost"))
        with engine(program):
            wait_for(lambda: "before the frost" in program.texts(), "the first message")
            with harness.freeze():
                wait_for(lambda: program.channel()["health"] != "ok", "the silence to be noticed")
                assert program.channel()["error"]
            harness.inject(Said("after the frost"))
            wait_for(lambda: "after the frost" in program.texts(), "the message after the frost")


__all__ = ["Conformance", "Harness", "Program", "Said", "engine", "problems", "wait_for"]
