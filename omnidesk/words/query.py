"""A search as asked, after reading its syntax."""

from __future__ import annotations

from dataclasses import dataclass, field

from omnidesk.words.kinds import Sort


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand next to each other; with `prefix` the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False
    negated: bool = False
    sender: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search as asked. `before` and `after` are UTC milliseconds; lists mean one of them."""

    terms: tuple[Term, ...] = ()
    channels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    before: int | None = None
    after: int | None = None
    attachment: bool = False
    unread: bool = False
    places: tuple[str, ...] = field(default=())
    priorities: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    """What else a conversation must be: vip, waiting, overdue, undelivered."""
    sort: Sort | None = None
    without: Query | None = None
    """What a conversation must not be: any of its filters leaves it out. It has no terms, days or order."""

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms to look for."""
        return tuple(term for term in self.terms if not term.negated)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms to leave out."""
        return tuple(term for term in self.terms if term.negated)
