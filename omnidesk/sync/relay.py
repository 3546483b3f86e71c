"""Fetches what a relay keeps of a channel's webhooks, as if its provider could be polled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from omnidesk.connectors.base import Account, Batch, ConnectorError, Cursor, LoginError
from omnidesk.connectors.http import AnswerError, Client, bearer
from omnidesk.desk import relaying

WAIT = 45
"""Seconds that the relay lets us wait for something to come."""


def used(account: Account) -> bool:
    """Say whether a channel's webhooks arrive at a relay."""
    return bool(account.settings.get("relay_url"))


class Relay:
    """The relay of one channel."""

    def __init__(self, account: Account) -> None:
        self._account = replace(account, settings={"api_url": account.settings["relay_url"]})
        self._path = f"relay/{account.settings.get('relay_channel') or account.name}"

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what the relay keeps behind the cursor. Raises ConnectorError."""
        async for batch in self._read(cursor, 0):
            yield batch

    async def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Wait at the relay and yield what arrives there. Raises ConnectorError."""
        while True:
            async for batch in self._read(cursor, WAIT):
                cursor = batch.cursor
                yield batch

    async def _read(self, cursor: Cursor, wait: int) -> AsyncIterator[Batch]:
        """Yield what stands behind the cursor, to the end of the log, having waited so many seconds for the first."""
        client = Client(self._account, "", bearer("relay_token"))
        number = int(cursor.get("relay", 0))
        try:
            while True:
                asked = {"after": number, "wait": wait}
                try:
                    answer = await client.get(self._path, params=asked, patience=self._account.timeout + wait)
                except LoginError as error:
                    raise LoginError(
                        f"the relay {client.host} refuses our token: store what `omnidesk token relay` prints there as "
                        f"relay_token of {self._account.name}"
                    ) from error
                except AnswerError as error:
                    raise ConnectorError(f"the relay {client.host} does not give this channel: {error}") from error
                found = answer.json()
                try:
                    if int(found["last"]) < number:
                        number = 0  # a relay made anew: what was read before has its receipts
                        continue
                    said = found["items"]
                    items = tuple(relaying.read(one) for one in said)
                    number = max((int(one["number"]) for one in said), default=number)
                except (ValueError, KeyError, TypeError) as error:
                    raise ConnectorError(f"{client.host} does not answer as a relay does: {error!r}") from error
                if not items:
                    return
                yield Batch(items, {**cursor, "version": 1, "relay": number})
                wait = 0
        finally:
            await client.aclose()
