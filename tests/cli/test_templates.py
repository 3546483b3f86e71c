"""Templates from the command line: listed, filled in, and the answer that waits."""

from __future__ import annotations

from tests.cli.conftest import Desk, line, take_in

LATE = -25 * 3_600 + 3_600
"""Message numbers are seconds after an hour ago: this one is 25 hours old."""


def whatsapp(desk: Desk, number: int = LATE) -> int:
    """Return a conversation on a channel whose window has closed, unless a message of another number came."""
    added = ("--name", "wa", "--address", "+31851234567", "--set", "folder=folder", "--no-test")
    desk.run("channel", "add", "sample-whatsapp", *added)
    take_in(desk.home, line(number, "+31612345678", "Where is it?"), channel="wa")
    return int(desk.json("search", "from:+31612345678")["items"][0]["conversation"]["id"])


def test_templates_are_asked_for_and_listed(desk: Desk) -> None:
    whatsapp(desk)
    assert desk.json("channel", "templates", "wa")["items"] == []
    found = desk.json("channel", "templates", "wa", "--refresh", "--limit", "1")
    assert found["items"] == [
        {
            "channel": "wa", "name": "order_shipped", "language": "en", "category": "utility",
            "text": "Your order {{1}} was shipped.", "fields": [{"name": "1", "example": None}], "cost": None,
        }
    ]  # fmt: skip
    assert found["next"]
    rest = desk.json("channel", "templates", "wa", "--after", found["next"])
    assert [one["language"] for one in rest["items"]] == ["nl"]
    assert "order_shipped nl" in desk.run("channel", "templates", "wa").out
    desk.fails("channel", "templates", "shop", "--refresh", status=4)
    desk.fails("channel", "templates", "nope", status=3)


def test_a_template_goes_and_what_was_written_waits(desk: Desk) -> None:
    number = str(whatsapp(desk))
    desk.run("channel", "templates", "wa", "--refresh")
    assert "reply window" in desk.fails("reply", number, "--text", "Hello", "--via", "wa", status=4)
    said = ("--template", "order_shipped", "--language", "nl", "--value", "NL-10234")
    done = desk.json("reply", number, *said, "--text", "It comes on Thursday.")
    assert done["message"]["text"] == "Je bestelling NL-10234 is verstuurd."
    held = desk.json("show", number)["held"]
    assert (held["text"], held["channel"], held["by"], held["ready"]) == ("It comes on Thursday.", "wa", "sanne", False)
    assert "an answer waits on wa: until the customer writes" in desk.run("show", number).out
    assert "reply window" in desk.fails("reply", number, "--held", status=4)
    take_in(desk.home, line(20, "+31612345678", "Tell me"), channel="wa")
    assert desk.json("show", number)["held"]["ready"]
    assert f"omnidesk reply {number} --held sends it" in desk.run("show", number).out
    assert desk.json("reply", number, "--held")["message"]["text"] == "It comes on Thursday."
    assert desk.json("show", number)["held"] is None
    desk.fails("reply", number, "--held", status=4)


def test_what_does_not_go_together_is_wrong_usage(desk: Desk) -> None:
    number = str(whatsapp(desk))
    desk.run("channel", "templates", "wa", "--refresh")
    for words in (
        ("--language", "nl", "--text", "x"),
        ("--value", "x", "--text", "x"),
        ("--held", "--text", "x"),
        ("--held", "--template", "order_shipped"),
        ("--template", "order_shipped", "--value", "x", "--to", "+31612345678"),
        ("--template", "order_shipped"),
    ):
        desk.fails("reply", number, *words, status=2)
    desk.fails("reply", number, "--template", "nope", status=3)
    desk.fails("new", "--to", "a@x.test", "--via", "shop", "--text", "x", status=2)
    first = ("new", "--to", "+31687654321", "--via", "wa", "--template", "order_shipped")
    desk.fails(*first, "--value", "x", "--text", "y", status=2)
    assert "has to write first" in desk.fails(*first, "--value", "x", status=4)
