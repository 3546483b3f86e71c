"""Sending at once, for a command that does not want to wait for an engine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

from omnidesk.connectors.base import ConnectorError
from omnidesk.desk import channels, settings
from omnidesk.store.workspace import Workspace
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.rows import ChannelSync


def send_now(workspace: Workspace, channel_name: str) -> ChannelSync:
    """Send what is due on a channel, if this process can take its lease.

    What the provider does is no exception: `skipped` says that another process holds the channel, `error` in words
    why something stayed in the outbox. Raises NotFoundError for an unknown channel."""
    return asyncio.run(_send(workspace, channel_name))


async def _send(workspace: Workspace, channel_name: str) -> ChannelSync:
    channel = channels.get(workspace, channel_name)
    owner = f"{socket.gethostname()}:{os.getpid()}:now"
    run = ChannelRun(workspace, channel, owner, settings.current(workspace), asyncio.to_thread)
    if not await run.take_lease():
        return ChannelSync(channel.name, channel.kind, skipped=True)
    assert run.sender is not None
    error: str | None = None
    # The lease is not renewed: whoever takes it over makes our next step fail before anything goes twice.
    try:
        connector = run.connector()
        try:
            await run.settle_what_was_left()
            await run.sender.send_due(connector)
        finally:
            with contextlib.suppress(ConnectorError, OSError, TimeoutError):
                await connector.aclose()
    except (ConnectorError, OSError, TimeoutError, OmniDeskError) as failure:
        error = str(failure) or repr(failure)
    finally:
        with contextlib.suppress(OmniDeskError):
            await run.give_lease_back()
    return ChannelSync(channel.name, channel.kind, sent=run.sender.sent, failed=run.sender.failed, error=error)
