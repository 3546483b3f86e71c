"""The web form on the shop's site: what visitors fill in on a page of `omnidesk serve`; it is answered by e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import (
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Decoded,
    Failed,
    Item,
    Outgoing,
    Payload,
    SendResult,
)
from omnidesk.connectors.form import submission
from omnidesk.connectors.form.layout import layout
from omnidesk.connectors.form.manifest import MANIFEST

_CANNOT = "a form cannot send: what it brings is answered by e-mail"


class FormConnector(Connector):
    """A form; its page is `omnidesk.web.form`."""

    manifest = MANIFEST

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read what somebody filled in."""
        return (submission.decode(item),)

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return the form's own id with a hash of what it holds."""
        return submission.source_id(raw)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Refuse: nothing goes out by a form."""
        raise ValueError(_CANNOT)

    async def check(self) -> Checked:
        """Read the settings as the page will, and say what it asks for."""
        try:
            form = layout(self.account.settings)
        except ValueError as error:
            raise ConnectorError(str(error)) from error
        asked = [*(f"{field.key} (needed)" if field.required else field.key for field in form.fields)]
        if form.file_bytes:
            asked.append(f"files (up to {form.file_bytes // 2**20} MB)")
        warnings = []
        if form.acknowledgement and not form.answer_by:
            warnings.append("nothing is acknowledged: name the mailbox that does so in answer_by")
        languages = ", ".join(form.languages)
        frames = ", ".join(form.origins) or "no site: name yours in origins where one should"
        details = (
            f"asks for {', '.join(asked)}",
            f"speaks {languages}",
            f"shown in frames by {frames}",
        )
        return Checked(form.title or self.account.name, details=details, warnings=tuple(warnings))

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Refuse: nothing goes out by a form."""
        return Failed(_CANNOT)
