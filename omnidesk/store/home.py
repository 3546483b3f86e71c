"""The workspace's folder: where it is, what lies in it, who may read it.

HOME/config.toml    where the database is, and with PostgreSQL the folder of large blobs; nothing else
HOME/omnidesk.db    the database (SQLite); beside it `omnidesk.db-line`, where writers stand in line
HOME/blobs.db       blobs of up to 256 KiB (SQLite)
HOME/blobs/         larger blobs, one file each (SQLite)
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
    instead: str | None = None
    """A database other than the configured one: an address, or "" for the SQLite file."""

    @property
    def url(self) -> str | None:
        """The address of the PostgreSQL database: OMNIDESK_DATABASE_URL, else config.toml's; None with SQLite."""
        said = self.instead
        if said is None:
            said = os.environ.get("OMNIDESK_DATABASE_URL") or _configured(self.path, "database")
        if said is None or "://" not in said:
            return None
        if not said.startswith(("postgresql://", "postgres://")):
            scheme = said.partition("://")[0]
            raise WorkspaceError(f"{scheme}:// is no database OmniDesk knows: give postgresql://USER@HOST/NAME")
        return said

    @property
    def database(self) -> Path:
        """The SQLite file, or where config.toml says it lies."""
        said = _configured(self.path, "database")
        if said is None or "://" in said:
            return self.path / "omnidesk.db"
        return (self.path / Path(said).expanduser()).resolve()

    @property
    def blob_database(self) -> Path:
        """The second database file, for small blobs."""
        return self.path / "blobs.db"

    @property
    def blob_folder(self) -> Path:
        """The folder of large blobs: with PostgreSQL the one that config.toml says the team shares."""
        return self.shared_blobs or self.path / "blobs"

    @property
    def shared_blobs(self) -> Path | None:
        """The folder that a team with PostgreSQL shares for large blobs; None where all lie in the database."""
        said = os.environ.get("OMNIDESK_BLOBS") or _configured(self.path, "blobs")
        return None if said is None else (self.path / Path(said).expanduser()).resolve()

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
        """Whether there is a workspace to open: whether PostgreSQL holds one is only known when it is asked."""
        return self.url is not None or self.database.exists()

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


def make(home: Home, group: str | None = None, keys: bool = True) -> None:
    """Create the folder, 0700, or 2770 and the group's, with `keys` of its own. Raises WorkspaceError in words."""
    try:
        home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if group is not None:
            shutil.chown(home.path, group=group)
            home.path.chmod(0o2770)
        elif not home.shared:
            home.path.chmod(0o700)
        for folder in (home.blob_folder, home.log_folder):
            make_folder(home, folder)
        if keys and not home.keys.exists():
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


def _configured(path: Path, name: str) -> str | None:
    config = path / "config.toml"
    try:
        said = tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{config} cannot be read as TOML ({error}); mend it or move it away") from error
    except OSError as error:
        raise WorkspaceError(f"{config} cannot be read: {error.strerror}") from error
    unknown = sorted(set(said) - {"database", "blobs"})
    if unknown:
        raise WorkspaceError(
            f"{config} holds {', '.join(unknown)}, which is not known; it holds only `database` and `blobs`"
        )
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise WorkspaceError(f"{config}: `{name}` must be text in quotes")
    return value
