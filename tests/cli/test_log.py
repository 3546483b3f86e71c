"""Calls, video calls, visits and letters from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Desk


def test_a_missed_call_is_in_the_queue_to_be_called_back(desk: Desk) -> None:
    said = desk.json("log-call", "--number", "06 12345678", "--outcome", "missed")
    assert said["act"]["undoable"]
    assert (said["message"]["kind"], said["message"]["direction"]) == ("call", "inbound")
    assert said["message"]["contact"]["outcome"] == "missed"
    number = said["conversation"]["id"]
    assert said["conversation"]["due_reason"] == "answer"
    assert number in [row["id"] for row in desk.json("queue")["items"]]
    (customer,) = desk.json("customer", "find", "+31612345678")["items"]
    assert [(one["kind"], one["value"], one["verified"]) for one in customer["identities"]] == [
        ("phone", "+31612345678", False)
    ]


def test_an_answered_call_in_a_conversation_answers_it(desk: Desk) -> None:
    said = desk.json(
        "log-call", "--number", "0612345678", "--minutes", "4", "--seconds", "12", "--text", "Thursday.",
        "--conversation", "1", "--at", "2 min",
    )  # fmt: skip
    assert said["conversation"]["id"] == 1
    assert (said["conversation"]["status"], said["conversation"]["waiting_since"]) == ("pending", None)
    assert said["message"]["contact"] == {
        "way": "in", "outcome": "answered", "seconds": 252, "taken_by": "sanne", "shop": "", "order": "", "link": "",
    }  # fmt: skip
    assert "4m12s, taken by sanne" in desk.run("show", "1").out


def test_the_same_key_is_logged_once_and_undo_takes_it_back(desk: Desk) -> None:
    first = desk.json("log-visit", "--shop", "Utrecht", "--order", "NL-10234", "--text", "Hi", "--key", "a")
    again = desk.json("log-visit", "--shop", "Utrecht", "--order", "NL-10234", "--text", "Hi", "--key", "a")
    assert (first["message"]["id"], first["act"]["id"]) == (again["message"]["id"], again["act"]["id"])
    found = desk.json("search", "NL-10234")["items"]
    assert first["message"]["id"] in [one["message"]["id"] for one in found]
    desk.run("undo")
    number = first["conversation"]["id"]
    assert desk.json("show", str(number))["messages"][0]["status"] == "cancelled"


def test_a_letter_keeps_its_scan(desk: Desk, tmp_path: Path) -> None:
    scan = tmp_path / "scan.txt"
    scan.write_text("Dear shop")
    said = desk.json("log-letter", "--from", "Anna, Dorpsstraat 1", "--order", "NL-1", "--attach", str(scan))
    (file,) = said["message"]["attachments"]
    desk.run("attachment", str(file["id"]), "--out", str(tmp_path / "copy.txt"))
    assert (tmp_path / "copy.txt").read_text() == "Dear shop"
    assert said["message"]["direction"] == "inbound"


def test_a_video_call_keeps_its_link_either_way(desk: Desk) -> None:
    link = "https://meet.example/abc"
    one = desk.json("log-call", "--video", "--link", link, "--text", "Showed the boots")
    other = desk.json("log-call", "--video", "--link", link)
    for said in (one, other):
        assert (said["message"]["kind"], said["message"]["contact"]["link"]) == ("video", link)


def test_what_is_wrong_is_said_with_its_status(desk: Desk) -> None:
    assert "no telephone number" in desk.fails("log-call", "--number", "Anna", status=2)
    assert "no conversation" in desk.fails("log-call", "--conversation", "99", status=3)
    assert "no customer" in desk.fails("log-visit", "--customer", "99", "--shop", "Utrecht", status=3)
    assert "not exactly one" in desk.fails("log-call", "--conversation", "open", status=4)
    assert "--from" in desk.fails("log-letter", "--text", "x", status=2)
    assert "did not last" in desk.fails("log-call", "--outcome", "missed", "--minutes", "2", status=2)
    assert "yet to come" in desk.fails("log-call", "--at", "2099-01-01", status=2)
    assert "cannot be attached" in desk.fails("log-letter", "--from", "x", "--attach", "nowhere.pdf", status=2)
