"""Tests of what comes in: all of it, once, in order (promises 1 and 2)."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import threading
import time

from omnidesk.connectors import registry
from omnidesk.connectors.base import Batch, Item
from omnidesk.connectors.testing.base import Base, needs, words_of
from omnidesk.connectors.testing.declared import fetches, problems
from omnidesk.connectors.testing.harness import EXCUSES, Harness, Said
from omnidesk.connectors.testing.program import PATIENCE, Program, wait_for


class Receiving(Base):
    """A source that is read, or that posts what it has."""

    def test_01_the_manifest_is_valid_and_declares_what_the_connector_does(self, harness: Harness) -> None:
        """Every declared capability is there, and none that is not declared; what the harness excuses has a reason."""
        connector = registry.connector(harness.kind)
        assert problems(connector.manifest, connector) == []
        assert set(harness.not_applicable) <= set(EXCUSES)
        assert all(harness.not_applicable.values())

    def test_02_messages_arrive_exactly_once_and_in_order(self, harness: Harness, program: Program) -> None:
        """With accents, emoji, right-to-left text, an empty and a 10 MB attachment."""
        texts = ["plain words", "größer, naïve, Łódź", "emoji 👩‍👩‍👧 🇳🇱 ✅", "עברית مع العربية", "日本語の質問です"]
        rule = self.manifest(harness).attachments
        large = min(10_000_000, rule.max_bytes or 10_000_000)
        files = {"empty.txt": b"", "large.bin": random.Random(5).randbytes(large)} if rule.inbound else {}
        said = [Said(f"{text} {number}") for number, text in enumerate(texts * 3)]
        said += [Said(f"with {name}", files={name: content}) for name, content in files.items()]
        self.arrive(harness, program, *said)
        messages = sorted(program.messages(), key=lambda message: (message["at"], message["id"]))
        assert sorted(message["text"].strip() for message in messages) == sorted(one.text for one in said)
        if self.manifest(harness).threading != "headers":
            assert [message["text"].strip() for message in messages] == [one.text for one in said]
        wait_for(lambda: self.sizes(program) == {name: len(data) for name, data in files.items()}, "the files")
        again = program.sync()
        assert (again["received"], len(program.messages())) == (0, len(said))

    @staticmethod
    def sizes(program: Program) -> dict[str, int]:
        """Return the sizes of all files that came, by name."""
        return {file["name"]: file["size"] for message in program.messages() for file in message["attachments"]}

    def test_03_killed_at_any_point_with_two_workers_nothing_is_lost_or_doubled(
        self, harness: Harness, program: Program
    ) -> None:
        """Two workers on one workspace, one of them killed again and again while messages come in."""
        said = [Said(f"survives {number}") for number in range(10 * self.kills)]
        work = self._kill_engines if fetches(self.manifest(harness)) else self._kill_site
        work(harness, program, said)
        assert sorted(program.texts()) == sorted(one.text for one in said)

    def _kill_engines(self, harness: Harness, program: Program, said: list[Said]) -> None:
        rng = random.Random(3)
        engines = [program.start_engine(), program.start_engine()]
        try:
            for round_number in range(self.kills):
                harness.inject(*said[10 * round_number : 10 * (round_number + 1)])
                time.sleep(rng.uniform(0.05, 1.2))  # the point of the kill is what is random here
                victim = rng.randrange(2)
                engines[victim].send_signal(signal.SIGKILL)
                engines[victim].communicate(timeout=PATIENCE)
                engines[victim] = program.start_engine()
            wait_for(lambda: len(program.texts()) >= len(said), "every message to arrive")
        finally:
            for process in engines:
                _end(process)

    def _kill_site(self, harness: Harness, program: Program, said: list[Said]) -> None:
        """The provider posts again what was not answered; what was answered must be there."""
        rng = random.Random(3)
        other = program.start("sync")
        posting = threading.Thread(target=harness.inject, args=said, daemon=True)
        posting.start()
        try:
            for _ in range(self.kills):
                time.sleep(rng.uniform(0.05, 0.6))  # the point of the kill is what is random here
                self.site.kill()
                self.site.start()
            posting.join(PATIENCE)
            assert not posting.is_alive(), "the provider could not post everything"
            wait_for(lambda: len(program.texts()) >= len(said), "every message to arrive")
        finally:
            _end(other)

    @needs("fetching")
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

    @needs("fetching")
    def test_05_an_old_cursor_replayed_is_harmless(self, harness: Harness) -> None:
        """A cursor of any batch goes on where it stood; the last one has nothing more; cursors stay small."""
        harness.inject(*(Said(f"replayed {number}") for number in range(12)))
        batches = self.pull(harness, {})
        everything = {item.source_id for batch in batches for item in batch.items}
        assert len(everything) == 12
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

    @needs("fetching", excuse="lost_position")
    def test_06_a_lost_position_recovers_everything_and_doubles_nothing(
        self, harness: Harness, program: Program
    ) -> None:
        """The source forgets where we were; what comes next arrives, what came stays once."""
        self.arrive(harness, program, *(Said(f"kept {number}") for number in range(5)))
        harness.lose_position()
        harness.inject(Said("after the loss"))
        program.sync_well()
        assert sorted(program.texts()) == sorted(["after the loss", *(f"kept {number}" for number in range(5))])

    def test_07_a_poison_item_stops_nothing_and_can_be_tried_again(self, harness: Harness, program: Program) -> None:
        """In the middle of others it ends as a message, in quarantine with its cause, or refused at the door."""
        harness.inject(Said("before the poison"))
        harness.inject_raw(b"\x00\xff\x1b]0;owned\x07 neither head nor body \xfe")
        harness.inject(Said("after the poison"))
        program.sync_well()
        wait_for(lambda: {"before the poison", "after the poison"} <= set(program.texts()), "the others")
        texts, quarantined = program.texts(), program.quarantined()
        came = len(texts) + len(quarantined)
        assert came == 3 if fetches(self.manifest(harness)) else came in (2, 3)
        assert not any("\x1b" in text for text in texts)
        for entry in quarantined:
            assert entry["cause"]
            program.run("quarantine", "retry", str(entry["id"]), expect=(0, 1))
        assert len(program.texts()) + len(program.quarantined()) == came

    @needs("fetching")
    def test_08_decoding_is_pure(self, harness: Harness) -> None:
        """The same item gives the same messages, whoever asks; what an item is called does not depend on who reads."""
        harness.inject(Said("decoded twice"))
        decode = registry.connector(harness.kind).decode
        items = [item for batch in self.pull(harness, {}) for item in batch.items]
        first, again = ([decode(_copy(item)) for item in items] for _ in range(2))
        assert first == again
        assert [words_of(message) for messages in first for message in messages] == ["decoded twice"]


def _copy(item: Item) -> Item:
    return Item(
        item.source_id, bytes(item.raw), item.received_at, item.media_type, dict(item.headers), item.folder,
        item.position, item.outbound, item.junk,
    )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate(timeout=PATIENCE)
