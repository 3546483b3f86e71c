"""What a bot is asked for, and how: offsets, two who ask at once, webhooks, files; and that its token is never said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Batch,
    Checked,
    ConnectionLostError,
    ConnectorError,
    LoginError,
    MissingError,
    RetryAfterError,
)
from omnidesk.connectors.telegram import TelegramConnector, hook
from omnidesk.connectors.telegram.position import Position
from omnidesk.connectors.testing import Asked, Reply, problems
from omnidesk.connectors.testing.telegram import ANNA, GROUP, TOKEN, FakeTelegram
from tests.connectors.telegram import contract
from tests.connectors.telegram.talking import nothing, outgoing, pull, talk, texts

OTHERS = f"https://other.example/{TOKEN}/hook"


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake
        assert not [problem for asked in fake.log for problem in contract.problems(asked)]


def asked(fake: FakeTelegram, method: str) -> list[Any]:
    return [one.json() for one in fake.log if one.path.endswith(f"/{method}")]


def check(fake: FakeTelegram, **said: Any) -> Checked:
    return talk(fake, lambda connector: connector.check(), **said)


def test_it_does_what_it_declares() -> None:
    assert problems(TelegramConnector.manifest, TelegramConnector) == []


# --- asking


def test_nothing_is_confirmed_before_it_was_taken(telegram: FakeTelegram) -> None:
    """Resuming the iterator is the acknowledgement: until then all of it would come again."""
    for number in range(150):
        telegram.writes(f"message {number}")

    async def first(connector: TelegramConnector) -> tuple[Batch, int]:
        async with aclosing(connector.pull({})) as batches:
            found = await anext(batches)
            return found, len(telegram.waiting)

    batch, waiting = talk(telegram, first)
    assert (len(batch.items), waiting) == (100, 150)
    rest = pull(telegram, batch.cursor)
    assert texts([batch, *rest]) == [f"message {number}" for number in range(150)]
    assert len(telegram.waiting) == 50
    assert pull(telegram, rest[-1].cursor) == [] and telegram.waiting == []


def test_listening_waits_for_what_comes_and_confirms_what_was_taken(telegram: FakeTelegram) -> None:
    async def two(connector: TelegramConnector) -> list[Batch]:
        async with aclosing(connector.listen({})) as batches:
            telegram.writes("first")
            first = await anext(batches)
            second = asyncio.create_task(anext(batches))
            await asyncio.to_thread(telegram.wait, lambda: telegram.polls == 1, 10)
            telegram.writes("second")
            return [first, await second]

    assert texts(talk(telegram, two)) == ["first", "second"]
    polls = asked(telegram, "getUpdates")
    assert [one.get("offset") for one in polls] == [None, telegram.waiting[0][1]["update_id"]]
    assert polls[0]["timeout"] == 3 and "edited_message" in polls[0]["allowed_updates"]


def test_two_who_ask_at_once_are_told_what_to_do(telegram: FakeTelegram) -> None:
    async def other(connector: TelegramConnector) -> None:
        async with aclosing(connector.listen({})) as batches:
            waiting = asyncio.create_task(anext(batches))
            await asyncio.to_thread(telegram.wait, lambda: telegram.polls == 1, 10)
            async with aclosing(TelegramConnector(connector.account).listen({})) as others:
                rival = asyncio.create_task(anext(others))
                try:
                    await waiting
                finally:
                    telegram.writes("for one of both")
                    await rival

    with pytest.raises(RetryAfterError, match="another program uses the token of this bot") as raised:
        talk(telegram, other)
    assert raised.value.seconds == 30
    assert "/revoke" in str(raised.value) and "omnidesk channel secret tg" in str(raised.value)


def test_a_group_that_grew_is_remembered(telegram: FakeTelegram) -> None:
    telegram.writes("before", chat=GROUP)
    larger = telegram.grows()
    (batch,) = pull(telegram)
    telegram.writes("after", chat=larger)
    (next_,) = pull(telegram, batch.cursor)
    threads = [one.thread for each in (batch, next_) for item in each.items for one in TelegramConnector.decode(item)]
    assert threads == [f"{GROUP['id']}/{ANNA['id']}"] * 2


@pytest.mark.parametrize(
    "cursor", [{}, {"version": 1}, {"offset": "x", "moved": [1]}, {"offset": -5, "moved": {"a": 1}}]
)
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: dict[str, Any]) -> None:
    assert Position.of(cursor).offset == 0


@pytest.mark.parametrize(
    "said", [{"ok": True}, {"ok": True, "result": {}}, {"ok": True, "result": [{}]}, b"<html>", []]
)
def test_what_is_no_bot_api_is_said_so(said: Any) -> None:
    class Odd(FakeTelegram):
        def answer(self, asked: Asked) -> Reply:
            return Reply(said)

    with Odd() as odd, pytest.raises(ConnectorError, match=r"something else|web page"):
        pull(odd)


# --- webhooks


def test_a_webhook_of_another_program_is_said_and_only_its_host(telegram: FakeTelegram) -> None:
    telegram.hook.url = OTHERS
    (warning,) = check(telegram).warnings
    assert "other.example" in warning and "take_over=true" in warning and TOKEN not in warning
    with pytest.raises(ConnectorError, match=r"other\.example") as raised:
        pull(telegram)
    assert TOKEN not in str(raised.value)
    assert telegram.hook.url == OTHERS


def test_it_is_taken_over_where_that_is_asked_for_and_nothing_waiting_is_dropped(telegram: FakeTelegram) -> None:
    telegram.writes("waits there")
    telegram.hook.url = OTHERS
    found = check(telegram, take_over=True)
    assert (telegram.hook.url, found.warnings) == ("", ())
    assert any("was removed" in one for one in found.details)
    telegram.hook.url = OTHERS
    assert texts(pull(telegram, take_over=True)) == ["waits there"]


def test_our_own_webhook_of_before_is_removed_to_ask(telegram: FakeTelegram) -> None:
    telegram.writes("waits there")
    telegram.hook.url = "https://desk.example/hooks/tg"
    assert texts(pull(telegram, hook_url="https://desk.example/hooks/tg")) == ["waits there"]


def test_with_a_webhook_nothing_is_asked_for_and_it_is_set_with_a_secret(telegram: FakeTelegram) -> None:
    url = "https://desk.example/hooks/tg"
    assert pull(telegram, receive="webhook", hook_url=url) == []
    (said,) = asked(telegram, "setWebhook")
    assert (said["url"], said["secret_token"]) == (url, hook.secret(TOKEN))
    assert pull(telegram, receive="webhook", hook_url=url) == []
    assert len(asked(telegram, "setWebhook")) == 1 and not asked(telegram, "getUpdates")
    with pytest.raises(ConnectorError, match="hook_url"):
        pull(telegram, receive="webhook")
    telegram.hook.url = OTHERS
    with pytest.raises(ConnectorError, match=r"other\.example"):
        pull(telegram, receive="webhook", hook_url=url)
    assert pull(telegram, receive="webhook", hook_url=url, take_over=True) == [] and telegram.hook.url == url


def test_where_webhooks_do_not_arrive_it_is_said(telegram: FakeTelegram) -> None:
    url = "http://127.0.0.1:9/hooks/tg"
    telegram.hook.url, telegram.hook.error = url, "Connection refused"
    telegram.hook.error_date = clock.now() // 1000
    telegram.waiting.append((clock.now(), {"update_id": 1}))
    with pytest.raises(ConnectorError, match=r"cannot deliver to 127\.0\.0\.1, 1 wait there: Connection refused"):
        pull(telegram, receive="webhook", hook_url=url)
    telegram.hook.error = "Wrong response from the webhook: 401 Unauthorized"
    assert pull(telegram, receive="webhook", hook_url=url) == []
    assert len(asked(telegram, "setWebhook")) == 1


# --- set-up


def test_the_live_test_says_whose_bot_it_is_and_what_to_mind(telegram: FakeTelegram) -> None:
    telegram.writes("waits")
    found = check(telegram, address="https://t.me/Shop_Bot")
    assert (found.account, found.display_name, found.waiting, found.warnings) == ("@shop_bot", "The shop", 1, ())
    assert any("/setprivacy" in one for one in found.details)
    (warning,) = check(telegram, address="@another_bot").warnings
    assert "that of @shop_bot, not of @another_bot" in warning
    assert len(telegram.waiting) == 1


def test_a_wrong_token_is_said_without_it(telegram: FakeTelegram) -> None:
    with (
        FakeTelegram() as fake,
        fake.outage(404),
        pytest.raises(LoginError, match=r"127\.0\.0\.1 is no Bot API server"),
    ):
        check(fake)
    for token in ("", "hunter2-hunter2", "7000000001:AAF-another_token/getMe", "7000000001:AAF-another_token"):
        with pytest.raises(LoginError, match="@BotFather") as raised:
            check(telegram, token=token)
        assert not token or token not in str(raised.value)


# --- files


def fetch(fake: FakeTelegram, reference: str, **said: Any) -> bytes:
    async def whole(connector: TelegramConnector) -> bytes:
        return b"".join([piece async for piece in connector.fetch_blob(reference)])

    return talk(fake, whole, **said)


def test_a_file_is_fetched_and_one_that_is_too_large_is_said_so(telegram: FakeTelegram) -> None:
    data = bytes(range(256)) * 100
    assert fetch(telegram, telegram.file("a b.pdf", data)["file_id"]) == data
    with pytest.raises(MissingError, match="larger than 20 MB"):
        fetch(telegram, telegram.file("film.mp4", bytes(20_000_001))["file_id"])
    with pytest.raises(ConnectorError, match="temporarily unavailable"):
        fetch(telegram, "unknown")


def test_a_server_of_ones_own_keeps_files_on_its_disk(tmp_path: Path) -> None:
    with FakeTelegram(folder=tmp_path / "server") as local:
        reference = local.file("film.mp4", bytes(20_000_001))["file_id"]
        assert len(fetch(local, reference, files_folder=str(tmp_path / "server"))) == 20_000_001
        with pytest.raises(ConnectorError, match="files_folder"):
            fetch(local, reference)
        with pytest.raises(MissingError, match="outside") as raised:
            fetch(local, reference, files_folder=str(tmp_path / "elsewhere"))
        assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("path", ["../getMe", "documents/../../x", "", "a?b", "a b", "https://evil.example/x"])
def test_a_path_that_leads_elsewhere_is_not_followed(path: str) -> None:
    class Evil(FakeTelegram):
        def _file(self, fields: Any) -> dict[str, Any]:
            return {"file_path": path}

    with Evil() as evil, pytest.raises(ConnectorError, match="by no path"):
        fetch(evil, evil.file("x", b"x")["file_id"])


# --- the token


@pytest.mark.slow
def test_the_token_is_in_no_error_and_no_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong, also where a server repeats the address that it was asked for."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    class Chatty(FakeTelegram):
        status = 400

        def answer(self, asked: Asked) -> Reply:
            description = f"Bad {self.url}{asked.path} and {TOKEN}"
            return Reply({"ok": False, "error_code": self.status, "description": description}, self.status)

    def everything(connector: TelegramConnector) -> Iterator[Awaitable[object]]:
        yield connector.check()
        yield _all(connector.pull({}))
        yield _all(connector.fetch_blob("f-1"))
        yield connector.send(TelegramConnector.prepare(outgoing(), {}), "key", nothing)

    async def each(connector: TelegramConnector) -> None:
        for work in everything(connector):
            try:
                said.append(repr(await work))
            except (ConnectorError, ConnectionLostError) as error:
                said.extend([repr(error), str(error), repr(error.__cause__)])

    with Chatty() as chatty:
        for chatty.status in (300, 302, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503):
            talk(chatty, each)
        gone = chatty.url
    with FakeTelegram() as silent, silent.freeze():
        talk(silent, each)
    for url in (gone, "http://[::1", "ftp://x", "http://127.0.0.1:99999", "https://127.0.0.1:9"):
        with suppress(ValueError):
            talk(chatty, each, api_url=url)
    words = "\n".join([*said, caplog.text, *capfd.readouterr()])
    assert len(said) > 60
    assert TOKEN not in words and TOKEN.partition(":")[2] not in words


async def _all(found: Any) -> list[Any]:
    return [one async for one in found]
