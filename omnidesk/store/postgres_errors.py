"""PostgreSQL's errors as ours, which say what to do next; and addresses without their passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

from omnidesk.words.errors import (
    DatabaseLostError,
    DiskFullError,
    OmniDeskError,
    ReadOnlyError,
    TryLaterError,
    WorkspaceError,
)

_WRONG = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied")
"""What PostgreSQL says to one who may not come in; trying again would not help."""


def masked(url: str) -> str:
    """Return a database's address without the password in it."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        user = parts.netloc.rpartition("@")[0].partition(":")[0]
        plain = urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))
    except ValueError:
        return "postgresql://.."
    return plain if parts.netloc or parts.path.strip("/") else f"{parts.scheme}://"


@contextmanager
def in_plain_words(name: str) -> Iterator[None]:
    """Turn the driver's errors into ours; those that are a mistake of the program pass as they are."""
    try:
        yield
    except psycopg.Error as error:
        said = _said(name, error)
        if said is None:
            raise
        raise said from error


def _said(name: str, error: psycopg.Error) -> OmniDeskError | None:
    state = error.sqlstate or ""
    first = re.sub(r"\s+", " ", str(error)).strip()[:300]
    if state.startswith("40"):
        return TryLaterError(f"{name} is busy: others changed the same just now; try again")
    if state.startswith("53") and state != "53300":
        return DiskFullError(f"{name} has no room or memory left ({first}): nothing was written; make room, try again")
    if state == "42501":
        return ReadOnlyError(f"{name}: this role lacks rights ({first}): grant it the workspace's tables")
    if state in ("25006", "55P02"):
        return ReadOnlyError(f"{name} takes no writes (a standby, or set read-only): nothing was written")
    if state in ("42P01", "42703", "3F000"):
        return WorkspaceError(f"{name} holds no workspace of this program ({first}): `omnidesk doctor` tells more")
    if state in ("53300", "57014", "55P03"):
        return TryLaterError(f"{name} is too busy ({first}): try again")
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return WorkspaceError(
            "the address of the database cannot be read: it is postgresql://USER@HOST/NAME, with @ as %40 and so on"
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        if state in ("28P01", "28000", "3D000") or any(words in str(error) for words in _WRONG):
            return WorkspaceError(f"{name} does not let us in ({first}): check the address, the role and its rights")
        why = first.rpartition("failed: ")[2].removesuffix("?").partition(" Is the server running")[0]
        return DatabaseLostError(f"the database {name} is out of reach: {why}")
    return None
