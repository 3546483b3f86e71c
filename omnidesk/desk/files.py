"""Files of messages: what may be done with one, saving it without overwriting, and a private copy to open.

An agent at a desktop gets the desktop's program; one who came by SSH gets what a terminal can show, or a link on
loopback (`sharing`). What could hand the machine over is saved only.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from omnidesk.text.clean import one_line
from omnidesk.text.filekind import SAVED_ONLY, FileKind, kind_of
from omnidesk.text.filename import safe_name
from omnidesk.words.errors import OmniDeskError, RefusedError, UsageError
from omnidesk.words.speech import _

SHOWN_HERE = (FileKind.MAIL, FileKind.TEXT, FileKind.ARCHIVE)
"""Kinds whose text the console itself shows, wherever the agent sits."""
MOST_COPIES = 10_000
"""Numbers tried for a name that is taken."""

_copies: list[Path] = []


def at_desktop(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Say whether programs of a desktop open where the agent sits."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY") or environment.get("SSH_CLIENT"):
        return False
    if platform == "darwin":
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def check_may_open(name: str, content_type: str, data: bytes | None = None) -> FileKind:
    """Return what a file is. Raises RefusedError, with the reason, where it may be saved only."""
    kind = kind_of(name, content_type, data)
    if kind in SAVED_ONLY:
        raise RefusedError(_("{name} is not opened: {why}").format(name=one_line(name, 80), why=_(SAVED_ONLY[kind])))
    return kind


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where files are saved unless the agent says otherwise: Downloads, else the home folder."""
    said = environment.get("XDG_DOWNLOAD_DIR", "")
    if said.startswith("/"):
        return Path(said)
    found = Path.home() / "Downloads"
    return found if found.is_dir() else Path.home()


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that is there only when it is whole, readable by its owner only; one of that name is replaced.

    Raises OmniDeskError in words."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                for some in parts:
                    file.write(some)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OmniDeskError(
            _("{path} cannot be written: {why}").format(path=one_line(str(path), 200), why=error.strerror)
        ) from error


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write a file into a folder under its own name, or that name and a number where it is taken; return its path.

    It is readable by its owner only. Raises UsageError, OmniDeskError in words."""
    folder = folder.expanduser()
    if not folder.is_dir():
        raise UsageError(
            _("{folder} is no folder: make it first, or give another").format(folder=one_line(str(folder), 200))
        )
    named = Path(safe_name(name))
    for number in range(MOST_COPIES):
        path = folder / (named.name if not number else f"{named.stem} ({number}){named.suffix}")
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise OmniDeskError(
                _("{path} cannot be written: {why}").format(path=one_line(str(path), 200), why=error.strerror)
            ) from error
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise OmniDeskError(
                _("{path} cannot be written: {why}").format(path=one_line(str(path), 200), why=error.strerror)
            ) from error
        return path
    raise OmniDeskError(
        _("there are too many files called {name} in {folder}: give another folder").format(
            name=named.name, folder=folder
        )
    )


def private_copy(name: str, data: bytes) -> Path:
    """Write a copy that only this user can read, in a folder of its own that goes when the program ends."""
    folder = Path(tempfile.mkdtemp(prefix="omnidesk-open-"))
    if not _copies:
        atexit.register(_remove_copies)
    _copies.append(folder)
    return save(folder, name, data)


def _remove_copies() -> None:
    for folder in _copies:
        shutil.rmtree(folder, ignore_errors=True)


def open_on_desktop(target: str, platform: str = sys.platform) -> None:
    """Hand a path or a safe link to the desktop's own program. Raises OmniDeskError where there is none.

    No shell is involved, and a path is absolute: it can be no option."""
    program = "open" if platform == "darwin" else "xdg-open"
    found = shutil.which(program)
    if found is None:
        raise OmniDeskError(_("there is no {program} here: save the file and open it yourself").format(program=program))
    subprocess.Popen(
        [found, target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
