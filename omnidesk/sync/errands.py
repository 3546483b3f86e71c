"""What is to be done at a shop beside reading it: questions asked, notes handed over once."""

from __future__ import annotations

from functools import partial

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import (
    ConnectionLostError,
    Connector,
    ConnectorError,
    Failed,
    LoginError,
    NotSent,
    Retry,
    RetryAfterError,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.desk import intake, log, order_lookups, order_notes
from omnidesk.desk.intake import Held
from omnidesk.desk.order_lookups import Asked
from omnidesk.desk.order_notes import Due, TakenBackError
from omnidesk.desk.settings import Settings
from omnidesk.store.workspace import Workspace
from omnidesk.sync.backoff import Backoff
from omnidesk.sync.limits import Limits
from omnidesk.sync.sending import InThread
from omnidesk.words.orders import NoteState
from omnidesk.words.rows import Channel

LOOK = 2.0
"""Seconds after which the engine looks for errands though nothing told it of any."""


def runs(kind: str) -> bool:
    """Say whether there can be errands at a kind of channel."""
    manifest = registry.manifest(kind)
    return bool(manifest.looks_up) or manifest.order_notes


class Errands:
    """Those of one channel under one lease."""

    def __init__(
        self,
        workspace: Workspace,
        channel: Channel,
        held: Held,
        settings: Settings,
        in_thread: InThread,
        limits: Limits,
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.held = held
        self.settings = settings
        self.in_thread = in_thread
        self.limits = limits

    async def wait(self) -> float:
        """Return in how many seconds an errand is due; at most `LOOK`."""
        found = [
            await self.in_thread(each.next_due, self.workspace, self.channel.id)
            for each in (order_lookups, order_notes)
        ]
        due = min((at for at in found if at is not None), default=None)
        return LOOK if due is None else min(LOOK, max(0.0, (due - clock.now()) / clock.SECOND))

    async def do_due(self, connector: Connector) -> None:
        """Do what is due, until something has to wait. Raises LeaseLostError and LoginError; what else goes wrong is
        written down."""
        pause = self.settings.timeout_seconds + self.settings.backoff_seconds
        first = (self.workspace, self.channel.id, self.held, pause)
        while not self.channel.read_only:
            await self.limits.free(connector.manifest, self.channel, "send")
            due: Due | None = await self.in_thread(order_notes.begin, *first)
            if due is None:
                break
            self.limits.take(connector.manifest, self.channel, "send")
            if not await self._note(connector, due):
                break
        while True:
            await self.limits.free(connector.manifest, self.channel, "pull")
            asked: Asked | None = await self.in_thread(order_lookups.begin, *first)
            if asked is None:
                return
            self.limits.take(connector.manifest, self.channel, "pull")
            if not await self._ask(connector, asked):
                return

    def _backoff(self, attempts: int) -> float:
        backoff = Backoff(self.settings.backoff_seconds, self.settings.send_backoff_most_seconds)
        backoff.failures = attempts - 1
        return backoff.failed()

    # --- questions

    async def _ask(self, connector: Connector, asked: Asked) -> bool:
        """Ask; say whether the shop answered."""
        ended = partial(self.in_thread, order_lookups.answered, self.workspace, self.channel.id, asked, self.held)
        try:
            items = await connector.look_up(asked.wanted)
        except RetryAfterError as error:
            await ended(str(error), error.seconds)
        except LoginError as error:
            await ended(str(error), self._backoff(asked.attempts))
            raise
        except (ConnectorError, OSError, TimeoutError) as error:
            log.warn(f"the shop did not answer: {error}", channel=self.channel.name)
            await ended(str(error) or repr(error), self._backoff(asked.attempts))
        except Exception as error:  # noqa: BLE001  one question that breaks a connector does not stop the others
            log.trace("asking broke", channel=self.channel.name)
            await ended(repr(error), self._backoff(asked.attempts))
        else:
            admitted = await self.in_thread(
                partial(intake.admit, self.workspace, self.channel.id, items, held=self.held)
            )
            await self.in_thread(intake.settle, self.workspace, admitted.items, self.held)
            await ended()
            return True
        return False

    # --- notes

    async def _note(self, connector: Connector, due: Due) -> bool:
        """Hand a note over; say whether that is over, one way or the other."""
        try:
            result = await self._handed_over(connector, due)
        except TakenBackError:
            return True
        except LoginError as error:
            await self._ended(due, NoteState.QUEUED, str(error), self._backoff(due.attempts))
            raise
        await self._settle(due, result)
        return isinstance(result, Sent | Failed)

    async def _handed_over(self, connector: Connector, due: Due) -> SendResult:
        """Hand a note over, unless it is there already. Raises LoginError before, never after."""
        committed = False

        async def committing() -> None:
            nonlocal committed
            await self.in_thread(order_notes.committing, self.workspace, due.id, self.held)
            committed = True

        try:
            payload = connector.prepare(due.outgoing, self.channel.settings)
            if due.asked_first:
                found = await connector.verify(payload, due.key)
                if not isinstance(found, NotSent):
                    return found
            return await connector.send(payload, due.key, committing)
        except ValueError as error:
            return Failed(str(error))
        except (LoginError, TakenBackError):
            raise
        except (ConnectionLostError, RetryAfterError, OSError, TimeoutError) as error:
            after = error.seconds if isinstance(error, RetryAfterError) else None
            lost = committed or due.asked_first
            return Unknown(str(error)) if lost else Retry(str(error), after)
        except ConnectorError as error:
            return Unknown(str(error)) if committed else Failed(str(error))

    async def _settle(self, due: Due, result: SendResult) -> None:
        if isinstance(result, Sent):
            await self._ended(due, NoteState.SENT)
        elif isinstance(result, Failed):
            await self._ended(due, NoteState.FAILED, result.reason)
        elif isinstance(result, Retry):
            wait = self._backoff(due.attempts) if result.after is None else result.after
            await self._ended(due, NoteState.QUEUED, result.reason, wait)
        else:
            wait = max(self.settings.verify_after_seconds, self._backoff(due.attempts))
            await self._ended(due, NoteState.UNKNOWN, result.reason, wait)

    async def _ended(self, due: Due, state: NoteState, why: str = "", wait: float | None = None) -> None:
        if why:
            log.warn(f"a note on an order did not go: {why}", channel=self.channel.name, note=due.id)
        await self.in_thread(order_notes.finish, self.workspace, due, self.held, state, why, wait)
