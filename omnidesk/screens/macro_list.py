"""The list of macros: read, written in the agent's editor, taken in from files and written out to them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import SuspendNotSupported
from textual.message import Message

from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.macro_chooser import Chosen
from omnidesk.text.clean import one_line
from omnidesk.widgets.lines import Line, cut, fit, spread
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.rows import Macro
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from omnidesk.desk import macro_files, macro_rows, macros, undo
    from omnidesk.screens import editor
    from omnidesk.screens import macros as inserting
    from omnidesk.screens.desk import DeskScreen
else:
    macros, macro_rows = Later("omnidesk.desk.macros"), Later("omnidesk.desk.macro_rows")
    macro_files, undo = Later("omnidesk.desk.macro_files"), Later("omnidesk.desk.undo")
    editor, inserting = Later("omnidesk.screens.editor"), Later("omnidesk.screens.macros")

PLACE = ("macros",)
TEXTS = 3
"""Texts of a macro that the list shows."""
LARGEST = 2_000_000
_BLANK = """\
# A new macro. Placeholders: {{{{customer.first_name}}}}, or {{{{customer.first_name|there}}}} with words instead;
# {names}
macros:
  - name: the name
    texts:
      - language: en
        text: |
          Dear {{{{customer.first_name|customer}}}},

          ...
    actions: {{status: pending}}   # and tags: [+new, -old], assign: me, snooze: 2d, priority: high
"""


@dataclass
class Ready(Message):
    """A macro is filled for a conversation."""

    number: int
    chosen: Chosen


class Macros(Listing):
    """The team's macros and the agent's own."""

    PLACE: ClassVar[str] = "macros"
    HEADING: ClassVar[str] = "Macros"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.macros: dict[int, Macro] = {}

    def read(self, width: int) -> ListRead:
        """Each macro with its languages, what it does, and how its texts begin."""
        found = macros.list_macros(self.session.workspace, self.session.actor)
        self.macros = {macro.id: macro for macro in found}
        lines = [line for macro in found for line in _lines(macro, width)]
        nothing = [Line((("dim", f" {_('No macros yet: n writes one, i takes a file in.')}"),))]
        return ListRead(lines or nothing, _("Macros {count}").format(count=len(found)))

    @property
    def macro(self) -> Macro | None:
        """The macro under the cursor."""
        return self.macros.get(self.key)

    def on_ready(self, message: Ready) -> None:
        """Go and write with it."""
        self.dismiss()
        inserting.insert(self.desk, message.number, message.chosen)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A macro was clicked twice."""
        use(self, Press())


def _lines(macro: Macro, width: int) -> list[Line]:
    does = macro_rows.described(macro.actions)
    own = "" if macro.shared else f"  {_('own')}"
    left: list[Part] = [("strong", f" {one_line(macro.name)}"), ("accent", own), ("dim", f"  {does}")]
    uses = _("used {count}x").format(count=macro.uses) + " " if macro.uses else ""
    lines = [Line(spread(left, (("dim", uses),), width), macro.id)]
    for one in macro.wordings[:TEXTS]:
        sort = " ".join(filter(None, (one.language, one.channel_class))) or _("any")
        parts = (("accent", f"   {fit(sort, 10)} "), ("dim", cut(one_line(one.text, 400), max(8, width - 16))))
        lines.append(Line(parts, macro.id))
    if len(macro.wordings) > TEXTS:
        lines.append(
            Line((("faint", "   " + _("and {count} more").format(count=len(macro.wordings) - TEXTS)),), macro.id)
        )
    return [*lines, Line(())]


def use(screen: Macros, press: Press) -> None:
    """Put the macro under the cursor into a reply to the conversation that was looked at."""
    desk, macro, session = screen.desk, screen.macro, screen.session
    number = desk.open_id or (desk.queue.cursor.id if desk.queue.cursor is not None else None)
    if macro is None or number is None:
        screen.say(_("there is no conversation to answer"), wrong=True)
        return

    def work() -> Ready:
        channel_class = macros.class_of_conversation(session.workspace, number)
        filled = macros.fill(session.workspace, session.actor, macro.id, number, channel_class)
        return Ready(number, Chosen(filled, channel_class))

    screen.backstage.read("use", work)


def new(screen: Macros, press: Press) -> None:
    """Write a new macro in the editor."""
    from omnidesk.text import placeholders

    _edit(screen, None, _BLANK.format(names=", ".join(placeholders.NAMES)))


def edit(screen: Macros, press: Press) -> None:
    """Change the macro under the cursor in the editor."""
    if screen.macro is not None:
        _edit(screen, screen.macro, macro_files.to_yaml([screen.macro]))


