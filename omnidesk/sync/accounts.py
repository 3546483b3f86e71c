"""A channel as its connector sees it, outside a run of the channel."""

from __future__ import annotations

from omnidesk.connectors.base import Account
from omnidesk.desk import settings
from omnidesk.store.workspace import Workspace
from omnidesk.sync import secrets
from omnidesk.sync.login import renewer
from omnidesk.words.rows import Channel


def account(workspace: Workspace, channel: Channel) -> Account:
    """Return a channel with its secrets. Raises SecretMissingError, NotFoundError."""
    return Account(
        channel_id=channel.id,
        name=channel.name,
        address=channel.address,
        settings=channel.settings,
        secrets=secrets.of_channel(channel),
        read_only=channel.read_only,
        timeout=settings.current(workspace).timeout_seconds,
        renewing=renewer(workspace, channel),
    )
