"""The one folding and splitting for search: whatever is indexed and whatever is asked passes through here.

Case and diacritics are folded, letters outside ASCII that people type without them are spelled out (ø o, ß ss),
everything but letters and digits splits. Chinese, Japanese and Korean have no spaces to split at: a run of their
characters becomes overlapping pairs (a lone one stays), which finds any part of it as a phrase. No stemming.
"""

from __future__ import annotations

import re
import unicodedata

_SPELLED = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "ſ": "s", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o", "ə": "e", "ƴ": "y", "ʼ": " ", "ʻ": " ",
}  # fmt: skip
_CJK = (
    "\u3005\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
    "\uf900-\ufaff\U00020000-\U0003fffd"
)
_VIRAMA = 9
"""The combining class of the sign that joins Indic consonants: part of the word, as vowel signs are."""
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_CJK_CHARACTER = re.compile(f"[{_CJK}]")
_CJK_RUN = re.compile(f"[{_CJK}]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def _folded(character: str) -> str:
    if _CJK_CHARACTER.match(character):
        return character
    folded = ""
    for each in unicodedata.normalize("NFKD", character.casefold()):
        if each in _SPELLED:
            folded += _SPELLED[each]
        elif unicodedata.combining(each) not in (0, _VIRAMA):
            continue  # a diacritic
        elif each.isalnum():
            digit = unicodedata.decimal(each, None)
            folded += each if digit is None else str(digit)
        elif unicodedata.category(each) in ("Mc", "Mn"):
            folded += each
        else:
            folded += " "
    return folded


class _Folding(dict[int, str]):
    """What each character folds to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


_FOLDING = _Folding(_ASCII)


def fold(text: str) -> str:
    """Return the searchable tokens of `text`, separated by single spaces.

    Folding what is folded changes nothing for text without CJK; whether it does never depends on a locale."""
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    # Composed first: half-width kana with its voicing mark, jamo of one syllable and decomposed accents come alike.
    # Only what is not ASCII goes through the slow table: most text of most mails needs it for a few letters.
    folded = _NOT_ASCII.sub(lambda run: run[0].translate(_FOLDING), unicodedata.normalize("NFKC", text))
    folded = folded.translate(_ASCII if folded.isascii() else _FOLDING)
    if _CJK_CHARACTER.search(folded):
        folded = _CJK_RUN.sub(_pairs, folded)
    return " ".join(folded.split())


def _pairs(run: re.Match[str]) -> str:
    characters = run[0]
    if len(characters) == 1:
        return f" {characters} "
    pairs = " ".join(characters[index : index + 2] for index in range(len(characters) - 1))
    return f" {pairs} "


def terms(query_text: str) -> list[str]:
    """Return the tokens of a query, folded as the index folds; in order, with repetitions."""
    return fold(query_text).split()
