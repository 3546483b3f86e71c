"""What every page of `serve` shares: the workspace, its channels, and the way in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Account, Connector, Item
from omnidesk.desk import channels, log
from omnidesk.store.workspace import Workspace
from omnidesk.web.gathering import Gathering
from omnidesk.words.errors import NotFoundError, OmniDeskError, RefusedError
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Channel

FRESH = 1.0
"""Seconds for which the list of channels is good."""
TRUSTED = 5.0
"""Seconds for which a channel's secrets are good: a keyring takes longer to answer than a webhook may wait."""
NOTED = 5 * clock.SECOND
"""A success is written down again when the last one is older than this."""
COMPLAINED = 3_600 * clock.SECOND
"""How long what was refused stands in a channel's health, unless it is refused again."""

AccountOf = Callable[[Channel], Account]
"""Gives a channel with its secrets; raises SecretMissingError."""


class Door:
    """The shared side of all pages; lives on one event loop. `account_of` blocks and is called in a thread."""

    def __init__(self, workspace: Workspace, account_of: AccountOf, public_url: str = "") -> None:
        self.workspace = workspace
        self.public_url = public_url.rstrip("/")
        self._account_of = account_of
        self._threads = ThreadPoolExecutor(max_workers=6, thread_name_prefix="web")
        self._channels: dict[str, Channel] = {}
        self._read_at = float("-inf")
        self._accounts: dict[int, tuple[tuple[str, str, Mapping[str, Any]], Account, float]] = {}
        self._gatherings: dict[int, Gathering] = {}
        self._succeeded: dict[int, int] = {}
        self._complained: dict[int, int] = {}

    async def in_thread(self, work: Any, *arguments: Any, **named: Any) -> Any:
        """Run blocking work on one of our own threads, where their connections to the database live."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **named))

    async def channels(self) -> dict[str, Channel]:
        """Return the channels that there are, by name and by id."""
        if clock.monotonic() - self._read_at > FRESH:
            found: list[Channel] = await self.in_thread(channels.list_channels, self.workspace)
            self._channels = {key: channel for channel in found for key in (channel.name, str(channel.id))}
            self._read_at = clock.monotonic()
        return self._channels

    async def channel(self, name: str, kind: str | None = None) -> Channel:
        """Return a channel that is switched on, by its name or id. Raises NotFoundError, RefusedError."""
        channel = (await self.channels()).get(name)
        if channel is None or channel.kind == "desk" or (kind is not None and channel.kind != kind):
            raise NotFoundError(f"there is no channel {name} here")
        if not channel.enabled:
            raise RefusedError(f"{channel.name} is switched off")
        return channel

    async def connector(self, channel: Channel) -> Connector:
        """Open a channel's connector. Raises SecretMissingError, NotFoundError."""
        now, known = (channel.name, channel.address, channel.settings), self._accounts.get(channel.id)
        if known is None or known[0] != now or clock.monotonic() - known[2] > TRUSTED:
            known = now, await self.in_thread(self._account_of, channel), clock.monotonic()
            self._accounts[channel.id] = known
        account = known[1]
        return registry.connector(channel.kind)(account)

    async def open(self) -> None:
        """File what an earlier run kept and did not get to."""
        for channel in {one.id: one for one in (await self.channels()).values()}.values():
            if channel.enabled and channel.kind != "desk" and _comes_in_here(channel):
                self._gathering(channel)

    def _gathering(self, channel: Channel) -> Gathering:
        if channel.id not in self._gatherings:
            gathering = self._gatherings[channel.id] = Gathering(self.workspace, channel.id, self.in_thread)
            gathering.start()
        return self._gatherings[channel.id]

    async def admit(self, channel: Channel, items: Sequence[Item]) -> None:
        """Keep items of a channel; they are filed a moment later. Raises TryLaterError and its kin."""
        if items:
            await self._gathering(channel).admit(items)

    async def succeeded(self, channel: Channel) -> None:
        """Write down, now and then, that a channel's provider reaches us."""
        now = clock.now()
        if now - self._succeeded.get(channel.id, 0) < NOTED:
            return
        self._succeeded[channel.id] = now
        error = channel.error if now - self._complained.get(channel.id, 0) < COMPLAINED else None
        await self._note(channel, Health.OK, error, last_success_at=now)

    async def complain(self, channel: Channel, words: str) -> None:
        """Write down what was refused at a channel's door; the channel works for all that."""
        now = clock.now()
        if now - self._complained.get(channel.id, 0) < NOTED:
            return
        self._complained[channel.id] = now
        log.warn(words, channel=channel.name)
        await self._note(channel, channel.health, words)

    async def _note(self, channel: Channel, health: Health, error: str | None, **times: int) -> None:
        try:
            await self.in_thread(channels.note_health, self.workspace, channel.id, health, error, **times)
        except OmniDeskError as failure:
            log.warn(f"health not written down: {failure}", channel=channel.name)

    async def close(self) -> None:
        """File what came in, and let go of the threads."""
        await asyncio.gather(*(gathering.close() for gathering in self._gatherings.values()))
        self._threads.shutdown()


def _comes_in_here(channel: Channel) -> bool:
    try:
        manifest = registry.manifest(channel.kind)
    except NotFoundError:
        return False
    return manifest.runs_in == "serve" or "webhook" in manifest.inbound
