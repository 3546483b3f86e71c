"""A chat's settings as they are used: which sites may show it, what it says, in which languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from omnidesk.connectors.chat.manifest import LANGUAGES, MANIFEST
from omnidesk.text.clean import clean, one_line

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z|\[[0-9a-f:.]+\]\Z")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Look:
    """How a chat presents itself, and what it asks first (`none`, `name`, `name-and-email`); texts are "" where the
    widget has its own."""

    origins: tuple[str, ...]
    title: str
    greeting: str
    offline: str
    colour: str
    languages: tuple[str, ...]
    ask: str
    required: bool
    always_online: bool


def origin_of(url: str) -> str:
    """Return the origin of a URL as browsers write it (RFC 6454 section 6.2), "" where it has none."""
    try:
        parts = urlsplit(url.strip().lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS:
        return ""
    host = host.rstrip(".")
    if not host.isascii():
        host = _ascii(host)
    host = f"[{host}]" if ":" in host else host
    if not _HOST.match(host):
        return ""
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def _ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def look(settings: Mapping[str, Any], address: str) -> Look:
    """Read a chat's settings. Raises ValueError in words for what cannot be used."""
    colour = str(settings.get("colour") or _usual("colour"))
    if not _COLOUR.match(colour):
        raise ValueError(f"the colour is written like #0b5cad, not {one_line(colour, 40)!r}")
    languages = _words(str(settings.get("languages") or _usual("languages")).lower())
    strange = [one for one in languages if one not in LANGUAGES]
    if strange:
        raise ValueError(f"the widget speaks {', '.join(LANGUAGES)}, not {one_line(strange[0], 40)!r}")
    ask = settings.get("ask") or "none"
    return Look(
        origins=_origins(settings, address),
        title=one_line(str(settings.get("title") or ""), 60),
        greeting=clean(str(settings.get("greeting") or ""))[:500],
        offline=clean(str(settings.get("offline") or ""))[:500],
        colour=colour.lower(),
        languages=languages,
        ask=ask if ask in ("name", "name-and-email") else "none",
        required=bool(settings.get("ask_required")),
        always_online=bool(settings.get("always_online")),
    )


def _origins(settings: Mapping[str, Any], address: str) -> tuple[str, ...]:
    typed = _words(str(settings.get("origins") or "")) or _words(address)
    if not typed:
        raise ValueError("say which sites may show the chat: --set origins=https://www.your-shop.example")
    found = []
    for one in typed:
        origin = origin_of(one if "://" in one else f"https://{one}")
        if not origin:
            raise ValueError(f"{one_line(one, 80)!r} is no site: write it like https://www.your-shop.example")
        found.append(origin)
    return tuple(dict.fromkeys(found))


def _words(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in re.split(r"[\s,;]+", said) if one))


def _usual(key: str) -> str:
    return str(next(setting.default for setting in MANIFEST.settings if setting.key == key))
