"""Finds the servers of an address: first what is known, then what DNS, the domain itself and Thunderbird's list say,
at last what answers where such servers usually are. Every step has its time; without a network the first is left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import ConnectorError, Discovered
from omnidesk.connectors.email import autoconfig, providers, web
from omnidesk.connectors.email.autoconfig import Config
from omnidesk.connectors.email.naming import Names, Resolver
from omnidesk.connectors.email.providers import Guess, Provider

ISPDB = "https://autoconfig.thunderbird.net/v1.1/"


@dataclass(frozen=True, slots=True)
class Places:
    """Where is asked: name servers, the web (`transport` takes the place of the network), doors that are tried.

    `patience` is for one page, `knock` for one door, in seconds."""

    resolver: Resolver = field(default_factory=Resolver)
    transport: Any = None
    patience: float = 5.0
    knock: float = 4.0


async def discover(address: str, places: Places | None = None) -> Discovered:
    """Return what is found for an address; never fails."""
    places = places or Places()
    domain = providers.domain_of(address)
    if not domain:
        return Discovered()
    if known := providers.of_address(address):
        return _of_provider(known, f"{known.name}, by its address")
    if said := providers.without_imap(domain):
        return Discovered(advice=(said,))
    names, own, listed = await asyncio.gather(
        places.resolver.names(domain), _own_page(address, domain, places), _listed(address, domain, places)
    )
    if found := _first(domain, names, own, listed):
        return found
    if said := providers.without_imap(domain, names.exchangers):
        return Discovered(advice=(said,))
    if (page := await _listed_by_exchanger(address, domain, names.exchangers, places)) is not None:
        return _of_page(page, "Thunderbird's list, by the domain's mail exchanger")
    return await _guessed(address, places)


def _first(domain: str, names: Names, own: Config | None, listed: Config | None) -> Discovered | None:
    """Return the best of what was said: the domain's own word, then what others say of it."""
    if own is not None:
        return _of_page(own, f"what {domain} says itself")
    if names.imap is not None and names.smtp is not None:
        named = _of_servers(names.imap, names.smtp, "SRV records in DNS")
        strange = [host for host in (names.imap[0], names.smtp[0]) if not _trusted(host, domain)]
        # RFC 6186 section 6: what unsigned DNS says of another domain's server is a person's to confirm.
        return Discovered(named.settings, named.source, bool(strange), named.advice, named.logins)
    if listed is not None:
        return _of_page(listed, "Thunderbird's list of providers")
    for host in names.exchangers:
        if known := providers.of_host(host):
            return _of_provider(known, f"{known.name}, which takes the mail of {domain}")
    return None


def _trusted(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}") or providers.of_host(host) is not None


def _of_provider(known: Provider, source: str) -> Discovered:
    advice = (known.advice,) if known.advice else ()
    return Discovered(_settings(known.imap, known.smtp), source, False, advice, known.logins)


def _of_servers(imap: Guess, smtp: Guess, source: str) -> Discovered:
    known = providers.of_host(imap[0])
    if known is None:
        return Discovered(_settings(imap, smtp), source)
    advice = (known.advice,) if known.advice else ()
    return Discovered(_settings(imap, smtp), source, False, advice, known.logins)


def _of_page(page: Config, source: str) -> Discovered:
    found = _of_servers(page.imap, page.smtp, f"{page.name}, by {source}" if page.name else source)
    settings = {**found.settings, **({"user": page.user} if page.user else {})}
    advice = found.advice
    if page.by_token and not page.by_password and not advice:
        advice = ("The provider takes no passwords from mail programs: log in with the browser (login: other).",)
    return Discovered(settings, found.source, False, advice, found.logins)


def _settings(imap: Guess, smtp: Guess) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for name, (host, port, security) in (("imap", imap), ("smtp", smtp)):
        found |= {f"{name}_host": host, f"{name}_port": port, f"{name}_security": security}
    return found


# --- pages


async def _own_page(address: str, domain: str, places: Places) -> Config | None:
    named = quote(address, safe="")
    urls = (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={named}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={named}",
    )
    pages = await asyncio.gather(*(_page(url, address, places) for url in urls))
    return next((page for page in pages if page is not None), None)


async def _listed(address: str, domain: str, places: Places) -> Config | None:
    return await _page(f"{ISPDB}{quote(domain, safe='')}", address, places)


async def _listed_by_exchanger(address: str, domain: str, exchangers: Sequence[str], places: Places) -> Config | None:
    """Look up whom the domain's mail goes to: a host of mx1.hoster.example is at hoster.example."""
    for host in exchangers[:1]:
        parts = host.split(".")
        bases = dict.fromkeys(".".join(parts[-count:]) for count in (2, 3) if len(parts) > count)
        for base in bases:
            if base != domain and (page := await _listed(address, base, places)) is not None:
                return page
    return None


async def _page(url: str, address: str, places: Places) -> Config | None:
    try:
        answer = await web.get(url, places.patience, places.transport)
    except ConnectorError:
        return None
    return autoconfig.read(answer.body, address) if answer.status == 200 else None


# --- doors


async def _guessed(address: str, places: Places) -> Discovered:
    """Knock where such servers usually are; the best that opens is it."""
    doors = {name: providers.guesses(address, name) for name in ("imap", "smtp")}
    opened = dict(zip(doors, await asyncio.gather(*(_open(each, places) for each in doors.values())), strict=True))
    if opened["imap"] is None or opened["smtp"] is None:
        return Discovered()
    return _of_servers(opened["imap"], opened["smtp"], "a guess that answered")


async def _open(guesses: Sequence[Guess], places: Places) -> Guess | None:
    answers = await asyncio.gather(*(_knock(host, port, places) for host, port, _ in guesses))
    return next((guess for guess, answered in zip(guesses, answers, strict=True) if answered), None)


async def _knock(host: str, port: int, places: Places) -> bool:
    addresses = await places.resolver.addresses(host)
    if not addresses:
        return False
    try:
        async with asyncio.timeout(places.knock):
            _, writer = await asyncio.open_connection(addresses[0], port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
