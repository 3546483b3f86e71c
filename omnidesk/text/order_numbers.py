"""Order numbers in what people write: which words may be one, and how sure that is. Pure.

Whether something is an order number is decided by the orders there are; here it is only said what could be looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LOOKED_AT = 8_000
"""Characters of a text that are looked through."""
MOST = 60
"""Words of one text that are looked for."""
LONGEST = 40
_WORD = re.compile(  # possessive, so that no text costs more than its length
    r"(?<![\w@.-])#?\s?([A-Za-z]{0,12}(?:[-_/ ]?\d[\dA-Za-z]*+)(?:[-_/.][\dA-Za-z]++){0,5}+)(?![\w@])"
)
_BEFORE = re.compile(
    r"(?:order|bestel|auftrag|purchase|aankoop|kauf)\w*\W{0,3}(?:(?:no|nr|num|nummer|number|id|is|with|met|mit|van|von)"
    r"\W{0,3}){0,2}\Z",
    re.IGNORECASE,
)
_LOOKED_BACK = 36


@dataclass(frozen=True, slots=True)
class Named:
    """A word that may be an order number; `key` is what it is compared by. Bare digits that nothing calls an order are
    not `certain`: they may as well be a postcode or an amount."""

    key: str
    said: str
    certain: bool


def key(number: str) -> str:
    """Return what order numbers are compared by: letters and digits, in capitals (`#nl-10 234` is `NL10234`)."""
    return "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())[:LONGEST]


def named(text: str) -> list[Named]:
    """Return the words of a text that may be order numbers, each key once, in the order they stand."""
    found: dict[str, Named] = {}
    for one in _words(text[:LOOKED_AT]):
        known = found.get(one.key)
        if known is None and len(found) >= MOST:
            break
        if known is None or (one.certain and not known.certain):
            found[one.key] = one
    return list(found.values())


def _words(text: str) -> Iterator[Named]:
    for match in _WORD.finditer(text):
        said = match[1].strip()
        called = _BEFORE.search(text[max(0, match.start(1) - _LOOKED_BACK) : match.start(1)].rstrip("# ")) is not None
        spelled = [said]
        letters, space, digits = said.partition(" ")
        if space:  # `NL 10234` is one word or two
            called = called or _BEFORE.search(letters) is not None
            spelled.append(digits)
        for one in spelled:
            compared = key(one)
            if 2 < len(compared) < LONGEST and sum(letter.isdigit() for letter in compared) > 1:
                mixed = not compared.isdigit()
                yield Named(compared, one, called or mixed)
