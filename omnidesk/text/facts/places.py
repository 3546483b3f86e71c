"""Where the customer lives: their postal address and postcode, as the Netherlands, Belgium, Germany, Austria and
Britain write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts import persons, whose
from omnidesk.text.facts.said import Found, Said

_DUTCH = r"[1-9]\d{3} ?[A-Z]{2}"
_BRITISH = r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})"
_TOWN = r"[A-ZÄÖÜ'][\w'’./-]*[\w](?: (?:aan|a/d|den|de|op|bij|am|an|der|im|ob|upon|on|[A-ZÄÖÜ][\w'’-]+))*"
_NAME = (
    r"(?:[A-ZÄÖÜ'’][\w'’.-]*|['’]t)(?: (?:van|de|den|der|het|'t|’t|op|aan|am|an|im|zu|of|the|von|[A-ZÄÖÜ][\w'’.-]*))*"
)
_HOUSE = r"\d{1,4}(?:[ -]?(?:[A-Za-z]|bis|hs|[IVX]{1,4}|\d{1,3}))?(?![\w])"
_GAP = r"(?:\s*,\s*|\s*\n\s*|\s+)"
_WITH_DUTCH = re.compile(
    rf"(?P<street>{_NAME}) (?P<house>{_HOUSE}){_GAP}(?P<code>{_DUTCH})(?!\w)(?:,?\s+(?P<town>{_TOWN}))?"
)
_STREET_DE = r"(?:[a-zäöüß.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|chaussee))"
_WITH_GERMAN = re.compile(rf"(?P<street>{_NAME}) (?P<house>{_HOUSE}){_GAP}(?P<code>\d{{5}})\s+(?P<town>{_TOWN})")
_WITH_BRITISH = re.compile(
    rf"(?P<house>\d{{1,4}}[A-Za-z]?) (?P<street>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){{0,3}}),? ?(?P<town>\n?\s*{_TOWN}),? "
    rf"(?P<code>{_BRITISH})(?!\w)"
)
_STREET_NL = re.compile(r"(?i)(?:straat|laan|weg|plein|gracht|kade|dijk|steeg|singel|hof|pad|baan|dreef|plantsoen)\Z")
_LIVES = re.compile(
    r"(?i)\b(?:ik|wij|we)\s+(?:woon|wonen)\s+(?:\w+\s+)?(?:aan|op|in)\s+(?:(?:de|het)\s+)?"
    r"|\b(?:i|we)(?:'m| am)?\s+live\s+(?:at|on)\s+|\b(?:ich|wir)\s+wohnen?\s+(?-i:in|am|an)\s+(?:(?:der|dem)\s+)?"
)
_LIVED_DUTCH = re.compile(rf"(?P<street>{_NAME}) (?P<house>{_HOUSE})(?: (?:in|te) (?P<town>[A-ZÄÖÜ][\w'-]+))?")
_LIVED_BRITISH = re.compile(r"(?P<house>\d{1,4}[A-Za-z]?) (?P<street>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,3})")
_CLAIM = re.compile(
    r"(?i)\b(?:mijn|ons|my|our|meine|unsere)\s+(?:\w+\s+){0,2}?(?:\w*adres|address|\w*adresse|anschrift)\b"
    r"|\b(?:nieuwe?|new|neue)\s+(?:\w*adres|\w*address|\w*adresse|anschrift)\b"
    r"|\b(?:bezorg|lever|aflever|verzend|post|thuis)adres\b|\b(?:delivery|shipping|postal|home)\s+address\b"
    r"|\b(?:liefer|versand|post|wohn)(?:adresse|anschrift)\b"
    r"|\badres\s+(?:\w+\s+){0,2}(?:wijzigen|aanpassen|veranderen)\b|\b(?:address|adresse)\s+(?:to|in|auf)\b"
    r"|\b(?:ik|wij|we)\s+(?:woon|wonen)\b|\b(?:i|we)\s+live\b|\b(?:ich|wir)\s+wohne\w?\b"
    r"|\b(?:verhuis|verhuisd|verhuizen)\b.{0,30}\bnaar\b|\b(?:i|we)(?:'ve| have)?\s+(?:just\s+)?moved\s+to\b"
    r"|\b(?:send|ship|deliver|redirect)\s+(?:\w+\s+){0,3}to\b"
    r"|\b(?:stuur|sturen|verstuur|versturen|bezorg|bezorgen|lever|leveren)\s+(?:\w+\s+){0,4}naar\b"
    r"|\b(?:senden|schicken|liefern)\s+sie\b"
)
_RETURNS = re.compile(
    r"(?i)\b(?:retour\w*|return\w*|terugstur\w*|zurück\w*|rücksend\w*|moet ik|kan ik|moeten we|should i|do i|can i"
    r"|shall i|soll"
    r"|muss ich|kann ich|waarheen|magazijn|winkel|store|shop|warehouse|laden|filiale|lager|magasin)\b"
)
"""Words about where the desk is, or where something is to be sent back to."""
_LABEL = re.compile(r"(?im)^[\s*•-]*(?:adres|address|adresse|anschrift|straat|street|straße)\s*:\s*\Z")
_ALONE = re.compile(r"(?i)\A[\s*•-]*(?:[A-Z][\w'’.-]*(?: [\w'’.-]+){1,4},\s*)?\Z")
_CODE_LABEL = re.compile(
    r"(?i)(?P<cue>\bpostcodes?|\bpost ?codes?|\bpostal codes?|\bzip(?: ?code)?|\bplz|\bpostleitzahl)\b"
    rf"(?:\s*(?::|=|\bis\b|\blautet\b|\bist\b))?\s*(?P<code>(?-i:{_DUTCH}|{_BRITISH}|[1-9]\d{{3}}[a-z]{{2}}"
    rf"|\d{{5}}))(?!\w)"
    rf"(?:[ ]+(?P<town>(?-i:{_TOWN})))?"
)
_STREET_ALONE = re.compile(
    rf"(?im)^[\s*•-]*(?:adres|address|adresse|anschrift|straat|street|straße)\s*:[ \t]*(?P<street>(?-i:{_NAME})) "
    rf"(?P<house>{_HOUSE})[ \t]*$"
)


_SHAPES = (
    (re.compile(r"[1-9](?<!\w\d)\d{3} ?[A-Z]{2}(?!\w)"), _WITH_DUTCH),
    (re.compile(r"\d(?<!\w\d)\d{4}(?= +[A-ZÄÖÜ])"), _WITH_GERMAN),
    (re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]?\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)"), _WITH_BRITISH),
)
"""How each country's postcodes look, and an address that has one."""
LONGEST = 90
"""Characters of an address in front of its postcode."""


