"""Actions for customers whose reply window has closed: a template goes, what was written waits, and goes with one key
once they answer."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from omnidesk.screens.keys import WRITING, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, Written
from omnidesk.text import recipients
from omnidesk.text.clean import clean
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import reaching
    from omnidesk.desk import templates as approved
    from omnidesk.screens import template_chooser
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
    from omnidesk.screens.template_chooser import Chosen
else:
    reaching, approved = Later("omnidesk.desk.reaching"), Later("omnidesk.desk.templates")
    template_chooser = Later("omnidesk.screens.template_chooser")


def choose(desk: DeskScreen, press: Press) -> None:
    """Choose a template for what is being written."""
    by(desk, None)


def by(desk: DeskScreen, channel: str | None) -> None:
    """Choose a template of a channel, or of the one that takes nothing else now."""
    sheet = desk.composer.now
    if sheet is None or sheet.sort not in ("reply", "new"):
        desk.say(_("a template is for a customer: reply first"))
        return
    way = channel or next((one.channel for one in sheet.ways if one.template), None)
    if way is None and sheet.sort == "new":
        desk.say(_("no channel has templates"))
        return
    waits = sheet.sort == "reply" and bool(desk.composer.text.strip() or sheet.files)

    def chosen(found: Chosen | None) -> None:
        if found is not None:
            _send(desk, found)
        desk.focus_pane("composer")

    desk.app.push_screen(template_chooser.TemplateChooser(desk.session, sheet.conversation_id, way, waits), chosen)


def takes_template(sheet: Sheet) -> bool:
    """Say whether nothing can carry what is written but a template."""
    return sheet.sort in ("reply", "new") and sheet.way is None and any(way.template for way in sheet.ways)


def _send(desk: DeskScreen, found: Chosen) -> None:
    sheet = desk.composer.now
    if sheet is None:
        return
    text = clean(desk.composer.text)
    desk.draft_timer_stop(keep=True)
    desk.composer.freeze(True)
    desk.backstage.write(partial(_deliver, desk.session, sheet, text, found))


def _deliver(session: Session, sheet: Sheet, text: str, found: Chosen) -> Written:
    """Queue the template, in a thread; what was written waits for the customer's answer."""
    said = approved.Filling(found.one.name, found.one.language, found.values)
    who, key = (session.workspace, session.actor), str(uuid.uuid4())
    if sheet.sort == "new":
        if len(sheet.to) != 1:
            raise UsageError(_("a template goes to one customer: name them first"))
        queued = reaching.begin(*who, recipients.write(sheet.to), found.one.channel, said, key)
        return Written(sheet, "", (), "stay", False)
    queued = reaching.reach(*who, sheet.conversation_id, said, text, found.one.channel, sheet.files, key)
    number = queued.message.conversation_id
    told = _("template to #{number}; your answer waits until they write")
    return Written(sheet, told.format(number=number) if text.strip() or sheet.files else "", (), "stay", False)


def send_held(desk: DeskScreen, number: int) -> None:
    """Send the answer that waited for the customer."""
    session, key = desk.session, str(uuid.uuid4())

    def work() -> Acted:
        reaching.send_held(session.workspace, session.actor, number, key)
        return Acted(_("the answer that waited in #{number} goes").format(number=number), show=number, undoable=False)

    desk.backstage.write(work)


def refuse_held(desk: DeskScreen, number: int) -> None:
    """Make the answer that waits a draft, and go on writing it."""
    session = desk.session

    def work() -> Acted:
        act = reaching.refuse(session.workspace, session.actor, number)
        return Acted(act.summary, show=number, undoable=False, write=True)

    desk.backstage.write(work)


ACTIONS = (
    Action(
        "template", "template", "Send an approved template; what you wrote waits", ("f12",), WRITING, "Write",
        choose, 9,
    ),
)  # fmt: skip
