"""What an error that nobody foresaw leaves on the terminal: one line, and nothing that customers wrote."""

from __future__ import annotations

import json

import pytest

from tests.console.steering import console
from tests.filling import Desk, mail


async def test_a_crash_says_one_line_and_shows_nothing_that_a_customer_wrote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.receives(mail("1", text="my secret is a surprise party"))

    def broken(*_: object) -> None:
        secret = "my secret is a surprise party"
        raise ZeroDivisionError(secret)

    with pytest.raises(ZeroDivisionError):
        async with console(desk.workspace) as shown:
            monkeypatch.setattr(type(shown.desk), "refresh_keys", broken)
            await shown.press("j")
    shown.app._print_error_renderables()
    said = " ".join(capsys.readouterr().err.split())
    assert "an error nobody foresaw (ZeroDivisionError)" in said
    assert "Drafts are kept" in said
    assert "surprise" not in said
    logged = (desk.workspace.home.log_folder / "console.log").read_text()
    assert "broken" in json.loads(logged.splitlines()[-1])["trace"]
    assert "surprise" not in logged
