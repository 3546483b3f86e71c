"""What else is said at the shop's desk in some weeks: ordinary questions, and one that sixty customers have at once."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from omnidesk.demo.script import (
    CHAT,
    DAY,
    HOUR,
    MAIL,
    PHONE,
    SMS,
    WHATSAPP,
    Did,
    Person,
    Said,
    Step,
    assign,
    close,
    tag,
)

Language = Literal["nl", "en", "de"]

DAYS = 24
"""How far back the conversations go."""
SAME_QUESTION = 60
_SWEPT = (17, 10, 4, 1, 0)
"""How many days ago the agents closed what was done."""
_SHARES = {MAIL: 52, WHATSAPP: 17, CHAT: 12, SMS: 10, PHONE: 9}
_TEAM = ("koen", "mila", "bo", "")

_FIRST: dict[Language, tuple[str, ...]] = {
    "nl": ("Anna", "Daan", "Femke", "Gijs", "Jasmijn", "Milan", "Pien", "Roos", "Sem", "Tess", "Wout", "Yara", "Zoë"),
    "en": ("Amy", "Callum", "Erin", "George", "Hannah", "Isla", "Liam", "Niamh", "Owen", "Priya", "Rhys", "Sophie"),
    "de": ("Anke", "Björn", "Clara", "Dirk", "Elif", "Heike", "Jürgen", "Lena", "Mehmet", "Petra", "Sven", "Uwe"),
}
_LAST: dict[Language, tuple[str, ...]] = {
    "nl": ("Bakker", "Visser", "Meijer", "Mulder", "van Dijk", "Peters", "de Wit", "Yılmaz", "Hoekstra", "Brouwer"),
    "en": ("Brown", "Clarke", "Evans", "Hughes", "Khan", "Murphy", "O'Neill", "Shaw", "Turner", "Walsh", "Young"),
    "de": ("Becker", "Fischer", "Groß", "Hoffmann", "Kowalska", "Müller", "Schröder", "Vogel", "Weiß", "Öztürk"),
}
_DIGITS: dict[Language, str] = {"nl": "+31 6 00{:02d} {:04d}", "en": "+44 7700 900{:03d}", "de": "+49 171 39200{:02d}"}


@dataclass(frozen=True, slots=True)
class Question:
    """An ordinary question, how it is asked by mail and in a few words, and what the shop answers."""

    language: Language
    tag: str
    subject: str
    mail: str
    short: str
    answer: str


QUESTIONS = (
    Question("nl", "delivery", "Waar blijft bestelling {order}?",
             "Goedendag,\n\nbestelling {order} is nog steeds niet binnen. Wanneer komt hij?",
             "hoi waar is {order}?", "Goedendag, hij is onderweg en komt morgen."),
    Question("en", "delivery", "Where is order {order}?",
             "Hello,\n\norder {order} has still not arrived. When will it come?",
             "hi, where is my order {order}?", "Hello, it is on its way and comes tomorrow."),
    Question("de", "delivery", "Wo bleibt Bestellung {order}?",
             "Guten Tag,\n\ndie Bestellung {order} ist noch nicht da. Wann kommt sie?",
             "Wann kommt {order}?", "Guten Tag, sie ist unterwegs und kommt morgen an."),
    Question("nl", "size", "Ruilen {order}",
             "De maat klopt niet, ik wil graag ruilen voor een maat groter ({order}).",
             "kan ik {order} ruilen voor een maat groter?", "Dat kan: het label voor de retour zit bij het pakket."),
    Question("en", "size", "Exchange {order}",
             "The size is wrong, I would like to exchange {order} for a larger one.",
             "can I swap {order} for one size up?", "Of course: the return label is in the box."),
    Question("de", "size", "Umtausch {order}",
             "Die Größe passt nicht. Kann ich {order} gegen eine Nummer größer tauschen?",
             "Umtausch {order}, geht das?", "Natürlich: das Etikett liegt im Paket."),
    Question("en", "invoice", "Invoice {order}",
             "Please send me a copy of the invoice of {order} in my company's name.",
             "could you mail me the invoice of {order}", "It is on its way to your mail address."),
    Question("nl", "invoice", "Factuur {order}",
             "Ik mis de factuur van {order}. Kunt u die sturen, op naam van mijn bedrijf?",
             "factuur van {order} graag", "De factuur is gemaild."),
    Question("de", "warranty", "Garantie {order}",
             "Nach drei Monaten löst sich die Sohle. Gilt die Garantie für {order}?",
             "Sohle kaputt, Garantie für {order}?", "Ja, zwei Jahre. Bitte schicken Sie uns ein Foto."),
    Question("en", "warranty", "Zip broken, {order}",
             "The zip of my boots broke after a month. Is that covered ({order})?",
             "zip broke after a month, covered? {order}", "It is, for two years. Please send us a photo."),
    Question("nl", "stock", "Maat 44 weer op voorraad?",
             "Wanneer is de Alm in maat 44 weer op voorraad?",
             "is de Alm er in 44?", "Volgende week vrijdag verwachten we hem weer."),
    Question("en", "address", "Another address for {order}",
             "I moved house. Can {order} still go to my new address?",
             "new address for {order}, still possible?", "It is: please send us the new address today."),
    Question("de", "payment", "Zahlung {order}",
             "Meine Zahlung für {order} wurde doppelt abgebucht. Bitte prüfen Sie das.",
             "doppelt bezahlt: {order}", "Das tut uns leid, der Betrag kommt in drei Tagen zurück."),
)  # fmt: skip

THANKS: dict[Language, tuple[str, ...]] = {
    "nl": ("Dank je wel voor de snelle reactie!", "Top, bedankt!"),
    "en": ("Thank you, that helps!", "Great, thanks a lot."),
    "de": ("Vielen Dank, das hilft mir weiter!", "Super, danke!"),
}

_SAME: tuple[tuple[str, str], ...] = (
    ("Waar blijft mijn pakket?", "Hoi, waar blijft mijn pakket {order}? PostNL zou gisteren komen, er kwam niemand."),
    ("Waar blijft mijn pakket {order}?", "Waar blijft mijn pakket? Gisteren zou PostNL komen. Bestelling {order}."),
    ("Pakket niet gekomen", "Mijn pakket {order} zou gisteren komen met PostNL. Waar blijft het?"),
)
_SAME_SHORT = ("hoi waar is mijn pakje {order}", "waar blijft mijn pakket? postnl zou gisteren komen {order}")


def person(rng: random.Random, number: int, language: Language) -> Person:
    """Return a customer; `number` makes their addresses their own."""
    first, last = rng.choice(_FIRST[language]), rng.choice(_LAST[language])
    domain = {"nl": "post.example", "en": "mail.example", "de": "brief.example"}[language]
    ascii_name = "".join(letter for letter in f"{first}.{last}".lower() if letter.isascii() and letter not in " '")
    digits = _DIGITS["nl"].format(20 + number // 10_000 % 80, number % 10_000)
    if language != "nl" and number < (1000 if language == "en" else 100):
        digits = _DIGITS[language].format(number)
    return Person(f"{first} {last}", f"{ascii_name}{number}@{domain}", digits, f"visitor-{100 + number}")


def asked(rng: random.Random, number: int, ago: float, channel: str) -> tuple[Question, Said]:
    """Return an ordinary question of a customer, and how it is put on a channel."""
    question = rng.choice(QUESTIONS)
    who = person(rng, number, question.language)
    if channel == CHAT:
        who = replace(who, name=f"Visitor {100 + number}")
    order = f"{question.language.upper().replace('EN', 'UK')}-{10400 + number}"
    if channel == MAIL:
        said = f"{question.mail.format(order=order)}\n\n{who.name}"
        return question, Said(ago, channel, who, said, question.subject.format(order=order))
    return question, Said(ago, channel, who, question.short.format(order=order))


def everyday(count: int, seed: int = 7) -> list[Step]:
    """Return ordinary conversations of the last weeks with what agents did, the same for the same seed."""
    rng = random.Random(seed)
    steps: list[Step] = []
    closed: dict[tuple[int, str], list[str]] = defaultdict(list)
    tagged: dict[tuple[int, str], list[str]] = defaultdict(list)
    for number in range(count):
        channel = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
        fresh = number % 16 == 3
        if fresh:
            channel = MAIL if channel in (CHAT, PHONE) else channel
            ago = rng.uniform(20, 460) if channel == MAIL else rng.uniform(2, 55)
        else:
            ago = rng.randrange(1, DAYS) * DAY + rng.uniform(-1, 9) * HOUR
        question, first = asked(rng, number, ago, channel)
        address = first.who.address(channel)
        steps.append(first)
        if fresh:
            if number % 4 == 3:
                steps.append(Did(min(ago - 0.1, 15), "", (address,), assign(rng.choice(_TEAM))))
            continue
        agent = rng.choice(_TEAM)
        told = _dealt_with(rng, question, first, agent)
        steps += told
        swept = next(day for day in _SWEPT if day * DAY < ago - 10 * HOUR)
        waits = not swept and number % 3 == 0 and len(told) == 1
        if not waits:
            closed[swept, agent].append(address)
        tagged[swept, question.tag].append(address)
    for (day, agent), addresses in closed.items():
        steps.append(Did(day * DAY + 40, agent, tuple(addresses), assign(agent)))
        steps.append(Did(day * DAY + 39, agent, tuple(addresses), close))
    steps += [Did(day * DAY + 41, "mila", tuple(found), tag(name)) for (day, name), found in tagged.items()]
    return steps


def _dealt_with(rng: random.Random, question: Question, first: Said, agent: str) -> list[Step]:
    """Return the shop's answer to a question, and now and then the customer's thanks."""
    by = (agent or "Sanne").title()
    if first.channel == PHONE:
        text = question.short.format(order="the order")
        return [replace(first, text=f"Asked: {text}\n{question.answer}", by=by, talked=rng.randrange(40, 400))]
    wait = {MAIL: rng.uniform(15, 240), CHAT: rng.uniform(0.3, 2)}.get(first.channel, rng.uniform(3, 40))
    steps: list[Step] = [
        replace(
            first,
            ago=first.ago - wait,
            text=f"{question.answer}\n\n{by}" if first.channel == MAIL else f"{question.answer} {by}",
            subject=f"Re: {first.subject}" if first.subject else "",
            by=by,
        )
    ]
    if rng.random() < 0.35:
        thanks = rng.choice(THANKS[question.language])
        subject = f"Re: {first.subject}" if first.subject else ""
        steps.append(replace(first, ago=first.ago - wait - rng.uniform(1, 90), text=thanks, subject=subject))
    return steps


def same_question(count: int = SAME_QUESTION, seed: int = 60) -> list[Step]:
    """Return what customers write when the carrier did not come yesterday: one question, many ways to ask it."""
    rng = random.Random(seed)
    steps: list[Step] = [
        Said(240, MAIL, Person("Eva Prins", "eva@prins.example"), "Hoi, waar blijft mijn bestelling? PostNL zou "
             "gisteren komen.\n\nGroetjes, Eva", "Waar blijft mijn bestelling?"),
        Said(28, SMS, Person("", phone="+31 6 0012 3412"), "hoi waar is mijn pakje"),
    ]  # fmt: skip
    for number in range(count - len(steps)):
        who = person(rng, 5000 + number, "nl")
        order = f"NL-{11000 + number}"
        channel = rng.choices((MAIL, SMS, WHATSAPP), (50, 5, 3))[0]
        if channel == MAIL:
            subject, text = rng.choice(_SAME)
            said = f"{text.format(order=order)}\n\n{who.name}"
            steps.append(Said(rng.uniform(10, 230), MAIL, who, said, subject.format(order=order)))
        else:
            steps.append(Said(rng.uniform(1, 50), channel, who, rng.choice(_SAME_SHORT).format(order=order)))
    return steps
