"""The line over the keys says which channels are down, and since when."""

from __future__ import annotations

from dataclasses import replace

from omnidesk import clock
from omnidesk.screens.status_line import _trouble
from omnidesk.widgets import times
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Channel

CHANNEL = Channel(
    id=1, name="support", kind="sample", address="", settings={}, enabled=True, read_only=False, history_days=14,
    health=Health.DOWN, error="connection refused", last_success_at=None, next_attempt_at=None, leased_by=None,
    progress_done=None, progress_total=None, created_at=0,
)  # fmt: skip
NOON = 1_795_953_600_000


def said(channel: Channel) -> str:
    found = _trouble(channel, NOON)
    return "" if found is None else found[1]


def test_a_channel_that_is_down_says_since_when() -> None:
    at = NOON - 2 * clock.HOUR
    assert (
        said(replace(CHANNEL, last_success_at=at))
        == f"support is down since {times.local(at):%H:%M}: connection refused"
    )
    assert said(CHANNEL) == "support is down: connection refused"
    assert said(replace(CHANNEL, health=Health.OK, last_success_at=at)) == ""
