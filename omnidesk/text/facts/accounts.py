"""Bank accounts (IBAN, ISO 13616), kept only as their country and last four digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts import whose
from omnidesk.text.facts.said import Found, Said

_IBAN = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CLAIM = re.compile(
    r"(?i)\b(?:mijn|my|meine?|het mijne)\b|\bmine\b|\b(?:terug ?(?:betal|stort)\w*|overmaken|refund|erstatt\w*"
    r"|überweis\w*)\b"
    r"|\bt\.n\.v|^\s*\W*(?:iban|rekening(?:nummer)?|bankrekening|konto)\s*:"
)
_REFUSED = re.compile(r"(?i)\b(?:geweigerd|rejected|abgelehnt|moest betalen|klopt\b.*\bniet|fout|wrong|falsch)\b")


def ibans(said: Said) -> Iterator[Found]:
    """Find the accounts that they say are theirs, masked: `NL** **** 4300`."""
    for match in _IBAN.finditer(said.text):
        value = match[0].replace(" ", "")
        start, end = said.sentence(match.start())
        around = said.text[start:end]
        if valid(value) and _CLAIM.search(around) and not whose.YOURS.search(around) and not _REFUSED.search(around):
            yield Found("iban", masked(value), match.start(), match.end())


def valid(iban: str) -> bool:
    """Say whether the check digits of an IBAN are right (ISO 7064, mod 97-10)."""
    said = iban.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", said):
        return False
    return int("".join(str(int(character, 36)) for character in said[4:] + said[:4])) % 97 == 1


def holds_one(text: str) -> bool:
    """Say whether a value holds the whole number of an account, which is kept nowhere, whatever it was called."""
    return any(valid(found[0]) for found in _IBAN.finditer(text.upper()))


def masked(iban: str) -> str:
    """Return what is kept of an account's number."""
    said = iban.replace(" ", "").upper()
    return f"{said[:2]}** **** {said[-4:]}"
