"""Which invitations are accepted: from whom the settings say, and no more in an hour than they say."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, RetryAfterError
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix import direct
from omnidesk.connectors.matrix.homeserver import V3, Homeserver
from omnidesk.connectors.matrix.position import Position

LATER = 10 * clock.MINUTE
"""A room whose server does not answer now is asked for again after so long: nothing is read while one waits for it."""
USUAL_MOST = 60


def invited(said: Mapping[str, Any], me: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the rooms that a sync says we are invited to, by whom the settings allow; with each who is to be found
    there in private, "" where it is for several."""
    found = {}
    rooms = said.get("rooms", {}).get("invite", {})
    for room, one in rooms.items() if isinstance(rooms, dict) else ():
        events = one.get("invite_state", {}).get("events", ()) if isinstance(one, dict) else ()
        ours: dict[str, Any] = next((event for event in events if _is_ours(event, me)), {})
        inviter = str(ours.get("sender") or "")
        if allowed(str(settings.get("invites") or "anybody"), inviter):
            found[str(room)] = inviter if ours.get("content", {}).get("is_direct") is True else ""
    return found


def allowed(setting: str, inviter: str) -> bool:
    """Say whether somebody may invite us: `anybody`, `nobody`, or people and servers by name."""
    said = setting.replace(",", " ").split()
    if "anybody" in said:
        return True
    server = inviter.partition(":")[2].lower()
    return bool(inviter) and any(one == inviter or (server and one.lower() == server) for one in said)


async def accept(server: Homeserver, position: Position, joined: set[str], later: dict[str, int]) -> Position:
    """Join the rooms that wait, as many as may be in this hour; those joined are added to `joined`.

    One that cannot be joined any more is forgotten. One whose server does not answer now is put off until `later`, and
    so are those behind it until the next call. A channel on trial joins nothing."""
    gone = set()
    for room, inviter in () if server.account.read_only else position.invited.items():
        hour = clock.now() // clock.HOUR
        if room in joined or later.get(room, 0) > clock.now():
            continue
        if hour == position.hour and position.accepted >= _most(server.account.settings):
            break
        try:
            await server.request("POST", f"{V3}/join/{quote(room, safe='')}", json={})
        except AnswerError:
            gone.add(room)
            continue
        except (RetryAfterError, ConnectionLostError) as error:
            wait = int(error.seconds * clock.SECOND) if isinstance(error, RetryAfterError) else LATER
            later[room] = clock.now() + wait
            break
        joined.add(room)
        position = position.counting(hour)
        if inviter:
            with contextlib.suppress(AnswerError):
                await direct.note(server, inviter, room)
    return position.without(frozenset(gone))


def _is_ours(event: Any, me: str) -> bool:
    return (
        isinstance(event, dict)
        and event.get("type") == "m.room.member"
        and event.get("state_key") == me
        and isinstance(event.get("content"), dict)
    )


def _most(settings: Mapping[str, Any]) -> int:
    said = settings.get("invites_most")
    return int(said) if isinstance(said, int | float) and said >= 0 else USUAL_MOST
