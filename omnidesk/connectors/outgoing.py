"""What goes out: a message as the desk has it, what the provider gets, and how sending it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.connectors.incoming import File
from omnidesk.words.rows import Address


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that is answered, for quoting under the reply; `at` in UTC milliseconds."""

    author: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the provider has approved, for writing outside the reply window.

    `text` holds `{{1}}`, `{{2}}` .. (or names) for the `fields` to fill in; `cost` is in the provider's words.
    `examples` are values that the fields could have, in their order, as far as the provider knows any."""

    name: str
    language: str
    category: str
    text: str
    fields: tuple[str, ...] = ()
    cost: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with the values of its fields, in their order."""

    name: str
    language: str
    values: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent. `key` is its UUID and idempotency key; `token` the conversation's random token.

    `external_id` is the id the message will bear where we choose it (mail). `at` in UTC milliseconds. `thread` is the
    channel's own thread id of the message that is answered.
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
    public: bool = False
    """It answers a public message in public."""
    privately: bool = False
    """It answers in private the public message `in_reply_to`, as the manifest's `private_reply` allows."""
    late: bool = False
    """The reply window has closed: it goes under the provider's tag for late answers."""
    links: tuple[str, ...] = ()
    """Where each of `files` can be fetched for two days; () where the world does not reach `omnidesk serve`."""
    unsubscribe: tuple[str, ...] = ()
    """Where the recipient unsubscribes from what goes to many: an https page that takes a bare POST (RFC 8058) first,
    then a mailto."""
    template: Filled | None = None
    """What goes out instead of `text`, which says the same in words."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What will be handed to the provider, fixed before the first try and the same for each.

    `data` are the bytes (a mail, a JSON body), `envelope` what goes beside them (JSON values only)."""

    data: bytes
    envelope: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has it. `refused` names recipients it would not take, with its words; `thread` is the channel's own
    thread that it came into, where only the provider knew."""

    provider_ids: tuple[str, ...] = ()
    at: int | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not sent; try again, after `after` seconds where the provider said so."""

    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Certainly not sent, and trying again will not help.

    `unreachable`: nothing gets to this address at all, until they write again (they blocked us, or are gone)."""

    reason: str
    unreachable: bool = False


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
