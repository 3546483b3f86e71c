"""A connector of our own to a played bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from omnidesk.connectors.base import Account, Batch, Cursor, File, Outgoing, Payload, SendResult
from omnidesk.connectors.telegram import TelegramConnector
from omnidesk.connectors.testing import collect
from omnidesk.connectors.testing.telegram import ANNA, TOKEN, FakeTelegram
from omnidesk.words.rows import Address

T = TypeVar("T")


def talk(fake: FakeTelegram, work: Callable[[TelegramConnector], Awaitable[T]], **said: Any) -> T:
    """Do something with a connector; `said` are settings, `token` and `address`."""

    async def run() -> T:
        secrets = {"bot_token": said.pop("token", TOKEN)}
        address = said.pop("address", "@shop_bot")
        account = Account(1, "tg", address, {"api_url": fake.url, **said}, secrets, timeout=3.0)
        connector = TelegramConnector(account)
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def pull(fake: FakeTelegram, cursor: Cursor | None = None, **said: Any) -> list[Batch]:
    """Pull to the end."""
    return talk(fake, lambda connector: collect(connector.pull(cursor or {})), **said)


def texts(batches: list[Batch]) -> list[str]:
    """Return what was said."""
    return [one.text for batch in batches for item in batch.items for one in TelegramConnector.decode(item)]


def outgoing(
    text: str = "On its way", *files: File, to: str = str(ANNA["id"]), thread: str = "", in_reply_to: str = "",
    public: bool = False,
) -> Outgoing:  # fmt: skip
    """Return an answer as the desk has it."""
    return Outgoing(
        "key", "", Address("", "@shop_bot"), (Address("", to),), (), (), "", text, 0, 1, "token", files,
        in_reply_to=in_reply_to, thread=thread, public=public,
    )  # fmt: skip


def send(fake: FakeTelegram, payload: Payload, committing: Callable[[], Awaitable[None]] | None = None) -> SendResult:
    """Hand a payload over."""
    return talk(fake, lambda connector: connector.send(payload, "key", committing or nothing))


def sent(fake: FakeTelegram, answer: Outgoing) -> SendResult:
    """Prepare an answer and hand it over."""
    return send(fake, TelegramConnector.prepare(answer, {}))


async def nothing() -> None:
    """Nothing is written down here."""
