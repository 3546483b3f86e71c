"""Fetches files that a provider keeps, one after the other, beside what comes in and goes out."""

from __future__ import annotations

import asyncio

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import (
    ConnectionLostError,
    Connector,
    ConnectorError,
    LoginError,
    MissingError,
    RetryAfterError,
)
from omnidesk.desk import fetching, log
from omnidesk.desk.fetching import MOST_BYTES, Wanted
from omnidesk.desk.intake import Held
from omnidesk.desk.settings import Settings
from omnidesk.store.workspace import Workspace
from omnidesk.sync.backoff import Backoff
from omnidesk.sync.limits import Limits
from omnidesk.sync.sending import InThread
from omnidesk.words.rows import Channel

LOOK = 30.0
"""Seconds after which the engine looks for files to fetch though nothing told it that some came."""


class _TooLargeError(Exception):
    """More came than a channel's files may have."""


def keeps_files(kind: str) -> bool:
    """Say whether providers of a kind of channel keep files until they are asked for."""
    return registry.connector(kind).fetch_blob is not Connector.fetch_blob


class Fetcher:
    """Fetches for one channel under one lease."""

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
        """Return in how many seconds a file is due; at most `LOOK`."""
        due: int | None = await self.in_thread(fetching.next_due, self.workspace, self.channel.id)
        return LOOK if due is None else min(LOOK, max(0.0, (due - clock.now()) / clock.SECOND))

    async def do_due(self, connector: Connector) -> None:
        """Fetch what is due now. Raises LeaseLostError and LoginError; what else goes wrong is written down."""
        while True:
            await self.limits.free(connector.manifest, self.channel, "pull")
            pause = self.settings.timeout_seconds + self.settings.backoff_seconds
            wanted: Wanted | None = await self.in_thread(
                fetching.begin, self.workspace, self.channel.id, self.held, pause
            )
            if wanted is None:
                return
            self.limits.take(connector.manifest, self.channel, "pull")
            await self._fetch(connector, wanted)

    async def _fetch(self, connector: Connector, wanted: Wanted) -> None:
        asked = connector.manifest.attachments.max_bytes
        most = MOST_BYTES if asked is None else min(asked, MOST_BYTES)
        backoff = Backoff(self.settings.backoff_seconds, self.settings.send_backoff_most_seconds)
        backoff.failures = wanted.attempts - 1
        try:
            data = await self._read(connector, wanted.reference, most)
        except RetryAfterError as error:
            await self.in_thread(fetching.put_off, self.workspace, wanted, self.held, error.seconds)
        except LoginError:
            await self.in_thread(fetching.put_off, self.workspace, wanted, self.held, backoff.failed())
            raise
        except _TooLargeError:
            await self._failed(wanted, f"it is larger than {most / 1e6:.0f} MB, more is not fetched", None)
        except MissingError as error:
            await self._failed(wanted, str(error), None)
        except (ConnectionLostError, OSError, TimeoutError) as error:
            await self._failed(wanted, str(error) or "the provider did not answer", backoff.failed(), reached=False)
        except ConnectorError as error:
            await self._failed(wanted, str(error), backoff.failed())
        except Exception as error:  # noqa: BLE001  one file that breaks a connector does not stop the others
            log.trace("fetching broke", channel=self.channel.name, file=wanted.attachment_id)
            await self._failed(wanted, repr(error), backoff.failed())
        else:
            await self.in_thread(fetching.came, self.workspace, wanted, self.held, data)

    async def _read(self, connector: Connector, reference: str, most: int) -> bytes:
        """Read a file to its end, no more of it than a channel's files may have, and wait for no piece too long."""
        pieces = connector.fetch_blob(reference)
        found: list[bytes] = []
        size = 0
        try:
            while True:
                try:
                    piece = await asyncio.wait_for(anext(pieces), self.settings.timeout_seconds)
                except StopAsyncIteration:
                    return b"".join(found)
                size += len(piece)
                if size > most:
                    raise _TooLargeError
                found.append(piece)
        finally:
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()

    async def _failed(self, wanted: Wanted, why: str, wait: float | None, reached: bool = True) -> None:
        given_up = await self.in_thread(fetching.failed, self.workspace, wanted, self.held, why, wait, reached)
        facts = {"channel": self.channel.name, "file": wanted.attachment_id}
        log.warn(f"{'gave a file up' if given_up else 'will fetch a file again'}: {why}", **facts)
