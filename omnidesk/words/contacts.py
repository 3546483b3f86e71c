"""How a call, a visit or a letter went, in words: `missed`, `4m12s, taken by koen`, `Utrecht, order NL-10234`."""

from __future__ import annotations

from omnidesk.words.rows import Contact
from omnidesk.words.speech import _


def length(seconds: int) -> str:
    """Return how long a call lasted: `4m12s`, `38s`, `1h02m`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def outcome(name: str) -> str:
    """Return how a call ended, in words."""
    words = {
        "answered": _("answered"),
        "missed": _("missed"),
        "busy": _("busy"),
        "voicemail": _("voicemail"),
        "failed": _("failed"),
    }
    return words.get(name, name)


def said(kind: str, contact: Contact) -> str:
    """Return how a contact of a kind of message (call, video, visit, letter) went; "" where there is nothing to say."""
    parts: list[str] = []
    if kind in ("call", "video"):
        outgoing = contact.way == "out"
        parts += [_("we called")] if outgoing else []
        parts += [outcome(contact.outcome)] if contact.outcome and contact.outcome != "answered" else []
        parts += [length(contact.seconds)] if contact.seconds else []
        if contact.taken_by and not outgoing:
            parts.append(_("taken by {name}").format(name=contact.taken_by))
    parts += [contact.shop] if contact.shop else []
    parts += [_("order {order}").format(order=contact.order)] if contact.order else []
    parts += [contact.link] if contact.link else []
    return ", ".join(parts)
