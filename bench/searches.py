"""How quick a search is: the newest fifty hits, as the console and the command line ask for them."""

from __future__ import annotations

import random
import time
from pathlib import Path

from bench import mailgen
from bench.figures import Figure, percentile

LIMIT = 50
BUDGET = 50.0
"""Milliseconds, at the 95th percentile."""


def queries(customers: int) -> dict[str, list[str]]:
    """Return what is searched for, by the sort of search."""
    rng = random.Random(2)
    frequent = ["artikel", "pakket", "parcel", "rekening", "winkel", "support", "klantenservice", "Tür", "zurück"]
    return {
        "frequent word": frequent,
        "rare word": [mailgen.RARE, *(f"{rng.randrange(10**8):08d}" for _ in range(8))],
        "prefix": ["gara*", "pak*", "rek*", "wink*", "bes*", "ret*", "s*", "SO*", "cust*"],
        "phrase": ['"niemand aan de deur"', '"half an hour"', '"drei Wochen"', '"ander bedrag"', '"the store"'],
        "filtered": [
            *(f"artikel from:customer{rng.randrange(customers)}" for _ in range(4)),
            "pakket has:attachment",
            "rekening is:unread status:open",
            "winkel channel:support",
            "parcel owner:me",
            "store before:2020-01-01",
        ],
    }


def measure(home: Path, customers: int, rounds: int) -> list[Figure]:
    """Return the 50th and 95th percentile of each sort of search; each search runs `rounds` times."""
    from omnidesk.desk import agents, searching
    from omnidesk.desk.workspace import open_workspace

    workspace = open_workspace(str(home))
    me = agents.whoami(workspace).id
    figures = []
    for sort, asked in queries(customers).items():
        taken = []
        hits = 0
        for turn in range(rounds + 1):
            for query in asked:
                started = time.perf_counter()
                found, _ = searching.search(workspace, query, me, limit=LIMIT)
                if turn:  # the first round warms the file cache
                    taken.append((time.perf_counter() - started) * 1_000)
                    hits += len(found)
        details: dict[str, float | str] = {"hits_per_search": hits / len(taken), "worst": max(taken)}
        for part in (0.5, 0.95):
            name = f"search, {sort}, p{part * 100:.0f}"
            figures.append(Figure(name, percentile(taken, part), "ms", budget=BUDGET, runs=taken, details=details))
    return figures
