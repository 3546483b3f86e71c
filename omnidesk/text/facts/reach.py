"""How the customer can be reached: their telephone numbers and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from omnidesk.text.facts import whose
from omnidesk.text.facts.persons import SIGN_OFF
from omnidesk.text.facts.said import Found, Said

_NUMBER = re.compile(r"[+0(](?<![\w.,/-][+0(])(?:(?<=\()[+0])?[\d()][\d ()./-]{6,20}\d(?![\w-]|[.,/]\d)")
_CALLED = re.compile(
    r"(?i)\b(?:mijn|m'n|my|meine?)\s+(?:\w+\s+){0,2}?(?:tele(?:foon|fon)?\w*|tel|mobiel\w*|gsm|nummer|number|phone"
    r"|mobile"
    r"|cell\w*|mobil\w*|handy\w*|landline)\b"
    r"|\b(?:nieuwe?|ander|new|neue)\s+(?:tele(?:foon|fon)nummer|mobiel nummer|nummer|phone number|number|handynummer)\b"
    r"|\b(?:bel(?:t|len)?|app(?:en)?|sms(?:en)?)\s+(?:u\s+|je\s+)?(?:mij|me)\b|\bterugbel\w*|\bterug te bellen\b"
    r"|\b(?:mij|me|ik ben|ben ik)\s+(?:\w+\s+){0,3}?(?:bereik\w*|bellen|appen)\b|\bbereikbaar\s+(?:op|onder|via)\b"
    r"|\b(?:call|ring|phone|text|reach|contact)\s+me\b|\bcall me back\b|\b(?:i am|i'm)\s+(?:available|reachable)\b"
    r"|\berreich\w*\s+(?:\w+\s+)?(?:mich|bin)\b|\bmich\s+(?:\w+\s+){0,3}?(?:erreich\w*|an)\b|\brufen sie mich\b"
    r"|\bruf(?:t)? mich\b|\berreichbar\s+(?:unter|auf)\b"
)
_LABELLED = re.compile(
    r"(?im)(?:^|[,;|.]\s*)[\s*•-]*(?:tel(?:efoon|ephone|efon)?|tel(?:efoon|efon)?(?:nummer|nr)|mob(?:iel|ile|il)?"
    r"|gsm|handy"
    r"|phone(?: number)?|m|t|p|cell)(?:\s*[.:]{1,2}\s*|\s+)(?:\((?:mob|privé|home)\w*\)\s*)?\Z"
)
_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])")
_MAILED = re.compile(
    r"(?i)\b(?:mijn|m'n|my|meine?)\s+(?:\w+\s+){0,2}?e?-?\s?mail(?:[ -]?(?:adres|address|adresse))?\b(?!\s+(?:to|aan"
    r"|naar|an|from|van)\b)"
    r"|\b(?:change|update|wijzig|pas)\s+(?:mijn|my)\s+e?-?mail(?:[ -]?(?:adres|address))?\s+(?:aan\s+)?(?:to|naar|in)\b"
    r"|\b(?:e-?)?mail(?:t|en)?\s+(?:u\s+|je\s+)?(?:mij|me)\b|\bmij\s+(?:\w+\s+){0,2}(?:e-?)?mailen\b"
    r"|\b(?:ander|nieuw|new|neue|andere)\s+e-?mail[ -]?(?:adres|address|adresse)\b"
    r"|\b(?:schreiben|mailen) sie mir\b|\bmir\s+(?:\w+\s+){0,2}(?:mailen|schreiben)\b"
)
_MAIL_LABEL = re.compile(r"(?im)(?:^|[,;|]\s*)[\s*•-]*(?:e-?mail(?:[ -]?(?:adres|address|adresse))?|mail)\s*:\s*\Z")
_SIGNED = re.compile(rf"(?im){SIGN_OFF}[^\d@]{{0,80}}\n\s*\Z")
_AND = re.compile(r"\s*(?:of|or|oder|en|and|und|,|/)\s*(?:op\s+|on\s+|unter\s+)?[+0(]")
"""Another number follows under the same words: `06 .. or 020 ..`."""
_AWAY = re.compile(
    r"(?i)\b(?:was|war|were|had|from|vanaf|van|von|vom|sent|gestuurd|gesendet|not|niet|nicht|if|als|wenn)\b"
    r"|\ba?an\b(?!\s*:?\s*\Z)"
    r"|\bto\b(?!\s*\Z)"
)
"""Between a claim and an address: it is another's, or was."""
FARTHEST = 60
"""Characters between a claim and what it claims."""
_NOBODYS = ("no-reply", "noreply", "mailer-daemon")


def phones(said: Said) -> Iterator[Found]:
    """Find telephone numbers at which they say they can be reached, in E.164; free and charged lines are nobody's."""
    floor = 0
    for match in _NUMBER.finditer(said.text):
        written, place = match[0], match.start()
        if not 9 <= sum(character.isdigit() for character in written) <= 16:
            continue
        ours = _claimed(said, place, floor, _CALLED, _LABELLED) or _signed(said, match)
        ours = ours and not whose.GONE.match(said.text, match.end())
        if ours and (value := _callable(written, said.region)):
            yield Found("phone", value, place, match.end())
        if not _AND.match(said.text, match.end()):
            floor = match.end()


def _signed(said: Said, match: re.Match[str]) -> bool:
    """Say whether a number is all that its line says, below the end of a message."""
    line = said.text[slice(*said.line(match.start()))]
    return (
        line.strip() == match[0] and _SIGNED.search(said.text, max(0, match.start() - 160), match.start()) is not None
    )


def emails(said: Said) -> Iterator[Found]:
    """Find e-mail addresses that they say are theirs."""
    if "@" not in said.text:
        return
    for match in _ADDRESS.finditer(said.text):
        value = match[0].lower()
        if _claimed(said, match.start(), 0, _MAILED, _MAIL_LABEL) and not value.startswith(_NOBODYS):
            yield Found("email", value, match.start(), match.end())


def _claimed(said: Said, place: int, floor: int, claim: re.Pattern[str], label: re.Pattern[str]) -> bool:
    before = said.before(place, floor)
    if whose.DENIED.search(before) or whose.OLD.search(before[-24:]):
        return False
    if label.search(said.text, max(0, place - 40), place):
        return whose.elsewhere(before) < 0
    rest = before[whose.claimed(claim, before) :]
    return whose.own(claim, before) and len(rest) <= FARTHEST and not _AWAY.search(rest)


def _callable(written: str, region: str) -> str:
    """Return a number in E.164, "" where nobody is called there; as it is where no country is said."""
    if not region:
        return written
    import phonenumbers
    from phonenumbers import PhoneNumberType as Type

    bare = written.replace("(0)", "") if written.startswith(("+", "00")) else written
    try:
        number = phonenumbers.parse(("+" + bare[2:]) if bare.startswith("00") else bare, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    kind = phonenumbers.number_type(number)
    nobodys = (Type.TOLL_FREE, Type.PREMIUM_RATE, Type.SHARED_COST, Type.UAN, Type.VOICEMAIL)
    if kind in nobodys:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
