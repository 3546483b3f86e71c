"""omnidesk macro: canned replies, with a text per language and what is done as they are sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Number, Settable, spoken
from omnidesk.cli.printing import Printer, dim
from omnidesk.cli.reply import report
from omnidesk.cli.session import Session, command, group
from omnidesk.text.clean import one_line
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Macro, MacroActions, Wording

app = group("Canned replies: a text per language, and what is done as they are sent.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The macro.")]
Text = Annotated[
    str | None, typer.Option("--text", metavar="T", help="What it says, with {{customer.first_name}}; - reads it.")
]
Language = Annotated[str, typer.Option("--language", metavar="nl", help="The text's language; empty: any.")]
Class = Annotated[str, typer.Option("--class", metavar="mail|short|public", help="The channels it is for; empty: any.")]
SetStatus = Annotated[Settable | None, typer.Option("--status", help="The status it leaves.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="+T|-T", help="Puts a tag on or takes it off.")]
Assign = Annotated[str | None, typer.Option("--assign", metavar="me|LOGIN|none", help="Whom it assigns to.")]
Snooze = Annotated[str | None, typer.Option("--snooze", metavar="2d", help="How long it puts aside.")]
SetPriority = Annotated[Priority | None, typer.Option("--priority", help="The priority it sets.")]


@command(app, "list")
def list_macros(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the team's macros and your own, by name."""
    from omnidesk.desk import macro_rows, macros

    found = macros.list_macros(session.workspace, session.actor)
    page, following = paging.cut(found, limit, after, lambda row: f"{row.name}\t{row.id}")
    lines = [
        (
            row.name,
            "" if row.shared else "own",
            " ".join(filter(None, macros.languages_of(row))) or "-",
            macro_rows.described(row.actions) or "-",
            str(row.uses),
            one_line(row.wordings[0].text, 80),
        )
        for row in page
    ]
    session.show(
        paging.listed([shapes.macro(row) for row in page], following),
        lambda printer: (
            printer.table(("Macro", "", "In", "Does", "Used", "Says"), lines)
            if lines
            else printer.say(dim("no macros yet: omnidesk macro add NAME --text T"))
        ),
    )


@command(app, "show")
def show(session: Session, name: Name) -> None:
    """Print a macro as YAML."""
    from omnidesk.desk import macro_files, macros

    found = macros.get(session.workspace, session.actor, name)
    session.show(shapes.macro(found), lambda printer: printer.say(macro_files.to_yaml([found]).rstrip("\n")))


@command(app, "add")
def add(
    session: Session,
    name: Name,
    text: Text = None,
    language: Language = "",
    channel_class: Class = "",
    status: SetStatus = None,
    tag: Tags = None,
    assign: Assign = None,
    snooze: Snooze = None,
    priority: SetPriority = None,
    personal: Annotated[bool, typer.Option("--personal", help="For you alone.")] = False,
    from_reply: Annotated[
        int | None, typer.Option("--from-reply", metavar="ID", help="Made from the newest answer there.")
    ] = None,
) -> None:
    """Make a macro; `macro edit` adds texts in other languages."""
    from omnidesk.desk import macros

    if (text is None) == (from_reply is None):
        raise UsageError("say what it says: --text T, or --from-reply ID")
    if from_reply is not None:
        said, spoken_in = macros.of_reply(session.workspace, session.actor, from_reply)
        wording = Wording(language or spoken_in, channel_class, said)
    else:
        wording = Wording(language, channel_class, spoken(text or ""))
    actions = _actions(MacroActions(), status, tag, assign, snooze, priority)
    act, found = macros.add(session.workspace, session.actor, name, [wording], actions, not personal)
    session.changed(act, {"macro": shapes.macro(found)})


@command(app, "edit")
def edit(
    session: Session,
    name: Name,
    text: Text = None,
    language: Language = "",
    channel_class: Class = "",
    rename: Annotated[str | None, typer.Option("--rename", metavar="NAME", help="Its new name.")] = None,
    drop: Annotated[bool, typer.Option("--drop-text", help="Take the text of this language and class away.")] = False,
    status: SetStatus = None,
    tag: Tags = None,
    assign: Assign = None,
    snooze: Snooze = None,
    priority: SetPriority = None,
    no_actions: Annotated[bool, typer.Option("--no-actions", help="Forget what it did before.")] = False,
) -> None:
    """Change a macro: the text of a language and class, its name, what it does."""
    from omnidesk.desk import macros

    found = macros.get(session.workspace, session.actor, name)
    wordings = None
    if text is not None or drop:
        others = [
            one for one in found.wordings if (one.language, one.channel_class) != (language.lower(), channel_class)
        ]
        if drop and len(others) == len(found.wordings):
            raise UsageError(f"{found.name} has no text of that language and class")
        wordings = others if drop else [*others, Wording(language, channel_class, spoken(text or ""))]
    before = MacroActions() if no_actions else found.actions
    actions = _actions(before, status, tag, assign, snooze, priority)
    if (rename, wordings, actions) == (None, None, found.actions):
        raise UsageError("nothing to change: give --text, --rename, --status, --tag ..")
    act, changed = macros.edit(session.workspace, session.actor, found, rename, wordings, actions)
    session.changed(act, {"macro": shapes.macro(changed)})


