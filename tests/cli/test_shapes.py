"""The JSON shapes are a contract: fields may be added, never renamed, removed or changed in kind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cli.conftest import Desk

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

text, whole, truth, number = str, int, bool, (int, float)
maybe_text, maybe_whole = (str, type(None)), (int, type(None))


class Moment:
    """A time in RFC 3339, UTC, with milliseconds."""


class MaybeMoment(Moment):
    """The same, or null."""


ADDRESS = {"name": text, "address": text}
ACT = {"id": whole, "at": Moment, "actor": text, "kind": text, "summary": text, "undoable": truth}
EVENT = {"id": whole, "at": Moment, "act": whole, "actor": text, "kind": text, "before": dict, "after": dict}
MESSAGE: dict[str, Any] = {
    "id": whole,
    "conversation_id": whole,
    "customer_id": maybe_whole,
    "channel": text,
    "channel_id": whole,
    "kind": text,
    "direction": {"inbound", "outbound", "internal"},
    "author": {"kind": {"customer", "agent", "system"}, "id": maybe_whole, "name": text},
    "from": ADDRESS,
    "to": [ADDRESS],
    "cc": [ADDRESS],
    "reply_to": [ADDRESS],
    "subject": text,
    "text": text,
    "reply_text": text,
    "attachments": [
        {"id": whole, "name": text, "content_type": text, "size": whole, "sha256": text, "inline": truth}
    ],
    "external_id": maybe_text,
    "receipts": [{"channel": text, "folder": text, "received_at": Moment}],
    "joined_by": text,
    "auto": {None, "auto_reply", "bounce", "feedback", "loop"},
    "list": maybe_text,
    "public": truth,
    "aside": maybe_whole,
    "auth": {"pass", "fail", "none"},
    "status": {
        "received", "draft", "queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"
    },
    "error": maybe_text,
    "at": Moment,
    "sent_at": MaybeMoment,
    "received_at": MaybeMoment,
}  # fmt: skip
CONVERSATION: dict[str, Any] = {
    "id": whole,
    "subject": text,
    "status": {"open", "pending", "on-hold", "snoozed", "closed"},
    "priority": {"urgent", "high", "normal", "low"},
    "owner": maybe_text,
    "team": maybe_text,
    "tags": [text],
    "customer": {"id": whole, "name": text},
    "channels": [text],
    "participants": [ADDRESS],
    "vip": truth,
    "unread": truth,
    "preview": text,
    "message_count": whole,
    "created_at": Moment,
    "last_inbound_at": MaybeMoment,
    "last_message_at": Moment,
    "waiting_since": MaybeMoment,
    "snoozed_until": MaybeMoment,
    "next_due_at": MaybeMoment,
    "due_reason": maybe_text,
}
CUSTOMER: dict[str, Any] = {
    "id": whole,
    "name": text,
    "company": maybe_text,
    "language": maybe_text,
    "preferred_channel": maybe_text,
    "tags": [text],
    "identities": [
        {
            "kind": text,
            "scope": text,
            "value": text,
            "verified": truth,
            "deliverable": truth,
            "consent": [{"channel_kind": text, "purpose": text, "state": text, "since": Moment, "source": text}],
        }
    ],
    "conversations": whole,
    "orders": whole,
}
CHANNEL: dict[str, Any] = {
    "id": whole,
    "name": text,
    "kind": text,
    "address": text,
    "enabled": truth,
    "health": {"ok", "retrying", "needs_login", "down", "off"},
    "error": maybe_text,
    "last_success_at": MaybeMoment,
    "next_attempt_at": MaybeMoment,
    "leased_by": maybe_text,
}
SYNC: dict[str, Any] = {
    "channel": text,
    "kind": text,
    "received": whole,
    "duplicates": whole,
    "quarantined": whole,
    "sent": whole,
    "failed": whole,
    "seconds": number,
    "skipped": truth,
    "error": maybe_text,
}
OUTBOX: dict[str, Any] = {
    "message_id": whole,
    "key": text,
    "conversation_id": whole,
    "channel": text,
    "status": text,
    "to": [ADDRESS],
    "subject": text,
    "due_at": Moment,
    "attempts": whole,
    "next_attempt_at": MaybeMoment,
    "error": maybe_text,
    "agent": maybe_text,
}
QUARANTINED: dict[str, Any] = {
    "id": whole,
    "channel": text,
    "cause": text,
    "attempts": whole,
    "at": Moment,
    "received_at": Moment,
    "size": whole,
    "media_type": text,
}
AGENT: dict[str, Any] = {
    "id": whole,
    "login": text,
    "name": text,
    "address": maybe_text,
    "signature": text,
    "languages": [text],
    "teams": [text],
    "state": {"available", "no-chats", "away"},
    "away_until": MaybeMoment,
    "disabled": truth,
}
TEAM = {"id": whole, "name": text, "members": [text]}


def fits(value: Any, shape: Any, path: str = "") -> None:
    """Assert that a JSON value has at least a shape's fields, of its kinds."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), path
        assert set(shape) <= set(value), f"{path} lacks {set(shape) - set(value)}"
        for key, inner in shape.items():
            fits(value[key], inner, f"{path}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), path
        for place, one in enumerate(value):
            fits(one, shape[0], f"{path}[{place}]")
    elif isinstance(shape, set):
        assert value in shape, f"{path} is {value!r}"
    elif shape in (Moment, MaybeMoment):
        assert (value is None and shape is MaybeMoment) or TIME.fullmatch(value), f"{path} is {value!r}"
    else:
        kinds = shape if isinstance(shape, tuple) else (shape,)
        assert isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)), f"{path} is {value!r}"


