"""The channels: how each does and why, and switching, testing, renaming, removing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message
from textual.widgets import Input

from omnidesk import clock
from omnidesk.screens import channel_settings
from omnidesk.screens import routing as rules
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Done, Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cut, fit, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Health
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Act, Channel
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import answering, channels, routing
    from omnidesk.screens import confirming
    from omnidesk.screens import login as logging_in
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.sync import form, login, secrets, setup
else:
    logging_in = Later("omnidesk.screens.login")
    channels, confirming = Later("omnidesk.desk.channels"), Later("omnidesk.screens.confirming")
    answering, routing = Later("omnidesk.desk.answering"), Later("omnidesk.desk.routing")
    form, secrets, setup = (Later(f"omnidesk.sync.{name}") for name in ("form", "secrets", "setup"))
    login = Later("omnidesk.sync.login")

HEALTH = {
    Health.OK: ("good", "is up"),
    Health.RETRYING: ("warn", "is retried"),
    Health.NEEDS_LOGIN: ("warn", "needs a password"),
    Health.DOWN: ("warn", "is down"),
    Health.OFF: ("dim", "switched off"),
}
"""How a channel's health is painted and said."""


@dataclass
class LoginAsked(Message):
    """How a channel can be logged in for, and how it usually is."""

    name: str
    ways: tuple[str, ...]
    way: str


