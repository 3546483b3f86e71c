"""The Graph API: requests of one channel, and the files that Meta keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnidesk.connectors.base import Account, ConnectorError
from omnidesk.connectors.http import Answer, Client, api_url, bearer
from omnidesk.connectors.manifest import RELAY, RELAY_TOKEN, Secret, Setting
from omnidesk.connectors.meta import errors
from omnidesk.connectors.meta.errors import Meaning

API = "https://graph.facebook.com"
VERSION = "v23.0"
FILES = (".fbsbx.com", ".fbcdn.net", ".cdninstagram.com", ".whatsapp.net")
"""Where Meta keeps files: any host below these."""

SETTINGS = (
    Setting("version", "Version of the API", "of the Graph API", default=VERSION, advanced=True),
    api_url(API),
    *RELAY,
)
"""Settings of every channel at Meta; its own ids stand before them."""
SECRETS = (
    Secret("token", "Access token", "of a system user, or of the page, that does not expire"),
    Secret("app_secret", "App secret", "under App settings, Basic: webhooks are signed with it"),
    Secret("verify_token", "Verify token", "a long word of your choice, which you type beside the webhook's address"),
    RELAY_TOKEN,
)


class Graph(Client):
    """Meta's API for one channel; `known` are the errors of its product, by their codes."""

    def __init__(self, account: Account, known: Mapping[int, Meaning], transport: Any = None) -> None:
        super().__init__(account, API, bearer("token"), FILES, transport=transport)
        self._known = known
        self.base = f"{self.base}/{account.settings.get('version') or VERSION}"

    def error(self, answer: Answer) -> ConnectorError:
        """Return what an answer that is no success means: Meta's code says it."""
        told = errors.said(answer)
        if told is None:
            return super().error(answer)
        masked = errors.Said(told.code, told.subcode, self.masked(told.words))
        return errors.error(answer, masked, self._known)

    async def read(self, path: str, **params: str | int) -> Mapping[str, Any]:
        """Return one document. Raises ConnectorError."""
        found = (await self.get(path, params=params)).json()
        if not isinstance(found, dict):
            raise ConnectorError(f"{self.host} answers with something else than was asked for")
        return found

    async def pages(self, path: str, most: int = 100, **params: str | int) -> list[Mapping[str, Any]]:
        """Return a list of documents, all pages of it, at most so many. Raises ConnectorError.

        The next page is asked for by its cursor, not by the link in the answer, which bears the token."""
        rows: list[Mapping[str, Any]] = []
        asked: dict[str, str | int] = dict(params)
        for _ in range(most):
            found = await self.read(path, **asked)
            data = found.get("data")
            if not isinstance(data, list):
                raise ConnectorError(f"{self.host} answers with something else than a list")
            rows += [row for row in data if isinstance(row, dict)]
            paging = found.get("paging")
            cursors = paging.get("cursors") if isinstance(paging, dict) else None
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not isinstance(paging, dict) or not paging.get("next") or not isinstance(after, str):
                return rows
            asked["after"] = after
        return rows
