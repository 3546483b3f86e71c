"""The part of the set-up that finds the servers of an address and fills them in, where the agent typed none."""

from __future__ import annotations

from functools import partial

from textual.widgets import Input, Select

from omnidesk.screens import adding
from omnidesk.screens.adding import Form, Located
from omnidesk.screens.tried_form import TriedForm

LOGINS = ("password", "google", "microsoft")
"""Ways to log in that the form offers; others are settings of the command line."""
_SERVERS = ("imap", "smtp")


class Locating(TriedForm):
    """A screen with the fields of a mailbox: `address`, and for both servers host, port and security."""

    def __init__(self) -> None:
        super().__init__()
        self.located: Located | None = None
        """What was found for the address, once it was."""
        self.confirmed = False
        """Whether the agent has seen servers that DNS alone names."""
        self._sought = ""
        self._filled: dict[str, str] = {}

    def names_servers(self) -> bool:
        """Say whether the agent typed a server."""
        return any(self.value(f"{kind}-host") != self._filled.get(f"{kind}-host", "") for kind in _SERVERS)

    def looks_first(self, address: str) -> bool:
        """Say whether the servers of an address are still to be looked for."""
        return not self.names_servers() and (self.located is None or self.located.address != address)

    def asks_first(self, form: Form) -> bool:
        """Say whether unsigned DNS alone names the servers, and nobody has said yet that they are right."""
        found = self.located
        if found is None or not found.confirm or self.confirmed:
            return False
        return found.address == form.address and form.settings.get("imap_host") == found.settings.get("imap_host")

    def seek(self, address: str) -> None:
        """Look for the servers of an address, once, unless they were typed."""
        if address != self._sought and not self.names_servers():
            self._sought = address
            self.start(partial(adding.locate, address))

    def fill_in(self, found: Located) -> None:
        """Show what was found; what the agent typed stays."""
        self.located, self.confirmed = found, False
        said = {key.replace("_", "-"): str(value) for key, value in found.settings.items()}
        for kind in _SERVERS:
            self._fill(f"{kind}-host", said)
            self._fill(f"{kind}-port", said)
            self._choose(f"{kind}-security", said.get(f"{kind}-security", ""))
        self._fill("user", said)
        if found.logins[0] in LOGINS and "password" not in found.logins:
            self._choose("login", found.logins[0])
            self.query_one("#form").add_class("open")
        else:
            self._choose("login", LOGINS[0])

    def _fill(self, name: str, said: dict[str, str]) -> None:
        field = self.query_one(f"#{name}", Input)
        if field.value in ("", self._filled.get(name, "")):
            field.value = self._filled[name] = said.get(name, "")

    def _choose(self, name: str, value: str) -> None:
        choice: Select[str] = self.query_one(f"#{name}", Select)
        before = self._filled.get(name, LOGINS[0] if name == "login" else "")
        if (choice.value if isinstance(choice.value, str) else "") == before:
            self._filled[name] = value
            if value:
                choice.value = value
            else:
                choice.clear()
