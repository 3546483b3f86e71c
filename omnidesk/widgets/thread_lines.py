"""Lays messages out as lines: pure, so that a worker thread can do it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cells, cut, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.words.kinds import AuthorKind, Direction, MessageStatus
from omnidesk.words.rows import Address, Message

MOST_LINES = 2_000
"""Lines of one message that are shown at once."""
FOLDED_LINES = 60
"""Lines of one message before the rest is folded."""
MOST_TEXT = 400_000
"""Characters of one message that are looked at."""
PLAIN_REASONS = ("", "a new matter", "In-Reply-To", "References")


@dataclass(frozen=True, slots=True)
class Block:
    """One message laid out. `unanswered` and `unfolded` are what it was laid out with."""

    message: Message
    unanswered: bool
    unfolded: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """What messages are laid out on: columns, the present, all unfolded or not, blank lines between or not."""

    width: int
    now: int
    unfolded: bool
    airy: bool


def lay_out(messages: list[Message], paper: Paper, waiting_since: int | None, known: dict[int, Block]) -> list[Block]:
    """Return the blocks of these messages, oldest first; unchanged ones are taken from `known`."""
    found = []
    for message in messages:
        unanswered = is_unanswered(message, waiting_since)
        block = known.get(message.id)
        if (
            block is None
            or block.message != message
            or block.unanswered != unanswered
            or block.unfolded != paper.unfolded
        ):
            block = Block(message, unanswered, paper.unfolded, tuple(_message(message, paper, unanswered)))
        found.append(block)
    return found


def is_unanswered(message: Message, waiting_since: int | None) -> bool:
    """Say whether the customer waits for an answer to this message."""
    inbound = message.direction is Direction.INBOUND and message.auto is None and not message.aside
    return inbound and waiting_since is not None and message.at >= waiting_since


def _message(message: Message, paper: Paper, unanswered: bool) -> list[Line]:
    if not paper.unfolded and (message.auto is not None or message.status is MessageStatus.CANCELLED):
        return [Line(_in_one_line(message, paper), message.id), *_gap(message, paper)]
    lines = [Line(_head(message, paper, unanswered), message.id)]
    text = clean(message.text if paper.unfolded else message.reply_text)[:MOST_TEXT].strip("\n")
    most = MOST_LINES if paper.unfolded else FOLDED_LINES
    body, left = _body(text, paper.width - 4, most)
    style = "note" if message.direction is Direction.INTERNAL else ""
    for line in body:
        said = "faint" if line.startswith(">") else style
        lines.append(Line((("", "   "), (said, line)), message.id))
    if left:
        what = f"… {times.number(left)} more lines" + ("" if paper.unfolded else " (z)")
        lines.append(Line((("", "   "), ("accent", what)), message.id))
    elif not body and not message.attachments:
        lines.append(Line((("", "   "), ("faint", "(empty)")), message.id))
    lines += _below(message, paper)
    return [*lines, *_gap(message, paper)]


def _body(text: str, width: int, most: int) -> tuple[list[str], int]:
    """Return wrapped lines, at most `most`, and how many logical lines were left out. Blank runs become one."""
    logical = text.split("\n")
    shown: list[str] = []
    for index, line in enumerate(logical):
        if not line.strip():
            if shown and shown[-1]:
                shown.append("")
            continue
        shown += islice(wrap(line, width, most), max(0, most - len(shown)))
        if len(shown) >= most:
            return shown, len(logical) - index - 1
    while shown and not shown[-1]:
        shown.pop()
    return shown, 0


def _below(message: Message, paper: Paper) -> list[Line]:
    """What stands under the text: quoted lines that are folded, files, what went wrong, why it is here."""
    lines: list[tuple[Part, ...]] = []
    quoted = len(message.text.strip().splitlines()) - len(message.reply_text.strip().splitlines())
    if quoted > 0 and not paper.unfolded:
        lines.append((("faint", f"+ {quoted} quoted line{'' if quoted == 1 else 's'} (z)"),))
    for place, file in enumerate(message.attachments, 1):
        name = cut(one_line(file.name) or "unnamed", max(10, paper.width - 20))
        lines.append((("accent", f"[{place}] "), ("", name), ("dim", f" {times.size(file.size)}")))
    if message.error:
        lines += [(("warn", line),) for line in wrap(one_line(message.error), paper.width - 4, 4)]
    if message.stranger:
        lines.append((("warn", "! the sender took no part in this conversation before"),))
    if message.joined_by not in PLAIN_REASONS or (paper.unfolded and message.joined_by):
        lines.append((("faint", f"joined by {one_line(message.joined_by)}"),))
    if paper.unfolded:
        for label, people in (
            ("to", message.to),
            ("cc", message.cc),
            ("bcc", message.bcc),
            ("reply to", message.reply_to),
        ):
            if people:
                lines += [(("faint", line),) for line in wrap(f"{label} {people_line(people)}", paper.width - 4, 3)]
    return [Line((("", "   "), *cut_parts(parts, paper.width - 3)), message.id) for parts in lines]


def _gap(message: Message, paper: Paper) -> list[Line]:
    return [Line((), message.id)] if paper.airy else []


def _head(message: Message, paper: Paper, unanswered: bool) -> tuple[Part, ...]:
    """Day and time, kind, direction, author; state, files and NOT ANSWERED at the end."""
    when = ("dim", f" {_when(message, paper)} ")
    if message.direction is Direction.INTERNAL:
        left: list[Part] = [when, ("note", f"{message.kind.upper():<5}"), ("note", f" {author(message)}")]
        if message.kind == "note":
            left.append(("faint", " - only the team sees this"))
        return spread(left, (), paper.width)
    ours = message.direction is Direction.OUTBOUND
    left = [when, ("head", f"{badges.kind(message.kind):<5}"), ("dim", "-> " if ours else " ")]
    left.append(("dim" if ours else "strong", author(message)))
    right: list[Part] = []
    if message.public:
        right.append(("warn", " PUBLIC"))
    if message.auto is not None:
        right.append(("faint", f" {message.auto.replace('_', ' ')}"))
    if ours:
        right.append((_state_style(message.status), f" {badges.state(message.status)}"))
    elif unanswered:
        right.append(("warn", " NOT ANSWERED"))
    return spread(left, (*right, ("", " ")), paper.width)


def _when(message: Message, paper: Paper) -> str:
    said = times.day_time(message.at, paper.now).strip()
    return f"{said:<9}" if len(said) <= 9 else f"{said:<12}"


def _in_one_line(message: Message, paper: Paper) -> tuple[Part, ...]:
    """A machine's mail, and what was taken back, take one line."""
    arrow = "-> " if message.direction is Direction.OUTBOUND else " "
    said = one_line(message.subject) if message.auto else ""
    what, why = "automatic", str(message.auto).replace("_", " ")
    if message.status is MessageStatus.CANCELLED:
        what, why = author(message), badges.state(message.status)
    left: list[Part] = [
        ("faint", f" {_when(message, paper)} {badges.kind(message.kind):<5}{arrow}"),
        ("dim", f"{what}: {said or one_line(message.reply_text, 200)}"),
    ]
    return spread(left, (("faint", f" {why} "),), paper.width)


def author(message: Message) -> str:
    """Return who wrote a message, as the thread names them."""
    name = one_line(message.author.name) or one_line(message.sender.name) or one_line(message.sender.address)
    if message.author.kind is AuthorKind.SYSTEM:
        return name or "omnidesk"
    return name or "unknown"


def people_line(people: tuple[Address, ...]) -> str:
    """Return names and addresses on one line."""
    said = []
    for person in people[:50]:
        name, address = one_line(person.name), one_line(person.address)
        said.append(f"{name} <{address}>" if name and address else name or address)
    more = f" and {len(people) - 50} more" if len(people) > 50 else ""
    return ", ".join(said) + more


def _state_style(status: MessageStatus) -> str:
    if status in (MessageStatus.FAILED, MessageStatus.UNKNOWN):
        return "warn"
    return "accent" if status in (MessageStatus.QUEUED, MessageStatus.SENDING) else "faint"


def cut_parts(parts: tuple[Part, ...], width: int) -> tuple[Part, ...]:
    """Return parts cut to `width` columns."""
    shown: list[Part] = []
    for style, text in parts:
        said = cut(text, width)
        shown.append((style, said))
        width -= cells(said)
        if said != text:
            break
    return tuple(shown)
