"""Sends what is due on one channel: claimed, fixed, handed over, and the outcome written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from omnidesk import clock
from omnidesk.connectors.base import (
    Connector,
    ConnectorError,
    Failed,
    LoginError,
    NotSent,
    Payload,
    Retry,
    RetryAfterError,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk import automatic, channels, consents, log, outbox, planning, remarks, rules, threads, unsubscribing
from omnidesk.desk.intake import Held
from omnidesk.desk.outbox import Claimed
from omnidesk.desk.settings import Settings
from omnidesk.store.leases import LeaseLostError
from omnidesk.store.workspace import Workspace
from omnidesk.sync.backoff import Backoff
from omnidesk.sync.limits import Limits
from omnidesk.words.errors import NotFoundError, OmniDeskError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel

T = TypeVar("T")
InThread = Callable[..., Awaitable[Any]]


class Sender:
    """Sends for one channel under one lease. `sent` and `failed` count messages."""

    def __init__(
        self,
        workspace: Workspace,
        channel: Channel,
        held: Held,
        settings: Settings,
        in_thread: InThread,
        limits: Limits | None = None,
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.held = held
        self.settings = settings
        self.in_thread = in_thread
        self.limits = limits or Limits()
        self.sent = 0
        self.failed = 0
        self._last_verified = 0
        self._quiet_until = 0

    async def send_due(self, connector: Connector) -> float | None:
        """Send everything due now; return the seconds to leave the provider alone, or None.

        Raises LeaseLostError and LoginError; whatever else goes wrong is written down with the message."""
        idempotency = connector.manifest.idempotency
        await self.in_thread(outbox.recover, self.workspace, self.channel.id, self.held, idempotency)
        while True:
            if (quiet := self._quiet_until - clock.now()) > 0:
                return quiet / clock.SECOND  # the provider asked for it, and whatever wakes us asks for less
            if not await self._may_send(connector.manifest):
                return None
            claimed: Claimed | None = await self.in_thread(outbox.claim, self.workspace, self.channel.id, self.held)
            if claimed is None:
                return None
            if await self._too_soon(connector.manifest, claimed):
                continue
            pause = await self._send(connector, claimed)
            if pause is not None:
                self._quiet_until = clock.now() + int(pause * clock.SECOND)
                return pause

    async def _may_send(self, manifest: Manifest) -> bool:
        """Wait until the provider may be asked; False where nothing is due."""
        if self.limits.wait(manifest, self.channel, "send") > 0:
            due: int | None = await self.in_thread(outbox.next_due, self.workspace, self.channel.id)
            if due is None or due > clock.now():
                return False
            await self.limits.free(manifest, self.channel, "send")
        return True

    async def _too_soon(self, manifest: Manifest, claimed: Claimed) -> bool:
        """Say whether a message has to wait, since its recipient got as many as the provider allows; count it if not.

        What goes to others goes on meanwhile."""
        if not any(limit.scope == "recipient" for limit in manifest.rate_limits):
            self.limits.take(manifest, self.channel, "send")
            return False
        recipients: str = await self.in_thread(outbox.recipients, self.workspace, claimed.message_id)
        wait = self.limits.wait(manifest, self.channel, "send", recipients)
        if wait > 0:
            reason = f"{manifest.name} takes no more for this recipient just now"
            await self.in_thread(outbox.again, self.workspace, claimed.message_id, self.held, reason, wait, False)
            return True
        self.limits.take(manifest, self.channel, "send")
        self.limits.take(manifest, self.channel, "send", recipients)
        return False

    async def _send(self, connector: Connector, claimed: Claimed) -> float | None:
        try:
            payload = await self.in_thread(self._payload, connector, claimed)
        except (ValueError, NotFoundError) as error:
            payload = f"it cannot go out as it is: {error}"
        except OmniDeskError:
            raise
        except Exception as error:  # noqa: BLE001  one message that cannot be made must not hold up the others
            log.trace("preparing broke", channel=self.channel.name, message=claimed.message_id)
            payload = f"it cannot go out as it is: {error!r}"
        if isinstance(payload, str):
            await self._finish(claimed, MessageStatus.FAILED, payload)
            return None
        committed = False

        async def committing() -> None:
            nonlocal committed
            await self.in_thread(outbox.committing, self.workspace, claimed.message_id, self.held)
            committed = True

        outcome: SendResult
        try:
            outcome = await connector.send(payload, claimed.key, committing)
        except LeaseLostError:
            raise
        except LoginError as error:
            await self._again(claimed, str(error), None)
            raise
        except (ConnectorError, OSError, TimeoutError) as error:
            asked = error.seconds if isinstance(error, RetryAfterError) else None
            outcome = Unknown(str(error)) if committed and asked is None else Retry(str(error), asked)
        except Exception as error:  # noqa: BLE001  a fault of a connector must not leave a message in limbo
            log.trace("sending broke", channel=self.channel.name, message=claimed.message_id)
            outcome = Unknown(repr(error)) if committed else Retry(repr(error))
        return await self._settle(connector, claimed, payload, outcome)

    async def _settle(
        self, connector: Connector, claimed: Claimed, payload: Payload, outcome: SendResult
    ) -> float | None:
        if isinstance(outcome, Unknown) and connector.manifest.idempotency == "key" and not self._too_long(claimed):
            outcome = Retry(outcome.reason)  # the same key again is the same message
        facts = {"channel": self.channel.name, "message": claimed.message_id}
        if isinstance(outcome, Sent):
            await self._finish(
                claimed, MessageStatus.SENT, _refusals(outcome), outcome.provider_ids, came_into=outcome.thread
            )
            log.say("sent", **facts)
            try:
                await connector.after_sent(payload, claimed.key)
            except (ConnectorError, OSError, TimeoutError) as error:
                log.warn(f"after sending: {error}", **facts)
        elif isinstance(outcome, Failed):
            await self._finish(claimed, MessageStatus.FAILED, outcome.reason, unreachable=outcome.unreachable)
            log.warn(f"not sent: {outcome.reason}", **facts)
        elif isinstance(outcome, Unknown):
            words = f"{outcome.reason}: it may have been sent"
            await self._finish(claimed, MessageStatus.UNKNOWN, words)
            log.warn(f"unknown whether sent: {outcome.reason}", **facts)
        else:
            return await self._again(claimed, outcome.reason, outcome.after)
        return None

    async def _finish(
        self,
        claimed: Claimed,
        status: MessageStatus,
        error: str | None,
        provider_ids: tuple[str, ...] = (),
        unreachable: bool = False,
        came_into: str = "",
    ) -> None:
        facts = claimed.message_id, self.held, status, error, provider_ids, unreachable, came_into
        await self.in_thread(outbox.finish, self.workspace, *facts)
        if status is MessageStatus.SENT:
            self.sent += 1
        else:
            self.failed += 1

    async def _again(self, claimed: Claimed, reason: str, after: float | None) -> float | None:
        if self._too_long(claimed):
            waited = (clock.now() - claimed.created_at) // clock.HOUR
            words = f"tried {claimed.attempts} times in {waited} hours: {reason}"
            await self._finish(claimed, MessageStatus.FAILED, words)
            return None
        backoff = Backoff(self.settings.backoff_seconds, self.settings.send_backoff_most_seconds)
        backoff.failures = claimed.attempts - 1
        wait = backoff.failed(after)
        await self.in_thread(outbox.again, self.workspace, claimed.message_id, self.held, reason, wait)
        log.warn(
            f"will try again: {reason}", channel=self.channel.name, message=claimed.message_id, wait=round(wait, 1)
        )
        return after

    def _too_long(self, claimed: Claimed) -> bool:
        return clock.now() - claimed.created_at > self.settings.send_for_seconds * clock.SECOND

    def _payload(self, connector: Connector, claimed: Claimed) -> Payload | str:
        """Return what goes out, fixed before the first try; or in words why it must not."""
        outgoing = outbox.outgoing(self.workspace, claimed.message_id)
        reader = self.workspace.database.reader
        channel = channels.get(self.workspace, self.channel.id)
        answers = outbox.answered(self.workspace, claimed.message_id) if outgoing.privately or outgoing.auto else 0
        outward = rules.Outward(
            outgoing.to,
            outgoing.cc,
            outgoing.bcc,
            outgoing.text,
            tuple(len(file.data) for file in outgoing.files),
            planning.last_inbound_at(reader, outgoing.conversation, channel.id, outgoing.public),
            reachable=bool(outgoing.links),
            refused_consent=consents.refused(
                reader,
                channel,
                (*outgoing.to, *outgoing.cc, *outgoing.bcc),
                outgoing.conversation,
                service_only=not outgoing.token,  # an aside goes to no customer and bears no token
                marketing=unsubscribing.is_marketing(self.workspace, claimed.message_id),
            ),
            public=outgoing.public,
            remark=(
                remarks.remark(reader, threads.message(self.workspace, answers), claimed.message_id)
                if outgoing.privately
                else None
            ),
            template=outgoing.template is not None,
        )
        refused = rules.objection(channel, connector.manifest, outward, clock.now())
        if refused is None and outgoing.auto:
            refused = automatic.objection(reader, answers, claimed.message_id)
        if refused is not None:
            return refused
        stored = outbox.stored_payload(self.workspace, claimed.message_id)
        if stored is not None:
            return stored
        late = rules.late(channel, connector.manifest, outward, clock.now())
        payload = connector.prepare(replace(outgoing, late=late), channel.settings)
        outbox.store_payload(self.workspace, claimed.message_id, payload, connector.identify(payload.data))
        return payload

    async def verify_unknown(self, connector: Connector) -> None:
        """Ask the provider about sends whose answer was lost, once each grace time."""
        now = clock.now()
        grace = int(self.settings.verify_after_seconds * clock.SECOND)
        if now - self._last_verified < grace:
            return
        self._last_verified = now
        for message_id, key in await self.in_thread(outbox.to_verify, self.workspace, self.channel.id, now - grace):
            payload = await self.in_thread(outbox.stored_payload, self.workspace, message_id)
            if payload is None:
                continue
            try:
                found = await connector.verify(payload, key)
            except (ConnectorError, OSError, TimeoutError) as error:
                log.warn(f"cannot verify: {error}", channel=self.channel.name, message=message_id)
                return
            if isinstance(found, Sent):
                await self.in_thread(
                    outbox.finish, self.workspace, message_id, self.held, MessageStatus.SENT, None, found.provider_ids,
                    found.thread,
                )  # fmt: skip
            elif isinstance(found, NotSent):
                await self.in_thread(outbox.again, self.workspace, message_id, self.held, "it had not been sent", 0.0)
            await asyncio.sleep(0)


def _refusals(outcome: Sent) -> str | None:
    if not outcome.refused:
        return None
    return "refused for " + "; ".join(f"{address}: {why}" for address, why in outcome.refused.items())
