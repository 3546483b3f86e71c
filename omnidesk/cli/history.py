"""omnidesk history: what happened to a conversation, and who did it."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Number
from omnidesk.cli.printing import Printer, bold, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.words.rows import Event

app = typer.Typer()


@command(app, "history")
def history(session: Session, number: Number, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the events of a conversation and of its customer, oldest first, with the acts that caused them.

    `omnidesk undo ACT --preview` says what taking one back would change."""
    from omnidesk.desk import history as histories
    from omnidesk.desk import threads

    here = threads.current(session.workspace, number)
    found = histories.events_of(session.workspace, here, limit + 1, paging.number(after, "a history"))
    events = found[:limit]
    following = str(events[-1].id) if len(found) > limit else None
    caused = {event.act for event in events}
    acts = histories.acts_by_id(session.workspace, caused)
    document = paging.listed([shapes.event(event) for event in events], following)
    document["acts"] = [shapes.act(act) for act in sorted(acts.values(), key=lambda act: act.id)]

    def people(printer: Printer) -> None:
        for act_id, some in groupby(events, key=lambda event: event.act):
            group = list(some)
            act = acts.get(act_id)
            state = "" if act is None or not act.undoable else "  taken back" if act.undone_by else f"  undo {act_id}"
            summary = act.summary if act is not None and act.summary else group[0].kind
            printer.say(bold(f"{when(group[0].at)}  {group[0].actor}  {summary}"), dim(state))
            for event in group:
                printer.say(dim(f"    {event.kind}{_changes(event)}"))
        if following:
            printer.say(dim(f"more: omnidesk history {number} --after {following}"))

    session.show(document, people)


def _changes(event: Event) -> str:
    said = [
        f"{name.rpartition('.')[2].replace('_', ' ')}: {_value(event.before.get(name))} -> {_value(value)}"
        for name, value in event.after.items()
        if name != "row"
    ]
    return f" ({', '.join(said)})" if said else ""


def _value(value: Any) -> str:
    return "-" if value is None else value if isinstance(value, str) else json.dumps(value)
