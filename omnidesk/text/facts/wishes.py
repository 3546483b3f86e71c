"""What the customer wants or needs: their size, and how a parcel shall be brought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts import whose
from omnidesk.text.facts.said import Found, Said

LONGEST = 160
"""Characters of a wish."""
_VALUE = r"(?P<value>\d{1,3}(?:[.,]5)?|(?:XX?X?|[2-5]X)?[SL]|XS|XL|XXL|M)(?![\w/%]|[.,]\d| ?(?:cm|mm|kg|m\b|inch))"
_SIZE = re.compile(
    r"(?:(?i:\b(?:mijn|m'n)\s+(?:schoen|kleding|broek)?maat\s+is|\b(?:ik\s+heb|heb\s+ik|ik\s+draag|draag\s+ik)\s+"
    r"(?:(?:altijd|meestal|normaal|gewoon|een)\s+){0,2}(?:schoen)?maat"
    r"|\bmy\s+(?:shoe\s+|usual\s+|normal\s+)?size\s+is|\b(?:i|i'm|i am)\s+(?:(?:wear|take|need|always|usually"
    r"|normally|a|am)"
    r"\s+){1,3}size|\bmeine\s+(?:schuh|kleider|konfektions)?größe\s+ist|\b(?:ich\s+(?:trage|habe)|trage\s+ich"
    r"|habe\s+ich)"
    r"\s+(?:(?:immer|meist|normalerweise)\s+)?(?:schuh)?größe))\s*:?\s*(?:EU\s*|UK\s*)?" + _VALUE
)
_BOUGHT = re.compile(
    r"(?i)\s*(?:EU\s+|UK\s+)?(?:\w+\s+)?(?:\w+\s+)?(?:besteld|gekocht|gekregen|ontvangen|gekozen|geselecteerd|retour"
    r"|teruggestuurd|thuis|hier|in mijn"
    r"|bestellt|gekauft|erhalten|gewählt|zurück|in meinem|ordered|bought|received|chosen|selected|in my"
    r"|te (?:klein|groot)|too|zu (?:klein|groß))\b"
)
_ASKED = re.compile(
    r"(?i)\b(?:graag|liefst|gaarne|mag|mogen|svp|s\.v\.p|alsjeblieft|alstublieft|alleen|kunt u|kunnen jullie|kan het"
    r"|kan hij"
    r"|zou(?:den)? (?:u|jullie)|wilt u|please|could|can you|would you|only|bitte|könn(?:ten|en) sie|lieber)\b"
    r"|\bdelivery instructions?:|\bbezorginstructies?:|\blieferhinweise?:"
)
_ASKING = (
    "graag", "liefst", "gaarne", "mag ", "mogen", "svp", "s.v.p", "alsj", "alstu", "alleen", "kunt", "kunnen", "kan ",
    "zou", "wilt", "please", "could", "can you", "would", "only", "bitte", "könn", "lieber", "instructi", "hinweis",
)  # fmt: skip
_BROUGHT = re.compile(
    r"(?i)\b(?:be|af)?(?:zorg|lever)(?:en|d|ing)?\b|\b(?:aflever\w*|afgegeven|afgeven|neerzetten|neerleggen|leggen"
    r"|achterlaten)\b"
    r"|\bdeliver(?:ed|y)?\b|\b(?:leave|drop|put) (?:it|them|the (?:parcel|package|box|order)|my (?:parcel|package"
    r"|order))\b"
    r"|\bleave (?=behind|with|in|at|by)|\b(?:an)?liefer\w*\b|\b(?:zustellen|zugestellt|abgeben|abgegeben|abstellen"
    r"|abgestellt"
    r"|ablegen|hinterlegen|liefern|geliefert)\b"
)
_STEMS = (
    "zorg", "lever", "afge", "legg", "zetten", "achterlat", "deliver", "leave", "drop", "put ", "liefer", "zustell",
    "abgeb", "abgest", "abstell", "ableg", "hinterleg", "zugestellt", "abgegeben", "neerle",
)  # fmt: skip
_HOW = re.compile(
    r"(?i)\b(?:na|voor|vanaf|tussen|om|rond|after|before|between|from|by|nach|vor|ab|zwischen|um|gegen)\s+"
    r"\d{1,2}(?:[.:]\d\d)?(?:\s*(?:en|and|und|-)\s*\d{1,2}(?:[.:]\d\d)?)?\s*(?:uur|u\b|h\b|am\b|pm\b|a\.m|p\.m"
    r"|o'clock|uhr)"
    r"|\b(?:buren|achterdeur|voordeur|schuur\w*|garage\w*|schuurtje|berging|veranda|balie|receptie|brievenbus"
    r"|conciërge|portier)\b"
    r"|\b(?:neighbou?rs?|porch|shed|back door|front door|reception|concierge|letterbox|mailbox|safe place|gate"
    r"|outside)\b"
    r"|\b(?:nachbar\w*|haustür|hintertür|terrasse|schuppen|keller|carport|briefkasten|pförtner|empfang|hausmeister)\b"
    r"|(?<!voor )(?<!tot )(?<!uiterlijk )\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)(?:en|s"
    r"|ochtend|middag|avond)*\b|'s (?:avonds|ochtends|middags)\b"
    r"|(?<!by )(?<!before )(?<!until )(?<!last )\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekends?\b"
    r"|\b(?:evenings?|mornings?|afternoons?)\b"
    r"|(?<!bis )(?<!vor )\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)(?:s|e)?\b"
    r"|\b(?:abends|morgens|vormittags|nachmittags)\b"
)
_PAST = re.compile(
    r"(?i)\b(?:werd|was|is|zijn|had|hebt|heeft|hebben)\s+(?:\w+\s+){0,6}(?:bezorgd|afgegeven|geleverd|neergezet)\b"
    r"|\bwurde\w?\b|\bwar(?:en)?\b"
    r"|\b(?:bezorgd|afgegeven|geleverd|neergezet)\s+(?:is|was|werd|zijn|waren)\b"
    r"|\b(?:was|were|been|got|is)\s+(?:\w+\s+){0,3}(?:left|delivered|dropped|put)|\bdriver\b|\b(?:zei|zeiden"
    r"|mislukt\w*|failed|beloofd\w*|promised|said|versproch\w*)\b"
)
_WONDERING = re.compile(
    r"(?i)\b(?:tell|know|explain|check|zeggen|vertellen|weten|uitleggen|nagaan|sagen|wissen|erklären|prüfen|why"
    r"|waarom|warum|when"
    r"|wanneer|wann|whether|which|welke)\b"
)
"""Words of somebody who asks what happened or will, and wishes nothing."""
FARTHEST = 60
"""Characters between what is wished for and how."""
_REQUEST_NL = re.compile(r"(?i)\b(?:mag|kan|kunnen|kunt|zou)\b")


def sizes(said: Said) -> Iterator[Found]:
    """Find the size that they say is theirs."""
    if said.has("maat", "size", "größe"):
        for match in _SIZE.finditer(said.text):
            sentence = said.text[slice(*said.sentence(match.start()))]
            if not _BOUGHT.match(said.text, match.end()) and not whose.OTHERS.search(sentence):
                yield Found("size", match["value"].replace(",", "."), match.start("value"), match.end("value"))


def deliveries(said: Said) -> Iterator[Found]:
    """Find wishes about how a parcel comes: a sentence that asks, says how, and tells of no past."""
    if not said.has(*_ASKING):
        return
    done = -1
    for match in said.words_with(_BROUGHT, *_STEMS):
        start, end = said.sentence(match.start())
        if start == done or end - start > 2 * LONGEST:
            continue
        sentence = said.text[start:end]
        if _WONDERING.search(sentence) or not _near(sentence, match.start() - start, match.end() - start):
            continue
        if _ASKED.search(sentence) and (not _PAST.search(sentence) or _may(sentence)):
            value = " ".join(sentence.split()).rstrip(" .!")
            done = start
            if len(value) <= LONGEST:
                yield Found("delivery", value, start, end)


def _near(sentence: str, start: int, end: int) -> bool:
    """Say whether it is said how, not far from what shall be done."""
    return any(one.start() - end <= FARTHEST and start - one.end() <= FARTHEST for one in _HOW.finditer(sentence))


def _may(sentence: str) -> bool:
    """Say whether the past form belongs to a wish: `mag bij de buren worden afgegeven als ik er niet ben`."""
    return _REQUEST_NL.search(sentence) is not None and re.search(r"(?i)\b(?:worden|werden)\b", sentence) is not None
