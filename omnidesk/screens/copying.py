"""Copying what stands in a conversation: the desktop's own tool first, the terminal (OSC 52) second."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, fit
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

MOST = 74_000
"""Bytes that go to the clipboard through the terminal: several take no more than 100 kB of base64."""
MOST_BY_TOOL = 5_000_000
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_NUMBER = re.compile(r"(?<![\w.])(?:\+?\d[\d ()./-]{5,20}\d|[A-Z]{1,6}[-/]?\d{2,12}|\d{4,20})(?!\w)")


def to_clipboard(desk: DeskScreen, text: str) -> bool:
    """Put text on the clipboard; False, and a word why, where it is too long for the terminal."""
    text = clean(text)
    tool = clipboard_tool()
    if tool is not None and len(text) <= MOST_BY_TOOL:
        desk.backstage.write(lambda: _by_tool(desk, tool, text))
        return True
    if len(text.encode()) > MOST:
        desk.say(_("that is too long for the terminal's clipboard"), wrong=True)
        return False
    desk.app.copy_to_clipboard(text)
    return True


def _by_tool(desk: DeskScreen, tool: list[str], text: str) -> None:
    try:
        subprocess.run(
            tool,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        desk.app.call_from_thread(desk.app.copy_to_clipboard, text[:MOST])


def clipboard_tool() -> list[str] | None:
    """Return the desktop's program that fills its clipboard from standard input; None over SSH or without one."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return None
    wanted: list[list[str]] = []
    if sys.platform == "darwin":
        wanted.append(["pbcopy"])
    if os.environ.get("WAYLAND_DISPLAY"):
        wanted.append(["wl-copy"])
    if os.environ.get("DISPLAY"):
        wanted += [["xclip", "-selection", "clipboard"], ["xsel", "-ib"]]
    return next(([found, *rest] for name, *rest in wanted if (found := shutil.which(name))), None)


def _copied(desk: DeskScreen, text: str, what: str = "") -> None:
    if to_clipboard(desk, text):
        desk.say(_("copied {what}").format(what=what or one_line(text, 120)))


def message(desk: DeskScreen, press: Press) -> None:
    """Copy the text of the message being read."""
    current = desk.thread.current
    if current is None:
        desk.say(_("there is no message here"))
        return
    text = current.message.text if current.unfolded else current.message.reply_text
    _copied(desk, text, _("the message: {count} characters").format(count=times.number(len(text))))


def addresses(desk: DeskScreen) -> list[str]:
    """Return the addresses of the message being read and of its customer, the sender's first."""
    current = desk.thread.current
    found: list[str] = []
    if current is not None:
        said = current.message
        found = [said.sender.address, *(one.address for one in (*said.reply_to, *said.to, *said.cc))]
        found += _ADDRESS.findall(said.text[:200_000])
    customer = desk.customer.known.customer
    found += [one.value for one in customer.identities] if customer is not None else []
    return list(dict.fromkeys(clean for one in found if (clean := one_line(one, 320))))[:200]


def numbers(desk: DeskScreen) -> list[str]:
    """Return the numbers of the message being read: of orders, parcels, telephones; then the conversation's own."""
    current = desk.thread.current
    found: list[str] = []
    if current is not None:
        said = current.message
        found = [one.strip() for one in _NUMBER.findall(f"{said.subject}\n{said.text[:200_000]}")]
    if desk.open_id is not None:
        found.append(f"#{desk.open_id}")
    return list(dict.fromkeys(one_line(one, 60) for one in found))[:200]


def _choose(what: str, list_them: Callable[[DeskScreen], list[str]]) -> Callable[[DeskScreen, Press], None]:
    def choose(desk: DeskScreen, press: Press) -> None:
        found = list_them(desk)
        if not found:
            desk.say(_("there is no {what} here").format(what=_(what)))
        elif len(found) == 1:
            _copied(desk, found[0])
        else:
            desk.app.push_screen(Picking(desk, _("Copy which {what}?").format(what=_(what)), found))

    return choose


class Picking(Listing):
    """Things to copy, one a line."""

    PLACE: ClassVar[str] = "picking"
    HEADING: ClassVar[str] = "Copy"

    def __init__(self, desk: DeskScreen, question: str, choices: list[str]) -> None:
        super().__init__(desk)
        self.question, self.choices = question, choices

    def read(self, width: int) -> ListRead:
        """One choice a line."""
        lines = [Line((("", f" {fit(choice, width - 1)}"),), place) for place, choice in enumerate(self.choices, 1)]
        return ListRead(lines, self.question)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A line was clicked twice."""
        self.take()

    def take(self) -> None:
        """Copy the line of the cursor and go back."""
        if self.key:
            self.dismiss()
            _copied(self.desk, self.choices[self.key - 1])


def _take(screen: Picking, press: Press) -> None:
    screen.take()


ACTIONS = (
    Action("copy-message", "copy message", "Copy the text of the message", ("c c",), PANES, "Read", message),
    Action("copy-address", "copy address", "Copy an address", ("c a",), PANES, "Read", _choose("address", addresses)),
    Action("copy-number", "copy number", "Copy a number: order, parcel, telephone", ("c n",), PANES, "Read",
           _choose("number", numbers)),
    Action("pick", "copy it", "Copy what the cursor is on", ("enter", "y"), ("picking",), "Lists", _take, 1),
)  # fmt: skip
