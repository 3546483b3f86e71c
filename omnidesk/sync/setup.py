"""Adding a channel: its settings tested live, its secrets kept, the channel stored. Blocking; call from a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.base import (
    Account,
    Checked,
    ConnectionLostError,
    ConnectorError,
    Discovered,
    Renewing,
    RetryAfterError,
)
from omnidesk.desk import channels, settings
from omnidesk.store.workspace import Workspace
from omnidesk.sync import secrets
from omnidesk.words import rows
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.rows import Actor, Channel


class CheckFailedError(OmniDeskError):
    """The provider could not be used with these settings."""


class OutOfReachError(CheckFailedError):
    """The provider could not be asked; the settings may be right."""

    exit_status = 5


def check(
    kind: str,
    address: str,
    said: Mapping[str, Any],
    given: Mapping[str, str],
    name: str = "",
    timeout: float = 20.0,
    renewing: Renewing | None = None,
) -> Checked:
    """Log in with these settings and secrets and look around, changing nothing. Raises CheckFailedError in words."""
    account = Account(0, name or address, address, said, given, timeout=timeout, renewing=renewing)

    async def look() -> Checked:
        connector = registry.connector(kind)(account)
        try:
            return await connector.check()
        finally:
            await connector.aclose()

    try:
        return asyncio.run(look())
    except (ConnectionLostError, RetryAfterError, OSError, TimeoutError) as error:
        raise OutOfReachError(str(error) or repr(error)) from error
    except ConnectorError as error:
        raise CheckFailedError(str(error) or repr(error)) from error


def check_channel(workspace: Workspace, name: str) -> Checked:
    """Test a channel that is there. Raises CheckFailedError, SecretMissingError."""
    channel = channels.get(workspace, name)
    from omnidesk.sync.login import renewer

    given, timeout = secrets.of_channel(channel), settings.current(workspace).timeout_seconds
    renewing = renewer(workspace, channel)
    return check(channel.kind, channel.address, channel.settings, given, channel.name, timeout, renewing)


def discover(kind: str, address: str, said: Mapping[str, Any]) -> Discovered:
    """Find what the address of a new channel tells about its settings; never fails, and never waits for long."""
    account = Account(0, address, address, said)

    async def look() -> Discovered:
        connector = registry.connector(kind)(account)
        try:
            return await connector.discover()
        finally:
            await connector.aclose()

    return asyncio.run(look())


def add_channel(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    name: str,
    address: str,
    said: Mapping[str, Any],
    given: Mapping[str, str],
    history_days: int = 14,
    read_only: bool = False,
) -> tuple[rows.Act, Channel]:
    """Store a channel and keep its secrets, unless the environment holds them."""
    registry.manifest(kind)
    act, channel = channels.add(workspace, actor, kind, name, address, said, history_days, read_only)
    if given:
        secrets.store(channel.id, given)
    return act, channel


def remove_channel(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Remove a channel and its secrets; its messages stay."""
    act, channel = channels.remove(workspace, actor, name)
    secrets.forget(channel.id, tuple(secret.key for secret in registry.manifest(channel.kind).secrets))
    return act, channel
