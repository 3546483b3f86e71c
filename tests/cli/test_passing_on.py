"""`omnidesk aside` with chosen messages and files, and `omnidesk customer author`."""

from __future__ import annotations

from omnidesk import clock
from tests.cli.conftest import Desk, line, take_in


def test_an_aside_passes_chosen_messages_and_files_on_and_waits_for_who_was_asked(desk: Desk) -> None:
    shown = desk.json("show", "1")["messages"]
    bill = desk.json("show", "3")["messages"][0]["attachments"][0]["id"]
    desk.fails("aside", "1", "--to", "x@carrier.test", "--text", "?", "--attachment", str(bill), status=3)
    desk.fails("aside", "3", "--to", "x@carrier.test", "--text", "?", "--message", str(shown[0]["id"]), status=3)
    said = desk.json(
        "aside", "1", "--to", "Carrier <x@carrier.test>", "--text", "Where?",
        "--message", str(shown[0]["id"]), "--message", str(shown[1]["id"]),
    )  # fmt: skip
    assert "Waar is mijn" in said["message"]["text"] and "Any news?" in said["message"]["text"]
    now = desk.json("show", "1")
    assert now["status"] == "on-hold" and now["messages"][-1]["aside"]
    take_in(
        desk.home,
        line(80, "x@carrier.test", "In Utrecht", at=clock.now(), in_reply_to=[said["message"]["external_id"]]),
    )
    after = desk.json("show", "1")
    assert after["status"] == "open" and after["messages"][-1]["aside"] == said["message"]["id"]
    files = desk.json("aside", "3", "--to", "x@carrier.test", "--text", "?", "--attachment", str(bill))
    assert [one["name"] for one in files["message"]["attachments"]] == ["bill.txt"]


def test_a_conversation_that_is_closed_stays_closed_when_somebody_is_asked(desk: Desk) -> None:
    desk.run("close", "1")
    desk.run("aside", "1", "--to", "x@carrier.test", "--text", "Where?")
    assert desk.json("show", "1")["status"] == "closed"


def test_the_author_of_a_forward_becomes_the_customer(desk: Desk) -> None:
    text = "-------- Forwarded message --------\nFrom: Eva <eva@x.test>\nSubject: Shoes\n\nBroken"
    take_in(desk.home, line(81, "anna@x.test", text, subject="Fwd: Shoes"))
    number = str(desk.json("queue", "--view", "all")["items"][0]["id"])
    done = desk.json("customer", "author", number)
    assert done["author"] == {"name": "Eva", "address": "eva@x.test"}
    assert done["conversation"]["customer"]["name"] == "Eva"
    assert "already" in desk.fails("customer", "author", number, status=4)
    desk.run("undo")
    assert desk.json("show", number)["customer"]["name"] == "Anna"
