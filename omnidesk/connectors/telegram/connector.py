"""One bot on Telegram: asked for what came, or told of it; sends answers once; fetches files."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Cursor,
    Decoded,
    Failed,
    Item,
    MissingError,
    Outgoing,
    Payload,
    Retry,
    SendResult,
    Sent,
    Unknown,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.telegram import hook, incoming, steps, update
from omnidesk.connectors.telegram.api import Bot, HookedError, RefusalError
from omnidesk.connectors.telegram.hook import Hook
from omnidesk.connectors.telegram.manifest import MANIFEST, TOKEN
from omnidesk.connectors.telegram.position import MEDIA_TYPE, Position
from omnidesk.connectors.telegram.steps import Step
from omnidesk.connectors.telegram.update import ALLOWED, inner, line, whole

MOST_UPDATES = 100
LONGEST_POLL = 50.0
"""Seconds: more Telegram does not wait."""
LOOK = 60.0
"""Seconds between two looks at whether webhooks are still delivered."""
_PIECE = 1_000_000
_PICTURES = re.compile("PHOTO|IMAGE")
_GONE = (
    ("blocked by the user", "the customer has blocked the bot: nothing reaches them here until they let it in again"),
    ("user is deactivated", "the customer's account on Telegram is gone"),
)
"""What makes a customer unreachable, by words of Telegram's, and what to say of it."""
_SHUT_OUT = "the bot may not write there any more: an administrator of the group has to let it in again"
_REFUSALS = (
    *_GONE,
    ("initiate conversation", "a bot cannot write first: the customer has to open it and press Start"),
    ("chat not found", "Telegram knows no such chat of this bot: the customer has to write to it first"),
    ("bot was kicked", _SHUT_OUT),
    ("not a member", _SHUT_OUT),
    ("not enough rights", _SHUT_OUT),
    ("need administrator rights", _SHUT_OUT),
)


