"""What text messages and calls share: an account at Twilio, its lists, its files, the signature of its webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from omnidesk import clock
from omnidesk.connectors.base import Account, Checked, Connector, ConnectorError, WebhookAnswer, WebhookRequest
from omnidesk.connectors.http import Client, Headers, api_url
from omnidesk.connectors.manifest import REGION, RELAY, RELAY_TOKEN, Secret, Setting
from omnidesk.text.clean import one_line

API = "https://api.twilio.com"
VERSION = "2010-04-01"
MOST_PAGES = 1_000
_PAGE_SIZE = 1_000
_MOST_FIELDS = 1_000
_SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")

SETTINGS = (
    Setting("account_sid", "Account SID", "on the first page of the Twilio console: AC and 32 letters", required=True),
    Setting("login", "Logs in with", "the account's auth token, or an API key", "choice", "token", ("token", "key")),
    Setting("key_sid", "SID of the API key", "SK and 32 letters, where it logs in with one"),
    Setting("history", "Days of history", "how many are read when the channel is new", "number", 30, advanced=True),
    api_url(API),
    REGION,
    *RELAY,
)
SECRETS = (
    Secret("auth_token", "Auth token", "beside the account SID", ("token",)),
    Secret("key_secret", "Secret of the API key", "shown once, when the key is made", ("key",)),
    Secret("signing_token", "Auth token, for webhooks", "which are signed with it alone", ("key",), required=False),
    RELAY_TOKEN,
)
ANSWERED = WebhookAnswer(body=b"<Response/>", content_type="text/xml")
"""TwiML that does nothing: text would be sent to the customer."""


class TwilioConnector(Connector):
    """One number of an account at Twilio."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.client = Client(account, API, basic(account.settings))

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.client.aclose()

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a picture or a recording. Raises ConnectorError."""
        async for part in self.client.download(reference):
            yield part

    def path(self, rest: str) -> str:
        """Return the path of something in this account. Raises ConnectorError where its SID is none."""
        sid = str(self.account.settings.get("account_sid") or "")
        if not _SID.fullmatch(sid):
            raise ConnectorError("the account SID is AC and 32 letters and digits: look at the Twilio console")
        return f"{VERSION}/Accounts/{sid}{rest}"

    async def read(self, rest: str) -> Mapping[str, Any]:
        """Return one document of the account. Raises ConnectorError."""
        said = (await self.client.get(self.path(rest))).json()
        if not isinstance(said, dict):
            raise ConnectorError(f"{self.client.host} answers with something else than was asked for")
        return said

    async def listed(
        self, what: str, filters: Mapping[str, str] | None = None, most_pages: int | None = None
    ) -> list[Mapping[str, Any]]:
        """Return a list such as `/Messages`, oldest first; all of it, or the newest pages of a thousand.

        A filter from a day on is named as Twilio does, `DateSent>`."""
        path: Any = self.path(f"{what}.json")
        params: dict[str, str | int] | None = {**(filters or {}), "PageSize": _PAGE_SIZE}
        key = re.sub("(?<!^)(?=[A-Z])", "_", what.rpartition("/")[2]).lower()
        rows: list[Mapping[str, Any]] = []
        for _ in range(most_pages or MOST_PAGES):
            said = (await self.client.get(path, params=params)).json()
            page = said.get("media_list" if key == "media" else key) if isinstance(said, dict) else None
            if not isinstance(page, list):
                raise ConnectorError(f"{self.client.host} answers with something else than a list of {key}")
            rows += [row for row in page if isinstance(row, dict)]
            path, params = said.get("next_page_uri"), None
            if not isinstance(path, str) or not path:
                return rows[::-1]
        if most_pages:
            return rows[::-1]
        raise ConnectorError(f"{self.client.host} lists {key} without end: give fewer days of history")

    async def looked_at(self, capability: str) -> Checked:
        """Log in and look whether the number is the account's and can do what the channel needs."""
        account = await self.read(".json")
        number = self.account.address
        found = await self.listed("/IncomingPhoneNumbers", {"PhoneNumber": number})
        warnings = []
        if account.get("type") == "Trial":
            warnings.append("a trial account reaches only numbers that were verified, and says so in each message")
        if str(account.get("status")) != "active":
            warnings.append(f"the account is {word(account, 'status')}")
        if not found:
            warnings.append(f"the account has no number {number}")
        elif not (found[0].get("capabilities") or {}).get(capability, True):
            warnings.append(f"{number} is not made for {'text messages' if capability == 'sms' else 'calls'}")
        pictures = capability != "sms" or not found or (found[0].get("capabilities") or {}).get("mms", True)
        details = () if pictures else (f"{number} sends no files (MMS)",)
        name = word(account, "friendly_name") or word(account, "sid")
        return Checked(name, number, details=details, warnings=tuple(warnings))

    def posted(self, request: WebhookRequest) -> Mapping[str, str] | None:
        """Return the fields of a webhook, None where its signature is wrong. Raises ValueError, ConnectorError."""
        token = self.account.secrets.get("auth_token") or self.account.secrets.get("signing_token")
        if not token:
            raise ConnectorError("give the account's auth token as `signing_token`: webhooks are signed with it")
        if request.method != "POST":
            raise ValueError("webhooks of Twilio are posted")
        fields = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        said = request.headers.get("x-twilio-signature", "").encode()
        made = [signature(url, fields, token).encode() for url in _spellings(request.url)]
        return dict(fields) if any(hmac.compare_digest(said, one) for one in made) else None


def basic(settings: Mapping[str, Any]) -> Headers:
    """Return the header of an account's login: its SID and token, or an API key."""
    key = settings.get("login") == "key"
    user, secret = ("key_sid", "key_secret") if key else ("account_sid", "auth_token")

    def headers(secrets: Mapping[str, str]) -> Mapping[str, str]:
        said = f"{settings.get(user) or ''}:{secrets.get(secret, '')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(said).decode()}"}

    return headers


def signature(url: str, fields: Sequence[tuple[str, str]], token: str) -> str:
    """Return how Twilio signs a webhook: HMAC-SHA1 of its URL and its fields by name, without anything between."""
    said = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def _spellings(url: str) -> tuple[str, ...]:
    """A URL with its port and without: Twilio signs some with a usual port written out, some without a port at all."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    host = f"[{host}]" if ":" in host else host
    usual = 443 if parts.scheme == "https" else 80
    return url, parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port or usual}").geturl()


def word(said: Mapping[str, Any], name: str) -> str:
    """Return a field as one clean line, "" where it has none."""
    value = said.get(name)
    return one_line(str(value), 500) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def moment(said: Mapping[str, Any], *names: str) -> int | None:
    """Return the first of these times (RFC 2822) in UTC milliseconds, None where there is none."""
    for name in names:
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            at = parsedate_to_datetime(str(said.get(name, "")))
            return clock.from_datetime(at if at.tzinfo else at.replace(tzinfo=UTC))
    return None
