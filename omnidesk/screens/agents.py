"""Agents and teams: who is there, what they speak and have to do; and going away, with a look at what changes hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from omnidesk import clock
from omnidesk.screens.confirming import Confirm
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.messages import Trouble
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cells, cut, fit
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Agent, Team
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from omnidesk.desk import agents, away, teams, undo
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.text import when
else:
    agents, away, teams, undo = (Later(f"omnidesk.desk.{name}") for name in ("agents", "away", "teams", "undo"))
    when = Later("omnidesk.text.when")

HERE, LEAVING = ("agents",), ("leaving",)


class Agents(Listing):
    """Everybody who works here, then the teams."""

    PLACE: ClassVar[str] = "agents"
    HEADING: ClassVar[str] = "Agents"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.agents: dict[int, Agent] = {}
        self.teams: dict[int, Team] = {}
        """By the numbers they have in the list: below zero, so that no agent has the same."""
        self._begun = False

    def read(self, width: int) -> ListRead:
        """Read agents and teams."""
        workspace = self.session.workspace
        found, teams = agents.list_agents(workspace), agents.list_teams(workspace)
        counts = agents.open_counts(workspace)
        self.agents = {one.id: one for one in found}
        self.teams = {-one.id: one for one in teams}
        now = clock.now()
        widths = _widths(found, now)
        lines = [
            _line(one, counts.get(one.id, 0), now, width, widths, one.id == self.session.agent.id) for one in found
        ]
        if teams:
            lines += [Line(()), Line((("title", f" {_('Teams')}"),))]
            lines += [
                Line((("strong", f" {fit(one_line(one.name), 22)} "), ("", cut(_members(one), width - 25))), -one.id)
                for one in teams
            ]
        return ListRead(lines, _("Agents {agents}, teams {teams}").format(agents=len(found), teams=len(teams)))

    def listed(self) -> None:
        """Begin at the agent at the keyboard."""
        if not self._begun:
            self._begun = True
            self.list.pick(self.session.agent.id)

    def on_team_looked(self, message: TeamLooked) -> None:
        """Ask whether to remove a team, saying what becomes of its conversations."""
        session, name = self.session, message.name

        def answered(yes: bool | None) -> None:
            if yes:
                self.do(
                    lambda: teams.remove(session.workspace, session.actor, name)[0].summary + _(" - u takes it back")
                )

        said = _(
            "Conversations in it: {count}, {busy} of them not closed. They keep their owners and belong to no team."
        )
        lines = [
            said.format(count=times.number(message.whole), busy=times.number(message.busy))
            if message.whole
            else _("It has no conversations."),
            _("Its members stay. Views and searches with team:{name} no longer find it.").format(name=one_line(name)),
        ]
        self.app.push_screen(
            Confirm(_("Remove the team {name}?").format(name=one_line(name)), lines, _("remove")), answered
        )

    @property
    def agent(self) -> Agent | None:
        """The agent under the cursor."""
        return self.agents.get(self.key)


def _members(team: Team) -> str:
    return ", ".join(one_line(login) for login in team.members) or _("nobody")


def state(agent: Agent, now: int) -> str:
    """Say whether an agent takes work."""
    if agent.disabled:
        return _("disabled")
    if agent.state is AgentState.AWAY:
        until = times.day_time(agent.away_until, now).strip() if agent.away_until else ""
        return _("away till {when}").format(when=until) if until else _("away")
    return _("no chats") if agent.state is AgentState.NO_CHATS else _("available")


def _widths(found: list[Agent], now: int) -> tuple[int, int, int]:
    """Return the columns of login, name and state: as many as the longest takes, 14, 22 and 22 at most."""
    said = [(one_line(one.login), one_line(one.name), state(one, now)) for one in found]
    login, name, here = (max(map(cells, column)) for column in zip(*said, strict=True)) if said else (0, 0, 0)
    return min(14, login), min(22, name), min(22, here)


def _line(agent: Agent, count: int, now: int, width: int, widths: tuple[int, int, int], me: bool) -> Line:
    said = state(agent, now)
    style = (
        "good" if agent.state is AgentState.AVAILABLE and not agent.disabled else "dim" if agent.disabled else "note"
    )
    more = [" ".join(agent.languages), ", ".join(agent.teams), _("you") if me else ""]
    login, name, here = widths
    head = (
        ("strong", f" {fit(one_line(agent.login), login)}  "),
        ("", f"{fit(one_line(agent.name), name)}  "),
        (style, f"{fit(said, here)} "),
        ("", f"{count:>4} {_('open')}  "),
    )
    room = width - sum(cells(text) for _style, text in head)
    parts = (*head, ("dim", cut("  ".join(one_line(one) for one in more if one), max(0, room))))
    return Line(parts, agent.id)


class TeamLooked(Message):
    """A team, and how many conversations it has: those not closed, and all."""

    def __init__(self, name: str, busy: int, whole: int) -> None:
        super().__init__()
        self.name, self.busy, self.whole = name, busy, whole


class Went(Message):
    """It was done."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


