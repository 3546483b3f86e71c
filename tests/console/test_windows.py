"""What the queue reads: a window of rows, and how many there are."""

from __future__ import annotations

import pytest

from omnidesk.desk import triage, views
from omnidesk.screens import session as sessions
from omnidesk.screens import windows
from omnidesk.screens.messages import WindowRead
from tests.filling import Desk, mail


@pytest.mark.parametrize(("many", "seen"), [(5, 5), (6, 4)])
def test_a_large_view_is_counted_again_only_once_in_a_while(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, many: int, seen: int
) -> None:
    monkeypatch.setattr(windows, "MANY", many)
    monkeypatch.setattr(windows, "COUNTS_APART", 1e9)
    numbers = desk.receives(*(mail(f"{number}") for number in range(5)))
    session = sessions.begin(desk.workspace, str(desk.workspace.home.path)).session

    def count() -> int:
        found = windows.window(session, windows.Asked("open"))
        assert isinstance(found, WindowRead)
        return found.window.count

    assert count() == 5
    triage.close(desk.workspace, desk.me, numbers[0])
    assert count() == seen
    assert views.count(desk.workspace, "open", desk.me.agent_id) == 4
