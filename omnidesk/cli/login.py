"""What a person sees and is asked while servers are looked for and while they log in at a provider."""

from __future__ import annotations

import select
import sys
import threading
from collections.abc import Mapping
from typing import Any

import typer

from omnidesk.cli import adding
from omnidesk.cli.printing import complain, guard
from omnidesk.words.errors import OmniDeskError, RefusedError

SERVERS = ("imap_host", "smtp_host")


def with_servers(kind: str, address: str, settings: dict[str, Any], asks: bool, by_password: bool) -> dict[str, Any]:
    """Return the settings with the servers found from the address, told on standard error; what was given stays.

    Raises RefusedError where nobody can be asked whether servers that only DNS names are the right ones."""
    from omnidesk.sync import setup

    if kind != "email" or all(settings.get(key) for key in SERVERS):
        return settings
    found = setup.discover(kind, address, settings)
    named = {key: value for key, value in found.settings.items() if _may_take(key, settings)}
    for words in found.advice if settings.get("login", "password") == "password" else ():
        complain(guard(words))
    if found.settings:
        print(guard(f"servers: {servers_words(settings | named)} ({found.source})"), file=sys.stderr)
    elif asks:
        named = _asked(address, settings)
    if found.confirm and not (asks and typer.confirm("Are these your servers?", default=True, err=True)):
        raise RefusedError(
            "DNS names servers of another domain: if they are yours, give them with --imap-host and so on"
        )
    if not by_password and len(found.logins) == 1 and found.logins[0] != "password":
        named.setdefault("login", found.logins[0])
    return named | settings


def _may_take(key: str, settings: Mapping[str, Any]) -> bool:
    """Whether what was found fits what was given: a port or security belongs to its server."""
    protocol = key.partition("_")[0]
    return key not in settings and not (protocol in ("imap", "smtp") and settings.get(f"{protocol}_host"))


def _asked(address: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    print(f"no servers were found for {guard(address)}: your provider's help pages name them", file=sys.stderr)
    labels = {"imap_host": "IMAP server (incoming)", "smtp_host": "SMTP server (outgoing)"}
    wanted = [key for key in SERVERS if not settings.get(key)]
    said = {key: typer.prompt(labels[key], default="", show_default=False, err=True).strip() for key in wanted}
    return {key: value for key, value in said.items() if value}


def servers_words(settings: Mapping[str, Any]) -> str:
    """Return the servers of settings in words."""
    said = []
    for name in ("imap", "smtp"):
        port = f":{settings[f'{name}_port']}" if settings.get(f"{name}_port") else ""
        security = f" {settings[f'{name}_security']}" if settings.get(f"{name}_security") else ""
        said.append(f"{settings.get(f'{name}_host') or '?'}{port}{security}")
    return ", ".join(said)


def secrets_of_new(
    kind: str, settings: Mapping[str, Any], known: Mapping[str, str], from_stdin: bool, asks: bool
) -> dict[str, str]:
    """Return the secrets that are typed for a new channel: what it needs, and what only some providers want."""
    from omnidesk.sync import form

    needed, extra = form.secret_fields(kind, settings), form.extra_fields(kind, settings)
    if from_stdin:
        return adding.gathered_secrets(needed or extra, known, from_stdin, asks)
    given = adding.gathered_secrets(needed, known, from_stdin, asks)
    for field in extra if asks else ():
        if field not in known:
            words = f"{field.replace('_', ' ').capitalize()} (empty: none)"
            if said := typer.prompt(words, default="", show_default=False, hide_input=True, err=True):
                given[field] = said
    return given


def logged_in(
    kind: str, address: str, settings: Mapping[str, Any], given: Mapping[str, str], name: str
) -> dict[str, str]:
    """Walk through the login of a new channel, where it has one; return the secrets it brought."""
    from omnidesk.sync import login

    if not login.ways(kind, settings):
        return {}
    with Shown(sys.stdin is not None and sys.stdin.isatty()) as shown:
        return login.log_in(kind, address, settings, given, way_of(kind, settings, None), shown, name)


def way_of(kind: str, settings: Mapping[str, Any], device: bool | None) -> str:
    """Return how to log in: as asked, else with the browser where one can open here, else as is possible."""
    from omnidesk.sync import login

    if device is not None:
        return "device" if device else "browser"
    return login.usual_way(kind, settings)


class Shown:
    """Shows the steps of a login on standard error; opens the browser; takes a pasted address from the terminal."""

    def __init__(self, asks: bool) -> None:
        self._asks = asks
        self._ended = threading.Event()

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def __call__(self, step: Any) -> None:
        """Show one step."""
        print(guard(step.message), file=sys.stderr)
        if step.url:
            print(f"\n    {guard(step.url)}\n", file=sys.stderr)
        if step.code:
            print(f"    code: {guard(step.code)}\n", file=sys.stderr)
        elif step.url:
            self._open(step.url)
        sys.stderr.flush()

    def _open(self, url: str) -> None:
        from omnidesk.sync import login

        login.open_browser(url)
        if self._asks:
            print("Where the browser is on another machine, paste here the address that it ends at:", file=sys.stderr)
            threading.Thread(target=self._take_pasted, name="pasted", daemon=True).start()

    def _take_pasted(self) -> None:
        """Take lines of the terminal until the login has ended: what is typed then is for others."""
        from omnidesk.sync import login

        while not self._ended.is_set():
            if not select.select([sys.stdin], [], [], 0.1)[0]:
                continue
            line = sys.stdin.readline()
            if not line:
                return
            try:
                if line.strip():
                    login.pasted(line)
            except OmniDeskError as error:
                complain(str(error))
