"""The search syntax: words, prefixes (`par*`), "phrases", -without, and filters such as from: or before:."""

from __future__ import annotations

import re
from dataclasses import replace

from omnidesk.text.fold import fold
from omnidesk.text.past import span
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Place, Priority, Sort, Status
from omnidesk.words.query import Query, Term
from omnidesk.words.speech import _

FILTERS = ("from", "channel", "status", "owner", "tag", "before", "after", "has", "is", "priority", "team", "sort")
INSTEAD = {"before": "after", "after": "before", "sort": "sort"}
"""Filters that cannot be negated, and what says it."""
STATES = ("unread", "vip", "waiting", "overdue", "undelivered")
_PART = re.compile(r'(?P<minus>-?)(?:(?P<filter>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE)


def parse(text: str) -> Query:
    """Read a search. Raises UsageError naming what is not understood."""
    terms: list[Term] = []
    found: dict[str, list[str]] = {name: [] for name in FILTERS}
    left_out: dict[str, list[str]] = {name: [] for name in FILTERS}
    for match in _PART.finditer(text):
        name = (match["filter"] or "").lower()
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        if name in found and name != "from":
            if match["minus"] and name in INSTEAD:
                raise UsageError(
                    _("-{name}: is not understood: use {instead}: without the minus").format(
                        name=name, instead=INSTEAD[name]
                    )
                )
            (left_out if match["minus"] else found)[name].append(value)
            continue
        if name and name != "from":
            value = f"{name}:{value}"  # 10:30 or a URL is no filter
        term = _term(value, match["phrase"] is None and value.endswith("*"), bool(match["minus"]), name == "from")
        if not term.words:
            raise UsageError(_("{word!r} holds no letter or digit to look for").format(word=match.group().strip()))
        terms.append(term)
    asked = _query(tuple(terms), found)
    return replace(asked, without=_query((), left_out)) if any(left_out.values()) else asked


def _term(value: str, prefix: bool, negated: bool, sender: bool) -> Term:
    return Term(tuple(fold(value).split()), prefix, negated, sender)


def _query(terms: tuple[Term, ...], found: dict[str, list[str]]) -> Query:
    statuses = [value.lower() for value in found["status"]]
    for value in statuses:
        if value not in {*Status, Place.SPAM, Place.DELETED}:
            raise UsageError(
                _("status:{value} is not known: use {status}").format(
                    value=value, status=", ".join([*Status, Place.SPAM, Place.DELETED])
                )
            )
    for value in found["has"]:
        if value.lower() not in {"attachment", "attachments"}:
            raise UsageError(_("has:{value} is not known: use has:attachment").format(value=value))
    states = _known("is", found["is"], STATES)
    sorts = _known("sort", found["sort"], tuple(Sort))
    return Query(
        terms=terms,
        channels=tuple(value.lower() for value in found["channel"]),
        statuses=tuple(value for value in statuses if value in set(Status)),
        owners=tuple(found["owner"]),
        tags=tuple(value.lower() for value in found["tag"]),
        before=min((day(value, "before") for value in found["before"]), default=None),
        after=max((day(value, "after") for value in found["after"]), default=None),
        attachment=bool(found["has"]),
        unread="unread" in states,
        places=tuple(value for value in statuses if value in {Place.SPAM, Place.DELETED}),
        priorities=_known("priority", found["priority"], tuple(Priority)),
        teams=tuple(found["team"]),
        states=tuple(value for value in states if value != "unread"),
        sort=Sort(sorts[-1]) if sorts else None,
    )


def _known(name: str, said: list[str], values: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value.lower() for value in said))
    for value in found:
        if value not in values:
            raise UsageError(
                _("{name}:{value} is not known: use {values}").format(name=name, value=value, values=", ".join(values))
            )
    return found


def without_sort(text: str) -> str:
    """Return a search without its `sort:`, which a saved view keeps beside it."""
    parts = [match.group() for match in _PART.finditer(text) if (match["filter"] or "").lower() != "sort"]
    return " ".join(parts)


def day(value: str, name: str = "date") -> int:
    """Read where a day, week, month or year begins, or a full RFC 3339 time; UTC milliseconds."""
    return span(value, name)[0]
