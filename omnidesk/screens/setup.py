"""Adding a mailbox: address and password, tested live, then how much history counts, and whether it is a trial."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from omnidesk.desk import agents, workspace
from omnidesk.screens.on_top import OnTop
from omnidesk.screens.session import Opening, Session, begin
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import times
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.console import OmniDeskApp

SECURITY = ("tls", "starttls", "none")


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, as typed."""

    agent: str
    address: str
    password: str
    name: str
    settings: dict[str, Any]
    history_days: int
    read_only: bool


@dataclass
class Tested(Message):
    """The mailbox answered."""

    form: Form
    said: str
    settings: dict[str, Any]


@dataclass
class Added(Message):
    """The mailbox is in the workspace."""

    opening: Opening


@dataclass
class Refused(Message):
    """The test or the adding failed, and why."""

    said: str


class Tick(Checkbox):
    """A checkbox that shows without colour whether it is on."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        """Put the cross in, or take it out."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class SetupScreen(OnTop[None]):
    """The first screen of a new workspace, and where further mailboxes are added."""

    CSS = """
    SetupScreen { align: center middle; }
    #form { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; scrollbar-size-vertical: 1; }
    #form Static { height: auto; }
    #form .title, #form .door { text-style: bold; color: $text-accent; }
    #form .door { margin: 1 0 0 0; }
    #form .about { color: $text-muted; }
    #form .row { height: 1; }
    #form .row Label { width: 16; color: $text-muted; }
    #form Input { width: 1fr; }
    #form .narrow { width: 9; }
    #form .rest { width: 1fr; }
    #imap-port, #smtp-port { margin-left: 1; }
    #advanced { height: auto; display: none; }
    #other { height: auto; }
    #form.open #advanced { display: block; }
    #form.open #other { display: none; }
    #result { min-height: 2; width: 1fr; }
    #result.wrong { color: $text-error; }
    #result.good { color: $text-success; }
    .buttons { height: 1; }
    .buttons Button { margin-right: 2; min-width: 0; padding: 0 1; }
    #form Checkbox { border: none; padding: 0; background: transparent; }
    #form Checkbox > .toggle--button { color: $background; background: $foreground 60%; }
    .security { width: 14; margin-left: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Back"),
        ("ctrl+s", "go", "Test, then add"),
        ("ctrl+t", "advanced", "Servers"),
        ("ctrl+l", "demo", "Look around"),
    ]

    def __init__(self, home: str | None, session: Session | None) -> None:
        super().__init__()
        self.home = home
        self.session = session
        self._tested: Tested | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Two doors where there is no workspace yet, else the form alone."""
        fresh = self.session is None
        with VerticalScroll(id="form", can_focus=False):
            if fresh:
                yield Static(_("Welcome to OmniDesk"), classes="title", markup=False)
                yield Static(_("All that customers write, in one queue. There are two doors:"), markup=False)
            yield Static(f"1  {_('Add a mailbox')}" if fresh else _("Add a mailbox"), classes="door", markup=False)
            where = _("The workspace will be {folder}.").format(folder=workspace.home_path(self.home))
            about = _("It is tested first, which changes nothing there.")
            yield Static(f"{about}\n{where}" if fresh else about, classes="about", markup=False)
            if fresh:
                name = Input(placeholder=_("as customers see it"), compact=True, id="agent")
                yield from self._row(_("Your name"), name)
            yield from self._mailbox()
            yield Static("", id="result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test ctrl+s"), compact=True, id="go", variant="primary")
                yield Button(_("Servers ctrl+t"), compact=True, id="servers")
                yield Button(_("Quit esc") if fresh else _("Back esc"), compact=True, id="leave")
            if fresh:
                yield from self._other_door()

    def _mailbox(self) -> ComposeResult:
        address = Input(placeholder="support@your-shop.example", compact=True, id="address")
        yield from self._row(_("Mail address"), address)
        yield from self._row(_("Password"), Input(password=True, compact=True, id="password"))
        with Vertical(id="advanced"):
            yield from self._row(_("Channel name"), Input(placeholder="support", compact=True, id="name"))
            yield from self._row(
                _("User"), Input(placeholder=_("the address, unless yours differs"), compact=True, id="user")
            )
            for kind in ("imap", "smtp"):
                yield from self._server(kind)
            yield from self._row(
                _("Trust"), Input(placeholder=_("a PEM file, for a server of your own"), compact=True, id="ca")
            )
        yield from self._row(
            _("Mail history"),
            Input("14", type="integer", compact=True, id="history", classes="narrow"),
            Static(f" {_('days are news, older mail is history')}", markup=False, classes="rest"),
        )
        yield Tick(_("Trial: only read, send and flag nothing on the server"), compact=True, id="read-only")

    def _other_door(self) -> ComposeResult:
        with Vertical(id="other"):
            yield Static(f"2  {_('Look around first')}", classes="door", markup=False)
            yield Static(
                _(
                    "A made-up web shop with three hundred conversations, whose customers write back. "
                    "Nothing leaves this machine, and nothing of it stays."
                ),
                classes="about",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button(_("Look around ctrl+l"), compact=True, id="demo")

    def _row(self, label: str, *widgets: Input | Static | Select[str]) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Label(label)
            yield from widgets

    def _server(self, kind: str) -> ComposeResult:
        choices = [(security, security) for security in SECURITY]
        yield from self._row(
            _("{kind} server").format(kind=kind.upper()),
            Input(placeholder=f"{kind}.your-shop.example", compact=True, id=f"{kind}-host"),
            Input(placeholder=_("port"), type="integer", compact=True, id=f"{kind}-port", classes="narrow"),
            Select(choices, prompt=_("security"), compact=True, id=f"{kind}-security", classes="security"),
        )

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.query(Input).first().focus()

    # The form

    def _value(self, name: str) -> str:
        found = self.query(f"#{name}").results(Input)
        return next((field.value.strip() if name != "password" else field.value for field in found), "")

    def read_form(self) -> Form:
        """Return what was filled in. Raises UsageError in words for what is missing."""
        address = self._value("address")
        if "@" not in address.strip("@"):
            raise UsageError(_("the mail address is missing: such as support@your-shop.example"))
        if not self._value("password"):
            raise UsageError(_("the password is missing (for some providers an app password)"))
        settings: dict[str, Any] = {"user": self._value("user")} if self._value("user") else {}
        for kind in ("imap", "smtp"):
            if host := self._value(f"{kind}-host"):
                settings[f"{kind}_host"] = host
            if port := self._value(f"{kind}-port"):
                settings[f"{kind}_port"] = int(port)
            security = self.query_one(f"#{kind}-security", Select).value
            if isinstance(security, str):
                settings[f"{kind}_security"] = security
        if self._value("ca"):
            settings["tls_ca"] = self._value("ca")
        name = self._value("name") or suggested_name(address)
        days = self._value("history") or "14"
        if not days.lstrip("-").isdigit() or not 0 <= int(days) <= 36_500:
            raise UsageError(_("history is a number of days from 0 to 36500"))
        read_only = self.query_one("#read-only", Checkbox).value
        return Form(self._value("agent"), address, self._value("password"), name, settings, int(days), read_only)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was tested is no longer what is there."""
        if self._tested is not None and event.input.id not in ("history", "agent", "name"):
            self._tested = None
            self._say("")
            self._label()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the password on tests."""
        if event.input.id in ("agent", "address"):
            self.focus_next()
        else:
            self.action_go()

    # Testing and adding

    def action_go(self) -> None:
        """Test what was filled in; add it when it was tested."""
        if self._busy:
            return
        try:
            form = self.read_form()
        except UsageError as error:
            self._say(retold(str(error)), "wrong")
            return
        if self._tested is None:
            self._say(_("connecting to the mailbox of {address} ..").format(address=form.address))
            self._run(partial(_test, form))
        else:
            self._say(_("adding the mailbox .."))
            form = Form(**{**_fields(form), "settings": {**form.settings, **self._tested.settings}})
            self._run(partial(_add, form, self.home, self.session))

    def _run(self, work: Callable[[], Message]) -> None:
        """Do it in a thread that nobody waits for when the agent leaves: a server may keep silent for long."""
        self._busy = True

        def run() -> None:
            try:
                message = work()
            except OmniDeskError as error:
                message = Refused(retold(str(error)))
            except Exception as error:  # noqa: BLE001  shown to the agent instead of ending the program
                message = Refused(_("that did not work: {error}").format(error=repr(error)))
            self.post_message(message)

        threading.Thread(target=run, name="set-up", daemon=True).start()

    def on_tested(self, message: Tested) -> None:
        """Show what was found; the same key adds it now."""
        self._busy = False
        self._tested = message
        self._say(message.said, "good")
        self._label()
        self.query_one("#go", Button).focus()

    def on_refused(self, message: Refused) -> None:
        """Say why not."""
        self._busy = False
        self._say(clean(message.said), "wrong")

    def on_added(self, message: Added) -> None:
        """Go to the queue, where the mails come in."""
        app: OmniDeskApp = self.app  # type: ignore[assignment]
        if self.session is None:
            app.switch_to_desk(message.opening)
        else:
            self.dismiss()

    def _label(self) -> None:
        button = self.query_one("#go", Button)
        button.label = Content(_("Add it ctrl+s") if self._tested is not None else _("Test ctrl+s"))

    def _say(self, text: str, style: str = "") -> None:
        result = self.query_one("#result", Static)
        result.set_class(style == "wrong", "wrong")
        result.set_class(style == "good", "good")
        result.update(Content(f"! {text}" if style == "wrong" else text))

    # Doors

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Each button has a key too."""
        actions = {
            "go": self.action_go,
            "servers": self.action_advanced,
            "demo": self.action_demo,
            "leave": self.action_leave,
        }
        actions[event.button.id or ""]()

    def action_advanced(self) -> None:
        """Show or hide the servers."""
        self.query_one("#form").toggle_class("open")

    def action_demo(self) -> None:
        """Look around with sample customers; not from a workspace, which would be left without asking."""
        if self.session is not None:
            return
        from omnidesk.screens.console import DEMO

        self.app.exit(DEMO)

    def action_leave(self) -> None:
        """Go back to the queue, or leave when there is none."""
        if self.session is None:
            self.app.exit(0)
        else:
            self.dismiss()


def _fields(form: Form) -> dict[str, Any]:
    return {name: getattr(form, name) for name in Form.__slots__}


def suggested_name(address: str) -> str:
    """Return a channel name made from an address: `support` from support@shop.example."""
    name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in address.split("@")[0].lower())
    return (name.strip("-") or "mail")[:31] if name[:1].isalpha() else f"mail-{name.strip('-')}"[:31].rstrip("-")


class Found(Protocol):
    """What a test of a mailbox tells (see `connectors.base.Checked`)."""

    @property
    def account(self) -> str: ...  # noqa: D102
    @property
    def total(self) -> int | None: ...  # noqa: D102
    @property
    def waiting(self) -> int | None: ...  # noqa: D102
    @property
    def details(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def warnings(self) -> tuple[str, ...]: ...  # noqa: D102


def found_words(found: Found) -> str:
    """Say what a test found: `41,233 mails, 212 waiting`."""
    said = [_("It works: {account}").format(account=one_line(found.account))]
    if found.total is not None:
        said.append(_("{count} mails").format(count=times.number(found.total)))
    if found.waiting is not None:
        said.append(_("{count} waiting").format(count=times.number(found.waiting)))
    lines = [", ".join(said) + ".", *(one_line(retold(detail)) for detail in found.details)]
    return "\n".join([*lines, *(f"! {one_line(retold(warning))}" for warning in found.warnings)])


def _test(form: Form) -> Tested:
    from omnidesk.sync import setup

    found = setup.check("email", form.address, form.settings, {"password": form.password}, form.name)
    return Tested(form, found_words(found), dict(found.settings))


def _add(form: Form, home: str | None, session: Session | None) -> Added:
    from omnidesk.sync import setup

    found = workspace.create(home, agent_name=form.agent or None) if session is None else session.workspace
    actor = agents.actor(found)
    secrets = {"password": form.password}
    setup.add_channel(
        found, actor, "email", form.name, form.address, form.settings, secrets, form.history_days, form.read_only
    )
    return Added(begin(found, home))
