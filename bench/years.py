"""The years of a service desk, as items of the sample channels: the same arguments always give the same bytes.

`items(1_000_000, end)` are a million messages in 250,000 conversations with 80,000 customers over the three years up
to `end`, in order of time: mails that answer each other, chats, text messages, WhatsApp and calls; questions and
answers in turns; in Dutch, English and German. One conversation in each desk is very long (a message in fifty), one
has a thousand. Memory holds the conversations under way, not the messages.
"""

from __future__ import annotations

import base64
import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bench.mailgen import FAMILY, GIVEN, HOSTS
from bench.vocabulary import stream
from omnidesk import clock
from omnidesk.connectors.base import Item

VERSION = 2
"""To be raised with every change of what is made: workspaces filled before are then filled anew."""
YEARS = 3 * 365 * clock.DAY
EACH = 4
"""Messages a conversation."""
SIZES = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 12, 18)
"""Lengths of twenty conversations that hold `EACH` messages on the average."""
NEW = (8, 25)
"""Of so many conversations so many begin with somebody who never wrote before: 80,000 customers in 250,000."""
LONG = "Everything about the house"
THOUSAND = "The building of the shop"
TWENTY = "A short correspondence"
TITLES = (LONG, THOUSAND, TWENTY)
RARE = "kwikstaart"
"""A word that one message in two thousand holds."""
CHANNELS = {
    "mail": ("sample-mail", "support@shop.example"),
    "sales": ("sample-mail", "sales@shop.example"),
    "chat": ("sample-chat", "shop.example"),
    "sms": ("sample-sms", "+3197010200300"),
    "whatsapp": ("sample-whatsapp", "+3197010200301"),
    "phone": ("sample-call", "+3197010200302"),
}
"""Name, kind and address of each channel."""
_REACHED = {"mail": ("mail", "mail", "sales"), "chat": ("chat",), "phone": ("sms", "whatsapp", "whatsapp", "phone")}
"""By which channels a customer writes who is known by an address, as a visitor, by a number."""
_LANGUAGES = ("nl", "nl", "nl", "nl", "nl", "nl", "en", "en", "en", "de")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One item and the channel (by name) it comes by."""

    channel: str
    item: Item


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes, always from one address."""

    name: str
    address: str
    by: tuple[str, ...]
    language: str


@dataclass(slots=True)
class _Matter:
    """A conversation under way."""

    number: int
    customer: Customer
    channel: str
    subject: str
    order: str
    left: int
    pause: int
    """Milliseconds between two messages, on the average; 0 where they differ."""
    said: int = 0
    last_id: str = ""
    ids: list[str] = field(default_factory=list)


def conversations(messages: int) -> int:
    """Return how many conversations so many messages make."""
    return messages // EACH


def customers(messages: int) -> int:
    """Return how many people write them."""
    return sum(index % NEW[1] < NEW[0] for index in range(conversations(messages)))


