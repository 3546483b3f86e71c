"""Measure OmniDesk beside its peers and its budgets: `make bench`, or `python -m bench.run --help`."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import arrival, crowd, desks, first_sync, growth, keys, pages, searches, serve, servers, start, threads
from bench.desks import Desk
from bench.figures import Figure, LeftOutError, table, write_json
from tests.servers import MailServer, missing

OUT = Path(__file__).parent / "out"
PARTS = ("sync", "fill", "start", "keys", "threads", "pages", "search", "arrival", "crowd", "serve")
SIZES = (10_000, 100_000, 1_000_000)
FULL, TENTH = 1_000_000, 100_000


class Run:
    """One run of the bench: what was measured, and what was left out."""

    def __init__(self, said: argparse.Namespace) -> None:
        self.said = said
        self.tenth = said.tenth
        self.parts = said.only or PARTS
        self.figures: list[Figure] = []
        self.left_out: list[str] = []

    def part(self, name: str, steps: Callable[[], list[Figure]]) -> None:
        """Measure a part if it is asked for; say how long that took."""
        if name not in self.parts:
            return
        began = time.perf_counter()
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            self.figures += steps()
        except LeftOutError as error:
            self.left_out.append(f"{name}: {error}")
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)

    def sync(self) -> list[Figure]:
        """The first sync of a mailbox, beside mbsync and notmuch."""
        if reason := missing():
            raise LeftOutError(f"no mailbox to sync: {reason}")
        mails, runs = self.said.messages, self.said.runs
        server = MailServer()
        try:
            server.start()
            mailbox = first_sync.fill(server, mails)
            found, reason = first_sync.measure(mailbox, OUT, mails, runs)
            self.left_out += [reason] if reason else []
        finally:
            server.close()
        shutil.rmtree(OUT / "peer", ignore_errors=True)
        return found

    def start(self, found: list[Desk]) -> list[Figure]:
        """The start on each desk, beside the other programs, which are started once in a run of both databases."""
        beside = found[0].database == desks.DATABASES[0] or self.said.database != "both"
        figures, left_out = start.measure(found, OUT, self.said.starts, beside)
        self.left_out += left_out
        return figures

    def scale(self, found: list[Desk]) -> None:
        """Measure everything that may grow with the desk, on each."""
        largest = found[-1]

        def pressing(desk: Desk) -> tuple[int, bool]:
            return (self.said.keys, True) if desk is largest else (max(50, self.said.keys // 3), False)

        self.part("fill", lambda: [_filled(desk) for desk in found])
        self.part("start", lambda: self.start(found))
        felt = found[-1:] if self.tenth else found
        self.part("keys", lambda: [one for desk in felt for one in keys.measure(desk, *pressing(desk))])
        self.part("threads", lambda: [one for desk in felt for one in threads.measure(desk, self.said.opened)])
        self.part("pages", lambda: [one for desk in found for one in pages.measure(desk)])
        self.part("search", lambda: [one for desk in found for one in searches.measure(desk, self.said.rounds)])
        self.part("arrival", lambda: arrival.measure(largest, self.said.opened))
        if not self.tenth:
            self.part("crowd", lambda: self.crowd(largest))

    def crowd(self, desk: Desk) -> list[Figure]:
        """Twenty processes on a fresh workspace in the same database as a desk."""

        def empty() -> str | None:
            if desk.database != "postgresql":
                return None
            server = servers.server(OUT)
            server.make("crowd")
            return server.url("crowd")

        return crowd.measure(OUT / "crowd", self.said.rounds, empty)


def _filled(desk: Desk) -> Figure:
    details: dict[str, float | str] = {"seconds": desk.seconds, "workspace_mb": desk.size}
    details["processor_seconds"] = desk.processor
    name = ("moved from SQLite and compared" if desk.moved else "bulk intake") + (
        " (as an earlier run filled it)" if desk.reused else ""
    )
    return Figure(name, desk.rate, "messages/s", size=desk.messages, details=details)


def desks_of(sizes: tuple[int, ...], database: str) -> list[Desk]:
    """Return a desk of each size, filled where none is there."""
    found = []
    for size in sizes:
        print(f"a desk of {size:,} messages ({database}) ...", end=" ", file=sys.stderr, flush=True)
        desk = desks.desk(OUT, size, database)
        how = "reused" if desk.reused else "moved" if desk.moved else "filled"
        print(f"{how}, {desk.rate:,.0f} messages/s when it was made", file=sys.stderr, flush=True)
        found.append(desk)
    return found


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--tenth", action="store_true", help="desks of 100,000 messages at most, all parts shorter")
    ask.add_argument(
        "--database", choices=(*desks.DATABASES, "both"), default="both", help="what keeps the desks (both)"
    )
    ask.add_argument("--messages", type=int, help="mails in the mailbox (20,000)")
    ask.add_argument("--runs", type=int, help="runs of the first sync of each side (2)")
    ask.add_argument("--starts", type=int, help="starts of each side (7)")
    ask.add_argument("--keys", type=int, help="keys pressed (400)")
    ask.add_argument("--opened", type=int, help="times each thread is opened (15)")
    ask.add_argument("--rounds", type=int, help="times each search is asked (5)")
    ask.add_argument("--only", choices=PARTS, action="append", help="this part only; may be repeated")
    ask.add_argument("--out", type=Path, default=OUT / "result.json", help="where everything measured goes, as JSON")
    said = ask.parse_args()
    usual = {"messages": 20_000, "runs": 2, "starts": 7, "keys": 400, "opened": 15, "rounds": 5}
    short = {"messages": 1_000, "runs": 1, "starts": 1, "keys": 60, "opened": 3, "rounds": 2}
    for name, value in (short if said.tenth else usual).items():
        if getattr(said, name) is None:
            setattr(said, name, value)
    return said


def main() -> None:
    """Run the parts that are asked for, print the tables, and keep everything in out/result.json."""
    said = arguments()
    OUT.mkdir(exist_ok=True)
    logging.getLogger("mail").setLevel(logging.ERROR)  # the submission server's own remarks
    sizes = tuple(size for size in SIZES if size <= (TENTH if said.tenth else FULL))
    run = Run(said)
    run.part("sync", run.sync)
    run.part("serve", lambda: serve.measure(OUT / "serve", run.tenth))
    if set(run.parts) <= {"sync", "serve"}:
        _report(run, "no desk", said.out, 0, ())
        return
    for database in desks.DATABASES if said.database == "both" else (said.database,):
        try:
            found = desks_of(sizes, database)
        except LeftOutError as error:
            run.left_out.append(str(error))
            continue
        begun = len(run.figures)
        run.scale(found)
        path = said.out if database == desks.DATABASES[0] else said.out.with_stem(f"{said.out.stem}-{database}")
        _report(run, database, path, begun, sizes)
    if not run.figures:
        sys.exit("nothing was measured: " + "; ".join(run.left_out))


def _report(run: Run, database: str, path: Path, begun: int, sizes: tuple[int, ...]) -> None:
    """Print what one database gave and keep it; the first one has what needs no desk beside it."""
    figures = run.figures if database == desks.DATABASES[0] else run.figures[begun:]
    print(f"\n{database}\n{table(figures)}")
    if grew := growth.table(figures):
        print(f"\n{grew}")
    for reason in run.left_out:
        print(f"left out: {reason}")
    write_json(path, {"database": database, "mails": run.said.messages, "sizes": sizes}, figures, run.left_out)
    print(f"everything measured: {path}")


if __name__ == "__main__":
    main()
