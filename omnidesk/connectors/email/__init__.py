"""The e-mail connector: reads with IMAP, sends with SMTP.

decode     mime, header, charset, body, automatic, authenticity: a raw mail becomes a message
prepare    compose: a message becomes a mail
pull       reading, cursor, imap, client, answers: folders become batches of raw mails; learning tells our server
send       smtp: a mail is handed over once
check      mailbox: both servers tried, in words; providers and endpoint know where they are
discover   discovery, naming, autoconfig: finds the servers of an address
authorize  oauth, loopback, web: logs in at the provider; sasl bears the token to the servers
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar

from omnidesk.connectors.base import (
    Account,
    AuthorizeStep,
    Batch,
    Checked,
    Committing,
    Connector,
    Cursor,
    Decoded,
    Discovered,
    Item,
    Outgoing,
    Payload,
    SendResult,
    Sent,
    Unknown,
    Whereabouts,
)
from omnidesk.connectors.email.manifest import MANIFEST
from omnidesk.connectors.manifest import AuthMode, Manifest

if TYPE_CHECKING:
    from omnidesk.connectors.email.mailbox import Mailbox


class EmailConnector(Connector):
    """One mailbox. Settings and secrets are those of the manifest; the address is the account's."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._opened: Mailbox | None = None

    @property
    def _mailbox(self) -> Mailbox:
        from omnidesk.connectors.email.mailbox import Mailbox

        if self._opened is None:
            self._opened = Mailbox(self.account)
        return self._opened

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Return the message of a mail; any bytes give one."""
        from omnidesk.connectors.email.decode import decode

        return (decode(item),)

    @staticmethod
    def learn(
        item: Item, memory: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Learn what our own server calls itself in Authentication-Results, until somebody types it."""
        from omnidesk.connectors.email.learning import learn

        return learn(item, memory, settings)

    @staticmethod
    def page(item: Item) -> str:
        """Return the HTML form of a mail, untouched."""
        from omnidesk.connectors.email.body import read_page
        from omnidesk.connectors.email.mime import parse

        return read_page(parse(item.raw))

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return Message-ID and content hash: the same for each copy of a mail."""
        from omnidesk.connectors.email.mailid import source_id

        return source_id(raw)

    @staticmethod
    def fields(item: Item, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Return header fields of a mail, decoded, the topmost first."""
        from omnidesk.connectors.email import header
        from omnidesk.connectors.email.mime import fields_of

        found, _ = fields_of(item.raw, 0, min(len(item.raw), 1_000_000))
        return {
            name: tuple(header.unword(header.as_text(each)) for each in found[name]) for name in names if name in found
        }

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Return the mail and its envelope. Raises ValueError in words when it cannot be sent as it is."""
        from omnidesk.connectors.email.compose import prepare

        return prepare(outgoing, settings)

    async def discover(self) -> Discovered:
        """Find the servers of the address: what is known, what DNS and the domain itself say, what answers."""
        from omnidesk.connectors.email.discovery import discover

        return await discover(self.account.address)

    async def authorize(self, way: AuthMode) -> AsyncIterator[AuthorizeStep]:
        """Log in at Google, Microsoft or another provider with the browser or a device code."""
        from omnidesk.connectors.email.loopback import by_browser
        from omnidesk.connectors.email.oauth import Client

        client = Client(self.account)
        async with aclosing(client.by_device() if way == "oauth_device" else by_browser(client)) as steps:
            async for step in steps:
                yield step

    async def renew(self) -> Mapping[str, str]:
        """Return the secret with new tokens for those that end."""
        from omnidesk.connectors.email.oauth import SECRET, Client, Tokens

        tokens = await Client(self.account).refresh(Tokens.of(self.account.secrets.get(SECRET, "")))
        return {SECRET: tokens.kept()}

    async def check(self) -> Checked:
        """Log in at both servers. `total` counts the mails of the folders that are read, `waiting` those of the
        inbox that came within two weeks and bear no mark of an answer; `settings` are the servers found."""
        return await self._mailbox.check()

    def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what the folders hold beyond the cursor, newest first."""
        return self._mailbox.pull(cursor)

    def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield new mail as the server tells of it (IDLE), else by asking. Never ends by itself."""
        return self._mailbox.listen(cursor, self.manifest.poll_seconds)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand a mail to the submission server once."""
        return await self._mailbox.send(payload, key, committing)

    async def after_sent(self, payload: Payload, key: str) -> None:
        """File a copy in Sent where the server keeps none itself. Raises ConnectorError; the mail is sent anyhow."""
        await self._mailbox.file_copy(payload)

    async def verify(self, payload: Payload, key: str) -> Sent | Unknown:
        """Look for our Message-ID in Sent and in answers. Finding nothing proves nothing."""
        return await self._mailbox.verify(payload)

    async def locate(self, external_ids: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Look for mails by their Message-IDs, in the folders that are read and then in all others."""
        return await self._mailbox.locate(external_ids)

    async def aclose(self) -> None:
        """Drop all connections."""
        if self._opened is not None:
            self._opened.close()
