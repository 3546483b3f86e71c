"""Whose something is: the customer's own, or that of somebody they speak about, the desk's own, or one of the past."""

from __future__ import annotations

import re

_KIN = (
    r"buur\w*|buren|vriend\w*|moeder|vader|ouders|dochter\w*|zoon\w*|man|vrouw|partner|collega\w*|zus\w*|broer\w*|oma"
    r"|opa|tante|oom|schoon\w+|baas|assistent\w*|huisgenoot\w*|neighbou?r\w*|friend\w*|mother\w*|father\w*|mum\w*"
    r"|mom\w*"
    r"|dad\w*|parents?|daughter\w*|son|sons|husband\w*|wife|colleague\w*|sister\w*|brother\w*|boss|assistant\w*"
    r"|flatmate\w*|nachbar\w*|freund\w*|mutter|vater\w*|eltern|tochter|sohn\w*|mann\w*|frau|kolleg\w*|schwester"
    r"|bruder\w*|chef\w*"
)
OTHERS = re.compile(
    rf"(?i)\b(?:mijn|m'n|zijn|haar|hun|onze|ons|my|his|her|our|their|een|de|the|die|der|meine?[rnsm]?|seine?[rnsm]?"
    rf"|unsere?[rnsm]?)\s+(?:\w+\s+)?(?:{_KIN})\b"
    r"|\b(?:haar|hun|his|her|their|sein|seine|deren)\s+(?:\w+\s+)?\w*(?:nummer|number|adres|address|order|bestelling)\b"
    r"|\b(?:van|from|by|von)\s+(?:dhl|dpd|gls|ups|postnl|hermes|fedex|bpost)\b"
)
"""Words for somebody else."""
YOURS = re.compile(
    r"(?i)\b(?:uw|jullie|jouw|your|yours|euer|eure[rnsm]?)\b|(?-i:\bIhre?[rnsm]?\b)|\b(?:hotline|helpdesk)\b"
)
"""Words for the desk itself."""
OLD = re.compile(
    r"(?i)\b(?:oude?|vorige(?! (?:week|maand|keer|jaar))|vroegere?|verkeerde?|foute?|old|previous(?! (?:week|month"
    r"|year))|former|wrong|alte[rnsm]?|vorherige[rnsm]?"
    r"|falsche[rnsm]?|frühere[rnsm]?)\b"
)
"""Words for what is no longer so, or never was."""
NEAR = re.compile(r"(?i)\b(?:uw|jullie|jouw|your|euer|eure[rnsm]?|(?-i:Ihre?[rnsm]?))\s+(?:[\w-]+\s+){0,2}\Z")
"""The desk's own, right before what follows."""
GONE = re.compile(
    r"(?i)\W{0,3}\s*(?:\w+\s+){0,3}?(?:klopt niet|bestaat niet|doet het niet|niet meer|no longer|not mine|isn't mine"
    r"|doesn't exist|does not exist|is wrong|is verkeerd|is fout|stimmt nicht|nicht mehr|existiert nicht|ist falsch)\b"
)
"""What takes back what was just said."""
DENIED = re.compile(r"(?i)\b(?:niet|geen|not|isn't|wasn't|nicht|kein\w*)\s+(?:\w+\s+)?\Z")
"""The end of what denies the word that follows."""


def last(expression: re.Pattern[str], words: str) -> int:
    """Return where the last match ends in `words`, -1 where there is none."""
    end = -1
    for match in expression.finditer(words):
        end = match.end()
    return end


def claimed(claim: re.Pattern[str], words: str) -> int:
    """Return where the last claim ends in `words`, -1 where there is none; `my old address` claims nothing."""
    end = -1
    for match in claim.finditer(words):
        if not OLD.search(match[0]):
            end = match.end()
    return end


def elsewhere(words: str) -> int:
    """Return where the last word ends that gives what follows to somebody else; -1 where none does."""
    return max(last(OTHERS, words), last(YOURS, words))


def own(claim: re.Pattern[str], words: str) -> bool:
    """Say whether the words before something claim it, and nothing behind the claim gives it away again."""
    end = claimed(claim, words)
    return end >= 0 and end > elsewhere(words)
