"""Learns what our own mail server calls itself in Authentication-Results, from the mails that it delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from omnidesk.connectors.base import Item
from omnidesk.connectors.email.authenticity import server_of, speaker
from omnidesk.connectors.email.mime import fields_of, parse
from omnidesk.text.address import parse_addresses

REMEMBERED = 8
LARGEST_HEADER = 200_000
_FIELD = b"authentication-results:"


def learn(
    item: Item, memory: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the memory with one mail more, and the setting `authserv_id` when the last mails agree on it.

    What somebody typed stays; what was learned is learned anew when the server changes its name."""
    known = str(settings.get("authserv_id") or "")
    if item.outbound or item.junk or (known and known != memory.get("learned")):
        return memory, {}
    end = item.raw.find(b"\r\n\r\n", 0, LARGEST_HEADER)
    if _FIELD not in item.raw[: end if end >= 0 else LARGEST_HEADER].lower():
        return {**memory, "seen": []} if memory.get("seen") else memory, {}  # our server says nothing, or not always
    seen = [_seen(item.raw), *(tuple(pair) for pair in memory.get("seen", ()))][:REMEMBERED]
    found = server_of(seen)
    kept = {"seen": [list(pair) for pair in seen], "learned": found or memory.get("learned", "")}
    return kept, {"authserv_id": found} if found and found != known else {}


def learned(raws: Iterable[bytes]) -> str:
    """Return the setting `authserv_id` that mails show, the newest first; "" while they do not agree."""
    return server_of([_seen(raw) for raw in raws][:REMEMBERED])


def _seen(raw: bytes) -> tuple[str, str]:
    """Return who speaks in a mail's topmost Authentication-Results, and the domain of its sender."""
    _, end = fields_of(raw, 0, min(len(raw), LARGEST_HEADER))
    mail = parse(raw[:end])
    sender = next((address for value in mail.all("from") for _, address in parse_addresses(value)), "")
    return speaker(mail), sender.rpartition("@")[2].lower()
