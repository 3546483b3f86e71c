"""What processes are called in rows that they leave in the workspace, and which of them are known to have ended.

A name is `machine:pid:started:token`. A process of this machine can be looked for; of those elsewhere only what expires
is known. The machine's part holds what tells two machines of one host name apart, and two containers on one machine;
when the process started tells it from a later one of the same pid.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


def process_name() -> str:
    """Return a name for this process, or a part of it, that no other has."""
    pid = os.getpid()
    return f"{machine()}:{pid}:{_state(pid)[1]}:{secrets.token_hex(3)}"


@cache
def machine() -> str:
    """Return what this machine is called: its host name, and where the system tells it, a mark of this boot and of the
    processes that can be seen from here."""
    host = socket.gethostname().replace(":", "-")
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text()
        seen = f"{boot}{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return host
    return f"{host}/{hashlib.sha256(seen.encode()).hexdigest()[:8]}"


def ended(name: str) -> bool:
    """Say whether the process of a name is known to have ended; False for one of another machine."""
    where, _, rest = name.partition(":")
    pid, _, rest = rest.partition(":")
    started = rest.partition(":")[0]
    if where != machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass  # it runs, for somebody else
    state, since = _state(int(pid))
    return state in ("Z", "X") or bool(started and since and started != since)


def _state(pid: int) -> tuple[str, str]:
    """Return a process's state (Z and X have ended) and when it started, in ticks; "" where the system does not say."""
    try:
        said = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return "", ""
    fields = said.rpartition(")")[2].split()  # the name before it may hold anything
    return (fields[0], fields[19]) if len(fields) > 19 else ("", "")
