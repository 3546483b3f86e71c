"""Servers are found from the address alone; nothing is believed that could not be checked, and nothing hangs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from omnidesk.connectors.base import Discovered
from omnidesk.connectors.email import autoconfig, providers
from omnidesk.connectors.email.discovery import Places, discover
from omnidesk.connectors.email.naming import Resolver
from tests.names import NameServer

Pages = dict[str, bytes]
Look = Callable[..., Any]


def page(host: str = "mail.shop.test", **changes: str) -> bytes:
    said = {"user": "%EMAILADDRESS%", "security": "SSL", "port": "993", "login": "password-cleartext", **changes}
    return f"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">
      <displayName>Shop hosting</displayName>
      <incomingServer type="pop3"><hostname>pop.{host}</hostname><port>995</port><socketType>SSL</socketType>
      </incomingServer>
      <incomingServer type="imap"><hostname>{host}</hostname><port>{said["port"]}</port>
        <socketType>{said["security"]}</socketType><username>{said["user"]}</username>
        <authentication>{said["login"]}</authentication></incomingServer>
      <outgoingServer type="smtp"><hostname>{host}</hostname><port>587</port><socketType>STARTTLS</socketType>
        <username>{said["user"]}</username></outgoingServer>
    </emailProvider></clientConfig>""".encode()


@pytest.fixture
def names() -> Iterator[Callable[..., NameServer]]:
    running: list[NameServer] = []

    def start(*records: str, silent: bool = False) -> NameServer:
        running.append(NameServer(*records, silent=silent))
        return running[-1]

    yield start
    for each in running:
        each.close()


