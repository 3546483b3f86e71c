"""What came in becomes messages: a webhook with all that it holds, or one thing out of a list.

What is read from a list is wrapped, since the list alone says not whose it is:

    {"account": "102290129340398", "message": {..}}
    {"account": "102290129340398", "comment": {..}, "post": {"id": ..}}
    {"account": "102290129340398", "post": {..}}          somebody's post on our page, or one that names us
    {"account": "17841400000000000", "mention": {..}}     somebody's media that names us
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Decoded, DecodeError, Item, Party
from omnidesk.connectors.messenger import events, remarks
from omnidesk.connectors.messenger.events import inner, text_of, word
from omnidesk.connectors.meta import News, opened, parted
from omnidesk.text.clean import clean, one_line


def decoded(item: Item, kind: str) -> Sequence[Decoded]:
    """Return the messages and the news in an item. Raises DecodeError."""
    try:
        said = json.loads(item.raw)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is nothing that Meta sends: {error}") from error
    if isinstance(said, dict) and isinstance(said.get("account"), str):
        found = [_of_list(said, kind)]
    else:
        found = [_of_news(news, kind) for news in parted(opened(item.raw))]
    return tuple(one for one in found if one is not None)


def items(document: Mapping[str, Any], account: str) -> Iterator[tuple[News, str, int]]:
    """Yield what a webhook brings for an account, with what names each and when it was (UTC ms)."""
    for news in parted(document):
        if word(news.entry, "id") != account:
            continue
        at = events.moment(news.entry.get("time")) or clock.now()
        if news.among == "changes":
            remark = remarks.of_news(news)
            if remark is not None and remark.id:
                yield news, remark.source_id, remark.at or at
        elif name := events.source_id(news.what):
            yield news, name, events.moment(news.what.get("timestamp")) or at


def _of_news(news: News, kind: str) -> Decoded | None:
    account = word(news.entry, "id")
    if news.among != "changes":
        return events.decoded(news.what, account, kind)
    remark = remarks.of_news(news)
    return None if remark is None else remarks.decoded(remark, account, kind)


def _of_list(said: Mapping[str, Any], kind: str) -> Decoded | None:
    account = word(said, "account")
    if isinstance(said.get("message"), dict):
        return _message(said["message"], account, kind)
    if isinstance(said.get("mention"), dict):
        told = said["mention"]
        remark = remarks.mention({"media_id": word(told, "id")}, told, remarks.written(told.get("timestamp")))
        return remarks.decoded(remark, account, kind)
    post = inner(said, "post")
    return remarks.decoded(remarks.of_list(inner(said, "comment") or post, post, account), account, kind)


def _message(said: Mapping[str, Any], account: str, kind: str) -> Decoded:
    """Return a message as the list of a conversation has it."""
    mid, sender = word(said, "id"), _party(inner(said, "from"), account, kind)
    to = tuple(_party(one, account, kind) for one in events.rows(said.get("to")))
    if not mid or sender is None:
        raise DecodeError("a message says from whom it is")
    ours = sender.value == account
    contact = next((one for one in to if one is not None), None) if ours else sender
    files, words = events.listed_files(said.get("attachments"), mid)
    shares = [events.shared("share", one, {"url": word(one, "link"), "title": word(one, "name")})
              for one in events.rows(said.get("shares"))]  # fmt: skip
    story = _story(inner(said, "story"))
    text = "\n".join(part for part in (story, clean(text_of(said, "message")), *words, *shares) if part)
    if not text and not files:
        text = f"({events.SHARED['unsupported_type']})"
    at = remarks.written(said.get("created_time"))
    return Decoded(
        external_id=mid,
        sender=sender,
        to=tuple(one for one in to if one is not None),
        text=text,
        reply_text=text,
        files=files,
        thread="" if contact is None else contact.value,
        sent_at=at,
        received_at=at,
        outbound=ours,
    )


def _story(said: Mapping[str, Any]) -> str:
    if said.get("mention"):
        return f"({events.SHARED['story_mention']})"
    return "(in answer to your story)" if said.get("reply_to") else ""


def _party(said: Mapping[str, Any], account: str, kind: str) -> Party | None:
    value = word(said, "id")
    name = one_line(text_of(said, "name") or text_of(said, "username"), 200)
    return Party(kind, value, name, account, verified=True) if value else None
