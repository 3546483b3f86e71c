"""Requests to one provider for one account."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, quote, quote_plus, urlsplit

from omnidesk import __version__
from omnidesk.connectors.base import (
    Account,
    Committing,
    ConnectionLostError,
    ConnectorError,
    Failed,
    LoginError,
    Retry,
    RetryAfterError,
    Unknown,
)
from omnidesk.connectors.http.answer import Answer, AnswerError, NotTakenError, retry_after
from omnidesk.connectors.manifest import Setting
from omnidesk.text.clean import one_line

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 16 * 1024 * 1024
"""What an answer may hold, unpacked."""
_AGENT = f"OmniDesk/{__version__}"
_LONGEST_WORDS = 300
_SHORTEST_SECRET = 4
_REDIRECTS = 5

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Headers = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Makes the headers of each request from the secrets that hold now."""
Query = Mapping[str, str | int | Sequence[str]]
Part = tuple[str, bytes, str]
"""A file of a form: its name, its bytes, its media type."""


def api_url(usual: str) -> Setting:
    """Return the setting that every connector over HTTP has: where the provider's API is."""
    return Setting("api_url", "Address of the API", "another server of the same kind", default=usual, advanced=True)


def bearer(secret: str) -> Headers:
    """Return the header of a bearer token (RFC 6750) that is kept under this name."""
    return lambda secrets: {"Authorization": f"Bearer {secrets.get(secret, '')}"}


