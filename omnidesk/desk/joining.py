"""Joining conversations into one and splitting messages out; every moved row is recorded, so that it can go back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnidesk.desk import conversations, drafts, offers, triage
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Place, Status
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _


def may_join(tx: Transaction, one: int, other: int) -> bool:
    """Say whether two conversations may be joined unasked: a shared participant, and agents touched at most one."""
    touched = tx.value("SELECT count(*) FROM conversation WHERE id IN (?, ?) AND touched", (one, other))
    places = {row[0] for row in tx.all("SELECT place FROM conversation WHERE id IN (?, ?)", (one, other))}
    shared = tx.value(
        "SELECT 1 FROM participant a JOIN participant b ON b.identity_id = a.identity_id "
        "WHERE a.conversation_id = ? AND b.conversation_id = ? AND NOT a.claimed AND NOT b.claimed",
        (one, other),
    )
    return touched < 2 and len(places) == 1 and shared is not None


def absorb(act: Act, into: int, gone: int, reason: str) -> None:
    """Move everything of one conversation into another; what it was stays on record."""
    tx = act.tx
    absorbed = tx.one("SELECT * FROM conversation WHERE id = ?", (gone,))
    survivor = tx.one("SELECT * FROM conversation WHERE id = ?", (into,))
    assert absorbed is not None and survivor is not None
    moved = [row[0] for row in tx.all("SELECT id FROM message WHERE conversation_id = ?", (gone,))]
    move_messages(act, moved, gone, into)
    before = triage.tags(tx, into)
    after = sorted({*before, *triage.tags(tx, gone)})
    if after != before:
        triage.put_tags(tx, into, after)
        act.event("tagged", into, before={"tags": before}, after={"tags": after})
    act.change("merged", gone, place=Place.MERGED, merged_into=into)
    act.event("joined", into, after={"conversation": gone, "messages": len(moved), "reason": reason})
    for draft in drafts.follow(tx, gone, into):
        act.event("draft_followed", into, before={"draft": draft, "at": gone}, after={"draft": draft, "at": into})
    tx.execute(
        "UPDATE conversation SET backlog = ?, touched = ? WHERE id = ?",
        (bool(survivor["backlog"] and absorbed["backlog"]), bool(survivor["touched"] or absorbed["touched"]), into),
    )
    if survivor["owner_id"] is None and absorbed["owner_id"] is not None:
        act.change("assigned", into, owner_id=absorbed["owner_id"])
    if absorbed["status"] == Status.OPEN and not absorbed["backlog"] and survivor["status"] != Status.OPEN:
        act.change("status", into, status=Status.OPEN, snoozed_until=None, hold_for=None)
    if absorbed["unread"]:
        act.change("read", into, unread=True)
    conversations.recount(tx, gone)
    conversations.recount(tx, into)
    for number in (into, gone, *offers.standing(tx, into)):
        offers.show(tx, number)
    if survivor["backlog"] and absorbed["backlog"] and not survivor["touched"]:
        conversations.settle_backlog(tx, into)


def drafts_back(act: Act, draft: str, gone: int, into: int) -> None:
    """Bring a draft back that followed its conversation into another, where it lies there still."""
    taken = (
        "SELECT 1 FROM draft other WHERE other.conversation_id = ? AND other.agent_id = draft.agent_id "
        "AND other.sort = draft.sort"
    )
    act.tx.execute(
        f"UPDATE draft SET conversation_id = ? WHERE uuid = ? AND conversation_id = ? AND NOT EXISTS ({taken})",
        (gone, draft, into, gone),
    )


def move_messages(act: Act, messages: Sequence[int], source: int, target: int) -> None:
    """Move messages, what is being sent of them, and those who take part, from one conversation to another."""
    tx = act.tx
    for message in messages:
        tx.execute("UPDATE message SET conversation_id = ? WHERE id = ?", (target, message))
        tx.execute("UPDATE outbox SET conversation_id = ? WHERE message_id = ?", (target, message))
        act.moved("message", message, "conversation_id", source, target)
    tx.execute(
        "INSERT INTO participant (conversation_id, identity_id, claimed) "
        "SELECT ?, identity_id, claimed FROM participant WHERE conversation_id = ? ON CONFLICT (conversation_id, "
        "identity_id) DO UPDATE SET claimed = participant.claimed AND excluded.claimed",
        (target, source),
    )


def merge(workspace: Workspace, actor: Actor, numbers: int | Iterable[int], into: int) -> rows.Act:
    """Merge conversations into another, which keeps its number, status and owner. One undo, at any time."""
    wanted = [numbers] if isinstance(numbers, int) else list(dict.fromkeys(numbers))

    def work(act: Act) -> None:
        kept = _existing(act.tx, into)
        merged = []
        for number in wanted:
            gone = _existing(act.tx, number)
            if gone == kept:
                raise RefusedError(
                    _("#{number} and #{into} are the same conversation already").format(number=number, into=into)
                )
            _seen_still(act.tx, kept, gone)
            absorb(act, kept, gone, f"merged by {actor.name}")
            merged.append(f"#{gone}")
        act.tx.execute("UPDATE conversation SET touched = ? WHERE id = ?", (True, kept))
        act.summary = f"merged {', '.join(merged)} into #{kept}"

    return perform_undoable(workspace, actor, "merge", work)[0]


def _seen_still(tx: Transaction, kept: int, gone: int) -> None:
    """Refuse a merge by which what is on the desk would vanish into spam or among the deleted."""
    where = {one: tx.value("SELECT place FROM conversation WHERE id = ?", (one,)) for one in (kept, gone)}
    if where[gone] == Place.DESK and where[kept] in (Place.SPAM, Place.DELETED):
        raise RefusedError(_("#{number} is in spam or deleted: open it again before the merge").format(number=kept))


def _existing(tx: Transaction, number: int) -> int:
    here = conversations.current(tx, number)
    if tx.value("SELECT 1 FROM conversation WHERE id = ?", (here,)) is None:
        raise NotFoundError(_("there is no conversation {number}").format(number=number))
    return here


def refuse(workspace: Workspace, actor: Actor, number: int, other: int) -> rows.Act:
    """Refuse to join two conversations that may belong together: it is not offered again. Raises NotFoundError."""

    def work(act: Act) -> None:
        here, there = _existing(act.tx, number), _existing(act.tx, other)
        if here == there:
            raise RefusedError(
                _("#{number} and #{other} are the same conversation already").format(number=number, other=other)
            )
        act.event("join_refused", here, after={"other": there})
        act.event("join_refused", there, after={"other": here})
        offers.show(act.tx, here)
        offers.show(act.tx, there)
        act.summary = f"#{here} and #{there} stay apart"

    return perform_undoable(workspace, actor, "refuse", work)[0]


def move(workspace: Workspace, actor: Actor, number: int, messages: Sequence[int], into: int) -> rows.Act:
    """Move messages of a conversation into another that exists. One undo, at any time.

    Raises NotFoundError, UsageError, and RefusedError where nothing would be left."""

    def work(act: Act) -> None:
        tx = act.tx
        here, there = _existing(tx, number), _existing(tx, into)
        if here == there:
            raise RefusedError(_("the messages are in #{here} already").format(here=here))
        _must_hold(tx, here, messages)
        move_messages(act, sorted(set(messages)), here, there)
        tx.execute("UPDATE conversation SET touched = ? WHERE id IN (?, ?)", (True, here, there))
        act.event("split", here, after={"into": there, "messages": len(set(messages))})
        act.event("joined", there, after={"conversation": here, "messages": len(set(messages))})
        conversations.recount(tx, here)
        conversations.recount(tx, there)
        many = "a message" if len(set(messages)) == 1 else f"{len(set(messages))} messages"
        act.summary = f"moved {many} of #{here} to #{there}"

    return perform_undoable(workspace, actor, "move", work)[0]


def _must_hold(tx: Transaction, number: int, messages: Sequence[int]) -> None:
    inside = {found[0] for found in tx.all("SELECT id FROM message WHERE conversation_id = ?", (number,))}
    strange = [message for message in messages if message not in inside]
    if strange or not messages:
        raise UsageError(
            _("#{number} holds no message {numbers}").format(
                number=number, numbers=", ".join(map(str, strange)) or "(none named)"
            )
        )
    if len(set(messages)) == len(inside):
        raise RefusedError(
            _("these are all messages of #{number}: nothing would be left in it; merge it instead").format(
                number=number
            )
        )


def split(workspace: Workspace, actor: Actor, number: int, messages: Sequence[int]) -> tuple[rows.Act, int]:
    """Move messages of a conversation into a new one; return the act and the new number."""

    def work(act: Act) -> int:
        tx = act.tx
        row = tx.one("SELECT * FROM conversation WHERE id = ?", (number,))
        if row is None:
            raise NotFoundError(_("there is no conversation {number}").format(number=number))
        _must_hold(tx, number, messages)
        first = tx.one("SELECT subject, at FROM message WHERE id = ?", (min(messages),))
        assert first is not None
        fresh = conversations.start(
            act, first["subject"] or row["subject"], row["customer_id"], Status.OPEN, at=first["at"]
        )
        act.event("opened", fresh, row["customer_id"], after={"split_from": number})
        move_messages(act, sorted(set(messages)), number, fresh)
        tx.execute("UPDATE conversation SET touched = ? WHERE id IN (?, ?)", (True, number, fresh))
        act.event("split", number, after={"into": fresh, "messages": len(messages)})
        conversations.recount(tx, number)
        conversations.recount(tx, fresh)
        act.summary = f"split #{fresh} out of #{number}"
        return fresh

    return perform_undoable(workspace, actor, "split", work)
