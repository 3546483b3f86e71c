"""What our own mail server found of a sender's domain (RFC 8601). Nobody else's word counts.

Which server is ours is a setting: the name it gives itself in Authentication-Results, several apart by commas, `*` for
anything in a name (`*.icloud.com`), `-` for a server that names nobody there (Microsoft 365), and then only the
topmost field counts. `server_of` learns it from mails: each server writes its field above what came in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

from omnidesk.connectors.email.mime import Part
from omnidesk.words.kinds import Auth

NAMELESS = "-"
FEWEST, DOMAINS = 5, 3
"""Mails, and domains of their senders, that must agree before a server counts as ours."""
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
"""What a sender chose may stand here (the local part of an address): it ends no statement."""
_RESULT = re.compile(r"(?i)\b(dmarc|dkim|spf)\s*=\s*([a-z]+)")
_DOMAIN = re.compile(r"(?i)\b(?:header\.(?:d|i|from)|smtp\.mailfrom)\s*=\s*\"?(?:[^\s@;\"]*@)?([^\s;\"]+)")


def authenticity(mail: Part, sender: str, authserv_id: str) -> Auth:
    """Return what the server named `authserv_id` says of `sender`'s domain; NONE without a name or a word of it.

    DMARC decides; where it was not checked, a DKIM or SPF pass for the very domain of the sender, or a fail of it,
    does. Of several fields of one name the topmost counts."""
    wanted = authserv_id.lower().replace(",", " ").split()
    if not wanted or "@" not in sender:
        return Auth.NONE
    said: dict[str, str] = {}
    for place, value in enumerate(mail.all("authentication-results")):
        who, results = _parted(value)
        if who == NAMELESS and place:
            continue
        if any(fnmatchcase(who, name) for name in wanted):
            said.setdefault(who, results)
    return _verdict(";".join(said.values()), sender.rpartition("@")[2]) if said else Auth.NONE


def _parted(value: str) -> tuple[str, str]:
    """Return who speaks in a field, NAMELESS where it does not say, and the results."""
    said = _COMMENT.sub(" ", _QUOTED.sub(lambda found: re.sub("[;=()]", " ", found[0]), value))
    who, _, results = said.partition(";")
    name = (who.split() or [""])[0].lower()
    return (NAMELESS, said) if "=" in name else (name, results)


def _verdict(results: str, domain: str) -> Auth:
    passed = failed = False
    for statement in results.split(";"):
        found = _RESULT.search(statement)
        if found is None:
            continue
        method, result = found[1].lower(), found[2].lower()
        named = _DOMAIN.search(statement)
        if method == "dmarc":
            if result == "fail":
                return Auth.FAIL
            if result in ("pass", "bestguesspass") and (named is None or _aligned(named[1].lower(), domain)):
                return Auth.PASS
            continue
        if named is not None and _aligned(named[1].lower().rstrip("."), domain):
            passed, failed = passed or result == "pass", failed or result == "fail"
    return Auth.PASS if passed else Auth.FAIL if failed else Auth.NONE


def _aligned(signed: str, domain: str) -> bool:
    """Say whether who vouched is the sender's domain, or the one it is part of."""
    return signed == domain or ("." in signed and domain.endswith(f".{signed}"))


def speaker(mail: Part) -> str:
    """Return who speaks in the topmost Authentication-Results of a mail, "" where it has none."""
    values = mail.all("authentication-results")
    return _parted(values[0])[0] if values else ""


def server_of(seen: Sequence[tuple[str, str]]) -> str:
    """Return the setting for the server that delivered mails, from (`speaker`, domain of the sender) of each, the
    newest first; "" while they do not agree. Servers of one domain that take turns share a pattern."""
    names = [name for name, _domain in seen]
    if len(names) < FEWEST or "" in names or len({domain for _name, domain in seen}) < DOMAINS:
        return ""
    if len(set(names)) == 1:
        return names[0]
    above = Counter(".".join(name.split(".")[1:]) for name in names)
    (parent, count), *_ = above.most_common(1)
    return f"*.{parent}" if count == len(names) and "." in parent else ""