class Client:
    """A provider's API, spoken to for one account; keeps no cookies and follows no redirect with our secrets.

    `usual` is the base address where the channel's setting `api_url` names no other. `hosts` are further hosts of the
    provider that get our headers too (where its files lie); `.files.example` is every host below it. `renews`: a 401
    may be mended by `Account.renewing`. `transport` takes the place of the network (httpx.MockTransport,
    httpx.ASGITransport)."""

    def __init__(
        self,
        account: Account,
        usual: str,
        headers: Headers | None = None,
        hosts: Collection[str] = (),
        renews: bool = False,
        transport: Any = None,
    ) -> None:
        self.account = account
        self.base = str(account.settings.get("api_url") or usual).rstrip("/")
        self.secrets = dict(account.secrets)
        self._headers = headers or (lambda _: {})
        self._hosts = frozenset(hosts)
        self._renews = renews
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None

    @property
    def host(self) -> str:
        """The provider's host, for words to people."""
        try:
            return urlsplit(self.base).hostname or "the provider"
        except ValueError:
            return "the provider"

    async def get(self, path: str, **said: Any) -> Answer:
        """Ask for something; the rest as for `request`."""
        return await self.request("GET", path, **said)

    async def post(self, path: str, **said: Any) -> Answer:
        """Post something; the rest as for `request`."""
        return await self.request("POST", path, **said)

    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Query | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        files: Mapping[str, Part] | None = None,
        data: bytes | AsyncIterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float | None = None,
        accept: Collection[int] = (),
        most_bytes: int = MOST_BYTES,
    ) -> Answer:
        """Make one request and return the answer; `path` hangs under the base, or is a link of the provider's own.

        `json`, `form` (with `files`) or `data` is the body; `data` may be a stream. `patience` (seconds) is for the
        whole request (a long poll takes longer than the account's). Raises as the head of this module says."""
        body = {"json": json, "data": form, "files": files, "content": data}
        given = {key: value for key, value in body.items() if value is not None}
        url = self._own(path)
        waits = self.account.timeout if patience is None else patience
        for last in (False, True):
            answer = await self._once(method, url, params, given, headers or {}, waits, most_bytes)
            if answer.status != 401 or last or isinstance(data, AsyncIterable) or 401 in accept:
                break
            if not await self.renew():
                break
        if not 200 <= answer.status < 300 and answer.status not in accept:
            raise self.error(answer)
        return answer

    async def hand_over(
        self, committing: Committing, method: Method, path: str, **said: Any
    ) -> Answer | Retry | Failed | Unknown:
        """Send something that must not go twice: `committing` is awaited, then one request made as by `request`.

        Returns the answer, or how the send ended without one. Raises LoginError (certainly not sent)."""
        await committing()
        try:
            return await self.request(method, path, **said)
        except RetryAfterError as error:
            return Retry(str(error), error.seconds)
        except NotTakenError as error:
            return Retry(str(error))
        except ConnectionLostError as error:
            return Unknown(str(error))
        except AnswerError as error:
            return Failed(str(error))

    async def download(self, link: str, most_bytes: int = 100_000_000) -> AsyncIterator[bytes]:
        """Stream what lies behind a path or a link of the provider's own.

        A redirect leads anywhere by https, without our headers. Raises ConnectorError; also when it is too large."""
        import httpx

        url, ours, done = self._own(link), True, 0
        with self._lost(url):
            for _ in range(_REDIRECTS):
                said = self._headers(self.secrets) if ours else {}
                async with self._client.stream("GET", url, headers=said, timeout=self._limits()) as response:
                    if response.is_redirect and "location" in response.headers:
                        url = str(response.url.join(response.headers["location"]))
                        if httpx.URL(url).scheme != "https" and not self.base.startswith("http:"):
                            raise ConnectorError(f"{self.host} sends us on to a place that is not encrypted")
                        ours = self._is_ours(url)
                        continue
                    if response.status_code != 200:
                        raise self.error(await self._answer(response, MOST_BYTES))
                    if int(response.headers.get("content-length") or 0) > most_bytes:
                        raise self._too_large(most_bytes)
                    async for part in response.aiter_bytes():
                        done += len(part)
                        if done > most_bytes:
                            raise self._too_large(most_bytes)
                        yield part
                    return
        raise ConnectorError(f"{self.host} sends us in a circle instead of giving a file")

    async def renew(self) -> bool:
        """Have the secrets made anew; say whether there are others now. Raises LoginError, ConnectionLostError."""
        if not self._renews or self.account.renewing is None:
            return False
        fresh = await self.account.renewing(self.secrets)
        changed = any(self.secrets.get(key) != value for key, value in fresh.items())
        self.secrets |= fresh
        return changed

    def masked(self, words: str) -> str:
        """Return words without the channel's secrets in them, however they are written."""
        for secret in sorted({*self.secrets.values(), *self.account.secrets.values()}, key=len, reverse=True):
            for form in {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}:
                if len(form) >= _SHORTEST_SECRET:
                    words = words.replace(form, "***")
        return words

    async def aclose(self) -> None:
        """Drop the connections; a later request opens new ones."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()

    # --- one request

    @property
    def _client(self) -> httpx.AsyncClient:
        from http.cookiejar import DefaultCookiePolicy

        import httpx

        if self._opened is None:
            for name in ("httpx", "httpcore"):  # they log whole addresses, and headers
                logging.getLogger(name).setLevel(logging.WARNING)
            self._opened = httpx.AsyncClient(
                transport=self._transport,
                follow_redirects=False,
                headers={"User-Agent": _AGENT, "Accept": "application/json"},
            )
            self._opened.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return self._opened

    def _limits(self, whole: float | None = None) -> httpx.Timeout:
        import httpx

        patience = self.account.timeout if whole is None else whole
        return httpx.Timeout(patience, connect=min(patience / 2, 10.0))

    async def _once(
        self,
        method: str,
        url: str,
        params: Query | None,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        patience: float,
        most_bytes: int,
    ) -> Answer:
        said = {**self._headers(self.secrets), **headers}
        with self._lost(url):
            async with (
                asyncio.timeout(patience),
                self._client.stream(
                    method, url, params=params, headers=said, timeout=self._limits(patience), **body
                ) as response,
            ):
                return await self._answer(response, most_bytes)

    async def _answer(self, response: httpx.Response, most_bytes: int) -> Answer:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > most_bytes:
                raise self._too_large(most_bytes)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.url.host, response.status_code, bytes(body), headers)

    @contextlib.contextmanager
    def _lost(self, url: str) -> Iterator[None]:
        """Turn what goes wrong on the way into ConnectionLostError, without an address in it."""
        import httpx

        host = self.host if url.startswith(self.base) else _split(url).hostname or self.host
        try:
            yield
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NotTakenError(f"{host} cannot be connected to in time: it is tried again") from None
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise NotTakenError(f"{host} is out of reach ({self._cause(error)}): it is tried again") from None
        except (TimeoutError, httpx.TimeoutException):
            raise ConnectionLostError(f"{host} did not answer in time: it is tried again") from None
        except (httpx.HTTPError, OSError) as error:
            raise ConnectionLostError(f"{host} broke off ({self._cause(error)}): it is tried again") from None
        except (httpx.InvalidURL, UnicodeError):
            raise _unreadable() from None

    def _cause(self, error: Exception) -> str:
        return one_line(self.masked(str(error)), 120) or type(error).__name__

    def error(self, answer: Answer) -> ConnectorError:
        """Return what an answer that is no success means; a provider with codes of its own overrides it."""
        host, status = answer.host, answer.status
        said = one_line(self.masked(answer.words()), _LONGEST_WORDS)
        why = f"{host} says: {said}" if said else f"{host} answers with status {status}"
        if status in (401, 403):
            return LoginError(f"{why}. Look at what this channel logs in with")
        if status in (429, 503):
            seconds = retry_after(answer)
            if seconds is not None:
                return RetryAfterError(f"{why}; it is asked again in {seconds:.0f} s", seconds)
        if status in (408, 429, 503):
            return NotTakenError(f"{why}: it is tried again")
        if status >= 500:
            return ConnectionLostError(f"{why}: it is tried again")
        if 300 <= status < 400:
            return AnswerError(f"{host} sends us to another address: look at the setting api_url", answer)
        return AnswerError(why, answer)

    def _too_large(self, most_bytes: int) -> ConnectorError:
        return ConnectorError(f"{self.host} answers with more than {most_bytes:,} bytes")

    def _own(self, path: str) -> str:
        """Return the whole address of a path under the base, or of a link. Raises ConnectorError for foreign ones."""
        if _split(self.base).scheme not in ("http", "https") or not _split(self.base).hostname:
            raise _unreadable()
        if not path.lower().startswith(("http://", "https://")):
            return f"{self.base}/{path.lstrip('/')}"
        if not self._is_ours(path):
            raise ConnectorError(f"{self.host} names a place that is not its own: nothing is fetched from there")
        return path

    def _is_ours(self, url: str) -> bool:
        own, other = _split(self.base), _split(url)
        if (own.scheme, own.netloc.rpartition("@")[2]) == (other.scheme, other.netloc):
            return True
        return other.scheme == "https" and any(
            other.netloc == host or (host.startswith(".") and other.netloc.endswith(host)) for host in self._hosts
        )


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> ConnectorError:
    return ConnectorError("the address of the API cannot be read: look at the setting api_url")
