"""What the customer is called: as they introduce themselves, or as they sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts.said import Found, Said

_PART = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Dhr|Mevr|Mw|Ir|Ing|Drs|[A-Z])\.|[A-ZÀ-ÞĀ-Ž][\w'’-]*|[dD]['’][A-Z]\w+)"
_LINK = r"(?:van|de|den|der|het|'t|’t|ter|ten|te|el|al|la|le|da|di|dos|von|vom|zu|und|bin|ben|y|du|op)"
_PERSON = rf"{_PART}(?: (?:{_LINK} ){{0,3}}{_PART}){{0,3}}"
_INTRODUCED = re.compile(
    r"(?i:\bmijn naam is|\bik heet|\bu spreekt met|\bmy name(?:'s|’s| is)|\bmein name ist|\bich heiße|\bich heisse"
    rf"|^\s*(?:naam|name)\s*:|\bthis is(?= {_PERSON} (?:calling|here|writing|again|from)\b))\s+(?P<name>{_PERSON})",
    re.MULTILINE,
)
LONGEST = 200
"""Characters in which a message ends: a greeting and a name."""
SIGN_OFF = (
    r"(?:^|[.!?,]\s+)(?:alvast bedankt,?\s+)?(?:met\s+)?(?:(?:vriendelijke?|hartelijke?|beste|warme|kind|best|warm"
    r"|many|with"
    r"|freundlichen?|viele|liebe|schöne|herzliche)\s+)?(?:mit\s+freundlichen\s+)?(?:groet(?:en|jes)?|mvg|regards|wishes"
    r"|cheers|(?:yours\s+)?sincerely(?:\s+yours)?|yours(?:\s+\w+)?|grüße[n]?|gruß|grüsse[n]?|lg|mfg"
    r"|vg)\b(?:\s+(?:uit|aus|from)\s+\w+)?[ \t]*[,!.]?"
)
"""How a message ends, above or before the name."""
_SIGNED = re.compile(rf"(?im){SIGN_OFF}(?:[ \t]+|\s*\n\s*)(?-i:(?P<name>{_PERSON}))[ \t.]*(?=\n|\Z)")
_THANKED = re.compile(
    r"(?im)^(?:many |kind )?(?:thanks|thank you|bedankt|dank|danke|vielen dank|alvast bedankt|met dank|dank u)"
    rf"(?: (?:again|in advance|bij voorbaat|im voraus"
    rf"|voor uw moeite))?[,.!]?[ \t]*\n\s*(?-i:(?P<name>{_PERSON}))[ \t.]*(?=\n|\Z)"
)
_TITLE = re.compile(r"(?i)(?:dr|prof|mr|mrs|ms|dhr|mevr|mw|ir|ing|drs|herr|frau|de heer|mevrouw)\.? ")
_WORDS = """
team klantenservice service support sales verkoop the your ihr ihre das bakkerij winkel shop bv b.v gmbh ltd inc
llc ag vof nv n.v cie co company kundenservice versandteam accounts department afdeling abteilung bedrijf firma
familie family sent verzonden gesendet tel mobiel mobile phone www order bestelling klant customer kunde and en
und namens directie administratie secretariaat stichting vereniging hotel restaurant café cafe garage praktijk
verein praxis kanzlei büro agentur studio solutions group groep holding services systems consulting office
management partners school university church foundation club fam tot ziens bis looking hope happy merry with mit
from van von geschäftsführung verwaltung einkauf vertrieb inkoop boekhouding reception receptie customers
"""
_NOBODY = frozenset(_WORDS.split())
"""Words in the name of a firm or a department, and words that begin a sentence."""
_WITHIN = frozenset(("van", "von"))
_TRADE = re.compile(
    r"(?i)\w{3,}(?:bedrijf|groep|bouw|shop|service|beheer|winkel|handel|techniek|technik|betrieb|haus|bau)\b"
)


def names(said: Said) -> Iterator[Found]:
    """Find the customer's name; a signature counts where it is a first name and a family name."""
    for line in said.lines_with("naam", "name", "heet", "spreekt", "this is", "heiße", "heisse"):
        for match in _INTRODUCED.finditer(said.text, line, said.line(line)[1]):
            value = _person(match["name"])
            if value and _goes_on(said.text, match.end()):
                yield Found("name", value, match.start("name"), match.end())
    yield from _below(_THANKED, said, "thank", "dank")
    yield from _below(_SIGNED, said, "groet", "mvg", "regards", "wishes", "cheers", "sincerely", "yours", "grü", "gruß",
                      "mfg", "lg", "vg")  # fmt: skip


def _below(end: re.Pattern[str], said: Said, *stems: str) -> Iterator[Found]:
    for line in said.lines_with(*stems):
        match = end.search(said.text, line, line + LONGEST)
        if match is None:
            continue
        value = _person(match["name"])
        if " " in value:
            yield Found("name", value, match.start("name"), match.end("name"))


def firm(said: str) -> bool:
    """Say whether words name a firm, a department or a shop rather than a person."""
    words = {word.strip(".,:").lower() for word in said.split()}
    return bool(words & (_NOBODY - _WITHIN)) or _TRADE.search(said) is not None


def _person(said: str) -> str:
    name = said
    while title := _TITLE.match(name):
        name = name[title.end() :]
    name = name.rstrip(".,'’-")
    words = [word.strip(".").lower() for word in name.split()]
    if (
        not words
        or words[0] in _NOBODY
        or any(word in _NOBODY - _WITHIN for word in words)
        or _TRADE.search(name)
        or any(character.isdigit() for character in name)
    ):
        return ""
    return name if 2 <= len(name) <= 60 else ""


def _goes_on(text: str, end: int) -> bool:
    """Say whether what follows a name lets it be one: `mijn naam is Jansen-achtig`, `Name: Max (Firma)`."""
    return re.match(r"[\w@]", text[end : end + 1]) is None
