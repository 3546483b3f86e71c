"""The language of the interface: English is what the source says, others come from gettext catalogues.

`speak` is called once, before the first paint; until then, and in English, words stay as they are. Words that stand in
tables made at import are put into `_` where they are shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

LANGUAGES = ("en", "nl")
FOLDER = Path(__file__).parents[1] / "locale"
"""Where the catalogues are: LANGUAGE/LC_MESSAGES/omnidesk.mo, made by `tools/words` from the .po beside it."""


def _same(text: str) -> str:
    return text


def _english(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


_say: Callable[[str], str] = _same
_count: Callable[[str, str, int], str] = _english
language = "en"
"""The language that is spoken."""


def _(text: str) -> str:
    """Return words in the language that is spoken."""
    return _say(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form that belongs to a count, in the language that is spoken; `{count}` in it is for the caller."""
    return _count(one, many, count)


def chosen(wanted: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the language to speak: as wanted (`auto`: what the locale says), English where it is not known."""
    if wanted in LANGUAGES:
        return wanted
    said = [environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    locale = next((value for value in said if value), "")
    named = environment.get("LANGUAGE", "").split(":") if locale not in ("", "C", "POSIX") else []
    for name in (*named, locale):
        short = name.partition(".")[0].partition("_")[0].lower()
        if short in LANGUAGES:
            return short
    return "en"


def speak(wanted: str) -> None:
    """Speak a language from now on; a catalogue that is not there leaves English."""
    global _say, _count, language
    _say, _count, language = _same, _english, "en"
    if wanted == "en":
        return
    import gettext

    try:
        catalogue = gettext.translation("omnidesk", FOLDER, [wanted])
    except OSError:
        return
    _say, _count, language = catalogue.gettext, catalogue.ngettext, wanted
