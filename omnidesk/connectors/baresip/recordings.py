"""Recordings that baresip's module sndfile writes: two WAV files a call, of what was heard and of what was said.

The module names them by time and not by call: what was written to within the last seconds of a call is its recording.
"""

from __future__ import annotations

from pathlib import Path

from omnidesk.connectors.base import ConnectionLostError, File, Item, MissingError

HEADER = "recordings"
JUST = 5_000
"""Milliseconds within which a file was written to that belongs to the call that ended now."""
STILL = 2_000
"""Milliseconds for which nothing must have been written to a file that is whole."""
MOST = 4


def just_made(folder: str, at: int) -> list[str]:
    """Return the names of the recordings that were being written until now; a folder that is not there has none."""
    try:
        found = [one for one in Path(folder).glob("*.wav") if at - JUST <= one.stat().st_mtime_ns // 1_000_000]
    except OSError:
        return []
    return sorted(one.name for one in found)[:MOST]


def files(item: Item) -> tuple[File, ...]:
    """Return the recordings that an item names, to be read later."""
    names = [name for name in item.headers.get(HEADER, "").split("\n") if name]
    return tuple(File(name, "audio/wav", reference=name) for name in names)


def read(folder: str, name: str, now: int) -> bytes:
    """Return a whole recording of the folder, and nothing that lies elsewhere."""
    path = Path(folder) / Path(name).name
    try:
        if not folder or path.suffix != ".wav":
            raise MissingError(f"{name} is no recording")
        if path.stat().st_mtime_ns // 1_000_000 > now - STILL:
            raise ConnectionLostError(f"the recording {path.name} is being written")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingError(f"the recording {path.name} is gone") from error
    except OSError as error:
        raise ConnectionLostError(f"the recording {path.name} cannot be read: {error.strerror}") from error
