"""Logging in at a provider with the browser or a code (OAuth 2.0), and making tokens anew.

A token is made anew under a lease of its own beside the channel's, so that of all loops and processes that use a
channel one asks the provider at a time; the others take what it brought. Two at once would cost the login: many
providers take a refresh token that is used twice for stolen, and end all that came of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Account, AuthorizeStep, ConnectionLostError, ConnectorError, LoginError
from omnidesk.connectors.manifest import AuthMode
from omnidesk.desk import channels, log, settings
from omnidesk.desk.intake import Held
from omnidesk.store import leases
from omnidesk.store.workspace import Workspace
from omnidesk.sync import secrets
from omnidesk.sync.setup import CheckFailedError, OutOfReachError
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, SecretMissingError, UsageError
from omnidesk.words.rows import Actor, Channel

LENGTH = 90 * clock.SECOND
"""How long one may take to make tokens anew; longer than a request may."""
LOOK = 0.1
"""Seconds between two looks whether another is done."""
REMEMBERED = 60 * 60.0
"""Seconds for which a refused login is not asked for again: only a person can mend it."""
WAYS: dict[str, AuthMode] = {"browser": "oauth_loopback", "device": "oauth_device"}
Steps = Callable[[AuthorizeStep], None]
"""Shown each step of a login as it comes."""


class Renewer:
    """Makes a channel's secrets anew for one process. `held` gives the channel's lease where this process has it."""

    def __init__(
        self, workspace: Workspace, channel: Channel, patience: float, held: Callable[[], Held | None] = lambda: None
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.patience = patience
        self.held = held
        self._refused: dict[str, tuple[float, str]] = {}

    async def __call__(self, used: Mapping[str, str]) -> Mapping[str, str]:
        """Bring the secrets that hold now in place of those `used`. Raises LoginError, ConnectionLostError."""
        task = asyncio.create_task(self._renewed(used))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})  # what the provider has given out must be kept, or the login is lost
            raise

    async def _renewed(self, used: Mapping[str, str]) -> Mapping[str, str]:
        async with self._alone():
            try:
                kept = await asyncio.to_thread(secrets.of_channel, self.channel)
            except SecretMissingError as error:
                raise LoginError(str(error)) from error
            if any(kept.get(field, "") != value for field, value in used.items()):
                return kept  # somebody else was faster
            fresh = await self._made_anew(kept)
            await asyncio.to_thread(secrets.store, self.channel.id, fresh)
            log.say("login made anew", channel=self.channel.name)
            return {**kept, **fresh}

    async def _made_anew(self, kept: Mapping[str, str]) -> Mapping[str, str]:
        mark = repr(sorted(kept.items()))
        until, said = self._refused.get(mark, (0.0, ""))
        if clock.monotonic() < until:
            raise LoginError(said)
        one = self.channel
        connector = registry.connector(one.kind)(
            Account(one.id, one.name, one.address, one.settings, kept, one.read_only, self.patience)
        )
        try:
            async with asyncio.timeout(LENGTH / clock.SECOND / 2):
                return await connector.renew()
        except TimeoutError as error:
            raise ConnectionLostError(f"the login of {one.name} could not be made anew in time") from error
        except LoginError as error:
            self._refused = {mark: (clock.monotonic() + REMEMBERED, str(error))}
            raise
        finally:
            await connector.aclose()

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold the lease of this channel's login; wait while another has it. Raises LeaseLostError."""
        name, owner = f"login:{self.channel.id}", f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        end = clock.monotonic() + LENGTH / clock.SECOND
        while (number := await asyncio.to_thread(self._acquire, name, owner)) is None:
            if clock.monotonic() > end:
                raise ConnectionLostError(f"another process has been logging in to {self.channel.name} for long")
            await asyncio.sleep(LOOK)
        try:
            yield
        finally:
            await asyncio.to_thread(self.workspace.database.write, lambda tx: leases.release(tx, name, number))

    def _acquire(self, name: str, owner: str) -> int | None:
        held = self.held()

        def work(tx: Any) -> int | None:
            if held is not None:
                leases.check(tx, held.name, held.number)
            return leases.acquire(tx, name, owner, LENGTH)

        return self.workspace.database.write(work)


