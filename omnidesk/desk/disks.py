"""What kind of disk a folder lies on, as Linux tells in /proc and /sys; elsewhere nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "ceph", "glusterfs", "lustre", "beegfs", "davfs"}
)
NETWORK_BY_FUSE = frozenset(f"fuse.{name}" for name in ("sshfs", "glusterfs", "davfs2", "rclone", "s3fs", "ceph"))
ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})
VOLATILE = frozenset({"tmpfs", "ramfs"})


@dataclass(frozen=True, slots=True)
class Disk:
    """The file system under a folder; `encrypted` is what can be seen of it."""

    kind: str
    device: str
    network: bool
    encrypted: bool


def under(folder: Path, mounts: Path = Path("/proc/self/mounts"), system: Path = Path("/sys")) -> Disk | None:
    """Return the disk a folder lies on, None where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best: tuple[int, str, str] | None = None
    where = folder.resolve()
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(parts[1].replace("\\040", " ").replace("\\011", "\t"))
        if (where == point or point in where.parents) and (best is None or len(point.parts) >= best[0]):
            best = (len(point.parts), parts[0], parts[2])
    if best is None:
        return None
    _, device, kind = best
    hidden = kind in ENCRYPTING | VOLATILE or _crypt(system, device)
    return Disk(kind, device, kind in NETWORK | NETWORK_BY_FUSE, hidden)


def _crypt(system: Path, device: str) -> bool:
    """Say whether a block device, or one that it is made of, is a dm-crypt mapping."""
    try:
        waiting = [(system / "class/block" / Path(device).resolve().name).resolve()]
        while waiting:
            block = waiting.pop()
            kind = block / "dm" / "uuid"
            if kind.exists() and kind.read_text().startswith("CRYPT-"):
                return True
            slaves = block / "slaves"
            waiting += [slave.resolve() for slave in slaves.iterdir()] if slaves.is_dir() else []
    except OSError:
        return False
    return False
