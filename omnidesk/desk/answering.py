"""Channels that answer for others, which cannot send themselves; and the pages that channels have on `serve`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Setting
from omnidesk.desk import settings
from omnidesk.desk.acts import Act
from omnidesk.store import people
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Channel
from omnidesk.words.speech import _

UNKNOWN = "https://YOUR-SERVER"
"""What stands for how the world reaches `omnidesk serve` where the setting `public_url` does not say."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a channel's page is, and the HTML that puts it into another."""

    address: str
    embed: str


def page(workspace: Workspace, channel: Channel) -> Page | None:
    """Return a channel's page on `omnidesk serve`: as the world calls it where `public_url` is set, else its path
    alone; None where the kind has none. `address` is "" for what is only put into pages of others."""
    try:
        manifest = registry.manifest(channel.kind)
    except NotFoundError:
        return None
    if not manifest.page and not manifest.embed:
        return None
    url = settings.current(workspace).public_url.rstrip("/")
    address = f"{url}{manifest.page.format(name=channel.name)}" if manifest.page else ""
    return Page(address, manifest.embed.format(url=escape(url) or UNKNOWN, name=channel.name))


def able(workspace: Workspace) -> list[Channel]:
    """Return the channels that can answer for others: those that may write a private message first."""
    found = []
    for channel in people.channels(workspace.database.reader):
        try:
            manifest = registry.manifest(channel.kind)
        except NotFoundError:
            continue
        if manifest.outbound == "start_new" and not manifest.public:
            found.append(channel)
    return found


def named_by(kind: str, said: Mapping[str, Any]) -> str:
    """Return the channel that the settings of one of a kind name to answer for it; "" where they name none."""
    return next((str(said[one.key]) for one in _settings(kind) if said.get(one.key)), "")


def check(workspace: Workspace, kind: str, name: str, said: Mapping[str, Any]) -> None:
    """Raise NotFoundError or RefusedError unless the channels that settings name are there and can write first."""
    for setting in _settings(kind):
        other = said.get(setting.key)
        if not other:
            continue
        found = people.channel(workspace.database.reader, str(other))
        if found.id not in {one.id for one in able(workspace)}:
            raise RefusedError(
                _("{other} cannot answer for {name}: it cannot write first").format(other=found.name, name=name)
            )


def follow(act: Act, name: str, fresh: str) -> None:
    """Have the settings that name a channel name it as it is called now."""
    for other in people.channels(act.tx):
        keys = [one.key for one in _settings(other.kind) if other.settings.get(one.key) == name]
        if keys:
            whole = json.dumps({**other.settings, **dict.fromkeys(keys, fresh)})
            act.change_row("channel_changed", "channel", other.id, {"settings_json": whole})


def _settings(kind: str) -> tuple[Setting, ...]:
    """Return the settings of a kind that hold the name of another channel."""
    try:
        return tuple(one for one in registry.manifest(kind).settings if one.kind == "channel")
    except NotFoundError:
        return ()
