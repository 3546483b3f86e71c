"""Frozen rows that cross rooms. Times are UTC milliseconds; `None` means unknown.

Without slots: with them each class is built twice, which costs the console 35 ms at its start.
Strings in rows that come from outside were cleaned at intake; whoever shows them cleans them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omnidesk.words.kinds import (
    AgentState,
    Auth,
    AuthorKind,
    Auto,
    Direction,
    DueReason,
    Health,
    Likeness,
    MessageStatus,
    NewsKind,
    Place,
    Priority,
    Sort,
    Status,
)


@dataclass(frozen=True)
class Address:
    """A name as shown and an address as used; either may be empty."""

    name: str
    address: str


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue: all that painting it needs."""

    id: int
    subject: str
    status: Status
    priority: Priority
    place: Place
    owner: str | None
    customer_id: int | None
    customer: str
    vip: bool
    unread: bool
    kinds: tuple[str, ...]
    last_kind: str
    preview: str
    message_count: int
    undelivered: int
    has_draft: bool
    last_message_at: int
    waiting_since: int | None
    snoozed_until: int | None
    next_due_at: int | None
    due_reason: DueReason | None
    key: tuple[int, ...]
    """Where the row stands in its view; `queue_page(after=row.key)` goes on behind it."""
    tags: tuple[str, ...] = ()
    """Read only where the view shows them."""
    hold_for: str | None = None
    """Who is waited for, while it is on hold."""
    absent_owner: str | None = None
    """Whose it was before they went away, while nobody has it."""
    unproven: bool = False
    """Nobody vouches that the customer's newest message comes from them."""
    offered_join: int | None = None
    """The conversation that joining is offered with."""
    repeats: int = 0
    """How often the customer asked again on another channel, since nobody answered."""
    public: bool = False
    """Everybody can read the newest message."""
    held: bool = False
    """An answer waits until the customer writes."""


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that waits until the customer writes; `ready` once it may go. `by` is the login of who wrote it, `at`
    when (UTC ms)."""

    conversation: int
    channel: str
    text: str
    files: tuple[Enclosure, ...]
    by: str
    at: int
    ready: bool


@dataclass(frozen=True)
class SavedView:
    """A search kept under a name; `shared` ones are the team's. `columns` is what its rows show (empty: as usual)."""

    id: int
    name: str
    shared: bool
    query: str
    sort: Sort
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Conversation:
    """One matter a customer raised."""

    id: int
    subject: str
    status: Status
    priority: Priority
    place: Place
    owner: str | None
    team: str | None
    tags: tuple[str, ...]
    customer_id: int | None
    customer: str
    kinds: tuple[str, ...]
    participants: tuple[Address, ...]
    vip: bool
    unread: bool
    preview: str
    message_count: int
    created_at: int
    last_inbound_at: int | None
    last_message_at: int
    waiting_since: int | None
    snoozed_until: int | None
    hold_for: str | None
    next_due_at: int | None
    due_reason: DueReason | None
    merged_into: int | None
    promised_at: int | None = None
    """By when the customer was promised an answer."""
    absent_owner: str | None = None
    """Whose it was before they went away, while nobody has it."""
    unproven: bool = False
    """Nobody vouches that the customer's newest message comes from them."""
    repeats: int = 0
    """How often the customer asked again on another channel, since nobody answered."""
    transfers: int = 0
    """How often it went from one agent to another."""
    person_check: str = ""
    """What came of the newest check of the person: `passed: order number, postcode`, or `failed`."""


@dataclass(frozen=True)
class Attachment:
    """A file that came or goes with a message; `size` in bytes and `sha256` are of the decoded content.

    One that the provider keeps is `coming` until it was fetched, with what its provider says of its size and no hash.
    `missing` says why it was not fetched so far, or ever."""

    id: int
    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    coming: bool = False
    missing: str | None = None


@dataclass(frozen=True)
class Enclosure:
    """A file that shall go with a message; `source` is its path, or names a stored file. `size` is in bytes."""

    name: str
    size: int
    source: str


