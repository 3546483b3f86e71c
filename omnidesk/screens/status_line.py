"""The words of the status bar and of the line over the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import cells, cut
from omnidesk.widgets.painting import Part
from omnidesk.widgets.queue_list import QueueList
from omnidesk.words.kinds import Health, MessageStatus, Sort
from omnidesk.words.rows import Channel
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk.status import Summary
    from omnidesk.screens.messages import DatabaseLost

_LEFT = ("spam", "deleted")
"""Views of what lies off the desk."""
ORDERS = {
    Sort.DUE: "next due first",
    Sort.NEWEST: "newest first",
    Sort.WAITING: "oldest waiting first",
    Sort.PRIORITY: "most urgent first",
}
"""The orders of a view in words."""


SOON = 10 * clock.MINUTE
"""What goes later is scheduled, and shown over its thread."""


def coming(summary: Summary | None, agent: str, now: int) -> str:
    """Say what is about to be sent: `#1038 to Eva goes in 8 s - u takes it back`."""
    row = summary.next_send if summary is not None else None
    if row is None or (row.due_at - now > SOON and not row.attempts):
        return ""
    if summary is not None and summary.next_many > 1 and row.status is MessageStatus.QUEUED and row.due_at > now:
        span, mine = times.span(row.due_at - now + 999), row.agent in (None, agent)
        said = _("answer to {count} customers goes in {span}").format(count=summary.next_many, span=span)
        return said + (_(" - u takes all back") if mine else "")
    whom = one_line(row.to[0].name or row.to[0].address, 40) if row.to else _("nobody")
    said = _("#{number} to {whom} by {channel}")
    said = said.format(number=row.conversation_id, whom=whom, channel=one_line(row.channel))
    said += _(" PUBLIC") if row.public else ""
    if row.status is MessageStatus.SENDING:
        return f"{said} {_('is being sent')}"
    if row.attempts:
        why = f": {one_line(row.error, 60)}" if row.error else ""
        again = _("is tried again in {span}").format(span=times.span(row.due_at - now))
        return f"{said} {again}{why}"
    if row.due_at <= now:
        goes = _("goes now") if summary_alive(summary) else _("waits for the engine")
        return f"{said} {goes}"
    back = _(" - u takes it back") if row.agent in (None, agent) else ""
    goes = _("goes in {span}").format(span=times.span(row.due_at - now + 999))
    return f"{said} {goes}{back}"


def summary_alive(summary: Summary | None) -> bool:
    """Say whether some engine is at work."""
    return summary is not None and summary.engine_alive


def lost(message: DatabaseLost | None, now: int) -> list[Part]:
    """Say since when and why the database is out of reach; what is written meanwhile waits in the agent's spool."""
    if message is None:
        return []
    at = times.day_time(message.since, now).strip()
    why = cut(one_line(message.said.rpartition(": ")[2]), 50)
    said = _("database out of reach since {at} ({why}): what you write waits here")
    return [("warn", said.format(at=at, why=why))]


def health(summary: Summary | None, engine: str, now: int, quiet: bool = False) -> list[Part]:
    """Say how engine, outbox and channels do, the most important first; `quiet`: nothing rings now."""
    if engine:
        said: list[Part] = [("warn", one_line(engine, 100))]
    else:
        said = []
    if summary is None:
        return said
    running = [channel for channel in summary.channels if channel.enabled]
    away, queued = offline(summary), _("{count} queued").format(count=times.number(summary.queued))
    if away:
        waits = queued if summary.queued else _("nothing waits to go out")
        said.append(("warn", f"{_('offline')}: {waits}"))
    if summary.news:
        said.append(("key", _("{count} new: gn").format(count=times.number(summary.news))))
    if summary.undelivered:
        said.append(("warn", _("{count} undelivered").format(count=times.number(summary.undelivered))))
    if summary.quarantined:
        said.append(("warn", _("{count} in quarantine").format(count=times.number(summary.quarantined))))
    if summary.queued and not away:
        said.append(("", queued))
    said += [part for channel in running if (part := _trouble(channel, now)) is not None]
    if quiet:
        said.append(("dim", _("quiet")))
    said += [part for channel in running if (part := _progress(channel)) is not None]
    if not summary.channels:
        said.append(("dim", _("no channels yet: ctrl+n adds one")))
    elif summary.last_success_at is not None:
        said.append(("dim", _("synced {span} ago").format(span=times.span(now - summary.last_success_at))))
    elif running and not summary.engine_alive and not engine:
        said.append(("dim", _("the engine is starting")))
    if running and summary.engine_alive and all(channel.health is Health.OK for channel in running):
        up = _("{name} up").format(name=one_line(running[0].name))
        said.append(("good", _("all channels up") if len(running) > 1 else up))
    return said


