"""Mails in which a telephone system sends what callers left on its answering machine: they are calls to return.

Which sender does that is the channel's setting `voicemail_from`. The number stands in the subject, in the sender's name
or in the text; one that is withheld is no number. The recording stays a file of the call.
"""

from __future__ import annotations

import re
from dataclasses import replace

from omnidesk.connectors.base import Call, Decoded, Item, Party
from omnidesk.text.address import normalise_email
from omnidesk.text.phone import could_be_phone
from omnidesk.words.kinds import Auth

HEADER = "voicemail_from"
"""Under which an item bears the setting."""
LOOKED_AT = 2_000
"""Characters of the text in which a number and a length are looked for."""
_NUMBER = re.compile(r"(?<![\w.@/-])(?:\+|00)?\(?\d[\d ()./-]{4,20}\d(?![\w@-])")
_LABELLED = re.compile(
    r"(?:from|caller|number|van|beller|nummer|von|anrufer|rufnummer)[\s:=]{0,4}((?:\+|00)?\(?\d[\d ()./-]{4,20}\d)",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"(?:duration|length|duur|lengte|dauer|l(?:ä|ae)nge)[\s:=]{0,4}(?:(\d{1,2}):)?(\d{1,3})(?::(\d{2}))?\s*(s|sec|sek|m|min)?",
    re.IGNORECASE,
)
FEWEST_DIGITS = 6


def as_call(decoded: Decoded, item: Item) -> Decoded:
    """Return a mail of the telephone system as the call that it tells of; any other as it is."""
    senders = [normalise_email(one) for one in re.split(r"[\s,;]+", item.headers.get(HEADER, "")) if one]
    sender = decoded.sender
    if sender is None or normalise_email(sender.value) not in senders or decoded.auth is Auth.FAIL:
        return decoded
    if not any(file.content_type.startswith("audio/") for file in decoded.files):
        return decoded
    at = decoded.sent_at or item.received_at
    number = _number(decoded.subject, sender.name, decoded.text[:LOOKED_AT])
    seconds = _seconds(decoded.text[:LOOKED_AT])
    call = Call("ended", at, answered_at=at, ended_at=at + seconds * 1_000, outcome="voicemail")
    return replace(decoded, sender=Party("phone", number) if number else None, call=call, auth=Auth.NONE, auto=None)


def _number(*texts: str) -> str:
    """Return the first number that is one; what stands behind a word for it goes before the others."""
    for pattern, group in ((_LABELLED, 1), (_NUMBER, 0)):
        for text in texts:
            for found in pattern.finditer(text):
                said = found[group].strip()
                if sum(map(str.isdigit, said)) >= FEWEST_DIGITS and could_be_phone(said) and not _is_date(said):
                    return said
    return ""


def _is_date(said: str) -> bool:
    return bool(re.fullmatch(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}).*", said))


def _seconds(text: str) -> int:
    found = _LENGTH.search(text)
    if found is None:
        return 0
    hours, first, second, unit = found.groups()
    if hours is not None and second is None:
        return int(hours) * 60 + int(first)
    if second is not None:
        return int(hours or 0) * 3_600 + int(first) * 60 + int(second)
    return int(first) * (60 if (unit or "").lower().startswith("m") else 1)
