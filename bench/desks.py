"""Desks of three years, filled through bulk intake and kept in bench/out: filling a large one costs minutes.

A desk is known by the generator's version, its messages, the schema and the database; where one of these differs it
is filled anew, but for an older schema: that is brought up by the program's own migrations. On PostgreSQL the smallest
is filled the same way, and the others are moved there from SQLite, as a team does that outgrew its file. Agents have
worked in it: owners, tags, priorities, what is pending, on hold, snoozed, spam and deleted, set by the same use cases
as theirs.
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
from itertools import islice
from pathlib import Path
from typing import Any

from bench import servers, years
from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, carrying, channels, intake, triage, workspace
from omnidesk.desk.decoding import Decoder, Outcome
from omnidesk.store.versions import SCHEMA
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Actor, Channel

DATABASES = ("sqlite", "postgresql")
BATCH = 4_000
"""Messages taken in at a time, over all channels."""
TOUCHED = 1_000
"""Conversations in one act of an agent."""
LOGINS = ("sanne", "bram", "caro", "daan")
RARE_TAG, COMMON_TAG = "recall", "return"
LENGTH_TAG = "length"
"""What the conversations are tagged with whose lengths are known."""
FILLED = 10_000
"""Messages up to which a desk on PostgreSQL is filled; a larger one is moved there."""
RARE_TAGGED = 40
"""Conversations with the rare tag, spread over the years."""


@dataclass(frozen=True)
class Desk:
    """A filled workspace; `seconds` is what filling it took, `reused` whether an earlier run did, `moved` whether it
    was moved from SQLite instead.

    Where its database is stands in the workspace's own config.toml."""

    home: Path
    messages: int
    database: str
    seconds: float
    processor: float
    size: float
    reused: bool = False
    moved: bool = False

    @property
    def rate(self) -> float:
        """Messages a second while it was filled."""
        return self.messages / self.seconds

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Within the block this process and those it starts work as one of the desk's agents."""
        before = os.environ.get("OMNIDESK_AGENT")
        os.environ["OMNIDESK_AGENT"] = LOGINS[0]
        try:
            yield
        finally:
            os.environ.pop("OMNIDESK_AGENT")
            if before is not None:
                os.environ["OMNIDESK_AGENT"] = before


def desk(out: Path, messages: int, database: str) -> Desk:
    """Return a desk of so many messages, filled if none is there. Raises LeftOutError for a database there is not."""
    home = out / f"desk-{database}-{messages}-years{years.VERSION}-schema{SCHEMA}"
    kept = home / "filled.json"
    server = servers.server(out) if database == "postgresql" else None
    name = _database(messages, SCHEMA)
    _bring_up(home, server, messages)
    there = kept.exists() and (server is None or server.holds(name))
    if not there:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
    if server is not None:
        (home / "config.toml").write_text(f'database = "{server.url(name)}"\n')
    if there:
        return Desk(**json.loads(kept.read_text()) | {"home": home, "reused": True})
    if server is not None:
        server.make(name)
    moved = server is not None and messages > FILLED
    if moved:
        desk(out, messages, "sqlite")
    began, used = time.perf_counter(), _processor()
    if server is not None and moved:
        _move(out / home.name.replace("postgresql", "sqlite"), home, server.url(name))
    else:
        with Desk(home, messages, database, 0, 0, 0).pointed_at():
            fill(home, messages)
    if server is not None:
        server.settle(name)
    seconds, processor = time.perf_counter() - began, _processor() - used
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
    size += 0 if server is None else server.megabytes(name)
    filled = Desk(home, messages, database, seconds, processor, size, moved=moved)
    kept.write_text(json.dumps({name: value for name, value in asdict(filled).items() if name != "home"}))
    return filled


def _database(messages: int, schema: int) -> str:
    return f"omnidesk_bench_{messages}_years{years.VERSION}_schema{schema}"


def _bring_up(home: Path, server: servers.Server | None, messages: int) -> None:
    """Bring a desk of an older schema up to this one, where there is one and none of this."""
    for schema in range(SCHEMA - 1, 0, -1):
        older = home.with_name(home.name.replace(f"schema{SCHEMA}", f"schema{schema}"))
        if home.exists() or not (older / "filled.json").exists():
            continue
        if server is not None:
            if not server.holds(_database(messages, schema)):
                continue
            server.rename(_database(messages, schema), _database(messages, SCHEMA))
            (older / "config.toml").write_text(f'database = "{server.url(_database(messages, SCHEMA))}"\n')
        older.rename(home)
        began = time.perf_counter()
        workspace.open_workspace(home).close()
        print(f"brought up from schema {schema} in {time.perf_counter() - began:.1f} s,", end=" ", file=sys.stderr)


def _move(source: Path, home: Path, url: str) -> None:
    """Move a copy of a desk to PostgreSQL: counted and compared, by the same use case as `omnidesk database move`."""
    shutil.rmtree(home)
    shutil.copytree(source, home, ignore=shutil.ignore_patterns("filled.json", "busy"))
    carried = carrying.move(home, url, lambda table, done, total: None)
    for path in home.glob(f"{carried.kept.stem}*"):
        path.unlink()


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
