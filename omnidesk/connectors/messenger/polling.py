"""Reading what Meta lists: conversations, and what stands under the newest posts; by time, for want of anything else.

Conversations come newest first and cannot be asked for from a time on: pages are read until one lies before the last
poll. What came late is found again by an overlap, and the cursor knows what of it was read; what it cannot know comes
once more, and its receipt says that it was there.

    {"version": 1, "until": 1790000000000, "known": "6f1c.."}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Cursor, Item
from omnidesk.connectors.messenger.events import inner, rows, word
from omnidesk.connectors.messenger.remarks import written
from omnidesk.connectors.meta import Graph

OVERLAP = 10 * clock.MINUTE
PAGE = 25
"""Conversations asked for at a time, and posts whose comments are read."""
MOST_PAGES = 400
_DIGITS = 12
_MOST_KNOWN = 150
_FILES = "attachments{id,mime_type,name,size,image_data,video_data,file_url}"
_MESSAGES = {
    "messenger": f"id,created_time,from,to,message,{_FILES},shares{{link,name}}",
    "instagram": f"id,created_time,from,to,message,{_FILES},shares,story,is_unsupported",
}
_COMMENT = {
    "messenger": "id,message,from,created_time,parent{id},attachment{type}",
    "instagram": "id,text,timestamp,from{id,username},user,parent_id",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing out of a list: what names it, when it was (UTC ms), and what it is in its wrapping."""

    id: str
    at: int
    wrapped: Mapping[str, Any]

    def item(self) -> Item:
        """Return it as it is taken in."""
        raw = json.dumps(_without_links(self.wrapped), ensure_ascii=False, sort_keys=True).encode()
        return Item(self.id, raw, self.at, "application/json")


def since(cursor: Cursor, days: int) -> int:
    """Return from when on there is something to read (UTC ms): at first so many days ago."""
    until = cursor.get("until")
    return clock.now() - days * clock.DAY if not isinstance(until, int) else until - OVERLAP


def unread(listed: Iterable[Listed], cursor: Cursor, begin: int) -> tuple[list[Listed], Cursor]:
    """Return what a cursor does not know of all that is listed, oldest first, and the cursor that knows it."""
    ordered = sorted((one for one in listed if one.at >= begin), key=lambda one: one.at)
    said = cursor.get("known")
    text = said if isinstance(said, str) else ""
    known = {text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS)}
    fresh = [one for one in ordered if _digest(one.id) not in known]
    before = cursor.get("until")
    until = max([before if isinstance(before, int) else begin + OVERLAP, *(one.at for one in ordered)])
    newest = [_digest(one.id) for one in ordered if one.at >= until - OVERLAP][-_MOST_KNOWN:]
    return fresh, {"version": 1, "until": until, "known": "".join(newest)}


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]


