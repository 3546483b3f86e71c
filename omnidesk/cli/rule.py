"""omnidesk rule: one mailbox, several teams."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.arguments import whole
from omnidesk.cli.session import Session, command, group
from omnidesk.words.errors import OmniDeskError

if TYPE_CHECKING:
    from omnidesk.desk.routing import Rule

app = group("Which team gets what comes in: the first rule that fits gives it.")


def rule_number(said: str | int) -> int:
    """Read the number of a rule."""
    return whole(said, "rule")


Number = Annotated[int, typer.Argument(metavar="RULE", parser=rule_number, help="The rule's number, as `list` has it.")]
ChannelName = Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Only what comes by this channel.")]


@command(app, "add")
def add(
    session: Session,
    team: Annotated[str, typer.Option("--team", metavar="NAME", help="The team that gets it.")],
    to: Annotated[
        str, typer.Option("--to", metavar="A", help="An address it was sent to; * stands for anything.")
    ] = "",
    subject: Annotated[str, typer.Option("--subject", metavar="W", help="Words that its subject holds.")] = "",
    header: Annotated[
        str, typer.Option("--header", metavar="H", help="A header field it has, or `Name: words it holds`.")
    ] = "",
    folder: Annotated[str, typer.Option("--folder", metavar="F", help="The folder it lies in.")] = "",
    channel: ChannelName = None,
    before: Annotated[
        int | None, typer.Option("--before", metavar="RULE", parser=rule_number, help="Ask it before this one.")
    ] = None,
) -> None:
    """Give what fits to a team; of several conditions all must fit. Conversations that somebody has stay theirs."""
    from omnidesk.desk import routing

    said = {"to": to, "subject": subject, "header": header, "folder": folder}
    act, rule = routing.add(session.workspace, session.actor, team, said, channel, before)
    session.changed(act, {"rule": _shape(rule)}, f"rule {rule.id}: {rule.said}")


@command(app, "list")
def list_rules(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the rules in the order they are asked."""
    from omnidesk.desk import routing

    found = routing.list_rules(session.workspace)
    place = {rule.id: number for number, rule in enumerate(found)}
    page, following = paging.cut(found, limit, after, lambda rule: f"{place[rule.id]:09}")
    lines = [
        (str(one.id), one.channel or "any", one.to, one.subject, one.header, one.folder, one.team or "(removed)")
        for one in page
    ]
    session.show(
        paging.listed([_shape(one) for one in page], following),
        lambda printer: printer.table(("Rule", "Channel", "To", "Subject", "Header", "Folder", "Team"), lines),
    )


@command(app, "remove")
def remove(session: Session, number: Number) -> None:
    """Remove a rule; what it gave to its team stays there."""
    from omnidesk.desk import routing

    act, rule = routing.remove(session.workspace, session.actor, number)
    session.changed(act, {"rule": _shape(rule)})


@command(app, "test")
def test(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILE..", help="Mails as they came (.eml).")],
    channel: ChannelName = None,
    folder: Annotated[str, typer.Option("--folder", metavar="F", help="The folder they would lie in.")] = "INBOX",
) -> None:
    """Say which rule mails would meet, storing nothing."""
    from omnidesk.desk import routing

    items: list[dict[str, Any]] = []
    for path in files:
        try:
            raw = path.expanduser().read_bytes()
        except OSError as error:
            raise OmniDeskError(f"{path} cannot be read: {error.strerror}") from error
        rule = routing.tried(session.workspace, raw, channel, folder)
        items.append({"file": str(path), "rule": None if rule is None else _shape(rule)})
    lines = [
        (item["file"], "-" if item["rule"] is None else f"rule {item['rule']['id']}: {item['rule']['team']}")
        for item in items
    ]
    session.show(paging.listed(items, None), lambda printer: printer.table(("File", "Meets"), lines))


def _shape(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "channel": rule.channel,
        "to": rule.to or None,
        "subject": rule.subject or None,
        "header": rule.header or None,
        "folder": rule.folder or None,
        "team": rule.team,
    }
