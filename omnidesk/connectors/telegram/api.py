"""Requests to the Bot API for one bot, and its errors in words.

The token is part of every address: none is ever said. What an answer means beyond what `connectors.http` knows:

    401, 404       LoginError: Telegram knows no bot with this token
    409            InUseError: another program asks for the same bot's updates; HookedError: a webhook gets them
    400, 403       RefusalError, with what it says of the chat
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import (
    Account,
    Committing,
    ConnectorError,
    Failed,
    LoginError,
    Retry,
    RetryAfterError,
    Unknown,
)
from omnidesk.connectors.http import Answer, Client, Part
from omnidesk.connectors.telegram.manifest import API, TOKEN
from omnidesk.connectors.telegram.update import line, whole

_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{10,200}")
CONFLICT_PAUSE = 30.0
"""Seconds until a bot is asked again that another program uses: whoever asks turns the other one away."""
_BYTES_A_SECOND = 50_000
"""How slow an upload may be."""
_READ = (400, 401, 403, 404, 409)
"""Refusals that are read here."""
_PATH = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


class InUseError(RetryAfterError):
    """Another program asks for the updates of the same bot."""


class HookedError(ConnectorError):
    """A webhook gets the updates of the bot."""


class RefusalError(ConnectorError):
    """Telegram will not do it; `said` is why, in its words, `moved` the larger group that a chat has become."""

    def __init__(self, said: str, moved: int | None = None) -> None:
        super().__init__(f"Telegram says: {said}")
        self.said = said
        self.moved = moved


class Bot:
    """One bot at its Bot API server."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = Client(account, API)

    @property
    def number(self) -> str:
        """The bot's own number, the part of its token that is no secret; "" where the token is none."""
        found = _TOKEN.fullmatch(self._token)
        return found[1] if found else ""

    async def ask(self, method: str, fields: Mapping[str, Any] | None = None, patience: float | None = None) -> Any:
        """Call a method and return its result. Raises ConnectorError."""
        path = self._path(method)
        answer = await self.client.post(path, json=dict(fields or {}), patience=patience, accept=_READ)
        return self._result(answer)

    async def hand_over(
        self,
        committing: Committing,
        method: str,
        form: Mapping[str, str],
        files: Mapping[str, Part],
    ) -> Any | Retry | Failed | Unknown:
        """Send something once: return the result, or how it ended without one. Raises LoginError, RefusalError, after
        both of which it was certainly not sent."""
        path, size = self._path(method), sum(len(data) for _, data, _ in files.values())
        answer = await self.client.hand_over(
            committing, "POST", path, form=form, files=files or None, accept=_READ,
            patience=self.account.timeout + size / _BYTES_A_SECOND,
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        try:
            return self._result(answer)
        except (RefusalError, LoginError):
            raise
        except ConnectorError as error:
            return Unknown(str(error))

    def download(self, path: str) -> AsyncIterator[bytes]:
        """Stream a file that the server has made ready. Raises ConnectorError."""
        if not _PATH.fullmatch(path) or ".." in path.split("/"):
            raise ConnectorError(f"{self.client.host} names a file by no path that can be asked for")
        return self.client.download(f"file/{self._path(quote(path))}")

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.client.aclose()

    @property
    def _token(self) -> str:
        return self.client.secrets.get(TOKEN, "").strip()

    def _path(self, rest: str) -> str:
        if not self.number:
            raise LoginError("the token of a bot is digits, a colon and 35 letters: @BotFather shows it")
        return f"bot{self._token}/{rest}"

    def _result(self, answer: Answer) -> Any:
        """Return the result in an answer. Raises ConnectorError in words."""
        if answer.status in (401, 404):
            raise self._unknown_token(answer.status == 401 or self.client.base == API)
        said = answer.json()
        if not isinstance(said, dict) or (answer.status == 200 and "result" not in said):
            raise ConnectorError(
                f"{self.client.host} answers with something else than a Bot API server: look at the setting api_url"
            )
        if answer.status == 200:
            return said["result"]
        words = self.client.masked(line(said, "description", 300)) or f"error {answer.status}"
        if answer.status == 409:
            raise self._in_use(words)
        raise RefusalError(words, whole(said.get("parameters"), "migrate_to_chat_id"))

    def _in_use(self, words: str) -> ConnectorError:
        if "webhook" in words.lower():
            return HookedError("another program has set a webhook for this bot, which gets its messages")
        return InUseError(
            "another program uses the token of this bot at the same time, and each message reaches only one of both: "
            "stop it, or have @BotFather make a new token (/revoke) and store it with `omnidesk channel secret "
            f"{self.account.name}`",
            CONFLICT_PAUSE,
        )

    def _unknown_token(self, sure: bool) -> LoginError:
        other = "" if sure else f", or {self.client.host} is no Bot API server"
        return LoginError(
            f"Telegram knows no bot with this token any more{other}: ask @BotFather for it (/mybots, API Token) and "
            f"store it with `omnidesk channel secret {self.account.name}`"
        )