def web(pages: Pages, asked: list[str] | None = None) -> httpx.MockTransport:
    """A web of these pages by their addresses without query; everything else is not found."""

    def answer(request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        if asked is not None:
            asked.append(url)
        body = pages.get(url.partition("?")[0])
        if body is not None and body.startswith(b"http"):
            return httpx.Response(302, headers={"Location": body.decode()})
        return httpx.Response(404) if body is None else httpx.Response(200, content=body)

    return httpx.MockTransport(answer)


async def look(address: str, server: NameServer, pages: Pages | None = None) -> Discovered:
    resolver = Resolver(("127.0.0.1",), server.port, patience=0.5)
    return await discover(address, Places(resolver, web(pages or {}), patience=2, knock=0.5))


def servers(found: Discovered) -> tuple[Any, ...]:
    return tuple(
        found.settings.get(f"{name}_{key}") for name in ("imap", "smtp") for key in ("host", "port", "security")
    )


async def test_a_known_provider_needs_no_network(names: Any) -> None:
    server = names()
    found = await look("anna@GMail.com", server)
    assert servers(found) == ("imap.gmail.com", 993, "tls", "smtp.gmail.com", 587, "starttls")
    assert found.logins == ("password", "google") and "app password" in found.advice[0] and not server.asked


async def test_srv_records_of_the_domain_itself_are_taken(names: Any) -> None:
    server = names(
        "_imaps._tcp.shop.test. 60 IN SRV 20 1 993 second.shop.test.",
        "_imaps._tcp.shop.test. 60 IN SRV 10 1 1993 mail.shop.test.",
        "_imap._tcp.shop.test. 60 IN SRV 0 1 143 mail.shop.test.",
        "_submissions._tcp.shop.test. 60 IN SRV 0 0 0 .",
        "_submission._tcp.shop.test. 60 IN SRV 0 1 587 mail.shop.test.",
    )
    found = await look("support@shop.test", server)
    assert servers(found) == ("mail.shop.test", 1993, "tls", "mail.shop.test", 587, "starttls")
    assert not found.confirm and "SRV" in found.source


async def test_what_dns_says_of_another_domains_server_is_for_a_person_to_confirm(names: Any) -> None:
    server = names(
        "_imaps._tcp.shop.test. 60 IN SRV 0 1 993 mail.elsewhere.test.",
        "_submissions._tcp.shop.test. 60 IN SRV 0 1 465 mail.elsewhere.test.",
    )
    found = await look("support@shop.test", server)
    assert found.confirm and servers(found)[0] == "mail.elsewhere.test"
    known = names(
        "_imaps._tcp.shop.test. 60 IN SRV 0 1 993 imap.fastmail.com.",
        "_submissions._tcp.shop.test. 60 IN SRV 0 1 465 smtp.fastmail.com.",
    )
    assert not (await look("support@shop.test", known)).confirm


@pytest.mark.parametrize(
    ("exchanger", "host", "logins"),
    [
        ("aspmx.l.google.com.", "imap.gmail.com", ("password", "google")),
        ("smtp.google.com.", "imap.gmail.com", ("password", "google")),
        ("shop-test.mail.protection.outlook.com.", "outlook.office365.com", ("microsoft",)),
        ("in1-smtp.messagingengine.com.", "imap.fastmail.com", ("password",)),
    ],
)
async def test_a_domain_hosted_elsewhere_is_known_by_its_mail_exchanger(
    names: Any, exchanger: str, host: str, logins: tuple[str, ...]
) -> None:
    found = await look("support@shop.test", names(f"shop.test. 60 IN MX 10 {exchanger}"))
    assert (servers(found)[0], found.logins) == (host, logins)


@pytest.mark.parametrize(
    "url",
    [
        "https://autoconfig.shop.test/mail/config-v1.1.xml",
        "https://shop.test/.well-known/autoconfig/mail/config-v1.1.xml",
        "https://autoconfig.thunderbird.net/v1.1/shop.test",
    ],
)
async def test_autoconfig_is_found_at_the_domain_and_in_thunderbirds_list(names: Any, url: str) -> None:
    found = await look("support@shop.test", names(), {url: page(user="%EMAILLOCALPART%")})
    assert servers(found) == ("mail.shop.test", 993, "tls", "mail.shop.test", 587, "starttls")
    assert found.settings["user"] == "support" and "Shop hosting" in found.source


async def test_the_list_is_asked_for_the_domain_of_the_mail_exchanger_at_last(names: Any) -> None:
    server = names("shop.test. 60 IN MX 10 mx1.hoster.test.")
    pages = {"https://autoconfig.thunderbird.net/v1.1/hoster.test": page("mail.hoster.test")}
    assert servers(await look("support@shop.test", server, pages))[0] == "mail.hoster.test"


async def test_the_address_goes_to_its_own_domain_only(names: Any) -> None:
    asked: list[str] = []
    resolver = Resolver(("127.0.0.1",), names().port, patience=0.5)
    await discover("support@shop.test", Places(resolver, web({}, asked), knock=0.1))
    assert asked and all("shop.test/" in url for url in asked if "support" in url)


async def test_a_redirect_away_from_https_is_not_followed(names: Any) -> None:
    pages = {
        "https://autoconfig.shop.test/mail/config-v1.1.xml": b"http://evil.test/config.xml",
        "http://evil.test/config.xml": page("mail.evil.test"),
    }
    assert "imap_host" not in (await look("support@shop.test", names(), pages)).settings


@pytest.mark.parametrize(
    "bad",
    [
        b"", b"<html>", b"\xff\xfe<", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><clientConfig>&a;</clientConfig>',
        page(security="plain"), page(port="99999"), page(port="-1"), page("bad host"), page("x'; rm -rf /"),
        page("localhost"),
    ],
)  # fmt: skip
def test_a_page_that_names_no_usable_servers_is_none(bad: bytes) -> None:
    assert autoconfig.read(bad, "support@shop.test") is None


async def test_silence_everywhere_leaves_all_open_and_does_not_hang(names: Any) -> None:
    found = await look("support@shop.test", names(silent=True))
    assert found == Discovered()


async def test_what_answers_at_the_usual_place_is_taken(names: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        opened = ("mail.shop.test", door.getsockname()[1], "tls")
        closed = [("imap.shop.test", 9, "tls"), ("mail.shop.test", 9, "tls")]
        monkeypatch.setattr(providers, "guesses", lambda address, protocol: [*closed, opened])
        found = await look("support@shop.test", names("mail.shop.test. 60 IN A 127.0.0.1"))
    assert servers(found) == opened * 2 and "guess" in found.source


@pytest.mark.parametrize("address", ["anna@proton.me", "anna@shop.test"])
async def test_a_provider_without_imap_is_said_to_have_none(names: Any, address: str) -> None:
    found = await look(address, names("shop.test. 60 IN MX 5 mail.protonmail.ch."))
    assert not found.settings and "Bridge" in found.advice[0]


@pytest.mark.parametrize("address", ["", "anna", "anna@", "anna@localhost", "a@" + "x" * 300 + ".test", "a@bad..test"])
async def test_any_address_is_bearable(names: Any, address: str) -> None:
    assert isinstance(await look(address, names()), Discovered)


async def test_a_domain_in_another_script_is_asked_for_as_dns_knows_it(names: Any) -> None:
    server = names()
    await look("info@bücher.test", server)
    assert "xn--bcher-kva.test. MX" in server.asked


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("imap.gmail.com", "myaccount.google.com/apppasswords"),
        ("imap.mail.me.com", "account.apple.com"),
        ("imap.mail.yahoo.com", "Account security"),
        ("outlook.office365.com", "takes no passwords"),
        ("mail.shop.test", "app password"),
    ],
)
def test_a_refused_password_says_what_to_do_at_that_provider(host: str, words: str) -> None:
    assert words in providers.when_refused(host)
