"""News, the outbox, the quarantine and channels on the command line: what the console does, commands do too."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk import clock
from tests.cli.conftest import EVIL, Desk, line, take_in


def test_news_lists_what_happened_and_marks_it_as_seen(desk: Desk) -> None:
    desk.run("assign", "1", "me")
    answer = {"name": f"Anna {EVIL}", "in_reply_to": ["<1@shop.test>"], "at": clock.now()}
    take_in(desk.home, line(9, "anna@x.test", f"Please {EVIL}", **answer))
    found = desk.json("news")
    (news,) = found["items"]
    assert (news["kind"], news["conversation_id"], news["seen_at"], found["unseen"]) == ("answer", 1, None, 1)
    shown = desk.run("news").out
    assert "new" in shown and "answered #1: Matter 1" in shown
    assert "\x1b" not in shown and "\u202e" not in shown
    assert desk.json("news", "--seen")["unseen"] == 0
    assert desk.json("news")["items"] == []
    assert "new  " not in desk.run("news").out
    assert desk.json("news", "--all")["items"][0]["seen_at"] is not None


def test_news_is_paged(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.run("assign", str(number), "me")
    for place, who in ((1, "anna"), (2, "bram"), (4, "chris")):
        answer = {"in_reply_to": [f"<{place}@shop.test>"], "at": clock.now()}
        take_in(desk.home, line(20 + place, f"{who}@x.test", "Well?", **answer))
    first = desk.json("news", "--limit", "2")
    rest = desk.json("news", "--limit", "2", "--after", first["next"])
    assert [one["conversation_id"] for one in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next"] is None
    desk.fails("news", "--after", "x", status=2)


def test_a_message_that_waits_becomes_a_draft_again(desk: Desk) -> None:
    message = desk.json("reply", "1", "--text", "It comes")["message"]["id"]
    changed = desk.json("outbox", "edit", str(message))
    assert changed["message"]["status"] == "cancelled"
    assert changed["act"]["summary"] == f"message {message} is a draft on #1 again"
    desk.run("sync", "--once")
    assert desk.sent() == []
    desk.fails("outbox", "edit", "12345", status=3)


def test_everything_in_quarantine_is_saved_in_a_folder_once(desk: Desk, alone: Path) -> None:
    (desk.folder / "inbox.jsonl").write_bytes(b"{not json\n{neither\n")
    desk.run("sync", "--once")
    found = desk.json("quarantine", "export", "--all")
    assert [Path(path).read_bytes() for path in found["paths"]] == [b"{not json", b"{neither"]
    assert "already" in desk.fails("quarantine", "export", "--all", status=2)
    desk.fails("quarantine", "export", status=2)
    item = str(desk.json("quarantine", "list")["items"][0]["id"])
    desk.fails("quarantine", "export", item, "--all", status=2)
    assert (alone / "quarantine").stat().st_mode & 0o077 == 0


def test_a_channel_has_a_log_and_can_be_tried_now(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run("channel", "history", "shop", "30")
    desk.run("channel", "disable", "shop")
    desk.fails("channel", "now", "shop", status=4)
    desk.run("channel", "enable", "shop")
    assert desk.json("channel", "now", "shop")["act"]["summary"] == "shop is tried again now"
    said = [one["said"] for one in desk.json("channel", "history", "shop")["items"]]
    assert said == ["switched on", "switched off", "history of 30 days, before 14", "added as shop"]
    assert "switched off" in desk.run("channel", "history", "shop").out
