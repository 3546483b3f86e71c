"""Old mail from files into a channel, and a conversation as mails into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Done
from omnidesk.screens.messages import Acted, Trouble
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import exporting, files, importing
    from omnidesk.screens.channels import ChannelsScreen
    from omnidesk.screens.desk import DeskScreen
else:
    exporting, files = Later("omnidesk.desk.exporting"), Later("omnidesk.desk.files")
    importing = Later("omnidesk.desk.importing")

EVERY = 0.5
"""Seconds between two words on how far an import came."""


class _LeftError(Exception):
    """The console was left: what was imported stays, and the next import goes on from there."""


def bring_in(screen: ChannelsScreen, press: Press) -> None:
    """Ask which mbox file or Maildir to take into the channel."""
    one = screen.row
    if one is None:
        screen.say(_("there is no channel here: a adds one"))
    elif press.argument:
        _bring_in(screen, one.name, press.argument)
    else:
        question = _("Old mail for {name}:").format(name=one.name)
        screen.ask(question, lambda asked, text: _bring_in(asked, one.name, text), _("an mbox file or a Maildir"))


def _bring_in(screen: ChannelsScreen, channel: str, text: str) -> None:
    """Import beside everything else; what is said of it reaches the list, and the desk when that was left."""
    if not text.strip():
        return
    path, session, desk = Path(text.strip()).expanduser(), screen.session, screen.desk
    said_at = 0.0

    def tell(words: str) -> None:
        screen.post_message(Done(words))
        desk.post_message(Acted(words, undoable=False))

    def progress(done: importing.Imported) -> None:
        nonlocal said_at
        if desk.backstage.closed:
            raise _LeftError
        if clock.monotonic() - said_at > EVERY:
            said_at = clock.monotonic()
            count = times.number(done.received)
            tell(_("{share} read: {count} mails imported").format(share=f"{done.share:.0%}", count=count))

    def work() -> None:
        take = importing.import_maildir if path.is_dir() else importing.import_mbox
        try:
            done = take(session.workspace, session.actor, channel, path, progress)
        except _LeftError:
            return
        except OmniDeskError as error:
            (screen if screen.is_attached else desk).post_message(Trouble(str(error)))
            return
        said = _("{received} mails imported, {known} were here already, {bad} in quarantine")
        tell(said.format(received=times.number(done.received), known=times.number(done.duplicates),
                         bad=times.number(done.quarantined)))  # fmt: skip

    screen.say(_("reading {path} ..").format(path=one_line(str(path), 100)))
    desk.backstage.read("import", work)


def save_conversation(desk: DeskScreen, press: Press) -> None:
    """Ask where to save what was said in the conversation, as mails in one file."""
    numbers = desk.targets()
    if not numbers:
        desk.say(_("there is no conversation here"))
    elif press.argument:
        _save(desk, numbers, press.argument)
    else:
        folder = desk.saved_to or str(files.default_folder())
        name = f"{folder}/{numbers[0]}{f'-and-{len(numbers) - 1}' if len(numbers) > 1 else ''}.mbox"
        desk.ask("save", _("Save it as:"), lambda asked, text: _save(asked, numbers, text), _("a file"), name)


def _save(desk: DeskScreen, numbers: list[int], text: str) -> None:
    path, session = Path(text.strip()).expanduser(), desk.session
    if not text.strip():
        return

    def work() -> Acted:
        if path.is_dir():
            return Acted(_("{path} is a folder: name a file in it").format(path=path), undoable=False)
        files.write_whole(path, exporting.mails(session.workspace, numbers))
        return Acted(_("saved {what}").format(what=one_line(str(path), 200)), undoable=False)

    desk.backstage.write(work)


ACTIONS = (
    Action("save-conversation", "save as mails", "Save the conversation as mails in a file", ("g S",), PANES, "Read",
           save_conversation, takes="a file"),
    Action("channel-import", "old mail", "Take old mail in from an mbox file or a Maildir", ("i",), ("channels",),
           "Channels", bring_in, takes="an mbox file or a Maildir"),
)  # fmt: skip
