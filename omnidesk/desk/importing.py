"""Importing old mail from mbox files and Maildirs: the same intake, but history is not news.

An import that was cut off is begun anew and goes on where it was: what is here already is known by its content, which
takes a fraction of the time. Memory holds two hundred mails, whatever the file's size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Connector, Item
from omnidesk.desk import channels, intake, mbox
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.decoding import Decoder, Outcome
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

AT_A_TIME = 100
_SENT, _JUNK = {"sent", "sent items", "sent messages", "sent mail"}, {"junk", "spam"}
"""Names of folders in files, which have no flags; elsewhere the addresses of our channels tell what is ours."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in mails; `share` of the source (0 to 1) is done."""

    received: int
    duplicates: int
    quarantined: int
    share: float = 0.0
    act: rows.Act | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A mail of the source, the folder it lay in, and which share of the source is read with it."""

    raw: bytes
    folder: str
    share: float


Progress = Callable[[Imported], None]
"""Called with what was done so far, after each hundred mails."""


def import_mbox(
    workspace: Workspace, actor: Actor, channel: str, path: Path, progress: Progress | None = None
) -> Imported:
    """Import an mbox file (RFC 4155; `>From ` is unescaped as in mboxrd) as mail of a channel. Repeatable.

    Raises UsageError, NotFoundError, RefusedError."""
    if not path.is_file():
        raise UsageError(
            _("{path} is no file: an mbox is one file, a Maildir a folder with cur, new and tmp").format(path=path)
        )
    with path.open("rb") as file:
        if file.read(5) not in (b"From ", b""):
            raise UsageError(_("{path} is no mbox: its first line does not begin with `From `").format(path=path))
    return _take_in(workspace, actor, channel, _mbox(path), progress)


def import_maildir(
    workspace: Workspace, actor: Actor, channel: str, path: Path, progress: Progress | None = None
) -> Imported:
    """Import a Maildir with its subfolders (Maildir++) as mail of a channel. Repeatable.

    Raises UsageError, NotFoundError, RefusedError."""
    if not any((path / part).is_dir() for part in ("cur", "new")):
        raise UsageError(_("{path} is no Maildir: it has neither cur nor new").format(path=path))
    return _take_in(workspace, actor, channel, _maildir(path), progress)


def _mbox(path: Path) -> Iterator[_Found]:
    size = max(1, path.stat().st_size)
    for raw, done in mbox.read(path):
        yield _Found(raw, path.name, done / size)


def _bare(folder: str) -> str:
    return folder.lower().removesuffix(".mbox")


def _maildir(path: Path) -> Iterator[_Found]:
    folders = [path, *sorted(folder for folder in path.glob(".*") if (folder / "cur").is_dir())]
    places = [(folder, part) for folder in folders for part in ("cur", "new")]
    there = [(folder, part) for folder, part in places if (folder / part).is_dir()]
    names = {(folder, part): sorted(file.name for file in (folder / part).iterdir()) for folder, part in there}
    count, done = max(1, sum(map(len, names.values()))), 0
    for (folder, part), files in names.items():
        name = "INBOX" if folder == path else folder.name.lstrip(".")
        for file in files:
            done += 1
            try:
                raw = (folder / part / file).read_bytes()
            except (FileNotFoundError, IsADirectoryError):  # another program moved it meanwhile
                continue
            yield _Found(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), name, done / count)


def _item(connector: type[Connector], one: _Found) -> Item:
    return Item(
        source_id=connector.identify(one.raw),
        raw=one.raw,
        received_at=clock.now(),
        folder=one.folder,
        outbound=_bare(one.folder) in _SENT,
        junk=_bare(one.folder) in _JUNK,
    )


def _take_in(
    workspace: Workspace,
    actor: Actor,
    name: str,
    mails: Iterator[_Found],
    progress: Progress | None,
) -> Imported:
    channel = channels.get(workspace, name)
    if channel.kind == "desk":
        raise RefusedError(_("mail is imported into a mailbox's channel, not into desk"))
    connector = registry.connector(channel.kind)
    done = Imported(0, 0, 0)
    waiting: tuple[intake.Admitted, Future[list[Outcome]], float] | None = None

    def file(admitted: intake.Admitted, decoded: Future[list[Outcome]], share: float) -> Imported:
        settled = intake.settle(workspace, admitted.items, decoded=decoded.result())
        sofar = Imported(
            done.received + len(admitted.items) - settled.again,
            done.duplicates + admitted.duplicates + settled.again,
            done.quarantined + settled.quarantined,
            share,
        )
        if progress is not None:
            progress(sofar)
        return sofar

    with Decoder() as decoder, ThreadPoolExecutor(1) as asking:  # a hundred is decoded while the one before is filed
        while some := list(islice(mails, AT_A_TIME)):
            items = [_item(connector, one) for one in some]
            admitted = intake.admit(workspace, channel.id, items, imported=True)
            decoded = asking.submit(decoder.decode, channel.kind, [item for _, item in admitted.items])
            if waiting is not None:
                done = file(*waiting)
            waiting = admitted, decoded, some[-1].share
        if waiting is not None:
            done = file(*waiting)
    left = intake.settle_rest(workspace, channel.id)  # what an import that was cut off had begun
    received, quarantined = done.received + left.filed, done.quarantined + left.quarantined
    duplicates = max(0, done.duplicates - left.filed - left.quarantined)

    def work(act: Act) -> None:
        counts = {"received": received, "duplicates": duplicates, "quarantined": quarantined}
        act.event("imported", after={"channel": channel.id, **counts})
        act.summary = f"imported {received} mails into {name}"

    return Imported(received, duplicates, quarantined, 1.0, perform(workspace, actor, "import", work)[0])
