"""A workspace as the rooms above hold it: its folder, its database and its blobs, opened together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from omnidesk.store import versions
from omnidesk.store.blobs import Blobs
from omnidesk.store.database import open_database
from omnidesk.store.home import Home
from omnidesk.words.errors import WorkspaceError


class Workspace:
    """One workspace, for any number of threads. Close it when done."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.database = open_database(home)
        self.blobs = Blobs(home, self.database)
        self.settings_cache: tuple[int, dict[str, object]] | None = None

    @cached_property
    def key(self) -> bytes:
        """The workspace's own random key, for hashes that must not be guessable. Raises WorkspaceError."""
        try:
            key = bytes.fromhex(self.home.keys.read_text().split()[0])
        except (OSError, ValueError, IndexError) as error:
            raise WorkspaceError(
                f"{self.home.keys} cannot be read: restore it from a backup of this workspace, or copy it from "
                "another machine that works on it"
            ) from error
        wanted = (self.database.marks() or {}).get("keys", "")
        if wanted and wanted != fingerprint(key):
            raise WorkspaceError(
                f"{self.home.keys} belongs to another workspace: copy the file from a machine that works on this one"
            )
        return key

    def keyed_hash(self, value: str) -> str:
        """Return a hash of `value` that only this workspace can make."""
        return hmac.new(self.key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def schema_state(self) -> str:
        """Say whether the database is the `same`, `older` or `newer` than this program. Raises WorkspaceError."""
        return versions.compare(self.database)

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """Let this thread not wait for the disk within the block: for a workspace that can be made anew, such as the
        demo's. A machine that loses its power meanwhile loses the workspace."""
        with self.database.in_haste(), self.blobs.in_haste():
            yield

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
        self.blobs.close()


def fingerprint(key: bytes) -> str:
    """Return what a database shared by several machines remembers of the workspace's key, to know it again."""
    return hashlib.sha256(b"omnidesk keys\0" + key).hexdigest()