class LeavingScreen(Listing):
    """What changes hands when an agent goes; y does it."""

    PLACE: ClassVar[str] = "leaving"
    HEADING: ClassVar[str] = "Going away"

    def __init__(self, before: Agents, login: str, to: str | None, until: int | None, disabled: bool) -> None:
        super().__init__(before.desk)
        self.before = before
        self.asked = (login, to, until, disabled)
        self.leaving: away.Leaving | None = None
        self.note = ""

    def read(self, width: int) -> ListRead:
        """Read what would change hands."""
        found = self.leaving = away.prepare(self.session.workspace, *self.asked)
        lines = [Line((("", f" {_('Note in each:')} {one_line(self.note)}"),))] if self.note else []
        lines += [
            Line((("strong", f" #{one.id:<6} "), ("dim", f"{fit(_(str(one.status)), 8)} "),
                  ("", cut(f"{one_line(one.customer)}: {one_line(one.subject)}", max(10, width - 20)))), one.id)
            for one in found.conversations
        ]  # fmt: skip
        nothing = [Line((("dim", f" {_('Nothing changes hands.')}"),))]
        return ListRead(lines or nothing, _("{what}: y does it").format(what=found.said))

    def on_trouble(self, message: Trouble) -> None:
        """It cannot be: say why where it was asked for."""
        message.prevent_default()
        self.dismiss()
        self.before.say(message.said, True)

    def on_went(self, message: Went) -> None:
        """Back to the agents."""
        self.dismiss()
        self.before.say(message.said)
        self.before.read_again()


def show(desk: DeskScreen, press: Press) -> None:
    """List agents and teams."""
    desk.app.push_screen(Agents(desk))


def go_away(screen: Agents, press: Press) -> None:
    """Ask until when, and who takes over."""
    agent = screen.agent
    if agent is None:
        return

    def asked(screen: Agents, said: str) -> None:
        moment, _comma, whom = said.partition(",")
        try:
            until = when.parse_when(moment, clock.now()) if moment.strip() else None
        except UsageError as error:
            screen.say(str(error), wrong=True)
            return
        screen.app.push_screen(LeavingScreen(screen, agent.login, _colleague(whom), until, False))

    question = _("{login} away until, work to:").format(login=one_line(agent.login))
    screen.ask(question, asked, _("fri 9, koen   (without a name: the pool)"))


def _colleague(said: str) -> str | None:
    whom = said.strip().removeprefix("to ").strip()
    return None if whom in ("", "pool") else whom


def disable(screen: Agents, press: Press) -> None:
    """Ask who takes over from who has left, or enable them again."""
    agent, session = screen.agent, screen.session
    if agent is None:
        return
    if agent.disabled:
        screen.do(lambda: away.back(session.workspace, session.actor, agent.login).summary)
        return

    def asked(screen: Agents, said: str) -> None:
        screen.app.push_screen(LeavingScreen(screen, agent.login, _colleague(said), None, True))

    question = _("{login} has left, work to:").format(login=one_line(agent.login))
    screen.ask(question, asked, _("koen   (without a name: the pool)"))


def back(take: bool) -> Callable[[Agents, Press], None]:
    """Return the action that brings an agent back; with `take` they get what nobody took."""

    def run(screen: Agents, press: Press) -> None:
        agent, session = screen.agent, screen.session
        if agent is not None:
            screen.do(
                lambda: away.back(session.workspace, session.actor, agent.login, take).summary + _(" - u takes it back")
            )

    return run


def no_chats(screen: Agents, press: Press) -> None:
    """Take no chats, or take them again."""
    agent, session = screen.agent, screen.session
    if agent is None:
        return
    if agent.disabled or agent.state is AgentState.AWAY:
        screen.say(_("{login} is not here: b brings them back").format(login=agent.login), wrong=True)
        return
    wanted = AgentState.AVAILABLE if agent.state is AgentState.NO_CHATS else AgentState.NO_CHATS

    def work() -> str:
        agents.set_agent(session.workspace, session.actor, agent.login, state=wanted)
        said = _("{login} takes no chats") if wanted is AgentState.NO_CHATS else _("{login} is available")
        return said.format(login=agent.login)

    screen.do(work)