class Lists:
    """The lists of one page or account; `node` is where its conversations hang."""

    def __init__(self, graph: Graph, account: str, node: str, kind: str) -> None:
        self._graph, self._account, self._node, self._kind = graph, account, node, kind

    async def messages(self, begin: int) -> list[Listed]:
        """Return the private messages since a time, each conversation's in their order. Raises ConnectorError."""
        found: list[Listed] = []
        asked: dict[str, str | int] = {
            "platform": self._kind, "limit": PAGE,
            "fields": f"id,updated_time,messages.limit({PAGE}){{{_MESSAGES[self._kind]}}}",
        }  # fmt: skip
        for _ in range(MOST_PAGES):
            page = await self._graph.read(f"{self._node}/conversations", **asked)
            talks = _listed(page)
            newer = [talk for talk in talks if (written(talk.get("updated_time")) or 0) >= begin]
            for talk in newer:
                found += await self._of(talk, begin)
            after = _after(page)
            if not after or len(newer) < len(talks):
                return found
            asked["after"] = after
        return found

    async def _of(self, talk: Mapping[str, Any], begin: int) -> list[Listed]:
        """Return the messages of a conversation since a time; with older pages where the first is not enough."""
        page, found = inner(talk, "messages"), []
        for _ in range(MOST_PAGES):
            said = _listed(page)
            some = [Listed(word(one, "id"), _at(one), {"account": self._account, "message": one}) for one in said]
            found += some
            after = _after(page)
            if not after or not some or some[-1].at < begin:
                break
            page = await self._graph.read(
                f"{word(talk, 'id')}/messages", fields=_MESSAGES[self._kind], limit=PAGE, after=after
            )
        return [one for one in found[::-1] if one.id]

    async def remarks(self, begin: int) -> list[Listed]:
        """Return what was said in public since a time under the newest posts, and where we are named."""
        return await (self._on_instagram(begin) if self._kind == "instagram" else self._on_page(begin))

    async def _on_page(self, begin: int) -> list[Listed]:
        comments = f"comments.filter(stream).order(reverse_chronological).limit(50){{{_COMMENT['messenger']}}}"
        fields = f"id,message,from,created_time,{comments}"
        posts = _listed(await self._graph.read(f"{self._node}/feed", fields=fields, limit=PAGE))
        tagged = _listed(
            await self._graph.read(f"{self._node}/tagged", fields="id,message,from,created_time", limit=PAGE)
        )
        found = [one for post in posts for one in self._under(post, inner(post, "comments"), begin)]
        theirs = [post for post in posts if word(inner(post, "from"), "id") not in ("", self._account)]
        return [
            *found,
            *(self._wrapped(post, {"post": _bare(post)}) for post in (*theirs, *tagged) if word(post, "id")),
        ]

    async def _on_instagram(self, begin: int) -> list[Listed]:
        replies = f"replies.limit(50){{{_COMMENT['instagram']}}}"
        fields = f"id,permalink,timestamp,comments.limit(50){{{_COMMENT['instagram']},{replies}}}"
        media = _listed(await self._graph.read(f"{self._account}/media", fields=fields, limit=PAGE))
        tags = _listed(
            await self._graph.read(
                f"{self._account}/tags", fields="id,username,caption,timestamp,permalink", limit=PAGE
            )
        )
        found = []
        for one in media:
            found += self._under(one, inner(one, "comments"), begin)
            for comment in rows(one.get("comments")):
                found += self._under(one, inner(comment, "replies"), begin)
        names = [
            Listed(f"mention/{word(one, 'id')}/", _at(one), {"account": self._account, "mention": one}) for one in tags
        ]
        return [*found, *(one for one in names if one.at >= begin)]

    def _under(self, post: Mapping[str, Any], page: Mapping[str, Any], begin: int) -> list[Listed]:
        """Return the comments under a post, but for what the page itself says of its own accord."""
        found = []
        for one in _listed(page):
            bare = {name: value for name, value in one.items() if name != "replies"}
            listed = self._wrapped(one, {"comment": bare, "post": {"id": word(post, "id")}})
            parent = word(inner(one, "parent"), "id") or word(one, "parent_id")
            ours = word(inner(one, "from"), "id") == self._account or bool(one.get("user"))
            if listed.at >= begin and listed.id and (parent or not ours):
                found.append(listed)
        return found

    def _wrapped(self, one: Mapping[str, Any], what: Mapping[str, Any]) -> Listed:
        return Listed(word(one, "id"), _at(one), {"account": self._account, **what})


def _without_links(said: Any) -> Any:
    """Return a document without the links to its next pages, at any depth: they bear the token."""
    if isinstance(said, dict):
        return {name: _without_links(value) for name, value in said.items() if name != "paging"}
    return [_without_links(one) for one in said] if isinstance(said, list) else said


def _bare(post: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in post.items() if name != "comments"}


def _listed(page: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    data = page.get("data")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def _after(page: Mapping[str, Any]) -> str:
    paging = inner(page, "paging")
    return word(inner(paging, "cursors"), "after") if paging.get("next") else ""


def _at(one: Mapping[str, Any]) -> int:
    return written(one.get("created_time") or one.get("timestamp")) or clock.now()
