"""The connector of a Facebook page, and with other lists and limits that of an Instagram account."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Cursor,
    Decoded,
    Item,
    NotSent,
    Outgoing,
    Payload,
    SendResult,
    Sent,
    Unknown,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.messenger import events, incoming, polling, sending, writing
from omnidesk.connectors.messenger.errors import KNOWN, PageGraph
from omnidesk.connectors.messenger.events import inner, word
from omnidesk.connectors.messenger.manifest import INSTAGRAM, MESSENGER
from omnidesk.connectors.meta import News, opened, turned_away
from omnidesk.text.clean import one_line
from omnidesk.words.rows import Address

BATCH = 50
NAMING = 3.0
"""Seconds that a webhook waits at most for the names of those who write; Meta waits for us meanwhile."""
_NUMBER = re.compile(r"[0-9]{1,40}")


class PageConnector(Connector):
    """One page or account at Meta."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.graph = PageGraph(account, KNOWN)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.graph.aclose()

    @property
    def _kind(self) -> str:
        return self.manifest.kind

    @property
    def _node(self) -> str:
        """Where conversations and messages hang: the page; an Instagram account by itself where it has none.

        Raises ConnectorError where the channel's address is no number."""
        node = str(self.account.settings.get("page_id") or self.account.address)
        if not _NUMBER.fullmatch(node) or not _NUMBER.fullmatch(self.account.address):
            raise ConnectorError(
                "the address of this channel is the number of the page or account at Meta, and page_id that of the "
                "page: digits only"
            )
        return node

    # --- set-up

    async def check(self) -> Checked:
        """Log in, and look whose the token is and what is subscribed."""
        named = "id,name" if self._kind == "messenger" else "id,username"
        node = self._node
        found = await self.graph.read(self.account.address, fields=named)
        name = word(found, "name") or word(found, "username")
        if self._fetches:
            await self.graph.read(f"{node}/conversations", platform=self._kind, fields="id", limit=1)
        warnings = [] if self._fetches else await self._subscribed(node)
        ours = {"username": word(found, "username")} if word(found, "username") else {}
        return Checked(name or word(found, "id"), name, warnings=tuple(warnings), settings=ours)

    async def _subscribed(self, node: str) -> list[str]:
        """Return what is missing where everything comes by webhook."""
        rows = (await self.graph.read(f"{node}/subscribed_apps")).get("data")
        fields = {one for row in events.rows(rows) for one in row.get("subscribed_fields", ()) if isinstance(one, str)}
        wanted = ["messages"] + (["feed"] if self._kind == "messenger" and self._remarks else [])
        return [f"the app is not subscribed to {one} of the page: nothing of that comes" for one in wanted
                if one not in fields]  # fmt: skip

    # --- what comes in

    @property
    def _fetches(self) -> bool:
        return str(self.account.settings.get("fetch") or "poll") == "poll"

    @property
    def _remarks(self) -> bool:
        return bool(self.account.settings.get("comments", True))

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield what was said since the last time, in private and in public; nothing where all comes by webhook."""
        if not self._fetches:
            return
        lists = polling.Lists(self.graph, self.account.address, self._node, self._kind)
        begin = polling.since(cursor, _days(self.account.settings))
        listed = await lists.messages(begin)
        listed += await lists.remarks(begin) if self._remarks else []
        fresh, after = polling.unread(listed, cursor, begin)
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            done = start + len(some)
            yield Batch(tuple(one.item() for one in some), after if done == len(fresh) else cursor, done, len(fresh))
        if not fresh and after != dict(cursor):
            yield Batch((), after)

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take what Meta signed; what is of other pages of the same app is not ours."""
        answer = turned_away(request, self.account.secrets)
        if answer is not None:
            return answer
        news = list(incoming.items(opened(request.body), self.account.address))
        told = await self._told([one for one, _, _ in news])
        items = tuple(
            Item(name, one.raw(self._ours(_with(one.what, told))), at, "application/json")
            for one, name, at in news
            if self._remarks or one.among != "changes"
        )
        return WebhookAnswer(body=b"EVENT_RECEIVED", batch=Batch(items, {}) if items else None)

    def _ours(self, what: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return news with our own number where our own name says that it is ours: Instagram may know us by another."""
        value, ours = inner(what, "value"), str(self.account.settings.get("username") or "")
        if not ours or word(inner(value, "from"), "username") != ours:
            return what
        return {**what, "value": {**value, "from": {"id": self.account.address, "username": ours}}}

    async def _told(self, news: Sequence[News]) -> Mapping[str, Mapping[str, Any]]:
        """Ask what webhooks leave out: the names of those who write, the text of what mentions us. By id; what cannot
        be had in a moment is done without."""
        if not self.account.secrets.get("token"):
            return {}  # a relay verifies with less
        asked = {key: path for one in news for key, path in self._unsaid(one).items()}
        found: dict[str, Mapping[str, Any]] = {}

        async def ask(key: str, path: str, params: Mapping[str, str]) -> None:
            with contextlib.suppress(ConnectorError, ValueError):
                found[key] = (await self.graph.get(path, params=params, patience=NAMING)).json()

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(NAMING):
                await asyncio.gather(*(ask(key, *how) for key, how in asked.items()))
        return found

    def _unsaid(self, news: News) -> Mapping[str, tuple[str, Mapping[str, str]]]:
        """Return what to ask for one piece of news: under its id the path and the fields."""
        if news.among == "changes":
            value = inner(news.what, "value")
            media, comment = word(value, "media_id"), word(value, "comment_id")
            if word(news.what, "field") != "mentions" or not _NUMBER.fullmatch(media):
                return {}
            fields = (
                f"mentioned_comment.comment_id({comment}){{text,username,timestamp}}"
                if _NUMBER.fullmatch(comment)
                else f"mentioned_media.media_id({media}){{caption,username,timestamp,permalink}}"
            )
            return {f"{media}/{comment}": (self.account.address, {"fields": fields})}
        sender = events.party_id(news.what, "sender")
        speaks = any(news.what.get(sort) for sort in ("message", "postback", "reaction"))
        if not speaks or sender == self.account.address or not _NUMBER.fullmatch(sender):
            return {}
        return {sender: (sender, {"fields": "name" if self._kind == "messenger" else "name,username"})}

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a picture or another file, from where Meta says that it lies now. Raises ConnectorError."""
        link = await sending.link(self.graph, reference)
        async for part in self.graph.download(link):
            yield part

    # --- what goes out

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand a message over, or post an answer under a comment."""
        return await sending.send(self.graph, self._node, payload, committing)

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Look whether what we said stands in the conversation, or under the comment."""
        return await sending.verify(self.graph, self._node, self.account.address, self._kind, payload)

    async def after_sent(self, payload: Payload, key: str) -> None:
        """Mark what was answered in private as seen."""
        if not payload.envelope.get("public") and not sending.first(payload):
            await self._act(str(payload.envelope.get("to")), "mark_seen")

    async def typing(self, to: Address, thread: str) -> None:
        """Show that an answer is being written."""
        with contextlib.suppress(ConnectorError):
            await self._act(to.address, "typing_on")

    async def _act(self, to: str, what: str) -> None:
        if _NUMBER.fullmatch(to):
            await self.graph.post(f"{self._node}/messages", json={"recipient": {"id": to}, "sender_action": what})


class Messenger(PageConnector):
    """A Facebook page."""

    manifest = MESSENGER

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read a webhook, or one thing out of a list. Raises DecodeError."""
        return incoming.decoded(item, MESSENGER.kind)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make what Meta takes. Raises ValueError in words."""
        return writing.prepared(outgoing, MESSENGER.kind)


class Instagram(PageConnector):
    """An Instagram account."""

    manifest = INSTAGRAM

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read a webhook, or one thing out of a list. Raises DecodeError."""
        return incoming.decoded(item, INSTAGRAM.kind)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make what Meta takes. Raises ValueError in words."""
        return writing.prepared(outgoing, INSTAGRAM.kind)


def _with(what: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return news with what was told when it was asked for."""
    value = inner(what, "value")
    key = f"{word(value, 'media_id')}/{word(value, 'comment_id')}"
    if key in told:
        found = inner(told[key], "mentioned_comment") or inner(told[key], "mentioned_media")
        return {**what, "value": {**value, "told": dict(found)}}
    sender = events.party_id(what, "sender")
    if sender in told:
        said = told[sender]
        name = word(said, "name") or word(said, "username")
        return {**what, "sender": {**inner(what, "sender"), "name": one_line(name, 200)}}
    return what


def _days(settings: Mapping[str, Any]) -> int:
    try:
        return max(0, min(int(settings.get("history", 30)), 400))
    except (TypeError, ValueError):
        return 30
