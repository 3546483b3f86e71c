"""Adding a mailbox: address and password, tested live, then how much history counts, and whether it is a trial."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, Select, Static

from omnidesk.desk import workspace
from omnidesk.screens import adding
from omnidesk.screens.adding import Added, Form, Located, Made, Refused, located_words, suggested_name
from omnidesk.screens.locating import LOGINS, Locating
from omnidesk.screens.login import LoginScreen
from omnidesk.screens.session import Session
from omnidesk.screens.tried_form import Tick, TriedForm
from omnidesk.text.clean import clean
from omnidesk.words.errors import UsageError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.console import OmniDeskApp

SECURITY = ("tls", "starttls", "none")


class SetupScreen(Locating):
    """The first screen of a new workspace, and where further mailboxes are added."""

    CSS = (
        TriedForm.CSS
        + """
    SetupScreen { align: center middle; }
    #imap-port, #smtp-port { margin-left: 1; }
    #other { height: auto; }
    #form.open #other { display: none; }
    .security { width: 14; margin-left: 1; }
    #login { width: 24; margin-right: 1; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+l", "demo", "Look around"),
        ("ctrl+o", "others", "Another kind"),
    ]

    def __init__(self, home: str | None, session: Session | None) -> None:
        super().__init__()
        self.home = home
        self.session = session
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
                yield from self.row(_("Your name"), name)
            yield from self._mailbox()
            yield Static("", id="result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test ctrl+s"), compact=True, id="go", variant="primary")
                yield Button(_("Servers ctrl+t"), compact=True, id="servers")
                yield Button(_("Another kind ctrl+o"), compact=True, id="others")
                yield Button(_("Quit esc") if fresh else _("Back esc"), compact=True, id="leave")
            if fresh:
                yield from self._other_door()

    def _mailbox(self) -> ComposeResult:
        address = Input(placeholder="support@your-shop.example", compact=True, id="address")
        yield from self.row(_("Mail address"), address)
        yield from self.row(_("Password"), Input(password=True, compact=True, id="password"))
        with Vertical(id="advanced"):
            yield from self.row(_("Channel name"), Input(placeholder="support", compact=True, id="name"))
            yield from self.row(
                _("User"), Input(placeholder=_("the address, unless yours differs"), compact=True, id="user")
            )
            for kind in ("imap", "smtp"):
                yield from self._server(kind)
            yield from self._login()
            yield from self.row(
                _("Trust"), Input(placeholder=_("a PEM file, for a server of your own"), compact=True, id="ca")
            )
        yield from self.row(
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

    def _server(self, kind: str) -> ComposeResult:
        choices = [(security, security) for security in SECURITY]
        yield from self.row(
            _("{kind} server").format(kind=kind.upper()),
            Input(placeholder=f"{kind}.your-shop.example", compact=True, id=f"{kind}-host"),
            Input(placeholder=_("port"), type="integer", compact=True, id=f"{kind}-port", classes="narrow"),
            Select(choices, prompt=_("security"), compact=True, id=f"{kind}-security", classes="security"),
        )

    def _login(self) -> ComposeResult:
        shown = {"password": _("password"), "google": _("browser: Google"), "microsoft": _("browser: Microsoft")}
        choices = [(shown[way], way) for way in LOGINS]
        ways: Select[str] = Select(choices, value="password", allow_blank=False, compact=True, id="login")
        yield from self.row(_("Log in with"), ways, Input(placeholder=_("client id"), compact=True, id="client-id"))
        secret = Input(
            placeholder=_("where one came with the client id"), password=True, compact=True, id="client-secret"
        )
        yield from self.row(_("Client secret"), secret)

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
        return Form("", self.value("agent"), address, name, settings, int(days), read_only, secrets)

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
        if event.input.id not in ("history", "agent", "name"):
            self.changed()
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
        if self.busy:
            return
        try:
            form = self.read_form()
        except UsageError as error:
            self.say(retold(str(error)), "wrong")
            return
        if self.tested is not None:
            self.say(_("adding the mailbox .."))
            self.run(partial(adding.add, form.with_settings(self.tested.settings), self.home, self.session))
        elif self.looks_first(form.address):
            self._goes_on = True
            self.seek(form.address)
            self.say(_("looking for the servers of {address} ..").format(address=form.address))
        elif self.asks_first(form):
            self.confirmed = True
            self.query_one("#form").add_class("open")
            self.say(_("DNS names servers of another domain: are these yours? ctrl+s again connects to them."), "wrong")
        elif form.by_token and not self._brought:
            self._log_in(form)
        else:
            self.say(_("connecting to the mailbox of {address} ..").format(address=form.address))
            self.run(partial(adding.test, form))

    def _log_in(self, form: Form) -> None:
        ways, way = adding.ways_to_log_in(form)

        def end(brought: dict[str, str] | None) -> None:
            if brought:
                self._brought = brought
                self.action_go()
            else:
                self.say(_("nobody logged in"), "wrong")

        self.app.push_screen(LoginScreen(form.address, ways, way, partial(adding.log_in, form)), end)

    def on_located(self, message: Located) -> None:
        """Show the servers that were found, and go on where somebody waits for them."""
        if message.address != self.value("address"):
            self._goes_on = False
            return
        self.fill_in(message)
        if self.tested is None:
            self.say(clean(located_words(message)))
        if self._goes_on:
            self._goes_on = False
            self.action_go()

    def on_refused(self, message: Refused) -> None:
        """Say why not."""
        self._goes_on = False
        super().on_refused(message)

    def on_added(self, message: Added) -> None:
        """Go to the queue, where the mails come in."""
        app: OmniDeskApp = self.app  # type: ignore[assignment]
        if self.session is None:
            app.switch_to_desk(message.opening)
        else:
            self.dismiss(_("added {name}").format(name=message.name))

    # Doors

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Each button has a key too."""
        actions = {
            "go": self.action_go,
            "servers": self.action_advanced,
            "others": self.action_others,
            "demo": self.action_demo,
            "leave": self.action_leave,
        }
        self.press_button(event, actions)

    def action_others(self) -> None:
        """Add a channel of another kind."""
        app: OmniDeskApp = self.app  # type: ignore[assignment]
        if self.session is None:
            self.say(_("making the workspace .."))
            self.run(partial(adding.make, self.value("agent"), self.home))
        elif self.on_top:
            self.dismiss()
            app.add_channel()

    def on_made(self, message: Made) -> None:
        """The workspace is there; what comes into it is chosen now."""
        app: OmniDeskApp = self.app  # type: ignore[assignment]
        app.switch_to_desk(message.opening)
        app.add_channel()

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
