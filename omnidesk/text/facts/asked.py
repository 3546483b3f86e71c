"""What a draft asks the customer for, so that nobody asks for what is known: `What is your order number?`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from omnidesk.text.facts.said import Said

LOOKED_AT = 4_000
"""Characters at the end of a draft that are looked at."""
_NAMED = {
    "order_number": r"order ?(?:numbers?|no\b|nr\b|id\b|nummers?)|bestel(?:lings?)?nummers?"
    r"|number of (?:the|your) order|nummer van (?:uw|je|de) bestelling|bestellnummer|auftragsnummer"
    r"|nummer (?:ihrer|der) bestellung",
    "customer_number": r"(?:customer|client|account|membership) ?(?:numbers?|no\b|id\b)"
    r"|(?:klant|relatie|debiteur)(?:en)?nummer"
    r"|kunden-?nummer",
    "serial_number": r"serial ?(?:numbers?|no\b)|serienummer|seriennummer",
    "name": r"(?:full |first and last |last |sur)?name\b(?! of the)|(?:volledige |voor- en achter|achter)?naam\b"
    r"|(?:vollständigen? |vor- und nach|nach)?namen?\b",
    "address": r"(?<!mail )(?<!mail-)(?<!mail)(?:postal |home |delivery |shipping )?address\b"
    r"|(?<!mail)(?<!mail-)\b(?:post|bezorg|aflever|lever|woon|huis)?adres(?:gegevens)?\b"
    r"|(?<!mail-)(?<!mail)\b(?:post|liefer|versand)?(?:adresse|anschrift)\b",
    "postcode": r"post ?codes?\b|postal ?codes?\b|zip ?codes?\b|\bplz\b|postleitzahl",
    "phone": r"(?:tele)?phone ?numbers?|mobile ?numbers?|(?:telefoon|gsm-?)nummer|mobiele nummer|telefonnummer"
    r"|handynummer|rufnummer|number (?:can|may) we (?:reach|call)|welk nummer|nummer (?:kunnen|mogen) we",
    "email": r"e-?mail ?-?address\b|e-?mail-?adres\b|e-?mail-?adresse\b|\bmailadres(?:se)?\b",
    "size": r"(?:shoe |clothing )?size\b|(?:schoen|kleding)?maat\b|(?:schuh|kleider|konfektions)?größe\b",
    "iban": r"\biban\b|(?:bank)?rekeningnummer|bank (?:account|details)|kontonummer|bankverbindung",
}
_WHEN = re.compile(
    r"(?i)\b(?:when|what time|where)\b.{0,60}\bdeliver|\b(?:wanneer|hoe laat|waar)\b.{0,60}\b(?:bezorg|lever|afgeven)"
    r"|\b(?:wann|wo)\b.{0,60}\b(?:liefer|zustell|abgeben|abstellen)"
)
_YOURS = re.compile(
    r"(?i)\b(?:your|uw|je|jouw|jullie|ihre?[rnms]?|deine?[rnms]?|what|wat|which|welke?|welche[srnm]?|op|on|unter|the"
    r"|het|de|die"
    r"|den|das)\s+(?:[\w-]+\s+){0,3}\Z"
)
_ASKS = re.compile(
    r"(?i)\?|\b(?:what(?:'s| is| are)|which|wat is|wat zijn|welke?|hoe luidt|wie lautet|was ist|welche\w*"
    r"|please (?:send|provide|give|share|confirm|tell|reply|include|let)|(?:send|give|tell|let) (?:me|us)"
    r"|we (?:still )?need|i (?:still )?need"
    r"|could you|can you|would you|may i|kunt u|kun je|kunnen jullie|zou u|zou je|wilt u|wil je|mag ik|mogen wij"
    r"|(?:stuur|geef|noem|mail|vermeld|laat)\b.{0,40}\b(?:mij|me|ons|even|door|weten|graag)"
    r"|graag\b.{0,60}\b(?:ontvang|hoor|zien)\w*"
    r"|(?:ontvang\w*|hoor|hebben) (?:ik|wij|we)\b.{0,30}\bgraag|nodig|nennen sie|teilen sie|senden sie|schicken sie"
    r"|geben sie"
    r"|könn(?:t)?en sie|könntest du|benötig\w*|brauch\w*|bitte\b.{0,60}\b(?:mitteil\w*|angeb\w*|nenn\w*|send\w*"
    r"|schick\w*))\b"
)
_EXPRESSIONS = {kind: re.compile(f"(?i){names}") for kind, names in _NAMED.items()}
_STEMS = {
    "order_number": ("order", "bestel", "auftrag"),
    "customer_number": ("customer", "client", "account", "member", "klant", "relatie", "debiteur", "kunde"),
    "serial_number": ("serial", "serie"),
    "name": ("name", "naam"),
    "address": ("adres", "address", "anschrift"),
    "postcode": ("post", "zip", "plz"),
    "phone": ("phone", "mobile", "mobiel", "nummer", "number"),
    "email": ("mail",),
    "size": ("size", "maat", "größe"),
    "iban": ("iban", "rekening", "bank", "konto"),
}


def asked(draft: str, own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the kinds of facts that a draft asks for, each once, what stands last first; `own` are kinds of the
    workspace's own and what they are called."""
    text = "\n".join(line for line in draft[-LOOKED_AT:].split("\n") if not line.startswith(">"))
    said = Said(text)
    last: dict[str, int] = {}
    for kind, expression in _EXPRESSIONS.items():
        if not said.has(*_STEMS[kind]):
            continue
        for match in expression.finditer(text):
            if _asks(said, match.start(), match.end()):
                last[kind] = match.start()
    for kind, label in own.items():
        place = said.low.rfind(label.lower())
        if label and place >= 0 and _asks(said, place, place + len(label)):
            last[kind] = place
    for match in (
        _WHEN.finditer(text) if said.has("deliver", "zorg", "lever", "liefer", "zustell", "afgeven", "abg") else ()
    ):
        if "?" in text[match.start() : said.sentence(match.start())[1] + 1]:
            last["delivery"] = match.start()
    return tuple(sorted(last, key=lambda kind: -last[kind]))


def _asks(said: Said, start: int, end: int) -> bool:
    """Say whether the sentence around a word asks for what it names: it is theirs, and somebody wants it."""
    first, last = said.sentence(start)
    sentence = said.text[first : last + 1]
    before = said.text[first:start]
    return bool(_ASKS.search(sentence)) and (bool(_YOURS.search(before)) or bool(_ASKS.search(before)))
