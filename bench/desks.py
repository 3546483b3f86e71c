"""Desks of three years, filled through bulk intake and kept in bench/out: filling a large one costs minutes.

A desk is known by the generator's version, its messages, the schema and the database; where one of these differs it
is filled anew. Agents have worked in it: owners, tags, priorities, what is pending, on hold, snoozed, spam and
deleted, set by the same use cases as theirs.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from bench import years
from bench.figures import LeftOutError
from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, channels, intake, triage, workspace
from omnidesk.desk.decoding import Decoder, Outcome
from omnidesk.store.versions import SCHEMA
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Actor, Channel

DATABASES = ("sqlite", "postgresql")
URL = "OMNIDESK_DATABASE_URL"
"""What points the program at another database than the workspace's own file."""
BATCH = 4_000
"""Messages taken in at a time, over all channels."""
TOUCHED = 1_000
"""Conversations in one act of an agent."""
LOGINS = ("sanne", "bram", "caro", "daan")
RARE_TAG, COMMON_TAG = "recall", "return"
LENGTH_TAG = "length"
"""What the conversations are tagged with whose lengths are known."""
RARE_TAGGED = 40
"""Conversations with the rare tag, spread over the years."""


@dataclass(frozen=True)
class Desk:
    """A filled workspace; `seconds` is what filling it took, `reused` whether an earlier run did."""

    home: Path
    messages: int
    database: str
    seconds: float
    processor: float
    size: float
    reused: bool = False

    @property
    def rate(self) -> float:
        """Messages a second while it was filled."""
        return self.messages / self.seconds

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Within the block this process and those it starts work on the desk's database."""
        before = {name: os.environ.get(name) for name in (URL, "OMNIDESK_AGENT")}
        os.environ["OMNIDESK_AGENT"] = LOGINS[0]
        if self.database == "postgresql":
            os.environ[URL] = _url(self.messages)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def desk(out: Path, messages: int, database: str) -> Desk:
    """Return a desk of so many messages, filled if none is there. Raises LeftOutError for a database there is not."""
    if database == "postgresql" and find_spec("omnidesk.store.postgres") is None:
        raise LeftOutError("PostgreSQL: this version of OmniDesk keeps its workspaces in SQLite only")
    home = out / f"desk-{database}-{messages}-years{years.VERSION}-schema{SCHEMA}"
    kept = home / "filled.json"
    if kept.exists():
        return Desk(**json.loads(kept.read_text()) | {"home": home, "reused": True})
    shutil.rmtree(home, ignore_errors=True)
    empty = Desk(home, messages, database, 0, 0, 0)
    with empty.pointed_at():
        began, used = time.perf_counter(), _processor()
        fill(home, messages)
        seconds, processor = time.perf_counter() - began, _processor() - used
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
    filled = Desk(home, messages, database, seconds, processor, size)
    kept.write_text(json.dumps({name: value for name, value in asdict(filled).items() if name != "home"}))
    return filled


def _url(messages: int) -> str:
    base = os.environ.get("OMNIDESK_BENCH_POSTGRESQL", "")
    if not base:
        raise LeftOutError("PostgreSQL: OMNIDESK_BENCH_POSTGRESQL names no server (postgresql://user@host:port)")
    return f"{base.rstrip('/')}/omnidesk_bench_{messages}"


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def fill(home: Path, messages: int, end: int | None = None) -> None:
    """Make a workspace of so many messages up to `end` (this hour), and let agents work in it."""
    opened = workspace.create(home, "Sanne")
    me = agents.actor(opened)
    with opened.in_haste():
        for login in LOGINS:
            agents.set_agent(opened, me, login)
        found = {
            name: channels.add(opened, me, kind, name, address, {"folder": str(home)}, history_days=30)[1]
            for name, (kind, address) in years.CHANNELS.items()
        }
        end = clock.now() // clock.HOUR * clock.HOUR if end is None else end
        _take_in(opened, found, messages, end)
        work(opened, me, years.conversations(messages))
    opened.close()


def _take_in(opened: workspace.Workspace, found: dict[str, Channel], messages: int, end: int) -> None:
    """Admit and settle everything, batch by batch; one is decoded in a child while the one before is filed."""
    arriving = years.items(messages, end)
    waiting: tuple[intake.Admitted, Future[list[Outcome]]] | None = None
    done = 0
    with Decoder() as decoder, ThreadPoolExecutor(1) as asking:
        while some := list(islice(arriving, BATCH)):
            for name, items in _by_channel(some).items():
                admitted = intake.admit(opened, found[name].id, items, imported=True)
                decoded = asking.submit(decoder.decode, found[name].kind, [item for _, item in admitted.items])
                if waiting is not None:
                    intake.settle(opened, waiting[0].items, decoded=waiting[1].result())
                waiting = admitted, decoded
            done += len(some)
            print(f"\r  {done:,} of {messages:,}", end="", file=sys.stderr, flush=True)
        if waiting is not None:
            intake.settle(opened, waiting[0].items, decoded=waiting[1].result())
    print("\r" + " " * 30, end="\r", file=sys.stderr, flush=True)


def _by_channel(arrivals: Sequence[years.Arrival]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for arrival in arrivals:
        found.setdefault(arrival.channel, []).append(arrival.item)
    return found


def work(opened: workspace.Workspace, me: Actor, total: int) -> None:
    """Let agents have worked: most of it in the newest conversations, some of it all over the years."""
    newest = range(max(1, total - total // 20), total + 1)

    def each(numbers: Sequence[int], do: Any) -> None:
        for start in range(0, len(numbers), TOUCHED):
            do(numbers[start : start + TOUCHED])

    later = clock.now() + 30 * clock.DAY
    for place, login in enumerate(LOGINS):
        each(newest[place::7], lambda some, login=login: triage.assign(opened, me, some, login))
    each(newest[1::11], lambda some: triage.set_status(opened, me, some, Status.PENDING))
    each(newest[2::23], lambda some: triage.set_status(opened, me, some, Status.ON_HOLD, "the carrier", later))
    each(newest[3::29], lambda some: triage.snooze(opened, me, some, later))
    each(newest[4::13], lambda some: triage.set_priority(opened, me, some, Priority.HIGH))
    each(newest[5::67], lambda some: triage.set_priority(opened, me, some, Priority.URGENT))
    everywhere = range(1, total + 1)
    each(everywhere[6::20], lambda some: triage.tag(opened, me, some, [COMMON_TAG]))
    each(everywhere[7 :: max(1, total // RARE_TAGGED)], lambda some: triage.tag(opened, me, some, [RARE_TAG]))
    marks = ", ".join("?" * len(years.TITLES))
    known = opened.database.reader.all(f"SELECT id FROM conversation WHERE subject IN ({marks})", years.TITLES)
    each([row[0] for row in known], lambda some: triage.tag(opened, me, some, [LENGTH_TAG]))
    each(everywhere[8::200], lambda some: triage.spam(opened, me, some))
    each(everywhere[9::1000], lambda some: triage.delete(opened, me, some))
