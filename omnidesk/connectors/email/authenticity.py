"""What our own mail server found of a sender's domain (RFC 8601). Nobody else's word counts."""

from __future__ import annotations

import re

from omnidesk.connectors.email.mime import Part
from omnidesk.words.kinds import Auth

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"(?i)\b(dmarc|dkim|spf)\s*=\s*([a-z]+)")
_DOMAIN = re.compile(r"(?i)\b(?:header\.(?:d|i|from)|smtp\.mailfrom)\s*=\s*\"?(?:[^\s@;\"]*@)?([^\s;\"]+)")


def authenticity(mail: Part, sender: str, authserv_id: str) -> Auth:
    """Return what the server named `authserv_id` says of `sender`'s domain; NONE without a name or a word of it.

    DMARC decides; where it was not checked, a DKIM or SPF pass for the very domain of the sender does."""
    wanted = authserv_id.strip().lower()
    if not wanted or "@" not in sender:
        return Auth.NONE
    for value in mail.all("authentication-results"):
        said = _COMMENT.sub(" ", value)
        who, _, results = said.partition(";")
        if (who.split() or [""])[0].lower() != wanted:
            continue
        return _verdict(results, sender.rpartition("@")[2])
    return Auth.NONE


def _verdict(results: str, domain: str) -> Auth:
    verdict = Auth.NONE
    for statement in results.split(";"):
        found = _RESULT.search(statement)
        if found is None:
            continue
        method, result = found[1].lower(), found[2].lower()
        if method == "dmarc" and result in ("pass", "fail"):
            return Auth.PASS if result == "pass" else Auth.FAIL
        named = _DOMAIN.search(statement)
        aligned = named is not None and named[1].lower().rstrip(".") == domain
        if result == "pass" and aligned:
            verdict = Auth.PASS
    return verdict