def _edit(screen: Macros, macro: Macro | None, text: str) -> None:
    """Hand the terminal to the agent's editor with a macro as YAML; what cannot be read stays for the next time."""
    path = editor.drafts_folder(screen.session.home) / f"macro-{macro.id if macro is not None else 'new'}.yaml"
    before = _left(path)
    try:
        _write(path, before or text)
        with screen.app.suspend():
            code = subprocess.run([*editor.command(), str(path)], check=False).returncode
    except SuspendNotSupported:
        screen.say(_("this terminal cannot be handed over to an editor: omnidesk macro edit does it"), wrong=True)
        return
    except OSError as error:
        screen.say(_("the editor cannot run: {why}").format(why=error.strerror), wrong=True)
        return
    finally:
        screen.refresh(layout=True)
    said = _left(path)
    if code != 0 or said == text:
        path.unlink(missing_ok=True)
        screen.say(_("nothing was changed"))
        return
    screen.do(lambda: _keep(screen, macro, said, path))


def _left(path: Path) -> str:
    try:
        return path.read_bytes()[:LARGEST].decode("utf-8", "replace")
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _keep(screen: Macros, macro: Macro | None, text: str, path: Path) -> str:
    session = screen.session
    try:
        if macro is None:
            done = macro_files.take_in(session.workspace, session.actor, text)
            said = _made(len(done.added)) + (
                _("; there already: {names}").format(names=", ".join(done.kept)) if done.kept else ""
            )
        else:
            written = macro_files.from_yaml(text)
            if len(written) != 1:
                raise UsageError(_("there is more than one macro in it"))
            one = written[0]
            said = macros.edit(
                session.workspace, session.actor, macro, one.name, one.wordings, one.actions
            )[0].summary  # fmt: skip
    except OmniDeskError as error:
        kept = _(" - what you wrote is kept: the same key goes on with it")
        raise UsageError(f"{error}{kept}") from None
    path.unlink(missing_ok=True)
    return said


def _made(count: int) -> str:
    return ngettext("{count} macro made", "{count} macros made", count).format(count=count)


def remove(screen: Macros, press: Press) -> None:
    """Remove the macro under the cursor."""
    macro, session = screen.macro, screen.session
    if macro is not None:
        screen.do(lambda: macros.remove(session.workspace, session.actor, macro).summary + _(" - u takes it back"))


def take_in(screen: Macros, press: Press) -> None:
    """Ask for a file of macros."""
    hint = _("a YAML file; macros of a name that is there stay as they are")
    screen.ask(_("Take macros in from:"), _taken_in, hint)


def _taken_in(screen: Macros, said: str) -> None:
    session, path = screen.session, Path(said.strip()).expanduser()

    def work() -> str:
        try:
            text = path.read_bytes()[:LARGEST].decode("utf-8", "replace")
        except OSError as error:
            raise UsageError(_("{path} cannot be read: {why}").format(path=path, why=error.strerror)) from error
        done = macro_files.take_in(session.workspace, session.actor, text)
        kept = _(", {count} were there already").format(count=len(done.kept)) if done.kept else ""
        return _made(len(done.added)) + kept

    if said.strip():
        screen.do(work)


def write_out(screen: Macros, press: Press) -> None:
    """Ask where to write all macros to."""
    screen.ask(_("Write all macros to:"), _written_out, _("a new YAML file"), "macros.yaml")


def _written_out(screen: Macros, said: str) -> None:
    session, path = screen.session, Path(said.strip()).expanduser()

    def work() -> str:
        found = macros.list_macros(session.workspace, session.actor)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(macro_files.to_yaml(found))
        except FileExistsError:
            raise UsageError(_("{path} is there already").format(path=path)) from None
        except OSError as error:
            raise UsageError(_("{path} cannot be written: {why}").format(path=path, why=error.strerror)) from error
        said = ngettext("{count} macro in {path}", "{count} macros in {path}", len(found))
        return said.format(count=len(found), path=path)

    if said.strip():
        screen.do(work)


def take_back(screen: Macros, press: Press) -> None:
    """Take the agent's own last act back."""
    session = screen.session
    screen.do(lambda: undo.undo(session.workspace, session.actor).act.summary)


ACTIONS = (
    Action("macro-use", "use", "Answer with the macro", ("enter",), PLACE, "List of macros", use, 1),
    Action("macro-write", "new", "Write a new macro in your editor", ("n",), PLACE, "List of macros", new, 2),
    Action("macro-edit", "edit", "Change the macro in your editor", ("e",), PLACE, "List of macros", edit, 3),
    Action("macro-remove", "remove", "Remove the macro", ("#",), PLACE, "List of macros", remove, 4),
    Action("macro-import", "import", "Take macros in from a file", ("i",), PLACE, "List of macros", take_in, 5),
    Action("macro-export", "export", "Write all macros to a file", ("w",), PLACE, "List of macros", write_out, 6),
    Action("macro-undo", "undo", "Take back your last act", ("u",), PLACE, "List of macros", take_back, 7),
)
