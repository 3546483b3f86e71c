"""Logging in with OAuth 2.0: where each provider is, and how its tokens are fetched, kept as text and made anew.

`login` names the provider: google (loopback redirect with PKCE, RFC 8252 and 7636), microsoft (the same, or a device
code, RFC 8628) or other, whose addresses are settings. What is kept is one secret, `oauth`: a small JSON document.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    AuthorizeStep,
    ConnectionLostError,
    ConnectorError,
    LoginError,
    RetryAfterError,
)
from omnidesk.connectors.email import web
from omnidesk.connectors.email.endpoint import is_loopback
from omnidesk.text.clean import one_line

SECRET = "oauth"
"""The secret that holds the tokens."""
WAYS = ("google", "microsoft", "other")
"""Values of the setting `login` that mean OAuth 2.0."""
EARLY = 60 * clock.SECOND
"""A token is made anew so long before it ends: clocks differ, and logging in takes a moment."""
USUAL_LIFE = 3600
LEAST_INTERVAL, USUAL_INTERVAL, SLOWER = 0.1, 5.0, 5.0
"""Seconds between two questions whether a device code was entered (RFC 8628 section 3.5)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where one provider lets people log in. `redirect_host` is how its loopback redirect must be spelt."""

    name: str
    authorize_url: str
    token_url: str
    device_url: str = ""
    scope: str = ""
    redirect_host: str = "127.0.0.1"
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login brought; `expires_at` in UTC milliseconds is when the access token ends."""

    access: str
    refresh: str
    expires_at: int

    @classmethod
    def of(cls, secret: str) -> Tokens:
        """Read tokens as they are kept. Raises LoginError for what is none."""
        try:
            said = json.loads(secret)
            return cls(str(said["access"]), str(said["refresh"]), int(said["expires_at"]))
        except (ValueError, TypeError, KeyError) as error:
            raise LoginError("what is kept of the last login cannot be read: log in again") from error

    def kept(self) -> str:
        """Return the text that is kept as a secret."""
        return json.dumps({"access": self.access, "refresh": self.refresh, "expires_at": self.expires_at})

    @property
    def stale(self) -> bool:
        """Whether the access token has ended or is about to."""
        return clock.now() >= self.expires_at - EARLY


def way_of(settings: Mapping[str, Any]) -> str:
    """Return the provider that a channel logs in at, "" for one with a password."""
    said = str(settings.get("login") or "")
    return said if said in WAYS else ""


def provider(settings: Mapping[str, Any]) -> Provider:
    """Return where a channel logs in. Raises ConnectorError for settings that cannot be used."""
    way = way_of(settings)
    if way == "google":
        # Without consent asked for each time, a second login brings no refresh token.
        return Provider(
            "Google",
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            scope="https://mail.google.com/",
            more=(("access_type", "offline"), ("prompt", "consent")),
        )
    if way == "microsoft":
        base = f"https://login.microsoftonline.com/{quote(_said(settings, 'tenant') or 'common', safe='')}/oauth2/v2.0"
        resource = "https://outlook.office.com"
        return Provider(
            "Microsoft",
            f"{base}/authorize",
            f"{base}/token",
            f"{base}/devicecode",
            f"{resource}/IMAP.AccessAsUser.All {resource}/SMTP.Send offline_access",
            redirect_host="localhost",  # the only loopback address whose port Microsoft leaves open
            more=(("prompt", "select_account"),),
        )
    return _other(settings)


def _other(settings: Mapping[str, Any]) -> Provider:
    found = {key: _said(settings, key) for key in ("authorize_url", "token_url", "device_url")}
    if not found["token_url"] or not (found["authorize_url"] or found["device_url"]):
        raise ConnectorError("login is other: set token_url, and authorize_url or device_url, to the provider's")
    for key, url in found.items():
        parts = urlsplit(url)
        if url and parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ConnectorError(f"{key} is {url!r}: it must begin with https://, for tokens go there")
    name = urlsplit(found["token_url"]).hostname or "the provider"
    return Provider(
        name, found["authorize_url"], found["token_url"], found["device_url"], scope=_said(settings, "scope")
    )


def _said(settings: Mapping[str, Any], key: str) -> str:
    return str(settings.get(key) or "").strip()


