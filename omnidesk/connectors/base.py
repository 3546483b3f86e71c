"""The interface between a channel's provider and the desk.

A connector is a small class for one kind of channel. It keeps no state between calls, writes to no database and
never waits out a rate limit: the engine owns cursors, transactions, retries, leases and secrets. `decode` and
`prepare` are pure and may be called by anyone through the registry; every other method talks to the provider and
is called by `omnidesk.sync` and `omnidesk.web` only. The module that holds the class must be light to import:
provider libraries are imported inside the methods that talk.

    ConnectorError            the provider could not be used; str() tells a person what to do next
      LoginError              the provider refused our credentials: needs_login, no retry storm
      ConnectionLostError     out of reach or gone in mid-talk: retried with backoff
      RetryAfterError         the provider names the time to come back (seconds)
      MissingError            what was asked for will never be given: a file is not asked for again
    DecodeError               this raw item cannot become messages: quarantine
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from omnidesk.connectors.incoming import Batch as Batch
from omnidesk.connectors.incoming import Call as Call
from omnidesk.connectors.incoming import Consenting as Consenting
from omnidesk.connectors.incoming import Cursor as Cursor
from omnidesk.connectors.incoming import Decoded as Decoded
from omnidesk.connectors.incoming import Delivery as Delivery
from omnidesk.connectors.incoming import File as File
from omnidesk.connectors.incoming import Item as Item
from omnidesk.connectors.incoming import Party as Party
from omnidesk.connectors.incoming import Reach as Reach
from omnidesk.connectors.incoming import Wanted as Wanted
from omnidesk.connectors.manifest import AuthMode, Manifest
from omnidesk.connectors.outgoing import Committing as Committing
from omnidesk.connectors.outgoing import Failed as Failed
from omnidesk.connectors.outgoing import Filled as Filled
from omnidesk.connectors.outgoing import NotSent as NotSent
from omnidesk.connectors.outgoing import Outgoing as Outgoing
from omnidesk.connectors.outgoing import Payload as Payload
from omnidesk.connectors.outgoing import Quoted as Quoted
from omnidesk.connectors.outgoing import Retry as Retry
from omnidesk.connectors.outgoing import SendResult as SendResult
from omnidesk.connectors.outgoing import Sent as Sent
from omnidesk.connectors.outgoing import Template as Template
from omnidesk.connectors.outgoing import Unknown as Unknown
from omnidesk.connectors.setting_up import AuthorizeStep as AuthorizeStep
from omnidesk.connectors.setting_up import Checked as Checked
from omnidesk.connectors.setting_up import Discovered as Discovered
from omnidesk.connectors.setting_up import Renewing as Renewing
from omnidesk.connectors.whereabouts import Listing as Listing
from omnidesk.connectors.whereabouts import Whereabouts as Whereabouts
from omnidesk.words.rows import Address

API = 1
"""The version of this interface."""


class ConnectorError(Exception):
    """The provider could not be used."""


class LoginError(ConnectorError):
    """The provider refused our credentials."""


class ConnectionLostError(ConnectorError):
    """The provider is out of reach, or the connection broke or froze."""


class RetryAfterError(ConnectorError):
    """The provider asked us to come back after `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class MissingError(ConnectorError):
    """The provider has it no more, or gives it to nobody: asking again is of no use."""


class DecodeError(Exception):
    """A raw item that cannot be turned into messages."""


# --- set-up, webhooks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What a provider posted, exactly: the URL as the provider called it, headers in lower case, the raw body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What to answer at once. `batch` is admitted before the answer goes out; None for handshakes and refusals."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One channel as its connector sees it: settings as stored, secrets by field, how long to wait (seconds).

    `renewing` makes secrets anew that run out; None where they are only tried out."""

    channel_id: int
    name: str
    address: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False
    timeout: float = 30.0
    renewing: Renewing | None = None


class Connector(ABC):
    """One kind of channel, opened for one account."""

    manifest: ClassVar[Manifest]

    def __init__(self, account: Account) -> None:
        self.account = account

    @staticmethod
    @abstractmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Turn a raw item into messages. Pure: the same item gives the same messages, on any machine.

        Raises DecodeError when nothing can be made of it."""

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return the source id that an item with these bytes has at any channel of the kind. Pure."""
        return hashlib.sha256(raw).hexdigest()

    @staticmethod
    def learn(
        item: Item, memory: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Learn about the source from an item: return what to remember for the next one (JSON, small) and settings of
        the channel that are certain now. Pure."""
        return memory, {}

    @staticmethod
    def page(item: Item) -> str:
        """Return the HTML that a raw item is shown as by others, as it came; "" where it has none. Pure."""
        return ""

    @staticmethod
    def fields(item: Item, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the header fields of a raw item that have these names (small letters), each with its values in words;
        {} where it has none. Pure."""
        return {}

    @staticmethod
    @abstractmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Turn a message into what the provider gets. Pure; raises ValueError in words when it cannot go out.

        One message is one payload. Where the manifest's text rule allows to `split`, a text may be longer than
        `max_length`: the payload then holds all parts (`text.measure.pieces`), and `send` hands them over in their
        order. It awaits `committing` once, before the first; what breaks off after it is Unknown where the provider
        knows no key for each part (the message's key and the part's number make one), and `Sent` names the ids of all
        parts, any of which a report may be about. Without `split` the desk refuses a longer text before it gets here.
        """

    async def discover(self) -> Discovered:
        """Find settings from the account's address, without its secrets. Never fails: what is unknown is left out."""
        return Discovered()

    @abstractmethod
    async def check(self) -> Checked:
        """Log in and look around, in both directions, changing nothing. Raises ConnectorError."""

    def authorize(self, way: AuthMode) -> AsyncIterator[AuthorizeStep]:
        """Walk through a login flow of the manifest's `auth` (browser, device code). Raises ConnectorError."""
        raise ConnectorError(f"{self.manifest.name} has no login flow: give its secrets instead")

    async def renew(self) -> Mapping[str, str]:
        """Make the account's secrets anew at the provider (OAuth 2.0 tokens); called by `Account.renewing` alone.

        Raises LoginError when a person must log in again, ConnectionLostError when the provider is out of reach."""
        raise LoginError(f"{self.manifest.name} has no secrets that can be made anew")

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what the source holds beyond `cursor`, to its end. Raises ConnectorError.

        A kind that is told of everything by webhook has nothing to be asked for."""
        return
        yield  # pragma: no cover  makes it an iterator of nothing

    def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Wait at the source and yield what arrives; ends or raises ConnectionLostError on disconnect.

        The engine pulls to the end first, and pulls again after each disconnect."""
        raise ConnectorError(f"{self.manifest.name} cannot wait for messages: it is polled")

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Verify first, then make a batch. A wrong signature answers 401 and has no batch."""
        return WebhookAnswer(status=404)

    @abstractmethod
    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand the payload over once. Never retries by itself past `committing`."""

    async def after_sent(self, payload: Payload, key: str) -> None:
        """Do what follows a send once its result is committed (a copy into Sent). A failure here changes nothing."""
        return None

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Find out whether a payload whose answer was lost had been sent."""
        return Unknown(f"{self.manifest.name} cannot be asked whether a message was sent")

    async def look_up(self, wanted: Wanted) -> Sequence[Item]:
        """Ask for orders by what the manifest's `looks_up` names; () where there are none. Raises ConnectorError."""
        return ()

    async def templates(self) -> Sequence[Template]:
        """List the texts that the provider has approved. Raises ConnectorError."""
        return ()

    async def typing(self, to: Address, thread: str) -> None:
        """Show the customer that an answer is being written; what fails is nobody's loss."""
        return None

    async def locate(self, external_ids: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Find where messages lie now that left their folders; what is nowhere is left out. Raises ConnectorError."""
        return {}

    def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream content that an item only referred to."""
        raise ConnectorError(f"{self.manifest.name} has no content to fetch later")

    async def aclose(self) -> None:
        """Let go of connections. Called once, also after errors."""
        return None
