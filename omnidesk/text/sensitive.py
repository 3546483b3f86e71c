"""What a text asks for that only the customer themselves may have: money, data, a new address or account.

Words of English, Dutch and German. It is a reminder to look twice, so it rather says too much than too little.
"""

from __future__ import annotations

import re

LOOKED_AT = 4_000
"""Characters of a text that are read."""
_ASKS = {
    "money": (
        r"refund\w*|pay(?:out| out| me) |money back|reimburse\w*|bank account|iban\b|"
        r"terugbetal\w*|geld terug|teruggestort|terugstort\w*|rekeningnummer|"
        r"erstatt\w*|geld zur(?:ü|ue)ck|r(?:ü|ue)ckzahl\w*|kontonummer|bankverbindung|"
        r"[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b"
    ),
    "data": (
        r"my (?:personal )?data|what you (?:have|know|store) (?:on|about) me|delete my account|close my account|"
        r"(?:reset|change|forgot\w*) (?:my |the )?password|gdpr|"
        r"mijn (?:persoons)?gegevens|verwijder\w* mijn account|wachtwoord|avg\b|"
        r"meine (?:personenbezogenen )?daten|konto l(?:ö|oe)schen|passwort|dsgvo"
    ),
    "address": (
        r"new address|(?:change|changed|other|different) (?:of |my |the |delivery |shipping )*address|have moved|"
        r"(?:nieuw|ander|gewijzigd|verander\w*|wijzig\w*) (?:mijn |het |een )?(?:bezorg|aflever|mail|e-mail)?adres|"
        r"(?:ben|zijn) verhuisd|nieuwe (?:bezorg|aflever|mail|e-mail)?adres|adreswijziging|"
        r"neue (?:liefer|e-mail-?|mail-?)?(?:adresse|anschrift)|adress(?:e )?(?:ä|ae)nder\w*|bin umgezogen|"
        r"andere (?:liefer)?(?:adresse|anschrift)"
    ),
}
_FOUND = {kind: re.compile(rf"\b(?:{pattern})", re.IGNORECASE) for kind, pattern in _ASKS.items()}


def asks_for(text: str) -> list[str]:
    """Return what a text asks for of these: `money`, `data`, `address`."""
    said = text[:LOOKED_AT]
    return [kind for kind, pattern in _FOUND.items() if pattern.search(said)]
