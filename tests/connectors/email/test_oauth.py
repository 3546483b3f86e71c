"""Logging in with OAuth 2.0: browser with PKCE, device code, tokens made anew, and the words when it fails."""

from __future__ import annotations

import asyncio
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from omnidesk.connectors.base import Account, AuthorizeStep, ConnectionLostError, ConnectorError, LoginError
from omnidesk.connectors.email import EmailConnector, loopback, oauth
from omnidesk.connectors.email.endpoint import Endpoint
from omnidesk.connectors.email.oauth import Client, Tokens
from omnidesk.connectors.email.sasl import Bearer, Credentials, mechanism
from omnidesk.connectors.manifest import AuthMode
from tests.provider import SECRET, Provider

ME = "support@example.test"


def account(provider: Provider, secrets: dict[str, str] | None = None, **changes: Any) -> Account:
    return Account(1, "support", ME, {**provider.settings, **changes}, secrets or {}, timeout=5)


async def walk(connector: EmailConnector, way: AuthMode, do: Any) -> list[AuthorizeStep]:
    steps = []
    async for step in connector.authorize(way):
        steps.append(step)
        if step.url:
            do(step)
    return steps


async def test_the_browser_brings_tokens_back_with_pkce(provider: Provider) -> None:
    def browse(step: AuthorizeStep) -> None:
        threading.Thread(target=provider.visit, args=(step.url,), daemon=True).start()

    first, last = await walk(EmailConnector(account(provider)), "oauth_loopback", browse)
    assert ME in first.message and not first.secrets
    tokens = Tokens.of(last.secrets["oauth"])
    assert tokens.access in provider.access and tokens.refresh in provider.refresh and not tokens.stale
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256" and asked["scope"] == "mail offline"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:") and asked["login_hint"] == ME


async def test_a_redirect_that_does_not_know_the_state_is_turned_away(provider: Provider) -> None:
    statuses: list[int] = []

    def attack_then_browse(step: AuthorizeStep) -> None:
        redirect = parse_qs(urlsplit(step.url).query)["redirect_uri"][0]

        def work() -> None:
            for path in ("/?code=stolen&state=guessed", "/favicon.ico"):
                try:
                    urllib.request.urlopen(redirect + path, timeout=5)
                except urllib.error.HTTPError as error:
                    statuses.append(error.code)
            provider.visit(step.url)

        threading.Thread(target=work, daemon=True).start()

    steps = await walk(EmailConnector(account(provider)), "oauth_loopback", attack_then_browse)
    assert statuses == [400, 404] and Tokens.of(steps[-1].secrets["oauth"]).access in provider.access


async def test_a_login_that_the_person_declines_says_so(provider: Provider) -> None:
    def decline(step: AuthorizeStep) -> None:
        threading.Thread(target=provider.visit, args=(step.url, False), daemon=True).start()

    with pytest.raises(LoginError, match=r"did not let us in .The person said no.: begin the login again"):
        await walk(EmailConnector(account(provider)), "oauth_loopback", decline)


async def test_a_login_that_nobody_ends_is_given_up(provider: Provider) -> None:
    with pytest.raises(LoginError, match="nobody logged in in time"):
        async for _ in loopback.by_browser(Client(account(provider)), patience=0.05):
            pass


async def test_a_device_code_is_shown_and_waited_for(provider: Provider) -> None:
    def enter(step: AuthorizeStep) -> None:
        assert step.code == "WDJB-MJHT" and step.url == f"{provider.url}/enter"
        asyncio.get_running_loop().call_later(0.3, provider.entered.set)

    *_, last = await walk(EmailConnector(account(provider)), "oauth_device", enter)
    assert Tokens.of(last.secrets["oauth"]).access in provider.access


@pytest.mark.parametrize("rotates", [True, False])
async def test_a_token_is_made_anew_with_the_refresh_token(provider: Provider, rotates: bool) -> None:
    provider.rotates = rotates
    old = provider.kept()
    fresh = Tokens.of((await EmailConnector(account(provider, {"oauth": old})).renew())["oauth"])
    assert fresh.access != Tokens.of(old).access and not fresh.stale
    assert fresh.refresh in provider.refresh and (fresh.refresh == Tokens.of(old).refresh) is not rotates


async def test_an_ended_login_says_how_to_log_in_again(provider: Provider) -> None:
    old = provider.kept()
    provider.revoke()
    with pytest.raises(LoginError, match=r"has ended .invalid_grant: .*revoked.*omnidesk channel login support"):
        await EmailConnector(account(provider, {"oauth": old})).renew()


async def test_a_provider_that_is_down_is_no_ended_login(provider: Provider) -> None:
    old = provider.kept()
    provider.down = True
    with pytest.raises(ConnectionLostError, match="503"):
        await EmailConnector(account(provider, {"oauth": old})).renew()
    with pytest.raises(ConnectionLostError, match="out of reach"):
        unreachable = account(provider, {"oauth": old}, token_url="http://127.0.0.1:9/token")
        await EmailConnector(unreachable).renew()


async def test_a_wrong_client_is_said_to_be_one(provider: Provider) -> None:
    secrets = {"oauth": provider.kept(), "client_secret": "wrong"}
    with pytest.raises(LoginError, match="does not know our client id"):
        await EmailConnector(account(provider, secrets)).renew()
    secrets["client_secret"] = SECRET
    await EmailConnector(account(provider, secrets)).renew()
    with pytest.raises(LoginError, match=r"needs a client id of your own: docs/email\.md"):
        await EmailConnector(account(provider, secrets, client_id="")).renew()


@pytest.mark.parametrize("key", ["authorize_url", "token_url", "device_url"])
def test_tokens_never_go_anywhere_unencrypted(provider: Provider, key: str) -> None:
    with pytest.raises(ConnectorError, match=f"{key} is .* must begin with https"):
        oauth.provider({**provider.settings, key: "http://login.example.com/x"})


def test_google_and_microsoft_are_known() -> None:
    google, microsoft = oauth.provider({"login": "google"}), oauth.provider({"login": "microsoft", "tenant": "acme"})
    assert google.scope == "https://mail.google.com/" and not google.device_url
    assert dict(google.more)["access_type"] == "offline"
    assert microsoft.device_url == "https://login.microsoftonline.com/acme/oauth2/v2.0/devicecode"
    assert "offline_access" in microsoft.scope and microsoft.redirect_host == "localhost"


def test_what_is_said_to_a_server_is_what_the_standards_want() -> None:
    endpoint, credentials = Endpoint("imap", "imap.test", 993, "tls"), Credentials(ME, token="tok")
    old = Bearer("XOAUTH2", credentials, endpoint)
    assert old() == f"user={ME}\x01auth=Bearer tok\x01\x01"
    assert old(b'{"status":"400","schemes":"Bearer"}') == "" and old.refusal == "status 400"
    new = Bearer("OAUTHBEARER", credentials, endpoint)
    assert new() == f"n,a={ME},\x01host=imap.test\x01port=993\x01auth=Bearer tok\x01\x01"
    assert new(b'{"status":"invalid_token"}') == "\x01" and new.refusal == "status invalid_token"
    assert mechanism(["PLAIN", "xoauth2", "OAuthBearer"]) == "OAUTHBEARER"
    assert mechanism(["PLAIN", "XOAUTH2"]) == "XOAUTH2" and mechanism(["PLAIN"]) == ""
    assert "tok" not in repr(credentials)
