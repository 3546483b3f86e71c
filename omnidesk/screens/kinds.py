"""Adding a channel of any kind but a mailbox: its form is made from what the kind's manifest asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from omnidesk.screens import mailbox_form
from omnidesk.screens.later import Later
from omnidesk.screens.on_top import OnTop
from omnidesk.screens.session import Session
from omnidesk.screens.setup import Tick
from omnidesk.text.clean import clean
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import settings as workspace_settings
    from omnidesk.sync import form, setup
    from omnidesk.sync.form import Manifest, Secret, Setting
else:
    workspace_settings = Later("omnidesk.desk.settings")
    form, setup = Later("omnidesk.sync.form"), Later("omnidesk.sync.setup")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in: settings as typed, and secrets by field."""

    kind: str
    name: str
    address: str
    typed: dict[str, str]
    secrets: dict[str, str]


@dataclass
class Tested(Message):
    """The settings can be used."""

    filled: Filled
    said: str


@dataclass
class Added(Message):
    """The channel is there; `said` tells what comes next."""

    said: str


@dataclass
class Refused(Message):
    """The test or the adding failed, and why."""

    said: str


class KindScreen(OnTop[None]):
    """One form for every kind of channel."""

    CSS = """
    KindScreen { align: center middle; }
    #form { width: 84; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; scrollbar-size-vertical: 1; }
    #form Static { height: auto; }
    #form .title { text-style: bold; color: $text-accent; }
    #form .about, #form .help { color: $text-muted; }
    #form .help { margin-left: 26; }
    #form .row { height: 1; }
    #form .row Label { width: 26; color: $text-muted; }
    #form Input, #form Select { width: 1fr; }
    #form Checkbox { border: none; padding: 0; background: transparent; }
    #form Checkbox > .toggle--button { color: $background; background: $foreground 60%; }
    #fields { height: auto; }
    #fields .advanced { display: none; }
    #fields.open .advanced { display: block; }
    #result { min-height: 2; width: 1fr; }
    #result.wrong { color: $text-error; }
    #result.good { color: $text-success; }
    .buttons { height: 1; }
    .buttons Button { margin-right: 2; min-width: 0; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Back"),
        ("ctrl+s", "go", "Test, then add"),
        ("ctrl+t", "advanced", "More settings"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._kinds = {one.kind: one for one in form.kinds() if one.kind != mailbox_form.KIND}
        self._shown = ""
        self._tested: Filled | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """The kind first; what it asks for stands below."""
        choices = [(one.name, kind) for kind, one in sorted(self._kinds.items(), key=lambda pair: pair[1].name)]
        with VerticalScroll(id="form", can_focus=False):
            yield Static(_("Add a channel"), classes="title", markup=False)
            yield from self._row(_("Kind"), Select(choices, prompt=_("choose one"), compact=True, id="kind"))
            yield Vertical(id="fields")
            yield Static("", id="result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test ctrl+s"), compact=True, id="go", variant="primary")
                yield Button(_("More ctrl+t"), compact=True, id="advanced")
                yield Button(_("Back esc"), compact=True, id="leave")

    def _row(self, label: str, *widgets: Input | Select[str] | Checkbox, classes: str = "") -> ComposeResult:
        with Horizontal(classes=f"row {classes}"):
            yield Label(Content(label))
            yield from widgets

    async def on_select_changed(self, event: Select.Changed) -> None:
        """Ask for what another kind wants."""
        kind = event.select.value
        if event.select.id == "kind" and isinstance(kind, str) and kind != self._shown:
            self._shown = kind
            fields = self.query_one("#fields")
            await fields.remove_children()
            await fields.mount_all(_Fields.of(self._kinds[kind]))
        self._anew()

    @property
    def manifest(self) -> Manifest:
        """The kind that was chosen. Raises UsageError."""
        if not self._shown:
            raise UsageError(_("choose a kind of channel first"))
        return self._kinds[self._shown]

    def read_form(self) -> Filled:
        """Return what was filled in. Raises UsageError in words."""
        manifest = self.manifest
        name = self._typed("name") or manifest.kind
        typed = {}
        for setting in manifest.settings:
            said = self._typed(f"set-{setting.key}")
            if said and said != _usual(setting):
                typed[setting.key] = said
        given = {one.key: self._typed(f"secret-{one.key}") for one in manifest.secrets if one.typed}
        return Filled(
            manifest.kind, name, self._typed("address"), typed, {key: one for key, one in given.items() if one}
        )

    def _typed(self, name: str) -> str:
        for field in self.query(f"#{name}"):
            if isinstance(field, Checkbox):
                return "yes" if field.value else "no"
            if isinstance(field, Select):
                return field.value if isinstance(field.value, str) else ""
            if isinstance(field, Input):
                return field.value if field.password else field.value.strip()
        return ""

    # Testing and adding

    def action_go(self) -> None:
        """Test what was filled in; add it when it was tested."""
        if self._busy:
            return
        try:
            filled = self.read_form()
        except UsageError as error:
            self._say(retold(str(error)), "wrong")
            return
        added = self._tested == filled
        self._say(_("adding the channel ..") if added else _("testing .."))
        self._busy = True
        self._start(partial(_add if added else _test, self.session, filled))

    def _start(self, work: Callable[[], Message]) -> None:
        """Do it in a thread that nobody waits for when the agent leaves: a provider may keep silent for long."""

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
        self._tested = message.filled
        self._say(clean(message.said), "good")
        self.query_one("#go", Button).label = Content(_("Add it ctrl+s"))
        self.query_one("#go", Button).focus()

    def on_refused(self, message: Refused) -> None:
        """Say why not."""
        self._busy = False
        self._say(clean(message.said), "wrong")

    def on_added(self, message: Added) -> None:
        """Say what comes next; Back leads to the queue."""
        self._busy = False
        self._anew()
        self._say(clean(message.said), "good")
        self.query_one("#leave", Button).focus()

    def on_input_changed(self) -> None:
        """What was tested is no longer what is there."""
        self._anew()

    def on_checkbox_changed(self) -> None:
        """What was tested is no longer what is there."""
        self._anew()

    def _anew(self) -> None:
        if self._tested is not None:
            self._tested = None
            self._say("")
            self.query_one("#go", Button).label = Content(_("Test ctrl+s"))

    def _say(self, text: str, style: str = "") -> None:
        result = self.query_one("#result", Static)
        result.set_class(style == "wrong", "wrong")
        result.set_class(style == "good", "good")
        result.update(Content(f"! {text}" if style == "wrong" else text))

    def on_input_submitted(self) -> None:
        """Enter goes to the next field."""
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Each button has a key too."""
        {"go": self.action_go, "advanced": self.action_advanced, "leave": self.action_leave}[event.button.id or ""]()

    def action_advanced(self) -> None:
        """Show or hide what is seldom needed."""
        self.query_one("#fields").toggle_class("open")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()


