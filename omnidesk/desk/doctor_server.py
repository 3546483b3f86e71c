"""What may be wrong with a workspace in PostgreSQL: the server, its clock, our rights in it, what machines share."""

from __future__ import annotations

import os
from collections.abc import Iterator

from omnidesk import clock
from omnidesk.desk.doctor_check import Check
from omnidesk.store import names
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import WorkspaceError

OLDEST = 150_000
"""The oldest server version that is tested: 15."""
CLOCKS_APART = 2 * clock.SECOND
"""Leases and the change feed allow the clocks of a team to differ by so much."""


def examine(workspace: Workspace) -> Iterator[Check]:
    """Look at the server and at what the machines of a team share."""
    reader = workspace.database.reader
    before = clock.now()
    version = int(reader.value("SELECT current_setting('server_version_num')"))
    yield Check(
        "server",
        version >= OLDEST,
        f"PostgreSQL {version // 10_000} at {workspace.database.name}",
        None if version >= OLDEST else f"{OLDEST // 10_000} or newer is needed: upgrade the server",
    )
    yield _clock(reader, before)
    yield _rights(reader)
    yield _durability(reader)
    yield _connections(reader)
    yield _names(reader)
    yield _blobs(workspace)
    yield _keys(workspace)


def _clock(reader: Connection, before: int) -> Check:
    server = int(reader.value("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"))
    apart = max(before - server, server - clock.now(), 0)
    return Check(
        "clock",
        apart <= CLOCKS_APART,
        "this machine and the server agree on the time"
        if apart <= CLOCKS_APART
        else f"this machine's clock and the server's differ by {apart / 1000:.1f} s",
        None if apart <= CLOCKS_APART else "keep both in step (NTP): leases and the order of events rest on it",
    )


def _rights(reader: Connection) -> Check:
    lacking = reader.value(
        "SELECT string_agg(tablename, ', ') FROM pg_tables WHERE schemaname = current_schema() "
        "AND NOT has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), "
        "'SELECT, INSERT, UPDATE, DELETE')"
    )
    role = reader.value("SELECT current_user")
    if lacking:
        advice = f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        return Check("rights", False, f"the role {role} may not read and write {lacking}", advice)
    return Check("rights", True, f"the role {role} may read and write")


def _durability(reader: Connection) -> Check:
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if reader.value("SELECT current_setting(?)", (name,)) == "off"
    ]
    if off:
        return Check("durability", False, f"the server has {', '.join(off)} off: a crash loses mail", "switch it on")
    return Check("durability", True, "what is committed survives a crash")


def _connections(reader: Connection) -> Check:
    used = int(reader.value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"))
    most = int(reader.value("SELECT current_setting('max_connections')"))
    good = used < 0.8 * most
    advice = None if good else "raise max_connections, or put a pooler in between (transaction mode)"
    return Check("connections", good, f"{used} of {most} in use", advice)


def _names(reader: Connection) -> Check:
    if reader.value("SELECT to_regclass('search_names_words')") is not None:
        return Check("names", True, "customers are found by an index of trigrams")
    return Check(
        "names",
        True,
        "there is no pg_trgm: who looks for a customer by part of a name has all of them looked at",
        f"as the owner of the database: {'; '.join(names.TRIGRAMS)}",
    )


def _blobs(workspace: Workspace) -> Check:
    folder = workspace.home.shared_blobs
    if folder is None:
        return Check("blobs", True, "attachments and originals lie in the database")
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return Check("blobs", True, f"large attachments and originals lie in {folder}")
    return Check(
        "blobs", False, f"{folder} is no folder that can be written", "mount it, or mend `blobs` in config.toml"
    )


def _keys(workspace: Workspace) -> Check:
    try:
        workspace.key  # noqa: B018  reading it checks it
    except WorkspaceError as error:
        return Check("keys", False, str(error), "an engine here cannot tell deleted mail from new without it")
    return Check("keys", True, f"{workspace.home.keys} is this workspace's")
