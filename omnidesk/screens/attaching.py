"""Files that go with what is written: attached by path with completion, by a pasted path, and taken off again."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from textual.suggester import Suggester

from omnidesk import clock
from omnidesk.screens.keys import Press
from omnidesk.screens.later import Later
from omnidesk.screens.writing_messages import FilesFound
from omnidesk.text.clean import clean, one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import Enclosure
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import enclosing
    from omnidesk.screens import editor
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.writing_desk import WritingDesk
    from omnidesk.widgets.draft_area import DraftArea
else:
    enclosing, editor = Later("omnidesk.desk.enclosing"), Later("omnidesk.screens.editor")

MOST_NAMES = 5_000
"""Entries of a folder that are looked at for completion."""
_OFF = re.compile(r"-\s*(\d{1,3}(?:[\s,]+\d{1,3})*|all)\Z")


class Paths(Suggester):
    """Completes a path from the disk, in a thread."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the path as it would be completed."""
        return await asyncio.to_thread(completed, value)


def completed(typed: str) -> str | None:
    """Return a path completed by the first name that fits; a folder ends in /."""
    folder, _, begun = typed.rpartition("/")
    looked = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    names = []
    try:
        with os.scandir(looked) as entries:
            for place, entry in enumerate(entries):
                if entry.name.startswith(begun) and (begun or not entry.name.startswith(".")):
                    names.append(entry.name + ("/" if entry.is_dir() else ""))
                if place > MOST_NAMES:
                    break
    except (OSError, ValueError):
        return None
    found = min(names, default="")
    if not found or not found.isprintable():
        return None
    return f"{folder}/{found}" if "/" in typed else found


def attach(desk: DeskScreen, press: Press) -> None:
    """Ask for the path of a file."""
    sheet = desk.composer.now
    if sheet is None or sheet.sort == "note":
        desk.say(_("a note takes no files"))
        return
    hint = _("a path; Tab completes") + (_("; -1 takes the first off, -all all") if sheet.files else "")
    desk.ask("attach", _("Attach:"), attached, hint)
    desk.prompt.complete_with(Paths())


def attached(desk: DeskScreen, text: str) -> None:
    """Attach the file at a path, or take some off."""
    sheet, said = desk.composer.now, text.strip()
    if sheet is None or not said:
        return
    if match := _OFF.match(said):
        everything = match[1] == "all"
        places = {int(one) for one in re.findall(r"\d+", match[1])}
        kept = tuple(file for place, file in enumerate(sheet.files, 1) if not everything and place not in places)
        desk.composer.enclose(kept)
        return
    number = sheet.conversation_id
    desk.backstage.read("attach", lambda: FilesFound(number, (enclosing.find(said),)))


def pasted(desk: WritingDesk, message: DraftArea.Pasted) -> None:
    """A path that was pasted attaches the file there; a text that is too large to write is kept as one."""
    sheet = desk.composer.sheet
    if sheet is None:
        return
    number, sort, text = sheet.conversation_id, sheet.sort, message.text
    if message.path:
        desk.backstage.read("attach", lambda: _by_path(number, sort, text))
    else:
        count = f"{len(text) / 1e6:.1f}"
        desk.say(_("{count} million characters pasted: kept as a file").format(count=count))
        home = desk.session.home
        desk.backstage.write(lambda: _as_file(home, number, sort, text))


def _by_path(number: int, sort: str, text: str) -> FilesFound:
    found: list[Enclosure] = []
    try:
        if sort != "note":
            found = [enclosing.find(one) for one in paths_in(text)]
    except UsageError:
        found = []
    return FilesFound(number, tuple(found)) if found else FilesFound(number, (), text=clean(text))


def paths_in(text: str) -> list[str]:
    """Return the paths that a terminal pastes when files are dropped on it: quoted, escaped, or as file: addresses."""
    bare = text.strip()
    if Path(bare).expanduser().is_file():
        return [bare]
    try:
        words = shlex.split(bare)
    except ValueError:
        return []
    return [unquote(urlsplit(word).path) if word.startswith("file://") else word for word in words]


def _as_file(home: str, number: int, sort: str, text: str) -> FilesFound:
    folder = editor.drafts_folder(home)
    path = folder / f"pasted-{number}-{clock.now()}.txt"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(clean(text))
    if sort == "note":
        return FilesFound(number, (), _("too large for a note: it is kept as {path}").format(path=path))
    found = enclosing.find(path)
    said = _("too large to write: attached as {name}").format(name=one_line(found.name))
    return FilesFound(number, (found,), said)


def found(desk: WritingDesk, message: FilesFound) -> None:
    """Attach what was found, or write what was no file."""
    sheet = desk.composer.now
    if sheet is None or sheet.conversation_id != message.conversation_id:
        return
    if message.text:
        desk.composer.insert(message.text)
    elif message.files:
        known = {file.source for file in sheet.files}
        fresh = tuple(file for file in message.files if file.source not in known)
        desk.composer.change(replace(sheet, files=(*sheet.files, *fresh)))
    if message.said:
        desk.say(message.said)
