"""Requests to the homeserver of one account: where it is, how we log in, and what its refusals mean.

A channel that logs in with a password keeps the session that brought (`session`, and `device` by which the server
knows it), so that each process does not become a device of its own and a message's key holds for all of them.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlsplit

from omnidesk.connectors.base import Account, Committing, ConnectorError, Failed, LoginError, Retry, Unknown
from omnidesk.connectors.http import Answer, AnswerError, Client
from omnidesk.text.clean import one_line

V3 = "_matrix/client/v3"
MEDIA = "_matrix/client/v1/media"
USER = re.compile(r"@[\x21-\x39\x3b-\x7e]*:[A-Za-z0-9.\[\]:-]{1,230}\Z")
"""A user id: historical ones may hold any printable ASCII letter."""
Method = Literal["GET", "POST", "PUT"]
_MOST_WELL_KNOWN = 64 * 1024


class Homeserver:
    """The server that the account is on; `transport` takes the place of the network."""

    def __init__(self, account: Account, transport: Any = None) -> None:
        self.account = account
        self.me = account.address.strip()
        self.brought: Mapping[str, str] = {}
        """What logging in without anybody to keep it brought: a trial's session, to be ended with it."""
        self._transport = transport
        self._client: Client | None = None

    @property
    def host(self) -> str:
        """The server's host, for words to people."""
        return self._client.host if self._client is not None else self.me.partition(":")[2]

    @property
    def base(self) -> str:
        """Where the server is, once it was asked for anything."""
        return "" if self._client is None else self._client.base

    async def client(self) -> Client:
        """Return the way to the server, logged in. Raises ConnectorError."""
        if self._client is None:
            base = str(self.account.settings.get("api_url") or "") or await found(self.account, self._transport)
            self._client = Client(self.account, base, _bearer, renews=True, transport=self._transport)
            self._client.secrets = {"session": "", "device": "", **self._client.secrets}
        if not _token(self._client.secrets):
            await self._first_login(self._client)
        return self._client

    async def _first_login(self, client: Client) -> None:
        if self.account.renewing is not None:
            await client.renew()
            return
        self.brought = await self.log_in()
        client.secrets |= self.brought

    async def aclose(self) -> None:
        """Drop the connections, and end a session that nobody keeps."""
        if self._client is None:
            return
        if self.brought:
            self.brought = {}
            with contextlib.suppress(ConnectorError):
                await self._client.post(f"{V3}/logout", json={})
        await self._client.aclose()

    # --- requests

    async def request(self, method: Method, path: str, **said: Any) -> Answer:
        """Make a request as `Client.request` does; 403 is no matter of the login here (AnswerError)."""
        accept = frozenset(said.pop("accept", ()))
        client = await self.client()
        answer = await client.request(method, path, accept={*accept, 403}, **said)
        if answer.status == 403 and 403 not in accept:
            raise AnswerError(f"{answer.host} says: {client.masked(words(answer))}", answer)
        return answer

    async def read(self, path: str, **said: Any) -> dict[str, Any]:
        """Return one document. Raises ConnectorError."""
        return document(await self.request("GET", path, **said))

    async def read_if_there(self, path: str, **said: Any) -> dict[str, Any] | None:
        """Return one document, None where the server has none."""
        answer = await self.request("GET", path, accept=(404,), **said)
        return None if answer.status == 404 else document(answer)

    async def hand_over(
        self, committing: Committing, method: Method, path: str, **said: Any
    ) -> Answer | Retry | Failed | Unknown:
        """Send something as `Client.hand_over` does; what the server forbids has failed."""
        client = await self.client()
        answer = await client.hand_over(committing, method, path, accept=(403,), **said)
        if isinstance(answer, Answer) and answer.status == 403:
            return Failed(f"{answer.host} does not let us write there: {client.masked(words(answer))}")
        return answer

    async def whoami(self) -> dict[str, Any]:
        """Return whose account it is. Raises ConnectorError where it is not the channel's."""
        said = await self.read(f"{V3}/account/whoami")
        user = one_line(str(said.get("user_id") or ""))
        if user != self.me:
            raise LoginError(
                f"the login is {user}'s, and the address of this channel is {self.me}: they must be the same, to the "
                "letter"
            )
        return said

    # --- logging in

    async def log_in(self) -> Mapping[str, str]:
        """Log in with the password, as the device that the server may know already. Raises LoginError."""
        secrets = self.account.secrets
        if self.account.settings.get("login") == "token":
            raise LoginError(
                f"the access token of {self.me} is good no more: log in with a Matrix client anew, and give its token "
                f"with `omnidesk channel secret {self.account.name}`"
            )
        if USER.match(self.me) is None:
            raise LoginError(f"{self.me or 'nothing'} is no Matrix account: one looks like @support:example.org")
        said = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.me},
            "password": secrets.get("password", ""),
            "initial_device_display_name": f"OmniDesk ({self.account.name})",
            **({"device_id": secrets["device"]} if secrets.get("device") else {}),
        }
        base = (
            self.base or str(self.account.settings.get("api_url") or "") or await found(self.account, self._transport)
        )
        client = Client(self.account, base, transport=self._transport)
        try:
            answer = await client.post(f"{V3}/login", json=said, accept=(400, 403))
            if answer.status == 403:
                raise LoginError(f"{answer.host} refuses the login of {self.me}: {client.masked(words(answer))}")
            if answer.status == 400:
                raise LoginError(
                    f"{answer.host} takes no password here ({client.masked(words(answer))}): set login to token, and "
                    "give the access token of a session"
                )
            told = document(answer)
        finally:
            await client.aclose()
        if not isinstance(told.get("access_token"), str):
            raise ConnectorError(f"{client.host} lets us in and gives no token: look whether it is a homeserver")
        return {"session": told["access_token"], "device": str(told.get("device_id") or "")}


