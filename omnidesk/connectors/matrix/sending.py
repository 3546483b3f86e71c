"""Hands a message over: the room is looked at, files are laid up, then each event goes under the message's key.

A homeserver that gets a key twice answers with the event that it made of the first, so what is sent again after an
answer was lost is there once.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import Committing, Failed, File, Payload, Retry, SendResult, Sent, Unknown
from omnidesk.connectors.http import Answer, AnswerError
from omnidesk.connectors.matrix import direct, outgoing
from omnidesk.connectors.matrix.homeserver import V3, Homeserver, document
from omnidesk.connectors.matrix.rooms import word

NEWEST = 100
"""Events of a room among which a message is looked for that may have gone before."""
SLOWEST = 50_000
"""Bytes a second that a line carries at least: a large file gets time by it."""


async def send(server: Homeserver, payload: Payload, key: str, committing: Committing) -> SendResult:
    """Send a payload; see `Connector.send`."""
    said, begins = payload.envelope, _once(committing)
    user, room = str(said["to"]), str(said["room"])
    objection = await _objection(server, room, user, bool(said["public"])) if room else ""
    if objection and not await _went_before(server, room, key):
        return Failed(objection)
    try:
        events = [*said["events"], *[await _laid_up(server, file) for file in outgoing.lay_apart(payload)]]
        if not room:
            room = await direct.room_with(server, user)
            if objection := await _objection(server, room, user, public=False):
                return Failed(objection)
    except AnswerError as error:
        return Failed(str(error))
    ids: list[str] = []
    for number, event in enumerate(events):
        done = await _put(server, room, event, key if number == 0 else f"{key}.{number}", begins)
        if not isinstance(done, str):
            return _part_of(done, number, len(events))
        ids.append(done)
    return Sent(tuple(ids))


async def _objection(server: Homeserver, room: str, user: str, public: bool) -> str:
    """Return why what is written into a room now would not reach whom it is for, or would reach others; "" if it does.

    Rooms change between the message and its answer."""
    try:
        found = await direct.look(server, room, user)
    except AnswerError:
        return "this account is not in the room any more: write to the customer anew, which makes another"
    if found.encrypted:
        return (
            "this room is end-to-end encrypted, and OmniDesk cannot write so: write to the customer anew, which makes "
            "a room without"
        )
    if found.public and not public:
        return "everybody can read this room by now, and this is a private answer: write to the customer anew"
    if not found.there and not public:
        return f"{user} has left the room and would not read it: write to them anew, which invites them again"
    return ""


async def _went_before(server: Homeserver, room: str, key: str) -> bool:
    """Say whether a room has the message already, whose answer was lost."""
    try:
        said = await server.read(f"{V3}/rooms/{quote(room, safe='')}/messages", params={"dir": "b", "limit": NEWEST})
    except AnswerError:
        return False
    events = said.get("chunk")
    unsigned = [one.get("unsigned") for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    return any(isinstance(one, dict) and one.get("transaction_id") == key for one in unsigned)


async def _laid_up(server: Homeserver, file: File) -> dict[str, Any]:
    """Upload a file and return the event that shows it. Raises ConnectorError."""
    answer = await server.request(
        "POST", "_matrix/media/v3/upload", params={"filename": file.name}, data=file.data,
        headers={"Content-Type": file.content_type}, patience=server.account.timeout + len(file.data) / SLOWEST,
    )  # fmt: skip
    return outgoing.file_event(file.name, file.content_type, len(file.data), word(document(answer), "content_uri"))


async def _put(
    server: Homeserver, room: str, event: dict[str, Any], key: str, committing: Committing
) -> str | Retry | Failed | Unknown:
    path = f"{V3}/rooms/{quote(room, safe='')}/send/m.room.message/{quote(key, safe='')}"
    answer = await server.hand_over(committing, "PUT", path, json=event)
    if not isinstance(answer, Answer):
        return answer
    return word(document(answer), "event_id") or Unknown(f"{answer.host} took it and does not say as what")


def _part_of(done: Retry | Failed | Unknown, number: int, count: int) -> SendResult:
    if isinstance(done, Failed) and number:
        return Failed(f"{number} of its {count} parts have gone, the next has not: {done.reason}")
    return done


def _once(committing: Committing) -> Committing:
    """Return `committing` as it may be awaited before each part: it is for the first."""
    begun = False

    async def commits() -> None:
        nonlocal begun
        if not begun:
            await committing()
            begun = True

    return commits
