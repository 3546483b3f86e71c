"""What adding a channel fills in, looks up, tests and adds: the work behind its forms, done in threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from textual.message import Message

from omnidesk.desk import agents, workspace
from omnidesk.screens.session import Opening, Session, begin
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, as typed; `secrets` by field. `kind` is "" for a mailbox."""

    kind: str
    agent: str
    address: str
    name: str
    settings: dict[str, Any]
    history_days: int
    read_only: bool
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def by_token(self) -> bool:
        """Whether a person logs in at the provider instead of giving a password."""
        return str(self.settings.get("login", "password")) != "password"

    def with_settings(self, found: Mapping[str, Any]) -> Form:
        """Return the form with what was found out since."""
        return replace(self, settings={**self.settings, **found})


@dataclass
class Located(Message):
    """The servers of an address were looked for; see `connectors.base.Discovered`."""

    address: str
    settings: dict[str, Any]
    source: str
    confirm: bool
    advice: tuple[str, ...]
    logins: tuple[str, ...]


@dataclass
class Tested(Message):
    """The provider answered."""

    form: Form
    said: str
    settings: dict[str, Any]


@dataclass
class Added(Message):
    """The channel is in the workspace."""

    opening: Opening
    name: str
    embed: str = ""
    """What the pages of a site hold to show it."""


@dataclass
class Made(Message):
    """There is a workspace now, without a channel yet."""

    opening: Opening


@dataclass
class Refused(Message):
    """The test or the adding failed, and why."""

    said: str


def suggested_name(address: str) -> str:
    """Return a channel name made from an address: `support` from support@shop.example."""
    name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in address.split("@")[0].lower())
    return (name.strip("-") or "mail")[:31] if name[:1].isalpha() else f"mail-{name.strip('-')}"[:31].rstrip("-")


class Found(Protocol):
    """What a test of a channel tells (see `connectors.base.Checked`)."""

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


def found_words(found: Found, mailbox: bool = True) -> str:
    """Say what a test found: `41,233 mails, 212 waiting`."""
    count = _("{count} mails") if mailbox else _("{count} messages")
    said = [_("It works: {account}").format(account=one_line(found.account))]
    if found.total is not None:
        said.append(count.format(count=times.number(found.total)))
    if found.waiting is not None:
        said.append(_("{count} waiting").format(count=times.number(found.waiting)))
    lines = [", ".join(said) + ".", *(one_line(retold(detail)) for detail in found.details)]
    return "\n".join([*lines, *(f"! {one_line(retold(warning))}" for warning in found.warnings)])


def located_words(found: Located) -> str:
    """Say which servers were found and how, and what to mind."""
    advice = [f"! {one_line(retold(each), 400)}" for each in found.advice]
    if not found.settings:
        return "\n".join([_("No servers were found for this address: ctrl+t names them."), *advice])
    hosts = _("Servers: {imap} and {smtp} ({source}).").format(
        imap=one_line(str(found.settings.get("imap_host", "?"))),
        smtp=one_line(str(found.settings.get("smtp_host", "?"))),
        source=one_line(retold(found.source), 200),
    )
    return "\n".join([hosts, *advice])


def locate(address: str) -> Located:
    """Look for the servers of an address; takes seconds at most, and never fails."""
    from omnidesk.sync import form, setup

    found = setup.discover(form.mailbox(), address, {})
    return Located(address, dict(found.settings), found.source, found.confirm, found.advice, found.logins)


def _kind(filled: Form) -> str:
    from omnidesk.sync import form

    return filled.kind or form.mailbox()


def test(form: Form) -> Tested:
    """Log in and look around, in both directions. Raises OmniDeskError in words."""
    from omnidesk.sync import setup

    found = setup.check(_kind(form), form.address, form.settings, form.secrets, form.name)
    return Tested(form, found_words(found, not form.kind), dict(found.settings))


def ways_to_log_in(form: Form) -> tuple[tuple[str, ...], str]:
    """Return the ways to log in at the provider, and the usual one here; none where secrets are typed."""
    from omnidesk.sync import login

    return login.ways(_kind(form), form.settings), login.usual_way(_kind(form), form.settings)


def log_in(form: Form, way: str, show: Any, stopped: threading.Event) -> dict[str, str]:
    """Walk through the login at the provider; return the secrets it brought. Raises OmniDeskError in words."""
    from omnidesk.sync import login

    return login.log_in(_kind(form), form.address, form.settings, form.secrets, way, show, form.name, stopped)


def make(agent: str, home: str | None) -> Made:
    """Make a workspace. Raises OmniDeskError in words."""
    return Made(begin(workspace.create(home, agent_name=agent or None), home))


def add(form: Form, home: str | None, session: Session | None) -> Added:
    """Add the channel, in a new workspace where there is none. Raises OmniDeskError in words."""
    from omnidesk.desk import answering
    from omnidesk.sync import setup

    found = workspace.create(home, agent_name=form.agent or None) if session is None else session.workspace
    _act, channel = setup.add_channel(
        found,
        agents.actor(found),
        _kind(form),
        form.name,
        form.address,
        form.settings,
        form.secrets,
        form.history_days,
        form.read_only,
    )
    page = answering.page(found, channel)
    return Added(begin(found, home), form.name, "" if page is None else page.embed)
