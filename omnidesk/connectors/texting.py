"""What every kind of channel for text messages makes of STOP and START."""

from __future__ import annotations

from omnidesk.connectors.base import Consenting
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