def new(screen: Agents, press: Press) -> None:
    """Ask for the login of a new agent."""

    def asked(screen: Agents, said: str) -> None:
        login, _space, name = said.strip().partition(" ")
        session = screen.session
        if login:
            named = {"name": name.strip()} if name.strip() else {}
            screen.do(lambda: agents.set_agent(session.workspace, session.actor, login, **named)[0].summary)

    screen.ask(_("New agent:"), asked, _("login, then the name customers see: koen Koen de Boer"))


def languages(screen: Agents, press: Press) -> None:
    """Ask what an agent speaks."""
    agent = screen.agent
    if agent is None:
        return

    def asked(screen: Agents, said: str) -> None:
        session, spoken = screen.session, said.replace(",", " ").split()
        screen.do(lambda: agents.set_agent(session.workspace, session.actor, agent.login, languages=spoken)[0].summary)

    question = _("{login} speaks:").format(login=one_line(agent.login))
    screen.ask(question, asked, "nl en de", " ".join(agent.languages))


def team(screen: Agents, press: Press) -> None:
    """Ask for a team and its members; the one under the cursor to begin with."""
    there = screen.teams.get(screen.key)

    def asked(screen: Agents, said: str) -> None:
        name, colon, members = said.partition(":")
        session = screen.session
        if not colon or not name.strip():
            screen.say(_("say the team and its members: support: sanne koen"), wrong=True)
            return
        logins = members.replace(",", " ").split()

        def work() -> str:
            found = agents.set_team(session.workspace, session.actor, name.strip(), logins)[1]
            return f"{found.name}: {_members(found)}"

        screen.do(work)

    known = f"{there.name}: {' '.join(there.members)}" if there is not None else ""
    screen.ask(_("Team:"), asked, "support: sanne koen", known)


def remove_team(screen: Agents, press: Press) -> None:
    """Remove the team under the cursor, once it was said what becomes of its conversations."""
    there, session = screen.teams.get(screen.key), screen.session
    if there is None:
        screen.say(_("put the cursor on a team to remove it"), wrong=True)
        return

    def work() -> TeamLooked:
        busy, whole = teams.held(session.workspace, teams.get(session.workspace, there.name))
        return TeamLooked(there.name, busy, whole)

    screen.backstage.write(work)


def take_back(screen: Agents, press: Press) -> None:
    """Take the agent's own last act back."""
    session = screen.session
    screen.do(lambda: undo.undo(session.workspace, session.actor).act.summary)


def leave(screen: LeavingScreen, press: Press) -> None:
    """Do it."""
    leaving, session, note = screen.leaving, screen.session, screen.note
    if leaving is not None:
        screen.leaving = None
        screen.backstage.write(
            lambda: Went(away.leave(session.workspace, session.actor, leaving, note).summary + _(" - u takes it back"))
        )


def write_note(screen: LeavingScreen, press: Press) -> None:
    """Ask what the note in each conversation says beside the usual."""

    def asked(screen: LeavingScreen, said: str) -> None:
        screen.note = said.strip()
        screen.read_again()

    screen.ask(_("Note:"), asked, _("on holiday; Koen knows about the returns"), screen.note)


_GROUP = "Agents"
ACTIONS = (
    Action("agents", "agents", "List agents and teams", ("g A",), PANES, "Views", show),
    Action("agent-away", "away", "Go away, or send an agent away", ("a",), HERE, _GROUP, go_away, 1),
    Action("agent-back", "back", "Bring an agent back", ("b",), HERE, _GROUP, back(False), 2),
    Action("agent-back-take", "with work", "Back, with what nobody took", ("B",), HERE, _GROUP, back(True), 3),
    Action("agent-no-chats", "no chats", "Take no chats, or take them again", ("c",), HERE, _GROUP, no_chats, 4),
    Action("agent-new", "new", "Add an agent", ("n",), HERE, _GROUP, new, 5),
    Action("agent-languages", "languages", "Say what an agent speaks", ("l",), HERE, _GROUP, languages, 6),
    Action("agent-team", "team", "Make a team or change it", ("t",), HERE, _GROUP, team, 7),
    Action("agent-team-remove", "remove", "Remove a team", ("#",), HERE, _GROUP, remove_team, 10),
    Action("agent-disable", "disable", "Disable who has left, or enable them", ("D",), HERE, _GROUP, disable, 8),
    Action("agent-undo", "undo", "Take back your last act", ("u",), HERE, _GROUP, take_back, 9),
    Action("leaving-yes", "do it", "Go, and hand everything over", ("y",), LEAVING, _GROUP, leave, 1),
    Action("leaving-note", "note", "Add to the note in each conversation", ("n",), LEAVING, _GROUP, write_note, 2),
)
