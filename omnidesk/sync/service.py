"""The engine as a service of the user: a systemd unit that runs it whether a console is open or not."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from omnidesk.words.errors import OmniDeskError, RefusedError

SECONDS = 20.0


class ServiceError(OmniDeskError):
    """The service manager did not do what was asked."""


@dataclass(frozen=True, slots=True)
class Service:
    """What there is of the service for one workspace: its unit's name and file; `running` as systemd says."""

    name: str
    path: Path
    installed: bool
    running: bool


def show(home: Path) -> Service:
    """Return what there is of the service for a workspace."""
    path = _unit_path(home)
    installed = path.exists()
    running = installed and why_not() is None and _systemctl("is-active", "--quiet", path.name, check=False) == 0
    return Service(path.name, path, installed, running)


def why_not() -> str | None:
    """Return in words why no service can be installed here, or None where it can."""
    if sys.platform != "linux":
        return "services of the user are set up on Linux only: run `omnidesk sync` from your own service manager"
    if shutil.which("systemctl") is None:
        return "systemd is not here: run `omnidesk sync` from your own service manager, or from cron with --once"
    if _systemctl("show-environment", check=False) != 0:
        return "systemd does not run for this user here (no user session): log in, or run `omnidesk sync` yourself"
    return None


def install(home: Path) -> Service:
    """Write the unit and start the engine, now and at each login. Raises RefusedError where it cannot be."""
    reason = why_not()
    if reason is not None:
        raise RefusedError(reason)
    path = _unit_path(home)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(unit(home), encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"{path} cannot be written: {error.strerror}") from error
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", path.name)
    return show(home)


def remove(home: Path) -> Service:
    """Stop the engine's service and remove its unit. Raises RefusedError where there is none."""
    path = _unit_path(home)
    if not path.exists():
        raise RefusedError(f"there is no service for {home}")
    if why_not() is None:
        _systemctl("disable", "--now", path.name, check=False)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ServiceError(f"{path} cannot be removed: {error.strerror}") from error
    if why_not() is None:
        _systemctl("daemon-reload", check=False)
    return show(home)


def unit(home: Path) -> str:
    """Return the unit for a workspace."""
    command = " ".join(_quoted(word) for word in (sys.executable, "-m", "omnidesk", "--home", str(home), "sync"))
    return f"""[Unit]
Description=OmniDesk engine for {_plain(str(home))}
After=network-online.target

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=5
TimeoutStopSec=100
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def _quoted(word: str) -> str:
    """A word as systemd reads it (systemd.syntax): % and $ doubled, quotes and backslashes escaped."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{safe}"'


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text).replace("%", "%%")


def _unit_path(home: Path) -> Path:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"
    return folder / f"omnidesk-{hashlib.sha256(str(home).encode()).hexdigest()[:8]}.service"


def _systemctl(*words: str, check: bool = True) -> int:
    try:
        done = subprocess.run(
            ["systemctl", "--user", *words], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if not check:
            return 1
        raise ServiceError(f"systemctl did not answer: {error}") from error
    if check and done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise ServiceError(f"systemctl {words[0]} failed: {last}")
    return done.returncode
