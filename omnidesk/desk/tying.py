"""Messages that tie conversations together: joined where that is certain, else offered; answers too late to join."""

from __future__ import annotations

from collections.abc import Iterable

from omnidesk import clock
from omnidesk.desk import joining, offers
from omnidesk.desk.acts import Act
from omnidesk.desk.growing import Growing
from omnidesk.desk.settings import Settings
from omnidesk.desk.threading import Found


def tie(act: Act, conversations: Growing, number: int, found: Iterable[Found]) -> None:
    """Join what a message of conversation `number` ties to it, or have joining offered (promise 5)."""
    for each in found:
        here, there = conversations.current(number), conversations.current(each.conversation)
        if here == there:
            continue
        if not each.offered and joining.may_join(act.tx, here, there):
            with act.apart("join") as join:
                into, gone = min(here, there), max(here, there)
                join.summary = f"joined #{gone} to #{into}: a message ties them together"
                joining.absorb(join, into, gone, "a message ties them together")
        else:
            offers.offer(act, here, there)


def begins_anew(policy: Settings, last_message_at: int, at: int) -> bool:
    """Say whether an answer that came at `at` starts a new conversation because its own is closed (`when_closed`)."""
    if policy.when_closed == "new":
        return True
    return bool(policy.reopen_days) and last_message_at < at - policy.reopen_days * clock.DAY