def offline(summary: Summary) -> bool:
    """Say whether no channel can be reached: everything works on, and what is sent waits."""
    running = [channel for channel in summary.channels if channel.enabled]
    return bool(running) and all(channel.health in (Health.RETRYING, Health.DOWN) for channel in running)


def _trouble(channel: Channel, now: int) -> Part | None:
    if channel.health in (Health.OK, Health.OFF):
        return None
    words = {
        Health.RETRYING: _("is retried"),
        Health.NEEDS_LOGIN: _("needs a password"),
        Health.DOWN: _("is down"),
    }[channel.health]
    if channel.health is Health.NEEDS_LOGIN and channel.by_token:
        words = _("needs login: g C, then l")
    why = f": {one_line(channel.error, 90)}" if channel.error else ""
    since = ""
    if channel.last_success_at is not None and now - channel.last_success_at > clock.MINUTE:
        since = _(" since {when}").format(when=times.day_time(channel.last_success_at, now).strip())
    again = ""
    if channel.next_attempt_at is not None and channel.next_attempt_at > now:
        again = _(" (in {span})").format(span=times.span(channel.next_attempt_at - now))
    return ("warn", f"{one_line(channel.name)} {words}{since}{again}{why}")


def _progress(channel: Channel) -> Part | None:
    done, total = channel.progress_done, channel.progress_total
    if not total or done >= total:
        return None
    said = _("{done} of {total} mails read").format(done=times.number(done), total=times.number(total))
    return ("key", f"{one_line(channel.name)}: {said}")


def caption(
    queue: QueueList, view: str, query: str | None, summary: Summary | None, alike: str = ""
) -> tuple[list[Part], list[Part]]:
    """Name the view, its order, what is marked, how many others are alike (in words), and what is hidden above."""
    order = _(ORDERS[queue.window.sort])
    if query is not None:
        left: list[Part] = [
            ("strong", " " + _("{count} found").format(count=times.number(queue.window.count))),
            ("dim", f" - {order} - {cut(one_line(query), 24)}"),
        ]
    else:
        count = f" {times.number(queue.window.count)}" if queue.window.exact else ""
        title = cut(one_line(queue.window.title), 24) or (_(badges.VIEWS[view]) if view in badges.VIEWS else view)
        left = [("strong", f" {title}{count}"), ("dim", f" - {order}")]
    right: list[Part] = []
    if queue.marked:
        extends = _(", moving extends: v ends it") if queue.ranging else ""
        marked = _("{count} marked").format(count=times.number(len(queue.marked)))
        right.append(("key", f" {marked}{extends} "))
    elif alike:
        return _beside_alike(queue.room, left, f" {alike} ", queue.above)
    elif queue.above:
        right.append(("dim", " " + _("{count} above").format(count=times.number(queue.above)) + " "))
    elif view in _LEFT and queue.window.count:
        right.append(("key", f" {_('E restores')} "))
    elif summary is not None and summary.counts.get("unassigned") and view != "unassigned":
        waiting = _("{count} unassigned").format(count=times.number(summary.counts["unassigned"]))
        right.append(("dim", f" {waiting} "))
    return left, right


def _beside_alike(room: int, left: list[Part], said: str, above: int) -> tuple[list[Part], list[Part]]:
    """Put both ends of the line together where others are like the conversation of the cursor: what matters least, the
    order and how many rows are above, gives way."""
    over = [("dim", " " + _("{count} above").format(count=times.number(above)))] if above else []
    alike: list[Part] = [("note", said)]
    for kept, right in ((left, [*over, *alike]), (left[:1], [*over, *alike]), (left, alike)):
        if sum(cells(text) for _, text in (*kept, *right)) <= room:
            return kept, right
    return left[:1], alike
