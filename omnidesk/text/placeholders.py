"""Placeholders in canned text: `{{customer.first_name}}`, or `{{customer.first_name|there}}` with words instead.

What cannot be filled stays in the text as it was written, where everybody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from omnidesk.words.speech import _

NAMES = {
    "customer.name": "the customer's name",
    "customer.first_name": "their first name",
    "customer.company": "their company",
    "customer.email": "the e-mail address they use",
    "customer.phone": "the telephone number they use",
    "customer.order_number": "the newest order number known of them",
    "customer.customer_number": "their customer number",
    "customer.serial_number": "the serial number of their device",
    "customer.address": "their postal address",
    "customer.postcode": "their postcode",
    "customer.size": "their size",
    "customer.delivery": "how they want parcels brought",
    "conversation.number": "the conversation's number, with its #",
    "conversation.subject": "its subject",
    "conversation.asked_on": "the day of the message that is answered, in the language of the text",
    "agent.name": "your name as customers see it",
    "agent.first_name": "your first name",
    "agent.address": "your own e-mail address",
    "shop.name": "the setting shop_name",
    "fact.order": "the order number last named here",
    "fact.parcel": "the parcel code last named here",
    "today": "today's date, in the language of the text",
}
"""Every placeholder and what it stands for."""
KNOWN = "known."
"""What goes before the name of a kind of fact of the workspace's own: `{{known.warranty_code}}`."""

_PLACE = re.compile(r"\{\{\s*([A-Za-z_.]{1,60})\s*(?:\|([^{}\n]{0,200}))?\}\}")
SHORTEST = 3
"""Values shorter than this are not turned into placeholders: they stand in too many words."""
_GENERAL = ("fact.parcel", "fact.order", "conversation.number", "customer.email", "customer.phone", "customer.name",
            "customer.company", "customer.first_name", "agent.name", "agent.first_name", "agent.address")  # fmt: skip
_ORDER = re.compile(r"(?<![\w-])[A-Z]{2,4}-?\d{4,10}(?![\w-])")
_PARCEL = re.compile(r"(?<!\w)(?:3S[A-Z0-9]{7,13}|JVGL\d{10,20}|1Z[A-Z0-9]{16})(?!\w)")
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its placeholders filled; `empty` had nothing to say, `unknown` are none of ours."""

    text: str
    empty: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def names(text: str) -> tuple[str, ...]:
    """Return the placeholders of a text, each once."""
    return tuple(dict.fromkeys(match[1].lower() for match in _PLACE.finditer(text)))


def open_ones(text: str) -> tuple[str, ...]:
    """Return those of our placeholders that still stand in a text, each once."""
    return tuple(name for name in names(text) if may_be(name))


def may_be(name: str) -> bool:
    """Say whether a placeholder is one of ours, or one that a workspace may have."""
    return name in NAMES or name.startswith(KNOWN)


def meaning(name: str) -> str:
    """Return what a placeholder stands for."""
    return _(NAMES[name]) if name in NAMES else name.removeprefix(KNOWN).replace("_", " ")


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill placeholders with values by name; what a value says is never filled again. A name that is not in `NAMES` is
    one of ours where `values` has it, be it with nothing to say."""
    empty: dict[str, None] = {}
    unknown: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match[1].lower()
        said = values.get(name, "")
        if said:
            return said
        ours = name in NAMES or name in values
        if match[2] is not None and ours:
            return match[2].strip()
        (empty if ours else unknown)[name] = None
        return match[0]

    return Filled(_PLACE.sub(value, text), tuple(empty), tuple(unknown))


def generalise(text: str, values: Mapping[str, str]) -> str:
    """Return a text in which whole words that are values of this customer and agent became placeholders."""
    wanted = [(name, values[name]) for name in _GENERAL if len(values.get(name, "")) >= SHORTEST]
    for name, value in sorted(wanted, key=lambda pair: -len(pair[1])):
        text = re.sub(rf"(?<![\w{{.]){re.escape(value)}(?!\w)", f"{{{{{name}}}}}", text)
    return text


def first_name(name: str) -> str:
    """Return the first name in a person's name; "" where the name is an address, a number or a company's initials."""
    said = name.strip()
    if "@" in said or any(character.isdigit() for character in said):
        return ""
    last, comma, first = said.partition(",")
    words = [word for word in (first if comma else last).split() if word.lower().rstrip(".") not in _TITLES]
    found = words[0] if words else ""
    return "" if len(found.rstrip(".")) < 2 else found


_TITLES = {"dhr", "mevr", "mw", "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "de", "heer", "mevrouw"}


def person_name(name: str) -> str:
    """Return a customer's name; "" where only an address or a number is known of them."""
    said = name.strip()
    return "" if "@" in said or not any(character.isalpha() for character in said) else said


def order_number(text: str) -> str:
    """Return the last order number in a text, or ""."""
    found = _ORDER.findall(text)
    return found[-1] if found else ""


def parcel_code(text: str) -> str:
    """Return the last parcel code in a text, or ""."""
    found = _PARCEL.findall(text)
    return found[-1] if found else ""


def date(year_month_day: tuple[int, int, int], language: str) -> str:
    """Write a date as a language does: 23 november 2026, 23. November 2026, 23 November 2026."""
    year, month, day = year_month_day
    months = _MONTHS.get(language, _MONTHS["en"]).split()
    return f"{day}{'.' if language == 'de' else ''} {months[month - 1]} {year}"
