"""Sending: what each outcome of a provider makes of a message (promise 3)."""

from __future__ import annotations

from typing import Any

import pytest

from omnidesk.connectors import registry
from omnidesk.connectors.base import (
    Account,
    ConnectionLostError,
    Connector,
    Failed,
    LoginError,
    NotSent,
    Retry,
    RetryAfterError,
    Sent,
    Unknown,
)
from omnidesk.desk import channels, composing, outbox, settings, threads, views
from omnidesk.store.leases import LeaseLostError
from omnidesk.sync.sending import Sender
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel
from tests.filling import Clock, Desk, hold
from tests.sync import scripted
from tests.sync.scripted import PROVIDERS, Provider, Step

pytestmark = pytest.mark.usefixtures("scripted_kinds")

ADDRESS = "odd@shop.test"
LOST = ConnectionLostError("the line broke")


async def in_thread(work: Any, *arguments: Any, **named: Any) -> Any:
    """Run the engine's blocking work at once."""
    return work(*arguments, **named)


class Line:
    """A channel with a conversation, a sender under a lease, and a provider that follows a script."""

    def __init__(self, desk: Desk, kind: str, *script: Step) -> None:
        self.desk = desk
        self.channel: Channel = desk.adds_channel("odd", ADDRESS, f"scripted-{kind}")
        (self.number,) = desk.receives(scripted.item("1"), channel=self.channel)
        self.provider: Provider = PROVIDERS[ADDRESS]
        self.provider.script.extend(script)
        self.connector: Connector = registry.connector(self.channel.kind)(
            Account(self.channel.id, "odd", ADDRESS, {}, {"password": ""})
        )
        self.take_lease()

    def take_lease(self, owner: str = "one") -> None:
        """Begin as an engine does that takes over the channel."""
        held = hold(self.desk.workspace, self.channel, owner, 3600)
        conf = settings.current(self.desk.workspace)
        self.sender = Sender(self.desk.workspace, self.channel, held, conf, in_thread)
        outbox.recover(self.desk.workspace, self.channel.id, held, self.connector.manifest.idempotency)

    def queue(self, text: str = "Hello") -> int:
        return composing.reply(self.desk.workspace, self.desk.me, self.number, text, now=True).message.id

    async def go(self) -> float | None:
        pause = await self.sender.send_due(self.connector)
        await self.sender.verify_unknown(self.connector)
        return pause

    def state(self, message: int) -> MessageStatus:
        return threads.message(self.desk.workspace, message).status

    def error(self, message: int) -> str:
        return threads.message(self.desk.workspace, message).error or ""

    @property
    def keys(self) -> list[str]:
        """The keys of what was handed over, in order."""
        return [key for key, _ in self.provider.handed]


async def test_sent_is_sent(time: Clock, desk: Desk) -> None:
    line = Line(desk, "none", Step(Sent(("p-1",), refused={"bram@example.test": "550 no\nsuch user"})))
    message = line.queue()
    assert await line.go() is None
    assert line.state(message) is MessageStatus.SENT
    assert "bram@example.test" in line.error(message)
    assert (line.sender.sent, line.sender.failed) == (1, 0)


async def test_failed_is_work_and_not_tried_again(time: Clock, desk: Desk) -> None:
    line = Line(desk, "none", Step(Failed("550 no such user"), commits=False))
    message = line.queue()
    await line.go()
    time.forward(days=1)
    await line.go()
    assert line.state(message) is MessageStatus.FAILED
    assert line.error(message) == "550 no such user"
    assert views.count(desk.workspace, "undelivered", None) == 1


