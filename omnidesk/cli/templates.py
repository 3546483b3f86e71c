"""omnidesk channel templates: the texts that a channel's provider has approved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.printing import Printer, bold, dim
from omnidesk.cli.session import Session, command
from omnidesk.desk.templates import Listed

app = typer.Typer()


@command(app, "templates")
def list_templates(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel's name.")],
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the provider now; else as the engine did.")] = False,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List the texts that go on a channel after its reply window has closed; `reply --template` sends one."""
    from omnidesk.desk import channels, templates

    if refresh:
        from omnidesk.sync import templates as asking

        asking.ask(session.workspace, name)
    channel = channels.get(session.workspace, name)
    found = templates.of(session.workspace.database.reader, channel)
    page, following = paging.cut(found, limit, after, lambda one: f"{one.name}/{one.language}")

    def people(printer: Printer) -> None:
        for one in page:
            printer.say(bold(f"{one.name} {one.language}"), dim(f"  {one.category}  {one.cost}"))
            printer.block(one.text)
        if not found:
            printer.say(dim(f"{name} has none yet: the engine asks for them, --refresh does so now"))

    session.show(paging.listed([document(one) for one in page], following), people)


def document(one: Listed) -> dict[str, Any]:
    """Return a template as --json prints it."""
    return {
        "channel": one.channel,
        "name": one.name,
        "language": one.language,
        "category": one.category,
        "text": one.text,
        "fields": [{"name": field, "example": one.examples[place] or None} for place, field in enumerate(one.fields)],
        "cost": one.cost or None,
    }
