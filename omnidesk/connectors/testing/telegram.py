"""A Bot API server that is played: one bot, its chats, and what its users do.

It keeps to what is documented, and to what the real server (tdlib/telegram-bot-api, Client.cpp) does where two ask:

- `getUpdates` confirms by its offset, waits where nothing is there, and ends the poll that waited before with a 409;
- with a webhook nothing can be asked for, and updates are posted with the secret until they are taken;
- updates that nobody fetched for a day are gone;
- a file is made ready by `getFile` up to 20 MB and lies behind the token; a server of one's own (`folder`) names where;
- who blocked the bot answers 403, a group that became a larger one 400 with `migrate_to_chat_id`.

    with FakeTelegram() as telegram:
        telegram.writes("Where is my order?")
        ...                                     # channel add telegram --set api_url=URL
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import Asked, FakeProvider, Reply
from omnidesk.connectors.testing.harness import post

TOKEN = "7000000001:AAF-played_by_the_tests_0123456789a"
ANNA = {
    "id": 4_711_000_001, "is_bot": False, "first_name": "Anna", "last_name": "Bakker", "username": "anna_bakker",
    "language_code": "nl",
}  # fmt: skip
GROUP = {"id": -4_711, "type": "group", "title": "Friends of the shop"}
CHANNEL = {"id": -1_001_000_000_001, "type": "channel", "title": "News of the shop", "username": "shop_news"}
KEPT = clock.DAY
MOST_DOWNLOAD, MOST_UPLOAD = 20_000_000, 50_000_000
LONGEST_TEXT, LONGEST_CAPTION, LONGEST_POLL = 4_096, 1_024, 50
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_ENDING = {"image/jpeg": ".jpg", "video/mp4": ".mp4", "audio/ogg": ".oga"}


class _RefusedError(Exception):
    """What the server answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        said = {"ok": False, "error_code": status, "description": description}
        self.reply = Reply(said | ({"parameters": parameters} if parameters else {}), status)


@dataclass(frozen=True, slots=True)
class Taken:
    """One request that handed something over; `files` are names with contents."""

    method: str
    chat: int
    text: str
    fields: Mapping[str, Any]
    files: tuple[tuple[str, bytes], ...]
    message_ids: tuple[int, ...]


@dataclass(slots=True)
class _Hook:
    url: str = ""
    secret: str = ""
    error: str = ""
    error_date: int = 0
    generation: int = 0


@dataclass(slots=True)
class _Chat:
    said: dict[str, Any]
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    seen: set[int] = field(default_factory=set)
    blocked: bool = False
    moved: int | None = None


