"""The live test of an account: as whom and with which device it is logged in, where, and what to mind."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from omnidesk.connectors.base import Checked, ConnectorError
from omnidesk.connectors.http import AnswerError
from omnidesk.connectors.matrix.homeserver import V3, Homeserver
from omnidesk.connectors.matrix.rooms import word

_FILES_SINCE = (1, 11)
"""The version of the specification from which files are given to those alone who are logged in."""
_VERSION = re.compile(r"v(\d{1,3})\.(\d{1,3})\Z")


async def looked_at(server: Homeserver) -> Checked:
    """Log in and look around, changing nothing. Raises ConnectorError."""
    said = await server.whoami()
    device = word(said, "device_id")
    client = await server.client()
    versions = (await client.get("_matrix/client/versions")).json()
    rooms = (await server.read(f"{V3}/joined_rooms")).get("joined_rooms")
    try:
        profile = await server.read_if_there(f"{V3}/profile/{quote(server.me, safe='')}") or {}
    except AnswerError:
        profile = {}
    details = [f"the homeserver is {server.base}", f"rooms: {len(rooms) if isinstance(rooms, list) else 0}"]
    if device:
        kept = f"as the device {device}"
        details.insert(0, kept if not server.brought else "its device is made with the first sync")
    return Checked(
        account=server.me,
        display_name=word(profile, "displayname"),
        details=tuple(details),
        warnings=tuple(_warnings(server, versions, said.get("is_guest") is True)),
        settings={} if server.account.settings.get("api_url") else {"api_url": server.base},
    )


def _warnings(server: Homeserver, versions: Any, guest: bool) -> list[str]:
    found = []
    listed = versions.get("versions") if isinstance(versions, dict) else None
    known = [match for one in listed or () if isinstance(one, str) and (match := _VERSION.match(one))]
    if not isinstance(listed, list) or not listed:
        raise ConnectorError(f"{server.host} is no Matrix homeserver: set api_url to where yours is")
    if max(((int(one[1]), int(one[2])) for one in known), default=(0, 0)) < _FILES_SINCE:
        found.append(f"{server.host} speaks an old version of Matrix: it should be upgraded")
    parts = urlsplit(server.base)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        found.append(f"{server.host} is spoken to without encryption: what is written can be read on the way")
    if guest:
        found.append(f"{server.me} is a guest, who cannot be invited: register an account")
    return found
