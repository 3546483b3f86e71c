"""The workspace's folder: where it is, what lies in it, who may read it.

HOME/config.toml    where the database is, nothing else
HOME/omnidesk.db    the database (SQLite); beside it `omnidesk.db-line`, where writers stand in line
HOME/blobs.db       blobs of up to 256 KiB
HOME/blobs/         larger blobs, one file each
HOME/keys           the workspace's own random keys
HOME/log/           structured logs, without secrets or message bodies
"""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from omnidesk.words.errors import WorkspaceError


@dataclass(frozen=True, slots=True)
class Home:
    """One workspace's folder."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file, or where config.toml says it lies."""
        return _configured_database(self.path) or self.path / "omnidesk.db"

    @property
    def blob_database(self) -> Path:
        """The second database file, for small blobs."""
        return self.path / "blobs.db"

    @property
    def blob_folder(self) -> Path:
        """The folder of large blobs."""
        return self.path / "blobs"

    @property
    def keys(self) -> Path:
        """The workspace's own random keys."""
        return self.path / "keys"

    @property
    def log_folder(self) -> Path:
        """The folder of logs."""
        return self.path / "log"

    @property
    def exists(self) -> bool:
        """Whether there is a workspace here."""
        return self.database.exists()

    @property
    def shared(self) -> bool:
        """Whether a group shares this workspace (`init --group`)."""
        return self.path.stat().st_mode & 0o2020 == 0o2020


def locate(home: str | os.PathLike[str] | None = None) -> Home:
    """Return the workspace's folder: as given, else OMNIDESK_HOME, else the platform's data folder."""
    said = home or os.environ.get("OMNIDESK_HOME")
    if said:
        return Home(Path(said).expanduser().resolve())
    from platformdirs import user_data_path

    return Home(user_data_path("omnidesk"))


def make(home: Home, group: str | None = None) -> None:
    """Create the folder, 0700, or 2770 and the group's. Raises WorkspaceError in words."""
    try:
        home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if group is not None:
            shutil.chown(home.path, group=group)
            home.path.chmod(0o2770)
        elif not home.shared:
            home.path.chmod(0o700)
        for folder in (home.blob_folder, home.log_folder):
            make_folder(home, folder)
        if not home.keys.exists():
            secure_file(home, home.keys)
            home.keys.write_text(os.urandom(32).hex() + "\n")
    except LookupError as error:
        raise WorkspaceError(f"there is no group {group} on this machine; `getent group` lists them") from error
    except OSError as error:
        raise WorkspaceError(
            f"the workspace {home.path} cannot be made: {error.strerror}; choose another with --home"
        ) from error


def make_folder(home: Home, folder: Path) -> None:
    """Create a folder of the workspace with the workspace's rights."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o2770 if home.shared else 0o700)


def secure_file(home: Home, path: Path) -> None:
    """Create an empty file with the workspace's rights, whatever the umask, unless it is there."""
    mode = 0o660 if home.shared else 0o600
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        return
    os.fchmod(handle, mode)
    os.close(handle)


def _configured_database(path: Path) -> Path | None:
    config = path / "config.toml"
    try:
        said = tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{config} cannot be read as TOML ({error}); mend it or move it away") from error
    except OSError as error:
        raise WorkspaceError(f"{config} cannot be read: {error.strerror}") from error
    unknown = sorted(set(said) - {"database"})
    if unknown:
        raise WorkspaceError(f"{config} holds {', '.join(unknown)}, which is not known; it holds only `database`")
    database = said.get("database")
    if database is None:
        return None
    if not isinstance(database, str) or "://" in database:
        raise WorkspaceError(f"{config}: `database` must be the path of a file")
    return (path / Path(database).expanduser()).resolve()
