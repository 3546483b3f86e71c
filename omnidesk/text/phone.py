"""Telephone numbers: as people write them, and as they are compared (E.164, the ITU's international form).

The rules of the world's numbering plans are those of libphonenumber, which is loaded when a number is first read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime

from omnidesk.text.clean import one_line

USUAL_REGION = "NL"
"""Where numbers without a country belong as long as nothing else says so."""
_SHAPE = re.compile(r"(?:tel:)?\s*\+?[\d\s()./\u2010-\u2015-]{3,40}(?:\s*(?:x|ext\.?|;ext=)\s*\d{1,7})?", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9]\d{5,14}")
_LOCALE = re.compile(r"[a-z]{2,3}_([A-Z]{2})\b")


def normalise_phone(value: str, region: str = "") -> str:
    """Return a telephone number in E.164: `+31612345678`.

    `region` is the country (ISO 3166, `NL`) that numbers without one belong to; without it only international ones
    are read. What is no number comes back as it is, on one line: a short code, the name of a sender, `anonymous`.
    """
    said = one_line(value)
    if not _SHAPE.fullmatch(said):
        return said
    bare = re.sub(r"^tel:\s*", "", said, flags=re.IGNORECASE)
    if bare.startswith(("+", "00")):
        return _international("+" + bare[2:] if bare.startswith("00") else bare) or said
    return _national(bare, region.upper()) or said


def valid_phone(value: str) -> bool:
    """Return whether a number in normal form could be called: the country is known and the length fits."""
    return _E164.fullmatch(value) is not None and _international(value) == value


def could_be_phone(value: str) -> bool:
    """Return whether this is written as telephone numbers are, whatever country it belongs to."""
    return _SHAPE.fullmatch(one_line(value)) is not None


def begun_phone(value: str, region: str) -> str:
    """Return how a number that is still being typed begins in E.164."""
    digits = re.sub(r"\D", "", value)
    if value.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    import phonenumbers

    country = phonenumbers.country_code_for_region(region.upper())
    prefix = phonenumbers.ndd_prefix_for_region(region.upper(), True) or ""
    return f"+{country}{digits.removeprefix(prefix) if prefix else digits}"


def known_region(region: str) -> bool:
    """Return whether there is a numbering plan for a country (ISO 3166)."""
    import phonenumbers

    return region.upper() in phonenumbers.SUPPORTED_REGIONS


def local_region(environment: Mapping[str, str] = os.environ) -> str:
    """Return the country of the locale, NL where it names none."""
    for name in ("LC_ALL", "LC_TELEPHONE", "LANG"):
        if environment.get(name):
            found = _LOCALE.match(environment[name])
            return found[1] if found and known_region(found[1]) else USUAL_REGION
    return USUAL_REGION


def shown_phone(value: str) -> str:
    """Return a number in E.164 as people read it, `+31 6 12345678`; anything else as it is."""
    if not _E164.fullmatch(value):
        return value
    import phonenumbers

    try:
        found = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _international(value: str) -> str:
    return _parsed(value, None)


def _national(value: str, region: str) -> str:
    """A number without its country. One that the plan does not hand out (yet) counts where it has the digit that
    numbers of other places begin with, so that `12345` does not become one of a subscriber."""
    if not region:
        return ""
    from phonenumbers.phonenumberutil import ndd_prefix_for_region

    prefix = ndd_prefix_for_region(region, True)
    trunk = bool(prefix) and re.sub(r"\D", "", value).startswith(prefix or "")
    return _parsed(value, region, valid=not trunk)


def _parsed(value: str, region: str | None, valid: bool = False) -> str:
    import phonenumbers

    try:
        found = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return ""
    fits = phonenumbers.is_valid_number(found) if valid else phonenumbers.is_possible_number(found)
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)) if fits else ""


def zone_of(value: str) -> tuple[str, str] | None:
    """Return the country (ISO 3166) and the time zone (IANA) that a number in E.164 belongs to; None where its country
    has several clocks and the number does not say which."""
    if not _E164.fullmatch(value):
        return None
    import phonenumbers
    from phonenumbers import timezone

    try:
        found = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(found)
    zones = [str(one) for one in timezone.time_zones_for_number(found) if one != timezone.UNKNOWN_TIMEZONE]
    return (str(country), zones[-1]) if country and zones and len(set(map(_clock, zones))) == 1 else None


def _clock(zone: str) -> object:
    """Return what tells the clocks of zones apart; of one that this machine does not know, its name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone
    return tuple(datetime(2026, month, 1, tzinfo=there).utcoffset() for month in (1, 7))
