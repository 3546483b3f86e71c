"""A Facebook page or an Instagram account, played as Meta documents it: conversations, comments, the reply window, the
one private reply to a comment, files, webhooks.

    with FakePage() as page, ..:
        page.says("where is it?", ANNA)                       a private message
        page.remarks("never again!", BRAM)                    a comment under the newest post
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import Asked, Reply
from omnidesk.connectors.testing.meta import FakeGraph, error, path_of, signed

PAGE = "102290129340398"
TOKEN, SECRET, VERIFY = "EAAG-token-of-the-tests", "app-secret-of-the-tests", "verify-word-of-the-tests"
ANNA, BRAM = ("6401000000001", "Anna Jansen"), ("6401000000002", "Bram de Vries")
Person = tuple[str, str]
"""Somebody's page-scoped id and name."""
WINDOW, LATE = 24 * clock.HOUR, 7 * clock.DAY
LARGEST_PAGE = 7
"""So few on a page that the next ones must be asked for."""


@dataclass
class Spoken:
    """One private message; `at` in UTC milliseconds, `files` by their ids."""

    id: str
    at: int
    person: Person
    text: str
    ours: bool = False
    files: tuple[str, ...] = ()
    metadata: str = ""
    raw: Mapping[str, Any] | None = None


@dataclass
class Comment:
    """One comment under a post; `by` "" is ourselves."""

    id: str
    at: int
    person: Person
    text: str
    parent: str = ""
    answered: bool = False


