"""Opening and saving what a message brings: links, files, and its original in a browser.

What opens where the agent sits: at a desktop its own programs, over SSH what a terminal can show, else a link on
loopback for a forwarded port. Text, mails and lists of archives are shown by the console itself.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.lines import Target
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import files, originals, sharing, threads, viewing
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
    from omnidesk.text import filekind
    from omnidesk.words.rows import Attachment
else:
    files, originals, sharing, threads, viewing = (
        Later(f"omnidesk.desk.{name}") for name in ("files", "originals", "sharing", "threads", "viewing")
    )
    filekind = Later("omnidesk.text.filekind")

PICTURE = (1_600, 1_200)
"""Pixels that a picture has at most in a terminal that shows pictures."""
BLOCKS = (400, 240)
"""Half blocks that a picture has at most in one that does not."""


@dataclass
class FileReady(Message):
    """Something was opened, saved or refused: what to say, and what to put on the clipboard."""

    said: str
    copy: str = ""
    wrong: bool = False


@dataclass
class TextReady(Message):
    """The text of a file, to be shown."""

    title: str
    text: str


@dataclass
class PictureReady(Message):
    """A picture as rows of pixels (rgb, three bytes each), and its bytes for a terminal that shows pictures."""

    title: str
    width: int
    height: int
    rgb: bytes
    data: bytes


def _by_label(act: Callable[[DeskScreen, Target], None]) -> Callable[[DeskScreen, Press], None]:
    def choose(desk: DeskScreen, press: Press) -> None:
        found = _named(desk, press)
        if found is None:
            unknown = _("no link or file in sight is called that")
            desk.say(unknown if desk.thread.in_sight() else _("nothing here opens"))
        else:
            act(desk, found)

    return choose


def _named(desk: DeskScreen, press: Press) -> Target | None:
    """The link or file of a label typed, or of a number said in the palette, of the message being read."""
    if press.argument.strip().isdigit() and desk.thread.current is not None:
        wanted = int(press.argument)
        lines = desk.thread.current.lines
        return next((one for line in lines for one in line.targets if one.number == wanted), None)
    found = desk.thread.labelled_by(press.typed)
    return None if found is None else found[1]


def open_target(desk: DeskScreen, target: Target) -> None:
    """Open a link or a file; a link whose text named another host is asked about first."""
    if target.url and target.claims:
        from omnidesk.screens.confirming import Confirm

        preview = [
            _("Its text says {host}.").format(host=target.claims),
            _("It leads to {url}").format(url=target.url),
        ]
        question = Confirm(_("Open a link that hides where it leads?"), preview, _("open it"))
        desk.app.push_screen(question, partial(_sure, desk, target.url))
    elif target.url:
        _open_link(desk, target.url)
    elif target.file_id:
        desk.say(_("opening .."))
        desk.backstage.write(partial(_open_file, desk.session, target.file_id))


def _sure(desk: DeskScreen, url: str, yes: bool | None) -> None:
    if yes:
        _open_link(desk, url)


def _open_link(desk: DeskScreen, url: str) -> None:
    desk.backstage.write(partial(_link, url))


def _link(url: str) -> FileReady:
    if not files.at_desktop():
        return FileReady(_("copied, there is no desktop here: {url}").format(url=url), copy=url)
    files.open_on_desktop(url)
    return FileReady(_("opened {what}").format(what=url))


def _open_file(session: Session, file_id: int) -> Message:
    row, data = threads.attachment_bytes(session.workspace, file_id)
    kind = files.check_may_open(row.name, row.content_type, data)
    kinds = filekind.FileKind
    try:
        if kind is kinds.ARCHIVE:
            return TextReady(_("{name} holds").format(name=row.name), _listed(viewing.view("archive", data)))
        if kind is kinds.MAIL:
            return TextReady(row.name, originals.mail_text(data))
        if kind is kinds.TEXT:
            return TextReady(row.name, clean(data[:2_000_000].decode("utf-8", "replace")))
        if files.at_desktop():
            files.open_on_desktop(str(files.private_copy(row.name, data)))
            return FileReady(_("opened {name} with the desktop's program").format(name=row.name))
        if kind is kinds.PDF:
            return TextReady(row.name, clean(viewing.view("pdf", data)["text"]))
        if kind is kinds.PICTURE:
            return _picture(row, data)
    except viewing.ViewingError as error:
        return FileReady(f"{row.name}: {error}", wrong=True)
    return _shared(row, data)


def _picture(row: Attachment, data: bytes) -> PictureReady:
    found = viewing.view("picture", data, width=BLOCKS[0], height=BLOCKS[1])
    width, height = found["of"]
    title = f"{row.name}  {width} x {height}"
    return PictureReady(title, found["width"], found["height"], base64.b64decode(found["data"]), data)


def _shared(row: Attachment, data: bytes) -> FileReady:
    shared = sharing.share(row.name, row.content_type, data)
    return FileReady(_("{name} is at {place}").format(name=row.name, place=sharing.words(shared)), copy=shared.url)


def _listed(found: dict[str, object]) -> str:
    entries = found["files"]
    assert isinstance(entries, list)
    mark = f"  ({_('locked')})"
    lines = [f"{size:>12,}  {one_line(name, 300)}{mark if locked else ''}" for name, size, locked in entries]
    more = "\n.. " + _("and {count} more").format(count=found["more"]) if found["more"] else ""
    return _("Archives are listed, never opened.") + "\n\n" + "\n".join(lines) + more


def share_target(desk: DeskScreen, target: Target) -> None:
    """Give a file out on loopback for five minutes."""
    session = desk.session
    if target.file_id:
        desk.backstage.write(lambda: _shared(*threads.attachment_bytes(session.workspace, target.file_id)))
    else:
        desk.say(_("a link needs no other: gx opens it"))


def save_target(desk: DeskScreen, target: Target) -> None:
    """Ask where to save a file."""
    if target.file_id:
        _ask_folder(desk, (target.file_id,))
    else:
        desk.say(_("a link is opened, not saved: gx"))


def save_all(desk: DeskScreen, press: Press) -> None:
    """Ask where to save all files of the message being read."""
    current = desk.thread.current
    ids = tuple(file.id for file in current.message.attachments) if current is not None else ()
    if ids:
        _ask_folder(desk, ids, press.argument)
    else:
        desk.say(_("the message being read has no files"))


def _ask_folder(desk: DeskScreen, ids: tuple[int, ...], folder: str = "") -> None:
    if folder:
        _save(desk, ids, folder)
        return
    count = len(ids)
    question = _("Save the file in:") if count == 1 else _("Save {count} files in:").format(count=count)
    before = desk.saved_to or str(files.default_folder())
    desk.ask("save", question, lambda asked, text: _save(asked, ids, text), _("a folder"), before)


def _save(desk: DeskScreen, ids: tuple[int, ...], text: str) -> None:
    session, folder = desk.session, text.strip()
    if not folder:
        return
    desk.saved_to = folder

    def work() -> FileReady:
        paths = []
        for file_id in ids:
            row, data = threads.attachment_bytes(session.workspace, file_id)
            paths.append(files.save(Path(folder), row.name, data))
        more = " " + _("and {count} more").format(count=len(paths) - 1) if len(paths) > 1 else ""
        return FileReady(_("saved {what}").format(what=paths[0]) + more, copy="")

    desk.backstage.write(work)


def original(desk: DeskScreen, press: Press) -> None:
    """Open the message being read in a browser, as it came, with nothing in it that acts or loads."""
    current = desk.thread.current
    if current is None:
        desk.say(_("there is no message here"))
        return
    session, message_id = desk.session, current.message.id

    def work() -> FileReady:
        content = originals.page(session.workspace, message_id).encode()
        if files.at_desktop():
            files.open_on_desktop(str(files.private_copy("original.html", content)))
            return FileReady(_("opened in the browser: no script runs and nothing is loaded"))
        shared = sharing.share("original.html", "text/html; charset=utf-8", content, shown=True)
        return FileReady(_("the original is at {place}").format(place=sharing.words(shared)), copy=shared.url)

    desk.backstage.write(work)


def finish(desk: DeskScreen, done: FileReady) -> None:
    """Say what became of it."""
    if done.copy:
        from omnidesk.screens.copying import to_clipboard

        to_clipboard(desk, done.copy)
    desk.say(one_line(done.said, 400), done.wrong)


def show_text(desk: DeskScreen, found: TextReady) -> None:
    """Show the text of a file."""
    from omnidesk.screens.showing import Reader

    desk.say("")
    desk.app.push_screen(Reader(desk, found.title, found.text))


def show_picture(desk: DeskScreen, found: PictureReady) -> None:
    """Show a picture, as well as the terminal can."""
    from omnidesk.screens.showing import PictureScreen, show_on_terminal

    desk.say("")
    if not show_on_terminal(desk.app, found):
        desk.app.push_screen(PictureScreen(found))


LABELLED = ("open-target", "save-target", "share-target")
"""Actions that wait for a label: links and files show theirs meanwhile."""

ACTIONS = (
    Action("open-target", "open link or file", "Open a link or a file by its label", ("g x *",), PANES, "Read",
           _by_label(open_target), 0, "the number of a link or file of the message being read"),
    Action("save-target", "save file", "Save a file by its label", ("g w *",), PANES, "Read", _by_label(save_target), 0,
           "the number of a file of the message being read"),
    Action("save-all", "save all", "Save all files of the message", ("g W",), PANES, "Read", save_all, 0, "a folder"),
    Action("share-target", "link to file", "Give a file out on loopback for five minutes, by its label", ("g l *",),
           PANES, "Read", _by_label(share_target), 0, "the number of a file of the message being read"),
    Action("original", "original", "Open the original in a browser, with nothing in it that acts", ("g H",), PANES,
           "Read", original),
)  # fmt: skip
