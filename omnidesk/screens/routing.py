"""The rules under the channels: which team gets what comes in. Shown, added, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.text.clean import one_line
from omnidesk.widgets.lines import Line, cut
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import routing
    from omnidesk.screens.channels import ChannelsScreen
else:
    routing = Later("omnidesk.desk.routing")


def lines(found: list[routing.Rule], width: int) -> list[Line]:
    """Return the section of the rules; each line's key is its rule's number below zero."""
    if not found:
        return []
    section = [Line((("title", f" {_('Rules: the first that fits gives the team')}"),))]
    for rule in found:
        style = "" if rule.team is not None else "warn"
        section.append(Line((("strong", f" {rule.id:>4} "), (style, cut(one_line(rule.said), width - 7))), -rule.id))
    return [*section, Line(())]


def add(screen: ChannelsScreen, press: Press) -> None:
    """Ask for a rule in one line."""
    if press.argument:
        _add(screen, press.argument)
        return
    here = screen.row
    begun = f"channel:{here.name} to:" if here is not None else "to:"
    screen.ask(_("Rule:"), _add, _("to: subject: header: folder: team: - 'words in quotes', * for anything"), begun)


def _add(screen: ChannelsScreen, text: str) -> None:
    session = screen.session

    def work() -> str:
        said = routing.read(text)
        if not said.get("team"):
            raise UsageError(_("a rule needs a team: team:NAME"))
        rule = routing.add(session.workspace, session.actor, said["team"], said, said.get("channel"))[1]
        return _("rule {number}: {said}").format(number=rule.id, said=rule.said)

    if text.strip():
        screen.do(work)


def remove(screen: ChannelsScreen, number: int) -> None:
    """Remove the rule of this number; an undo brings it back."""
    session = screen.session
    screen.do(lambda: routing.remove(session.workspace, session.actor, number)[0].summary + _(" - u takes it back"))


ACTIONS = (
    Action(
        "rule-add", "rule", "Give what comes in to a team, by a rule", ("R",), ("channels",), "Channels", add, 9,
        takes="rule",
    ),
)  # fmt: skip
