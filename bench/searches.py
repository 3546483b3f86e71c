"""How quick a search is: the newest fifty hits, as the command line asks for them, and the view that the console
shows.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from bench import years
from bench.desks import COMMON_TAG, RARE_TAG, Desk
from bench.figures import Figure, percentile
from omnidesk.desk import agents, searching, views
from omnidesk.desk.workspace import open_workspace

LIMIT = 50
BUDGET = 50.0
"""Milliseconds, at the 95th percentile."""


Details = dict[str, float | str]


def queries(desk: Desk) -> dict[str, list[str]]:
    """Return what is searched for, by the sort of search."""
    rng = random.Random(2)
    someone = [f"customer{rng.randrange(years.customers(desk.messages))}" for _ in range(4)]
    return {
        "frequent word": ["de", "het", "pakket", "bestelling", "parcel", "order", "rekening", "Tür", "zurück"],
        "rare word": [years.RARE, *(f"{rng.randrange(10**8):08d}" for _ in range(8))],
        "prefix": ["gara*", "pak*", "rek*", "wink*", "bes*", "re*", "s*", "SO*", "cust*", "1*"],
        "phrase": ['"het een"', '"de bestelling"', '"my order"', '"die der"', '"it is"'],
        "rare filter": [
            *(f"de from:{one}" for one in someone),
            *(f"{word} tag:{RARE_TAG}" for word in ("de", "het", "pakket", "order")),
            "de priority:urgent",
            "pakket status:snoozed",
            "het owner:bram status:open",
        ],
        "other filters": [
            "pakket has:attachment",
            "rekening is:unread status:open",
            "winkel channel:phone",
            f"parcel tag:{COMMON_TAG}",
            "order before:2025-06-01",
            f"tag:{RARE_TAG}",
        ],
    }


def measure(desk: Desk, rounds: int) -> list[Figure]:
    """Return the 50th and 95th percentile of each sort of search; each search runs `rounds` times."""
    with desk.pointed_at():
        opened = open_workspace(str(desk.home))
        me = agents.whoami(opened).id
        figures = []
        for sort, asked in queries(desk).items():
            taken, details = _times(asked, rounds, lambda query: len(searching.search(opened, query, me, LIMIT)[0]))
            figures += _figures(f"search, {sort}", taken, desk, details)
        shown = [f"/{one}" for sort in ("frequent word", "rare word", "rare filter") for one in queries(desk)[sort]]
        taken, details = _times(shown, rounds, lambda view: len(views.page(opened, view, me, LIMIT)))
        figures += _figures("search shown as a view", taken, desk, details)
        opened.close()
    return figures


def _times(asked: list[str], rounds: int, search: Callable[[str], int]) -> tuple[list[float], Details]:
    """Return the milliseconds that each search took; and how many hits one had, and what the processor had to do."""
    taken: list[float] = []
    worked: list[float] = []
    hits = 0
    for turn in range(rounds + 1):
        for query in asked:
            started, used = time.perf_counter(), time.thread_time()
            found = search(query)
            if turn:  # the first round warms the file cache
                taken.append((time.perf_counter() - started) * 1_000)
                worked.append((time.thread_time() - used) * 1_000)
                hits += found
    return taken, {"hits_per_search": hits / len(taken), "worst": max(taken), "processor_p95": percentile(worked, 0.95)}


def _figures(name: str, taken: list[float], desk: Desk, details: Details) -> list[Figure]:
    return [
        Figure(
            f"{name}, p{part * 100:.0f}", percentile(taken, part), "ms", budget=BUDGET, size=desk.messages, runs=taken,
            details=details,
        )
        for part in (0.5, 0.95)
    ]  # fmt: skip