def listed(document: Any, shape: Any) -> list[Any]:
    """Assert that a document is a list of a shape, and return its items."""
    fits(document, {"items": [shape], "next": maybe_text})
    items: list[Any] = document["items"]
    return items


def test_the_queue_lists_conversations(desk: Desk) -> None:
    assert len(listed(desk.json("queue"), CONVERSATION)) == 4
    assert listed(desk.json("queue", "--view", "mine"), CONVERSATION) == []


def test_show_adds_messages_and_events_to_a_conversation(desk: Desk) -> None:
    desk.run("note", "1", "--text", "She called too")
    document = desk.json("show", "1")
    fits(document, CONVERSATION | {"messages": [MESSAGE], "events": [EVENT]})
    assert [message["direction"] for message in document["messages"]] == ["inbound", "inbound", "internal"]
    first = document["messages"][0]
    assert first["channel"] == "shop" and first["kind"] == "sample"
    assert first["from"] == {"name": "Anna", "address": "anna@x.test"}
    assert first["receipts"][0]["channel"] == "shop"
    assert document["messages"][2]["kind"] == "note"


def test_an_attachment_s_size_and_hash_are_of_its_content(desk: Desk) -> None:
    file = desk.json("show", "3")["messages"][0]["attachments"][0]
    assert file["size"] == 4 and len(file["sha256"]) == 64 and "/" not in file["name"]


def test_a_search_lists_conversation_message_and_snippet_newest_first(desk: Desk) -> None:
    shape = {"conversation": CONVERSATION, "message": MESSAGE, "snippet": text}
    items = listed(desk.json("search", "from:anna"), shape)
    assert [item["message"]["text"] for item in items] == ["Any news?", "Waar is mijn bestelling NL-10234?"]
    (found,) = listed(desk.json("search", "boots"), shape)
    begin, end = found["marks"][0]
    assert found["snippet"][begin:end] == "boots"


def test_customers_have_their_shape_in_list_find_and_show(desk: Desk) -> None:
    everyone = listed(desk.json("customer", "list"), CUSTOMER)
    (anna,) = listed(desk.json("customer", "find", "Anna@X.test"), CUSTOMER)
    assert anna in everyone and anna["conversations"] == 1
    assert anna in listed(desk.json("customer", "list", "nna@x"), CUSTOMER)
    assert listed(desk.json("customer", "list", "nobody"), CUSTOMER) == []
    fits(desk.json("customer", "show", str(anna["id"])), CUSTOMER | {"recent": [CONVERSATION]})


def test_channels_have_their_shape_and_never_a_secret(desk: Desk) -> None:
    items = listed(desk.json("channel", "list"), CHANNEL)
    assert [item["name"] for item in items] == ["desk", "shop"]
    fits(desk.json("channel", "show", "shop"), CHANNEL | {"settings": dict})
    listed(desk.json("channel", "kinds"), {"kind": text, "name": text, "settings": [dict], "secrets": [dict]})


def test_sync_prints_what_it_did_by_channel(desk: Desk) -> None:
    document = desk.json("sync", "--once")
    fits(document, {"channels": [SYNC]})
    assert [one["channel"] for one in document["channels"]] == ["shop"]


