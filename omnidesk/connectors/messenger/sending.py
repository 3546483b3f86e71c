"""Handing messages over to Meta, and finding out whether one is there whose answer was lost."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Committing,
    ConnectorError,
    Failed,
    NotSent,
    Payload,
    Retry,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.http import Answer
from omnidesk.connectors.messenger.events import inner, rows, word
from omnidesk.connectors.messenger.remarks import written
from omnidesk.connectors.meta import Graph
from omnidesk.text.clean import clean

_REFERENCE = re.compile(r"(message|comment)/([\w.=:$+-]{1,400})(?:/(\d{1,2}))?")
_SAME_MOMENT = 2 * clock.MINUTE
"""By how much Meta's clock may be behind ours."""


async def send(graph: Graph, node: str, payload: Payload, committing: Committing) -> SendResult:
    """Post each part once. `committing` is awaited before the first; what breaks off after that is unknown."""
    made = json.loads(payload.data)
    path = f"{node}/messages" if made["path"] == "messages" else str(made["path"])
    ids: list[str] = []
    thread = ""

    async def begun() -> None:
        return None

    for place, part in enumerate(made["parts"]):
        body = _body(part)
        answer = await graph.hand_over(begun if place else committing, "POST", path, **body)
        if isinstance(answer, Answer):
            try:
                said = answer.json()
            except ConnectorError as error:
                return Unknown(str(error))
            named = word(said, "message_id") or word(said, "id") if isinstance(said, dict) else ""
            if not named:
                return Unknown("Meta took it and did not say under which id")
            ids.append(named)
            thread = word(said, "recipient_id") or thread
        elif not place:
            return answer
        else:
            return _half(answer)
    return Sent(tuple(ids), thread=thread)


def first(payload: Payload) -> bool:
    """Say whether it was the one private answer to a comment: nothing of theirs was there to be seen."""
    parts = json.loads(payload.data)["parts"]
    return any("id" not in inner(part["said"], "recipient") for part in parts)


def _body(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a part is posted: as JSON, or as a form where it brings a file."""
    file = part.get("file")
    if not file:
        return {"json": part["said"]}
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in part["said"].items()}
    return {"form": form, "files": {"filedata": (file["name"], base64.b64decode(file["base64"]), file["type"])}}


def _half(answer: Retry | Failed | Unknown) -> Unknown:
    return Unknown(f"the file went, the text did not come through: {answer.reason}")


async def verify(graph: Graph, node: str, account: str, kind: str, payload: Payload) -> Sent | NotSent | Unknown:
    """Look for our words where they should stand: in the conversation with that person, or under what they answer."""
    facts = payload.envelope
    text, begin = str(facts.get("text") or ""), int(facts.get("at") or 0) - _SAME_MOMENT
    if not text:
        return Unknown("a file without words cannot be looked for: look at Meta whether it went")
    several = len(json.loads(payload.data)["parts"]) > 1
    if facts.get("public"):
        listed, where = await _under(graph, str(facts.get("answers")), kind), ""
    else:
        listed, where = await _between(graph, node, kind, str(facts.get("to"))), str(facts.get("to"))
    if listed is None:
        return Unknown("Meta does not list what stands there: look there whether it went")
    found = [
        word(one, "id")
        for one in listed
        if (word(inner(one, "from"), "id") in (account, node) or one.get("user"))
        and clean(str(one.get("message") or one.get("text") or "")).strip() == clean(text).strip()
        and (written(one.get("created_time") or one.get("timestamp")) or 0) >= begin
    ]
    if len(found) > 1:
        return Unknown("the same words stand there several times: look there which is this one")
    if several and not found:
        return Unknown("a file went with it: look at Meta what of it is there")
    return Sent((found[0],), thread=where) if found else NotSent()


async def _between(graph: Graph, node: str, kind: str, person: str) -> list[Mapping[str, Any]]:
    """Return the newest messages with a person."""
    fields = "messages.limit(50){id,created_time,from,message}"
    page = await graph.read(f"{node}/conversations", platform=kind, user_id=person, fields=fields)
    return [one for talk in rows(page) for one in _all(inner(talk, "messages"))]


async def _under(graph: Graph, answered: str, kind: str) -> list[Mapping[str, Any]] | None:
    """Return what stands under a comment, and under the one that it answers, where Meta may have put it; None for what
    does not tell."""
    if "/" in answered:
        return None
    if kind == "instagram":
        edge, above = "replies", "parent_id"
        asked: dict[str, str | int] = {"fields": "id,text,timestamp,from{id},user", "limit": 50}
    else:
        edge, above = "comments", "parent{id}"
        asked = {"fields": "id,message,created_time,from{id}", "limit": 100, "order": "reverse_chronological"}
    one = await graph.read(answered, fields=above)
    parent = word(inner(one, "parent"), "id") or word(one, "parent_id")
    places = [answered, *([parent] if parent else [])]
    return [found for place in places for found in await graph.pages(f"{place}/{edge}", most=4, **asked)]


def _all(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = page.get("data")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


async def link(graph: Graph, reference: str) -> str:
    """Return where a file lies now: Meta's addresses of files end after a while. Raises ConnectorError."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ConnectorError("this names no file at Meta")
    sort, name, place = match[1], match[2], int(match[3] or 0)
    if sort == "comment":
        media = inner(inner(await graph.read(name, fields="attachment"), "attachment"), "media")
        found = word(media, "source") or word(inner(media, "image"), "src")
    else:
        page = await graph.read(name, fields="attachments")
        files = list(rows(page.get("attachments")))
        file = files[place] if place < len(files) else {}
        found = next(
            (url for data in ("image_data", "video_data") if (url := word(inner(file, data), "url"))),
            word(file, "file_url"),
        )
    if not found:
        raise ConnectorError("Meta does not give this file, or no longer: it can be seen there only")
    return found