@dataclass
class FakePage(FakeGraph):
    """One page (`kind` messenger) or account (instagram)."""

    kind: Literal["messenger", "instagram"] = "messenger"
    account: str = PAGE
    name: str = "The Shoe Shop"
    spoken: list[Spoken] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    tags: list[dict[str, Any]] = field(default_factory=list)
    acted: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    subscribed: list[str] = field(default_factory=lambda: ["messages", "feed"])

    def __post_init__(self) -> None:
        super().__init__(TOKEN)
        self._count = itertools.count(1)

    @property
    def post(self) -> str:
        """The only post of the page."""
        return f"{self.account}_9001" if self.kind == "messenger" else "17900000000009001"

    # --- what people do

    def says(self, text: str, person: Person = ANNA, ago: float = 0.0, **files: tuple[str, bytes]) -> Spoken:
        """Let somebody write in private, with files by name as (media type, content)."""
        ids = []
        for name, (content_type, data) in files.items():
            ids.append(f"file{next(self._count)}")
            self.files[ids[-1]] = (name, content_type, data)
        return self._spoke(text, person, clock.now() - int(ago * 1000), files=tuple(ids))

    def says_raw(self, raw: bytes) -> None:
        """Let a message stand in the list that is none."""
        self._spoke(raw.decode("latin-1"), ANNA, clock.now()).raw = {"message": raw.decode("latin-1")}

    def answers_elsewhere(self, text: str, person: Person = ANNA) -> Spoken:
        """Let somebody of ours answer in Meta's own inbox."""
        return self._spoke(text, person, clock.now(), ours=True)

    def remarks(self, text: str, person: Person = BRAM, ago: float = 0.0, parent: str = "") -> Comment:
        """Let somebody comment where everybody reads it."""
        return self._commented(text, person, clock.now() - int(ago * 1000), parent)

    def _spoke(self, text: str, person: Person, at: int, **more: Any) -> Spoken:
        one = Spoken(f"m_{next(self._count):06d}", at, person, text, **more)
        self.spoken.append(one)
        return one

    def _commented(self, text: str, person: Person, at: int, parent: str = "") -> Comment:
        number = next(self._count)
        made = f"9001_{number:06d}" if self.kind == "messenger" else f"1780000000{number:06d}"
        self.comments.append(Comment(made, at, person, text, parent))
        return self.comments[-1]

    # --- webhooks

    def heard(self, url: str, *what: Spoken | Comment | Mapping[str, Any]) -> WebhookRequest:
        """Return the webhook that tells of these, signed; a mapping is an event of its own."""
        events = [one if isinstance(one, Mapping) else self.event(one) for one in what]
        entry: dict[str, Any] = {"id": self.account, "time": clock.now()}
        for event in events:
            entry.setdefault("changes" if "field" in event else "messaging", []).append(event)
        kind = "page" if self.kind == "messenger" else "instagram"
        return signed(url, {"object": kind, "entry": [entry]}, SECRET)

    def event(self, one: Spoken | Comment) -> dict[str, Any]:
        """Return how a webhook tells of a message or a comment."""
        if isinstance(one, Comment):
            return self._change(one)
        message: dict[str, Any] = {"mid": one.id, "text": one.text}
        if one.files:
            message["attachments"] = [self._attached(name) for name in one.files]
        if one.ours:
            message |= {"is_echo": True, "app_id": 1} | ({"metadata": one.metadata} if one.metadata else {})
        return self.between(one.person, one.at, one.ours, message=message)

    def between(self, person: Person, at: int, ours: bool = False, **what: Any) -> dict[str, Any]:
        """Return an event of a private conversation."""
        ends = [{"id": self.account}, {"id": person[0]}]
        sender, recipient = ends if ours else ends[::-1]
        return {"sender": sender, "recipient": recipient, "timestamp": at, **what}

    def _attached(self, name: str) -> dict[str, Any]:
        _name, content_type, _data = self.files[name]
        sort = content_type.partition("/")[0]
        return {"type": sort if sort in ("image", "video", "audio") else "file",
                "payload": {"url": f"{self.url}/files/{name}"}}  # fmt: skip

    def _change(self, one: Comment, verb: str = "add") -> dict[str, Any]:
        who = {"id": one.person[0], "name": one.person[1]}
        if self.kind == "instagram":
            author = {"id": one.person[0], "username": one.person[1]}
            told = {"id": one.id, "text": one.text, "from": author, "media": {"id": self.post}}
            return {"field": "comments", "value": told | ({"parent_id": one.parent} if one.parent else {})}
        value: dict[str, Any] = {
            "item": "comment", "verb": verb, "from": who, "post_id": self.post, "comment_id": one.id,
            "parent_id": one.parent or self.post, "message": one.text, "created_time": one.at // 1000,
        }  # fmt: skip
        return {"field": "feed", "value": value}

    # --- what it answers

    def sends(self, asked: Asked) -> bool:
        """What people will read; sender actions are none of that."""
        return asked.method == "POST" and b"sender_action" not in asked.body

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        _, *parts = path_of(asked).split("/")
        where, what = parts[0], parts[1] if len(parts) > 1 else ""
        if where == "files":
            return Reply(self.files[what][2])
        if asked.method == "POST":
            return self._take(asked, where, what)
        found = self._read(asked, where, what)
        if found is None:
            self.complaints.append(f"GET {path_of(asked)} {dict(asked.query)}")
            return error(100, f"Unsupported get request. Object with ID '{where}' does not exist", 400)
        return Reply(found)

    def _read(self, asked: Asked, where: str, what: str) -> Any:
        if what == "conversations":
            return self._conversations(asked)
        if what == "messages":
            return self._messages(where.removeprefix("t_"), asked.query.get("after", ""))
        if what == "subscribed_apps":
            return {"data": [{"id": "1", "subscribed_fields": self.subscribed}]}
        if what in ("feed", "media"):
            return {"data": [self._posted()]}
        if what in ("tagged", "tags"):
            return {"data": self.tags}
        if what in ("comments", "replies"):
            return {"data": [self._shown(one) for one in self.comments if one.parent == where]}
        if where == self.account and "mentioned_" in asked.query.get("fields", ""):
            return {"mentioned_comment": {"text": "look at @shop", "username": "carla", "id": "1"}, "id": where}
        if where == self.account:
            return {"id": where, "name" if self.kind == "messenger" else "username": self.name}
        return self._one(where)

    def _one(self, name: str) -> Any:
        """A message's files, or who somebody is."""
        message = next((one for one in self.spoken if one.id == name), None)
        if message is not None:
            return {"id": name, "attachments": {"data": [self._listed_file(one) for one in message.files]}}
        comment = next((one for one in self.comments if one.id == name), None)
        if comment is not None:
            parent = {"parent": {"id": comment.parent}} if self.kind == "messenger" else {"parent_id": comment.parent}
            return {"id": name} | (parent if comment.parent else {})
        if name == self.post:
            return {"id": name}
        people = dict([*(one.person for one in self.spoken), *(one.person for one in self.comments)])
        return {"id": name, "name": people[name]} if name in people else None

    def _conversations(self, asked: Asked) -> dict[str, Any]:
        """The newest first, each with the first page of its messages."""
        last: dict[str, int] = {}
        for one in self.spoken:
            last[one.person[0]] = max(one.at, last.get(one.person[0], 0))
        people = sorted(last, key=lambda person: -last[person])
        if "user_id" in asked.query:
            people = [person for person in people if person == asked.query["user_id"]]
        talks = [{"id": f"t_{person}", "updated_time": written(last[person]), "messages": self._messages(person, "")}
                 for person in people]  # fmt: skip
        return _paged(talks, asked.query.get("after", ""))

    def _messages(self, person: str, after: str) -> dict[str, Any]:
        said = sorted((one for one in self.spoken if one.person[0] == person), key=lambda one: (one.at, one.id))
        return _paged([self._listed(one) for one in said[::-1]], after)

    def _listed(self, one: Spoken) -> dict[str, Any]:
        if one.raw is not None:
            return {"id": one.id, "created_time": written(one.at), **one.raw}
        them, us = {"id": one.person[0], "name": one.person[1]}, {"id": self.account, "name": self.name}
        ends = (us, them) if one.ours else (them, us)
        found = {"id": one.id, "created_time": written(one.at), "from": ends[0], "to": {"data": [ends[1]]},
                 "message": one.text}  # fmt: skip
        links = {"next": f"https://graph.facebook.com/next?access_token={TOKEN}"}
        files = {"data": [self._listed_file(name) for name in one.files], "paging": links}
        return found | ({"attachments": files} if one.files else {})

    def _listed_file(self, name: str) -> dict[str, Any]:
        label, content_type, data = self.files[name]
        link = f"{self.url}/files/{name}"
        where = {"image_data": {"url": link}} if content_type.startswith("image/") else {"file_url": link}
        return {"id": name, "mime_type": content_type, "name": label, "size": len(data), **where}

    def _posted(self) -> dict[str, Any]:
        found = [self._shown(one) for one in self.comments[::-1] if self.kind == "messenger" or not one.parent]
        author = {"from": {"id": self.account, "name": self.name}, "message": "Our new boots"}
        return {
            "id": self.post,
            "created_time": written(clock.now() - clock.DAY),
            **author,
            "comments": {"data": found},
        }

    def _shown(self, one: Comment) -> dict[str, Any]:
        if self.kind == "messenger":
            return {"id": one.id, "message": one.text, "created_time": written(one.at),
                    "from": {"id": one.person[0], "name": one.person[1]},
                    **({"parent": {"id": one.parent}} if one.parent else {})}  # fmt: skip
        replies = [self._shown(other) for other in self.comments if other.parent == one.id]
        return {"id": one.id, "text": one.text, "timestamp": written(one.at),
                "from": {"id": one.person[0], "username": one.person[1]},
                **({"parent_id": one.parent} if one.parent else {"replies": {"data": replies}})}  # fmt: skip

    # --- what it takes

    def _take(self, asked: Asked, where: str, what: str) -> Reply:
        multipart = "multipart/" in asked.headers.get("content-type", "")
        form: dict[str, Any] = asked.form() if multipart else asked.json()
        if multipart:
            form = {name: json.loads(value) if value[:1] == "{" else value for name, value in form.items()}
        if what == "messages":
            return self._message(asked, form, multipart)
        if what == "mentions":
            return Reply({"id": self._commented(form["message"], (self.account, self.name), clock.now()).id})
        under = next((one for one in self.comments if one.id == where), None)
        if (under is None and where != self.post) or not form.get("message"):
            return error(100, "Unsupported post request. The object does not exist")
        return Reply({"id": self._commented(form["message"], (self.account, self.name), clock.now(), where).id})

    def _message(self, asked: Asked, form: Mapping[str, Any], multipart: bool) -> Reply:
        recipient, message = form["recipient"], form.get("message") or {}
        if "sender_action" in form:
            self.acted.append((recipient["id"], form["sender_action"]))
            return Reply({"recipient_id": recipient["id"]})
        text = str(message.get("text") or "")
        if len(text) > 2000 or (self.kind == "instagram" and len(text.encode()) > 1000):
            return error(100, "(#100) Length of param message[text] must be less than or equal to 2000")
        person = self._person(recipient, form)
        if isinstance(person, Reply):
            return person
        ids: tuple[str, ...] = ()
        if multipart:
            ids = (f"file{next(self._count)}",)
            name, data = next((name, data) for _field, name, data in asked.parts() if name)
            self.files[ids[0]] = (name, f"{message['attachment']['type']}/x", data)
        said = self._spoke(text, person, clock.now(), ours=True, files=ids, metadata=message.get("metadata", ""))
        return Reply({"recipient_id": person[0], "message_id": said.id})

    def _person(self, recipient: Mapping[str, str], form: Mapping[str, Any]) -> Person | Reply:
        """Return whom a message may go to, or the refusal."""
        if "comment_id" in recipient:
            comment = next((one for one in self.comments if one.id == recipient["comment_id"]), None)
            if comment is None or comment.answered:
                return error(10900, "(#10900) Activity already replied to")
            if comment.at < clock.now() - LATE:
                return error(10903, "(#10903) This user cant reply to this activity")
            comment.answered = True
            return comment.person
        theirs = [one for one in self.spoken if one.person[0] == recipient["id"] and not one.ours]
        if not theirs:
            return error(100, "(#100) No matching user found", subcode=2018001)
        window = LATE if form.get("tag") == "HUMAN_AGENT" else WINDOW
        if max(one.at for one in theirs) < clock.now() - window:
            return error(10, "(#10) This message is sent outside of allowed window.", subcode=2018278)
        return theirs[0].person


def written(at: int) -> str:
    """Return a time as lists have it: ISO 8601 in whole seconds, with an offset that has no colon."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _paged(rows: Sequence[Mapping[str, Any]], after: str) -> dict[str, Any]:
    start = int(after or 0)
    page = rows[start : start + LARGEST_PAGE]
    if start + LARGEST_PAGE >= len(rows):
        return {"data": page, "paging": {"cursors": {"before": str(start), "after": str(start + len(page))}}}
    cursors = {"before": str(start), "after": str(start + LARGEST_PAGE)}
    return {
        "data": page,
        "paging": {"cursors": cursors, "next": f"https://graph.facebook.com/next?access_token={TOKEN}"},
    }
