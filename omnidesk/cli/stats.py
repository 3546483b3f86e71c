"""omnidesk stats: what arrived, what was answered and how soon."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from omnidesk import clock
from omnidesk.cli.printing import Printer, bold, dim, guard
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "stats")
def stats(
    session: Session,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Its first day: 2026-11-23, mon, 7d, last week ..")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Its last day; usually today.")] = None,
    by: Annotated[Literal["channel", "agent", "tag", "day"], typer.Option("--by", help="The groups.")] = "channel",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the groups as CSV (RFC 4180).")] = False,
) -> None:
    """Count what arrived, what was answered and how soon: the last seven days unless told otherwise.

    `--since "last month" --until "last month"` is all of last month. Reply times are in seconds in JSON and CSV."""
    from omnidesk.desk import statistics
    from omnidesk.words.errors import UsageError

    if as_csv and session.json:
        raise UsageError("--csv and --json do not go together: choose one")
    found = statistics.count(session.workspace, *statistics.period(since, until), by)
    if as_csv:
        session.printer.stream.write("\r\n".join(guard(line) for line in statistics.as_csv(found).split("\r\n")))
        return
    session.show(_document(found), lambda printer: _people(printer, found))


def _document(found: Any) -> dict[str, Any]:
    from omnidesk.desk.statistics import DEFINITIONS

    return {
        "since": clock.to_rfc3339(found.since),
        "until": clock.to_rfc3339(found.until),
        "by": found.by,
        "total": _figures(found.total),
        "groups": [_figures(group) for group in found.groups],
        "hours": [{"hour": int(slot.name), "arrived": slot.arrived, "replies": slot.replies} for slot in found.hours],
        "days": [{"day": slot.name, "arrived": slot.arrived, "replies": slot.replies} for slot in found.days],
        "definitions": {**DEFINITIONS, "times": found.clock},
    }


def _figures(group: Any) -> dict[str, Any]:
    from omnidesk.desk.statistics import COUNTS, TIMES

    times = {name: getattr(group, name) for name in TIMES}
    return {
        "name": group.name,
        **{name: getattr(group, name) for name in COUNTS},
        **{name: {"count": some.count, "median": some.median, "p90": some.p90} for name, some in times.items()},
    }


def _people(printer: Printer, found: Any) -> None:
    from omnidesk.desk.statistics import DEFINITIONS

    printer.say(bold(f"{_day(found.since)} to {_day(found.until - 1)}, by {found.by}"))
    total = found.total
    for name, said in DEFINITIONS.items():
        value = getattr(total, name)
        shown = str(value) if isinstance(value, int) else _waits(value)
        printer.say("")
        printer.say(bold(f"{name.replace('_', ' ').capitalize():<18} {shown}"))
        printer.say(dim(f"  {said}"))
    printer.say("")
    printer.say(dim(found.clock))
    printer.say("")
    heads = ("Arrived", "Answered", "Waiting", "No answer", "Replies", "First reply", "Next reply")
    printer.table((found.by.capitalize(), *heads), [_line(group) for group in (*found.groups, total)])
    busy = [slot for slot in found.hours if slot.arrived or slot.replies]
    if busy:
        printer.say("")
        printer.table(
            ("Hour", "Arrived", "Replies"),
            [(f"{int(slot.name):02d}:00", str(slot.arrived), str(slot.replies)) for slot in busy],
        )


def _line(group: Any) -> tuple[str, ...]:
    from omnidesk.desk.statistics import COUNTS

    numbers = [str(getattr(group, name)) for name in COUNTS]
    return (group.name, *numbers, _short(group.first_reply_time), _short(group.next_reply_time))


def _waits(some: Any) -> str:
    return f"median {_span(some.median)}, 90% within {_span(some.p90)} (of {some.count})" if some.count else "-"


def _short(some: Any) -> str:
    return f"{_span(some.median)} / {_span(some.p90)}" if some.count else "-"


def _span(seconds: int) -> str:
    from omnidesk.desk.statistics import in_words

    return in_words(seconds)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d")
