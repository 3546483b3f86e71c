"""Macros in the console: put into a reply, turned into another language, made from what was sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.screens.keys import PANES, WRITING, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.macro_chooser import Chosen, MacroChooser, next_language
from omnidesk.screens.messages import Acted
from omnidesk.text.clean import clean
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Wording
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import macro_rows, macros
    from omnidesk.desk.macros import FilledMacro
    from omnidesk.screens import bulk, macro_list
    from omnidesk.screens.desk import DeskScreen
else:
    macros, macro_rows = Later("omnidesk.desk.macros"), Later("omnidesk.desk.macro_rows")
    bulk, macro_list = Later("omnidesk.screens.bulk"), Later("omnidesk.screens.macro_list")


@dataclass(frozen=True, slots=True)
class Inserted:
    """The macro that stands in the draft of a conversation, and where it was filled for."""

    filled: FilledMacro
    channel_class: str

    def stands(self, text: str) -> bool:
        """Say whether anything of it is left in a text."""
        lines = [line.strip() for line in self.filled.text.split("\n") if len(line.strip()) > 3]
        return any(line in text for line in lines) or self.filled.text.strip() in text


# In a reply


def choose(desk: DeskScreen, press: Press) -> None:
    """Choose a macro for the conversation looked at, or for all that are marked."""
    targets = desk.targets()
    if not targets:
        desk.say(_("there is no conversation here"))
        return
    many = desk.place == "queue" and len(desk.queue.marked) > 1

    def chosen(found: Chosen | None) -> None:
        if found is not None and many:
            bulk.show(desk, tuple(targets), bulk.What(macro=found.filled.macro))
        elif found is not None:
            insert(desk, targets[0], found)

    desk.app.push_screen(MacroChooser(desk.session, targets[0], many=len(targets)), chosen)


def slash(desk: DeskScreen) -> None:
    """A slash was typed at the start of a line: choose a macro, or have the slash after all."""
    sheet = desk.composer.sheet
    if sheet is None:
        return
    if sheet.sort != "reply":
        desk.composer.insert("/")
        return
    number = sheet.conversation_id
    way = sheet.way
    channel_class = macros.class_of_kind(way.kind, sheet.public) if way is not None and way.kind else ""

    def chosen(found: Chosen | None) -> None:
        if found is None:
            desk.composer.insert("/")
        else:
            insert(desk, number, found)
        desk.focus_pane("composer")

    desk.app.push_screen(MacroChooser(desk.session, number, channel_class), chosen)


def insert(desk: DeskScreen, number: int, found: Chosen) -> None:
    """Put a macro into the reply of a conversation; the composer opens where it is not."""
    put = Inserted(found.filled, found.channel_class)
    sheet = desk.composer.sheet
    if sheet is not None and sheet.conversation_id == number and sheet.sort == "reply":
        desk.inserted[number] = (*desk.inserted.get(number, ()), put)
        desk.composer.insert(clean(put.filled.text))
        tell(desk)
        return
    from omnidesk.screens import writing

    desk.to_insert = (number, put)
    writing.begin(desk, number, "reply")


def opened(desk: DeskScreen) -> None:
    """The composer is open: put in what waits for it."""
    sheet, waits = desk.composer.sheet, desk.to_insert
    desk.to_insert = None
    if sheet is None or sheet.sort != "reply":
        return
    if waits is not None and waits[0] == sheet.conversation_id:
        desk.inserted[waits[0]] = (*desk.inserted.get(waits[0], ()), waits[1])
        before = "\n\n" if desk.composer.text.strip() else ""
        desk.composer.insert(before + clean(waits[1].filled.text))
    if sheet.macros and sheet.conversation_id not in desk.kept_macros:
        _fill_again(desk, sheet)
    tell(desk)


def _fill_again(desk: DeskScreen, sheet: Sheet) -> None:
    """Know the macros again that a draft was made with before the console ended."""
    session, number = desk.session, sheet.conversation_id
    here = {one.filled.macro.id for one in desk.inserted.get(number, ())}

    def work() -> Remembered:
        found = []
        for macro, language, channel_class in sheet.macros:
            if macro in here:
                continue
            try:
                filled = macros.fill(session.workspace, session.actor, macro, number, channel_class, language)
            except NotFoundError:  # it was removed since
                continue
            found.append(Inserted(filled, channel_class))
        return Remembered(number, tuple(found))

    desk.backstage.read("macros-kept", work)


def remembered(desk: DeskScreen, message: Remembered) -> None:
    """Take the macros of a draft as put in, ahead of those put in since."""
    desk.kept_macros.add(message.number)
    desk.inserted[message.number] = (*message.macros, *desk.inserted.get(message.number, ()))
    tell(desk)


def with_macros(desk: DeskScreen, sheet: Sheet, text: str) -> Sheet:
    """Return a sheet that says which macros are in its text, so that its draft keeps them."""
    if sheet.sort != "reply":
        return sheet
    there = desk.inserted.get(sheet.conversation_id, ())
    put = [(one.filled.macro.id, one.filled.language, one.channel_class) for one in there if one.stands(text)]
    known = desk.kept_macros if sheet.macros else {sheet.conversation_id}
    before = () if sheet.conversation_id in known else sheet.macros
    return replace(sheet, macros=tuple(dict.fromkeys((*before, *put))))


def tell(desk: DeskScreen) -> None:
    """Say over the text what the macro in it does, and what could not be filled."""
    sheet = desk.composer.sheet
    if sheet is None or sheet.sort != "reply":
        return
    there = [one.filled for one in desk.inserted.get(sheet.conversation_id, ()) if one.stands(desk.composer.text)]
    does = [said for one in there if (said := macro_rows.described(one.macro.actions))]
    remarks = [said for one in there for said in one.remarks]
    desk.composer.warn(
        "macro", *remarks, *([_("done with the send: {what}").format(what=", ".join(does))] if does else [])
    )


def turn(desk: DeskScreen, press: Press) -> None:
    """Say the macro in the reply in its next language."""
    sheet = desk.composer.sheet
    there = desk.inserted.get(sheet.conversation_id, ()) if sheet is not None else ()
    put = next((one for one in reversed(there) if clean(one.filled.text) in desk.composer.text), None)
    if sheet is None or put is None:
        desk.say(_("there is no macro here to turn, or its text was changed"))
        return
    if len(put.filled.languages) < 2:
        desk.say(_("{macro} has one language only").format(macro=put.filled.macro.name))
        return
    session, number = desk.session, sheet.conversation_id
    language = next_language(put.filled)

    def work() -> Turned:
        filled = macros.fill(session.workspace, session.actor, put.filled.macro.id, number, put.channel_class, language)
        return Turned(number, put, Inserted(filled, put.channel_class))

    desk.backstage.read("macro", work)


def sent_with(desk: DeskScreen, sheet: Sheet, text: str) -> tuple[int, ...]:
    """Return the macros that a reply is sent with: those of which something is left."""
    there = desk.inserted.get(sheet.conversation_id, ()) if sheet.sort == "reply" else ()
    return tuple(dict.fromkeys(one.filled.macro.id for one in there if one.stands(text)))


def from_reply(desk: DeskScreen, press: Press) -> None:
    """Ask for the name of a macro made from the newest answer in the conversation."""
    targets = desk.targets()
    if not targets:
        desk.say(_("there is no conversation here"))
        return
    number, session = targets[0], desk.session

    def named(desk: DeskScreen, name: str) -> None:
        def work() -> Acted:
            text, language = macros.of_reply(session.workspace, session.actor, number)
            wording = Wording(language, "", text)
            act, _macro = macros.add(session.workspace, session.actor, name, [wording])
            return Acted(act.summary)

        if name.strip():
            desk.backstage.write(work)

    question = _("Macro from the answer in #{number}, called:").format(number=number)
    desk.ask("macro-name", question, named, _("where is my order"))


@dataclass
class Remembered(Message):
    """The macros that the draft of a conversation was made with, filled again."""

    number: int
    macros: tuple[Inserted, ...]


@dataclass
class Turned(Message):
    """A macro in another language, to stand instead of the one in a conversation's reply."""

    number: int
    before: Inserted
    after: Inserted


