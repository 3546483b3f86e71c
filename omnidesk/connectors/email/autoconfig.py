"""Reads what a domain or Thunderbird's list of providers says of mail servers (the autoconfig format, version 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from omnidesk.connectors.email.providers import Guess
from omnidesk.text.clean import one_line

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
_PASSWORDS = ("password-cleartext", "password-encrypted", "plain", "secure")


@dataclass(frozen=True, slots=True)
class Config:
    """The servers that a file names, "" for no user name; `by_token` and `by_password` are the logins it allows."""

    name: str
    imap: Guess
    smtp: Guess
    user: str = ""
    by_password: bool = True
    by_token: bool = False


def read(page: bytes, address: str) -> Config | None:
    """Return what a page says for an address, None for what is no such page or names no encrypted servers."""
    if b"<!DOCTYPE" in page or b"<!ENTITY" in page:
        return None
    try:
        root = ElementTree.fromstring(page)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    found = root.find("emailProvider")
    if root.tag != "clientConfig" or found is None:
        return None
    words = _words(address)
    incoming = _server(found.iterfind("incomingServer"), "imap", words)
    outgoing = _server(found.iterfind("outgoingServer"), "smtp", words)
    if incoming is None or outgoing is None:
        return None
    element, imap = incoming
    user = _filled(element.findtext("username") or "", words)
    methods = {(each.text or "").strip() for each in element.iterfind("authentication")}
    return Config(
        one_line(found.findtext("displayName") or "", 80),
        imap,
        outgoing[1],
        user if user != address else "",
        by_password=not methods or bool(methods & set(_PASSWORDS)),
        by_token="OAuth2" in methods,
    )


def _words(address: str) -> dict[str, str]:
    local, _, domain = address.rpartition("@")
    return {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain.lower()}


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return one_line(text.strip(), 200)


def _server(
    servers: Iterable[ElementTree.Element], protocol: str, words: dict[str, str]
) -> tuple[ElementTree.Element, Guess] | None:
    """Return the first server of a protocol that is encrypted; files name the preferred one first."""
    for each in servers:
        host = _filled(each.findtext("hostname") or "", words).lower()
        port = (each.findtext("port") or "").strip()
        security = _SECURITY.get((each.findtext("socketType") or "").strip().upper())
        usable = security and port.isdigit() and 0 < int(port) < 65536 and _HOST.fullmatch(host)
        if each.get("type") == protocol and usable and security is not None:
            return each, (host, int(port), security)
    return None
