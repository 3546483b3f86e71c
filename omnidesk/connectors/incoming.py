"""What comes in: items as they arrived, and the messages that `decode` makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from omnidesk.connectors.whereabouts import Listing
from omnidesk.words.kinds import Auth, Auto
from omnidesk.words.orders import Order

Cursor = Mapping[str, Any]
"""How far a source has been read: a JSON object of at most a few KB that holds its own `version`; `{}` at first.
A connector accepts every older version of its own."""


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
    """A file with its bytes. `inline` marks one shown within the text; `content_id` is what the text calls it.

    One that the provider keeps has no bytes but a `reference`, which the engine gives to `fetch_blob` once the message
    is filed; `size` is what the provider says of it, 0 unknown."""

    name: str
    content_type: str
    data: bytes = b""
    inline: bool = False
    content_id: str = ""
    reference: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """News about a message of ours: `external_id` or `key` (our UUID) says which; `detail` is the provider's text.

    `code` is the enhanced status of mail (RFC 3463, `5.1.1`), `reply` the server's reply code (`550`); "" unknown.
    `thread` with `until` (UTC ms): it is of all that we said in this thread of the channel up to then (a watermark)."""

    status: Literal["sent", "delivered", "read", "failed", "delayed"]
    external_id: str = ""
    key: str = ""
    recipient: str = ""
    detail: str = ""
    permanent: bool = True
    code: str = ""
    reply: str = ""
    thread: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A telephone call as far as it is known; each piece of news about it tells all again, under the same external id.

    Times in UTC milliseconds, None for what has not happened. `outcome` once it has ended; `taken_by` is the extension
    or login that took it, in the telephone system's words. The sender of the message is who phoned, or was phoned where
    the message is `outbound`; None where the number was withheld."""

    state: Literal["ringing", "talking", "ended"]
    began_at: int
    answered_at: int | None = None
    ended_at: int | None = None
    outcome: Literal["", "answered", "missed", "busy", "voicemail", "failed"] = ""
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Consenting:
    """The sender allows (`given`) or forbids contact on the address they wrote from, for a purpose."""

    given: bool
    purpose: Literal["service", "marketing"] = "marketing"
    source: str = ""
    """The words that said so, as `STOP`."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether somebody can be written to from now on, as the provider tells of its own accord: they blocked us, or let
    us in again."""

    party: Party
    reachable: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shop is asked about: the orders of an e-mail address or a telephone number, or the one with a number."""

    kind: Literal["email", "phone", "number"]
    value: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """One message, or news about one of ours, made from a raw item by `decode`. Text is plain and clean.

    `reply_text` is what is new in `text`. `in_reply_to` and `references` hold the channel's own message ids, oldest
    first; `thread` the channel's native thread id; `tokens` what our own plus-addresses or subject tokens said.
    `quoted_text` and `signature` are what was folded out of `text`. `no_auto_answer`: a machine must not answer it.
    `sent_at` is the sender's claim, None when unusable. `deliveries` makes a bounce or a status report.

    `kind` is the message's where it is not the channel's own (a call that came as a mail). `outbound`: we said it, by
    another way than this program. `public`: everybody can read it. `edits` is the external id of an earlier message
    whose text this one replaces. `also` are further addresses that the sender says are theirs; they prove nothing.
    `reach` is news of who can be written to.
    With an `order` it is no message but how an order stands: `external_id` is the shop's id of it, `sender` and `also`
    are the customer's addresses as the shop has them.
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
    kind: str = ""
    outbound: bool = False
    public: bool = False
    edits: str = ""
    also: tuple[Party, ...] = ()
    call: Call | None = None
    consents: tuple[Consenting, ...] = ()
    reach: tuple[Reach, ...] = ()
    order: Order | None = None
