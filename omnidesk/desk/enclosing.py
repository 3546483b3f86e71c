"""Files that go with a message: found by path, named in drafts, and their bytes stored when the message is queued."""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omnidesk.desk import threads
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.filename import safe_name
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Enclosure, Message
from omnidesk.words.speech import _

_STORED = "attachment:"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with a message, its bytes stored."""

    name: str
    content_type: str
    data: bytes
    blob: str


def find(path: str | Path) -> Enclosure:
    """Return the file at a path that an agent gave. Raises UsageError where it cannot be attached."""
    wanted = Path(path).expanduser().absolute()
    try:
        found = wanted.stat()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else _("no path")
        raise UsageError(
            _("{path} cannot be attached: {why}").format(path=one_line(str(path), 200), why=why)
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(_("{path} cannot be attached: it is no file").format(path=one_line(str(path), 200)))
    if not os.access(wanted, os.R_OK):
        raise UsageError(_("{path} cannot be attached: you may not read it").format(path=one_line(str(path), 200)))
    return Enclosure(one_line(wanted.name, 120), found.st_size, str(wanted))


def of_message(message: Message) -> tuple[Enclosure, ...]:
    """Return the files of a message, so that another can take them along."""
    return tuple(Enclosure(file.name, file.size, f"{_STORED}{file.id}") for file in message.attachments)


def of_conversation(workspace: Workspace, number: int, ids: Sequence[int]) -> tuple[Enclosure, ...]:
    """Return files of a conversation by their ids. Raises NotFoundError for one that is not in it."""
    found = []
    for one in dict.fromkeys(ids):
        row = workspace.database.reader.one(
            "SELECT a.name, a.size FROM attachment a JOIN message m ON m.id = a.message_id "
            "WHERE a.id = ? AND m.conversation_id = ?",
            (one, number),
        )
        if row is None:
            raise NotFoundError(_("file {one} is not in conversation {number}").format(one=one, number=number))
        found.append(Enclosure(row["name"], row["size"], f"{_STORED}{one}"))
    return tuple(found)


def sizes(files: Sequence[Enclosure | Path]) -> tuple[int, ...]:
    """Return the sizes in bytes of files to attach, without reading them. Raises UsageError."""
    return tuple(_known(file).size for file in files)


def named(files: Sequence[Enclosure | Path]) -> tuple[Enclosure, ...]:
    """Return files to attach as a draft names them. Raises UsageError where one cannot be attached."""
    return tuple(_known(file) for file in files)


def enclose(workspace: Workspace, files: Sequence[Enclosure | Path]) -> tuple[Enclosed, ...]:
    """Read files and store their bytes. Raises UsageError where one cannot be read."""
    found = [_read(workspace, _known(file), place) for place, file in enumerate(files, 1)]
    blobs = workspace.blobs.put_all([data for _, _, data in found])
    return tuple(Enclosed(name, kind, data, blob) for (name, kind, data), blob in zip(found, blobs, strict=True))


def _known(file: Enclosure | Path) -> Enclosure:
    if isinstance(file, Enclosure):
        return file if file.source.startswith(_STORED) else find(file.source)
    return find(file)


def _read(workspace: Workspace, file: Enclosure, place: int) -> tuple[str, str, bytes]:
    if file.source.startswith(_STORED):
        stored, data = threads.attachment_bytes(workspace, int(file.source.removeprefix(_STORED)))
        return safe_name(stored.name, stored.content_type, place), stored.content_type, data
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    try:
        return safe_name(file.name, kind, place), kind, Path(file.source).read_bytes()
    except OSError as error:
        raise UsageError(
            _("{source} cannot be attached: {why}").format(source=file.source, why=error.strerror)
        ) from error
