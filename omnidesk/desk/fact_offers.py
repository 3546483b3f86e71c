"""What a draft asks for and is known already: offered, so that nobody has to tell it twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from omnidesk.desk import fact_kinds, facts, threads
from omnidesk.store import facts as stored
from omnidesk.store.workspace import Workspace
from omnidesk.text.facts import asked, values
from omnidesk.words.facts import KINDS, Fact


def offer(workspace: Workspace, number: int, draft: str) -> Fact | None:
    """Return the known fact that a draft to the customer of a conversation asks for, the last one that it asks for;
    None where it asks for nothing, nothing is known, or what is known stands in it.

    Nothing is offered to somebody whose last message is not proven to be the customer's."""
    if not draft.strip():
        return None
    reader = workspace.database.reader
    labels = fact_kinds.labels(reader)
    wanted = asked.asked(draft, {kind: label for kind, label in labels.items() if kind not in KINDS})
    if not wanted:
        return None
    conversation = threads.conversation(workspace, number)
    if conversation.customer_id is None or _doubtful(workspace, conversation.id):
        return None
    return first(stored.of_customer(reader, conversation.customer_id, labels), wanted, draft)


def first(known: Iterable[Fact], wanted: Iterable[str], draft: str) -> Fact | None:
    """Return the fact to offer of those that are wanted, of which none stands in the draft."""
    newest: Mapping[str, Fact] = facts.first_of_each(list(known))
    for kind in wanted:
        fact = newest.get(kind)
        if fact is not None and not values.holds(draft, fact.value):
            return fact
    return None


def _doubtful(workspace: Workspace, number: int) -> bool:
    """Say whether the last message from outside may be of somebody else; rides on message_thread."""
    row = workspace.database.reader.one(
        "SELECT unproven, stranger FROM message WHERE conversation_id = ? AND direction = 'inbound' AND auto IS NULL "
        "AND aside_id IS NULL ORDER BY at DESC, id DESC LIMIT 1",
        (number,),
    )
    return row is not None and bool(row["unproven"] or row["stranger"])
