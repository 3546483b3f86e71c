"""Reads what of a timeline is asked for: `kind:call channel:support direction:in before:7d refund`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from omnidesk.text import query as syntax
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Direction
from omnidesk.words.query import Query
from omnidesk.words.speech import _
from omnidesk.words.timeline import KINDS, Wanted

DIRECTIONS = {"in": Direction.INBOUND, "out": Direction.OUTBOUND, "team": Direction.INTERNAL}
"""What directions are called when they are asked for; their own names do as well."""
_OWN = re.compile(r"(?<!\S)(kind|direction):(\S+)", re.IGNORECASE)
_ONLY = Query()


def parse(text: str, kinds: Sequence[str] = (), channels: Sequence[str] = (), directions: Sequence[str] = ()) -> Wanted:
    """Read what is asked for, in words and beside them. Raises UsageError."""
    kinds, directions = list(kinds), list(directions)
    for name, value in _OWN.findall(text):
        (kinds if name.lower() == "kind" else directions).extend(value.split(","))
    rest = " ".join(_OWN.sub(" ", text).split())
    query = syntax.parse(rest) if rest else _ONLY
    plain = replace(query, terms=(), channels=(), before=None, after=None, attachment=False)
    if plain != _ONLY:
        raise UsageError(_("a timeline knows words, kind:, channel:, direction:, before:, after: and has:attachment"))
    return Wanted(
        tuple(dict.fromkeys(_known(one) for one in kinds)),
        tuple(dict.fromkeys((*(one.lower() for one in channels), *query.channels))),
        tuple(dict.fromkeys(_direction(one) for one in directions)),
        replace(query, channels=()),
    )


def _known(kind: str) -> str:
    said = kind.lower()
    if said not in KINDS:
        raise UsageError(_("kind {kind} is not known: use {kinds}").format(kind=kind, kinds=", ".join(KINDS)))
    return said


def _direction(name: str) -> Direction:
    said = name.lower()
    if said in DIRECTIONS:
        return DIRECTIONS[said]
    if said in set(Direction):
        return Direction(said)
    raise UsageError(_("direction {name} is not known: use {names}").format(name=name, names=", ".join(DIRECTIONS)))
