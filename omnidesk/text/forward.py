"""Tells a forwarded mail from a reply, and finds who wrote what is passed on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnidesk.text import header_lines

_MARK = re.compile(
    r"(?i)\s*(?:-{3,}\s*(?:forwarded message|doorgestuurd bericht|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|mensagem encaminhada|vidarebefordrat meddelande)|"
    r"begin forwarded message:|begin doorgestuurd bericht:|anfang der weitergeleiteten nachricht:|"
    r"début du message (?:transféré|réexpédié) ?:|inicio del mensaje reenviado:)"
)
_FORWARD_SUBJECT = re.compile(
    r"(?i)\s*(?:fwd?|wg|tr|rv|enc|i|vb|vl|pd|tov|ilt|i̇lt|πρθ|doorst|转发|轉寄|轉發|転送)\s*[:：]"
)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a mail passes on: its writer's line (`Anna <a@x.nl>`), subject and text, as far as they are said; `line` is
    where it begins."""

    writer: str
    subject: str
    text: str
    line: int


def is_forward(subject: str) -> bool:
    """Say whether a subject is that of a forwarded mail: `Fwd:`, `WG:`, `TR:` .. but not `Re: Fwd:`."""
    return bool(_FORWARD_SUBJECT.match(subject))


def begin(lines: list[str]) -> int:
    """Return the line at which a forwarded message is announced, or the number of lines."""
    for index, line in enumerate(lines):
        if line and line.lstrip()[:1] in "-BbAaDdIi" and _MARK.match(line):
            # Below the header block of a mail that is answered it is history: that mail was a forward, not this one.
            if any(
                ":" in above and header_lines.begins_block(lines, place) for place, above in enumerate(lines[:index])
            ):
                return len(lines)
            return index
    return len(lines)


def forwarded(text: str, subject: str) -> Forwarded | None:
    """Return what a mail passes on within its text, None where it passes nothing on."""
    lines = text.split("\n")
    start = begin(lines)
    if start == len(lines):
        if not is_forward(subject):
            return None
        start = next((index for index in range(len(lines)) if header_lines.begins_block(lines, index)), len(lines))
        if start == len(lines):
            return None
    writer = inner = ""
    index = start if header_lines.begins_block(lines, start) else start + 1
    while index < len(lines) and index < start + 14:
        line = lines[index]
        found = header_lines.HEADER.match(line)
        if header_lines.FROM.match(line) and not writer:
            writer = header_lines.value(line)
        elif found and found.lastgroup == "subject":
            inner = header_lines.value(line)
        elif line.strip() and not found and not header_lines.FROM.match(line):
            break
        index += 1
    return Forwarded(writer, inner, "\n".join(lines[index:]).strip("\n").rstrip(), start) if writer else None
