"""What everybody reads: comments, posts on our page, mentions; as webhooks tell of them (`changes`), and out of lists.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page, .../reference/instagram and
https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/comments
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from omnidesk import clock
from omnidesk.connectors.base import Decoded, DecodeError, File, Party
from omnidesk.connectors.messenger.events import inner, moment, text_of, word
from omnidesk.connectors.meta import News
from omnidesk.text.clean import clean, one_line

POSTS = ("post", "status", "photo", "video", "share", "album", "link")
"""What stands on a page that a visitor may have put there."""
_FILES = {"photo": File("picture.jpg", "image/jpeg"), "video": File("video.mp4", "video/mp4")}
MENTION = "mention/"
"""How the external id of a mention on Instagram begins; the media and the comment follow."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was said in public: `id` is what an answer to it hangs under, `post` where it stands, `parent`
    the comment that it answers, `file` the sort of picture that hangs on it. `state` says that it was changed or taken
    away since, with `when` as the mark."""

    id: str
    author: str
    name: str
    text: str
    at: int | None
    post: str
    parent: str = ""
    file: Literal["", "photo", "video"] = ""
    state: str = ""
    when: str = ""

    @property
    def source_id(self) -> str:
        """What names this news of it."""
        return f"{self.id}:{self.state}:{self.when}" if self.state else self.id


def of_news(news: News) -> Remark | None:
    """Return what a change says, None where nobody said anything. Raises DecodeError."""
    value, field = inner(news.what, "value"), word(news.what, "field")
    if news.object == "instagram":
        return _on_instagram(news, value, field)
    if field == "mention":
        return _mention_on_page(value)
    return _on_page(news, value) if field == "feed" else None


def _on_page(news: News, value: Mapping[str, Any]) -> Remark | None:
    item, verb = word(value, "item"), word(value, "verb")
    author, post = inner(value, "from"), word(value, "post_id")
    if item == "comment":
        one, parent = word(value, "comment_id"), word(value, "parent_id")
    elif item in POSTS and word(author, "id") != word(news.entry, "id"):
        one, parent = post, ""
    else:
        return None
    state = {"add": "", "edited": "edited", "edit": "edited", "remove": "removed", "delete": "removed"}.get(verb)
    if state is None or not one:
        return None
    return Remark(
        one, word(author, "id"), one_line(text_of(author, "name"), 200), text_of(value, "message"),
        moment(value.get("created_time")), post, "" if parent == post else parent,
        "photo" if value.get("photo") else "video" if value.get("video") else "", state,
        word(news.entry, "time") if state else "",
    )  # fmt: skip


def _mention_on_page(value: Mapping[str, Any]) -> Remark | None:
    one = word(value, "comment_id") or word(value, "post_id")
    if not one or word(value, "verb") not in ("", "add"):
        return None
    return Remark(
        one, word(value, "sender_id"), one_line(text_of(value, "sender_name"), 200), text_of(value, "message"),
        moment(value.get("created_time")), word(value, "post_id"),
    )  # fmt: skip


def _on_instagram(news: News, value: Mapping[str, Any], field: str) -> Remark | None:
    at = moment(news.entry.get("time"))
    if field in ("comments", "live_comments"):
        author = inner(value, "from")
        one, name = word(value, "id"), word(author, "username")
        media = word(inner(value, "media"), "id")
        return Remark(one, word(author, "id"), name, text_of(value, "text"), at, media, word(value, "parent_id"))
    if field != "mentions" or not word(value, "media_id"):
        return None
    return mention(value, inner(value, "told"), at)


def mention(value: Mapping[str, Any], told: Mapping[str, Any], at: int | None) -> Remark:
    """Return a mention on Instagram: where it stands, and what was `told` of it when it was asked for."""
    media, name = word(value, "media_id"), word(told, "username")
    text = text_of(told, "text") or text_of(told, "caption") or "(mentioned you; the text can be read there only)"
    link = word(told, "permalink")
    one = f"{MENTION}{media}/{word(value, 'comment_id')}"
    said = f"{text}\n{link}" if link else text
    return Remark(one, f"@{name}" if name else one, name, said, written(told.get("timestamp")) or at, media)


def of_list(said: Mapping[str, Any], post: Mapping[str, Any], account: str) -> Remark:
    """Return a comment as it stands in a list under a post, or the post itself. Instagram says its `user` of our own
    comments alone."""
    author = {"id": account} if said.get("user") else inner(said, "from")
    where, parent = word(post, "id"), word(inner(said, "parent"), "id") or word(said, "parent_id")
    text, name = text_of(said, "message") or text_of(said, "text"), word(author, "name") or word(author, "username")
    at = written(said.get("created_time") or said.get("timestamp"))
    sort = word(inner(said, "attachment"), "type")
    file: Literal["", "photo", "video"] = "photo" if "photo" in sort else "video" if "video" in sort else ""
    return Remark(word(said, "id"), word(author, "id"), one_line(name, 200), text, at, where, parent, file)


def decoded(one: Remark, account: str, kind: str) -> Decoded | None:
    """Return a remark as a message; None for what the page says of its own accord. Raises DecodeError."""
    if not one.id or not one.author:
        raise DecodeError("Meta does not say by whom this is: the app needs the permission to read what people write")
    ours = one.author == account
    if ours and not one.parent:
        return None
    text = clean(one.text)
    if one.state == "removed":
        text = "(taken away)"
    files = (replace(_FILES[one.file], reference=f"comment/{one.id}"),) if one.file and not one.state else ()
    author = Party(kind, one.author, one.name, account, verified=True)
    return Decoded(
        external_id=one.source_id,
        sender=author,
        to=() if ours else (Party(kind, account, scope=account),),
        text=text or ("" if files else "(no text)"),
        reply_text=text or ("" if files else "(no text)"),
        files=files,
        in_reply_to=(one.parent,) if ours else (),
        thread="" if ours else f"{one.post}/{one.author}",
        sent_at=one.at,
        received_at=one.at,
        outbound=ours,
        public=True,
        edits=one.id if one.state else "",
    )


def written(said: object) -> int | None:
    """Return a time as lists have it (ISO 8601) in UTC milliseconds, None where it is none."""
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return clock.from_datetime(at) if at.tzinfo is not None else None
