"""Calls in the console: the line while one rings, the key that opens it from anywhere, and dialling with one key."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message

from omnidesk import clock
from omnidesk.screens.copying import Picking
from omnidesk.screens.keys import EVERYWHERE, PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import LISTINGS
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.words.contacts import length
from omnidesk.words.errors import DatabaseLostError, OmniDeskError
from omnidesk.words.rows import LiveCall
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from omnidesk.desk import consent_record
    from omnidesk.screens import contact_screen
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.text import phone
else:
    consent_record = Later("omnidesk.desk.consent_record")
    contact_screen = Later("omnidesk.screens.contact_screen")
    phone = Later("omnidesk.text.phone")

DIALS_FOR = 5.0
"""Seconds in which a program that cannot dial says so; one that runs longer is left alone."""
_NUMBER = re.compile(r"\+?[0-9*#]{3,20}")
OVER_ALL = ("call", "visit")
"""Actions whose keys work over whatever is on the screen, questions and lists too."""


@dataclass
class Dialled(Message):
    """The program that dials was started; `wrong` is what it said where it failed."""

    number: str
    wrong: str


def ringing(calls: Sequence[LiveCall], now: int, key: str) -> str:
    """Return the line of the call that rings or runs: who, how long, the last contact, what is open; "" for none."""
    if not calls:
        return ""
    one = calls[0]
    who = " ".join(part for part in (one_line(one.name, 40), one.shown) if part)
    since = one.began_at if one.answered_at is None else one.answered_at
    state = _("rings") if one.state == "ringing" else _("talking")
    said = [f"{who or _('withheld number')} {state} {length((now - since) // clock.SECOND)}"]
    if one.last_contact_at is not None:
        said.append(f"{badges.kind(one.last_kind)} {times.day_time(one.last_contact_at, now).strip()}")
    if one.customer_id is not None:
        said.append(ngettext("{count} open", "{count} open", one.open_matters).format(count=one.open_matters))
    said.append(_("{key} opens").format(key=key.upper()))
    if len(calls) > 1:
        said.append(_("{count} more").format(count=len(calls) - 1))
    return ", ".join(said)


def _desk(screen: Any) -> DeskScreen:
    found: DeskScreen = getattr(screen, "desk", screen)
    return found


def _open(desk: DeskScreen, sheet: contact_screen.Sheet) -> None:
    if desk.app.screen.id != "contact":
        screen = contact_screen.ContactScreen(desk, sheet)
        screen.id = "contact"
        desk.app.push_screen(screen)


def call(screen: Any, press: Press) -> None:
    """Open the call that rings or runs; else the one put aside; else begin one by hand."""
    desk = _desk(screen)
    live = next(iter(desk.summary.calls), None) if desk.summary is not None else None
    aside = desk.put_aside.get("call")
    if live is not None and (aside is None or aside.call != live.id):
        sheet = contact_screen.Sheet("call", "out" if live.outbound else "in", who=live.shown,
                                     call=live.id)  # fmt: skip
        since = live.began_at if live.answered_at is None else live.answered_at
        sheet.began = clock.monotonic() - (clock.now() - since) / clock.SECOND
        _open(desk, sheet)
    elif aside is not None:
        _open(desk, desk.put_aside.pop("call"))
    else:
        _open(desk, contact_screen.Sheet("call", who=press.argument))


def visit(screen: Any, press: Press) -> None:
    """Write down who stands at the counter."""
    desk = _desk(screen)
    fresh = contact_screen.Sheet("visit", shop=desk.session.preferences.shop, who=press.argument)
    _open(desk, desk.put_aside.pop("visit", fresh))


def letter(screen: Any, press: Press) -> None:
    """Write down a letter or a card on paper, with its scan."""
    desk = _desk(screen)
    _open(desk, desk.put_aside.pop("letter", contact_screen.Sheet("letter", who=press.argument)))


def numbers(desk: DeskScreen) -> list[str]:
    """Return the telephone numbers of the open conversation: of the message being read first, then the customer's."""
    current = desk.thread.current
    found = [current.message.sender.address] if current is not None else []
    customer = desk.customer.known.customer
    if customer is not None:
        found += [one.value for one in customer.identities if one.kind == "phone"]
    return [one for one in dict.fromkeys(found) if phone.valid_phone(one)]