async def found(account: Account, transport: Any = None) -> str:
    """Return where the homeserver of an account is: what its domain says under .well-known, else the domain itself.

    Raises ConnectorError for an address that is no account's, and where the domain names an unencrypted place."""
    if USER.match(account.address.strip()) is None:
        raise ConnectorError(
            f"{account.address or 'nothing'} is no Matrix account: one looks like @support:example.org"
        )
    usual = f"https://{account.address.strip().partition(':')[2]}"
    asking = Client(replace(account, settings={}, secrets={}, renewing=None), usual, transport=transport)
    try:
        body = b"".join([part async for part in asking.download(".well-known/matrix/client", _MOST_WELL_KNOWN)])
        said = json.loads(body)["m.homeserver"]["base_url"]
    except (ConnectorError, ValueError, RecursionError, KeyError, TypeError):
        return usual
    finally:
        await asking.aclose()
    if urlsplit(str(said)).scheme != "https":
        raise ConnectorError(
            f"{asking.host} names {one_line(str(said), 100)} as its homeserver, which is not encrypted: set api_url"
        )
    return str(said).rstrip("/")


def document(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer. Raises ConnectorError where it is none."""
    said = answer.json()
    if not isinstance(said, dict):
        raise ConnectorError(f"{answer.host} answers with something else than was asked for")
    return said


def errcode(answer: Answer) -> str:
    """Return the code of a refusal, such as M_FORBIDDEN; "" where it has none."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    code = said.get("errcode") if isinstance(said, dict) else None
    return one_line(code, 60) if isinstance(code, str) else ""


def words(answer: Answer) -> str:
    """Return why something was refused, in the server's words and with its code."""
    said, code = one_line(answer.words(), 300), errcode(answer)
    return f"{said or f'status {answer.status}'}{f' ({code})' if code else ''}"


def _token(secrets: Mapping[str, str]) -> str:
    return secrets.get("session") or secrets.get("access_token") or ""


def _bearer(secrets: Mapping[str, str]) -> Mapping[str, str]:
    token = _token(secrets)
    return {"Authorization": f"Bearer {token}"} if token else {}
