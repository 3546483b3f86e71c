"""What a merge would do, said before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from omnidesk.desk import threads
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Conversation
from omnidesk.words.speech import _


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: which conversation stays, which go into it, and with how many messages.

    `strangers` says that they are with different customers."""

    kept: Conversation
    gone: tuple[Conversation, ...]
    messages: int
    strangers: bool


def preview(workspace: Workspace, numbers: Iterable[int], into: int | None = None) -> Preview:
    """Say what merging these would do; without `into` the oldest of them stays. Raises NotFoundError, RefusedError."""
    wanted = list(dict.fromkeys(threads.current(workspace, number) for number in numbers))
    kept = min(wanted, default=0) if into is None else threads.current(workspace, into)
    others = [number for number in wanted if number != kept]
    if not others:
        raise RefusedError(
            _("#{into} is that conversation itself: merge it with another one").format(into=into or kept)
        )
    stays = threads.conversation(workspace, kept)
    gone = tuple(threads.conversations(workspace, others))
    customers = {one.customer_id for one in (stays, *gone)}
    return Preview(stays, gone, sum(one.message_count for one in gone), len(customers) > 1)
