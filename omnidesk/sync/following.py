"""Follows what other programs did with a channel's items: what left its folder is looked for and done here too."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from omnidesk.connectors.base import Batch, ConnectorError
from omnidesk.desk import following

if TYPE_CHECKING:
    from omnidesk.sync.channel import ChannelRun


async def follow(run: ChannelRun, batch: Batch) -> None:
    """Do what a batch tells of moves and deletes; before it is admitted, so that its cursor comes after. Raises
    LeaseLostError, ConnectorError."""
    workspace, channel, held = run.workspace, run.channel.id, run.held
    if batch.items:
        await run.in_thread(following.seen_again, workspace, channel, batch.items, held)
    gone = await run.in_thread(following.missing, workspace, channel, batch.listings, held) if batch.listings else []
    if not gone:
        return
    connector = run.connector()
    try:
        places = await connector.locate([one.external_id for one in gone if one.external_id])
    finally:
        with contextlib.suppress(ConnectorError, OSError, TimeoutError):
            await connector.aclose()
    await run.in_thread(following.follow, workspace, gone, places, held)