def addresses(said: Said) -> Iterator[Found]:
    """Find where they live or want things sent to, and the postcode of it."""
    floor = 0
    for match in _whole(said):
        before = said.before(match.start(), floor)
        floor = match.end()
        if match.end() and _theirs(said, match, before):
            code = _code(match["code"])
            value = _written(match, code)
            yield Found("address", value, match.start(), match.end())
            yield Found("postcode", code, match.start("code"), match.end("code"))
    if said.has("woon", "wone", "live", "wohn"):
        yield from _lived(said)


def postcodes(said: Said) -> Iterator[Found]:
    """Find postcodes that are called so; one under a labelled street makes an address with it."""
    if not said.has("postcode", "post code", "postal code", "zip", "plz", "postleitzahl"):
        return
    street = _STREET_ALONE.search(said.text)
    for match in _CODE_LABEL.finditer(said.text):
        before = said.before(match.start())
        around = said.text[slice(*said.sentence(match.start()))]
        if whose.elsewhere(around) >= 0 or whose.OLD.search(before) or whose.DENIED.search(before):
            continue
        code = _code(match["code"])
        yield Found("postcode", code, match.start("code"), match.end("code"))
        if (
            street is not None
            and 0 <= said.text.count("\n", street.end(), match.start()) <= 2
            and match.start() > street.end()
        ):
            town = f" {match['town']}" if match["town"] else ""
            yield Found("address", f"{street['street']} {street['house']}, {code}{town}", street.start(), match.end())


