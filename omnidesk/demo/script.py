"""What is said and done in the demo, as a script: lines that customers and the shop said, and acts of its agents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from omnidesk import clock
from omnidesk.desk import composing, customer_merging, customers, drafts, joining, threads, triage
from omnidesk.desk.composing import Queued
from omnidesk.desk.workspace import Workspace
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Actor

MAIL, SMS, CHAT, WHATSAPP, PHONE = "mail", "sms", "chat", "whatsapp", "phone"
CHANNELS = {
    MAIL: ("sample-mail", "support@shop.example"),
    SMS: ("sample-sms", "+31 6 0010 0100"),
    CHAT: ("sample-chat", "shop.example"),
    WHATSAPP: ("sample-whatsapp", "+31 6 0010 0200"),
    PHONE: ("sample-call", "+31 30 001 0300"),
}
"""Kind and address of the shop's channels by name."""

HOUR, DAY = 60.0, 24 * 60.0
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: the addresses they use are made up, and reserved or never given out."""

    name: str
    mail: str = ""
    phone: str = ""
    visitor: str = ""

    def address(self, channel: str) -> str:
        """Return what they are known by on a channel."""
        return {MAIL: self.mail, CHAT: self.visitor}.get(channel, self.phone)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, `ago` minutes before the present; `by` names the one who said it for the shop.

    `rang` and `talked` (seconds) make a call of it; `reports` is what a bounce says of the last answer."""

    ago: float
    channel: str
    who: Person
    text: str
    subject: str = ""
    by: str = ""
    quoted: str = ""
    files: tuple[tuple[str, str, bytes], ...] = ()
    auto: str = ""
    auth: str = ""
    reply_to: str = ""
    rang: int = 0
    talked: int = 0
    bounces: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the script is played: the workspace, the present (UTC ms), and the login of who sits at the keyboard."""

    workspace: Workspace
    now: int
    me: str
    known: dict[str, int] = field(default_factory=dict)
    """Conversations by address, until more is read."""

    def number(self, address: str) -> int:
        """Return the newest conversation of the customer who uses an address."""
        if address not in self.known:
            found = customers.find(self.workspace, address)
            self.known[address] = customers.conversations(self.workspace, found[0].id, 1)[0].id
        return self.known[address]

    def later(self, minutes: float) -> int:
        """Return a time so many minutes from the present."""
        return self.now + int(minutes * clock.MINUTE)


Doing = Callable[[Stage, Actor, Sequence[int]], Queued | None]


@dataclass(frozen=True, slots=True)
class Did:
    """One act of an agent ("" sits at the keyboard) on the newest conversations of the customers at `addresses`."""

    ago: float
    agent: str
    addresses: tuple[str, ...]
    act: Doing


Step = Said | Did


def note(text: str) -> Doing:
    """Write a note; `{me}` is the login of who sits at the keyboard."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        composing.note(stage.workspace, actor, numbers[0], text.format(me=stage.me))

    return act


def reply(text: str, status: Status | None = None) -> Doing:
    """Answer at once."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> Queued:
        return composing.reply(stage.workspace, actor, numbers[0], text, now=True, status=status)

    return act


def ask(address: str, text: str) -> Doing:
    """Ask a third party, beside the conversation."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> Queued:
        return composing.forward(
            stage.workspace, actor, numbers[0], [address], text, when=composing.When(now=True, status=Status.OPEN)
        )

    return act


def promise(minutes: float) -> Doing:
    """Promise an answer before so many minutes from the present."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.promise(stage.workspace, actor, numbers, stage.later(minutes))

    return act


def draft(text: str) -> Doing:
    """Begin an answer."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        drafts.save(stage.workspace, actor, numbers[0], "reply", text)

    return act


def assign(login: str) -> Doing:
    """Give conversations to an agent; "" sits at the keyboard."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.assign(stage.workspace, actor, numbers, login or stage.me)

    return act


def close(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
    """Close conversations."""
    triage.close(stage.workspace, actor, numbers)


def spam(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
    """Move conversations to spam."""
    triage.spam(stage.workspace, actor, numbers)


def hold(party: str, minutes: float) -> Doing:
    """Wait for a party, until so many minutes from the present."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.set_status(stage.workspace, actor, numbers, Status.ON_HOLD, party, stage.later(minutes))

    return act


def snooze(minutes: float) -> Doing:
    """Put aside until so many minutes from the present."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.snooze(stage.workspace, actor, numbers, stage.later(minutes))

    return act


def priority(value: Priority) -> Doing:
    """Set the priority."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.set_priority(stage.workspace, actor, numbers, value)

    return act


def tag(*names: str) -> Doing:
    """Put tags on conversations."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        triage.tag(stage.workspace, actor, numbers, add=names)

    return act


def merge_into(address: str) -> Doing:
    """Join conversations to the one of the customer at another address."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        joining.merge(stage.workspace, actor, numbers, stage.number(address))

    return act


def same_person(address: str) -> Doing:
    """Merge the customer who uses an address into the customer of a conversation."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        customer = threads.conversation(stage.workspace, numbers[0]).customer_id
        other = customers.find(stage.workspace, address)[0].id
        if customer is not None:
            customer_merging.merge(stage.workspace, actor, [other], customer)

    return act


def describe(**known: str | bool) -> Doing:
    """Write down what is known of the customers."""

    def act(stage: Stage, actor: Actor, numbers: Sequence[int]) -> None:
        for number in numbers:
            customer = threads.conversation(stage.workspace, number).customer_id
            if customer is not None:
                customers.set_customer(stage.workspace, actor, customer, **known)

    return act