@dataclass(frozen=True)
class Receipt:
    """One arrival of a message at a channel."""

    channel: str
    folder: str
    received_at: int


@dataclass(frozen=True)
class Author:
    """Who wrote a message."""

    kind: AuthorKind
    id: int | None
    name: str


@dataclass(frozen=True)
class Contact:
    """What a call, a video call, a visit or a letter has beside its text.

    `way` says who began it: `in` the customer, `out` we. `outcome` of a call is answered, missed, busy, voicemail or
    failed; `seconds` it lasted; `taken_by` names who took it."""

    way: str = "in"
    outcome: str = ""
    seconds: int = 0
    taken_by: str = ""
    shop: str = ""
    order: str = ""
    link: str = ""


@dataclass(frozen=True)
class Message:
    """One thing said in a conversation."""

    id: int
    conversation_id: int
    customer_id: int | None
    channel: str
    channel_id: int
    kind: str
    direction: Direction
    author: Author
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    text: str
    reply_text: str
    attachments: tuple[Attachment, ...]
    external_id: str | None
    receipts: tuple[Receipt, ...]
    joined_by: str
    stranger: bool
    """The sender took no part in the conversation before this message."""
    auto: Auto | None
    list_id: str | None
    public: bool
    aside: int | None
    auth: Auth
    status: MessageStatus
    error: str | None
    warnings: tuple[str, ...]
    at: int
    sent_at: int | None
    received_at: int | None
    unproven: bool = False
    """Nobody vouches that it comes from its sender (NOT PROVEN)."""
    contact: Contact | None = None
    """Of what was no written message: how it went."""
    edited_at: int | None = None
    """When its author changed it last (UTC ms); what they said first is its original."""


@dataclass(frozen=True)
class LiveCall:
    """A call that rings or runs, and what is known of who is on the other side: the last contact, by which kind of
    channel, and how many of their conversations are not closed."""

    id: int
    number: str
    """In E.164; "" where it was withheld."""
    shown: str
    """The number as people read it."""
    customer_id: int | None
    name: str
    outbound: bool
    state: str
    began_at: int
    answered_at: int | None
    last_contact_at: int | None
    last_kind: str
    open_matters: int


@dataclass(frozen=True)
class Event:
    """One fact in the history; `before` and `after` hold field changes and ids, never message text."""

    id: int
    at: int
    act: int
    actor: str
    kind: str
    conversation_id: int | None
    customer_id: int | None
    message_id: int | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """What one act did to a conversation or its customer, in words; `until` is a time that the words end in."""

    act: int
    at: int
    actor: str
    said: str
    until: int | None = None


@dataclass(frozen=True)
class Act:
    """One thing done, which `undo` can reverse where `undoable`."""

    id: int
    at: int
    actor: str
    kind: str
    summary: str
    undoable: bool
    undone_by: int | None


@dataclass(frozen=True)
class Consent:
    """What a customer allowed for one address, since when (UTC ms), who or what said so, and on what ground."""

    channel_kind: str
    purpose: str
    state: str
    since: int
    source: str
    ground: str = ""


@dataclass(frozen=True)
class Identity:
    """One address a customer uses."""

    id: int
    kind: str
    scope: str
    value: str
    name: str
    verified: bool
    deliverable: bool
    blocked: bool
    consent: tuple[Consent, ...] = ()
    claimed: bool = False
    """The customer only says that it is theirs."""
    shared: bool = False
    """Many people use it: it says nothing of who is there."""


@dataclass(frozen=True)
class Customer:
    """A person or company who contacts the desk."""

    id: int
    name: str
    company: str | None
    language: str | None
    preferred_channel: str | None
    vip: bool
    tags: tuple[str, ...]
    identities: tuple[Identity, ...]
    conversations: int
    orders: int
    created_at: int
    organisation: str | None = None
    merged_into: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """Two customers who may be one person, and why: `value` is what both have; said in a message of `conversation`."""

    id: int
    customer: Customer
    other: Customer
    likeness: Likeness
    value: str
    conversation: int | None
    created_at: int


