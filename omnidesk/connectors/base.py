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
    DecodeError               this raw item cannot become messages: quarantine
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from omnidesk.connectors.manifest import AuthMode, Manifest
from omnidesk.connectors.setting_up import AuthorizeStep as AuthorizeStep
from omnidesk.connectors.setting_up import Checked as Checked
from omnidesk.connectors.setting_up import Discovered as Discovered
from omnidesk.connectors.setting_up import Renewing as Renewing
from omnidesk.connectors.whereabouts import Listing as Listing
from omnidesk.connectors.whereabouts import Whereabouts as Whereabouts
from omnidesk.words.kinds import Auth, Auto
from omnidesk.words.rows import Address

API = 1
"""The version of this interface."""

Cursor = Mapping[str, Any]
"""How far a source has been read: a JSON object of at most a few KB that holds its own `version`; `{}` at first.
A connector accepts every older version of its own."""


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


class DecodeError(Exception):
    """A raw item that cannot be turned into messages."""


# --- coming in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One thing as it arrived: a mail, a webhook body, an item of a poll.

    `source_id` is stable and never empty; with the channel it makes the receipt. `received_at` is the source's own
    receipt time in UTC milliseconds. `folder` and `position` say where it lay, for people. `outbound` marks an item
    of a Sent folder, `junk` one the provider took for spam.
    """

    source_id: str
    raw: bytes
    received_at: int
    media_type: str = "message/rfc822"
    headers: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    position: str = ""
    outbound: bool = False
    junk: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Items in the order they should be taken in, and the cursor that holds once they are committed.

    The engine commits items and cursor in one transaction and asks the iterator for the next batch only after
    that: resuming the iterator is the acknowledgement. `done` and `total` count items of the source for progress.
    `listings` say what folders hold now, where the channel's settings ask for it.
    """

    items: tuple[Item, ...]
    cursor: Cursor
    done: int = 0
    total: int = 0
    listings: tuple[Listing, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Someone a message names: an identity (kind, scope, value as the channel gave it) and a display name.

    `verified` is True only where the channel itself authenticated the sender."""

    kind: str
    value: str
    name: str = ""
    scope: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file with its bytes. `inline` marks one shown within the text; `content_id` is what the text calls it."""

    name: str
    content_type: str
    data: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """News about a message of ours: `external_id` or `key` (our UUID) says which; `detail` is the provider's text.

    `code` is the enhanced status of mail (RFC 3463, `5.1.1`), `reply` the server's reply code (`550`); "" unknown."""

    status: Literal["sent", "delivered", "read", "failed", "delayed"]
    external_id: str = ""
    key: str = ""
    recipient: str = ""
    detail: str = ""
    permanent: bool = True
    code: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One message, or news about one of ours, made from a raw item by `decode`. Text is plain and clean.

    `reply_text` is what is new in `text`. `in_reply_to` and `references` hold the channel's own message ids, oldest
    first; `thread` the channel's native thread id; `tokens` what our own plus-addresses or subject tokens said.
    `quoted_text` and `signature` are what was folded out of `text`. `no_auto_answer`: a machine must not answer it.
    `sent_at` is the sender's claim, None when unusable. `deliveries` makes a bounce or a status report.
    """

    external_id: str
    sender: Party | None
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    bcc: tuple[Party, ...] = ()
    reply_to: tuple[Party, ...] = ()
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    files: tuple[File, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    thread: str = ""
    tokens: tuple[str, ...] = ()
    content_hash: str = ""
    sent_at: int | None = None
    received_at: int | None = None
    auto: Auto | None = None
    list_id: str | None = None
    auth: Auth = Auth.NONE
    deliveries: tuple[Delivery, ...] = ()
    warnings: tuple[str, ...] = ()
    quoted_text: str = ""
    signature: str = ""
    no_auto_answer: bool = False


# --- going out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that is answered, for quoting under the reply; `at` in UTC milliseconds."""

    author: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. `key` is its UUID and idempotency key; `token` the conversation's random token.

    `external_id` is the id the message will bear where we choose it (mail). `at` in UTC milliseconds.
    """

    key: str
    external_id: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    text: str
    at: int
    conversation: int
    token: str
    files: tuple[File, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    quoted: Quoted | None = None
    auto: bool = False
    """A machine wrote it (acknowledgement, survey): marked so for the other side."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What will be handed to the provider, fixed before the first try and the same for each.

    `data` are the bytes (a mail, a JSON body), `envelope` what goes beside them (JSON values only)."""

    data: bytes
    envelope: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it. `refused` names recipients it would not take, with its words."""

    provider_ids: tuple[str, ...] = ()
    at: int | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not sent; try again, after `after` seconds where the provider said so."""

    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Certainly not sent, and trying again will not help."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer was lost: it may or may not have been sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """`verify` is certain that the provider never got it."""


SendResult = Sent | Retry | Failed | Unknown
Committing = Callable[[], Awaitable[None]]
"""Awaited by `send` just before the step that cannot be taken back (SMTP DATA, the POST). The engine makes durable
that from here on the outcome may be unknown; it raises if the lease was lost, and the connector must then let go."""


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
        """Turn a message into what the provider gets. Pure; raises ValueError in words when it cannot go out."""

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

    @abstractmethod
    def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what the source holds beyond `cursor`, to its end. Raises ConnectorError."""

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

    async def locate(self, external_ids: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Find where messages lie now that left their folders; what is nowhere is left out. Raises ConnectorError."""
        return {}

    def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream content that an item only referred to."""
        raise ConnectorError(f"{self.manifest.name} has no content to fetch later")

    async def aclose(self) -> None:
        """Let go of connections. Called once, also after errors."""
        return None
