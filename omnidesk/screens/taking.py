"""Actions that say whose a conversation is: take the next, pass one over, assign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.deciding import ask, decide
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, Choices
from omnidesk.widgets import times
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import agents, skipping, triage
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    agents, skipping, triage = (Later(f"omnidesk.desk.{name}") for name in ("agents", "skipping", "triage"))

NOTHING = "nothing waits in unassigned for you"
ME, NOBODY = ("me", "mij"), ("none", "nobody", "niemand", "-")


def take_next(desk: DeskScreen, press: Press) -> None:
    """Take what comes first and nobody has: VIPs, what is overdue, then whoever waits longest."""
    session = desk.session

    def work() -> Acted:
        act, number = skipping.take_next(session.workspace, session.actor)
        if number is None:
            return Acted(_(NOTHING), undoable=False)
        return Acted(act.summary, show=number, enter=True)

    desk.backstage.write(work)


def skip(desk: DeskScreen, press: Press) -> None:
    """Ask why it is passed over."""
    if press.argument:
        desk.asked_about = desk.targets()
        skipped(desk, press.argument)
    elif ask(desk, "skip", _("Pass over"), skipped, _("why? the team sees it; then the next one is taken")):
        workspace = desk.session.workspace
        desk.backstage.read("choices", lambda: Choices("skip", skipping.reasons(workspace)))


def skipped(desk: DeskScreen, text: str) -> None:
    """Pass it over for the reason that was typed, and take the next."""
    ids, session = desk.asked_about, desk.session
    if not ids:
        desk.say(_("there is no conversation here"))
        return
    desk.queue.unmark()

    def work() -> Acted:
        act, number, until = skipping.skip(session.workspace, session.actor, ids, text, take=True)
        again = times.day_time(until, clock.now()).strip()
        said = act.summary + _(", not offered to you until {when}").format(when=again)
        if number is None:
            return Acted(f"{said}; {_(NOTHING)}", leaving=tuple(ids))
        return Acted(said, show=number, enter=True)

    desk.backstage.write(work)


def assign(desk: DeskScreen, press: Press) -> None:
    """Ask who shall have it, an agent or a team; a letter typed after `a` begins the answer."""
    desk.asked_owners = shown_owners(desk)
    if press.argument:
        desk.asked_about = desk.targets()
        assigned(desk, press.argument)
    elif ask(desk, "assign", _("Assign"), assigned, _("a login, @team, me, or none"), press.typed):
        session = desk.session
        desk.backstage.read("choices", lambda: Choices("assign", _assignees(session)))


def _assignees(session: Session) -> list[str]:
    people = [one.login for one in agents.list_agents(session.workspace) if not one.disabled]
    teams = [f"@{one.name}" for one in agents.list_teams(session.workspace)]
    return ["me", "none", *people, *teams, *(["@none"] if teams else [])]


def assigned(desk: DeskScreen, text: str) -> None:
    """Assign to who was typed; what follows the login is a note for them, which is asked for where it is needed."""
    said, _space, note = text.strip().partition(" ")
    login = desk.session.agent.login if said in ME else None if said in NOBODY else said
    whose = {one for number in desk.asked_about if (one := desk.asked_owners.get(number)) not in (None, login)}
    if said and not note and whose and login and not login.startswith("@") and login != desk.session.agent.login:
        about, shown = desk.asked_about, desk.asked_owners

        def answered(desk: DeskScreen, text: str) -> None:
            desk.asked_owners = shown
            if text.strip():
                _assign(desk, login, about, text.strip())

        hint = _("it is {login}'s now; the note stays in the conversation").format(login=", ".join(sorted(whose)))
        desk.ask("assign", _("What does {login} need to know?").format(login=login), answered, hint)
    elif said:
        _assign(desk, login, desk.asked_about, note.strip() or None)


def assign_me(desk: DeskScreen, press: Press) -> None:
    """Assign to the agent at the keyboard."""
    desk.asked_owners = shown_owners(desk)
    _assign(desk, desk.session.agent.login, None)


def _assign(desk: DeskScreen, login: str | None, ids: list[int] | None, note: str | None = None) -> None:
    session, seen = desk.session, desk.asked_owners
    decide(desk, lambda wanted: triage.assign(session.workspace, session.actor, wanted, login, seen, note), ids=ids)


def shown_owners(desk: DeskScreen) -> dict[int, str | None]:
    """Return whose each conversation is as the screen shows it: what was decided was decided on that."""
    shown = {row.id: row.owner for row in desk.queue.window.rows}
    head = desk.head.conversation
    if head is not None and desk.place != "queue":
        shown[head.id] = head.owner
    return shown


ACTIONS = (
    Action("take", "take", "Take the next conversation that nobody has", ("t",), PANES, "Decide", take_next, 7),
    Action("skip", "skip", "Pass over with a reason, take the next", ("T",), PANES, "Decide", skip, takes="why"),
    Action("assign-me", "me", "Assign to me", ("a a",), PANES, "Decide", assign_me),
    Action(
        "assign",
        "assign",
        "Assign to somebody or to a @team",
        ("a enter", "a *"),
        PANES,
        "Decide",
        assign,
        takes="login, @team, and a note for them",
    ),
)
