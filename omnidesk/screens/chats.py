"""Going to live chats: the one that waits longest, from wherever the agent is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens import writing
from omnidesk.screens.keys import EVERYWHERE, Action, Press
from omnidesk.screens.listing import LISTINGS, Listing
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


def go_on(screen: DeskScreen | Listing, press: Press) -> None:
    """Go to the chat of the agent's own that waits longest, other than the one being answered; what is being written
    stays as a draft, its cursor too."""
    if isinstance(screen, Listing):
        screen.dismiss()
    desk = screen.desk if isinstance(screen, Listing) else screen
    sheet = desk.composer.sheet
    here = sheet.conversation_id if sheet is not None and sheet.sort == "reply" else None
    numbers = [one.number for one in desk.chats.mine]
    waiting = [one.number for one in desk.chats.mine if one.waiting_since is not None and one.number != here]
    behind = numbers[numbers.index(here) + 1 :] + numbers[: numbers.index(here)] if here in numbers else numbers
    found = next(iter(waiting or behind), None)
    if found is not None:
        go(desk, found)
    elif here in numbers:
        desk.say(_("this is your only chat"))
    else:
        desk.say(_("you have no chat"))


def go(desk: DeskScreen, number: int) -> None:
    """Open a chat to be answered."""
    if desk.asks_how:
        desk.stop_asking()
    desk.queue.select(number)
    desk.mark_read(number)
    writing.begin(desk, number, "reply")


ACTIONS = (
    Action("next-chat", "chat", "Go to the chat that waits longest", ("f3",), (*EVERYWHERE, "send", *LISTINGS),
           "Answer", go_on),
)  # fmt: skip
