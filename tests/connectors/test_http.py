"""The door for connectors over HTTP: what answers, silence and broken connections mean, and what stays secret."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

import httpx
import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    ConnectionLostError,
    ConnectorError,
    Failed,
    LoginError,
    Retry,
    RetryAfterError,
    Unknown,
)
from omnidesk.connectors.http import Answer, AnswerError, Client, NotTakenError, api_url, bearer, retry_after
from tests.filling import standing_clock

BASE = "https://api.provider.example/v1"
TOKEN = "secret-token"
Respond = Callable[[httpx.Request], httpx.Response]


def client(respond: Respond | httpx.Response | Exception, **more: Any) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(respond, Exception):
            raise respond
        return respond if isinstance(respond, httpx.Response) else respond(request)

    settings = more.pop("settings", {})
    account = Account(1, "support", "", settings, {"token": TOKEN}, timeout=2.0, renewing=more.pop("renewing", None))
    return Client(account, BASE, bearer("token"), transport=httpx.MockTransport(answer), **more)


async def committing() -> None:
    return None


async def test_a_path_hangs_under_the_base_and_bears_the_login() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True}, headers={"Set-Cookie": "track=1"})

    async with aclosing(client(respond)) as provider:
        assert (await provider.get("/messages", params={"after": 17})).json() == {"ok": True}
        await provider.post(f"{BASE}/messages", json={"text": "größer"})
    assert [str(request.url) for request in seen] == [f"{BASE}/messages?after=17", f"{BASE}/messages"]
    assert {request.headers["authorization"] for request in seen} == {f"Bearer {TOKEN}"}
    assert "cookie" not in seen[1].headers
    assert json.loads(seen[1].content) == {"text": "größer"}


async def test_the_setting_api_url_goes_before_the_usual_address() -> None:
    provider = client(httpx.Response(200), settings={"api_url": "https://own.example/api/"})
    assert (provider.base, provider.host) == ("https://own.example/api", "own.example")
    assert api_url(BASE).default == BASE


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_login_is_a_login_error_in_the_providers_words(status: int) -> None:
    with pytest.raises(LoginError, match="bad credentials"):
        await client(httpx.Response(status, json={"message": "bad credentials"})).get("messages")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (httpx.Response(429, headers={"Retry-After": "30"}), 30),
        (httpx.Response(503, headers={"Retry-After": "7.5"}), 7.5),
        (
            httpx.Response(
                429,
                headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT", "Date": "Fri, 31 Dec 1999 23:59:29 GMT"},
            ),
            30,
        ),
        (httpx.Response(429, headers={"X-RateLimit-Reset-After": "1.5"}), 1.5),
        (httpx.Response(429, json={"ok": False, "parameters": {"retry_after": 12}}), 12),
        (httpx.Response(429, json={"retry_after": 0.25, "global": False}), 0.25),
        (httpx.Response(429, json={"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}), 1.5),
        (httpx.Response(429, json={"retry_after_ms": 1_790_000_000}), 7 * 24 * 3600),
        (httpx.Response(429, headers={"Retry-After": "1" + 400 * "0"}), None),
    ],
)
async def test_come_back_later_names_the_seconds(answer: httpx.Response, seconds: float | None) -> None:
    with pytest.raises(RetryAfterError if seconds is not None else NotTakenError) as raised:
        await client(answer).get("messages")
    assert getattr(raised.value, "seconds", None) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "0"}, 0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 0),
        ({"x-ratelimit-reset": str(1_790_000_000 + 40)}, 40),
        ({"x-ratelimit-reset": "2026-09-21T14:13:40.000Z"}, 20),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_a_time_to_come_back_is_read_against_the_clock(headers: Mapping[str, str], seconds: float | None) -> None:
    with standing_clock(1_790_000_000_000):
        assert retry_after(Answer("api.example", 429, b"", headers)) == seconds


@pytest.mark.parametrize("body", [b"[1]", b'{"retry_after": true}', b'{"retry_after": null}', b"<html>", b""])
def test_a_strange_document_names_no_time(body: bytes) -> None:
    assert retry_after(Answer("api.example", 429, body)) is None


async def test_a_web_page_where_data_was_asked_for_is_said_so() -> None:
    page = httpx.Response(200, html="<html>log in to the hotel's network</html>")
    with pytest.raises(ConnectorError, match="a web page where data was asked for"):
        (await client(page).get("messages")).json()
    with pytest.raises(ConnectorError, match="no JSON"):
        (await client(httpx.Response(200, text="OK")).get("messages")).json()
    with pytest.raises(ConnectorError, match="nothing"):
        (await client(httpx.Response(204)).get("messages")).json()


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_fault_of_the_server_may_have_been_processed(status: int) -> None:
    with pytest.raises(ConnectionLostError) as raised:
        await client(httpx.Response(status, html="<h1>Bad gateway</h1>")).get("messages")
    assert not isinstance(raised.value, NotTakenError)
    assert str(raised.value) == f"api.provider.example answers with status {status}: it is tried again"


async def test_a_no_holds_the_answer_and_can_be_accepted() -> None:
    no = httpx.Response(404, json={"error": {"code": 404, "message": "no such\x1b]0;owned\x07 message"}})
    with pytest.raises(AnswerError, match="says: no such message") as raised:
        await client(no).get("messages/1")
    assert raised.value.answer.status == 404
    assert (await client(no).get("messages/1", accept={404})).status == 404
    with pytest.raises(AnswerError, match="api_url"):
        await client(httpx.Response(302, headers={"Location": "https://evil.example"})).get("messages")


async def test_an_answer_without_end_is_cut_off() -> None:
    with pytest.raises(ConnectorError, match="more than 1,000 bytes"):
        await client(httpx.Response(200, content=b"x" * 5_000)).get("messages", most_bytes=1_000)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (httpx.ConnectError("refused"), Retry),
        (httpx.ConnectTimeout("late"), Retry),
        (httpx.ReadTimeout("late"), Unknown),
        (httpx.ReadError("reset"), Unknown),
        (httpx.WriteError("reset"), Unknown),
        (httpx.RemoteProtocolError("cut"), Unknown),
        (httpx.Response(500), Unknown),
        (httpx.Response(504), Unknown),
        (httpx.Response(503), Retry),
        (httpx.Response(429, headers={"Retry-After": "3"}), Retry),
        (httpx.Response(400, json={"detail": "too long"}), Failed),
    ],
)
async def test_a_send_ends_as_what_is_certain_of_it(fault: Exception | httpx.Response, outcome: type) -> None:
    told: list[str] = []

    async def commit() -> None:
        told.append("committed")

    assert isinstance(await client(fault).hand_over(commit, "POST", "messages", json={}), outcome)
    assert told == ["committed"]


async def test_a_send_that_may_not_begin_asks_for_nothing() -> None:
    async def lost() -> None:
        raise RuntimeError("the lease is lost")

    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("a request went out")

    with pytest.raises(RuntimeError, match="lease"):
        await client(never).hand_over(lost, "POST", "messages")


async def test_a_token_that_ended_is_made_anew_once() -> None:
    asked: list[Mapping[str, str]] = []

    async def renewing(used: Mapping[str, str]) -> Mapping[str, str]:
        asked.append(dict(used))
        return {"token": "fresh-token"}

    def respond(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == "Bearer fresh-token"
        return httpx.Response(200 if good else 401, json={"token": request.headers["authorization"]})

    provider = client(respond, renews=True, renewing=renewing)
    assert (await provider.get("messages")).status == (await provider.get("messages")).status == 200
    assert asked == [{"token": TOKEN}]
    stubborn = client(httpx.Response(401), renews=True, renewing=renewing)
    with pytest.raises(LoginError):
        await stubborn.get("messages")
    assert len(asked) == 2


async def test_no_secret_is_in_an_error_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    echo = httpx.Response(404, json={"description": f"no method /bot{TOKEN}/getMe?key={TOKEN}"})
    caplog.set_level("DEBUG")
    for fault in (echo, httpx.ConnectError(f"cannot reach /bot{TOKEN}/x"), httpx.ReadError(f"{TOKEN}")):
        with pytest.raises(ConnectorError) as raised:
            await client(fault).get(f"bot{TOKEN}/getMe", params={"key": TOKEN})
        assert TOKEN not in str(raised.value)
        assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert TOKEN not in caplog.text


async def test_an_unreadable_address_is_not_repeated() -> None:
    with pytest.raises(ConnectorError, match="api_url") as raised:
        await client(httpx.Response(200), settings={"api_url": "https://[user:secret"}).get("messages")
    assert "secret" not in str(raised.value)


# --- files


async def read(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


async def test_a_file_is_streamed_and_redirects_get_no_login() -> None:
    seen: dict[str, str | None] = {}

    def respond(request: httpx.Request) -> httpx.Response:
        seen[request.url.host] = request.headers.get("authorization")
        if request.url.host == "api.provider.example":
            return httpx.Response(302, headers={"Location": "https://cdn.example/file"})
        return httpx.Response(200, content=b"x" * 100_000)

    assert len(await read(client(respond).download("files/1"))) == 100_000
    assert seen == {"api.provider.example": f"Bearer {TOKEN}", "cdn.example": None}


async def test_files_come_from_the_providers_own_hosts_only() -> None:
    content = httpx.Response(200, content=b"file")
    for link in ("https://evil.example/file", "http://api.provider.example/v1/file", "https://127.0.0.1/file"):
        with pytest.raises(ConnectorError, match="not its own"):
            await read(client(content).download(link))
    assert await read(client(content, hosts=("cdn.provider.example",)).download("https://cdn.provider.example/f")) == (
        b"file"
    )
    with pytest.raises(ConnectorError, match="not encrypted"):
        await read(client(httpx.Response(302, headers={"Location": "http://api.provider.example/f"})).download("f"))
    with pytest.raises(ConnectorError, match="circle"):
        await read(client(httpx.Response(302, headers={"Location": f"{BASE}/f"})).download("f"))


async def test_a_file_that_is_too_large_or_gone_is_said_so() -> None:
    with pytest.raises(ConnectorError, match="more than 10 bytes"):
        await read(client(httpx.Response(200, content=b"x" * 100)).download("f", most_bytes=10))
    with pytest.raises(AnswerError, match="expired"):
        await read(client(httpx.Response(410, json={"message": "expired"})).download("f"))


async def test_an_upload_may_be_a_stream_or_a_form() -> None:
    seen: list[bytes] = []

    async def read_whole(request: httpx.Request) -> httpx.Response:
        seen.append(await request.aread())
        return httpx.Response(200)

    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    account = Account(1, "support", "", {}, {})
    provider = Client(account, BASE, transport=httpx.MockTransport(read_whole))
    await provider.post("upload", data=parts())
    await provider.post("upload", form={"chat": "1"}, files={"photo": ("a.png", b"PNG", "image/png")})
    assert seen[0] == b"one two"
    assert b'filename="a.png"' in seen[1] and b"PNG" in seen[1] and b'name="chat"' in seen[1]


# --- real sockets


@contextmanager
def door(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen on loopback and let `serve` deal with the one connection that comes."""
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        connection, _ = listener.accept()
        with connection:
            serve(connection)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)
    finally:
        listener.close()


def at(base: str, timeout: float = 5.0) -> Client:
    return Client(Account(1, "support", "", {"api_url": base}, {}, timeout=timeout), BASE)


async def test_nobody_listening_is_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with aclosing(at(base)) as provider:
        assert isinstance(await provider.hand_over(committing, "POST", "messages", json={}), Retry)


async def test_a_connection_that_ends_without_an_answer_leaves_it_unknown() -> None:
    with door(lambda connection: connection.recv(65536) and None) as base:
        async with aclosing(at(base)) as provider:
            outcome = await provider.hand_over(committing, "POST", "messages", json={})
    assert isinstance(outcome, Unknown)


async def test_a_trickle_of_bytes_does_not_outlast_the_patience() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def trickle(connection: socket.socket) -> None:
        import contextlib
        import time

        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with contextlib.suppress(OSError):
            while not stopped.is_set():
                connection.sendall(b"x")
                time.sleep(0.02)

    begun = clock.monotonic()
    with door(trickle) as base:
        async with aclosing(at(base, 0.5)) as provider:
            with pytest.raises(ConnectionLostError, match="did not answer in time"):
                await provider.get("messages")
        loop.call_soon(stopped.set)
        await asyncio.sleep(0)
    assert clock.monotonic() - begun < 10
