"""What all tests of the suite share: the program with the channel under test, and how messages get into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest

from omnidesk.connectors import registry
from omnidesk.connectors.base import Account, Batch, Connector, Cursor, Decoded
from omnidesk.connectors.manifest import Manifest
from omnidesk.connectors.testing.declared import fetches, unmet
from omnidesk.connectors.testing.harness import EXCUSES, Harness, Said
from omnidesk.connectors.testing.program import Program, Site, wait_for

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


async def collect(batches: AsyncIterator[Batch]) -> list[Batch]:
    """Return every batch of a pull."""
    return [batch async for batch in batches]


def words_of(decoded: Decoded) -> str:
    """Return what a customer said: the text of a message, or what they wrote with their order."""
    return (decoded.text if decoded.order is None else decoded.order.note).strip()


@dataclass(frozen=True, slots=True)
class Needs:
    """What a test needs: features of the manifest, and something that a harness may excuse itself from."""

    what: tuple[str, ...] = ()
    excuse: str = ""


def needs(*what: str, excuse: str = "") -> Callable[[F], F]:
    """Mark what a test needs; `excuse` is one of EXCUSES."""
    assert not excuse or excuse in EXCUSES

    def mark(test: F) -> F:
        test.needs = Needs(what, excuse)  # type: ignore[attr-defined]
        return test

    return mark


class Base:
    """Fixtures and words of the suite. `kills` is how often a process is killed in mid-work."""

    kills: ClassVar[int] = 8

    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        """The provider's side; each subclass brings its own."""
        raise NotImplementedError("give a fixture `harness`")

    @pytest.fixture(autouse=True)
    def applies(self, request: pytest.FixtureRequest, harness: Harness) -> None:
        """Leave a test out that the manifest gives nothing to test, or that the harness names a reason for."""
        wanted: Needs = getattr(request.function, "needs", Needs())
        for each in wanted.what:
            if reason := unmet(self.manifest(harness), each):
                pytest.skip(reason)
        if reason := harness.not_applicable.get(wanted.excuse, ""):
            pytest.skip(f"{harness.kind}: {reason}")

    @pytest.fixture
    def program(self, harness: Harness, tmp_path: Path, applies: None) -> Iterator[Program]:
        """The program with the channel under test; its web server runs where messages come by webhook alone."""
        program = Program(tmp_path / "home", harness)
        if fetches(self.manifest(harness)):
            yield program
            return
        self.site = Site(program)
        harness.hook_url = self.site.hook_url
        try:
            yield program
        finally:
            self.site.close()

    @staticmethod
    def manifest(harness: Harness) -> Manifest:
        """Return the manifest of the kind under test."""
        return registry.manifest(harness.kind)

    @staticmethod
    def talk(harness: Harness, work: Callable[[Connector], Awaitable[T]]) -> T:
        """Do something with a connector of our own."""

        async def run() -> T:
            account = Account(0, "under-test", harness.address, harness.settings, harness.secrets, timeout=5.0)
            connector = registry.connector(harness.kind)(account)
            try:
                return await work(connector)
            finally:
                await connector.aclose()

        return asyncio.run(run())

    def pull(self, harness: Harness, cursor: Cursor) -> list[Batch]:
        """Pull from a cursor to the end with a connector of our own."""
        return self.talk(harness, lambda connector: collect(connector.pull(cursor)))

    def arrive(self, harness: Harness, program: Program, *messages: Said) -> None:
        """Let customers send messages, and wait until they are there."""
        before = len(program.texts())
        harness.inject(*messages)
        program.sync_well()
        wait_for(
            lambda: len(program.texts()) >= before + len(messages) or program.quarantined(), "the messages to arrive"
        )
        assert not (broken := program.quarantined()), f"it cannot be decoded: {broken[0]['cause']}"

    def conversation_with(self, harness: Harness, program: Program, said: Said) -> dict[str, Any]:
        """Let a customer send a message; return the conversation it opened."""
        self.arrive(harness, program, said)
        (message,) = (one for one in program.messages() if one["text"].strip() == said.text)
        found: dict[str, Any] = program.ask("show", str(message["conversation_id"]))
        return found
