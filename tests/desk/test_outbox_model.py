"""Two engines that stall, crash and lose their leases at any point, and an agent who interferes (promise 3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.desk import composing, outbox, threads, undo
from omnidesk.desk.intake import Held
from omnidesk.store import leases
from omnidesk.store.leases import LeaseLostError
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import MessageStatus
from tests.filling import Clock, Desk, mail, open_desk, standing_clock

Idempotency = Literal["key", "verify", "none"]
LEASE = 60_000


@dataclass
class Sender:
    """One engine: each call of `step` does the next thing that a real one does, so that others come in between."""

    desk: Desk
    name: str
    provider: Counter[str]
    idempotency: Idempotency
    held: Held | None = None
    claimed: outbox.Claimed | None = None
    handed: bool = False

    def step(self, outcome: MessageStatus) -> None:
        """Take the lease, recover, claim, commit and hand over, write down: the next of these."""
        try:
            if self.held is None:
                self.take_lease()
            elif self.claimed is None:
                outbox.recover(self.desk.workspace, self.desk.channel.id, self.held, self.idempotency)
                self.claimed = outbox.claim(self.desk.workspace, self.desk.channel.id, self.held)
            elif not self.handed:
                outbox.committing(self.desk.workspace, self.claimed.message_id, self.held)
                self.provider[self.claimed.key] += 1
                self.handed = True
            else:
                outbox.finish(self.desk.workspace, self.claimed.message_id, self.held, outcome)
                self.claimed, self.handed = None, False
        except LeaseLostError:
            self.crash()

    def take_lease(self) -> None:
        name = f"channel:{self.desk.channel.id}"
        number = self.desk.workspace.database.write(lambda tx: leases.acquire(tx, name, self.name, LEASE))
        if number is not None:
            self.held = Held(name, number)

    def crash(self) -> None:
        """Forget everything, as a process that was killed and started again."""
        self.held, self.claimed, self.handed = None, None, False
        self.name += "'"


def check(desk: Desk, provider: Counter[str], idempotency: Idempotency) -> None:
    for row in desk.workspace.database.reader.all("SELECT uuid, state FROM outbox"):
        times = provider[row["uuid"]]
        if idempotency != "key":
            assert times <= 1, "sent twice"
        if row["state"] == "sent":
            assert times >= 1, "said to be sent and was not"
        if row["state"] in ("cancelled", "queued") and idempotency != "key":
            assert times == 0, f"{row['state']}, and it went out"


STEP = st.tuples(
    st.sampled_from(
        ["one", "one", "one", "two", "two", "two", "reply", "wait", "crash one", "crash two", "undo", "cancel"]
    ),
    st.sampled_from([MessageStatus.SENT, MessageStatus.SENT, MessageStatus.UNKNOWN]),
)


@pytest.mark.parametrize("idempotency", ["key", "verify", "none"])
@given(steps=st.lists(STEP, min_size=5, max_size=40))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_sent_twice_or_silently_lost_whatever_happens_when(
    tmp_path_factory: pytest.TempPathFactory, idempotency: Idempotency, steps: list[tuple[str, MessageStatus]]
) -> None:
    """Promise 3."""
    with standing_clock() as time:
        desk = open_desk(tmp_path_factory.mktemp("model"))
        desk.receives(mail("1"))
        provider: Counter[str] = Counter()
        engines = {name: Sender(desk, name, provider, idempotency) for name in ("one", "two")}
        queued = [composing.reply(desk.workspace, desk.me, 1, "first", now=True)]
        for what, outcome in steps:
            if what in engines:
                engines[what].step(outcome)
            elif what.startswith("crash"):
                engines[what.removeprefix("crash ")].crash()
            elif what == "reply":
                queued.append(composing.reply(desk.workspace, desk.me, 1, f"answer {len(queued)}", now=True))
            elif what == "wait":
                time.forward(seconds=61)
            else:
                interfere(desk, what, queued[-1])
            check(desk, provider, idempotency)
        finish(desk, time, provider, idempotency)
        desk.workspace.close()


def interfere(desk: Desk, what: str, queued: composing.Queued) -> None:
    try:
        if what == "undo":
            undo.undo(desk.workspace, desk.me, queued.act.id)
        else:
            outbox.cancel(desk.workspace, desk.me, queued.message.id)
    except RefusedError:
        assert threads.message(desk.workspace, queued.message.id).status is not MessageStatus.QUEUED


def finish(desk: Desk, time: Clock, provider: Counter[str], idempotency: Idempotency) -> None:
    """Let a fresh engine do the rest: nothing stays half-way."""
    time.forward(seconds=61)
    last = Sender(desk, "last", provider, idempotency)
    for _ in range(4 * desk.count("outbox") + 8):
        last.step(MessageStatus.SENT)
    check(desk, provider, idempotency)
    assert desk.count("outbox", "state IN ('queued', 'sending')") == 0
    for row in desk.workspace.database.reader.all("SELECT uuid, state FROM outbox WHERE state <> 'cancelled'"):
        assert provider[row["uuid"]] or row["state"] == "unknown"
