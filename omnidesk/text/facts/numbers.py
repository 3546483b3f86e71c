"""Numbers by which a shop knows things: of orders, of customers, of devices. A word says which."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts import whose
from omnidesk.text.facts.said import Found, Said

_TOKEN = r"(?P<value>(?:[A-Za-z]{1,5}[-.]?)?\d[\dA-Za-z]*(?:[-/.][\dA-Za-z]+)*)(?![\w@%€$£]|[-/.,:]\d)"
_LINK = (
    r"(?:\s*(?::|#|=|\(|,(?=\s*(?:ref|nummer|number|nr|no\b))|\"|'|“|„|\bis\b|\bwas\b|\bist\b|\blautet\b|\bmet\b|\bwith\b|\bmit\b|\bdas?\b|\bthe\b|\bhet\b"
    r"|\bde\b|\bder\b|\bdie\b|\bnummer\b|\bnumber\b|\bnr\b\.?|\bno\b\.?|\bid\b|\bref\b\.?|\breference\b|\bkenmerk\b"
    r"|\bcode\b"
    r"|\bconfirmation\b|\bopenstaan\b|\bunder\b|\bonder\b|\bunter\b|\bzegt\b|\bsays\b|\bsagt\b)){0,5}\s*"
)
_ORDER = re.compile(
    r"(?i)(?<![\w-])(?P<cue>(?P<surely>(?:bestel|order|auftrags?|bestell)[ -]?(?:nummer[sn]?|numbers?|nr|no|nos|ids?"
    r"|ref"
    r"|reference|kenmerk|code)\b\.?)|(?:web)?(?:order|bestelling|bestellung|auftrag)(?P<several>s|en)?"
    r"|(?:order|bestel|bestell|auftrags)(?:bevestiging|bestätigung))\b(?P<link>" + _LINK + r")(?P<hash>#\s?)?" + _TOKEN
)
_CUSTOMER = re.compile(
    r"(?i)(?<![\w-])(?P<cue>(?:klant(?:en)?|relatie|debiteur(?:en)?|account|customer|client|member(?:ship)?|lid|"
    r"lidmaatschaps|kunden|kd|konto)[ -]*\.?[ -]?(?:nummers?|numbers?|nr|no|id)\b\.?|klant(?=\s+onder\s+nummer\b)"
    r"|klant(?=\s+met\s+nummer\b))(?P<link>" + _LINK + r")#?\s?" + _TOKEN
)
_SERIAL = re.compile(
    r"(?i)(?<![\w-])(?P<cue>(?:serie|serial|serien)[ -]*(?:nummers?|numbers?|nr|no)\b\.?|s/n\b|\bsn(?=:))"
    r"(?P<link>" + _LINK + r"(?:(?:on|op|an|auf)\s+(?:the|de|het|der|dem)\s+\w+\s+(?:is|ist)?\s*(?:sn)?\s*:?\s*)?)"
    r"(?P<value>[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*)(?![\w@])"
)
_AND = re.compile(r"(?i)\s*(?:,|&|\ben\b|\band\b|\bund\b)(?:\s*(?:,|&|\ben\b|\band\b|\bund\b))?\s*#?" + _TOKEN)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(
    r"\d{1,2}[-/.](?:19|20)\d\d|\d{1,2}[-/.]\d{1,2}(?:[-/.](?:\d\d|\d{4}))?|(?:19|20)\d\d[-/.]?(?:0\d"
    r"|1[0-2])[-/.]?(?:[0-2]\d|3[01])"
)
_PARCEL = re.compile(r"(?i)3S[A-Z0-9]{7,13}|JVGL\d+|1Z[A-Z0-9]{16}|JJD\d+|\d{15,}")
_COUNTED = re.compile(
    r"(?i)[ \t]*(?:stuks?|st\b|x\b|keer|maal|dagen|weken|euro|eur\b|€|\$|£|%|punten|meter|m\b|cm\b|kg\b|rollen|paar"
    r"|van (?:de )?\d"
    r"|pieces?|pcs|times|days|weeks|points|of\b \d|items?|stück|mal\b|tage|wochen|punkte|uur|o'clock|uhr"
    r"|-? ?(?:delig|teilig))"
)
_TO_ORDER = re.compile(r"(?i)\b(?:to|i|we|you|will|would|can|could|please|ik|wij|we|om|te)\s+\Z")
"""What makes `order` a thing to do."""
_BANK = re.compile(r"(?i)(?:bank|giro|rekening)[\s-]*\Z")


def orders(said: Said) -> Iterator[Found]:
    """Find order numbers; where one is named others of its shape may follow it."""
    for match in said.words_with(_ORDER, "order", "bestel", "auftrag"):
        value = match["value"]
        surely = match["surely"] is not None or match["hash"] is not None
        surely = surely or bool(re.search(r"(?i)\b(?:nummer|number|nr|no|id|ref|reference|kenmerk)\b", match["link"]))
        if not surely and (value.endswith("00") or _TO_ORDER.search(said.before(match.start()))):
            continue
        if not _is_order(value, surely) or not _own_number(said, match):
            continue
        yield Found("order_number", value, match.start("value"), match.end("value"))
        place = match.end("value")
        while (more := _AND.match(said.text, place)) is not None and _shape(more["value"]) == _shape(value):
            yield Found("order_number", more["value"], more.start("value"), more.end("value"))
            place = more.end("value")


def customers(said: Said) -> Iterator[Found]:
    """Find the numbers by which the desk knows the customer."""
    stems = ("klant", "relatie", "debiteur", "account", "customer", "client", "member", "lid", "kunde", "kd", "konto")
    for match in said.words_with(_CUSTOMER, *stems):
        value = match["value"]
        banks = _BANK.search(said.text, max(0, match.start() - 20), match.start())
        if _digits(value) >= 3 and not banks and not _PARCEL.fullmatch(value) and _own_number(said, match):
            yield Found("customer_number", value, match.start("value"), match.end("value"))


def serials(said: Said) -> Iterator[Found]:
    """Find the serial numbers of their devices."""
    for match in said.words_with(_SERIAL, "serie", "serial", "s/n", "sn:"):
        value = match["value"]
        if len(value) >= 5 and _digits(value) >= 3 and _own_number(said, match):
            yield Found("serial_number", value, match.start("value"), match.end("value"))


def _is_order(value: str, surely: bool) -> bool:
    digits = _digits(value)
    if digits < (3 if surely else 4) or len(value) > 24 or _PARCEL.fullmatch(value) or _DAY.fullmatch(value):
        return surely and bool(_DAY.fullmatch(value)) and digits == 8 and value.isdigit()
    return surely or not _YEAR.fullmatch(value)


def _own_number(said: Said, match: re.Match[str]) -> bool:
    """Say whether nothing around a number gives it to somebody else, denies it, or counts with it."""
    before = said.before(match.start())
    if whose.OTHERS.search(before) or whose.NEAR.search(before) or whose.DENIED.search(before):
        return False
    if whose.GONE.match(said.text, match.end("value")):
        return False
    if whose.OTHERS.search(match["link"]) or whose.OLD.search(before[-16:]):
        return False
    return _COUNTED.match(said.text, match.end("value")) is None


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


def _shape(value: str) -> str:
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "9", value))
