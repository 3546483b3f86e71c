"""What the configuration of gammu-smsd says of where its messages are."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass
from pathlib import Path

from omnidesk.connectors.base import ConnectorError

USUAL = "/etc/gammu-smsdrc"
_FOLDERS = ("inboxpath", "outboxpath", "sentsmspath", "errorsmspath")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the files backend keeps messages. With `detailed` an arriving one comes with all that is known of it."""

    inbox: Path
    outbox: Path
    sent: Path
    error: Path
    detailed: bool
    charset: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the SQL backend keeps them, and as which of the daemons of that database; "" where it has no name."""

    path: Path
    phone: str


def read(path: str) -> Folders | Tables:
    """Read the daemon's configuration. Raises ConnectorError in words."""
    said = _section(path)
    service = said.get("service", "").lower()
    if service == "files":
        return _folders(said)
    if service in ("sql", "dbi"):
        return _tables(said)
    raise ConnectorError(f"{path} says service = {service or 'nothing'}: OmniDesk knows files, and sql with sqlite3")


def _section(path: str) -> Mapping[str, str]:
    parser = ConfigParser(strict=False, interpolation=None, comment_prefixes=("#", ";"), allow_no_value=True)
    try:
        parser.read_string(Path(path).read_text("utf-8", "replace"))
    except OSError as error:
        raise ConnectorError(
            f"the configuration of gammu-smsd, {path}, cannot be read ({error.strerror}): give another, or add the "
            "user that runs OmniDesk to the group gammu"
        ) from error
    except IniError as error:
        raise ConnectorError(f"{path} is no configuration of gammu-smsd: {type(error).__name__}") from error
    if not parser.has_section("smsd"):
        raise ConnectorError(f"{path} has no section [smsd]: it is no configuration of gammu-smsd")
    return {name.lower(): (value or "").strip().strip('"') for name, value in parser.items("smsd")}


def _folders(said: Mapping[str, str]) -> Folders:
    for name in _FOLDERS:
        if not said.get(name, "").endswith("/"):
            raise ConnectorError(f"gammu-smsd needs a folder in {name}, and the name must end with a slash")
    inbox, outbox, sent, error = (Path(said[name]) for name in _FOLDERS)
    if len({outbox, sent, error}) < 3:
        raise ConnectorError(
            "outboxpath, sentsmspath and errorsmspath must be three folders, which tell what became of it"
        )
    kind = said.get("inboxformat", "standard").lower()
    charset = "utf-16" if kind == "unicode" else "utf-8"
    return Folders(inbox, outbox, sent, error, kind == "detail", charset)


def _tables(said: Mapping[str, str]) -> Tables:
    driver = said.get("driver", "").lower()
    if driver != "sqlite3":
        raise ConnectorError(f"gammu-smsd keeps messages with the driver {driver or 'nothing'}: OmniDesk needs sqlite3")
    folder, name = said.get("dbdir", ""), said.get("database", "")
    if not folder or not name:
        raise ConnectorError("gammu-smsd needs a folder in dbdir and a file name in database")
    return Tables(Path(folder) / name, said.get("phoneid", ""))