class TelegramConnector(Connector):
    """One bot."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.bot = Bot(account)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.bot.aclose()

    # --- set-up

    async def check(self) -> Checked:
        """See whose token it is and who gets the bot's messages. Changes nothing, unless another program's webhook is
        in the way and the setting `take_over` says that it should go."""
        me = await self.bot.ask("getMe")
        found, settings = await Hook.look(self.bot), self.account.settings
        name = f"@{line(me, 'username')}" if line(me, "username") else self.bot.number
        details: list[str] = []
        warnings: list[str] = []
        if found.foreign(settings) and settings.get("take_over"):
            await hook.drop(self.bot)
            details.append(f"the webhook of another program at {found.host} was removed")
        elif found.foreign(settings):
            warnings.append(found.objection(self.account.name))
        details.append(f"messages come by webhook to {found.host}" if found.url and not warnings else "")
        if hook.wanted(settings) and not found.url:
            details.append("the webhook is set once the channel runs")
        if found.trouble:
            warnings.append(f"Telegram cannot deliver to {found.host}: {found.trouble}")
        if _bare(self.account.address) not in ("", _bare(name)):
            warnings.append(f"the token is that of {name}, not of {self.account.address}")
        if not inner(me).get("can_read_all_group_messages"):
            details.append("in groups it sees only what is said to it, as @BotFather /setprivacy says")
        return Checked(
            name, line(me, "first_name"), waiting=found.waiting, details=tuple(filter(None, details)),
            warnings=tuple(warnings),
        )  # fmt: skip

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what waits. The last of it is confirmed by whoever asks next, who asks from beyond it."""
        if url := hook.wanted(self.account.settings):
            await self._see_to(url)
            return
        position = Position.of(cursor)
        while True:
            batch = await self._next(position, 0)
            if batch is None:
                return
            yield batch
            position = Position.of(batch.cursor)
            if len(batch.items) < MOST_UPDATES:
                return

    async def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Wait at Telegram for what comes; where it is posted to us, for the time to see whether it still is."""
        if hook.wanted(self.account.settings):
            await asyncio.sleep(LOOK)
            return
        position, seconds = Position.of(cursor), int(min(LONGEST_POLL, max(1.0, self.account.timeout)))
        while True:
            batch = await self._next(position, seconds)
            position = Position.of(batch.cursor) if batch else position
            yield batch or Batch((), position.cursor())  # nothing is news too: the bot was reached

    async def _next(self, position: Position, seconds: int) -> Batch | None:
        """Ask for what lies behind a position, and wait so long for it; None where nothing came."""
        fields: dict[str, Any] = {"limit": MOST_UPDATES, "timeout": seconds, "allowed_updates": ALLOWED}
        if position.offset:
            fields["offset"] = position.offset
        try:
            found = await self._updates(fields, seconds)
        except HookedError:
            await self._take_back()
            found = await self._updates(fields, seconds)
        if not found:
            return None
        after = position.after(found)
        return Batch(tuple(after.item(one, self.bot.number) for one in found), after.cursor())

    async def _updates(self, fields: Mapping[str, Any], seconds: int) -> list[Any]:
        found = await self.bot.ask("getUpdates", fields, patience=self.account.timeout + seconds)
        if not isinstance(found, list) or any(whole(one, "update_id") is None for one in found):
            raise ConnectorError(f"{self.bot.client.host} answers with something else than updates: look at api_url")
        return found

    async def _take_back(self) -> None:
        """Remove a webhook that keeps us from asking: ours of before, or another program's where that is wanted."""
        found = await Hook.look(self.bot)
        if found.foreign(self.account.settings) and not self.account.settings.get("take_over"):
            raise ConnectorError(found.objection(self.account.name))
        await hook.drop(self.bot)

    async def _see_to(self, url: str) -> None:
        """Have our webhook set, and say where messages wait because it does not work."""
        found = await Hook.look(self.bot)
        if found.foreign(self.account.settings) and not self.account.settings.get("take_over"):
            raise ConnectorError(found.objection(self.account.name))
        if found.url != url or "401" in found.trouble:  # the token is another one, and the secret with it
            await hook.put(self.bot, url)
        elif found.trouble:
            raise ConnectorError(
                f"Telegram cannot deliver to {found.host}, {found.waiting} wait there: {found.trouble}. Look whether "
                "`omnidesk serve` runs and can be reached"
            )

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Look at the secret, then take what was posted, whatever it is."""
        shown = request.headers.get(hook.HEADER, "").encode()
        token = self.account.secrets.get(TOKEN, "").strip()
        if not hmac.compare_digest(shown, hook.secret(token).encode()):
            return WebhookAnswer(401, b"this is not Telegram")
        if request.method != "POST":
            raise ValueError("webhooks of Telegram are posted")
        try:
            item = Position().item(json.loads(request.body), self.bot.number)
        except (ValueError, RecursionError):
            item = Item(self.identify(request.body), request.body, clock.now(), MEDIA_TYPE)
        return WebhookAnswer(batch=Batch((item,), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one update. Raises DecodeError."""
        return incoming.decoded(item)

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return the number of an update and what it tells of; a hash of what is none."""
        return update.source_id(raw)

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a file that a customer sent. Raises ConnectorError."""
        try:
            path = line(await self.bot.ask("getFile", {"file_id": reference}), "file_path", 1_000)
        except RefusalError as error:
            if "too big" not in error.said:
                raise
            raise MissingError(
                "it is larger than 20 MB, and Telegram hands bots no more: ask for it another way, or run a Bot API "
                "server of your own"
            ) from None
        pieces = self._kept(path) if path.startswith("/") else self.bot.download(path)
        async for piece in pieces:
            yield piece

    async def _kept(self, path: str) -> AsyncIterator[bytes]:
        """Read a file that a server of one's own keeps on its disk. Nothing outside its folder is read."""
        said = str(self.account.settings.get("files_folder") or "").strip()
        if not said:
            raise ConnectorError("this Bot API server keeps files on its disk: say where, with files_folder")
        folder = await asyncio.to_thread(Path(said).resolve)
        file = await asyncio.to_thread(Path(path).resolve)
        if not file.is_relative_to(folder):
            raise MissingError(f"{self.bot.client.host} names a file outside the folder files_folder")
        try:
            with await asyncio.to_thread(file.open, "rb") as opened:
                while piece := await asyncio.to_thread(opened.read, _PIECE):
                    yield piece
        except OSError as error:
            raise ConnectorError(f"a file in files_folder cannot be read: {error.strerror}") from None

    # --- what goes out

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make the requests. Raises ValueError in words."""
        return steps.prepare(outgoing)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand over each part in turn; Telegram knows no key, so what breaks off is not tried again."""
        todo, data = steps.read(payload.data)
        ids: list[str] = []
        at: int | None = None
        for number, step in enumerate(todo):
            try:
                found = await self._step(step, data, _nothing if number else committing)
            except (ConnectorError, OSError, TimeoutError) as error:
                if not number:
                    raise
                found = Retry(str(error))
            if isinstance(found, Retry | Failed | Unknown):
                if not number:
                    return found
                return Unknown(f"{number} of {len(todo)} parts have gone, then: {found.reason}")
            ids += found.provider_ids
            at = at or found.at
        return Sent(tuple(ids), at)

    async def _step(self, step: Step, data: bytes, committing: Committing) -> Sent | Retry | Failed | Unknown:
        """Make one request; twice where Telegram names another chat for it, or takes a picture as a document alone."""
        chat: int | None = None
        for _ in range(3):
            try:
                found = await self.bot.hand_over(committing, step.method, step.form(chat), step.parts(data))
            except RefusalError as error:
                documents = step.as_documents() if _PICTURES.search(error.said) else None
                if error.moved is None and documents is None:
                    return _refused(error, step)
                chat, step, committing = error.moved or chat, documents or step, _nothing
                continue
            return found if isinstance(found, Retry | Failed | Unknown) else self._sent(found)
        return Failed("Telegram sends this from one chat to another")

    def _sent(self, found: object) -> Sent | Unknown:
        messages = found if isinstance(found, list) else [found]
        ids = []
        for one in messages:
            chat, number = whole(inner(one, "chat"), "id"), whole(one, "message_id")
            if not chat or number is None:
                return Unknown(f"{self.bot.client.host} does not say what it made of the message")
            ids.append(incoming.message_id(self.bot.number, chat, number))
        seconds = whole(messages[0], "date") if messages else None
        return Sent(tuple(ids), seconds * clock.SECOND if seconds else None)


async def _nothing() -> None:
    """What is already being handed over needs no second word."""


def _refused(error: RefusalError, step: Step) -> Failed:
    said, private = error.said.lower(), int(step.fields["chat_id"]) > 0
    words = next((words for known, words in _REFUSALS if known in said), str(error))
    return Failed(words, unreachable=private and any(known in said for known, _ in _GONE))


def _bare(address: str) -> str:
    """A bot's name without what may stand around it: @shop_bot, https://t.me/shop_bot."""
    return address.strip().rstrip("/").rpartition("/")[2].removeprefix("@").lower()
