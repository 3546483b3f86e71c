"""omnidesk show: a conversation as a thread; omnidesk attachment: a file out of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Number, whole
from omnidesk.cli.printing import Printer, alarm, bold, dim, size, when
from omnidesk.cli.session import Session, command
from omnidesk.words import contacts
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.kinds import Direction, MessageStatus
from omnidesk.words.rows import Address, Conversation, Message

app = typer.Typer()
NEWEST = 200


@command(app, "show")
def show(
    session: Session,
    number: Number,
    limit: paging.Limit = NEWEST,
    after: Annotated[str | None, typer.Option("--after", metavar="TOKEN", help="Messages behind this one.")] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="TOKEN", help="Messages ahead of this one.")] = None,
    whole_text: Annotated[bool, typer.Option("--full", help="Show quoted text too, and what was edited away.")] = False,
) -> None:
    """Show a conversation: who, what was said, and what happened."""
    from omnidesk.desk import held, originals, person_checks, suspicion, threads

    if after is not None and before is not None:
        raise UsageError("give --after or --before, not both")
    conversation = threads.conversation(session.workspace, number)
    found = threads.messages(session.workspace, conversation.id, limit + 1, _key(before), _key(after))
    more = len(found) > limit
    messages = suspicion.judged(session.workspace, found[:limit] if after is not None else found[-limit:])
    check = person_checks.standing(session.workspace, conversation, messages)
    earlier = _token(messages[0]) if messages and (more or after is not None) else None
    later = _token(messages[-1]) if messages and (more if after is not None else before is not None) else None
    waits = held.of(session.workspace, conversation.id)
    document = shapes.conversation(conversation) | {
        "messages": [
            shapes.message(message) | {"warning_texts": list(suspicion.words(message))} for message in messages
        ],
        "events": [shapes.event(event) for event in threads.events(session.workspace, conversation.id)],
        "earlier": earlier,
        "later": later,
        "may_belong": threads.offers(session.workspace, conversation.id),
        "check": {"due": check.due, "asks": list(check.asks), "why": check.why, "outcome": check.outcome},
        "held": None if waits is None else shapes.held(waits),
    }

    def people(printer: Printer) -> None:
        _head(printer, conversation)
        if earlier:
            printer.say(dim(f"earlier: omnidesk show {conversation.id} --before {earlier}"))
        for message in messages:
            _message(printer, message, whole_text)
            for at, text in originals.earlier(session.workspace, message) if whole_text else ():
                printer.say(dim(f"  before it was edited, {when(at)}:"))
                printer.block(text)
        if later:
            printer.say(dim(f"later: omnidesk show {conversation.id} --after {later}"))
        if check.due:
            printer.say(bold(f"check who it is ({check.why}): omnidesk check {conversation.id} .."))
        if waits is not None:
            how = f"omnidesk reply {conversation.id} --held sends it" if waits.ready else "until the customer writes"
            printer.say(bold(f"an answer waits on {waits.channel}: {how}"))
            printer.block(waits.text)
        for other in document["may_belong"]:
            printer.say(f"#{other} may belong to this: omnidesk merge {other} {conversation.id}")

    session.show(document, people)


def _token(message: Message) -> str:
    return f"{message.at}.{message.id}"


def _key(token: str | None) -> tuple[int, int] | None:
    found = paging.numbers(token, 2, "a conversation's messages")
    return None if found is None else (found[0], found[1])


def _head(printer: Printer, row: Conversation) -> None:
    state = [str(row.status), str(row.priority), row.owner or "no owner", *(f"+{tag}" for tag in row.tags)]
    if row.place != "desk":
        state.insert(0, str(row.place))
    printer.say(bold(f"#{row.id} {row.subject or '(no subject)'}"))
    printer.say("  ".join(state))
    names = ", ".join(_address(one) for one in row.participants) or row.customer or "nobody"
    printer.say(f"{row.customer or names}{' VIP' if row.vip else ''}: {names}")
    if row.snoozed_until is not None:
        printer.say(f"until {when(row.snoozed_until)}{f', for {row.hold_for}' if row.hold_for else ''}")
    elif row.next_due_at is not None:
        printer.say(f"due {when(row.next_due_at)} ({row.due_reason}), waiting since {when(row.waiting_since)}")


def _address(one: Address) -> str:
    return f"{one.name} <{one.address}>" if one.name and one.name != one.address else one.address


def _message(printer: Printer, message: Message, whole_text: bool) -> None:
    printer.say()
    who = message.author.name or _address(message.sender)
    if message.direction is Direction.INTERNAL and message.kind == "note":
        printer.say(bold(f"{when(message.at)}  {message.kind.upper()}  {who}"), dim("  only the team sees this"))
    else:
        arrow = "" if message.direction is Direction.INBOUND else "-> "
        printer.say(bold(f"{when(message.at)}  {arrow}{who}"), dim(f"  {message.kind} {message.channel}  {message.id}"))
    if message.direction is Direction.OUTBOUND and message.to:
        printer.say(dim("  to " + ", ".join(_address(one) for one in (*message.to, *message.cc, *message.bcc))))
    _remarks(printer, message)
    from omnidesk.text import filekind

    text = message.text if whole_text else message.reply_text or message.text
    printer.block(text)
    hidden = message.text.count("\n") - text.count("\n")
    if hidden > 0:
        printer.say(dim(f"  + {hidden} quoted lines (--full)"))
    for file in message.attachments:
        remark = filekind.remark(file.name, file.content_type)
        if file.coming or file.missing:
            remark = f"{'not here yet' if file.coming else 'NOT FETCHED'}{f': {file.missing}' if file.missing else ''}"
        printer.say(f"  [{file.id}] {file.name}  {file.content_type}  {size(file.size)}  {remark}".rstrip())


def _remarks(printer: Printer, message: Message) -> None:
    settled = (MessageStatus.RECEIVED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
    if message.status not in settled or message.error:
        printer.say(alarm(f"  {message.status}{f': {message.error}' if message.error else ''}"))
    from omnidesk.desk import suspicion

    if message.unproven:
        printer.say(alarm("  ! NOT PROVEN"))
    for words in suspicion.words(message):
        printer.say(alarm(f"  ! {words}"))
    remarks = [contacts.said(message.kind, message.contact)] if message.contact is not None else []
    if message.edited_at is not None:
        remarks.append(f"edited {when(message.edited_at)}")
    if message.public:
        remarks.append("PUBLIC, everybody can read it")
    if message.auto is not None:
        remarks.append(f"automatic ({message.auto})")
    if message.joined_by:
        remarks.append(f"joined by {message.joined_by}")
    if remarks:
        printer.say(dim("  " + "; ".join(remark for remark in remarks if remark)))


@command(app, "attachment")
def attachment(
    session: Session,
    file_id: Annotated[str, typer.Argument(metavar="FILE-ID", help="The file's number, as `show` prints it.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Where to; - is standard output. Else by its own name.")
    ] = None,
) -> None:
    """Save a file of a message; an existing file is never overwritten."""
    from omnidesk.desk import threads

    row, content = threads.attachment_bytes(session.workspace, whole(file_id, "attachment"))
    if out == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(out or Path(row.name).name or "attachment").expanduser()
    write_new(path, content)
    document = {"attachment": shapes.attachment(row), "path": str(path)}
    session.show(document, lambda printer: printer.say(f"saved {path}, {size(len(content))}"))


@command(app, "original")
def original(
    session: Session,
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE", help="The message's number, as `show` prints it.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Where to; - is standard output. Else original-ID.html.")
    ] = None,
) -> None:
    """Save the HTML form of a message as a page that runs nothing and loads nothing."""
    from omnidesk.desk import originals

    number = whole(message_id, "message")
    content = originals.page(session.workspace, number).encode()
    if out == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(out or f"original-{number}.html").expanduser()
    write_new(path, content)
    document = {"message_id": number, "path": str(path), "size": len(content)}
    session.show(document, lambda printer: printer.say(f"saved {path}, {size(len(content))}"))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, for its owner only. Raises UsageError, OmniDeskError in words."""
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{path} is there already: give another name with --out") from None
    except OSError as error:
        raise OmniDeskError(f"{path} cannot be written: {error.strerror}") from error
