"""What every kind of channel for text messages shares: STOP and START, and what may go out as one."""

from __future__ import annotations

from omnidesk.connectors.base import Consenting, Outgoing
from omnidesk.text import sms
from omnidesk.text.clean import one_line

_LONGEST_SOURCE = 40


def consents(text: str) -> tuple[Consenting, ...]:
    """Return what a text message allows or forbids by being one of the known words; () for any other message.

    STOP forbids everything on that number, as carriers and providers take it, and START allows it again."""
    said = sms.keyword(text)
    if said not in ("stop", "start"):
        return ()
    return (Consenting(said == "start", "service", one_line(text, _LONGEST_SOURCE)),)


def text_message(outgoing: Outgoing, most: int) -> tuple[str, tuple[str, ...]]:
    """Return the text of a message that goes as one, and what to mind. Raises ValueError in words."""
    if len(outgoing.to) != 1 or outgoing.cc or outgoing.bcc:
        raise ValueError("a text message goes to one number")
    text = outgoing.text.strip()
    if not text and not outgoing.files:
        raise ValueError("a text message needs a text")
    if len(text) > most:
        raise ValueError(f"the text has {len(text)} characters, at most {most} can go")
    count = sms.segments(text)
    return text, (f"it goes as {count} text messages, each of which costs",) if count > 1 else ()
