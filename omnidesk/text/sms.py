"""Text messages: the words by which people stop and allow them, and how many messages a text is sent as. Pure.

The English words are those that carriers and providers obey (CTIA Messaging Principles, Twilio's own list); YES is left
out, since it answers questions. Beside them stands what is written in Dutch and German. A word counts only where it is
the whole message.
"""

from __future__ import annotations

from typing import Final, Literal

from omnidesk.text.measure import segments as segments

Keyword = Literal["stop", "start", "help"]

_STOP: Final = (
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
    "stop sms", "sms stop", "stoppen", "afmelden", "afmelding", "uitschrijven",
    "stopp", "abmelden", "abmeldung", "abbestellen", "austragen",
)  # fmt: skip
_START: Final = (
    "start", "unstop", "subscribe", "optin", "opt in", "aanmelden", "aanmelding", "inschrijven",
    "anmelden", "anmeldung",
)  # fmt: skip
_HELP: Final = ("help", "info", "hulp", "hilfe")
_KEYWORDS: Final[dict[str, Keyword]] = {
    **dict.fromkeys(_STOP, "stop"),
    **dict.fromkeys(_START, "start"),
    **dict.fromkeys(_HELP, "help"),
}
_LONGEST: Final = max(map(len, _KEYWORDS))
_AROUND: Final = " \t\r\n.!\"'"
"""What may stand around a word: a telephone ends a sentence by itself."""


def keyword(text: str) -> Keyword | None:
    """Return what a message asks for that is nothing but one of these words, in any case; None for any other."""
    said = text.strip(_AROUND)
    return _KEYWORDS.get(" ".join(said.casefold().split())) if len(said) <= 2 * _LONGEST else None
