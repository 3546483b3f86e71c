"""The search syntax: words, prefixes (`par*`), "phrases", -without, and filters such as from: or before:."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from omnidesk import clock
from omnidesk.text.fold import fold
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Place, Status
from omnidesk.words.query import Query, Term

FILTERS = ("from", "channel", "status", "owner", "tag", "before", "after", "has", "is")
_PART = re.compile(r'(?P<minus>-?)(?:(?P<filter>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE)


def parse(text: str) -> Query:
    """Read a search. Raises UsageError naming what is not understood."""
    terms: list[Term] = []
    found: dict[str, list[str]] = {name: [] for name in FILTERS}
    for match in _PART.finditer(text):
        name = (match["filter"] or "").lower()
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        if name in found and name != "from":
            if match["minus"]:
                raise UsageError(f"-{name}: is not understood: only words, phrases and from: can be excluded")
            found[name].append(value)
            continue
        if name and name != "from":
            value = f"{name}:{value}"  # 10:30 or a URL is no filter
        term = _term(value, match["phrase"] is None and value.endswith("*"), bool(match["minus"]), name == "from")
        if not term.words:
            raise UsageError(f"{match.group().strip()!r} holds no letter or digit to look for")
        terms.append(term)
    if terms and all(term.negated for term in terms):
        raise UsageError("a search needs at least one word to look for beside those to leave out")
    return _query(tuple(terms), found)


def _term(value: str, prefix: bool, negated: bool, sender: bool) -> Term:
    return Term(tuple(fold(value).split()), prefix, negated, sender)


def _query(terms: tuple[Term, ...], found: dict[str, list[str]]) -> Query:
    statuses = [value.lower() for value in found["status"]]
    for value in statuses:
        if value not in {*Status, Place.SPAM, Place.DELETED}:
            raise UsageError(f"status:{value} is not known: use {', '.join([*Status, Place.SPAM, Place.DELETED])}")
    for value in found["has"]:
        if value.lower() not in {"attachment", "attachments"}:
            raise UsageError(f"has:{value} is not known: use has:attachment")
    for value in found["is"]:
        if value.lower() != "unread":
            raise UsageError(f"is:{value} is not known: use is:unread")
    return Query(
        terms=terms,
        channels=tuple(value.lower() for value in found["channel"]),
        statuses=tuple(value for value in statuses if value in set(Status)),
        owners=tuple(found["owner"]),
        tags=tuple(value.lower() for value in found["tag"]),
        before=min((day(value, "before") for value in found["before"]), default=None),
        after=max((day(value, "after") for value in found["after"]), default=None),
        attachment=bool(found["has"]),
        unread=bool(found["is"]),
        places=tuple(value for value in statuses if value in {Place.SPAM, Place.DELETED}),
    )


def day(value: str, name: str = "date") -> int:
    """Read 2026, 2026-11, 2026-11-23, a full RFC 3339 time, today, yesterday or 7d (days ago); UTC milliseconds."""
    said = value.strip().lower()
    today = datetime.fromtimestamp(clock.now() / 1000).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    if said == "today":
        return clock.from_datetime(today)
    if said == "yesterday":
        return clock.from_datetime(today - timedelta(days=1))
    if re.fullmatch(r"\d{1,4}d", said):
        return clock.from_datetime(today - timedelta(days=int(said[:-1])))
    try:
        if re.fullmatch(r"\d{4}(-\d{1,2}){0,2}", said):
            year, month, date = ([int(part) for part in said.split("-")] + [1, 1])[:3]
            return clock.from_datetime(datetime(year, month, date).astimezone())
        moment = datetime.fromisoformat(value.strip())
        return clock.from_datetime(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise UsageError(f"{name}:{value} is no date: write 2026-11-23, today, yesterday or 7d") from None
