"""Is it really them? Who asks for money, data or a new address, and nothing proves who they are, is checked first.

Two of the things that only the customer knows are asked for (the setting `check_items`). What came of it is an event
and shows for the rest of the conversation. A caller's number proves nothing, so every caller is to be checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.desk import conversations, settings
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.sensitive import asks_for
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Actor, Conversation, Message
from omnidesk.words.speech import _

ENOUGH = 2
"""Things known by which a person passes."""
NEW = 7 * clock.DAY
"""For this long an address counts as new."""
LOOKED_AT = 5
"""Newest messages of the customer that are read for what they ask."""
PASSED, FAILED = "passed", "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """How a conversation stands: what is asked that needs a check, why nothing proves the person, what was found."""

    asks: tuple[str, ...]
    why: str
    outcome: str

    @property
    def due(self) -> bool:
        """Whether the person is to be checked now."""
        return bool(self.asks) and not self.outcome


def items(workspace: Workspace) -> list[str]:
    """Return the things that are asked for, from the setting `check_items`."""
    said = settings.current(workspace).check_items
    return [one for part in said.split(",") if (one := one_line(part, 40).lower())]


def standing(workspace: Workspace, conversation: Conversation, messages: Sequence[Message]) -> Check:
    """Return how a conversation stands; `messages` are its newest, in their order."""
    theirs = [one for one in messages if one.direction == "inbound" and one.auto is None and one.aside is None]
    asks: list[str] = []
    for one in theirs[-LOOKED_AT:]:
        asks += [kind for kind in asks_for(one.reply_text or one.text) if kind not in asks]
    called = any(one.kind == "call" for one in messages[-LOOKED_AT:])
    why = _why(workspace, theirs[-1] if theirs else None, called) if asks or called else ""
    if called and "call" not in asks and why:
        asks.insert(0, "call")
    return Check(tuple(asks) if why else (), why, conversation.person_check)


def _why(workspace: Workspace, last: Message | None, called: bool) -> str:
    """Return why nothing proves who it is, "" where something does."""
    if called:
        return "a caller's number proves nobody"
    if last is None:
        return ""
    row = workspace.database.reader.one(
        "SELECT i.verified, i.created_at FROM message m LEFT JOIN identity i ON i.id = m.identity_id WHERE m.id = ?",
        (last.id,),
    )
    if last.unproven or row is None or not row["verified"]:
        return "the sender is not proven"
    return "the address is new" if last.at - row["created_at"] < NEW else ""


def record(workspace: Workspace, actor: Actor, number: int, known: Iterable[str], failed: bool = False) -> rows.Act:
    """Write down what came of a check: the things the person knew; with two of them they passed. Undoable.

    Raises NotFoundError, UsageError for a thing that is not asked for, and for a pass with too few."""
    asked = items(workspace)
    said = list(dict.fromkeys(one_line(one, 40).lower() for one in known))
    strange = next((one for one in said if one not in asked), None)
    if strange is not None:
        raise UsageError(_("{item} is none of {items}").format(item=strange, items=", ".join(asked)))
    if not failed and len(said) < ENOUGH:
        raise UsageError(
            _("name {count} of {items}, or say that they failed").format(count=ENOUGH, items=", ".join(asked))
        )
    outcome = FAILED if failed else f"{PASSED}: {', '.join(said)}"

    def work(act: Act) -> None:
        here = conversations.current(act.tx, number)
        if act.tx.value("SELECT 1 FROM conversation WHERE id = ?", (here,)) is None:
            raise NotFoundError(_("there is no conversation {number}").format(number=number))
        act.change("person_checked", here, person_check=outcome)
        act.summary = f"the person of #{here} {'failed the check' if failed else 'passed the check'}"

    return perform_undoable(workspace, actor, "person_check", work)[0]
