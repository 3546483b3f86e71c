"""What agents are told of: a mention, an answer in their conversation, work given to them, a send that did not go.

Each is a row, written in the transaction of what happened and only where there is somebody to tell. What is so rather
than happened (overdue conversations, a channel that is down) is derived and has none. History is not news (promise 14):
intake tells only of what is new, and the program answering by itself is never news.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from omnidesk import clock
from omnidesk.store import people
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Health, NewsKind
from omnidesk.words.retelling import retold
from omnidesk.words.rows import News
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk.acts import Act
    from omnidesk.store.database import Transaction

KEPT = 90 * clock.DAY
"""How long what was seen is kept."""
ROWS = (NewsKind.MENTION, NewsKind.ANSWER, NewsKind.ASSIGNED, NewsKind.FAILED, NewsKind.UNKNOWN, NewsKind.HELD)
SENDS = (NewsKind.FAILED, NewsKind.UNKNOWN, NewsKind.HELD)
_STANDING = 20
"""Overdue conversations that are named one by one."""


def tell(act: Act, agent_id: int, kind: NewsKind, number: int, message_id: int | None = None, by: str = "") -> None:
    """Tell an agent of something within an act under way.

    What they have not seen yet of the same sort in the same conversation is replaced: ten messages are one matter.
    Rides on notification_unseen."""
    act.tx.execute(
        "DELETE FROM notification WHERE agent_id = ? AND conversation_id = ? AND kind = ? AND seen_at IS NULL",
        (agent_id, number, kind),
    )
    act.tx.insert(
        "notification",
        id=new_id(),
        agent_id=agent_id,
        kind=kind,
        conversation_id=number,
        message_id=message_id,
        by=one_line(by, 100),
        at=act.at,
    )


def owner_changed(act: Act, number: int, before: int | None, after: int | None, kind: str) -> None:
    """Tell whom a conversation was given to by somebody else; whom it was taken from need not know of it any more. What
    goes from one agent to another is counted."""
    if before is not None and after is not None:
        step = -1 if kind == "undone" else 1
        act.tx.execute("UPDATE conversation SET transfers = transfers + ? WHERE id = ?", (step, number))
    if before is not None:
        act.tx.execute(
            "DELETE FROM notification WHERE agent_id = ? AND conversation_id = ? AND seen_at IS NULL "
            f"AND kind IN ('{NewsKind.ASSIGNED}', '{NewsKind.ANSWER}')",
            (before, number),
        )
    if after is not None and act.actor.agent_id not in (None, after) and kind != "undone":
        tell(act, after, NewsKind.ASSIGNED, number, by=act.actor.name)


def send_ended(act: Act, message_id: int, number: int, kind: NewsKind, error: str | None) -> None:
    """Tell the sender that a message failed, is held, or that nobody knows whether it went; who said so is not told."""
    sender = act.tx.value("SELECT agent_id FROM outbox WHERE message_id = ?", (message_id,))
    send_settled(act.tx, message_id, sender)
    if sender is not None and sender != act.actor.agent_id:
        held = (error or "").startswith(people.HELD)
        tell(act, sender, NewsKind.HELD if held else kind, number, message_id)


def send_settled(tx: Transaction, message_id: int, sender: int | None = None) -> None:
    """Take back what the sender has not seen of a send that is no trouble any more."""
    if sender is None:
        sender = tx.value("SELECT agent_id FROM outbox WHERE message_id = ?", (message_id,))
    tx.execute(
        "DELETE FROM notification WHERE agent_id = ? AND message_id = ? AND seen_at IS NULL "
        f"AND kind IN ('{NewsKind.FAILED}', '{NewsKind.UNKNOWN}', '{NewsKind.HELD}')",
        (sender, message_id),
    )


def unseen(workspace: Workspace, agent_id: int | None) -> int:
    """Return how much an agent has not seen; rides on notification_unseen."""
    return int(
        workspace.database.reader.value(
            "SELECT count(*) FROM notification WHERE agent_id = ? AND seen_at IS NULL", (agent_id,)
        )
    )


def page(
    workspace: Workspace, agent_id: int | None, limit: int = 50, before: int = 0, seen: bool = False
) -> list[News]:
    """Return an agent's news, newest first, from behind the id `before`; with `seen` also what was seen.

    Rides on notification_unseen or notification_agent."""
    only = "" if seen else "AND n.seen_at IS NULL"
    order = "n.id" if seen else "+n.id"  # sort the few that are new, do not look for them among the many that are not
    kinds = ", ".join(f"'{kind}'" for kind in ROWS)
    found = workspace.database.reader.all(
        "SELECT n.*, coalesce(c.subject, '') AS subject, coalesce(customer.name, '') AS customer, "
        "coalesce(outbox.error, '') AS error FROM notification n "
        "LEFT JOIN conversation c ON c.id = n.conversation_id LEFT JOIN customer ON customer.id = c.customer_id "
        "LEFT JOIN outbox ON outbox.message_id = n.message_id "
        f"WHERE n.agent_id = ? AND n.kind IN ({kinds}) AND (? = 0 OR n.id < ?) {only} ORDER BY {order} DESC LIMIT ?",
        (agent_id, before, before, limit),
    )
    return [_news(row) for row in found]


def _news(row: Any) -> News:
    kind = NewsKind(row["kind"])
    return News(
        id=row["id"],
        kind=kind,
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        subject=row["subject"],
        customer=row["customer"],
        by=row["by"],
        said=row["error"] if kind in SENDS else "",
        at=row["at"],
        seen_at=row["seen_at"],
    )


def standing(workspace: Workspace, agent_id: int | None) -> list[News]:
    """Return what is so now: channels in trouble, and the agent's own conversations past due, the worst first.

    Rides on conversation_owner."""
    reader, now = workspace.database.reader, clock.now()
    found = [
        News(0, NewsKind.CHANNEL, None, None, one.name, "", "", one.error or "", one.last_success_at or now, None)
        for one in people.channels(reader)
        if one.health in (Health.DOWN, Health.NEEDS_LOGIN)
    ]
    overdue = reader.all(
        "SELECT c.id, c.subject, c.queue_due, coalesce(customer.name, '') AS customer FROM conversation c "
        "LEFT JOIN customer ON customer.id = c.customer_id WHERE c.place = 'desk' AND c.status = 'open' "
        "AND c.owner_id = ? AND c.queue_due < ? ORDER BY c.queue_due LIMIT ?",
        (agent_id, now, _STANDING),
    )
    return found + [
        News(0, NewsKind.OVERDUE, row["id"], None, row["subject"], row["customer"], "", "", row["queue_due"], None)
        for row in overdue
    ]


def overdue(workspace: Workspace, agent_id: int | None) -> int:
    """Return how many of an agent's own open conversations are past due; rides on conversation_owner."""
    return int(
        workspace.database.reader.value(
            "SELECT count(*) FROM conversation WHERE place = 'desk' AND status = 'open' AND owner_id = ? "
            "AND queue_due < ?",
            (agent_id, clock.now()),
        )
    )


