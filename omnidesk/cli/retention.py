"""omnidesk retention: for how long things are kept."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import whole
from omnidesk.cli.printing import Printer, dim
from omnidesk.cli.session import Session, command, group
from omnidesk.clock import to_rfc3339

if TYPE_CHECKING:
    from omnidesk.desk.retention import Due, Rule

app = group("For how long closed conversations are kept, by age and tag.")


class What(StrEnum):
    """What becomes of them."""

    ERASE = "erase"
    DELETE = "delete"


def rule_number(said: str | int) -> int:
    """Read the number of a rule."""
    return whole(said, "rule")


@command(app, "list")
def list_rules(session: Session) -> None:
    """List the rules, and for how many conversations each is due now."""
    from omnidesk.desk import retention

    _show(session, retention.due(session.workspace))


@command(app, "set")
def set_rule(
    session: Session,
    days: Annotated[int, typer.Argument(metavar="DAYS", min=1, max=36_600, help="Since their last message.")],
    what: Annotated[
        What, typer.Option("--what", help="Erase their words, or delete them as an agent does.")
    ] = What.ERASE,
    tag: Annotated[str, typer.Option("--tag", metavar="T", help="Only those that have this tag.")] = "",
) -> None:
    """Make a rule for closed conversations, or change the days of the one for this tag; obeyed from tomorrow on."""
    from omnidesk.desk import retention

    act, rule = retention.put(session.workspace, session.actor, days, what, tag)
    found = next(one for one in retention.due(session.workspace) if one.rule.id == rule.id)
    words = f"rule {rule.id}: {retention.said(rule)}; due now for {len(found.conversations)}, first done in a day"
    session.changed(act, {"rule": _shape(found)}, words)


@command(app, "remove")
def remove(
    session: Session,
    rule: Annotated[int, typer.Argument(metavar="RULE", parser=rule_number, help="As `list` numbers it.")],
) -> None:
    """Remove a rule; what it did stays done."""
    from omnidesk.desk import retention

    session.changed(retention.remove(session.workspace, session.actor, rule))


@command(app, "run")
def run(
    session: Session,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Do now what the rules say; the engine does it once a day."""
    from omnidesk.desk import retention

    found = retention.due(session.workspace)
    if dry_run:
        _show(session, found)
        return
    acts = retention.run(session.workspace)
    document = {"acts": [shapes.act(one) for one in acts], "items": [_shape(one) for one in found]}

    def people(printer: Printer) -> None:
        for act in acts:
            printer.say(act.summary)
        if not acts:
            printer.say(dim("nothing is due"))

    session.show(document, people)


def _show(session: Session, found: list[Due]) -> None:
    def people(printer: Printer) -> None:
        lines = [
            (str(one.rule.id), str(one.rule.days), one.rule.tag or "all", one.rule.what, _numbers(one.conversations))
            for one in found
        ]
        printer.table(("Rule", "Days", "Tag", "What", "Due now"), lines)

    session.show(paging.listed([_shape(one) for one in found], None), people)


def _numbers(numbers: tuple[int, ...], most: int = 5) -> str:
    shown = " ".join(f"#{one}" for one in numbers[:most])
    return f"{len(numbers)}  {shown}{' ..' if len(numbers) > most else ''}".rstrip()


def _shape(one: Due) -> dict[str, Any]:
    rule: Rule = one.rule
    return {
        "id": rule.id,
        "days": rule.days,
        "tag": rule.tag or None,
        "what": rule.what,
        "created_at": to_rfc3339(rule.created_at),
        "due": len(one.conversations),
        "conversations": list(one.conversations[:1000]),
    }