@pytest.mark.parametrize(
    "step",
    [
        Step(Retry("busy", 90.0)),
        Step(RetryAfterError("busy", 90.0)),
        Step(RetryAfterError("busy", 90.0), commits=False),
    ],
    ids=["retry", "raised", "raised before"],
)
async def test_a_providers_retry_after_is_obeyed(time: Clock, desk: Desk, step: Step) -> None:
    line = Line(desk, "none", step)
    message = line.queue()
    second = line.queue("Second")
    assert await line.go() == 90.0
    assert line.state(second) is MessageStatus.QUEUED, "the provider is left alone meanwhile"
    time.forward(seconds=89.9)
    assert outbox.waiting(desk.workspace)[0].next_attempt_at == time.at + 100
    await line.sender.send_due(line.connector)
    assert line.state(message) is MessageStatus.QUEUED
    time.forward(seconds=0.1)
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert desk.value("SELECT attempts FROM outbox WHERE message_id = ?", message) == 2


async def test_without_a_time_it_is_tried_again_with_growing_waits(time: Clock, desk: Desk) -> None:
    line = Line(desk, "none", *(Step(Retry("busy"), commits=False) for _ in range(6)))
    message = line.queue()
    waits = []
    for _ in range(6):
        assert await line.go() is None
        due = outbox.next_due(desk.workspace, line.channel.id) or 0
        waits.append(due - time.at)
        time.at = due
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert all(0 < wait <= 1000 * 2**number for number, wait in enumerate(waits))


async def test_what_could_not_be_sent_for_a_day_has_failed(time: Clock, desk: Desk) -> None:
    line = Line(desk, "none", *(Step(Retry("busy"), commits=False) for _ in range(2)))
    message = line.queue()
    await line.go()
    time.forward(hours=25)
    await line.go()
    assert line.state(message) is MessageStatus.FAILED
    assert "tried 2 times in 25 hours: busy" in line.error(message)


@pytest.mark.parametrize("error", [LOST, OSError("gone"), TimeoutError("frozen"), KeyError("a fault")])
async def test_an_error_before_the_hand_over_is_certainly_not_sent(time: Clock, desk: Desk, error: Exception) -> None:
    """Promise 3."""
    line = Line(desk, "none", Step(error, commits=False))
    message = line.queue()
    await line.go()
    assert line.state(message) is MessageStatus.QUEUED
    time.forward(minutes=1)
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert len(line.keys) == 1


@pytest.mark.parametrize("error", [LOST, OSError("gone"), TimeoutError("frozen"), KeyError("a fault"), None])
async def test_an_error_after_the_hand_over_leaves_unknown_and_is_never_sent_again_unasked(
    time: Clock, desk: Desk, error: Exception | None
) -> None:
    """Promise 3: `none` waits for a report, then the agent decides."""
    line = Line(desk, "none", Step(error or Unknown("no answer")))
    message = line.queue()
    for _ in range(5):
        await line.go()
        time.forward(hours=1)
    assert line.state(message) is MessageStatus.UNKNOWN
    assert "it may have been sent" in line.error(message)
    assert len(line.keys) == 1
    outbox.retry(desk.workspace, desk.me, message)
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert line.keys[0] == line.keys[1]
    assert line.provider.handed[0] == line.provider.handed[1], "byte for byte the same"


async def test_a_lost_answer_is_sent_again_with_the_same_key_where_the_provider_knows_keys(
    time: Clock, desk: Desk
) -> None:
    """Promise 3: `key`."""
    line = Line(desk, "key", Step(LOST), Step(Unknown("no answer")))
    message = line.queue()
    for _ in range(4):
        await line.go()
        time.forward(minutes=2)
    assert line.state(message) is MessageStatus.SENT
    assert len(line.keys) == 3
    assert len(set(line.keys)) == 1
    assert len({data for _, data in line.provider.handed}) == 1


async def test_a_lost_answer_is_asked_for_after_a_grace_time_where_the_provider_can_tell(
    time: Clock, desk: Desk
) -> None:
    """Promise 3: `verify`."""
    line = Line(desk, "verify", Step(LOST))
    line.provider.verdicts += [Unknown("not yet"), Sent()]
    message = line.queue()
    await line.go()
    assert line.provider.verified == []
    time.forward(seconds=59)
    await line.go()
    assert line.provider.verified == []
    time.forward(seconds=62)
    await line.go()
    assert len(line.provider.verified) == 1
    assert line.state(message) is MessageStatus.UNKNOWN
    time.forward(seconds=61)
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert len(line.keys) == 1


