"""A workspace as the rooms above hold it: its folder, its database and its blobs, opened together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from omnidesk.store import versions
from omnidesk.store.blobs import Blobs
from omnidesk.store.database import Database, plain_words
from omnidesk.store.home import Home
from omnidesk.words.errors import WorkspaceError


class Workspace:
    """One workspace, for any number of threads. Close it when done."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.database = Database(home)
        self.blobs = Blobs(home)
        self.settings_cache: tuple[int, dict[str, object]] | None = None

    @cached_property
    def key(self) -> bytes:
        """The workspace's own random key, for hashes that must not be guessable."""
        try:
            return bytes.fromhex(self.home.keys.read_text().split()[0])
        except (OSError, ValueError, IndexError) as error:
            raise WorkspaceError(
                f"{self.home.keys} cannot be read: restore it from a backup of this workspace"
            ) from error

    def keyed_hash(self, value: str) -> str:
        """Return a hash of `value` that only this workspace can make."""
        return hmac.new(self.key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def schema_state(self) -> str:
        """Say whether the database is the `same`, `older` or `newer` than this program. Raises WorkspaceError."""
        with plain_words(self.database.path):
            return versions.compare(self.database.reader.raw)

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
