"""Adding a channel of any kind: a form made of what its manifest says, tested live, then added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Select, Static

from omnidesk.screens import adding
from omnidesk.screens.adding import Added, Form
from omnidesk.screens.login import LoginScreen
from omnidesk.screens.session import Session
from omnidesk.screens.tried_form import Tick, TriedForm
from omnidesk.text.clean import one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.sync.form import Manifest, Secret, Setting

FOOT = 7
"""Lines below the fields."""
NO = "-"
"""What stands for nothing chosen where a choice may be left."""


@dataclass
class Others(Message):
    """Which channels can answer for the new one."""

    names: tuple[str, ...]


@dataclass
class LoginWanted(Message):
    """A person must log in at the provider before it can be tested."""

    form: Form
    ways: tuple[str, ...]
    way: str


class ChannelForm(TriedForm):
    """The fields of one kind of channel: its name, its settings, its secrets; what few need is folded."""

    CSS = (
        TriedForm.CSS
        + """
    ChannelForm { align: center middle; }
    #form .row Label { width: 22; }
    #form .row Select { width: 1fr; }
    #foot { width: 76; max-width: 100%; height: auto; padding: 0 2; }
    #help { color: $text-muted; height: 2; }
    #result { height: auto; max-height: 6; overflow-y: auto; }
    #form .row Tick { width: 1fr; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, session: Session, manifest: Manifest) -> None:
        super().__init__()
        self.session = session
        self.manifest = manifest
        self._brought: dict[str, str] = {}
        """What logging in at the provider brought."""
        self._helps: dict[str, str] = {}
        self._added = ""
        """What is to be said once it is left."""

    def compose(self) -> ComposeResult:
        """What the manifest says, in its order."""
        one = self.manifest
        with VerticalScroll(id="form", can_focus=False):
            yield Static(_("Add a channel: {kind}").format(kind=one_line(_(one.name))), classes="title", markup=False)
            yield Static(_(one.privacy) or _(one.about), classes="about", markup=False)
            yield from self._named("name", _("Channel name"), _("What you call it: small letters, digits, dashes."))
            if one.address:
                yield from self._named("address", _("Address"), _("What customers write to or call."))
            for setting in one.settings:
                if not setting.advanced:
                    yield from self._setting(setting)
            for secret in one.secrets:
                if secret.typed:
                    yield from self._secret(secret)
            with Vertical(id="advanced"):
                for setting in one.settings:
                    if setting.advanced:
                        yield from self._setting(setting)
                if one.history:
                    days = Input("14", type="integer", compact=True, id="history", classes="narrow")
                    self._helps["history"] = _("How many days back a message may be and still need an answer.")
                    yield from self.row(_("History, days"), days)
            if one.outbound != "none":
                yield Tick(_("Trial: only read, send and flag nothing on the server"), compact=True, id="read-only")
        with Vertical(id="foot"):
            yield Static("", id="help", markup=False)
            yield Static("", id="result", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Test ctrl+s"), compact=True, id="go", variant="primary")
                if one.history or any(setting.advanced for setting in one.settings):
                    yield Button(_("More ctrl+t"), compact=True, id="more")
                yield Button(_("Back esc"), compact=True, id="leave")

    def _named(self, key: str, label: str, about: str, **more: Any) -> ComposeResult:
        self._helps[key] = about
        yield from self.row(label, Input(compact=True, id=key, **more))

    def _setting(self, setting: Setting) -> ComposeResult:
        key, label = f"set-{setting.key}", _(setting.label)
        self._helps[key] = _(setting.help)
        if setting.kind == "flag":
            yield Tick(Content(label), bool(setting.default), compact=True, id=key)
            return
        control: Widget
        if setting.kind in ("choice", "channel"):
            choices = [(_(one), one) for one in setting.choices]
            usual = str(setting.default) if setting.default in setting.choices else Select.NULL
            control = Select(choices, value=usual, prompt=NO, allow_blank=usual is Select.NULL, compact=True, id=key)
        else:
            default = "" if setting.default is None else str(setting.default)
            hint = default or (_("needed") if setting.required else "")
            control = Input(placeholder=hint, compact=True, id=key)
        yield from self.row(label, control)

    def _secret(self, secret: Secret) -> ComposeResult:
        key = f"secret-{secret.key}"
        self._helps[key] = _(secret.help)
        hint = _("needed") if secret.required else ""
        yield from self.row(_(secret.label), Input(password=True, placeholder=hint, compact=True, id=key))

    def on_mount(self) -> None:
        """Begin with the name; find out which channels can answer for it, where it must be said."""
        super().on_mount()
        if any(setting.kind == "channel" for setting in self.manifest.settings):
            self.start(partial(_others, self.session))

    def on_resize(self) -> None:
        """Leave room below the fields for what they are for and what the test found."""
        self.query_one("#form").styles.max_height = max(5, self.app.size.height - FOOT)

    def on_others(self, message: Others) -> None:
        """Offer the channels that can answer."""
        for setting in self.manifest.every_setting:
            if setting.kind == "channel":
                choice: Select[str] = self.query_one(f"#set-{setting.key}", Select)
                choice.set_options([(name, name) for name in message.names])

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field is for."""
        self.query_one("#help", Static).update(Content(self._helps.get(event.widget.id or "", "")))

    # What was filled in

    def read_form(self) -> Form:
        """Return what was filled in. Raises UsageError in words for what is missing or cannot be."""
        from omnidesk.sync import form

        one, name = self.manifest, self.value("name")
        if not name:
            raise UsageError(_("the channel has no name yet: such as {name}").format(name=one.kind))
        typed = {setting.key: said for setting in one.settings if (said := self._said(setting))}
        settings = form.settings(one.kind, typed)
        asked = one.secrets_for(settings)
        secrets = {secret.key: said for secret in asked if (said := self.value(f"secret-{secret.key}"))}
        known = form.environment(name, one.kind, settings)
        missing = [
            secret.label for secret in asked if secret.typed and secret.required and secret.key not in secrets | known
        ]
        if missing:
            raise UsageError(_("{field} is missing").format(field=_(missing[0])))
        days = self.value("history") or "14"
        if not days.lstrip("-").isdigit() or not 0 <= int(days) <= 36_500:
            raise UsageError(_("history is a number of days from 0 to 36500"))
        ticks = self.query("#read-only").results(Checkbox)
        read_only = any(tick.value for tick in ticks)
        given = {**secrets, **self._brought}
        return Form(one.kind, "", self.value("address"), name, settings, int(days), read_only, given)

    def _said(self, setting: Setting) -> str:
        """Return what stands in a field where it is not what is usual; "" for that."""
        field = self.query_one(f"#set-{setting.key}")
        if isinstance(field, Checkbox):
            return "" if field.value == bool(setting.default) else ("yes" if field.value else "no")
        if isinstance(field, Select):
            said = field.value if isinstance(field.value, str) else ""
        else:
            said = self.value(f"set-{setting.key}")
        return "" if said == str(setting.default) else said

    # Testing and adding

    def action_go(self) -> None:
        """Test what was filled in; add it when it was tested."""
        if self.busy or self._added:
            return
        try:
            form = self.read_form()
        except UsageError as error:
            self.say(retold(str(error)), "wrong")
            return
        if self.tested is not None:
            self.say(_("adding {name} ..").format(name=form.name))
            found: Mapping[str, Any] = self.tested.settings
            self.run(partial(adding.add, form.with_settings(found), self.session.home, self.session))
        else:
            self.say(_("testing {name} ..").format(name=form.name))
            self.run(partial(_test, self.session, form, bool(self._brought)))

    def on_login_wanted(self, message: LoginWanted) -> None:
        """Log in at the provider, then test."""
        self.busy = False

        def end(brought: dict[str, str] | None) -> None:
            if brought:
                self._brought = brought
                self.action_go()
            else:
                self.say(_("nobody logged in"), "wrong")

        walk = partial(adding.log_in, message.form)
        self.app.push_screen(LoginScreen(message.form.name, message.ways, message.way, walk), end)

    def on_added(self, message: Added) -> None:
        """Go back, and say so; what a site's pages are to hold stays on the screen until it is read."""
        self._added = _("added {name}").format(name=message.name)
        if not message.embed:
            self.dismiss(self._added)
            return
        self.say(f"{self._added}\n{_('For the pages of your site:')}\n{one_line(message.embed, 600)}", "good")
        self.query_one("#go", Button).disabled = True
        self.query_one("#leave", Button).focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(self._added or None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was tested is no longer what is there."""
        if event.input.id not in ("history", "name"):
            self._brought = {}
            self.changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        """The same of a choice; how one logs in says which secrets are asked for."""
        if event.select.id == "set-login":
            self._ask_for_secrets(str(event.value))
        self._brought = {}
        self.changed()

    def _ask_for_secrets(self, way: str) -> None:
        for secret in self.manifest.secrets:
            if secret.typed and secret.ways:
                field = self.query_one(f"#secret-{secret.key}")
                for widget in (field, *([field.parent] if isinstance(field.parent, Widget) else [])):
                    widget.display = way in secret.ways

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """The same of a tick, but for the trial."""
        if event.checkbox.id != "read-only":
            self.changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field."""
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Each button has a key too."""
        actions = {"go": self.action_go, "more": self.action_advanced, "leave": self.action_leave}
        self.press_button(event, actions)


def _others(session: Session) -> Others:
    from omnidesk.desk import answering

    return Others(tuple(one.name for one in answering.able(session.workspace)))


def _test(session: Session, form: Form, logged_in: bool) -> Message:
    """Test a form as it will be stored. Raises OmniDeskError in words."""
    from omnidesk.desk import answering, channels
    from omnidesk.sync import form as forms

    channels.check_name(session.workspace, form.name)
    answering.check(session.workspace, form.kind, form.name, form.settings)
    ways, way = adding.ways_to_log_in(form)
    if ways and not logged_in:
        return LoginWanted(form, ways, way)
    known = forms.environment(form.name, form.kind, form.settings)
    return adding.test(replace(form, secrets={**known, **form.secrets}))
