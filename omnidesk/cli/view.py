"""omnidesk view: searches kept under a name."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.arguments import refuse_options
from omnidesk.cli.printing import Printer, bold, dim
from omnidesk.cli.session import Session, command, group
from omnidesk.words.kinds import Sort
from omnidesk.words.rows import SavedView

app = group("Saved views: searches kept under a name, yours or the team's. `omnidesk queue --view NAME` lists one.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The view's name.")]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="A,B,..",
        help="What its rows show in the console: customer, subject, preview, owner, tags, channels, status, number.",
    ),
]


@command(app, "list")
def list_views(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the saved views in their order, with how many conversations each holds."""
    from omnidesk.desk import saved_views

    begin = paging.number(after, "the views")
    everything = saved_views.list_views(session.workspace, session.reader)
    page = everything[begin : begin + limit]
    following = str(begin + limit) if len(everything) > begin + limit else None
    items = [_shape(session, row) for row in page]

    def people(printer: Printer) -> None:
        lines = [
            (
                row.name,
                "?" if item["count"] is None else str(item["count"]),
                "team" if row.shared else "yours",
                str(row.sort),
                ",".join(row.columns) or "-",
                row.query,
            )
            for row, item in zip(page, items, strict=True)
        ]
        if lines:
            printer.table(("View", "Holds", "Whose", "Order", "Shows", "Search"), lines)
        else:
            printer.say(dim('no view is saved yet: omnidesk view save refunds "status:open tag:refund"'))
        if following:
            printer.say(dim(f"more: omnidesk view list --after {following}"))

    session.show(paging.listed(items, following), people)


@command(app, "show")
def show(session: Session, name: Name) -> None:
    """Show what a view is: its search, its order, what its rows show, how many it holds."""
    from omnidesk.desk import saved_views

    row = saved_views.get(session.workspace, name, session.reader)
    item = _shape(session, row)

    def people(printer: Printer) -> None:
        printer.say(bold(row.name), f"  {'the team' if row.shared else 'yours'}, {row.sort} first")
        printer.say(f"  search   {row.query or 'everything'}")
        printer.say(f"  shows    {', '.join(row.columns) or 'as usual'}")
        printer.say(f"  holds    {'?' if item['count'] is None else item['count']}")

    session.show({"view": item}, people)


@command(app, "save", context_settings={"ignore_unknown_options": True})
def save(
    session: Session,
    name: Name,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help="A search as `omnidesk search` takes it; filters alone do.")
    ],
    shared: Annotated[
        bool | None, typer.Option("--shared/--mine", help="For the whole team, or only you (as it was; new: yours).")
    ] = None,
    sort: Annotated[Sort | None, typer.Option("--sort", help="What stands first.")] = None,
    columns: Columns = None,
) -> None:
    """Save a search as a view; a view of that name gets the new search."""
    from omnidesk.desk import saved_views

    refuse_options(query)
    act, row = saved_views.save(
        session.workspace,
        session.actor,
        name,
        " ".join(query),
        shared=shared,
        sort=sort,
        columns=None if columns is None else columns.split(","),
    )
    session.changed(act, {"view": _shape(session, row)})


@command(app, "rename")
def rename(
    session: Session, name: Name, new: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on.")]
) -> None:
    """Give a view another name."""
    from omnidesk.desk import saved_views

    act, row = saved_views.rename(session.workspace, session.actor, name, new)
    session.changed(act, {"view": _shape(session, row)})


@command(app, "remove")
def remove(session: Session, name: Name) -> None:
    """Remove a view; its conversations stay where they are."""
    from omnidesk.desk import saved_views

    session.changed(saved_views.remove(session.workspace, session.actor, name))


@command(app, "share")
def share(
    session: Session,
    name: Name,
    shared: Annotated[bool, typer.Option("--on/--off", help="Give it to the team, or take it for yourself.")] = True,
) -> None:
    """Give a view to the whole team, or take it for yourself."""
    from omnidesk.desk import saved_views

    act, row = saved_views.share(session.workspace, session.actor, name, shared)
    session.changed(act, {"view": _shape(session, row)})


@command(app, "move")
def move(
    session: Session,
    name: Name,
    place: Annotated[int, typer.Argument(metavar="PLACE", min=1, help="Its place in the order; the first is 1.")],
) -> None:
    """Put a view at another place in the order; the first nine are g1 to g9 in the console."""
    from omnidesk.desk import saved_views

    session.changed(saved_views.move(session.workspace, session.actor, name, place))


def _shape(session: Session, row: SavedView) -> dict[str, Any]:
    """Return a view as it is printed; `count` is null where its search no longer works, as when its agent has gone."""
    from omnidesk.desk import views
    from omnidesk.words.errors import OmniDeskError

    try:
        count = views.count(session.workspace, row.name, session.reader)
    except OmniDeskError:
        count = None
    return {
        "id": row.id,
        "name": row.name,
        "shared": row.shared,
        "query": row.query,
        "sort": str(row.sort),
        "columns": list(row.columns),
        "count": count,
    }