def see(workspace: Workspace, agent_id: int | None, ids: Iterable[int] | None = None) -> int:
    """Mark news as seen, all of it without `ids`; return how many were new. Raises NotFoundError for another's."""
    wanted = None if ids is None else list(ids)

    def work(tx: Transaction) -> int:
        if wanted is None:
            return tx.execute(
                "UPDATE notification SET seen_at = ? WHERE agent_id = ? AND seen_at IS NULL", (clock.now(), agent_id)
            ).rowcount
        changed = 0
        for one in wanted:
            if tx.value("SELECT 1 FROM notification WHERE id = ? AND agent_id = ?", (one, agent_id)) is None:
                raise NotFoundError(_("{one} is no news of yours: `omnidesk news` lists it").format(one=one))
            changed += tx.execute(
                "UPDATE notification SET seen_at = ? WHERE id = ? AND seen_at IS NULL", (clock.now(), one)
            ).rowcount
        return changed

    return int(workspace.database.write(work))


def see_conversation(workspace: Workspace, agent_id: int | None, number: int) -> None:
    """Mark what an agent was told of a conversation as seen: they are reading it. Rides on notification_unseen."""
    new = "agent_id = ? AND conversation_id = ? AND seen_at IS NULL"
    if workspace.database.reader.value(f"SELECT 1 FROM notification WHERE {new} LIMIT 1", (agent_id, number)):
        workspace.database.write(
            lambda tx: tx.execute(f"UPDATE notification SET seen_at = ? WHERE {new}", (clock.now(), agent_id, number))
        )


def forget_old(workspace: Workspace) -> None:
    """Drop what was seen long ago."""
    workspace.database.write(lambda tx: tx.execute("DELETE FROM notification WHERE seen_at < ?", (clock.now() - KEPT,)))


def said(news: News) -> str:
    """Return in words what happened: `koen gave you #1042: Where is my order?`."""
    about = f"#{news.conversation_id}" if news.conversation_id is not None else ""
    subject = f": {news.subject}" if news.subject else ""
    why = f" ({retold(news.said)})" if news.said else ""
    said = {"by": news.by, "about": about, "subject": subject, "why": why}
    if news.kind is NewsKind.CHANNEL:
        return _("channel {subject} is in trouble").format(subject=news.subject) + (
            f": {retold(news.said)}" if news.said else ""
        )
    words = {
        NewsKind.MENTION: _("{by} mentions you in {about}{subject}"),
        NewsKind.ANSWER: _("{by} answered {about}{subject}"),
        NewsKind.ASSIGNED: _("{by} gave you {about}{subject}"),
        NewsKind.FAILED: _("not sent: your answer in {about}{subject}{why}"),
        NewsKind.UNKNOWN: _("sent or not? your answer in {about}{subject}{why}"),
        NewsKind.HELD: _("held, you are asked: your answer in {about}{subject}{why}"),
        NewsKind.OVERDUE: _("{about} is overdue{subject}"),
        NewsKind.CHAT: _("{by} waits in a new chat, {about}{subject}"),
    }
    if news.kind in (NewsKind.ANSWER, NewsKind.CHAT):
        said["by"] = news.by or news.customer or _("the customer")
    return words[news.kind].format(**said)