class _Fields:
    """The rows of one kind's form."""

    @classmethod
    def of(cls, manifest: Manifest) -> list[Horizontal | Static]:
        """Return the rows of a kind: its name and address, its settings, its secrets."""
        rows = [
            *cls._row(_("Channel name"), Input(placeholder=manifest.kind, compact=True, id="name")),
            *cls._row(_("Address"), Input(compact=True, id="address")),
        ]
        for setting in manifest.settings:
            rows += cls._row(_(setting.label), cls._field(setting), _(setting.help), setting.advanced)
        for secret in (one for one in manifest.secrets if one.typed):
            rows += cls._row(_(secret.label), cls._secret(secret), _(secret.help), not secret.required)
        if manifest.privacy:
            rows.append(Static(Content(_(manifest.privacy)), classes="about"))
        return rows

    @staticmethod
    def _row(
        label: str, field: Input | Select[str] | Checkbox, told: str = "", advanced: bool = False
    ) -> list[Horizontal | Static]:
        hidden = "advanced" if advanced else ""
        rows: list[Horizontal | Static] = [Horizontal(Label(Content(label)), field, classes=f"row {hidden}")]
        return [*rows, Static(Content(told), classes=f"help {hidden}")] if told else rows

    @staticmethod
    def _field(setting: Setting) -> Input | Select[str] | Checkbox:
        name, usual = f"set-{setting.key}", setting.default
        if setting.kind == "flag":
            return Tick("", bool(usual), compact=True, id=name)
        if setting.kind == "choice":
            choices = [(one, one) for one in setting.choices]
            if usual is None:
                return Select(choices, prompt=_("as usual"), compact=True, id=name)
            return Select(choices, value=str(usual), allow_blank=False, compact=True, id=name)
        return Input(_usual(setting), compact=True, id=name)

    @staticmethod
    def _secret(secret: Secret) -> Input:
        return Input(password=True, compact=True, id=f"secret-{secret.key}")


def _usual(setting: Setting) -> str:
    """Return a setting's default as a person would type it."""
    if setting.kind == "flag":
        return "yes" if setting.default else "no"
    return "" if setting.default is None else str(setting.default)


def _test(session: Session, filled: Filled) -> Message:
    """Try the settings. Raises OmniDeskError in words."""
    wanted = form.settings(filled.kind, filled.typed)
    missing = [key for key in form.secret_fields(filled.kind, wanted) if key not in _secrets(filled, wanted)]
    if missing:
        raise UsageError(_("{fields} is missing").format(fields=", ".join(missing)))
    found = setup.check(filled.kind, filled.address, wanted, _secrets(filled, wanted), filled.name)
    return Tested(filled, mailbox_form.found_words(found))


def _add(session: Session, filled: Filled) -> Message:
    """Add the channel. Raises OmniDeskError in words."""
    wanted = form.settings(filled.kind, filled.typed)
    _act, channel = setup.add_channel(
        session.workspace, session.actor, filled.kind, filled.name, filled.address, wanted, filled.secrets
    )
    said = _("added {name}").format(name=channel.name)
    tag = form.embedding(channel, workspace_settings.current(session.workspace).public_url)
    return Added(f"{said}\n{_('For the pages of your site:')}\n{tag}" if tag else said)


def _secrets(filled: Filled, wanted: dict[str, object]) -> dict[str, str]:
    return {**form.environment(filled.name, filled.kind, wanted), **filled.secrets}
