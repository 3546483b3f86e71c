"""Measure OmniDesk beside its peers and its budgets: `make bench`, or `python -m bench.run --help`."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bench import first_sync, keys, searches, start, threads
from bench.figures import Figure, LeftOutError, table, write_json
from tests.servers import MailServer, missing

OUT = Path(__file__).parent / "out"
PARTS = ("sync", "start", "keys", "threads", "search")


def main() -> None:
    """Run the parts that are asked for, print the table, and keep everything in out/result.json."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--messages", type=int, default=20_000, help="mails in the mailbox (20,000)")
    ask.add_argument("--runs", type=int, default=3, help="runs of the first sync of each side (3)")
    ask.add_argument("--starts", type=int, default=9, help="starts of each side (9)")
    ask.add_argument("--keys", type=int, default=400, help="keys pressed (400)")
    ask.add_argument("--opened", type=int, default=20, help="times each long thread is opened (20)")
    ask.add_argument("--only", choices=PARTS, action="append", help="this part only; may be repeated")
    ask.add_argument("--keep", action="store_true", help="take the workspace that the last run left in bench/out/home")
    said = ask.parse_args()
    OUT.mkdir(exist_ok=True)
    logging.getLogger("mail").setLevel(logging.ERROR)  # the submission server's own remarks
    figures, left_out = measure(said, said.only or PARTS)
    print("\n" + table(figures))
    for reason in left_out:
        print(f"left out: {reason}")
    write_json(OUT / "result.json", said.messages, figures, left_out)
    print(f"everything measured: {OUT / 'result.json'}")


def measure(said: argparse.Namespace, parts: list[str] | tuple[str, ...]) -> tuple[list[Figure], list[str]]:
    """Return the figures of the parts and what was left out; the workspace of the first sync serves the others."""
    home = OUT / "home"
    figures: list[Figure] = []
    left_out: list[str] = []

    def part(name: str, steps: Callable[[], tuple[list[Figure], str | None]]) -> None:
        if name not in parts:
            return
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            found, reason = steps()
        except LeftOutError as error:
            found, reason = [], f"{name}: {error}"
        figures.extend(found)
        left_out.extend([reason] if reason else [])

    if not (said.keep and home.exists()):
        if reason := missing():
            sys.exit(f"the bench needs a mailbox to sync: {reason}")
        server = MailServer()
        try:
            server.start()
            print(f"making a mailbox of {said.messages:,} mails ...", file=sys.stderr, flush=True)
            mailbox = first_sync.fill(server, said.messages)
            runs = said.runs if "sync" in parts else 1
            print(f"sync, {runs} x ...", file=sys.stderr, flush=True)
            found, reason = first_sync.measure(mailbox, OUT, said.messages, runs, with_peer="sync" in parts)
            figures += found if "sync" in parts else []
            left_out += [reason] if reason else []
        finally:
            server.close()
        shutil.rmtree(OUT / "peer", ignore_errors=True)
    part("start", lambda: start.measure(home, OUT, said.messages, said.starts))
    part("keys", lambda: (keys.measure(home, said.messages, said.keys), None))
    part("threads", lambda: (threads.measure(OUT / "threads", said.opened), None))
    part("search", lambda: (searches.measure(home, first_sync.CUSTOMERS, 5), None))
    return figures, left_out


if __name__ == "__main__":
    main()