def test_what_is_written_prints_act_and_message(desk: Desk) -> None:
    fits(desk.json("note", "1", "--text", "x"), {"act": ACT, "message": MESSAGE})
    fits(desk.json("reply", "1", "--text", "Dag"), {"act": ACT, "message": MESSAGE, "due_at": Moment})
    written = desk.json("new", "--to", "eva@x.test", "--via", "shop", "--subject", "Hi", "--text", "Hello")
    fits(written, {"act": ACT, "message": MESSAGE})
    assert len(listed(desk.json("outbox", "list"), OUTBOX)) == 2


def test_every_decision_prints_its_act(desk: Desk) -> None:
    for command in (
        ("assign", "1", "me"),
        ("close", "1", "2"),
        ("reopen", "1", "2"),
        ("delete", "2"),
        ("spam", "2"),
        ("snooze", "1", "2h"),
        ("status", "1", "on-hold", "--for", "PostNL", "--until", "tomorrow"),
        ("priority", "1", "urgent"),
        ("tag", "1", "+vip", "+late"),
    ):
        fits(desk.json(*command), {"act": ACT, "conversations": [CONVERSATION]}, " ".join(command))
    fits(desk.json("merge", "3", "1"), {"act": ACT, "conversation": CONVERSATION})
    moved = desk.json("show", "1")["messages"][0]["id"]
    fits(desk.json("split", "1", str(moved)), {"act": ACT, "conversation": CONVERSATION})
    fits(desk.json("undo"), {"act": ACT, "undone": ACT, "restored": [text], "left": [text]})
    fits(desk.json("block", "bram@x.test"), {"act": ACT})
    listed(desk.json("history", "1"), EVENT)
    fits(desk.json("history", "1"), {"acts": [ACT]})


def test_changes_of_channels_agents_and_teams_print_their_act(desk: Desk) -> None:
    for command in (
        ("channel", "disable", "shop"),
        ("channel", "enable", "shop"),
        ("channel", "history", "shop", "30"),
        ("channel", "trial", "shop", "on"),
        ("channel", "rename", "shop", "store"),
        ("channel", "remove", "store"),
    ):
        fits(desk.json(*command), {"act": ACT, "channel": CHANNEL}, " ".join(command))
    fits(desk.json("agent", "set", "koen", "--name", "Koen"), {"act": ACT, "agent": AGENT})
    assert len(listed(desk.json("agent", "list"), AGENT)) == 2
    fits(desk.json("team", "set", "returns", "koen", "sanne"), {"act": ACT, "team": TEAM})
    listed(desk.json("team", "list"), TEAM)
    (changed,) = (desk.json("setting", "set", "undo_seconds", "3"),)
    assert changed["setting"]["value"] == 3


def test_the_quarantine_lists_and_shows_what_could_not_be_processed(desk: Desk) -> None:
    (desk.folder / "inbox.jsonl").write_text("no message\n")
    assert desk.json("sync", "--once")["channels"][0]["quarantined"] == 1
    (item,) = listed(desk.json("quarantine", "list"), QUARANTINED)
    fits(desk.json("quarantine", "show", str(item["id"])), QUARANTINED | {"begins": text})
    assert desk.json("quarantine", "retry")["left"] == [item["id"]]
    assert desk.run("quarantine", "export", str(item["id"]), "--out", "item.raw").status == 0
    assert (desk.folder.parent / "item.raw").read_text() == "no message"


@pytest.mark.sqlite
def test_the_doctor_prints_checks(desk: Desk) -> None:
    checks = desk.json("doctor")["checks"]
    fits(checks, [{"name": text, "ok": truth, "detail": text, "advice": maybe_text}])
    assert {"workspace", "database", "schema", "rights", "keys", "disk space", "channel shop"} <= {
        check["name"] for check in checks
    }


def test_an_export_holds_everything_as_json_lines(desk: Desk) -> None:
    import json

    rows = [json.loads(one) for one in desk.run("export").out.splitlines()]
    customers = [row for row in rows if row["type"] == "customer"]
    conversations = [row for row in rows if row["type"] == "conversation"]
    fits(customers, [CUSTOMER])
    fits(conversations, [CONVERSATION | {"messages": [MESSAGE], "events": [EVENT]}])
    counted = desk.json("export", "--out", "all.jsonl")
    assert counted["customers"] == len(customers) and counted["conversations"] == len(conversations)
    assert len((desk.folder.parent / "all.jsonl").read_text().splitlines()) == len(rows)
