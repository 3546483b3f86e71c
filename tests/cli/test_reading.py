"""Reading by command: warnings, the original, and what taking back would change."""

from __future__ import annotations

from tests.cli.conftest import Desk, line, take_in


def test_show_prints_what_is_suspicious_as_codes_and_as_words(desk: Desk) -> None:
    take_in(desk.home, line(90, "x@evil.test", "Log in: bank.test <https://evil.test/a>"))
    number = desk.json("queue", "--view", "all")["items"][0]["id"]
    numbers = [item["id"] for item in desk.json("queue", "--view", "all")["items"]]
    shown = [desk.json("show", str(one)) for one in numbers]
    (message,) = [m for one in shown for m in one["messages"] if m["from"]["address"] == "x@evil.test"]
    assert message["warnings"] == ["link:bank.test>evil.test"]
    assert message["warning_texts"] == ["a link that says bank.test leads to evil.test"]
    assert number in numbers


def test_the_preview_of_an_undo_changes_nothing(desk: Desk) -> None:
    number = desk.json("queue")["items"][0]["id"]
    desk.json("priority", str(number), "urgent")
    found = desk.json("undo", "--preview")
    assert found["steps"] == [{"what": f"#{number} priority", "now": "urgent", "then": "normal"}]
    assert found["act"] is None and found["would_undo"]["undone_by"] is None
    assert desk.json("show", str(number))["priority"] == "urgent"
    assert desk.json("undo")["restored"] == [f"#{number} priority"]


def test_history_names_the_acts_on_the_customer_too(desk: Desk) -> None:
    shown = desk.json("show", str(desk.json("queue")["items"][0]["id"]))
    desk.json("block", shown["messages"][0]["from"]["address"])
    found = desk.json("history", str(shown["id"]), "--limit", "200")
    assert "blocked" in {item["kind"] for item in found["items"]}
    assert {item["act"] for item in found["items"]} == {act["id"] for act in found["acts"]}


def test_a_message_without_html_has_no_original(desk: Desk) -> None:
    shown = desk.json("show", str(desk.json("queue")["items"][0]["id"]))
    assert "no HTML form" in desk.fails("original", str(shown["messages"][0]["id"]), status=3)
    desk.fails("original", "99", status=3)
