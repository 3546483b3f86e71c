"""What is known of a customer at a glance: how to reach them, what they prefer, what was last, what is open."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.words.rows import Conversation, Identity


@dataclass(frozen=True)
class Way:
    """A channel that reaches an address: whether something can go out there now, else why not.

    `closes_at` is until when its reply window is open (UTC ms); None where it has none, or it is closed."""

    channel: str
    kind: str
    usable: bool
    reason: str = ""
    closes_at: int | None = None


@dataclass(frozen=True)
class Reach:
    """An address, and the channels that lead there."""

    identity: Identity
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Preference:
    """The channel a customer prefers: as they said, or learned from what they use: `count` of their last `among`
    private messages came that way. `kind` is as stored, `name` as people read it."""

    kind: str
    name: str
    stated: bool
    count: int = 0
    among: int = 0


@dataclass(frozen=True)
class LastContact:
    """The last time a customer came by a kind of channel; `said` is that in a word, `about` what it was about."""

    said: str
    at: int
    kind: str
    about: str
    conversation_id: int


@dataclass(frozen=True)
class CustomerNote:
    """A note that stays with a customer. `id` stays the same whatever is edited."""

    id: int
    customer_id: int
    text: str
    author: str
    at: int
    edited_at: int | None = None
    edited_by: str = ""


@dataclass(frozen=True)
class LocalTime:
    """Where the clock of a customer is known from: the region (ISO 3166) of their number, and its zone (IANA)."""

    region: str
    zone: str


@dataclass(frozen=True)
class Portrait:
    """All that is known of a customer besides who they are; nothing in it is made up."""

    reach: tuple[Reach, ...] = ()
    preference: Preference | None = None
    language: str = ""
    language_learned: bool = False
    local: LocalTime | None = None
    contacts: tuple[LastContact, ...] = ()
    """The last contacts of different kinds, the oldest first."""
    promised_at: int | None = None
    """By when they were promised an answer."""
    also: tuple[str, ...] = ()
    """What else belongs to the line on what was last, in words."""
    open: tuple[Conversation, ...] = ()
    notes: tuple[CustomerNote, ...] = ()
    last_owner: str | None = None
    """Who had their last conversation (login)."""
