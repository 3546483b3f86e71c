"""omnidesk reply, new, note and drafts: what an agent writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import shapes
from omnidesk.cli.arguments import Bare, Number, Settable, Text, spoken, spoken_or_bare
from omnidesk.cli.printing import Printer, bold, dim
from omnidesk.cli.printing import when as local_time
from omnidesk.cli.session import Session, command
from omnidesk.desk.composing import Queued, When
from omnidesk.desk.templates import Filling
from omnidesk.text.clean import one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import MessageStatus, Status

app = typer.Typer()

To = Annotated[list[str] | None, typer.Option("--to", metavar="A", help="Recipient; may be repeated.")]
Cc = Annotated[list[str] | None, typer.Option("--cc", metavar="A", help="Gets a copy; may be repeated.")]
Bcc = Annotated[list[str] | None, typer.Option("--bcc", metavar="A", help="Gets a hidden copy; may be repeated.")]
Attach = Annotated[list[Path] | None, typer.Option("--attach", metavar="FILE", help="File to attach; may be repeated.")]
Key = Annotated[
    str | None, typer.Option("--key", metavar="K", help="Your name for this message: the same key never goes twice.")
]
At = Annotated[str | None, typer.Option("--at", metavar="WHEN", help="Send it then: 2h, tomorrow 9:00, mon 8:30.")]
After = Annotated[Settable | None, typer.Option("--status", help="The conversation's status afterwards; else pending.")]
HoldFor = Annotated[str | None, typer.Option("--for", metavar="WHOM", help="Wait for them afterwards: on-hold.")]
TemplateName = Annotated[
    str | None,
    typer.Option("--template", metavar="NAME", help="Send this approved text; --text then waits for their answer."),
]
Language = Annotated[
    str | None, typer.Option("--language", metavar="L", help="The template's language; else the customer's.")
]
Values = Annotated[
    list[str] | None, typer.Option("--value", metavar="V", help="A value of the template, in their order; repeat it.")
]
Now = Annotated[bool, typer.Option("--now", help="Skip the undo window and send before returning, if possible.")]


@command(app, "reply")
def reply(
    session: Session,
    number: Number,
    text: Bare = None,
    via: Annotated[
        str | None,
        typer.Option(
            "--via", metavar="CHANNEL", help="The channel it goes by; NAME:private, where they wrote in public."
        ),
    ] = None,
    to: To = None,
    cc: Cc = None,
    bcc: Bcc = None,
    attach: Attach = None,
    key: Key = None,
    now: Now = False,
    status: After = None,
    at: At = None,
    hold_for: HoldFor = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Say a known fact in public all the same.")] = False,
    template: TemplateName = None,
    language: Language = None,
    values: Values = None,
    held: Annotated[bool, typer.Option("--held", help="Send what waited for the customer's answer.")] = False,
) -> None:
    """Answer the customer; the newest message that no machine wrote is the one answered."""
    from omnidesk.desk import composing, reaching

    _one_way(template, language, values, held, (text, to, cc, bcc), attach)
    if held:
        queued = reaching.send_held(session.workspace, session.actor, number, key, now)
        report(session, queued, now)
        return
    if template is not None:
        wanted = when_of(now, at, status, hold_for)
        waits = spoken_or_bare(text, attach) if text is not None else ""
        filling = Filling(template, language, tuple(values or ()))
        queued = reaching.reach(
            session.workspace, session.actor, number, filling, waits, via, attach or (), key, wanted
        )
        report(session, queued, now)
        return
    warnings = _warnings(session, number, said := spoken_or_bare(text, attach), via, to, cc, bcc)
    queued = composing.reply(
        session.workspace,
        session.actor,
        number,
        said,
        via=via,
        to=to,
        cc=cc,
        bcc=bcc or (),
        files=attach or (),
        key=key,
        when=when_of(now, at, status, hold_for),
        confirmed=confirm,
    )
    report(session, queued, now, warnings)


def _one_way(
    template: str | None,
    language: str | None,
    values: list[str] | None,
    held: bool,
    written: tuple[object, ...],
    attach: list[Path] | None,
) -> None:
    """Refuse what does not go together. Raises UsageError."""
    if template is None and (language or values):
        raise UsageError("--language and --value go with --template")
    if held and (template or attach or any(one is not None for one in written)):
        raise UsageError("--held sends what was written before, as it is: give nothing else with it")
    if template and any(one is not None for one in written[1:]):
        raise UsageError("a template goes to the customer alone: leave --to, --cc and --bcc out")


@command(app, "new")
def new(
    session: Session,
    to: Annotated[list[str], typer.Option("--to", metavar="ADDRESS", help="Recipient; may be repeated.")],
    via: Annotated[str, typer.Option("--via", metavar="CHANNEL", help="The channel it goes by.")],
    subject: Annotated[str | None, typer.Option("--subject", metavar="S", help="What it is about.")] = None,
    text: Bare = None,
    cc: Cc = None,
    bcc: Bcc = None,
    attach: Attach = None,
    key: Key = None,
    now: Now = False,
    at: At = None,
    template: TemplateName = None,
    language: Language = None,
    values: Values = None,
) -> None:
    """Write to a customer first: a new conversation."""
    from omnidesk.desk import composing, reaching

    _one_way(template, language, values, False, (text, None, cc, bcc), attach)
    if template is not None:
        if len(to) != 1 or text is not None or attach:
            raise UsageError("a template goes to one customer, without a text or files of its own")
        said = Filling(template, language, tuple(values or ()))
        wanted = when_of(now, at, None, None)
        report(session, reaching.begin(session.workspace, session.actor, to[0], via, said, key, wanted), now)
        return
    if subject is None:
        raise UsageError("say what it is about with --subject")
    queued = composing.new(
        session.workspace,
        session.actor,
        to,
        via,
        subject,
        spoken_or_bare(text, attach),
        cc=cc or (),
        bcc=bcc or (),
        files=attach or (),
        key=key,
        when=when_of(now, at, None, None),
    )
    report(session, queued, now)


def when_of(now: bool, at: str | None, status: Settable | None, hold_for: str | None) -> When:
    """Return when a message goes, and what becomes of its conversation. Raises UsageError."""
    from omnidesk.desk.composing import When
    from omnidesk.text.when import parse_when

    if now and at is not None:
        raise UsageError("--now and --at do not go together")
    moment = None if at is None else parse_when(at, clock.now())
    wanted = None if status is None else Status(status)
    if hold_for is not None and wanted not in (None, Status.ON_HOLD):
        raise UsageError(f"--for goes with --status on-hold, not with {wanted}")
    return When(now, moment, wanted if hold_for is None else Status.ON_HOLD, hold_for)


def _warnings(
    session: Session,
    number: int,
    text: str,
    via: str | None,
    to: list[str] | None,
    cc: list[str] | None,
    bcc: list[str] | None,
) -> tuple[str, ...]:
    """What the composer would warn of, and say."""
    from omnidesk.desk import cautions, planning, threads
    from omnidesk.text import recipients

    here = threads.current(session.workspace, number)
    planned = planning.plan(session.workspace, here)
    whom = planned.to if to is None else recipients.read(", ".join(to))
    hidden = recipients.read(", ".join(bcc or ()))
    copies = planned.cc if cc is None else recipients.read(", ".join(cc))
    found = cautions.of_reply(session.workspace, session.actor, here, text, (*whom, *hidden), copies, planned)
    turned = planning.turned(planned, via or (planned.channel.name if planned.channel is not None else None))
    return (turned, *found) if turned else found


def report(session: Session, queued: Queued, now: bool, warnings: tuple[str, ...] = ()) -> None:
    """Send it where asked, then print the message as it stands."""
    from omnidesk.desk import threads

    message, remark = queued.message, ""
    if now and message.status is MessageStatus.QUEUED:
        from omnidesk.sync.now import send_now

        done = send_now(session.workspace, message.channel)
        message = threads.message(session.workspace, message.id)
        if done.skipped:
            remark = "; another process runs the channel and sends it"
        elif done.error and message.status is MessageStatus.QUEUED:
            remark = f"; it stays in the outbox: {done.error}"
    document = {
        "act": shapes.act(queued.act),
        "message": shapes.message(message),
        "due_at": clock.to_rfc3339(queued.due_at),
        "warnings": list(warnings),
    }

    def people(printer: Printer) -> None:
        names = ", ".join(one.address or one.name for one in (*message.to, *message.cc, *message.bcc))
        state = str(message.status)
        if message.status is MessageStatus.QUEUED and not remark:
            wait = max(0, queued.due_at - clock.now()) / clock.SECOND
            goes = f"in {wait:.0f} s" if wait < 120 else f"at {local_time(queued.due_at)}"
            state = f"goes {goes} (omnidesk undo takes it back)" if wait else "goes now"
        error = f": {message.error}" if message.error else ""
        for said in warnings:
            printer.say(f"mind: {said}")
        beside = " (aside)" if message.aside is not None else ""
        printer.say(f"#{message.conversation_id} to {names} by {message.channel}{beside}: {state}{error}{remark}")

    session.show(document, people)


@command(app, "note")
def note(session: Session, number: Number, text: Text) -> None:
    """Write a note that only the team sees; colleagues named with @ are told of it."""
    from omnidesk.desk import composing

    act, message = composing.note(session.workspace, session.actor, number, spoken(text))
    session.changed(act, {"message": shapes.message(message)})


@command(app, "drafts")
def list_drafts(session: Session) -> None:
    """List your drafts, the last changed first."""
    from omnidesk.desk import drafts

    found = drafts.waiting(session.workspace, session.actor, 1000)
    items = [
        {
            "conversation_id": one.conversation_id or None,
            "sort": one.sort,
            "text": one.text,
            "channel": one.written.channel,
            "to": None if one.written.to is None else [shapes.address(person) for person in one.written.to],
            "subject": one.written.subject,
            "files": [{"name": file.name, "size": file.size} for file in one.written.files],
            "began_at": clock.to_rfc3339(one.began_at),
            "updated_at": clock.to_rfc3339(one.updated_at),
        }
        for one in found
    ]

    def people(printer: Printer) -> None:
        for one in found:
            where = f"#{one.conversation_id}" if one.conversation_id else "new"
            printer.say(
                bold(f"{where:<8}{one.sort:<7}{local_time(one.updated_at)}"), dim(f"  {one_line(one.text, 80)}")
            )
        if not found:
            printer.say(dim("nothing is unfinished"))

    session.show({"items": items, "next": None}, people)