def _actions(
    before: MacroActions,
    status: Settable | None,
    tag: list[str] | None,
    assign: str | None,
    snooze: str | None,
    priority: Priority | None,
) -> MacroActions:
    found = before
    if status is not None:
        found = replace(found, status=Status(status), snooze="")
    if snooze is not None:
        found = replace(found, snooze=snooze, status=None)
    if tag is not None:
        found = replace(found, tags=tuple(one if one[:1] in "+-" else f"+{one}" for one in tag))
    if assign is not None:
        found = replace(found, assign=assign)
    return found if priority is None else replace(found, priority=priority)


@command(app, "remove")
def remove(session: Session, name: Name) -> None:
    """Remove a macro."""
    from omnidesk.desk import macros

    act = macros.remove(session.workspace, session.actor, macros.get(session.workspace, session.actor, name))
    session.changed(act)


@command(app, "import")
def take_in(
    session: Session,
    path: Annotated[str, typer.Argument(metavar="FILE", help="YAML as `export` writes it; - is standard input.")],
    replace_old: Annotated[bool, typer.Option("--replace", help="Change macros of a name that is there.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="For you alone.")] = False,
) -> None:
    """Take macros in from YAML."""
    from omnidesk.desk import macro_files

    text = spoken("-") if path == "-" else Path(path).expanduser().read_bytes().decode("utf-8", "replace")
    done = macro_files.take_in(session.workspace, session.actor, text, replace_old, personal)
    more = {"added": list(done.added), "changed": list(done.changed), "kept": list(done.kept)}
    kept = f"; {len(done.kept)} were there already (--replace changes them)" if done.kept else ""
    words = f"{len(done.added)} macros added, {len(done.changed)} changed{kept}"
    session.show(
        {"act": None if done.act is None else shapes.act(done.act), **more}, lambda printer: printer.say(words)
    )


@command(app, "export")
def export(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME..", help="Which; else all.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to; never over another.")] = None,
) -> None:
    """Write macros as YAML."""
    from omnidesk.desk import macro_files, macros

    found: list[Macro] = (
        [macros.get(session.workspace, session.actor, name) for name in names]
        if names
        else macros.list_macros(session.workspace, session.actor)
    )
    text = macro_files.to_yaml(found)
    if out is None:
        session.show({"yaml": text, "macros": len(found)}, lambda printer: printer.say(text.rstrip("\n")))
        return
    try:
        with out.expanduser().open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RefusedError(f"{out} is there already") from None
    session.show({"path": str(out), "macros": len(found)}, lambda printer: printer.say(f"{len(found)} macros in {out}"))


@command(app, "use")
def use(
    session: Session,
    name: Name,
    number: Number,
    language: Annotated[str | None, typer.Option("--language", metavar="nl", help="Else the customer's.")] = None,
    via: Annotated[str | None, typer.Option("--via", metavar="CHANNEL", help="The channel it goes by.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what it would say.")] = False,
) -> None:
    """Answer with a macro, and do what it does."""
    from omnidesk.desk import composing, macro_rows, macros, planning

    workspace, actor = session.workspace, session.actor
    choices = planning.plan(workspace, number)
    way = next((one for one in choices.choices if one.name == (via or choices.way)), None)
    channel_class = macros.class_of_kind(way.channel.kind, way.public) if way is not None else ""
    filled = macros.fill(workspace, actor, name, number, channel_class, language)
    document = {
        "text": filled.text,
        "language": filled.language,
        "warnings": list(filled.warnings),
        "actions": shapes.macro_actions(filled.macro.actions),
    }
    if dry_run:

        def people(printer: Printer) -> None:
            printer.say(filled.text)
            doing = macro_rows.described(filled.macro.actions)
            for words in [*filled.warnings, *([f"does: {doing}"] if doing else [])]:
                printer.say(dim(words))

        session.show({"act": None, **document}, people)
        return
    queued = composing.reply(
        workspace,
        actor,
        number,
        filled.text,
        via=via,
        status=filled.macro.actions.status,
        also=macros.finishing(workspace, actor, [filled.macro], None),
    )
    report(session, queued, False)
