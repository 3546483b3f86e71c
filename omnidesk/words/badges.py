"""Channel kinds in at most four columns, as they are painted before any connector is loaded.

The built-in connectors' own badges stand here too, since the console paints first and loads later; a test holds each to
its manifest. What others bring is told by `learn` once they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

BUILT_IN = {
    "baresip": "sip",
    "chat": "chat",
    "cti": "tel",
    "email": "mail",
    "form": "form",
    "instagram": "ig",
    "messenger": "fb",
    "matrix": "mx",
    "gammu": "sms",
    "http-json": "json",
    "order-files": "file",
    "sample": "smpl",
    "sample-call": "call",
    "sample-chat": "chat",
    "sample-mail": "mail",
    "sample-sms": "sms",
    "sample-whatsapp": "wa",
    "telegram": "tg",
    "sms-gateway": "sms",
    "shopify": "shfy",
    "twilio-sms": "sms",
    "twilio-voice": "tel",
    "woocommerce": "woo",
    "whatsapp": "wa",
}
LOGGED = {"call": "call", "letter": "post", "note": "note", "video": "vid", "visit": "shop"}
"""What is logged by hand."""

_known = {**BUILT_IN, **LOGGED}


def learn(badges: Mapping[str, str]) -> None:
    """Take note of the badges of kinds that were loaded."""
    for kind, badge in badges.items():
        _known.setdefault(kind, badge[:4])


def of(kind: str) -> str:
    """Return the badge of a kind; of one that nobody knows how it begins."""
    return _known.get(kind, kind[:4])


def unknown(kinds: Iterable[str]) -> bool:
    """Say whether any of these kinds was not told of yet."""
    return any(kind not in _known for kind in kinds)
