"""One value of a kind as it is kept, whoever says it."""

from __future__ import annotations

import re

from omnidesk.text.address import normalise_identity, valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.text.phone import normalise_phone
from omnidesk.words.speech import _

LONGEST = 200
LOOKED_AT = 20_000
"""Characters at the end of a text in which a value is looked for."""
_POSTCODE = re.compile(r"(\d{4}) ?([A-Za-z]{2})|([A-Za-z]{1,2}\d[A-Za-z\d]?) ?(\d[A-Za-z]{2})")
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}")


def normal(kind: str, value: str, region: str) -> str:
    """Return a value as it is kept. Raises ValueError where it is none of its kind."""
    said = one_line(value, LONGEST)
    if not said or not fold(said):
        raise ValueError(_("a fact needs a value"))
    if kind == "phone":
        number = normalise_phone(said, region)
        if not number.startswith("+"):
            raise ValueError(_("{said} is no telephone number").format(said=said))
        return number
    if kind == "email":
        if not valid_email(said):
            raise ValueError(_("{said} is no e-mail address").format(said=said))
        return normalise_identity("email", said)
    if kind == "postcode" and (match := _POSTCODE.fullmatch(said)):
        return " ".join(part.upper() for part in match.groups() if part)
    if kind == "iban" and "*" not in said:
        from omnidesk.text.facts import accounts

        if not accounts.valid(said):
            raise ValueError(_("this is no IBAN: its check digits are wrong"))
        return accounts.masked(said)
    return said


def folded(value: str) -> str:
    """Return what makes two values of a kind the same: `NL 10234`, `nl-10234` and `NL10234`."""
    return fold(value).replace(" ", "")[:LONGEST]


def holds(text: str, value: str) -> bool:
    """Say whether a value stands in a text in words of its own, however they are spaced, cased and marked."""
    words = fold(value)
    return bool(words) and f" {words} " in f" {fold(text[-LOOKED_AT:])} "
