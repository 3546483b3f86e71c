"""omnidesk fact: which facts about customers are recognised, and how."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli.arguments import spoken
from omnidesk.cli.printing import Printer, dim
from omnidesk.cli.session import Session, command, group
from omnidesk.words.facts import KINDS

app = group("Which facts about customers are recognised in what they write.")


@command(app, "kinds")
def kinds(session: Session) -> None:
    """List the kinds of facts: those that come with the program, and your own with their patterns."""
    from omnidesk.desk import fact_kinds

    own = {one.kind: one for one in fact_kinds.own(session.workspace.database.reader)}
    named = {**KINDS, **{kind: one.label for kind, one in own.items() if kind not in KINDS}}
    lines = [(kind, label, own.get(kind)) for kind, label in named.items()]
    rows = [
        {
            "kind": kind,
            "label": label,
            "pattern": one.pattern if one is not None else None,
            "example": one.example if one is not None else None,
        }
        for kind, label, one in lines
    ]
    session.show(
        {"items": rows, "next": None},
        lambda printer: printer.table(
            ("Kind", "Called", "Pattern", "Example"),
            [
                (kind, label, one.pattern if one is not None else "", one.example if one is not None else "")
                for kind, label, one in lines
            ],
        ),
    )


@command(app, "add")
def add(
    session: Session,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A name such as warranty_code, or one of `kinds`.")],
    pattern: Annotated[str, typer.Option("--pattern", metavar="RE", help=r"What it looks like: GAR-\d{4}.")],
    example: Annotated[str, typer.Option("--example", metavar="E", help="One that the pattern matches: GAR-0012.")],
    label: Annotated[str, typer.Option("--label", metavar="L", help="What people call it: warranty code.")] = "",
) -> None:
    """Recognise a kind of your own by a pattern, a regular expression; or give one of ours a pattern as well."""
    from omnidesk.desk import fact_kinds

    session.changed(fact_kinds.add(session.workspace, session.actor, kind, label, pattern, example), {"kind": kind})


@command(app, "remove")
def remove(
    session: Session, kind: Annotated[str, typer.Argument(metavar="KIND", help="A kind that has a pattern.")]
) -> None:
    """Forget the pattern of a kind; what is known by it stays."""
    from omnidesk.desk import fact_kinds

    session.changed(fact_kinds.remove(session.workspace, session.actor, kind), {"kind": kind})


@command(app, "learn")
def learn(session: Session) -> None:
    """Read every message again for facts: after a pattern was added, or for what came in before."""
    from omnidesk.desk import fact_rereading

    read = fact_rereading.reread(session.workspace)
    session.show({"read": read}, lambda printer: printer.say(f"{read} messages read"))


@command(app, "find")
def find(session: Session, text: Annotated[str, typer.Option("--text", metavar="T", help="- reads it.")]) -> None:
    """Say which facts a text tells, as if a customer had written it; nothing is kept."""
    from omnidesk.desk import fact_kinds, phones
    from omnidesk.text.facts.finding import find as found_in

    reader = session.workspace.database.reader
    found = found_in(spoken(text), "", phones.region(reader), fact_kinds.patterns(reader))
    rows = [{"kind": one.kind, "value": one.value} for one in found]

    def people(printer: Printer) -> None:
        for row in rows:
            printer.say(f"{row['kind']}: {row['value']}")
        if not rows:
            printer.say(dim("it tells nothing"))

    session.show({"items": rows, "next": None}, people)
