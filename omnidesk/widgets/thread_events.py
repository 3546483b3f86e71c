"""What was done to a conversation, as the thread shows it between messages: one faint line an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cut
from omnidesk.words.rows import Happening, Message
from omnidesk.words.speech import _

MOST = 8
"""Acts shown between two messages; of more, the newest, and how many there were."""


def between(
    messages: Sequence[Message], happened: Iterable[Happening]
) -> tuple[tuple[Happening, ...], dict[int, tuple[Happening, ...]]]:
    """Return what was done before the first message, and what was done after each, by message id."""
    before: list[Happening] = []
    after: dict[int, list[Happening]] = {}
    place = -1
    for one in sorted(happened, key=lambda one: (one.at, one.act)):
        while place + 1 < len(messages) and messages[place + 1].at <= one.at:
            place += 1
        if place < 0:
            before.append(one)
        else:
            after.setdefault(messages[place].id, []).append(one)
    return tuple(before), {key: tuple(each) for key, each in after.items()}


def lines(happened: Sequence[Happening], key: int, width: int, now: int) -> list[Line]:
    """Return a line for each act: when, who, what."""
    found = []
    if len(happened) > MOST:
        said = _("{count} acts (U lists them)").format(count=len(happened) - MOST + 1)
        found.append(_line(said, happened[0].at, key, width, now))
        happened = happened[1 - MOST :]
    for one in happened:
        until = f" {times.day_time(one.until, now).strip()}" if one.until is not None else ""
        found.append(_line(f"{one_line(one.actor)} {one_line(one.said)}{until}", one.at, key, width, now))
    return found


def _line(said: str, at: int, key: int, width: int, now: int) -> Line:
    when = times.day_time(at, now).strip()
    return Line((("faint", cut(f" {when:<9} · {said}", width - 1)),), key)
