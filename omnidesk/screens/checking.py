"""The check list: is it really the customer? Two of the things that only they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import person_checks
    from omnidesk.screens.desk import DeskScreen
else:
    person_checks = Later("omnidesk.desk.person_checks")

FAILED = ("no", "nee", "nein", "failed")


def check(desk: DeskScreen, press: Press) -> None:
    """Ask what the person knew; `no` says that they failed."""
    number = next(iter(desk.targets()), None)
    if number is None:
        desk.say(_("open a conversation first"))
        return
    if press.argument:
        _checked(desk, number, press.argument)
        return
    asked = desk.head.check_items

    def answered(desk: DeskScreen, text: str) -> None:
        _checked(desk, number, text)

    hint = _("two of: {items}; with commas, or by their first letters; no: they failed").format(items=", ".join(asked))
    desk.ask("check", _("Which did they know?"), answered, hint)


def _checked(desk: DeskScreen, number: int, text: str) -> None:
    session, said = desk.session, text.strip().lower()

    def work() -> Acted:
        if said in FAILED:
            return Acted(person_checks.record(session.workspace, session.actor, number, (), failed=True).summary)
        known = _meant(said, person_checks.items(session.workspace))
        return Acted(person_checks.record(session.workspace, session.actor, number, known).summary)

    if said:
        desk.backstage.write(work)


def _meant(said: str, asked: list[str]) -> list[str]:
    """Return the things that were typed, each by its whole name or by how it begins."""
    words = [word.strip() for word in said.split(",")] if "," in said else said.split()
    if len(words) == 1 and len(words[0]) <= len(asked) and words[0] not in asked:
        words = list(words[0])
    return [next((item for item in asked if item.startswith(word)), word) for word in words if word]


ACTIONS = (
    Action("check-person", "check", "Check who it is: what did they know?", ("g Y",), PANES, "Decide", check,
           takes="what they knew, or no"),
)  # fmt: skip