def _whole(said: Said) -> Iterator[re.Match[str]]:
    """Every address with a postcode, whosever it is, in order."""
    text = said.text
    codes = [(one.start(), one.end(), shape) for code, shape in _SHAPES for one in code.finditer(text)]
    end = 0
    for first, last, shape in sorted(codes, key=lambda one: one[:2]):
        for match in shape.finditer(text, max(end, first - LONGEST), last + LONGEST):
            if match.start("code") == first:
                end = match.end()
                yield match
                break


def _theirs(said: Said, match: re.Match[str], before: str) -> bool:
    if _RETURNS.search(before[-120:]) or whose.GONE.match(said.text, match.end()):
        return False
    claimed = max(whose.claimed(_CLAIM, before), len(before) if _LABEL.search(before) else -1)
    if claimed < 0:
        return (
            _ALONE.match(before) is not None
            and _stands_alone(said, match)
            and whose.elsewhere(before) < 0
            and _under_a_person(said, match.start())
        )
    return claimed > max(whose.elsewhere(before), whose.last(whose.OLD, before))


def _under_a_person(said: Said, place: int) -> bool:
    """Say whether the lines above an address that stands alone are of no shop or firm, nor about the desk."""
    above = said.text[max(0, place - 120) : place].rstrip("\n ").rsplit("\n", 2)[-2:]
    return not any(persons.firm(line) or whose.YOURS.search(line) or _RETURNS.search(line) for line in above)


def _stands_alone(said: Said, match: re.Match[str]) -> bool:
    """Say whether a line holds nothing but the address, with who lives there before it or a number behind it."""
    behind = said.text[match.end() : match.end() + 60].split("\n", 1)[0]
    return re.match(r"\s*[.]?\s*\Z|\s*,?\s*(?:tel|mob|t:|e-?mail)", behind, re.IGNORECASE) is not None


def _lived(said: Said) -> Iterator[Found]:
    for shape in (_LIVED_DUTCH, _LIVED_BRITISH):
        for lives in _LIVES.finditer(said.text):
            match = shape.match(said.text, lives.end())
            if match is None or whose.elsewhere(said.before(match.start())) >= 0:
                continue
            rest = said.text[match.end() : match.end() + 14]
            if re.match(rf"{_GAP}(?:{_DUTCH}|\d{{5}} )", rest) or re.match(r",? [A-Z][a-z]+,? [A-Z]{1,2}\d", rest):
                continue  # with its postcode, and found by it
            if shape is _LIVED_BRITISH or _is_street(match["street"]):
                yield Found("address", _written(match, ""), match.start(), match.end())


def _is_street(said: str) -> bool:
    """Say whether one word, or several of which the last is that of a street, can be where somebody lives."""
    street = _STREET_NL.search(said) is not None or re.search(_STREET_DE, said.lower()) is not None
    return not re.search(r"\d", said) and (" " not in said or street)


def _written(match: re.Match[str], code: str) -> str:
    groups = match.groupdict()
    town = " ".join((groups.get("town") or "").split())
    if match.start("house") < match.start("street"):
        line = f"{groups['house']} {groups['street']}"
        return f"{line}, {town} {code}" if code else line
    line = f"{groups['street']} {groups['house']}"
    rest = " ".join(part for part in (code, town) if part)
    return f"{line}, {rest}" if rest else line


def _code(said: str) -> str:
    code = said.replace(" ", "").upper()
    if re.fullmatch(r"\d{4}[A-Z]{2}", code):
        return f"{code[:4]} {code[4:]}"
    return code if code.isdigit() else f"{code[:-3]} {code[-3:]}"