def dial(desk: DeskScreen, press: Press) -> None:
    """Call a number of the customer: the one there is, or the one chosen of several."""
    found = [press.argument.strip()] if press.argument.strip() else numbers(desk)
    if not found:
        desk.say(_("no telephone number of this customer is known"))
    elif len(found) == 1:
        dial_number(desk, found[0])
    else:
        desk.app.push_screen(Dialling(desk, _("Call which number?"), found))


class Dialling(Picking):
    """Numbers to call, one a line."""

    HEADING: ClassVar[str] = "Call"

    def take(self) -> None:
        """Call the number of the line of the cursor."""
        if self.key:
            self.dismiss()
            dial_number(self.desk, self.choices[self.key - 1])


def command(said: str, number: str) -> list[str]:
    """Return the program and its arguments that dial a number, which is one argument whatever it holds.

    Raises OmniDeskError in words."""
    bare = re.sub(r"[\s()./-]", "", number)
    if not _NUMBER.fullmatch(bare):
        raise OmniDeskError(_("{number} is no number to dial").format(number=one_line(number, 40)))
    try:
        words = shlex.split(said)
    except ValueError as error:
        raise OmniDeskError(_("dial_command cannot be read: {why}").format(why=error)) from None
    if not any("{number}" in word for word in words):
        words.append("{number}")
    return [word.replace("{number}", bare) for word in words]


@dataclass
class MayDial(Message):
    """It was looked up whether a number may be called; `objection` says why not."""

    number: str
    objection: str


def dial_number(desk: DeskScreen, number: str) -> None:
    """Call a number, unless its customer wants no calls."""
    session, here = desk.session, desk.open_id

    def work() -> MayDial:
        try:
            return MayDial(number, consent_record.call_objection(session.workspace, number, here))
        except DatabaseLostError:
            return MayDial(number, "")  # a telephone works without a database

    desk.backstage.write(work)


def may_dial(desk: DeskScreen, message: MayDial) -> None:
    """Start the agent's own program that dials, and open the call screen; or say why the number is not called."""
    number = message.number
    if message.objection:
        desk.say(message.objection, wrong=True)
        return
    said = desk.session.preferences.dial_command
    sheet = contact_screen.Sheet("call", "out", who=phone.shown_phone(number), belongs=desk.open_id)
    _open(desk, sheet)
    if not said.strip():
        desk.say(
            _("dial {number} by hand: the preference dial_command names a program that does").format(number=number)
        )
        return
    desk.backstage.write(lambda: Dialled(number, _run(said, number)))


def _run(said: str, number: str) -> str:
    """Run the program without a shell; return what went wrong, in words."""
    try:
        words = command(said, number)
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OmniDeskError as error:
        return str(error)
    except OSError as error:
        return _("{program} cannot be started: {why}").format(program=one_line(said, 60), why=error.strerror)
    try:
        _out, complaint = process.communicate(timeout=DIALS_FOR)
    except subprocess.TimeoutExpired:
        return ""
    why = one_line(complaint.decode("utf-8", "replace"), 200) or _("exit status {code}").format(code=process.returncode)
    return "" if process.returncode == 0 else _("dialling failed: {why}").format(why=why)


def dialled(desk: DeskScreen, message: Dialled) -> None:
    """Say what went wrong with dialling, where the agent looks."""
    if message.wrong:
        top = desk.app.screen
        (top.status.say if top.id == "contact" else desk.say)(message.wrong, wrong=True)  # type: ignore[attr-defined]


_ANYWHERE = (*EVERYWHERE, "send", *LISTINGS)
_GROUP = "Calls and the counter"
ACTIONS = (
    Action("call", "call", "Open the call that rings, or begin one", ("f2",), _ANYWHERE, _GROUP, call, takes="number"),
    Action("visit", "visit", "Log a visit at the counter", ("f9",), _ANYWHERE, _GROUP, visit, takes="order or name"),
    Action("letter", "letter", "Log a letter or card on paper", ("g P",), PANES, _GROUP, letter, takes="who"),
    Action("dial", "dial", "Call the customer", ("g T",), PANES, _GROUP, dial, takes="number"),
)
