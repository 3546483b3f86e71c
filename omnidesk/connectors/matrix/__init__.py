"""Matrix: one account on a homeserver, read by /sync, whose rooms are conversations.

manifest    what it can do                                  homeserver  requests, logins, where the server is
position    how far it has been read                        rooms       what is known of a room
reading     what /sync tells, gaps closed, as items         invites     which invitations are accepted
incoming    what an item becomes                            outgoing    what a message becomes
direct      the private room with somebody                  sending     hands a message over

Source: the client-server API of https://spec.matrix.org (v1.11 and later), and what Synapse 1.163 was seen to do.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Cursor,
    Decoded,
    Item,
    LoginError,
    Outgoing,
    Payload,
    SendResult,
)
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix import incoming, outgoing, sending
from omnidesk.connectors.matrix.checking import looked_at
from omnidesk.connectors.matrix.homeserver import MEDIA, V3, Homeserver
from omnidesk.connectors.matrix.manifest import MANIFEST
from omnidesk.connectors.matrix.reading import Reader
from omnidesk.words.rows import Address

_MXC = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_-]{1,255})\Z")
TYPING = 20_000
"""Milliseconds for which a customer is shown that somebody writes, unless told again."""


class MatrixConnector(Connector):
    """One account on a homeserver."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.server = Homeserver(account)
        self.reader = Reader(self.server)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.server.aclose()

    async def check(self) -> Checked:
        """Log in and say as whom and with which device. Raises ConnectorError."""
        return await looked_at(self.server)

    async def renew(self) -> Mapping[str, str]:
        """Log in with the password. Raises LoginError where the channel has a token of its own instead."""
        return await self.server.log_in()

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what was said since, until nothing new comes; invitations are accepted on the way."""
        async for batch in self.reader.read(cursor, waits=False):
            yield batch

    async def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Wait at the server and yield what comes."""
        async for batch in self.reader.read(cursor, waits=True):
            yield batch

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one event, or who read what. Raises DecodeError."""
        return incoming.decoded(item)

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return the id of the event."""
        return incoming.source_id(raw) or Connector.identify(raw)

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a file, as the server gives it to those who are logged in. Raises ConnectorError."""
        found = _MXC.match(reference)
        if found is None:
            raise ConnectorError("this is no file that a homeserver keeps")
        where = "/".join(quote(part, safe="") for part in found.groups())
        async for part in self._file(f"{MEDIA}/download/{where}", f"_matrix/media/v3/download/{where}"):
            yield part

    async def _file(self, path: str, old: str) -> AsyncIterator[bytes]:
        """Try where servers have files since v1.11, and where older ones have them."""
        client = await self.server.client()
        begun = False
        try:
            async for part in client.download(path):
                begun = True
                yield part
            return
        except LoginError:
            if begun:
                raise
            await self.server.whoami()  # logs in anew where the session has ended
        except AnswerError as error:
            if error.answer.status != 404 or begun:
                raise
            path = old
        try:
            async for part in client.download(path):
                yield part
        except LoginError as error:
            raise ConnectorError(f"{self.server.host} does not give us this file") from error

    # --- what goes out

    @staticmethod
    def prepare(outgoing_: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make the events of a message. Raises ValueError in words."""
        return outgoing.prepared(outgoing_)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Put the events into their room; the same key is the same event."""
        return await sending.send(self.server, payload, key, committing)

    async def after_sent(self, payload: Payload, key: str) -> None:
        """Show the customer that what they wrote was read: it has been answered."""
        room, event = str(payload.envelope.get("room") or ""), str(payload.envelope.get("read") or "")
        if room and event:
            path = f"{V3}/rooms/{quote(room, safe='')}/receipt/m.read/{quote(event, safe='')}"
            await self.server.request("POST", path, json={})

    async def typing(self, to: Address, thread: str) -> None:
        """Show those in the room that an answer is being written."""
        if room := incoming.room_of(thread):
            path = f"{V3}/rooms/{quote(room, safe='')}/typing/{quote(self.server.me, safe='')}"
            await self.server.request("PUT", path, json={"typing": True, "timeout": TYPING})
