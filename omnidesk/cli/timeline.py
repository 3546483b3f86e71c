"""omnidesk customer timeline, note and notes: all that was said with a customer, and what is written down of them."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import customer_shapes, paging
from omnidesk.cli.arguments import spoken, whole
from omnidesk.cli.printing import Piece, Printer, bold, dim, when
from omnidesk.cli.same_person import Id
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Direction
from omnidesk.words.timeline import Entry, Key

app = typer.Typer()
_WAYS = {Direction.INBOUND: "", Direction.OUTBOUND: "-> "}


def note_number(said: str | int) -> int:
    """Read the number of a note."""
    return whole(said, "note")


@command(app, "timeline")
def timeline(
    session: Session,
    customer_id: Id,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="K", help="message, call, visit, letter, video, note, consent, merge, change."),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", metavar="C", help="A channel by name, or a kind of channel.")
    ] = None,
    direction: Annotated[list[str] | None, typer.Option("--direction", metavar="D", help="in, out or team.")] = None,
    text: Annotated[
        str, typer.Option("--text", metavar="Q", help="Words to look for, as `omnidesk search` does.")
    ] = "",
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """Show all that was said with a customer and done to them, over all channels, newest first."""
    from omnidesk.desk import timeline as read
    from omnidesk.desk import timeline_wanted

    wanted = timeline_wanted.parse(text, kind or (), channel or (), direction or ())
    found = read.page(session.workspace, customer_id, wanted, limit, _key(after))
    following = None if found.following is None else ".".join(map(str, found.following))

    def people(printer: Printer) -> None:
        for one in found.entries:
            printer.say(*_line(one))
            if one.text:
                printer.block(one.text)
        if not found.entries:
            printer.say(dim("nothing"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([customer_shapes.entry(one) for one in found.entries], following), people)


def _key(token: str | None) -> Key | None:
    found = paging.numbers(token, 3, "a timeline")
    return None if found is None else (found[0], found[1], found[2])


def _line(one: Entry) -> list[Piece]:
    way = _WAYS.get(one.direction, "") if one.direction is not None else ""
    where = f"  #{one.conversation_id}" if one.conversation_id is not None else ""
    kind = one.kind.upper() if one.kind == "note" else one.channel_kind or one.kind
    number = f"  note {one.note_id}" if one.note_id is not None else ""
    marks = f"  {', '.join(one.marks)}" if one.marks else ""
    return [bold(f"{when(one.at)}  {kind}  {way}{one.who}"), f"  {one.said}", dim(f"{where}{number}{marks}")]


@command(app, "note")
def note(
    session: Session,
    customer_id: Id,
    text: Annotated[
        str | None, typer.Option("--text", metavar="T", help="What to write down; - reads it from standard input.")
    ] = None,
    edit: Annotated[
        int | None, typer.Option("--edit", metavar="NOTE", parser=note_number, help="The note that gets this text.")
    ] = None,
    remove: Annotated[
        int | None, typer.Option("--remove", metavar="NOTE", parser=note_number, help="The note to take out.")
    ] = None,
) -> None:
    """Write a note that stays with a customer, edit one or take one out; `undo` takes it back."""
    from omnidesk.desk import customer_notes, customers

    if (text is None) == (remove is None) or (edit is not None and remove is not None):
        raise UsageError("say what to write with --text, or which note to take out with --remove")
    customers.get(session.workspace, customer_id)
    if remove is not None:
        session.changed(customer_notes.remove(session.workspace, session.actor, remove), {"note": None})
        return
    said = spoken(text or "")
    if edit is not None:
        act, kept = customer_notes.edit(session.workspace, session.actor, edit, said)
    else:
        act, kept = customer_notes.write(session.workspace, session.actor, customer_id, said)
    session.changed(act, {"note": customer_shapes.customer_note(kept)})


@command(app, "notes")
def notes(session: Session, customer_id: Id, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the notes about a customer, newest first."""
    from omnidesk.desk import customer_notes

    key = paging.numbers(after, 2, "a list of notes")
    found, behind = customer_notes.page(
        session.workspace, customer_id, limit, None if key is None else (key[0], key[1])
    )
    following = None if behind is None else f"{behind[0]}.{behind[1]}"

    def people(printer: Printer) -> None:
        for one in found:
            edited = f", edited by {one.edited_by} {when(one.edited_at)}" if one.edited_at is not None else ""
            printer.say(bold(f"{when(one.at)}  {one.author}"), dim(f"  note {one.id}{edited}"))
            printer.block(one.text)
        if not found:
            printer.say(dim("no notes"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([customer_shapes.customer_note(one) for one in found], following), people)
