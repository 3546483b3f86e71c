"""Adding a mailbox: address and password, tested live, then how much history counts, and whether it is a trial."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from omnidesk.desk import workspace
from omnidesk.screens import mailbox_form
from omnidesk.screens.locating import LOGINS, Locating
from omnidesk.screens.login import LoginScreen
from omnidesk.screens.mailbox_form import Added, Form, Located, Refused, Tested, located_words, suggested_name
from omnidesk.screens.session import Session
from omnidesk.text.clean import clean
from omnidesk.words.errors import UsageError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.console import OmniDeskApp

SECURITY = ("tls", "starttls", "none")


class Tick(Checkbox):
    """A checkbox that shows without colour whether it is on."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        """Put the cross in, or take it out."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class SetupScreen(Locating):
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
    #login { width: 24; margin-right: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Back"),
        ("ctrl+s", "go", "Test, then add"),
        ("ctrl+t", "advanced", "Servers"),
        ("ctrl+l", "demo", "Look around"),
        ("ctrl+o", "other", "Another kind of channel"),
    ]

    def __init__(self, home: str | None, session: Session | None) -> None:
        super().__init__()
        self.home = home
        self.session = session
        self._tested: Tested | None = None
        self._busy = False
        self._goes_on = False
        """Whether somebody waits for the servers to be found."""
        self._brought: dict[str, str] = {}
        """What logging in at the provider brought."""

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
                if not fresh:
                    yield Button(_("Another kind ctrl+o"), compact=True, id="kinds")
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
            yield from self._login()
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

    def _login(self) -> ComposeResult:
        shown = {"password": _("password"), "google": _("browser: Google"), "microsoft": _("browser: Microsoft")}
        choices = [(shown[way], way) for way in LOGINS]
        ways: Select[str] = Select(choices, value="password", allow_blank=False, compact=True, id="login")
        yield from self._row(_("Log in with"), ways, Input(placeholder=_("client id"), compact=True, id="client-id"))
        secret = Input(
            placeholder=_("where one came with the client id"), password=True, compact=True, id="client-secret"
        )
        yield from self._row(_("Client secret"), secret)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.query(Input).first().focus()

    # The form

    def read_form(self) -> Form:
        """Return what was filled in. Raises UsageError in words for what is missing."""
        address = self.value("address")
        if "@" not in address.strip("@"):
            raise UsageError(_("the mail address is missing: such as support@your-shop.example"))
        settings: dict[str, Any] = {"user": self.value("user")} if self.value("user") else {}
        secrets = self._secrets(settings)
        for kind in ("imap", "smtp"):
            if host := self.value(f"{kind}-host"):
                settings[f"{kind}_host"] = host
            if port := self.value(f"{kind}-port"):
                settings[f"{kind}_port"] = int(port)
            security = self.query_one(f"#{kind}-security", Select).value
            if isinstance(security, str):
                settings[f"{kind}_security"] = security
        if self.value("ca"):
            settings["tls_ca"] = self.value("ca")
        name = self.value("name") or suggested_name(address)
        days = self.value("history") or "14"
        if not days.lstrip("-").isdigit() or not 0 <= int(days) <= 36_500:
            raise UsageError(_("history is a number of days from 0 to 36500"))
        read_only = self.query_one("#read-only", Checkbox).value
        return Form(self.value("agent"), address, name, settings, int(days), read_only, secrets)

    def _secrets(self, settings: dict[str, Any]) -> dict[str, str]:
        """Return the secrets as they stand; how to log in goes into the settings. Raises UsageError."""
        login = self.query_one("#login", Select).value
        if login == "password":
            if not self.value("password"):
                raise UsageError(_("the password is missing (for some providers an app password)"))
            return {"password": self.value("password")}
        settings["login"], settings["client_id"] = login, self.value("client-id")
        if not settings["client_id"]:
            raise UsageError(_("a login in the browser needs a client id: docs/email.md tells how to get one"))
        typed = {"client_secret": self.value("client-secret")} if self.value("client-secret") else {}
        return {**typed, **self._brought}

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was tested is no longer what is there."""
        if self._tested is not None and event.input.id not in ("history", "agent", "name"):
            self._tested = None
            self._say("")
            self._label()
        if event.input.id in ("address", "user", "client-id", "client-secret"):
            self._brought = {}

    def on_select_changed(self, event: Select.Changed) -> None:
        """Another way to log in wants another login."""
        if event.select.id == "login":
            self._brought = {}

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Look for the servers while the password is typed."""
        if event.input.id == "address" and "." in self.value("address").rpartition("@")[2]:
            self.seek(self.value("address"))

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
        if self._tested is not None:
            self._say(_("adding the mailbox .."))
            self._run(partial(mailbox_form.add, form.with_settings(self._tested.settings), self.home, self.session))
        elif self.looks_first(form.address):
            self._goes_on = True
            self.seek(form.address)
            self._say(_("looking for the servers of {address} ..").format(address=form.address))
        elif self.asks_first(form):
            self.confirmed = True
            self.query_one("#form").add_class("open")
            self._say(
                _("DNS names servers of another domain: are these yours? ctrl+s again connects to them."), "wrong"
            )
        elif form.by_token and not self._brought:
            self._log_in(form)
        else:
            self._say(_("connecting to the mailbox of {address} ..").format(address=form.address))
            self._run(partial(mailbox_form.test, form))

    def _log_in(self, form: Form) -> None:
        ways, way = mailbox_form.ways_to_log_in(form)

        def end(brought: dict[str, str] | None) -> None:
            if brought:
                self._brought = brought
                self.action_go()
            else:
                self._say(_("nobody logged in"), "wrong")

        self.app.push_screen(LoginScreen(form.address, ways, way, partial(mailbox_form.log_in, form)), end)

    def on_located(self, message: Located) -> None:
        """Show the servers that were found, and go on where somebody waits for them."""
        if message.address != self.value("address"):
            self._goes_on = False
            return
        self.fill_in(message)
        if self._tested is None:
            self._say(clean(located_words(message)))
        if self._goes_on:
            self._goes_on = False
            self.action_go()

    def _run(self, work: Callable[[], Message]) -> None:
        self._busy = True
        self.start(work)

    def on_tested(self, message: Tested) -> None:
        """Show what was found; the same key adds it now."""
        self._busy = False
        self._tested = message
        self._say(message.said, "good")
        self._label()
        self.query_one("#go", Button).focus()

    def on_refused(self, message: Refused) -> None:
        """Say why not."""
        self._busy = self._goes_on = False
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
            "kinds": self.action_other,
            "leave": self.action_leave,
        }
        actions[event.button.id or ""]()

    def action_advanced(self) -> None:
        """Show or hide the servers."""
        self.query_one("#form").toggle_class("open")

    def action_other(self) -> None:
        """Add a channel that is no mailbox, where there is a workspace."""
        if self.session is not None:
            from omnidesk.screens.kinds import KindScreen

            self.app.switch_screen(KindScreen(self.session))

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