class Client:
    """OmniDesk as the provider knows it: the account's client id at its provider. Raises ConnectorError."""

    def __init__(self, account: Account) -> None:
        self.provider = provider(account.settings)
        self.client_id = _said(account.settings, "client_id")
        self.user = _said(account.settings, "user") or account.address
        self._secret = account.secrets.get("client_secret", "")
        self._channel = account.name
        self._timeout = account.timeout
        if not self.client_id:
            raise LoginError(
                f"logging in at {self.provider.name} needs a client id of your own: docs/email.md tells how to get "
                "one; set client_id to it"
            )

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Return new tokens for old. Raises LoginError when only a person can help, ConnectionLostError."""
        if not tokens.refresh:
            raise LoginError(f"the login at {self.provider.name} has ended: {self._again()}")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return self._tokens(*await self._post(form), before=tokens)

    async def exchange(self, code: str, verifier: str, redirect: str) -> Tokens:
        """Return the tokens for the code that a redirect brought."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
        return self._tokens(*await self._post(form))

    async def by_device(self) -> AsyncGenerator[AuthorizeStep, None]:
        """Show a code to be entered at the provider, on any device; wait until it was."""
        if not self.provider.device_url:
            raise ConnectorError(f"{self.provider.name} offers no login by device code for mail: use the browser")
        asked_at = clock.now()
        form = {"client_id": self.client_id, "scope": self.provider.scope}
        said = _document(await web.post(self.provider.device_url, form, self._timeout))
        code, url = str(said.get("user_code") or ""), str(said.get("verification_uri") or said.get("verification_url"))
        if not code or not said.get("device_code"):
            raise self._refused(said)
        words = f"open the page on any device, enter the code and log in as {self.user}"
        yield AuthorizeStep(words, one_line(url, 500), one_line(code, 50))
        end = asked_at + int(_number(said.get("expires_in"), 900) * clock.SECOND)
        tokens = await self._wait_for_device(
            str(said["device_code"]), _number(said.get("interval"), USUAL_INTERVAL), end
        )
        yield AuthorizeStep(f"{self.provider.name} let {self.user} in", secrets={SECRET: tokens.kept()})

    async def _wait_for_device(self, device_code: str, interval: float, end: int) -> Tokens:
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device_code}
        while clock.now() < end:
            await asyncio.sleep(max(LEAST_INTERVAL, interval))
            try:
                answer, at = await self._post(form)
            except ConnectionLostError:
                interval *= 2
                continue
            error = _document(answer).get("error")
            if error == "slow_down":
                interval += SLOWER
            elif error not in ("authorization_pending", None) or answer.status < 400:
                return self._tokens(answer, at)
        raise LoginError("the code was not entered in time: begin the login again")

    # --- the token endpoint

    async def _post(self, form: Mapping[str, str]) -> tuple[web.Answer, int]:
        at = clock.now()
        whole = {**form, "client_id": self.client_id, **({"client_secret": self._secret} if self._secret else {})}
        answer = await web.post(self.provider.token_url, whole, self._timeout)
        if answer.status == 429:
            raise RetryAfterError(
                f"{self.provider.name} asks us to come back later", _number(answer.headers.get("retry-after"), 60)
            )
        if answer.status >= 500:
            raise ConnectionLostError(
                f"{self.provider.name} cannot make tokens now ({answer.status}): it is tried again"
            )
        return answer, at

    def _tokens(self, answer: web.Answer, at: int, before: Tokens | None = None) -> Tokens:
        said = _document(answer)
        access = said.get("access_token")
        if answer.status >= 400 or not isinstance(access, str) or not access:
            raise self._refused(said)
        refresh = said.get("refresh_token") or (before.refresh if before is not None else "")
        return Tokens(access, str(refresh), at + int(_number(said.get("expires_in"), USUAL_LIFE) * clock.SECOND))

    def _refused(self, said: Mapping[str, Any]) -> ConnectorError:
        error = one_line(str(said.get("error") or "no reason given"), 100)
        why = one_line(str(said.get("error_description") or ""), 300).rstrip(".")
        told = f"{error}: {why}" if why else error
        name = self.provider.name
        if error in ("invalid_client", "unauthorized_client"):
            return LoginError(f"{name} does not know our client id or its secret ({told}): check client_id")
        if error in ("access_denied", "authorization_declined"):
            return LoginError(f"the login at {name} was declined: begin it again")
        if error == "invalid_scope":
            return LoginError(f"{name} does not let this client read mail ({told}): give it that right first")
        return LoginError(f"the login of {self.user} at {name} has ended ({told}): {self._again()}")

    def _again(self) -> str:
        return f"`omnidesk channel login {self._channel}` logs in again"


def _document(answer: web.Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {}
    if isinstance(said, dict) and said:
        return said
    return {"error": f"the answer {answer.status} is none that OAuth 2.0 knows"}


def _number(said: Any, usual: float) -> float:
    try:
        number = float(said)
    except (TypeError, ValueError):
        return usual
    return number if 0 <= number < 10**9 else usual
