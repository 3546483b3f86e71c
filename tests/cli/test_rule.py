"""`omnidesk rule`: added, listed in order, tried, removed and brought back."""

from __future__ import annotations

from tests.cli.conftest import Desk, line, take_in


def test_a_rule_is_added_listed_tried_removed_and_brought_back(desk: Desk) -> None:
    desk.run("team", "set", "Returns", "sanne")
    made = desk.json("rule", "add", "--team", "returns", "--subject", "shoe", "--to", "support@*")
    assert made["rule"] == {
        "id": 1, "channel": None, "to": "support@*", "subject": "shoe", "header": None, "folder": None,
        "team": "Returns",
    }  # fmt: skip
    second = desk.json("rule", "add", "--team", "Returns", "--folder", "Back", "--channel", "shop", "--before", "1")
    listed = desk.json("rule", "list")["items"]
    assert [one["id"] for one in listed] == [second["rule"]["id"], 1]
    mail = desk.folder / "a.eml"
    mail.write_bytes(b"From: a@x.test\r\nTo: support@shop.test\r\nSubject: Shoes\r\n\r\nhi\r\n")
    other = desk.folder / "b.eml"
    other.write_bytes(b"From: a@x.test\r\nSubject: Shoes\r\n\r\nhi\r\n")
    tried = desk.json("rule", "test", str(mail), str(other))["items"]
    assert [one["rule"] and one["rule"]["id"] for one in tried] == [1, None]
    desk.run("rule", "remove", "1")
    assert [one["id"] for one in desk.json("rule", "list")["items"]] == [2]
    desk.run("undo")
    assert [one["id"] for one in desk.json("rule", "list")["items"]] == [2, 1]
    take_in(desk.home, line(70, "eva@x.test", "hm", subject="My shoes"))
    teams = {one["subject"]: one["team"] for one in desk.json("queue", "--view", "all")["items"]}
    assert (teams["My shoes"], teams["Matter 1"]) == ("Returns", None)


def test_what_is_wrong_with_a_rule_is_said_in_words(desk: Desk) -> None:
    desk.run("team", "set", "Returns", "sanne")
    assert "condition" in desk.fails("rule", "add", "--team", "Returns", status=2)
    assert "no team Nobody" in desk.fails("rule", "add", "--team", "Nobody", "--subject", "x", status=3)
    assert "no rule 9" in desk.fails("rule", "remove", "9", status=3)
    assert "cannot be read" in desk.fails("rule", "test", "nowhere.eml", status=1)
