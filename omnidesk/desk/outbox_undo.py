"""Taking back what an agent decided in the outbox: taken back, sent again, settled, dismissed, a draft again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import conversations, deliveries, drafts, rules
from omnidesk.desk.acts import Act
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.speech import _

KINDS = ("rewritten", "dismissed", "delivery")
"""The events reversed here."""
_STUCK = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


def take_back(
    act: Act, event: Any, before: Mapping[str, Any], after: Mapping[str, Any], restored: list[str], left: list[str]
) -> None:
    """Reverse one event of an act on the outbox, where the message is still as that act left it."""
    kind = act.tx.value("SELECT kind FROM act WHERE id = ?", (event["act_id"],))
    if event["kind"] == "rewritten":
        _rewritten(act, event, before, after, restored, left)
    elif kind == "resolve" and event["kind"] == "dismissed":
        _look_again(act, event, restored, left)
    elif kind == "cancel" and event["kind"] == "delivery":
        _queue_again(act, event["message_id"], restored, left)
    elif kind in ("retry", "resolve") and event["kind"] == "delivery":
        _as_it_was(act, event["message_id"], before, after["message.status"], restored, left)


def _rewritten(
    act: Act, event: Any, before: Mapping[str, Any], after: Mapping[str, Any], restored: list[str], left: list[str]
) -> None:
    message_id, number, state = event["message_id"], _where(act, event["message_id"]), before["state"]
    row = act.tx.one("SELECT state, dismissed_at FROM outbox WHERE message_id = ?", (message_id,))
    expected = MessageStatus.FAILED if state == MessageStatus.FAILED else MessageStatus.CANCELLED
    if row is None or row["state"] != expected or (state == MessageStatus.FAILED and row["dismissed_at"] is None):
        left.append(_("the message in #{number} went its own way since").format(number=number))
        return
    agent_id = act.tx.value("SELECT id FROM agent WHERE login = ?", (event["actor"],))
    if agent_id is None or not drafts.take_again(
        act.tx, number, agent_id, message_id, bool(after["begun"]), event["at"]
    ):
        left.append(_("the draft in #{number} was changed, sent or thrown away since").format(number=number))
        return
    if state == MessageStatus.QUEUED:
        _queue_again(act, message_id, restored, left)
    elif state == MessageStatus.FAILED:
        _look_again(act, event, restored, left)
    else:
        restored.append(_("#{number} draft").format(number=number))


def _queue_again(act: Act, message_id: int, restored: list[str], left: list[str]) -> None:
    number = _where(act, message_id)
    row = act.tx.one(
        "SELECT o.state, o.due_at, channel.kind, m.public FROM outbox o JOIN channel ON channel.id = o.channel_id "
        "JOIN message m ON m.id = o.message_id WHERE o.message_id = ?",
        (message_id,),
    )
    if row is None or row["state"] != MessageStatus.CANCELLED:
        left.append(_("the message in #{number} went its own way since").format(number=number))
        return
    deliveries.set_status(act, message_id, MessageStatus.QUEUED, None)
    window = rules.undo_window(registry.manifest(row["kind"]), -1, bool(row["public"]))
    due_at = max(row["due_at"], act.at + int(window * clock.SECOND))
    act.tx.execute("UPDATE outbox SET due_at = ? WHERE message_id = ?", (due_at, message_id))
    restored.append(_("#{number} answer, on its way again").format(number=number))


def _as_it_was(
    act: Act, message_id: int, before: Mapping[str, Any], now: str, restored: list[str], left: list[str]
) -> None:
    """Let a message be again what it was before an agent settled it or sent it once more: it has not left since."""
    number = _where(act, message_id)
    if act.tx.value("SELECT state FROM outbox WHERE message_id = ?", (message_id,)) != now:
        left.append(_("the message in #{number} went its own way since").format(number=number))
        return
    state = MessageStatus(before["message.status"])
    deliveries.set_status(act, message_id, state, before.get("message.error"))
    restored.append(_("#{number} answer, {state} again").format(number=number, state=_(state)))


def _look_again(act: Act, event: Any, restored: list[str], left: list[str]) -> None:
    message_id, number = event["message_id"], _where(act, event["message_id"])
    row = act.tx.one("SELECT state, dismissed_at FROM outbox WHERE message_id = ?", (message_id,))
    if row is None or row["state"] not in _STUCK or row["dismissed_at"] is None:
        left.append(_("the message in #{number} went its own way since").format(number=number))
        return
    act.tx.execute("UPDATE outbox SET dismissed_at = NULL WHERE message_id = ?", (message_id,))
    act.event("undismissed", number, message=message_id)
    conversations.recount(act.tx, number)
    restored.append(_("#{number} answer, undelivered again").format(number=number))


def _where(act: Act, message_id: int) -> int:
    return int(act.tx.value("SELECT conversation_id FROM message WHERE id = ?", (message_id,)))
