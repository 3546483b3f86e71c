"""How long a text is in the units that channels count, and where it may be cut when it is too long. Pure.

chars      code points
utf16      UTF-16 code units (Telegram, most messengers)
graphemes  what a person calls a character: extended grapheme clusters (UAX #29), of which the rules for Indic
           conjuncts and prepended marks are left out
bytes      UTF-8
gsm7       septets of the GSM 7-bit alphabet (3GPP TS 23.038); a text that does not fit it goes as UCS-2, whose
           units count by the septets they take the room of: 67 of a part of a long message are 153
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

Unit = Literal["chars", "utf16", "graphemes", "bytes", "gsm7"]

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("\f^{}\\[~]|€")
"""Behind an escape: two septets."""
_ALONE, _PART = {True: 160, False: 70}, {True: 153, False: 67}
"""Septets, or units of UCS-2, of a text message that is alone and of a part of a longer one (3GPP TS 23.040)."""
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")
"""Where a text is cut, the best first."""


def length(text: str, unit: Unit) -> int:
    """Return how long a text is in a unit."""
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    if unit == "utf16":
        return _utf16(text)
    if unit == "graphemes":
        return len(graphemes(text))
    if unit == "gsm7":
        return _septets(text) if is_gsm7(text) else -(-_utf16(text) * _PART[True] // _PART[False])
    return len(text)


def is_gsm7(text: str) -> bool:
    """Say whether a text can be sent in the GSM 7-bit alphabet."""
    return all(letter in _GSM7 or letter in _GSM7_TWICE for letter in text)


def segments(text: str) -> int:
    """Return how many text messages a text is sent as."""
    return len(messages(text))


def messages(text: str) -> list[str]:
    """Divide a text into the text messages that it is sent as; no escaped letter and no surrogate pair is divided."""
    plain = is_gsm7(text)
    sizes = [(2 if letter in _GSM7_TWICE else 1) if plain else _utf16(letter) for letter in text]
    if sum(sizes) <= _ALONE[plain]:
        return [text]
    starts, room = [0], _PART[plain]
    for place, size in enumerate(sizes):
        if size > room:
            starts.append(place)
            room = _PART[plain]
        room -= size
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def pieces(text: str, unit: Unit, most: int) -> list[str]:
    """Cut a text into pieces of at most so many units, where paragraphs, lines, sentences or words end if it can be;
    white space at a cut is left out. Raises ValueError where not even one character fits."""
    found, rest = [], text
    while length(rest, unit) > most:
        cut = _fitting(rest, unit, most)
        if cut == 0:
            raise ValueError(f"no character fits into {most} {unit}")
        place = _break_before(rest, cut)
        if piece := rest[:place].rstrip():
            found.append(piece)
        rest = rest[place:].lstrip()
    return [*found, rest] if rest or not found else found


def graphemes(text: str) -> list[str]:
    """Return the characters of a text as a person sees them."""
    found: list[str] = []
    flags = 0
    for letter in text:
        joined = bool(found) and _joins(found[-1], letter, flags)
        flags = (flags + 1 if joined else 1) if _is_flag(letter) else 0
        if joined:
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _utf16(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)


def _septets(text: str) -> int:
    return len(text) + sum(letter in _GSM7_TWICE for letter in text)


def _fitting(text: str, unit: Unit, most: int) -> int:
    """Return the place up to which a text fits, between two characters; within one where a single one is too long."""
    for parts in (graphemes(text[: most + 1_000]), list(text[: most + 1])):
        ends = _ends(parts)
        fits = bisect_right(ends, most, key=lambda end: length(text[:end], unit))
        if fits:
            return ends[fits - 1]
    return 0


def _ends(parts: Sequence[str]) -> list[int]:
    ends, at = [], 0
    for part in parts:
        at += len(part)
        ends.append(at)
    return ends


def _break_before(text: str, cut: int) -> int:
    """Return where to cut a text that fits up to `cut`: no earlier than in the middle of it."""
    for mark in _BREAKS:
        blank = len(mark) - len(mark.rstrip())  # need not fit: it is left out
        place = text.rfind(mark, cut // 2, cut + blank)
        if place > 0:
            return place + len(mark)
    return cut


def _joins(before: str, letter: str, flags: int) -> bool:
    """Say whether a code point belongs to the character before it (UAX #29, GB3 to GB13)."""
    last = before[-1]
    if (last, letter) == ("\r", "\n"):
        return True
    if unicodedata.category(last) in ("Cc", "Zl", "Zp") or unicodedata.category(letter) in ("Cc", "Zl", "Zp"):
        return False
    if _extends(letter):
        return True
    if last == "\u200d":
        return unicodedata.category(before[0]) == "So" and unicodedata.category(letter) == "So"
    if _is_flag(last) and _is_flag(letter):
        return flags % 2 == 1
    return _hangul(last, letter)


def _extends(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Mn", "Me", "Mc")
        or letter in "\u200c\u200d"
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
        or "\U000e0020" <= letter <= "\U000e007f"
    )


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _hangul(last: str, letter: str) -> bool:
    """Say whether two Jamo or syllables are one syllable (GB6 to GB8)."""
    lead, vowel, trail = "\u1100" <= last <= "\u115f", "\u1160" <= last <= "\u11a7", "\u11a8" <= last <= "\u11ff"
    syllable = "\uac00" <= last <= "\ud7a3"
    bare = syllable and (ord(last) - 0xAC00) % 28 == 0
    if "\u1100" <= letter <= "\u115f" or "\uac00" <= letter <= "\ud7a3":
        return lead
    if "\u1160" <= letter <= "\u11a7":
        return lead or vowel or bare
    return "\u11a8" <= letter <= "\u11ff" and (vowel or trail or syllable)
