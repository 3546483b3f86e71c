"""Importing old mail from mbox files and Maildirs: the same intake, but history is not news."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk import channels, intake
from omnidesk.desk.acts import Act, perform
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

AT_A_TIME = 100
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in mails."""

    received: int
    duplicates: int
    quarantined: int
    act: rows.Act | None = None


def import_mbox(
    workspace: Workspace, actor: Actor, channel: str, path: Path, progress: Callable[[Imported], None] | None = None
) -> Imported:
    """Import an mbox file (RFC 4155; `>From ` is unescaped as in mboxrd) as mail of a channel. Repeatable."""
    if not path.is_file():
        raise UsageError(
            _("{path} is no file: an mbox is one file, a Maildir a folder with cur, new and tmp").format(path=path)
        )
    return _take_in(workspace, actor, channel, _mbox(path), progress)


def import_maildir(
    workspace: Workspace, actor: Actor, channel: str, path: Path, progress: Callable[[Imported], None] | None = None
) -> Imported:
    """Import a Maildir with its subfolders (Maildir++) as mail of a channel. Repeatable."""
    if not any((path / part).is_dir() for part in ("cur", "new")):
        raise UsageError(_("{path} is no Maildir: it has neither cur nor new").format(path=path))
    return _take_in(workspace, actor, channel, _maildir(path), progress)


def _mbox(path: Path) -> Iterator[tuple[bytes, str]]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            raw = _ESCAPED.sub(rb"\1", box.get_bytes(key))
            yield raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), path.name
    finally:
        box.close()


def _maildir(path: Path) -> Iterator[tuple[bytes, str]]:
    folders = [path, *sorted(folder for folder in path.glob(".*") if (folder / "cur").is_dir())]
    for folder in folders:
        name = "INBOX" if folder == path else folder.name.lstrip(".")
        for part in ("cur", "new"):
            for file in sorted((folder / part).glob("*")):
                raw = file.read_bytes()
                yield raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), name


def _take_in(
    workspace: Workspace,
    actor: Actor,
    name: str,
    mails: Iterator[tuple[bytes, str]],
    progress: Callable[[Imported], None] | None,
) -> Imported:
    channel = channels.get(workspace, name)
    if channel.kind == "desk":
        raise RefusedError(_("mail is imported into a mailbox's channel, not into desk"))
    connector = registry.connector(channel.kind)
    received = duplicates = quarantined = 0
    while some := list(islice(mails, AT_A_TIME)):
        items = [
            Item(
                source_id=connector.identify(raw),
                raw=raw,
                received_at=clock.now(),
                folder=folder,
                outbound=folder.lower().startswith("sent"),
                junk=folder.lower() in {"junk", "spam"},
            )
            for raw, folder in some
        ]
        admitted = intake.admit(workspace, channel.id, items, imported=True)
        settled = intake.settle(workspace, admitted.items)
        received += len(admitted.items) - settled.again
        duplicates += admitted.duplicates + settled.again
        quarantined += settled.quarantined
        if progress is not None:
            progress(Imported(received, duplicates, quarantined))

    def work(act: Act) -> None:
        counts = {"received": received, "duplicates": duplicates, "quarantined": quarantined}
        act.event("imported", after={"channel": channel.id, **counts})
        act.summary = f"imported {received} mails into {name}"

    return Imported(received, duplicates, quarantined, perform(workspace, actor, "import", work)[0])
