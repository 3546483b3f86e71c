"""omnidesk macro, bulk, and agent away and back, as scripts use them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Desk


def test_a_macro_is_made_changed_shown_used_and_removed(desk: Desk) -> None:
    made = desk.json("macro", "add", "where", "--text", "Beste {{customer.first_name}}", "--language", "nl",
                     "--status", "closed", "--tag", "parcel", "--tag", "-new")  # fmt: skip
    assert made["act"]["summary"] == "macro where made"
    assert made["macro"]["actions"] == {
        "status": "closed", "tags": ["+parcel", "-new"], "assign": None, "snooze": None, "priority": None,
    }  # fmt: skip
    desk.run("macro", "edit", "where", "--text", "Dear {{customer.first_name}}", "--language", "en", "--snooze", "2d")
    shown = desk.json("macro", "show", "where")
    assert [one["language"] for one in shown["texts"]] == ["nl", "en"]
    assert (shown["actions"]["snooze"], shown["actions"]["status"]) == ("2d", None)
    said = desk.json("macro", "use", "where", "1", "--dry-run")
    assert (said["act"], said["text"], said["language"]) == (None, "Dear Anna", "en")
    sent = desk.json("macro", "use", "where", "1", "--language", "nl")
    assert sent["message"]["text"] == "Beste Anna"
    conversation = desk.json("show", "1")
    assert (conversation["status"], conversation["tags"]) == ("snoozed", ["parcel"])
    desk.run("undo")
    assert desk.json("show", "1")["status"] == "open"
    desk.run("macro", "edit", "where", "--drop-text", "--language", "nl")
    desk.run("macro", "remove", "where")
    assert desk.json("macro", "list")["items"] == []


def test_macros_go_out_as_yaml_and_come_back(desk: Desk, tmp_path: Path) -> None:
    desk.run("macro", "add", "one", "--text", "Hello\n\nthere")
    desk.run("macro", "add", "mine", "--text", "x", "--personal")
    out = tmp_path / "macros.yaml"
    assert desk.json("macro", "export", "--out", str(out)) == {"path": str(out), "macros": 2}
    assert "is there already" in desk.fails("macro", "export", "--out", str(out), status=4)
    assert "text: |-" in out.read_text()
    assert desk.json("macro", "export", "one")["macros"] == 1
    desk.run("macro", "remove", "one")
    done = desk.json("macro", "import", str(out))
    assert (done["added"], done["kept"]) == (["one"], ["mine"])
    bad = tmp_path / "bad.yaml"
    bad.write_text("- {name: a, text: '{{nobody}}'}")
    assert "there is no placeholder" in desk.fails("macro", "import", str(bad), status=2)


def test_a_macro_is_made_from_an_answer(desk: Desk) -> None:
    assert "nobody has answered" in desk.fails("macro", "add", "again", "--from-reply", "1", status=3)
    desk.run("reply", "1", "--text", "Beste Anna, uw bestelling NL-10234 komt")
    made = desk.json("macro", "add", "again", "--from-reply", "1")
    assert made["macro"]["texts"] == [
        {"language": "nl", "class": "", "text": "Beste {{customer.name}}, uw bestelling {{fact.order}} komt"}
    ]


def test_what_is_wrong_is_said_in_one_line(desk: Desk) -> None:
    assert "say what it says" in desk.fails("macro", "add", "x", status=2)
    assert "no macro nothing" in desk.fails("macro", "use", "nothing", "1", status=3)
    desk.run("macro", "add", "x", "--text", "{{customer.company}}")
    assert "a macro X already" in desk.fails("macro", "add", "X", "--text", "y", status=4)
    assert "{{customer.company}} stands in the text" in desk.fails("macro", "use", "x", "1", status=4)
    assert "nothing to change" in desk.fails("macro", "edit", "x", status=2)


def test_one_answer_to_all_of_a_view_is_looked_at_sent_listed_and_stopped(desk: Desk) -> None:
    desk.run("macro", "add", "told", "--text", "Dear {{customer.first_name}}")
    looked = desk.json("bulk", "send", "--view", "open", "--macro", "told", "--dry-run")
    assert looked["act"] is None and looked["recipients"]
    assert looked["recipients"][0]["text"].startswith("Dear ")
    assert desk.json("outbox", "list")["items"] == []
    sent = desk.json("bulk", "send", "--view", "open", "--macro", "told")
    assert len(sent["messages"]) == len(looked["recipients"])
    (running,) = desk.json("bulk", "list")["items"]
    assert running["queued"] == len(sent["messages"])
    stopped = desk.json("bulk", "stop")
    assert stopped["undone"]["id"] == sent["act"]["id"]
    assert desk.json("outbox", "list")["items"] == []
    assert "nothing of yours" in desk.fails("bulk", "stop", status=4)


def test_one_answer_to_what_a_search_finds(desk: Desk) -> None:
    found = desk.json("bulk", "send", "--search", "boots", "--text", "Yes, you can.", "--dry-run")
    assert [one["conversation_id"] for one in found["recipients"]] == [2]
    assert "nothing in" in desk.fails("bulk", "send", "--search", "elephants", "--text", "x", status=2)
    assert "say to whom" in desk.fails("bulk", "send", "--text", "x", status=2)
    assert "say to whom" in desk.fails("bulk", "send", "1", "--view", "open", "--text", "x", status=2)


def test_an_agent_goes_away_with_a_look_first_and_comes_back(desk: Desk) -> None:
    desk.run("agent", "add", "koen", "--name", "Koen", "--languages", "nl,en")
    assert "there is an agent koen already" in desk.fails("agent", "add", "koen", status=4)
    desk.run("assign", "1", "me")
    looked = desk.json("agent", "away", "--to", "koen", "--until", "3d", "--dry-run")
    assert (looked["act"], looked["conversations"], looked["to"]) == (None, [1], "koen")
    assert desk.json("show", "1")["owner"] == "sanne"
    went = desk.json("agent", "away", "--to", "koen", "--until", "3d", "--note", "Koen knows")
    assert went["agent"]["state"] == "away" and went["agent"]["away_until"]
    assert desk.json("show", "1")["owner"] == "koen"
    assert desk.json("agent", "list")["items"][0]["open"] == 1
    desk.run("undo")
    assert desk.json("show", "1")["owner"] == "sanne"
    desk.run("agent", "set", "me", "--state", "away")
    shown = desk.json("show", "1")
    assert (shown["owner"], shown["absent_owner"]) == (None, "sanne")
    assert "(sanne)" in desk.run("queue", "--view", "unassigned").out
    desk.run("agent", "back", "--take")
    assert desk.json("show", "1")["owner"] == "sanne"
    assert desk.json("agent", "show", "me")["state"] == "available"


def test_an_agent_who_left_is_disabled_and_enabled_again(desk: Desk) -> None:
    desk.run("agent", "add", "koen")
    desk.run("assign", "1", "koen")
    assert desk.json("agent", "disable", "koen", "--to", "sanne")["conversations"] == [1]
    assert desk.json("show", "1")["owner"] == "sanne"
    assert "koen is disabled too" in desk.fails("agent", "away", "--to", "koen", status=4)
    assert json.loads(desk.run("agent", "enable", "koen", "--json").out)["agent"]["disabled"] is False
