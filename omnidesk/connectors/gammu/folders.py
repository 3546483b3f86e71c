"""The files backend of gammu-smsd: a folder for what comes, one for what goes, and two for what became of it.

What goes out bears our key in its name, so that it is known wherever the daemon moved it. With `inboxformat = detail` a
message that comes is one file; else each part is one, in this name:

    IN<date>_<time>_<serial>_<sender>_<part>.txt
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, ConnectorError, Item
from omnidesk.connectors.gammu import backup
from omnidesk.connectors.gammu.config import Folders
from omnidesk.connectors.gammu.parts import Part
from omnidesk.connectors.since import Entry

_CAME = re.compile(r"IN\d{8}_\d{6}_(\d+)_(.*)_(\d+)\.(txt|bin|smsbackup)")
_OURS = re.compile(r"OUT.*_omnidesk-([A-Za-z0-9-]+)\.smsbackup")
SETTLED = clock.SECOND
"""How long nothing was written to a message that is taken: the daemon writes its parts one after the other."""
_STUCK = 30 * clock.MINUTE
_SAME = 15 * clock.MINUTE
"""How far the clocks of a network and of this machine, which wrote that it was sent, may be apart."""


class InFolders:
    """Messages in the daemon's folders; every method waits for the disk."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    # --- what came, and what became of ours

    def entries(self, earliest: int) -> list[Entry]:
        """Return messages and news since a time (UTC ms). Raises ConnectorError."""
        came = [group for group in self._messages() if group[-1][0] >= earliest]
        found = [Entry(group[-1][0], self._mark(group), {"files": [name for _, name in group]}) for group in came]
        for folder, status in ((self._folders.sent, "sent"), (self._folders.error, "failed")):
            for at, name in self._names(folder):
                ours = _OURS.fullmatch(name)
                if ours and at >= earliest:
                    found.append(Entry(at, f"{ours[1]}/{status}", {"key": ours[1], "status": status}))
        return found

    def count(self) -> int:
        """Return how many files lie where messages come. Raises ConnectorError."""
        return sum(1 for _ in self._names(self._folders.inbox))

    def _messages(self) -> list[list[tuple[int, str]]]:
        """Return the files of each message that came, those of a long one in their order."""
        now = clock.now()
        groups: list[list[tuple[int, str]]] = []
        open_: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for at, name in sorted(self._names(self._folders.inbox)):
            found = _CAME.fullmatch(name)
            if found is None or found[4] == "bin":
                continue
            group = open_.get((found[2], found[1]), [])
            if int(found[3]) and len(group) == int(found[3]):
                group.append((at, name))
                continue
            groups.append([(at, name)])
            open_[found[2], found[1]] = groups[-1]
        return [group for group in groups if not 0 <= now - group[-1][0] < SETTLED]

    def _mark(self, group: Sequence[tuple[int, str]]) -> str:
        digest = hashlib.sha256(b"\n".join(self._read(name) for _, name in group)).hexdigest()[:12]
        return f"{group[0][1]}/{digest}"

    def _names(self, folder: Path) -> Iterator[tuple[int, str]]:
        """Yield the files of a folder with when they came into it (UTC ms): moving a file changes its ctime alone."""
        try:
            with os.scandir(folder) as found:
                for one in found:
                    with suppress(FileNotFoundError):
                        if one.is_file():
                            said = one.stat()
                            at = said.st_mtime_ns if folder == self._folders.inbox else said.st_ctime_ns
                            yield at // 1_000_000, one.name
        except OSError as error:
            raise _unreachable(folder, error) from error

    def _read(self, name: str) -> bytes:
        try:
            return (self._folders.inbox / name).read_bytes()
        except OSError as error:
            raise _unreachable(self._folders.inbox / name, error) from error

    def item(self, entry: Entry) -> Item:
        """Return an entry as an item. Raises ConnectorError."""
        if "key" in entry.row:
            return Item(entry.mark, json.dumps(dict(entry.row)).encode(), entry.at, "application/json")
        names: list[str] = list(entry.row["files"])
        raw = self._read(names[0])
        if self._folders.detailed and backup.MARK in raw:  # else a text could look like it, and name another sender
            return Item(entry.mark, raw, entry.at, "text/plain", self._about(raw), position=names[0])
        said = {"files": [[name, base64.b64encode(self._read(name)).decode()] for name in names],
                "charset": self._folders.charset}  # fmt: skip
        return Item(entry.mark, json.dumps(said).encode(), entry.at, "application/json", position=names[0])

    def _about(self, raw: bytes) -> dict[str, str]:
        """Return which of our messages a report is about."""
        with suppress(ValueError):
            part = backup.read(raw)[0]
            if part.report:
                return {"x-key": self._reported(part)}
        return {}

    def _reported(self, report: Part) -> str:
        """Return the key of the message to that number that was sent when the network says it got it: the daemon keeps
        no reference with its files. "" where there is none."""
        ours = [(at, found[1]) for at, name in self._names(self._folders.sent)
                if (found := _OURS.fullmatch(name)) and f"_{report.number}_" in name]  # fmt: skip
        if not ours:
            return ""
        when = report.at
        near = [(abs(at - when), key) for at, key in ours if when is not None and abs(at - when) <= _SAME]
        return min(near)[1] if near else max(ours)[1]

    # --- what goes out

    def there(self, key: str) -> bool:
        """Say whether a message was handed over: it waits, was sent, or could not be. Raises ConnectorError.

        The folder that it leaves is looked at first."""
        folders = (self._folders.outbox, self._folders.sent, self._folders.error)
        return any(_key(name) == key for folder in folders for _, name in self._names(folder))

    def put(self, key: str, number: str, messages: Sequence[tuple[str, str]], at: int) -> None:
        """Hand a message over: it appears whole, under its name. Raises ConnectorError."""
        when = clock.to_rfc3339(at) or ""
        stamp = f"{when[:10].replace('-', '')}_{when[11:19].replace(':', '')}"
        name = f"OUTC{stamp}_00_{number}_omnidesk-{key}.smsbackup"
        hidden = self._folders.outbox / f".{name}"
        try:
            handle = os.open(hidden, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            try:
                with suppress(OSError):  # the daemon runs as somebody else, of the folder's group
                    os.fchown(handle, -1, self._folders.outbox.stat().st_gid)
                os.fchmod(handle, 0o660)
                os.write(handle, backup.written(number, messages))
                os.fsync(handle)
            finally:
                os.close(handle)
            hidden.rename(self._folders.outbox / name)
        except OSError as error:
            raise _unreachable(self._folders.outbox, error) from error

    # --- how it does

    def complaint(self) -> str:
        """Return in words what is wrong with the daemon, "" where nothing is known to be. Raises ConnectorError."""
        waiting = [at for at, name in self._names(self._folders.outbox) if name.startswith("OUT")]
        if not waiting or clock.now() - min(waiting) < _STUCK:
            return ""
        return f"{len(waiting)} messages wait for gammu-smsd: look whether it runs and the modem is plugged in"

    def warnings(self) -> tuple[str, ...]:
        """Return what to mind of how the daemon is set. Raises ConnectorError where it cannot be used."""
        folders = self._folders
        for folder in (folders.outbox, folders.inbox, folders.sent, folders.error):
            if not os.access(folder, os.R_OK | os.X_OK | (os.W_OK if folder == folders.outbox else 0)):
                raise ConnectorError(
                    f"{folder} cannot be {'written' if folder == folders.outbox else 'read'}: add the user that runs "
                    "OmniDesk to the group of gammu-smsd"
                )
        if folders.detailed:
            return ()
        return (
            "inboxformat is not detail, so that delivery reports cannot be told from messages: set inboxformat = "
            "detail and deliveryreport = sms for gammu-smsd",
        )


def _key(name: str) -> str:
    found = _OURS.fullmatch(name)
    return found[1] if found else ""


def _unreachable(path: Path, error: OSError) -> ConnectionLostError:
    return ConnectionLostError(
        f"{path.name or path} of gammu-smsd cannot be used ({error.strerror}): it is tried again"
    )


def texts(said: dict[str, Any]) -> list[Part]:
    """Return the parts of a message that came without its details. Raises ValueError, KeyError, TypeError."""
    found = []
    for name, content in said["files"]:
        named = _CAME.fullmatch(str(name))
        if named is None:
            raise ValueError(f"{name} is no name of a message")
        found.append(Part(named[2].replace("X", "*"), _text(base64.b64decode(content), str(said["charset"]))))
    return found


def _text(raw: bytes, charset: str) -> str:
    if charset == "utf-16" and raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
