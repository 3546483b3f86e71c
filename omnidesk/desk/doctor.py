"""What is wrong with a workspace, in words, and what to do about it. Looks only; changes nothing.

A check that is fine may still carry advice; one that is not always does.
"""

from __future__ import annotations

import locale
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import disks, doctor_server
from omnidesk.desk.doctor_check import Check
from omnidesk.store import home as homes
from omnidesk.store import migrate, people
from omnidesk.store.home import Home
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError, OmniDeskError
from omnidesk.words.kinds import Health, MessageStatus
from omnidesk.words.rows import Channel

ROOM = 200_000_000
"""Bytes that should be free on the workspace's disk."""
WAITED = 10 * clock.MINUTE
"""A message due longer ago than this should have left."""

ReadSecrets = Callable[[Channel], object]
"""Reads the secrets of a channel, or raises an OmniDeskError in words."""


def examine(home: str | Path | None, read_secrets: ReadSecrets, keyring: Callable[[], str | None]) -> list[Check]:
    """Look at everything that can be looked at; a failure in one place does not hide the others."""
    checks: list[Check] = []
    try:
        found = homes.locate(home)
        exists, local = found.exists, found.url is None
    except OmniDeskError as error:
        return [_sqlite(), Check("config", False, str(error), "mend config.toml, or move it away"), _locale()]
    if local:
        checks += [_sqlite(), *_folder(found), *_disk(found)]
    if exists:
        checks += _workspace(found, read_secrets)
    checks += [_connectors(), _keyring(keyring), _locale()]
    return checks


def _connectors() -> Check:
    broken = registry.disabled()
    if not broken:
        return Check("connectors", True, f"{len(registry.kinds())} kinds of channel are installed")
    return Check(
        "connectors",
        False,
        "; ".join(f"{one.kind}: {one.reason}" for one in broken),
        "these kinds are disabled: upgrade or uninstall the packages that bring them",
    )


def _sqlite() -> Check:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError:
        return Check(
            "sqlite", False, f"SQLite {sqlite3.sqlite_version} has no FTS5", "install a Python whose SQLite has FTS5"
        )
    finally:
        connection.close()
    if sqlite3.sqlite_version_info < (3, 40):
        return Check("sqlite", False, f"SQLite {sqlite3.sqlite_version} is too old", "3.40 is needed: upgrade Python")
    return Check("sqlite", True, f"SQLite {sqlite3.sqlite_version} with full-text search")


def _folder(home: Home) -> Iterator[Check]:
    if not home.exists:
        yield Check(
            "workspace", False, f"there is no workspace in {home.path}", "`omnidesk init` makes one, or give --home"
        )
        return
    writable = os.access(home.path, os.W_OK | os.X_OK) and os.access(home.database, os.W_OK)
    if writable:
        yield Check("workspace", True, f"{home.path}{' (shared by its group)' if home.shared else ''}")
    else:
        yield Check(
            "workspace", False, f"{home.path} cannot be written by this user", "check who owns it and its rights"
        )
    yield _rights(home)
    try:
        good = len(bytes.fromhex(home.keys.read_text().split()[0])) >= 16
    except (OSError, ValueError, IndexError):
        good = False
    yield Check(
        "keys",
        good,
        f"{home.keys} can be read" if good else f"{home.keys} is missing or damaged",
        None if good else "restore it from a backup: without it deleted mail cannot be told from new",
    )


def _rights(home: Home) -> Check:
    """Nobody but the owner, or the group of a shared workspace, may read what customers wrote."""
    forbidden = 0o007 if home.shared else 0o077
    paths = [home.path, home.database, home.blob_database, home.blob_folder, home.keys, home.log_folder]
    open_to_all = [path for path in paths if path.exists() and path.stat().st_mode & forbidden]
    if open_to_all:
        return Check(
            "rights",
            False,
            f"{open_to_all[0]} can be read by others than {'the group' if home.shared else 'its owner'}",
            f"chmod -R {'o-rwx' if home.shared else 'go-rwx'} {home.path}",
        )
    return Check("rights", True, "files can be read by the group only" if home.shared else "files are private")


def _disk(home: Home) -> Iterator[Check]:
    there = next(path for path in (home.path, *home.path.parents) if path.exists())
    free = shutil.disk_usage(there).free
    advice = None if free >= ROOM else f"make room: {ROOM / 1e6:.0f} MB should be free"
    yield Check("disk space", free >= ROOM, f"{free / 1e9:.1f} GB free", advice)
    disk = disks.under(there)
    if disk is None:
        return
    if disk.network:
        yield Check(
            "file system",
            False,
            f"{there} is on a network file system ({disk.kind}), where SQLite loses data",
            "move the workspace to a local disk: --home DIR, or OMNIDESK_HOME",
        )
    else:
        yield Check("file system", True, f"{disk.kind} on {disk.device}")
    if not disk.encrypted:
        yield Check(
            "encryption",
            True,
            f"{disk.device} does not look encrypted: whoever has the disk can read the mail on it",
            "nothing is encrypted at rest by OmniDesk itself: use an encrypted disk or home folder",
        )


def _workspace(home: Home, read_secrets: ReadSecrets) -> list[Check]:
    workspace = Workspace(home)
    try:
        checks = list(_database(workspace))
        if all(check.ok for check in checks):
            checks += _channels(workspace, read_secrets)
            checks += [*_engine(workspace), *_leftovers(workspace)]
        return checks
    except OmniDeskError as error:
        return [Check("database", False, str(error), "the other checks need a database that can be read")]
    except Exception as error:  # noqa: BLE001  what a driver says of a damaged database
        return [Check("database", False, f"{type(error).__name__}: {error}", "restore a backup")]
    finally:
        workspace.close()