@dataclass
class Asked(Message):
    """What a channel is about to lose, or which secrets it wants, was read."""

    name: str
    preview: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class ChannelsScreen(Listing):
    """Every channel with its health in words."""

    PLACE: ClassVar[str] = "channels"
    HEADING: ClassVar[str] = "Channels"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, Channel] = {}
        self.opened = 0
        """The channel whose log and settings are unfolded."""
        self.given: dict[str, str] = {}
        """Secrets typed so far, by field."""
        self._log: tuple[int, list[Any]] = (0, [])

    def on_mount(self) -> None:
        """Keep what is said of time true."""
        self.set_interval(1.0, self.read_again)

    def on_screen_resume(self) -> None:
        """A channel may have been added meanwhile."""
        self.read_again()

    def read(self, width: int) -> ListRead:
        """Read the channels and how they do."""
        found = [one for one in channels.list_channels(self.session.workspace) if one.kind != "desk"]
        self.rows = {one.id: one for one in found}
        opened = self.rows.get(self.opened)
        if opened is not None and self._log[0] != opened.id:
            self._log = (opened.id, channels.log(self.session.workspace, opened.name, 20))
        page = answering.page(self.session.workspace, opened) if opened is not None else None
        shown = lay_out(found, opened, self._log[1], clock.now(), width, page)
        return replace(shown, lines=[*shown.lines, *rules.lines(routing.list_rules(self.session.workspace), width)])

    def on_done(self, message: Done) -> None:
        """The log has a line more."""
        self._log = (0, [])

    @property
    def row(self) -> Channel | None:
        """The channel of the cursor."""
        return self.rows.get(self.key)

    def on_asked(self, message: Asked) -> None:
        """Ask for what was read."""
        if message.fields:
            self.given = {}
            _ask_secret(self, message.name, list(message.fields))
            return
        question = confirming.Confirm(
            _("Remove {name}?").format(name=message.name),
            message.preview,
            _("remove {name}").format(name=message.name),
        )
        self.app.push_screen(question, lambda yes: _remove(self, message.name) if yes else None)

    def on_settings_asked(self, message: channel_settings.SettingsAsked) -> None:
        """Ask for the settings that it has."""
        channel_settings.ask(self, message)

    def on_login_asked(self, message: LoginAsked) -> None:
        """Show the login; say how it ended."""
        session = self.session

        def walk(way: str, show: Any, stopped: Any) -> str:
            kept = login.log_in_channel(session.workspace, session.actor, message.name, way, show, stopped)[1]
            return _("logged in for {name}, kept in {kept}; it is tried now").format(name=message.name, kept=kept)

        def end(said: str | None) -> None:
            self.say(said or _("nobody logged in"))
            self._log = (0, [])
            self.read_again()

        self.app.push_screen(logging_in.LoginScreen(message.name, message.ways, message.way, walk), end)

    def on_prompt_answered(self, message: Any) -> None:
        """What was typed is shown again, whatever it was."""
        self.prompt.query_one(Input).password = False

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A channel was clicked twice."""
        unfold(self, Press())


def lay_out(
    found: list[Channel],
    opened: Channel | None,
    log: list[Any],
    now: int,
    width: int,
    page: answering.Page | None = None,
) -> ListRead:
    """Lay the channels out, one unfolded; `page` is what visitors see of that one."""
    lines: list[Line] = []
    for one in found:
        lines += _lines(one, now, width)
        if opened is not None and one.id == opened.id:
            lines += _details(one, log, now, width, page)
        lines.append(Line(()))
    if not lines:
        lines = [Line((("dim", f" {_('There is no channel yet: a adds one.')}"),))]
    up = sum(1 for one in found if one.health is Health.OK and one.last_success_at is not None)
    running = sum(1 for one in found if one.enabled)
    more = _(", {up} of {running} up").format(up=up, running=running) if running else ""
    return ListRead(lines, _("Channels {count}").format(count=len(found)) + more)


def _lines(one: Channel, now: int, width: int) -> list[Line]:
    style, words = HEALTH[one.health][0], _(HEALTH[one.health][1])
    if one.health is Health.NEEDS_LOGIN and one.by_token:
        words = _("needs login: l")
    if one.health is Health.OK and one.last_success_at is None:
        style, words = "dim", _("not read yet")
    again = ""
    if one.next_attempt_at is not None and one.next_attempt_at > now and one.enabled:
        again = _(", next try in {span}").format(span=times.span(one.next_attempt_at - now))
    trial = _(", only reads") if one.read_only else ""
    last = one.last_success_at
    never = _("never synced")
    synced = never if last is None else _("synced {span} ago").format(span=times.span(now - last))
    first: tuple[Part, ...] = (
        ("strong", f" {fit(badges.kind(one.kind), 4)} {fit(one_line(one.name), 22)} "),
        ("", f"{fit(one_line(one.address) or '-', max(10, min(34, width - 60)))} "),
        (style, f"{words}{again}{trial}"),
    )
    found = [Line(first, one.id)]
    progress = ""
    if one.progress_total > one.progress_done:
        done, total = times.number(one.progress_done), times.number(one.progress_total)
        progress = "   " + _("{done} of {total} read").format(done=done, total=total)
    found.append(Line((("dim", cut(f"      {synced}{progress}", width)),), one.id))
    if one.error and one.health not in (Health.OK, Health.OFF):
        words_of = wrap(one_line(retold(one.error), 600), width - 8, most=4)
        found += [Line((("warn", f"      {text}"),), one.id) for text in words_of]
    return found


def _details(one: Channel, log: list[Any], now: int, width: int, page: answering.Page | None) -> list[Line]:
    said = ", ".join(f"{key} {value}" for key, value in sorted(one.settings.items()) if value not in (None, ""))
    facts = [
        _("kind {kind}; history {days} days; added {when}").format(
            kind=one.kind, days=one.history_days, when=times.day_time(one.created_at, now).strip()
        )
    ]
    facts += [_("settings: {settings}").format(settings=one_line(said, 400))] if said else []
    if page is not None:
        facts += [_("page {address}").format(address=one_line(page.address, 300))] if page.address else []
        facts.append(_("put into a page: {html}").format(html=one_line(page.embed, 400)))
    runs = _("run by {engine}").format(engine=one_line(one.leased_by or ""))
    facts += [runs if one.leased_by else _("no engine runs it now")]
    lines = [Line((("", f"      {text}"),), one.id) for fact in facts for text in wrap(fact, width - 8, most=4)]
    for change in log:
        text = f"{times.day_time(change.at, now)}  {one_line(change.actor, 30)}: {one_line(change.said, 200)}"
        lines.append(Line((("dim", cut(f"      {text}", width)),), one.id))
    return lines


def _chosen(screen: ChannelsScreen) -> Channel | None:
    if screen.row is None:
        screen.say(_("there is no channel here: a adds one"))
    return screen.row


def _change(screen: ChannelsScreen, change: Callable[..., tuple[Act, Channel]], *more: Any) -> None:
    one = _chosen(screen)
    if one is not None:
        session = screen.session
        screen.do(lambda: change(session.workspace, session.actor, one.name, *more)[0].summary)


def unfold(screen: ChannelsScreen, press: Press) -> None:
    """Show settings and the log of changes under the channel, or hide them."""
    screen.opened = 0 if screen.opened == screen.key else screen.key
    screen.read_again()


def test(screen: ChannelsScreen, press: Press) -> None:
    """Log in and look around, changing nothing; the list stays usable meanwhile."""
    one = _chosen(screen)
    if one is None:
        return
    screen.say(_("testing {name} ..").format(name=one.name))

    def work() -> Done:
        found = setup.check_channel(screen.session.workspace, one.name)
        count = times.number(found.total or 0)
        seen = _(": {count} messages there").format(count=count) if found.total else ""
        warned = f" - {'; '.join(found.warnings)}" if found.warnings else ""
        return Done(one_line(_("{name} works").format(name=one.name) + seen + warned, 300))

    screen.backstage.read("test", work)


def switch(screen: ChannelsScreen, press: Press) -> None:
    """Switch it on, or off; what it brought stays."""
    one = _chosen(screen)
    if one is not None:
        _change(screen, channels.disable if one.enabled else channels.enable)


def try_now(screen: ChannelsScreen, press: Press) -> None:
    """Have the engine connect anew at once."""
    _change(screen, channels.try_now)


def rename(screen: ChannelsScreen, press: Press) -> None:
    """Ask for another name."""
    one = _chosen(screen)
    if one is not None:
        hint = _("small letters, digits, dashes")
        screen.ask(_("Rename {name} to:").format(name=one.name), partial(_renamed, name=one.name), hint, one.name)


def _renamed(screen: ChannelsScreen, text: str, name: str) -> None:
    fresh, session = text.strip(), screen.session
    if fresh and fresh != name:
        screen.do(lambda: channels.rename(session.workspace, session.actor, name, fresh)[0].summary)


def password(screen: ChannelsScreen, press: Press) -> None:
    """Ask for its secret anew."""
    one = _chosen(screen)
    if one is None:
        return

    def work() -> Asked:
        fields = form.secret_fields(one.kind, one.settings)
        if not fields:
            if one.by_token:
                raise RefusedError(_("{name} has no password: l logs in").format(name=one.name))
            raise RefusedError(_("{name} has no secret").format(name=one.name))
        return Asked(one.name, fields=tuple(fields))

    screen.backstage.read("fields", work)


def log_in(screen: ChannelsScreen, press: Press) -> None:
    """Log in for it at its provider."""
    one = _chosen(screen)
    if one is None:
        return

    def work() -> LoginAsked:
        ways = login.ways(one.kind, one.settings)
        if not ways:
            raise RefusedError(_("{name} has no login at a provider: p stores its password").format(name=one.name))
        return LoginAsked(one.name, ways, login.usual_way(one.kind, one.settings))

    screen.backstage.read("login", work)


def _ask_secret(screen: ChannelsScreen, name: str, fields: list[str]) -> None:
    field = fields[0]
    question = _("{field} of {name}:").format(field=_(field), name=name)
    screen.ask(question, partial(_answered, name=name, fields=fields), _("it is not shown"))
    screen.prompt.query_one(Input).password = True


def _answered(screen: ChannelsScreen, text: str, name: str, fields: list[str]) -> None:
    if not text:
        screen.say(_("nothing was stored"))
        return
    screen.given[fields[0]] = text
    if len(fields) > 1:
        _ask_secret(screen, name, fields[1:])
        return
    given, screen.given = screen.given, {}
    session = screen.session

    def work() -> str:
        one = channels.get(session.workspace, name)
        kept = secrets.store(one.id, given)
        channels.note_secret(session.workspace, session.actor, name)
        return _("the secret of {name} is kept in {kept}; it is tried now").format(name=name, kept=kept)

    screen.do(work)


def remove(screen: ChannelsScreen, press: Press) -> None:
    """Show what would happen, and ask; a rule goes at once."""
    if screen.key < 0:
        rules.remove(screen, -screen.key)
        return
    one = _chosen(screen)
    if one is None:
        return

    def work() -> Asked:
        held = channels.holds(screen.session.workspace, one.name)
        stay = _("{messages} messages in {conversations} conversations stay.").format(
            messages=times.number(held.messages), conversations=times.number(held.conversations)
        )
        gone = _("Its password is forgotten; new messages are no longer read. This cannot be taken back.")
        preview = [stay, gone]
        if held.quarantined:
            preview.append(_("{count} items in quarantine stay there.").format(count=held.quarantined))
        if held.leaving:
            leaving = _("{count} messages are still to go out: let them go or take them back first.")
            preview.append(leaving.format(count=held.leaving))
        return Asked(one.name, tuple(preview))

    screen.backstage.read("preview", work)


def _remove(screen: ChannelsScreen, name: str) -> None:
    session = screen.session
    screen.do(lambda: setup.remove_channel(session.workspace, session.actor, name)[0].summary)


def add(screen: ChannelsScreen, press: Press) -> None:
    """Set up another."""
    screen.desk.add_channel()


def show(desk: DeskScreen, press: Press) -> None:
    """Show the channels."""
    desk.app.push_screen(ChannelsScreen(desk))


HERE = ("channels",)
ACTIONS = (
    Action("show-channels", "channels", "Show the channels and how they do", ("g C",), PANES, "Views", show),
    Action("channel-unfold", "log", "Show its settings and its log", ("enter", "h"), HERE, "Channels", unfold, 1),
    Action("channel-test", "test", "Test it: log in and look around", ("t",), HERE, "Channels", test, 2),
    Action("channel-switch", "on/off", "Switch it on or off", ("space", "x"), HERE, "Channels", switch, 3),
    Action("channel-now", "try now", "Connect anew at once", ("r",), HERE, "Channels", try_now, 4),
    Action("channel-password", "password", "Store its password anew", ("p",), HERE, "Channels", password, 5),
    Action("channel-login", "log in", "Log in for it at its provider", ("l",), HERE, "Channels", log_in, 5),
    Action("channel-rename", "rename", "Give it another name", ("n",), HERE, "Channels", rename, 6),
    Action("channel-add", "add", "Add a channel", ("a",), HERE, "Channels", add, 7),
    Action("channel-remove", "remove", "Remove it; what it brought stays", ("D",), HERE, "Channels", remove, 8),
    *rules.ACTIONS,
    *channel_settings.ACTIONS,
)
