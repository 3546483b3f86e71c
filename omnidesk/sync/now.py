"""Sending at once, for a command that does not want to wait for an engine."""

from __future__ import annotations

import asyncio

from omnidesk.desk import channels
from omnidesk.store.workspace import Workspace
from omnidesk.sync.engine import Engine
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import ChannelSync


def send_now(workspace: Workspace, channel_name: str) -> ChannelSync:
    """Send what is due on a channel, if this process can take its lease.

    Never raises for what the provider does: `skipped` says that another process holds the channel, `error` in words
    why something stayed in the outbox. Raises NotFoundError for an unknown channel."""
    if channels.get(workspace, channel_name).kind == "desk":
        raise NotFoundError("the channel desk sends nothing")
    return asyncio.run(Engine(workspace, [channel_name]).send_now())
