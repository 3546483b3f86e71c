"""The agent's own editor, on a file in their drafts folder.

The file lies there as long as the editor works on it, and so does the editor's swap file: after a dropped line or a
crash both are found again, and the editor offers its own recovery.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from omnidesk import clock
from omnidesk.screens.keys import Press
from omnidesk.screens.writing_messages import EditorDone, EditorReady
from omnidesk.text.clean import clean, one_line
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.writing_desk import WritingDesk

LARGEST = 2_000_000
"""Bytes of a file that are read back."""


class EditorError(OmniDeskError):
    """The editor cannot be used."""


def command() -> list[str]:
    """Return the agent's editor: $VISUAL, $EDITOR, else vi."""
    said = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        return shlex.split(said) or ["vi"]
    except ValueError:
        return [said]


def drafts_folder(home: str) -> Path:
    """Return the agent's own folder for drafts of a workspace, made where there is none."""
    from platformdirs import user_data_path

    name = hashlib.sha256(str(Path(home).resolve()).encode()).hexdigest()[:12]
    folder = user_data_path("omnidesk") / "drafts" / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EditorError(_("{path} cannot be made: {why}").format(path=folder, why=error.strerror)) from error
    return folder


def path_of(home: str, number: int, sort: str, login: str) -> Path:
    """Return the file that a draft is edited in."""
    who = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in login)[:40]
    return drafts_folder(home) / f"{number}-{sort}-{who}.txt"


def edit(desk: DeskScreen, press: Press) -> None:
    """Store the draft, write the file, then hand the terminal over."""
    sheet = desk.composer.now
    if sheet is None:
        return
    desk.draft_timer_stop(keep=True)
    session, text = desk.session, desk.composer.text
    desk.hold_keys(True)

    def work() -> EditorReady:
        path = path_of(session.home, sheet.conversation_id, sheet.sort, session.agent.login)
        found = left_behind(path)
        if found is None or found == text.rstrip("\n"):
            _write(path, text)
            return EditorReady(sheet.conversation_id, str(path))
        if text.strip():  # both were written: the one of the composer lies beside it
            _write(path.with_name(f"composer-{path.name}"), text)
        return EditorReady(sheet.conversation_id, str(path))

    desk.backstage.write(work)


def left_behind(path: Path) -> str | None:
    """Return what an editor that was cut off left in a file; None where there is none."""
    try:
        return clean(path.read_bytes()[:LARGEST].decode("utf-8", "replace")).rstrip("\n")
    except OSError:
        return None


def _write(path: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise EditorError(_("{path} cannot be written: {why}").format(path=path, why=error.strerror)) from error


def run(desk: WritingDesk, message: EditorReady) -> None:
    """Run the editor in this terminal until the agent leaves it."""
    words = command()
    path = Path(message.path)
    code: int | str
    try:
        with desk.app.suspend():
            try:
                code = subprocess.run([*words, str(path)], check=False).returncode
            except OSError as error:
                code = _("{program} cannot run: {why}").format(program=one_line(words[0], 60), why=error.strerror)
    except SuspendNotSupported:
        code = _("this terminal cannot be handed over to an editor")
    desk.refresh(layout=True)
    if code != 0:
        ended = _("the editor ended with status {code}: the draft stays as it was").format(code=code)
        why = code if isinstance(code, str) else ended
        desk.say(why, wrong=True)
    desk.backstage.write(lambda: _after(message.conversation_id, path, code))


def _after(number: int, path: Path, code: int | str) -> EditorDone:
    if code != 0 and not (isinstance(code, int) and code < 0):  # it was left on purpose, or never ran
        forget(path)
    return EditorDone(number, left_behind(path) if code == 0 else None, str(path))


def forget(path: Path) -> None:
    """Remove the file of a draft, unless an editor still has it open."""
    if not _swap(path).exists():
        path.unlink(missing_ok=True)


def _swap(path: Path) -> Path:
    return path.with_name(f".{path.name}.swp")


def cut_off(home: str, number: int, sort: str, login: str) -> int | None:
    """Return when an editor was cut off in a draft (UTC ms), None where none was."""
    path = path_of(home, number, sort, login)
    times = [int(one.stat().st_mtime * 1000) for one in (path, _swap(path)) if one.exists()]
    return min(max(times), clock.now()) if times else None
