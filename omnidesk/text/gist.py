"""What a message is about, as a set of words: without names, numbers, greetings, signatures and words that say little.

Words are cut to their first letters, which brings `order`, `orders` and `ordered` together in every language we serve.
Nothing is learnt and nothing leaves the machine.
"""

from __future__ import annotations

import re
from functools import lru_cache

from omnidesk.text.fold import fold

STEM = 6
"""Letters of a word that count."""
MOST_WORDS = 40
ENOUGH = 0.42
"""Of all words in two gists, the share that both have which makes them alike."""
WITHIN = 0.75
"""Of the words of the shorter gist, the share that the longer one has which makes them alike."""

_GREETING = re.compile(
    r"^\s*(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|beste|geachte|hallo|hoi|hey|dag|goede(?:morgen|"
    r"middag|navond|ndag)|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen|abend)|moin|servus)\b[^,.!?:]{0,40}[,.!:]",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\b(?:kind|best|warm|many)? ?regards\b|\byours (?:sincerely|faithfully)\b|\bcheers,|\bmet (?:vriendelijke|"
    r"hartelijke) groet|\bgroetjes\b|\bgroeten?\b|\bmvg\b|\bmit freundlichen gr|\bmfg\b|\bviele gr|\bliebe gr|"
    r"\bthanks in advance\b|\balvast bedankt\b|\bvielen dank im voraus\b|\bsent from my\b|\bverzonden v)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\S*\d\S*")
"""Order numbers, telephone numbers, dates, addresses with a number."""
_LITTLE = frozenset(
    fold(
        "re fw fwd aw wg antw vs a an and any are as at be been but by can could did do does for from get got had has "
        "have hello hi how i if in is it its just me my no not of on or our please so still thank thanks that the "
        "their them then there they this to until up us was we were what when which who will with would yes you your "
        "yours am im ive hasnt "
        "aan al als bedankt ben bij dan dank dat de deze die dit doen door dus een en er ga geen graag had heb hebben "
        "heeft het hij hoe hoi ik in is je jullie kan kunt kunnen maar me mee met mij mijn moet na naar niet nog nu of "
        "om ook op over s te tot toch u uit uw van voor want was wat we weer wel wie wij wil willen word "
        "worden zal ze zich zijn zo zou "
        "aber als am an auch auf aus bei bin bis bitte da dann das dass dem den der des die doch du ein eine einen "
        "einer er es fur gerade habe haben hat hatte ich ihr ihre im ist ja kann konnen mein meine mich mir mit nach "
        "nicht noch nur oder schon sehr sein sich sie sind so uber um und uns von vor war warum was wenn wer wie "
        "wir wird wurde zu zum zur"
    ).split()
)


@lru_cache(maxsize=4_096)
def gist(subject: str, said: str, names: str = "") -> frozenset[str]:
    """Return what a message is about; words of `names` (its customer, its agent) say nothing about that."""
    text = _GREETING.sub(" ", said, count=1)
    closing = _CLOSING.search(text, 12)
    if closing is not None:
        text = text[: closing.start()]
    folded = fold(_REFERENCE.sub(" ", f"{subject} {text}"))
    unsaid = _LITTLE.union(fold(names).split())
    words = (word for word in folded.split() if word not in unsaid and (len(word) > 1 or not word.isascii()))
    return frozenset(list(dict.fromkeys(word[:STEM] for word in words))[:MOST_WORDS])


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two gists are about the same. Two words in common are the least, and two words alone lie within too
    many others by chance to count as being within."""
    both = len(one & other)
    if both < 2:
        return False
    shorter = min(len(one), len(other))
    return both >= ENOUGH * (len(one) + len(other) - both) or both >= WITHIN * shorter >= WITHIN * 3
