"""omnidesk customer facts and omnidesk fact, as scripts use them."""

from __future__ import annotations

import json

from tests.cli.conftest import Desk, line, take_in


def anna(desk: Desk) -> str:
    return str(desk.json("customer", "find", "anna@x.test")["items"][0]["id"])


def test_facts_are_listed_written_down_corrected_forgotten_and_taken_back(desk: Desk) -> None:
    who = anna(desk)
    (fact,) = desk.json("customer", "facts", who)["items"]
    assert (fact["kind"], fact["value"], fact["source"], fact["conversation_id"]) == (
        "order_number", "NL-10234", "message", 1,
    )  # fmt: skip
    added = desk.json("customer", "facts", who, "--set", "size=42")
    assert [(one["kind"], one["value"], one["source"]) for one in added["facts"]] == [
        ("order_number", "NL-10234", "message"), ("size", "42", "agent"),
    ]  # fmt: skip
    assert "NL-" not in json.dumps(added["act"])
    corrected = desk.json("customer", "facts", who, "--correct", f"{fact['id']}=NL-10235")
    assert corrected["facts"][0]["value"] == "NL-10235"
    desk.run("undo")
    assert desk.json("customer", "facts", who)["items"][0]["value"] == "NL-10234"
    desk.run("customer", "facts", who, "--forget", str(fact["id"]))
    assert [one["kind"] for one in desk.json("customer", "facts", who)["items"]] == ["size"]
    assert desk.json("fact", "learn") == {"read": 6}
    assert [one["kind"] for one in desk.json("customer", "facts", who)["items"]] == ["size"]


def test_pages_of_facts_follow_one_another(desk: Desk) -> None:
    who = anna(desk)
    for size in ("40", "41", "42"):
        desk.run("customer", "facts", who, "--set", f"size={size}")
    first = desk.json("customer", "facts", who, "--limit", "2")
    rest = desk.json("customer", "facts", who, "--after", first["next"])
    assert [one["value"] for one in first["items"] + rest["items"]] == ["NL-10234", "42", "41", "40"]


def test_what_is_wrong_is_said(desk: Desk) -> None:
    who = anna(desk)
    assert "KIND=VALUE" in desk.fails("customer", "facts", who, "--set", "size", status=2)
    assert "no kind of fact" in desk.fails("customer", "facts", who, "--set", "shoe=1", status=2)
    assert "one at a time" in desk.fails("customer", "facts", who, "--set", "size=1", "--forget", "2", status=2)
    assert "has no fact" in desk.fails("customer", "facts", who, "--forget", "2", status=3)
    assert "no customer" in desk.fails("customer", "facts", "2", status=3)


def test_a_pattern_is_added_tried_used_on_what_came_and_removed(desk: Desk) -> None:
    take_in(desk.home, line(9, "anna@x.test", "It broke. GAR-1234 says the card."))
    desk.run("fact", "add", "warranty_code", "--label", "warranty code", "--pattern", r"GAR-\d{4}",
             "--example", "GAR-0012")  # fmt: skip
    own = next(one for one in desk.json("fact", "kinds")["items"] if one["kind"] == "warranty_code")
    assert (own["label"], own["pattern"]) == ("warranty code", r"GAR-\d{4}")
    assert desk.json("fact", "find", "--text", "GAR-9999, size?")["items"] == [
        {"kind": "warranty_code", "value": "GAR-9999"}
    ]
    desk.run("fact", "learn")
    assert "GAR-1234" in [one["value"] for one in desk.json("customer", "facts", anna(desk))["items"]]
    desk.run("fact", "remove", "warranty_code")
    assert "no own kind" in desk.fails("fact", "remove", "warranty_code", status=3)
    assert "how often at most" in desk.fails("fact", "add", "x_y", "--pattern", r"\d+", "--example", "1", status=2)
