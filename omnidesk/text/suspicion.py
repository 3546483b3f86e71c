"""What makes a message suspicious, as far as its own words tell: look-alike domains, names that hold an address.

A warning is a code, with what it is about behind a colon (`lookalike:devries.example`); `words` says it to people.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

from omnidesk.text.clean import one_line
from omnidesk.text.links import same_organisation
from omnidesk.words.speech import _

SHORTEST = 5
"""Letters of a domain's name from which one other letter counts as a look-alike."""
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
COMMON = frozenset((
    "gmail.com", "ymail.com", "hotmail.com", "outlook.com", "live.com", "mail.com", "aol.com", "icloud.com",
    "yahoo.com", "gmx.com", "gmx.de", "gmx.net", "web.de", "me.com", "mac.com", "msn.com", "mail.ru", "email.com",
    "hotmail.nl", "live.nl", "proton.me",
))  # fmt: skip
"""Domains of everybody, some of which look like others."""

_ADDRESS = re.compile(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.)+[\w-]{2,24})")
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏոυνοαικρτꙅɡıɩ0135", "aeopcyxijsdhlnuvoaikptsgiioles"
)  # Cyrillic, Greek, Armenian and digits that pass for Latin letters
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))

_WORDS = {
    "no-sender": "nobody is named as the sender",
    "several-from": "more than one sender is named",
    "auth-failed": "the sender's domain does not confirm this mail: it may be forged",
    "not-proven": "the sender's domain says nothing of this mail, and vouched for their mails before: it may be forged",
    "reply-to-elsewhere": "answers go to another domain than the sender's",
    "same-id-other-content": "another mail with the same Message-ID says something else",
    "dangerous-file": "a file of it can harm a computer: read its name twice before you save it",
    "truncated": "only the header was read: the mail is too large",
    "unreadable": "the mail could not be understood: it is shown as it came",
    "encrypted": "what is written in this room is encrypted and cannot be read here",
    "damaged": "the mail is damaged: something of it may be missing",
    "stranger": "the sender took no part in this conversation before",
}
_ABOUT = {
    "lookalike": "the sender's domain looks like {0}, and is another",
    "lookalike-of": "the sender's address looks like {0}, and is another",
    "name-says": "the sender's name shows the address {0}, which is not where it came from",
    "reply-to": "answers go to {0}, another domain than the sender's",
    "passed-on": "it passes on a mail by {0}, who can be made the customer (A)",
    "link": "a link that says {0} leads to {1}",
}


def words(code: str) -> str:
    """Return a warning in words; a code nobody knows stands for itself."""
    name, colon, about = code.partition(":")
    if colon and name in _ABOUT:
        said = [*(one_line(part, 120) for part in about.split(">", 1)), ""]
        return _(_ABOUT[name]).format(*said)
    return _(_WORDS[code]) if code in _WORDS else one_line(code.replace("-", " "), 200)


def skeleton(domain: str) -> str:
    """Return a domain as a hasty eye reads it: letters that look alike become one."""
    if "xn--" in domain:
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("ascii").decode("idna")
    seen = domain.lower().translate(_ALIKE)
    for pair, letter in _PAIRS:
        seen = seen.replace(pair, letter)
    return seen


def lookalike(domain: str, known: Iterable[str]) -> str:
    """Return the known domain that this one passes for without being it or below it; "" for none."""
    if domain in COMMON:
        return ""
    others = [other for other in known if other]
    if any(same_organisation(domain, other) for other in others):
        return ""
    seen = skeleton(domain)
    for other in others:
        if seen == skeleton(other) or (len(other.partition(".")[0]) >= SHORTEST and one_edit(domain, other)):
            return other
    return ""


def one_edit(one: str, other: str) -> bool:
    """Say whether one letter was changed, added, left out, or two were swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, others = one[start:], other[start:]
    if len(rest) == len(others):
        swapped = len(rest) > 1 and rest[0] == others[1] and rest[1] == others[0] and rest[2:] == others[2:]
        return rest[1:] == others[1:] or swapped
    return rest[1:] == others or rest == others[1:]


def neighbours(domain: str) -> list[str]:
    """Return the domains that this one passes for: what `one_edit` and look-alike letters make of it."""
    if domain in COMMON:
        return []
    found = {skeleton(domain)}
    if domain.isascii():
        found |= {domain.replace(letter, pair) for pair, letter in _PAIRS}
        found |= {domain.replace(pair, letter) for pair, letter in _PAIRS}
    if len(domain.partition(".")[0]) >= SHORTEST:
        name, dot, top = domain.rpartition(".")
        for at in range(len(name) + 1):
            found |= {name[:at] + letter + name[at:] + dot + top for letter in LETTERS}
            if at < len(name):
                found.add(name[:at] + name[at + 1 :] + dot + top)
                found |= {name[:at] + letter + name[at + 1 :] + dot + top for letter in LETTERS}
            if at + 1 < len(name):
                found.add(name[:at] + name[at + 1] + name[at] + name[at + 2 :] + dot + top)
    return sorted(one for one in found if one != domain and not same_organisation(one, domain))


def named_address(name: str, address: str) -> str:
    """Return the address that a sender's name shows where it is of another organisation than the real one; else ""."""
    domain = address.rpartition("@")[2].lower()
    for found in _ADDRESS.finditer(name):
        if not same_organisation(domain, found[1].lower()):
            return found[0]
    return ""