def turned(desk: DeskScreen, message: Turned) -> None:
    """Put the macro's other language where it stood."""
    sheet, text = desk.composer.sheet, desk.composer.text
    old = clean(message.before.filled.text)
    if sheet is None or sheet.conversation_id != message.number or old not in text:
        return
    there = desk.inserted.get(message.number, ())
    desk.inserted[message.number] = tuple(message.after if one is message.before else one for one in there)
    desk.composer.put(text.replace(old, clean(message.after.filled.text), 1))
    tell(desk)


def show(desk: DeskScreen, press: Press) -> None:
    """List the macros."""
    desk.app.push_screen(macro_list.Macros(desk))


def to_marked(desk: DeskScreen, press: Press) -> None:
    """Send what is written to all marked conversations, each with its own names and numbers."""
    marked, sheet, text = tuple(desk.queue.marked), desk.composer.sheet, clean(desk.composer.text)
    desk.stop_asking()
    if sheet is None or sheet.sort != "reply" or not marked:
        desk.say(_("mark conversations with x first: what is written then goes to all of them"), wrong=not marked)
        desk.focus_pane("composer")
        return
    desk.leave_composer()
    desk.focus_pane("queue")
    bulk.show(desk, tuple(dict.fromkeys((*marked, sheet.conversation_id))), bulk.What(text, files=sheet.files))


ACTIONS = (
    Action(
        "macro", "macro", "Insert a macro; while writing: / at the start of a line", ("m",), PANES, "Answer", choose, 14
    ),
    Action("macro-new", "macro of it", "Make a macro from the newest answer", ("+",), PANES, "Answer", from_reply),
    Action("macros", "macros", "List the macros", ("g M",), PANES, "Answer", show),
    Action("macro-language", "language", "Turn the macro's language", ("ctrl+l",), WRITING, "Write", turn, 9),
    Action(
        "send-marked", "to all marked", "Send it to all marked", ("m",), ("send",), "Write", to_marked, 6, brief="all"
    ),
)
