"""Asks providers for the texts they have approved, now and then, so that the desk has them offline."""

from __future__ import annotations

import asyncio

from omnidesk.connectors import registry
from omnidesk.connectors.base import Account, ConnectionLostError, Connector, ConnectorError, RetryAfterError
from omnidesk.desk import channels, log, settings, templates
from omnidesk.store.workspace import Workspace
from omnidesk.sync import secrets
from omnidesk.sync.login import renewer
from omnidesk.sync.sending import InThread
from omnidesk.sync.setup import CheckFailedError, OutOfReachError
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Channel


async def refresh(workspace: Workspace, channel: Channel, connector: Connector, in_thread: InThread) -> None:
    """Ask for a channel's templates where the list is old. Raises ConnectorError."""
    if await in_thread(templates.stale, workspace, channel):
        found = await connector.templates()
        await in_thread(templates.keep, workspace, channel.id, found)
        log.say("templates listed", channel=channel.name, count=len(found))


def ask(workspace: Workspace, name: str) -> int:
    """Ask for a channel's templates now; return how many there are. Blocking; raises CheckFailedError in words."""
    channel = channels.get(workspace, name)
    if not templates.wanted(channel):
        raise RefusedError(f"{name} has no templates: write to it as usual")
    account = Account(
        channel.id, channel.name, channel.address, channel.settings, secrets.of_channel(channel),
        timeout=settings.current(workspace).timeout_seconds, renewing=renewer(workspace, channel),
    )  # fmt: skip

    async def look() -> int:
        connector = registry.connector(channel.kind)(account)
        try:
            found = await connector.templates()
        finally:
            await connector.aclose()
        await asyncio.to_thread(templates.keep, workspace, channel.id, found)
        return len(found)

    try:
        return asyncio.run(look())
    except (ConnectionLostError, RetryAfterError, OSError, TimeoutError) as error:
        raise OutOfReachError(str(error) or repr(error)) from error
    except ConnectorError as error:
        raise CheckFailedError(str(error) or repr(error)) from error