class FakeTelegram(FakeProvider):
    """One bot. `taken` is what it was given to send, oldest first; `polls` counts who asked and had to wait; `folder`
    makes it a server of one's own, started with --local."""

    def __init__(self, token: str = TOKEN, folder: Path | None = None) -> None:
        super().__init__(token)
        number = int(token.partition(":")[0])
        self.me: dict[str, Any] = {
            "id": number, "is_bot": True, "first_name": "The shop", "username": "shop_bot", "can_join_groups": True,
            "can_read_all_group_messages": False, "supports_inline_queries": False,
        }  # fmt: skip
        self.folder = folder
        self.waiting: list[tuple[int, dict[str, Any]]] = []
        self.taken: list[Taken] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.hook = _Hook()
        self._chats: dict[int, _Chat] = {}
        self._numbers = itertools.count(812_345_678)
        self.polls = 0
        self._delivering = threading.Lock()
        self._lock = threading.RLock()

    # --- what its users do

    def writes(
        self, text: str = "", user: Mapping[str, Any] = ANNA, chat: Mapping[str, Any] | None = None, ago: float = 0.0,
        **parts: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Let a user write to the bot, or in a group; `parts` are further fields of the message. Return the update."""
        there = dict(chat or {"id": user["id"], "type": "private", **_names(user)})
        message = self._message(there, ago) | {"from": dict(user)} | ({"text": text} if text else {}) | parts
        return self.happens("channel_post" if there["type"] == "channel" else "message", message)

    def edits(self, update: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Let the author of a message put it in other words."""
        message = update.get("message") or update["channel_post"]
        kind = "edited_message" if "message" in update else "edited_channel_post"
        return self.happens(kind, {**message, "text": text, "edit_date": clock.now() // 1000})

    def blocks(self, user: Mapping[str, Any] = ANNA, blocked: bool = True) -> dict[str, Any]:
        """Let a user block the bot, or let it in again."""
        self._chat({"id": user["id"], "type": "private", **_names(user)}).blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        return self.happens("my_chat_member", {
            "chat": {"id": user["id"], "type": "private", **_names(user)}, "from": dict(user),
            "date": clock.now() // 1000, "old_chat_member": {"user": self.me, "status": before},
            "new_chat_member": {"user": self.me, "status": after},
        })  # fmt: skip

    def grows(self, chat: Mapping[str, Any] = GROUP) -> dict[str, Any]:
        """Let a group become a supergroup, which has another id. Return the chat that it is now."""
        larger = {**chat, "id": -1_002_000_000_000 + int(chat["id"]), "type": "supergroup"}
        self.happens("message", self._message(chat, 0.0) | {"from": ANNA, "migrate_to_chat_id": larger["id"]})
        self._chat(chat).moved = larger["id"]
        self.happens("message", self._message(larger, 0.0) | {"from": ANNA, "migrate_from_chat_id": chat["id"]})
        return larger

    def file(self, name: str, data: bytes, media_type: str = "application/octet-stream") -> dict[str, Any]:
        """Keep a file; return how a message names it."""
        reference = f"BQACAgQAAx{len(self.files):06d}-_k"
        self.files[reference] = (name or f"file{_ENDING.get(media_type, '')}", data)
        said = {"file_id": reference, "file_unique_id": reference[-9:], "file_size": len(data), "mime_type": media_type}
        return said | ({"file_name": name} if name else {})

    def happens(self, kind: str, said: Any) -> dict[str, Any]:
        """Put an update in line, whatever it holds, and post it where there is a webhook. Return it."""
        with self._lock:
            update = {"update_id": next(self._numbers), kind: said}
            self.waiting.append((clock.now(), update))
        self.happened()
        self._deliver()
        return update

    def webhook(self, url: str, update: Mapping[str, Any], secret: str) -> WebhookRequest:
        """Return how an update is posted to a webhook that was set with a secret."""
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}
        return WebhookRequest("POST", url, headers, json.dumps(update).encode())

    def _message(self, chat: Mapping[str, Any], ago: float) -> dict[str, Any]:
        kept = self._chat(chat)
        number = next(kept.numbers)
        kept.seen.add(number)
        return {"message_id": number, "chat": dict(chat), "date": int(clock.now() / 1000 - ago)}

    def _chat(self, said: Mapping[str, Any]) -> _Chat:
        return self._chats.setdefault(int(said["id"]), _Chat(dict(said)))

    # --- what a provider of its kind says

    def authorized(self, asked: Asked) -> bool:
        """The token is part of the path."""
        return asked.path.startswith((f"/bot{self.token}/", f"/file/bot{self.token}/"))

    def sends(self, asked: Asked) -> bool:
        """Say whether a request hands a message over."""
        return _method(asked).startswith("send")

    def says_busy(self, seconds: int) -> Reply:
        """A 429 that names the time in its parameters."""
        return _RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds).reply

    def says_refused(self) -> Reply:
        """The user has blocked the bot."""
        return _RefusedError(403, "Forbidden: bot was blocked by the user").reply

    def says_expired(self) -> Reply:
        """The token was revoked."""
        return _RefusedError(401, "Unauthorized").reply

    # --- what it answers

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        method = _method(asked)
        if asked.path.startswith("/file/"):
            return self._content(asked.path.partition(self.token)[2].lstrip("/"))
        answers = {
            "getMe": lambda _: self.me,
            "getUpdates": self._updates,
            "setWebhook": self._set_hook,
            "deleteWebhook": self._set_hook,
            "getWebhookInfo": self._hook_info,
            "getFile": self._file,
        }
        try:
            if method.startswith("send"):
                return Reply({"ok": True, "result": self._take(method, asked)})
            if method not in answers:
                raise _RefusedError(404, "Not Found: method not found")
            return Reply({"ok": True, "result": answers[method](fields_of(asked))})
        except _RefusedError as refused:
            return refused.reply

    def _updates(self, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
        offset, limit = int(fields.get("offset", 0)), min(int(fields.get("limit", 100)), 100)
        seconds = min(int(fields.get("timeout", 0)), LONGEST_POLL)
        with self._lock:
            self._may_ask()
            self._forget(offset)
            if self.waiting or not seconds:
                return [update for _, update in self.waiting[:limit]]
            self.polls += 1
            mine = self.polls
        self.happened()
        self.wait(lambda: self.waiting or self.polls != mine or self.hook.url, seconds)
        self._thawed.wait()
        with self._lock:
            if self.polls != mine:
                raise _RefusedError(
                    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
                    "running",
                )  # fmt: skip
            self._may_ask()
            return [update for _, update in self.waiting[:limit]]

    def _may_ask(self) -> None:
        if self.hook.url:
            raise _RefusedError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )  # fmt: skip

    def _forget(self, offset: int) -> None:
        """Drop what an offset confirms, and what nobody fetched for a day; a negative one leaves so many."""
        if offset < 0:
            self.waiting = self.waiting[offset:]
        oldest = clock.now() - KEPT
        self.waiting = [(at, one) for at, one in self.waiting if at > oldest and one["update_id"] >= offset]

    # --- webhooks

    def _set_hook(self, fields: Mapping[str, Any]) -> bool:
        url = str(fields.get("url", ""))
        if url and not url.startswith(("https://", "http://127.0.0.1")):
            raise _RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        with self._lock:
            if fields.get("drop_pending_updates"):
                self.waiting.clear()
            self.hook = _Hook(url, str(fields.get("secret_token", "")), generation=self.hook.generation + 1)
        self.happened()
        threading.Thread(target=self._deliver, daemon=True).start()
        return True

    def _hook_info(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        found = {
            "url": self.hook.url, "has_custom_certificate": False, "pending_update_count": len(self.waiting),
        }  # fmt: skip
        error = {"last_error_date": self.hook.error_date, "last_error_message": self.hook.error}
        return found | (error if self.hook.error else {})

    def _deliver(self) -> None:
        """Post what waits, in order, until something is not taken."""
        with self._delivering:
            while self.hook.url and self.waiting and not self._closing:
                hook, (at, update) = self.hook, self.waiting[0]
                status = post(self.webhook(hook.url, update, hook.secret), patient=False)
                if not 200 <= status < 300:
                    hook.error = f"Wrong response from the webhook: {status}" if status else "Connection refused"
                    hook.error_date = clock.now() // 1000
                    return
                with self._lock:
                    self.waiting = [one for one in self.waiting if one != (at, update)]

    # --- files

    def _file(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        reference = str(fields.get("file_id", ""))
        if reference not in self.files:
            raise _RefusedError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        name, data = self.files[reference]
        if self.folder is None and len(data) > MOST_DOWNLOAD:
            raise _RefusedError(400, "Bad Request: file is too big")
        path = f"documents/{reference}{Path(name).suffix}"
        if self.folder is not None:
            kept = self.folder / self.token.replace(":", "~") / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            path = str(kept)
        return {"file_id": reference, "file_unique_id": reference[-9:], "file_size": len(data), "file_path": path}

    def _content(self, path: str) -> Reply:
        found = next((data for key, (_, data) in self.files.items() if Path(path).stem == key), None)
        return _RefusedError(404, "Not Found").reply if found is None else Reply(found)

    # --- what it is given to send

    def _take(self, method: str, asked: Asked) -> Any:
        fields = fields_of(asked)
        files = tuple((file, data) for _, file, data in asked.parts() if file) if _is_form(asked) else ()
        if sum(len(data) for _, data in files) > MOST_UPLOAD:
            raise _RefusedError(413, "Request Entity Too Large")
        with self._lock:
            chat = self._reachable(int(fields.get("chat_id", 0)))
            self._replies(fields, chat)
            media = _album(fields) if method == "sendMediaGroup" else []
            text = str(fields.get("text") or fields.get("caption") or (media and media[0].get("caption")) or "")
            _fits(method, text, files, media)
            messages = [self._sent(chat, method, text) for _ in media or ("one",)]
            numbers = tuple(one["message_id"] for one in messages)
            self.taken.append(Taken(method, int(chat.said["id"]), text, fields, files, numbers))
        self.happened()
        return messages if media else messages[0]

    def _sent(self, chat: _Chat, method: str, text: str) -> dict[str, Any]:
        key = "text" if method == "sendMessage" else "caption"
        return self._message(chat.said, 0.0) | {"from": self.me} | ({key: text} if text else {})

    def _reachable(self, number: int) -> _Chat:
        chat = self._chats.get(number)
        if chat is None:
            raise _RefusedError(400, "Bad Request: chat not found")
        if chat.blocked:
            raise _RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat.moved is not None:
            raise _RefusedError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved
            )
        return chat

    @staticmethod
    def _replies(fields: Mapping[str, Any], chat: _Chat) -> None:
        reply = fields.get("reply_parameters") or {}
        if reply and reply["message_id"] not in chat.seen and not reply.get("allow_sending_without_reply"):
            raise _RefusedError(400, "Bad Request: message to be replied not found")


def _method(asked: Asked) -> str:
    return asked.path.rpartition("/")[2]


def _names(user: Mapping[str, Any]) -> dict[str, Any]:
    return {key: user[key] for key in ("first_name", "last_name", "username") if key in user}


def _is_form(asked: Asked) -> bool:
    return "multipart/" in asked.headers.get("content-type", "")


def fields_of(asked: Asked) -> dict[str, Any]:
    """Return the parameters of a request, however they came: in the address, as a form or as JSON."""
    if asked.headers.get("content-type", "").startswith("application/json"):
        return {**asked.query, **asked.json()}
    said: dict[str, Any] = {**asked.query, **(asked.form() if asked.body else {})}
    for name, value in said.items():
        if value[:1] in ("{", "["):
            said[name] = json.loads(value)
    return said


def _album(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    media = fields.get("media") or []
    if not 2 <= len(media) <= 10:
        raise _RefusedError(400, "Bad Request: there must be 2 to 10 media in an album")
    kinds = {one["type"] for one in media}
    if len(kinds) > 1 and "document" in kinds:
        raise _RefusedError(400, "Bad Request: Can't use the media of the specified type in the album")
    return list(media)


def _fits(method: str, text: str, files: tuple[tuple[str, bytes], ...], media: list[dict[str, Any]]) -> None:
    units = len(text.encode("utf-16-le")) // 2
    if method == "sendMessage":
        if not text.strip():
            raise _RefusedError(400, "Bad Request: message text is empty")
        if units > LONGEST_TEXT:
            raise _RefusedError(400, "Bad Request: message is too long")
        return
    if units > LONGEST_CAPTION:
        raise _RefusedError(400, "Bad Request: message caption is too long")
    if not files or not all(data for _, data in files):
        raise _RefusedError(400, "Bad Request: file must be non-empty")
    pictures = method == "sendPhoto" or any(one["type"] == "photo" for one in media)
    if pictures and not all(data.startswith(_PICTURES) for _, data in files):
        raise _RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