@dataclass(frozen=True)
class Organisation:
    """A company or body that several customers belong to; `domains` are those of its people's mail."""

    id: int
    name: str
    domains: tuple[str, ...]
    customers: int
    created_at: int


@dataclass(frozen=True)
class Channel:
    """One configured account of a kind, and how it does."""

    id: int
    name: str
    kind: str
    address: str
    settings: dict[str, Any]
    enabled: bool
    read_only: bool
    history_days: int
    health: Health
    error: str | None
    last_success_at: int | None
    next_attempt_at: int | None
    leased_by: str | None
    progress_done: int
    progress_total: int
    created_at: int

    @property
    def by_token(self) -> bool:
        """Whether a person logs in for it at the provider (OAuth 2.0), so that it has no password of ours."""
        return str(self.settings.get("login") or "password") != "password"


@dataclass(frozen=True)
class Agent:
    """A person who works at the desk."""

    id: int
    login: str
    name: str
    address: str | None
    signature: str
    languages: tuple[str, ...]
    teams: tuple[str, ...]
    state: AgentState
    away_until: int | None
    disabled: bool


@dataclass(frozen=True)
class Team:
    """A named group of agents."""

    id: int
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class OutboxRow:
    """One message on its way out."""

    message_id: int
    key: str
    conversation_id: int
    channel: str
    status: MessageStatus
    to: tuple[Address, ...]
    subject: str
    due_at: int
    attempts: int
    next_attempt_at: int | None
    error: str | None
    agent: str | None
    held: bool = False
    """It waited so long that its agent is asked first."""
    public: bool = False
    """Everybody will be able to read it."""


@dataclass(frozen=True)
class Quarantined:
    """A raw item that could not be processed, and why."""

    id: int
    channel: str
    cause: str
    attempts: int
    at: int
    received_at: int
    size: int
    media_type: str


@dataclass(frozen=True)
class News:
    """Something that happened for one agent; `id` is 0 for what is so now and has no row of its own.

    `said` is the reason in words where there is one: a provider's refusal, a channel's error."""

    id: int
    kind: NewsKind
    conversation_id: int | None
    message_id: int | None
    subject: str
    customer: str
    by: str
    said: str
    at: int
    seen_at: int | None


@dataclass(frozen=True)
class SearchHit:
    """One message that matches; `snippet` marks hits with U+0002 and U+0003."""

    conversation: Conversation
    message_id: int
    at: int
    sender: str
    snippet: str


@dataclass(frozen=True)
class ChannelSync:
    """What one pass over a channel did."""

    channel: str
    kind: str
    received: int = 0
    duplicates: int = 0
    quarantined: int = 0
    sent: int = 0
    failed: int = 0
    seconds: float = 0.0
    skipped: bool = False
    error: str | None = None


@dataclass(frozen=True)
class Wording:
    """One text of a macro: its language (nl, en ..; "" for any) and class of channel (mail, short, public; "" any)."""

    language: str
    channel_class: str
    text: str


@dataclass(frozen=True)
class MacroActions:
    """What a macro does with the send. `tags` are +vip or -vip, `assign` is me, none or a login, `snooze` words such
    as `2d`; "" and None leave things as they are."""

    status: Status | None = None
    tags: tuple[str, ...] = ()
    assign: str = ""
    snooze: str = ""
    priority: Priority | None = None


@dataclass(frozen=True)
class Macro:
    """A canned reply and what it does; `shared` ones are the whole team's. `uses` are the asking agent's own."""

    id: int
    name: str
    shared: bool
    wordings: tuple[Wording, ...]
    actions: MacroActions
    uses: int = 0
    uses_of_all: int = 0


@dataclass(frozen=True)
class Actor:
    """Who does something: an agent by login, or the program itself."""

    name: str
    agent_id: int | None = None


PROGRAM = Actor("omnidesk")
"""The program acting by itself."""
