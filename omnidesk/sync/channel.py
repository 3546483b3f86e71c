"""Runs one channel: takes its lease, receives and sends, and writes down how it does.

Receiving and sending are two loops with a connection each, so that trouble with one does not stop the other; both
work under the one lease and end when it is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Account, Batch, Connector, ConnectorError, LoginError, RetryAfterError
from omnidesk.desk import channels, following, intake, log, outbox, rules
from omnidesk.desk.decoding import Decoder, Outcome
from omnidesk.desk.intake import Held
from omnidesk.desk.settings import Settings
from omnidesk.store import leases
from omnidesk.store.leases import LeaseLostError
from omnidesk.store.workspace import Workspace
from omnidesk.sync import relay, secrets, templates
from omnidesk.sync.backoff import Backoff
from omnidesk.sync.errands import Errands, runs
from omnidesk.sync.fetching import Fetcher, keeps_files
from omnidesk.sync.following import follow
from omnidesk.sync.limits import Limits
from omnidesk.sync.login import Renewer
from omnidesk.sync.relay import Relay
from omnidesk.sync.sending import InThread, Sender
from omnidesk.words.errors import NotFoundError, OmniDeskError, SecretMissingError
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Channel, ChannelSync

FRESH = 5 * clock.SECOND
"""A success is written down again when the last one is older than this."""
LOOK, FAILED_LOOK = 60.0, 5.0
"""Seconds for which a look at the source is good enough to send what waited long."""


class ChannelRun:
    """One channel at work in this process."""

    def __init__(
        self,
        workspace: Workspace,
        channel: Channel,
        owner: str,
        settings: Settings,
        in_thread: InThread,
        decoder: Decoder | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.owner = owner
        self.settings = settings
        self.in_thread = in_thread
        self.decoder = decoder or Decoder()
        self.limits = limits or Limits()
        self.held: Held | None = None
        self.sender: Sender | None = None
        self.beside: list[Fetcher | Errands] = []
        """What is done beside receiving and sending, each in a loop of its own."""
        self.renewing = Renewer(workspace, channel, settings.timeout_seconds, lambda: self.held)
        self.received = self.duplicates = self.quarantined = 0
        self._noted: tuple[Health, str | None, int] | None = None
        self._reconnect = asyncio.Event()
        self._hurry = asyncio.Event()
        self._looking = False
        self._looked_until = 0.0
        self._draining = asyncio.Event()
        self._filed: dict[Fetcher | Errands, asyncio.Event] = {}

    # --- the lease ---

    async def run(self) -> None:
        """Work on the channel for as long as the task lives; whoever holds the lease works, the others wait."""
        backoff = Backoff(self.settings.backoff_seconds, self.settings.backoff_most_seconds)
        while not self._draining.is_set():
            try:
                self.account()  # a lease is for those who can read the secrets
                if not await self.take_lease():
                    await self._pause(self.settings.lease_seconds / 3)
                    continue
                await self._work_under_lease()
            except LeaseLostError:
                log.warn("lease lost", channel=self.channel.name)
            except (SecretMissingError, NotFoundError) as error:
                if await self.in_thread(self._nobody_runs_it):
                    await self._note(Health.NEEDS_LOGIN, str(error), self.settings.lease_seconds)
                await self._pause(min(self.settings.lease_seconds, self.settings.backoff_most_seconds))
            except OmniDeskError as error:
                log.warn(f"the workspace failed: {error}", channel=self.channel.name)
                await self._pause(backoff.failed())
            finally:
                self.held = None

    def _nobody_runs_it(self) -> bool:
        return leases.holder(self.workspace.database.reader, f"channel:{self.channel.id}") is None

    async def _pause(self, seconds: float) -> None:
        await _waited(self._draining, seconds)

    async def take_lease(self) -> bool:
        """Take the channel's lease, if nobody else holds it."""
        name = f"channel:{self.channel.id}"
        length = int(self.settings.lease_seconds * clock.SECOND)
        number = await self.in_thread(
            self.workspace.database.write, lambda tx: leases.acquire(tx, name, self.owner, length)
        )
        if number is None:
            return False
        self.held = Held(name, number)
        needed = (self.workspace, self.channel, self.held, self.settings, self.in_thread, self.limits)
        self.sender = Sender(*needed)
        kind = self.channel.kind
        self.beside = [*([Fetcher(*needed)] if keeps_files(kind) else []), *([Errands(*needed)] if runs(kind) else [])]
        self._filed = {work: asyncio.Event() for work in self.beside}
        return True

    async def give_lease_back(self) -> None:
        """Release the lease, so that another process need not wait for its end."""
        held = self.held
        if held is not None:
            self.held = None
            await self.in_thread(self.workspace.database.write, lambda tx: leases.release(tx, held.name, held.number))

    async def _renew(self) -> None:
        length = int(self.settings.lease_seconds * clock.SECOND)
        while self.held is not None:
            await asyncio.sleep(self.settings.lease_seconds / 3)
            name, held_number = self.held.name, self.held.number
            number = await self.in_thread(
                self.workspace.database.write, partial(leases.acquire, name=name, owner=self.owner, length=length)
            )
            if number != held_number:
                raise LeaseLostError(f"another process took over {self.channel.name}")

    async def _work_under_lease(self) -> None:
        sending = asyncio.create_task(self._send_loop())
        beside = (self._renew(), self._receive_loop(), *(self._beside_loop(work) for work in self.beside))
        tasks = [*(asyncio.create_task(each) for each in beside), sending]
        pending = set(tasks)
        try:
            while not sending.done():
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(OmniDeskError):
                await self.give_lease_back()

    async def settle_what_was_left(self) -> None:
        """File what an earlier run admitted and did not get to."""
        left = await self.in_thread(intake.settle_rest, self.workspace, self.channel.id, self.held)
        self.quarantined += left.quarantined

    # --- receiving ---

    def reconnect(self) -> None:
        """Drop the connection and read anew: the machine slept, or its network changed."""
        self._reconnect.set()
        self._hurry.set()

    def hurry(self) -> None:
        """Look at once for what is due to be sent."""
        self._hurry.set()

    def drain(self) -> None:
        """Receive no more; end when what is due soon has been sent."""
        self._draining.set()
        self._reconnect.set()
        self._look_beside()

    async def _receive_loop(self) -> None:
        backoff = Backoff(self.settings.backoff_seconds, self.settings.backoff_most_seconds)
        while not self._draining.is_set():
            self._reconnect.clear()
            wait = await self._guarded(self._receive_until_disconnected, backoff)
            await _waited(self._reconnect, wait)

    async def _guarded(self, work: Callable[[Backoff], Awaitable[float]], backoff: Backoff) -> float:
        """Do a stretch of work; return the seconds to wait before the next, and write down what went wrong."""
        try:
            return await work(backoff)
        except LeaseLostError:
            raise
        except LoginError as error:
            wait = self.settings.backoff_most_seconds
            await self._note(Health.NEEDS_LOGIN, str(error), wait)
        except (ConnectorError, OSError, TimeoutError) as error:
            wait = backoff.failed(error.seconds if isinstance(error, RetryAfterError) else None)
            await self._note(Health.RETRYING if backoff.failures < 5 else Health.DOWN, str(error) or repr(error), wait)
        except OmniDeskError as error:
            wait = backoff.failed()
            log.warn(f"the workspace failed: {error}", channel=self.channel.name)
        except Exception as error:  # noqa: BLE001  one channel's fault stops neither it for good nor the others
            wait = backoff.failed()
            log.trace("channel broke", channel=self.channel.name)
            await self._note(Health.DOWN, f"an error nobody foresaw ({error!r}); the log has more", wait)
        return wait

    async def _receive_until_disconnected(self, backoff: Backoff) -> float:
        """Pull to the end, then wait at the source or poll it; return how long to wait before pulling again."""
        connector = self.connector()
        disturbed = asyncio.create_task(self._reconnect.wait())
        reading = asyncio.create_task(self._read(connector, backoff))
        try:
            await asyncio.wait({disturbed, reading}, return_when=asyncio.FIRST_COMPLETED)
            return await reading if reading.done() else 0.0
        finally:
            for task in (disturbed, reading):
                task.cancel()
            await asyncio.gather(disturbed, reading, return_exceptions=True)
            if self._looking:
                self._looking, self._looked_until = False, clock.monotonic() + FAILED_LOOK
            await _close(connector)

    async def _read(self, connector: Connector, backoff: Backoff) -> float:
        self._looking = True
        await self._pull(connector)
        await templates.refresh(self.workspace, self.channel, connector, self.in_thread)
        await self._succeeded(backoff)
        self._looking, self._looked_until = False, clock.monotonic() + LOOK
        source = self._source(connector)
        if isinstance(source, Relay) or {"socket", "long_poll"} & set(connector.manifest.inbound):
            await self.take_all(self._paced(connector, source.listen(await self.cursor())), backoff)
            return 0.0
        return self._poll_seconds()

    def _source(self, connector: Connector) -> Connector | Relay:
        """Return who is asked for what came: the provider, or the relay that its webhooks arrive at."""
        return Relay(connector.account) if relay.used(connector.account) else connector

    async def _pull(self, connector: Connector) -> None:
        await self.settle_what_was_left()
        with self.decoder:
            await self.take_all(self._paced(connector, self._source(connector).pull(await self.cursor())))

    def _paced(self, connector: Connector, batches: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        """Ask for batches no more often than the provider allows."""
        limited = bool(connector.manifest.rate_limits) and not relay.used(connector.account)
        return self.limits.paced(connector.manifest, self.channel, batches) if limited else batches

    async def take_all(self, batches: AsyncIterator[Batch], backoff: Backoff | None = None) -> None:
        """Admit batches as they come; one is fetched while others are decoded and filed."""
        filing: asyncio.Task[None] | None = None
        decoding: asyncio.Task[list[Outcome]] | None = None
        try:
            async for batch in batches:
                if following.follows(self.channel):
                    if filing is not None:
                        await filing  # what is not filed cannot be followed
                    await follow(self, batch)
                admitted = await self.in_thread(
                    intake.admit,
                    self.workspace,
                    self.channel.id,
                    batch.items,
                    batch.cursor,
                    self.held,
                    (batch.done, batch.total),
                )
                self.received += len(admitted.items)
                self.duplicates += admitted.duplicates
                decoding = asyncio.create_task(self._decode(admitted))
                if filing is not None:
                    await filing
                filing = asyncio.create_task(self._file(admitted, decoding))
                if backoff is not None:
                    await filing
                    await self._succeeded(backoff)
            if filing is not None:
                await filing
        finally:
            begun = [task for task in (filing, decoding) if task is not None]
            await asyncio.gather(*begun, return_exceptions=True)  # what ended them may have ended the loop first

    async def _decode(self, admitted: intake.Admitted) -> list[Outcome]:
        found: list[Outcome] = await self.in_thread(
            self.decoder.decode, self.channel.kind, [item for _, item in admitted.items]
        )
        return found

    async def _file(self, admitted: intake.Admitted, decoding: asyncio.Task[list[Outcome]]) -> None:
        settled = await self.in_thread(intake.settle, self.workspace, admitted.items, self.held, await decoding)
        self._look_beside()
        self.quarantined += settled.quarantined
        self.received -= settled.again
        self.duplicates += settled.again

    async def cursor(self) -> dict[str, Any]:
        """Return how far the source has been read."""
        found: dict[str, Any] = await self.in_thread(channels.cursor, self.workspace, self.channel.id)
        return found

    # --- files that the provider keeps, errands at a shop ---

    def _look_beside(self) -> None:
        for filed in self._filed.values():
            filed.set()

    async def _beside_loop(self, work: Fetcher | Errands) -> None:
        backoff = Backoff(self.settings.backoff_seconds, self.settings.backoff_most_seconds)
        filed = self._filed[work]
        while not self._draining.is_set():
            filed.clear()
            wait = await self._guarded(partial(self._do_beside, work), backoff)
            await _waited(filed, wait)

    async def _do_beside(self, work: Fetcher | Errands, backoff: Backoff) -> float:
        if (wait := await work.wait()) > 0:
            return wait
        connector = self.connector()
        try:
            await work.do_due(connector)
        finally:
            await _close(connector)
        backoff.succeeded()
        return await work.wait()

    # --- sending ---

    async def _send_loop(self) -> None:
        backoff = Backoff(self.settings.backoff_seconds, self.settings.backoff_most_seconds)
        while True:
            self._hurry.clear()
            wait = await self._guarded(self._send, backoff)
            if self._draining.is_set() and await self._nothing_due_soon():
                return
            await _waited(self._hurry, max(wait, self.settings.tick_seconds))

    async def _send(self, backoff: Backoff) -> float:
        assert self.sender is not None
        due = await self.in_thread(outbox.next_due, self.workspace, self.channel.id)
        unknown = await self.in_thread(outbox.to_verify, self.workspace, self.channel.id, clock.now())
        if (due is None or due > clock.now()) and not unknown:
            return 0.0
        if await self._looks_first():
            return 0.0
        connector = self.connector()
        try:
            pause = await self.sender.send_due(connector)
            await self.sender.verify_unknown(connector)
            return pause or 0.0
        finally:
            await _close(connector)

    async def _looks_first(self) -> bool:
        """Say whether sending waits until the source was read: what waited long may have been overtaken (promise 12).

        A source that cannot be read holds nothing up."""
        if self._draining.is_set() or clock.monotonic() < self._looked_until:
            return False
        if not await self.in_thread(outbox.waited_long, self.workspace, self.channel.id):
            return False
        if not self._looking:
            self._reconnect.set()
        return True

    async def _nothing_due_soon(self) -> bool:
        due = await self.in_thread(outbox.next_due, self.workspace, self.channel.id)
        manifest = registry.manifest(self.channel.kind)
        window = max(rules.longest_undo(manifest, -1), self.settings.undo_seconds)
        return due is None or due > clock.now() + (window + 1) * clock.SECOND

    # --- what is needed for both ---

    def _poll_seconds(self) -> float:
        asked = self.settings.poll_seconds
        return registry.manifest(self.channel.kind).poll_seconds if asked < 0 else asked

    def account(self) -> Account:
        """Return the channel as its connector takes it. Raises SecretMissingError, NotFoundError."""
        return Account(
            channel_id=self.channel.id,
            name=self.channel.name,
            address=self.channel.address,
            settings={**self.channel.settings, "poll_seconds": self._poll_seconds()},
            secrets=secrets.of_channel(self.channel),
            read_only=self.channel.read_only,
            timeout=self.settings.timeout_seconds,
            renewing=self.renewing,
        )

    def connector(self) -> Connector:
        """Open the channel's connector."""
        return registry.connector(self.channel.kind)(self.account())

    async def _succeeded(self, backoff: Backoff) -> None:
        backoff.succeeded()
        now = clock.now()
        if self._noted is None or self._noted[0] is not Health.OK or now - self._noted[2] > FRESH:
            await self.in_thread(
                channels.note_health,
                self.workspace,
                self.channel.id,
                Health.OK,
                None,
                last_success_at=now,
                next_attempt_at=None,
            )
            self._noted = (Health.OK, None, now)

    async def _note(self, health: Health, error: str, wait: float) -> None:
        at = clock.now() + int(wait * clock.SECOND)
        log.warn(error, channel=self.channel.name, health=str(health), wait=round(wait, 1))
        self._noted = (health, error, clock.now())
        with contextlib.suppress(OmniDeskError):
            await self.in_thread(
                channels.note_health, self.workspace, self.channel.id, health, error[:500], next_attempt_at=at
            )

    async def once(self) -> ChannelSync:
        """Read the source to its end and send what is due, then stop."""
        begun = clock.monotonic()
        if not await self.take_lease():
            return ChannelSync(self.channel.name, self.channel.kind, skipped=True)
        assert self.sender is not None
        renewing = asyncio.create_task(self._renew())
        try:
            steps = [self._receive_once, *(work.do_due for work in self.beside), self._send_once]
            troubles = [await self._attempt(step) for step in steps]
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            with contextlib.suppress(OmniDeskError):
                await self.give_lease_back()
        error = "; ".join(dict.fromkeys(trouble for trouble in troubles if trouble)) or None
        return ChannelSync(
            channel=self.channel.name,
            kind=self.channel.kind,
            received=self.received,
            duplicates=self.duplicates,
            quarantined=self.quarantined,
            sent=self.sender.sent,
            failed=self.sender.failed,
            seconds=round(clock.monotonic() - begun, 3),
            error=error,
        )

    async def _receive_once(self, connector: Connector) -> None:
        await self._pull(connector)
        await templates.refresh(self.workspace, self.channel, connector, self.in_thread)
        await self._succeeded(Backoff(0, 0))

    async def _send_once(self, connector: Connector) -> None:
        assert self.sender is not None
        await self.sender.send_due(connector)
        await self.sender.verify_unknown(connector)

    async def _attempt(self, work: Callable[[Connector], Awaitable[None]]) -> str | None:
        """Do one half of a single pass; return in words what went wrong, having noted it."""
        try:
            connector = self.connector()
            try:
                await work(connector)
                return None
            finally:
                await _close(connector)
        except (LoginError, SecretMissingError) as failure:
            error, health = str(failure), Health.NEEDS_LOGIN
        except (ConnectorError, OSError, TimeoutError, OmniDeskError) as failure:
            error, health = str(failure) or repr(failure), Health.RETRYING
        except Exception as failure:  # noqa: BLE001  one channel's fault does not stop the others
            log.trace("channel broke", channel=self.channel.name)
            error, health = f"an error nobody foresaw ({failure!r}); the log has more", Health.DOWN
        await self._note(health, error, 0)
        return error


async def _waited(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, or so long; `asyncio.wait_for` of Python 3.11 would lose a cancellation that comes with it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _close(connector: Connector) -> None:
    with contextlib.suppress(ConnectorError, OSError, TimeoutError):
        await connector.aclose()