def renewer(workspace: Workspace, channel: Channel) -> Renewer:
    """Return what makes a channel's secrets anew for a command that does not run it."""
    return Renewer(workspace, channel, settings.current(workspace).timeout_seconds)


# --- logging in


def ways(kind: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how a person can log in with these settings: `browser`, `device`; none where secrets are typed."""
    manifest = registry.manifest(kind)
    if all(secret.typed for secret in manifest.secrets_for(said)):
        return ()
    known = tuple(name for name, mode in WAYS.items() if mode in manifest.auth)
    if manifest.login(said) == "google":
        return tuple(name for name in known if name == "browser")  # its device codes are not for mail
    if manifest.login(said) == "other":
        wanted = {"browser": "authorize_url", "device": "device_url"}
        return tuple(name for name in known if said.get(wanted[name]))
    return known


def usual_way(kind: str, said: Mapping[str, Any]) -> str:
    """Return how to log in: with the browser where one can open here, else as can be; "" where secrets are typed."""
    possible = ways(kind, said)
    if "device" in possible and not has_browser():
        return "device"
    return possible[0] if possible else ""


def has_browser() -> bool:
    """Say whether a browser can be opened in front of this person."""
    if "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform != "linux" or any(os.environ.get(key) for key in ("DISPLAY", "WAYLAND_DISPLAY"))


def open_browser(url: str) -> None:
    """Open a page in front of this person, where that can be done."""
    if has_browser():
        import webbrowser

        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(url)


def log_in(
    kind: str,
    address: str,
    said: Mapping[str, Any],
    given: Mapping[str, str],
    way: str,
    show: Steps,
    name: str = "",
    stopped: threading.Event | None = None,
) -> dict[str, str]:
    """Walk a person through a login, each step shown; return the secrets it brought. Blocks until it is done or
    `stopped` is set. Raises UsageError, RefusedError, CheckFailedError in words."""
    possible = ways(kind, said)
    if way and way not in possible:
        offered = " or ".join(possible) or "a password: set login to google, microsoft or other first"
        raise UsageError(f"{name or address} logs in with {offered}")
    if not possible:
        raise RefusedError(f"{name or address} logs in with a password: `omnidesk channel secret` stores it")
    account = Account(0, name or address, address, said, given)

    async def walk() -> dict[str, str]:
        connector = registry.connector(kind)(account)
        brought: dict[str, str] = {}
        try:
            async for step in connector.authorize(WAYS[way or possible[0]]):
                brought |= step.secrets
                show(replace(step, secrets={}))
        finally:
            await connector.aclose()
        return brought

    async def walk_until_stopped() -> dict[str, str]:
        task = asyncio.create_task(walk())
        while not (await asyncio.wait({task}, timeout=LOOK))[0]:
            if stopped is not None and stopped.is_set():
                task.cancel()
                await asyncio.wait({task})
                raise RefusedError("the login was given up")
        return task.result()

    try:
        return asyncio.run(walk_until_stopped())
    except ConnectionLostError as error:
        raise OutOfReachError(str(error)) from error
    except ConnectorError as error:
        raise CheckFailedError(str(error)) from error


def log_in_channel(
    workspace: Workspace, actor: Actor, name: str, way: str, show: Steps, stopped: threading.Event | None = None
) -> tuple[rows.Act, str]:
    """Log in for a channel that is there and keep what it brought; its engine tries it at once. Return where it is
    kept. Raises RefusedError, UsageError, CheckFailedError."""
    channel = channels.get(workspace, name)
    given = secrets.known(channel)
    brought = log_in(channel.kind, channel.address, channel.settings, given, way, show, channel.name, stopped)
    kept = secrets.store(channel.id, brought)
    act, _ = channels.note_secret(workspace, actor, name)
    return act, kept


def pasted(url: str, patience: float = 10.0) -> None:
    """Hand the address at which a browser on another machine ended to the login that waits here.

    Raises UsageError for an address that is none of this machine."""
    import http.client

    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost") or not port:
        raise UsageError("paste the whole address that the browser ended at: it begins with http://127.0.0.1: or so")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise UsageError("no login waits for this address any more: begin it again") from error
    finally:
        connection.close()
    if status != 200:
        raise UsageError("this address is of another login: paste the one that the browser ended at just now")
