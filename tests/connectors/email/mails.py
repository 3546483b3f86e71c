"""Mails for tests, as bytes with CRLF line ends."""

from __future__ import annotations

from omnidesk.connectors.base import Decoded, Item
from omnidesk.connectors.email import EmailConnector


def mail(text: str | bytes) -> bytes:
    """Return a mail written with plain line ends as it goes over the wire; a leading line end is dropped."""
    raw = text.encode() if isinstance(text, str) else text
    return raw.lstrip(b"\n").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def decoded(raw: str | bytes, **headers: str) -> Decoded:
    """Decode a mail written with plain line ends."""
    (message,) = EmailConnector.decode(Item("x", mail(raw), 0, headers=headers))
    return message
