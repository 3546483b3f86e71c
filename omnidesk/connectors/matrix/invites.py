"""Which invitations are accepted: from whom the settings say, and no more in an hour than they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, RetryAfterError
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix import direct
from omnidesk.connectors.matrix.homeserver import V3, Homeserver
from omnidesk.connectors.matrix.position import Position

PATIENCE = 90.0
"""Seconds for joining a room: a room on another server is fetched from there first."""
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


async def accept(server: Homeserver, position: Position, joined: set[str]) -> Position:
    """Join the rooms that wait, as many as may be in this hour; those joined are added to `joined`.

    One that cannot be joined any more is forgotten, one whose server does not answer now is tried again later."""
    gone = set()
    for room, inviter in position.invited.items():
        hour = clock.now() // clock.HOUR
        if room in joined:
            continue
        if hour == position.hour and position.accepted >= _most(server.account.settings):
            break
        try:
            await server.request("POST", f"{V3}/join/{quote(room, safe='')}", json={}, patience=PATIENCE)
        except AnswerError:
            gone.add(room)
            continue
        except RetryAfterError:
            break
        except ConnectionLostError:
            continue
        joined.add(room)
        position = position.counting(hour)
        if inviter:
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
