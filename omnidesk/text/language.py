"""Which language a text is in, told by its small words: Dutch, English or German."""

from __future__ import annotations

import re

from omnidesk.words.speech import _

LANGUAGES = {"nl": "Dutch", "en": "English", "de": "German"}
"""The languages that are told apart, with their English names."""

_LOOKED_AT = 4_000
"""Characters of a text that are looked at."""
_WORDS = {
    "nl": "de het een en ik je jij u uw mijn niet is van dat met op voor te heb hebben hoe wat waar wanneer maar nog "
    "al bij naar zijn kan wil graag bedankt groet groeten jullie deze geen wel ook als aan om hallo beste goedemorgen",
    "en": "the a an and i you your my not is of that with on for to have has how what where when but still already "
    "by it be can want please thanks thank regards this these no any also as at are was hello dear hi would could",
    "de": "der die das ein eine und ich sie ihr ihre mein meine nicht ist von dass mit auf für zu habe haben wie was "
    "wo wann aber noch schon bei nach sein kann möchte bitte danke gruß grüße diese kein keine auch als an um hallo",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _said in _WORDS.items():
    for _one in _said.split():
        _LANGUAGES_OF.setdefault(_one, []).append(_language)
SMALL_WORDS = frozenset(_LANGUAGES_OF)
"""Words that say nothing of what a text is about."""


def guess(text: str) -> str | None:
    """Return nl, en or de; None where the text does not say. Words that languages share count less."""
    score = dict.fromkeys(_WORDS, 0.0)
    for word in re.findall(r"[^\W\d_]+", text[:_LOOKED_AT].lower()):
        found = _LANGUAGES_OF.get(word, ())
        for language in found:
            score[language] += 1 / len(found)
    first, second = sorted(score.items(), key=lambda pair: -pair[1])[:2]
    return first[0] if first[1] >= 1 and first[1] > second[1] else None


def name(language: str) -> str:
    """Return the English name of a language, else its code."""
    return _(LANGUAGES.get(language, "")) or language or _("any language")
