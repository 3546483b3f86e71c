"""Where a fact is from, in few words."""

from __future__ import annotations

from dataclasses import replace

from omnidesk.widgets import fact_lines
from omnidesk.words.facts import Fact
from tests.filling import NOON

DAY = 86_400_000
TOLD = Fact(1, 1, "order_number", "order number", "NL-10234", "message", NOON - DAY, channel="email")


def pane(*facts: Fact, name: str = "Anna Jansen") -> list[str]:
    lines = fact_lines.in_pane(facts, name, 31, NOON, "gk")
    return ["".join(text for _, text in line.parts).rstrip() for line in lines]


def test_the_source_and_the_day_are_said() -> None:
    assert fact_lines.shown(TOLD, NOON) == "order number NL-10234, mail of Sun"
    order = replace(TOLD, source="order", reference="shop:1", channel="")
    assert fact_lines.whence(order, NOON) == "order shop:1, Sun"
    assert fact_lines.whence(replace(TOLD, source="agent", agent="koen", at=NOON), NOON) == "koen, today"
    form = replace(TOLD, source="form", channel="form", proven=False)
    assert fact_lines.whence(form, NOON) == "form of Sun, not proven"


def test_the_pane_tells_the_newest_of_each_kind_and_nothing_twice() -> None:
    facts = (
        TOLD,
        replace(TOLD, id=2, value="NL-10233", at=NOON - 2 * DAY),
        replace(TOLD, id=3, kind="name", value="Anna Jansen"),
        replace(TOLD, id=4, kind="address", value="Singel 1, 3511 AB Utrecht"),
        replace(TOLD, id=5, kind="postcode", value="3511 AB"),
    )
    said = " ".join(pane(*facts))
    assert "NL-10234" in said and "NL-10233" not in said and "Anna" not in said
    assert "… and 3 more" in said and said.split()[:2] == ["Known", "gk"]
    assert pane() == []