def special(messages: int) -> dict[str, int]:
    """Return the lengths of the conversations that are known by their subjects."""
    return {LONG: messages // 50, THOUSAND: min(1_000, messages // 10), TWENTY: 20}


def lengths(messages: int) -> list[int]:
    """Return the lengths of all other conversations, which bring the counts to the message and the conversation."""
    known = special(messages)
    left, wanted = messages - sum(known.values()), conversations(messages) - len(known)
    whole, rest = divmod(left, EACH * len(SIZES))
    found = [list(SIZES) for _ in range(whole)]
    found.append([rest] if rest else [])
    more = wanted - sum(map(len, found))
    for turn in count():
        if more <= 0:
            break
        block = found[-1 - turn % len(found)]
        place = max(range(len(block)), key=block.__getitem__, default=0)
        if block and block[place] > 1:  # one message of the longest becomes a conversation of its own
            block[place] -= 1
            block.append(1)
            more -= 1
    return [length for block in found for length in block]


class _Crowd:
    """Makes the messages of one desk."""

    def __init__(self, messages: int, end: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self._streams = {language: stream(language, seed) for language in ("nl", "en", "de")}
        self._people: list[Customer] = []
        self._messages, self._end = messages, end

    def items(self) -> Iterator[Arrival]:
        """Yield everything in order of time."""
        waiting: list[tuple[int, int, _Matter]] = []
        for at, matter in self._matters():
            while waiting and waiting[0][0] <= at:
                yield self._next(waiting)
            heapq.heappush(waiting, (at, matter.number, matter))
        while waiting:
            yield self._next(waiting)

    def _matters(self) -> Iterator[tuple[int, _Matter]]:
        """Yield each conversation with the time it begins, in order of time."""
        rng = self._rng
        sizes = lengths(self._messages)
        rng.shuffle(sizes)
        known = special(self._messages)
        total = len(sizes) + len(known)
        plan = [(self._end - YEARS + YEARS * index // total, "", length) for index, length in enumerate(sizes)]
        for subject, days in ((LONG, 60), (THOUSAND, 30), (TWENTY, 5)):
            plan.append((self._end - days * clock.DAY, subject, known[subject]))
        plan.sort()
        for number, (at, subject, length) in enumerate(plan, 1):
            pause = (self._end - at - clock.HOUR) // length if subject else 0
            yield at, self._matter(number, subject, length, pause)

    def _matter(self, number: int, subject: str, length: int, pause: int) -> _Matter:
        rng = self._rng
        customer = self._customer(number - 1)
        order = f"SO-{rng.randrange(10**8):08d}"
        if not subject:
            start = rng.randrange(1000)
            words = self._streams[customer.language][start : start + rng.randint(2, 5)]
            subject = f"{' '.join(words).rstrip('.')} {order}"
        return _Matter(number, customer, rng.choice(customer.by), subject, order, length, pause)

    def _customer(self, index: int) -> Customer:
        """Return who begins a conversation: somebody new, or one of those who write often or seldom."""
        rng = self._rng
        if index % NEW[1] >= NEW[0]:
            return self._people[int(len(self._people) * rng.random() ** 3)]
        number, known_by = len(self._people), rng.choice(("mail", "mail", "mail", "phone", "chat"))
        address = {"mail": f"customer{number}@{rng.choice(HOSTS)}", "phone": f"+316{number:08d}"}
        person = Customer(
            f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}",
            address.get(known_by, f"visitor-{number}"),
            _REACHED[known_by],
            rng.choice(_LANGUAGES),
        )
        self._people.append(person)
        return person

    def _next(self, waiting: list[tuple[int, int, _Matter]]) -> Arrival:
        """Return the next message of the conversation whose turn it is, which then waits for its next turn."""
        at, number, matter = waiting[0]
        arrival = self._said(matter, at)
        if matter.left:
            pause = matter.pause or int(self._rng.expovariate(1 / (6 * clock.HOUR))) + clock.MINUTE
            heapq.heapreplace(waiting, (min(at + pause, self._end - matter.left), number, matter))
        else:
            heapq.heappop(waiting)
        return arrival

    def _said(self, matter: _Matter, at: int) -> Arrival:
        rng, customer = self._rng, matter.customer
        ours = matter.said % 2 == 1 if matter.pause else matter.said > 0 and rng.random() < 0.55
        message_id = f"<{matter.number}.{matter.said}@{customer.language}.crowd.example>"
        address = CHANNELS[matter.channel][1]
        line: dict[str, object] = {
            "id": message_id,
            "at": at,
            "outbound": ours,
            "from": address if ours else customer.address,
            "name": "Shop" if ours else customer.name,
            "to": [customer.address if ours else address],
            "text": self._text(matter),
        }
        if CHANNELS[matter.channel][0] == "sample-mail":
            line["subject"] = f"Re: {matter.subject}" if matter.ids else matter.subject
            line["in_reply_to"], line["references"] = matter.ids[-1:], matter.ids[-8:]
        else:
            line["subject"], line["thread"] = matter.subject, f"t{matter.number}"
        if matter.channel == "phone":
            taken = {"seconds": rng.randrange(20, 900), "taken_by": "Shop"}
            line |= taken if ours else {"missed": rng.randrange(5, 40)}
        elif rng.random() < 0.03:
            content = base64.b64encode(rng.randbytes(120)).decode()
            line["files"] = [{"name": f"photo-{matter.number}.jpg", "content_type": "image/jpeg", "base64": content}]
        matter.ids = [*matter.ids[-8:], message_id]
        matter.said, matter.left = matter.said + 1, matter.left - 1
        raw = json.dumps(line, ensure_ascii=False).encode()
        return Arrival(matter.channel, Item(message_id, raw, at, "application/json", folder="inbox", outbound=ours))

    def _text(self, matter: _Matter) -> str:
        rng, words = self._rng, self._streams[matter.customer.language]
        length = min(200, int(rng.lognormvariate(3.2, 0.7)) + 3)
        start = rng.randrange(len(words) - length)
        said = " ".join(words[start : start + length])
        if rng.random() < 0.0005:
            said += f" {RARE}."
        if matter.said % 3 == 0:
            said += f"\n\n{matter.order}"
        return f"Message {matter.said} of {matter.said + matter.left}.\n\n{said}" if matter.pause else said


def items(messages: int, end: int, seed: int = 1) -> Iterator[Arrival]:
    """Yield so many messages in order of time, the last of them before `end` (UTC ms)."""
    return _Crowd(messages, end, seed).items()
