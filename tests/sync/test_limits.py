"""A provider is never asked more often than its manifest says, and nobody else waits for that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Batch, RetryAfterError
from omnidesk.connectors.manifest import RateLimit
from omnidesk.connectors.sample import MANIFEST, SampleConnector
from omnidesk.desk import composing, settings, threads
from omnidesk.sync.engine import Engine
from omnidesk.sync.limits import Limits
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel
from tests.filling import BRAM, Clock, Desk, mail, sent_lines
from tests.sync.scripted import Step
from tests.sync.test_channel import until
from tests.sync.test_sending import Line


class Seconds:
    """A monotonic clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the time it shows."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(round(seconds, 3))
        self.at += seconds


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    """Time that passes only while somebody waits for a limit."""
    hand = Seconds()
    monkeypatch.setattr(clock, "monotonic", hand)
    monkeypatch.setattr("omnidesk.sync.limits.pause", hand.sleep)
    return hand


def limited(*limits: RateLimit) -> Any:
    return replace(MANIFEST, rate_limits=limits)


def test_no_stretch_of_time_ever_sees_more_than_allowed(desk: Desk, seconds: Seconds) -> None:
    limits, manifest = Limits(), limited(RateLimit("send", 3, 10))
    made: list[float] = []
    for _turn in range(20):
        wait = limits.wait(manifest, desk.channel, "send")
        seconds.at += wait
        assert limits.wait(manifest, desk.channel, "send") == 0
        limits.take(manifest, desk.channel, "send")
        made.append(seconds.at)
        seconds.at += 1.5
    assert all(later - first >= 10 for first, later in zip(made, made[3:], strict=False))


@pytest.mark.parametrize(
    ("bucket", "use", "waits"),
    [("send", "send", True), ("send", "pull", False), ("pull", "send", False), ("any", "pull", True)],
)
def test_a_bucket_counts_what_its_name_says(desk: Desk, seconds: Seconds, bucket: str, use: Any, waits: bool) -> None:
    limits, manifest = Limits(), limited(RateLimit(bucket, 1, 10))
    limits.take(manifest, desk.channel, use)
    assert (limits.wait(manifest, desk.channel, use) > 0) == waits
    other = "pull" if use == "send" else "send"
    assert (limits.wait(manifest, desk.channel, other) > 0) == (bucket == "any")


def test_what_shares_a_bucket(desk: Desk, seconds: Seconds) -> None:
    one, other = desk.channel, replace(desk.channel, id=desk.channel.id + 1)
    elsewhere = replace(other, settings={"host": "elsewhere.test"})
    for scope, shared in (("account", [False, False]), ("host", [True, False])):
        limits, manifest = Limits(), limited(RateLimit("send", 1, 10, scope))  # type: ignore[arg-type]
        limits.take(manifest, one, "send")
        assert [limits.wait(manifest, channel, "send") > 0 for channel in (other, elsewhere)] == shared


def test_the_limit_of_a_recipient_is_theirs_alone(desk: Desk, seconds: Seconds) -> None:
    limits, manifest = Limits(), limited(RateLimit("send", 1, 10, "recipient"))
    limits.take(manifest, desk.channel, "send", "anna")
    assert limits.wait(manifest, desk.channel, "send", "anna") == 10
    assert limits.wait(manifest, desk.channel, "send", "bram") == 0
    assert limits.wait(manifest, desk.channel, "send") == 0


def test_buckets_of_recipients_do_not_pile_up(desk: Desk, seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnidesk.sync.limits.FORGOTTEN_AT", 10)
    limits, manifest = Limits(), limited(RateLimit("send", 1, 10, "recipient"))
    for number in range(100):
        limits.take(manifest, desk.channel, "send", str(number))
        seconds.at += 11
    assert len(limits._buckets) <= 12


async def test_batches_are_asked_for_at_the_pace_allowed(desk: Desk, seconds: Seconds) -> None:
    closed: list[bool] = []

    async def batches() -> AsyncIterator[Batch]:
        try:
            for number in range(4):
                yield Batch((), {"read": number})
        finally:
            closed.append(True)

    limits, manifest = Limits(), limited(RateLimit("pull", 2, 10))
    found = [one.cursor["read"] async for one in limits.paced(manifest, desk.channel, batches())]
    assert (found, closed) == ([0, 1, 2, 3], [True])
    assert seconds.slept == [10.0, 10.0]


async def test_sending_waits_and_everything_leaves(
    desk: Desk, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SampleConnector, "manifest", limited(RateLimit("send", 2, 10)))
    desk.receives(mail("1"))
    for number in range(5):
        composing.reply(desk.workspace, desk.me, 1, f"Answer {number}", now=True)
    await Engine(desk.workspace).once()
    assert len(sent_lines(desk.folder)) == 5
    assert seconds.slept == [10.0, 10.0]


async def test_one_recipient_s_limit_does_not_hold_up_the_others(
    desk: Desk, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SampleConnector, "manifest", limited(RateLimit("send", 1, 3600, "recipient")))
    desk.receives(mail("1"), mail("2", sender=BRAM))
    first, second = (composing.reply(desk.workspace, desk.me, 1, text, now=True).message.id for text in ("A", "B"))
    third = composing.reply(desk.workspace, desk.me, 2, "C", now=True).message.id
    await Engine(desk.workspace).once()
    states = [threads.message(desk.workspace, one).status for one in (first, second, third)]
    assert states == [MessageStatus.SENT, MessageStatus.QUEUED, MessageStatus.SENT]
    assert threads.message(desk.workspace, second).error == "Sample customers takes no more for this recipient just now"
    assert desk.value("SELECT attempts FROM outbox WHERE message_id = ?", second) == 0


async def test_a_channel_that_waits_holds_no_other_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is limited would wait an hour; what the other sends is out before that."""
    other: Channel = desk.adds_channel("other", "other@shop.test", "sample-mail")
    monkeypatch.setattr(SampleConnector, "manifest", limited(RateLimit("send", 1, 3600)))
    settings.put(desk.workspace, "tick_seconds", 0.02)
    desk.receives(mail("1"))
    desk.receives(mail("2", to=["other@shop.test"]), channel=other)
    for _turn in range(2):
        composing.reply(desk.workspace, desk.me, 1, "Slow", via="demo", now=True)
    quick = composing.reply(desk.workspace, desk.me, 2, "Quick", via="other", now=True).message.id
    engine = Engine(desk.workspace)
    task = asyncio.create_task(engine.once())
    await until(lambda: threads.message(desk.workspace, quick).status == MessageStatus.SENT)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_the_provider_asks_for_is_obeyed_to_the_second(
    time: Clock, scripted_kinds: None, desk: Desk
) -> None:
    line = Line(desk, "key", Step(RetryAfterError("busy", 90.0), commits=False))
    first, second = line.queue("one"), line.queue("two")
    assert await line.go() == 90.0
    assert desk.value("SELECT due_at FROM outbox WHERE message_id = ?", first) == time.at + 90_000
    time.forward(seconds=89.5)
    assert await line.go() == 0.5, "woken early, for whatever reason, it leaves the provider alone"
    assert line.keys == []
    time.forward(seconds=0.5)
    assert await line.go() is None
    assert [line.state(one) for one in (first, second)] == [MessageStatus.SENT, MessageStatus.SENT]