async def test_what_the_provider_never_got_is_sent_after_all(time: Clock, desk: Desk) -> None:
    """Promise 3: `verify`."""
    line = Line(desk, "verify", Step(LOST))
    line.provider.verdicts += [NotSent()]
    message = line.queue()
    await line.go()
    time.forward(seconds=121)
    await line.go()
    assert line.state(message) is MessageStatus.QUEUED
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert len(set(line.keys)) == 1


async def test_a_refused_login_keeps_the_message_and_is_told(time: Clock, desk: Desk) -> None:
    line = Line(desk, "none", Step(LoginError("535 wrong password"), commits=False))
    message = line.queue()
    with pytest.raises(LoginError):
        await line.go()
    assert line.state(message) is MessageStatus.QUEUED
    assert "535" in line.error(message)


async def test_whoever_lost_the_lease_hands_nothing_over(time: Clock, desk: Desk) -> None:
    """Promise 3: two engines, one message."""
    line = Line(desk, "none")
    message = line.queue()
    stale = line.sender
    claimed = outbox.claim(desk.workspace, line.channel.id, stale.held)
    assert claimed is not None
    time.forward(hours=2)
    line.take_lease("two")
    with pytest.raises(LeaseLostError):
        await stale._send(line.connector, claimed)
    assert line.keys == []
    await line.go()
    assert line.state(message) is MessageStatus.SENT
    assert len(line.keys) == 1


@pytest.mark.parametrize("error", [KeyError("a fault of the connector"), ValueError("too odd"), TypeError("?")])
async def test_a_message_that_cannot_be_prepared_fails_in_words_and_others_go(
    time: Clock, desk: Desk, error: Exception
) -> None:
    line = Line(desk, "none")
    message = line.queue()
    line.provider.prepare_fails = error
    await line.go()
    assert line.state(message) is MessageStatus.FAILED
    assert line.error(message)
    line.provider.prepare_fails = None
    second = line.queue("Second")
    await line.go()
    assert line.state(second) is MessageStatus.SENT


async def test_a_message_that_could_not_be_written_down_as_sent_does_not_stay_in_sending(
    time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 3: a full disk just after the hand-over leaves unknown, under the same lease too."""
    line = Line(desk, "none")
    message = line.queue()
    finish = outbox.finish

    def full(*arguments: Any, **named: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(outbox, "finish", full)
    with pytest.raises(OSError, match="disk full"):
        await line.go()
    monkeypatch.setattr(outbox, "finish", finish)
    assert line.state(message) is MessageStatus.SENDING
    await line.go()
    assert line.state(message) is MessageStatus.UNKNOWN
    assert len(line.keys) == 1


async def test_rules_that_changed_since_it_was_queued_stop_it_with_the_reason(time: Clock, desk: Desk) -> None:
    """Promise 7: the outbox enforces what the composer judged."""
    line = Line(desk, "none")
    message = line.queue()
    channels.set_read_only(desk.workspace, desk.me, "odd", True)
    await line.go()
    assert line.state(message) is MessageStatus.FAILED
    assert "read only" in line.error(message)
    assert line.keys == []


async def test_a_window_that_closed_while_it_waited_stops_it(time: Clock, desk: Desk) -> None:
    """Promise 7."""
    line = Line(desk, "window")
    message = line.queue()
    time.forward(hours=25)
    line.take_lease("two")
    await line.go()
    assert line.state(message) is MessageStatus.FAILED
    assert "window" in line.error(message)


async def test_a_failure_after_sending_changes_nothing(
    time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 3: the copy for Sent may fail; the message was sent."""
    line = Line(desk, "none")

    async def fails(*arguments: Any) -> None:
        raise ConnectionLostError("no Sent folder")

    monkeypatch.setattr(line.connector, "after_sent", fails)
    message = line.queue()
    await line.go()
    assert line.state(message) is MessageStatus.SENT