def _database(workspace: Workspace) -> Iterator[Check]:
    state = workspace.schema_state()
    if state == "older":
        yield Check("schema", False, "the database is older than this program", "`omnidesk upgrade` brings it up")
    else:
        yield Check("schema", True, "the database fits this program" if state == "same" else "a newer one, compatible")
    if workspace.database.dialect == "postgresql":
        yield from doctor_server.examine(workspace)
        return
    found = migrate.integrity(workspace.database)
    if found == "ok":
        yield Check("database", True, f"{workspace.database.name} is sound")
    else:
        yield Check(
            "database",
            False,
            f"damaged: {found}",
            "copy the workspace away, then restore a backup",
        )


def _channels(workspace: Workspace, read_secrets: ReadSecrets) -> Iterator[Check]:
    channels = [channel for channel in people.channels(workspace.database.reader) if channel.kind != "desk"]
    if not channels:
        yield Check("channels", True, "there is no channel yet", "`omnidesk channel add email` adds a mailbox")
    for channel in channels:
        name = f"channel {channel.name}"
        if not channel.enabled:
            yield Check(name, True, "switched off", f"`omnidesk channel enable {channel.name}` switches it on")
            continue
        try:
            read_secrets(channel)
        except NotFoundError as error:
            yield Check(name, False, str(error), "install its connector, or switch the channel off")
            continue
        except OmniDeskError as error:
            advice = "logs in" if channel.by_token else "stores it"
            yield Check(name, False, str(error), f"`{_login(channel)}` {advice}")
            continue
        yield _health(channel, name)


def _health(channel: Channel, name: str) -> Check:
    last = clock.to_rfc3339(channel.last_success_at) or "never"
    if channel.health is Health.OK:
        read_only = ", on trial: read only" if channel.read_only else ""
        return Check(name, True, f"up{read_only}; last success {last}")
    advice = f"`omnidesk channel test {channel.name}` tries it now"
    if channel.health is Health.NEEDS_LOGIN:
        advice = f"`{_login(channel)}` {'logs in again' if channel.by_token else 'stores a new password'}"
    return Check(name, False, f"{channel.health}: {channel.error or 'no reason given'}; last success {last}", advice)


def _login(channel: Channel) -> str:
    return f"omnidesk channel {'login' if channel.by_token else 'secret'} {channel.name}"


def _engine(workspace: Workspace) -> Iterator[Check]:
    """Say whether an engine is at work, and whether what should have left is still here."""
    reader = workspace.database.reader
    owners = {row[0] for row in reader.all("SELECT owner FROM lease WHERE expires_at > ?", (clock.now(),))}
    dead = [owner for owner in owners if _gone(owner)]
    late = reader.value(
        "SELECT count(*) FROM outbox WHERE state = 'queued' AND attempts = 0 AND due_at < ?", (clock.now() - WAITED,)
    )
    if late:
        yield Check(
            "engine",
            False,
            f"{late} messages should have left and are still queued",
            "start `omnidesk`, `omnidesk sync`, or `omnidesk sync --once`",
        )
    elif dead:
        yield Check("engine", True, f"{dead[0]} ended without letting go", "another takes over within seconds")
    else:
        yield Check("engine", True, f"at work: {', '.join(sorted(owners))}" if owners else "none is at work now")


def _gone(owner: str) -> bool:
    """Say whether a lease's owner (`host:pid:..`) is a process of this machine that has ended."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _leftovers(workspace: Workspace) -> Iterator[Check]:
    reader = workspace.database.reader
    undone = {
        state: int(reader.value("SELECT count(*) FROM outbox WHERE state = ? AND dismissed_at IS NULL", (state,)))
        for state in (MessageStatus.FAILED, MessageStatus.UNKNOWN)
    }
    words = ", ".join(f"{count} {state}" for state, count in undone.items() if count)
    advice = "`omnidesk outbox list` shows them; retry, or resolve each" if words else None
    yield Check("outbox", not words, words or "nothing failed", advice)
    held = int(reader.value("SELECT count(*) FROM quarantine"))
    advice = "`omnidesk quarantine list` shows why; nothing of it is lost" if held else None
    yield Check("quarantine", not held, f"{held} items could not be processed" if held else "empty", advice)


def _keyring(keyring: Callable[[], str | None]) -> Check:
    named = os.environ.get("OMNIDESK_SECRETS_FILE")
    if named:
        return Check("secrets", True, f"kept in {named} (OMNIDESK_SECRETS_FILE)")
    name = keyring()
    if name is None:
        return Check(
            "secrets",
            True,
            "no keyring here: secrets are kept in a file of mode 0600 in your config folder",
            "on a server set OMNIDESK_SECRETS_FILE, or the environment, to say where",
        )
    return Check("secrets", True, f"kept in {name}")


def _locale() -> Check:
    encoding = locale.getpreferredencoding(False)
    good = encoding.lower().replace("-", "") == "utf8"
    terminal = os.environ.get("TERM", "none")
    advice = None if good else "set LANG to a UTF-8 locale, such as C.UTF-8, to see every name as it is written"
    return Check("terminal", True, f"TERM {terminal}, {encoding}", advice)
