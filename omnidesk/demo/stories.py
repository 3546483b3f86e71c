"""What the customers of the demo write. All names, addresses and numbers are made up."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a story, `minutes_ago` before now; `ours` was written by the shop."""

    minutes_ago: int
    text: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation: who, what about, and what was said, oldest first."""

    name: str
    address: str
    subject: str
    lines: tuple[Line, ...]


HOUR, DAY = 60, 24 * 60

STORIES = (
    Story(
        "Bram de Vries",
        "bram@devries.example",
        "Where is my order NL-10234?",
        (
            Line(
                2 * DAY + 6 * HOUR,
                "Hello,\n\nI placed an order last week (NL-10234) and it has not arrived.\n"
                "Could you tell me where it is?\n\nBram de Vries\n+31 6 1234 1234",
            ),
            Line(DAY, "Any news? I need it before Friday, it is a present."),
            Line(45, "I also called yesterday, your colleague promised an answer before 17:00."),
        ),
    ),
    Story(
        "Piet Smit",
        "piet.smit@post.example",
        "Pakket niet ontvangen",
        (
            Line(9 * HOUR, "Volgens PostNL is mijn pakket bezorgd, maar ik heb niets ontvangen. Bestelling NL-10377."),
            Line(7 * HOUR, "Ook bij de buren is niets afgegeven. Kunt u dit uitzoeken?"),
        ),
    ),
    Story(
        "Kees Vos",
        "kees.vos@bedrijf.example",
        "AW: Rechnung 2231",
        (Line(3 * HOUR, "Guten Tag,\n\ndie Rechnung 2231 stimmt nicht: der Rabatt von 10 % fehlt.\n\nKees Vos"),),
    ),
    Story(
        "Eva Prins",
        "eva@prins.example",
        "Waar blijft mijn bestelling?",
        (Line(4 * HOUR, "Hoi, waar blijft mijn bestelling? Hij zou gisteren komen.\n\nGroetjes, Eva"),),
    ),
    Story(
        "Jan de Boer",
        "jan@sportclub.example",
        "Offer for the sports club",
        (
            Line(5 * DAY, "We would like 24 pairs of shoes for our club. Can you make an offer?"),
            Line(4 * DAY, "Hello Jan,\n\nWith pleasure: 24 pairs, 15 % off, delivered in a week.\n\nSanne", ours=True),
            Line(2 * DAY, "That is good. Can we also have the logo on them?"),
        ),
    ),
    Story(
        "Noor Ali",
        "noor.ali@mail.example",
        "Claim 3SDEF damaged parcel",
        (
            Line(3 * DAY, "The parcel was damaged and one shoe is torn. Photos are attached."),
            Line(3 * DAY - 30, "Dear Noor, I am sorry. We claim it with the carrier and send a new pair.", ours=True),
        ),
    ),
    Story(
        "Omar El Idrissi",
        "omar@idrissi.example",
        "Refund not received",
        (Line(2 * HOUR + 10, "You promised my refund for NL-10102 two weeks ago. It is still not on my account!"),),
    ),
    Story(
        "Lotte Bos",
        "lotte.bos@post.example",
        "Return NL-99 in the shop",
        (Line(80, "Kan ik mijn bestelling NL-99 in de winkel in Utrecht retourneren?"),),
    ),
)

_FIRST = (
    "Anna", "Carla", "Daan", "Femke", "Gijs", "Hanna", "Ivo", "Jasmijn", "Koen", "Milan",
    "Pien", "Quinten", "Roos", "Sem", "Tess", "Umut", "Vera", "Wout", "Yara", "Zoë",
)  # fmt: skip
_LAST = (
    "Jansen", "Bakker", "Visser", "Meijer", "Mulder", "Peters", "van Dijk",
    "Müller", "Schröder", "Nguyễn", "Yılmaz", "Kowalska", "Brown", "García",
)  # fmt: skip
_QUESTIONS = {
    "Where is order {order}?": "Hello, order {order} has still not arrived. When will it come?",
    "Waar blijft bestelling {order}?": "Goedendag, bestelling {order} is nog steeds niet binnen. Wanneer komt hij?",
    "Wo bleibt Bestellung {order}?": "Guten Tag, die Bestellung {order} ist noch nicht da. Wann kommt sie?",
    "Ruilen {order}": "De maat klopt niet, ik wil graag ruilen voor een maat groter ({order}).",
    "Exchange {order}": "The size is wrong, I would like to exchange {order} for a larger one.",
    "Invoice {order}": "Please send me a copy of the invoice of {order} in my company's name.",
    "Garantie {order}": "Nach drei Monaten löst sich die Sohle. Gilt die Garantie für {order}?",
}
_ANSWERS = (
    "Hello, it is on its way and comes tomorrow. Sanne",
    "Goedendag, het pakket komt morgen. Met vriendelijke groet, Sanne",
)
REPLIES = (
    "Thank you, that helps!",
    "Dank je wel voor de snelle reactie!",
    "Vielen Dank! Dann warte ich noch bis morgen.",
    "Great. One more question: can I still add a pair of laces?",
)


def everyday(count: int, seed: int = 7) -> list[Story]:
    """Return ordinary conversations of the last weeks, the same for the same seed."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        subject, text = rng.choice(list(_QUESTIONS.items()))
        order = f"NL-{10400 + number}"
        name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
        begun = rng.randrange(10, 2 * DAY) if number % 3 == 0 else rng.randrange(2 * DAY, 20 * DAY)
        lines = [Line(begun, f"{text.format(order=order)}\n\n{name}")]
        if begun >= 2 * DAY or rng.random() < 0.3:
            lines.append(Line(max(1, begun - rng.randrange(20, 600)), rng.choice(_ANSWERS), ours=True))
        found.append(Story(name, f"customer{number}@mail.example", subject.format(order=order), tuple(lines)))
    return found
