"""The text of one message as lines: wrapped, with its links numbered and shown by the host they lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnidesk.text.links import Found, find_links
from omnidesk.widgets.lines import Line, Target, cells, cut, wrap
from omnidesk.widgets.painting import Part

MOST_LINKS = 999
"""Links of one message that are numbered; what comes after is plain text."""
INDENT = 3

_HARD = "\u00a0"
"""Keeps a link in one piece; the text's own ones become spaces, so that no text passes for a link."""
_LABEL = re.compile(rf"\[(\d{{1,4}})\]{_HARD}([^\s]+)")
_LEAST_LABEL = 12


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message's text with its links numbered from a number on."""

    text: str
    links: tuple[Found, ...]
    first: int


def number_links(text: str, first: int, width: int) -> Numbered:
    """Put `[3] shop.example/track..` where each link stood; `width` is the room of a line."""
    text = text.replace(_HARD, " ")
    found = find_links(text, MOST_LINKS)
    if not found:
        return Numbered(text, (), first)
    pieces, position = [], 0
    for number, one in enumerate(found, first):
        label = cut(one.link.shown, max(_LEAST_LABEL, width - len(str(number)) - 4)).replace(" ", "%20")
        pieces += [text[position : one.start], f"[{number}]{_HARD}{label}"]
        position = one.end
    pieces.append(text[position:])
    return Numbered("".join(pieces), tuple(found), first)


def body(text: Numbered, width: int, most: int) -> tuple[list[str], int]:
    """Return wrapped lines, at most `most`, and how many logical lines were left out. Blank runs become one."""
    logical = text.text.split("\n")
    shown: list[str] = []
    for index, line in enumerate(logical):
        if not line.strip():
            if shown and shown[-1]:
                shown.append("")
            continue
        room = max(0, most - len(shown))
        wrapped = wrap(line, width, room + 1)
        shown += wrapped[:room]
        left = len(logical) - index - 1 + (len(wrapped) > room)
        if len(shown) >= most and left:
            return shown, left
    while shown and not shown[-1]:
        shown.pop()
    return shown, 0


def painted(line: str, style: str, gutter: Part, key: int, text: Numbered) -> Line:
    """Return one wrapped line behind its gutter, its links in another ink and leading somewhere."""
    said = "faint" if line.startswith(">") else style
    if not text.links or _HARD not in line:
        return Line((gutter, (said, line)), key)
    parts: list[Part] = [gutter]
    targets: list[Target] = []
    position, column = 0, INDENT
    for label in _LABEL.finditer(line):
        place = int(label[1]) - text.first
        if not 0 <= place < len(text.links):
            continue
        link = text.links[place].link
        before = line[position : label.start()]
        shown = label[0].replace(_HARD, " ")
        column += cells(before)
        parts += [(said, before), ("warn" if link.claims else "accent", shown)]
        targets.append(Target(column, column + cells(shown), int(label[1]), url=link.url, claims=link.claims))
        column += cells(shown)
        position = label.end()
    return Line((*parts, (said, line[position:].replace(_HARD, " "))), key, tuple(targets))
