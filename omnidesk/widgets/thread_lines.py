"""Lays messages out as lines: pure, so that a worker thread can do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from omnidesk import clock
from omnidesk.text import filekind, suspicion
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import badges, thread_events, times
from omnidesk.widgets.lines import Line, Target, cells, cut, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.thread_text import body, number_links, painted
from omnidesk.words import contacts
from omnidesk.words.kinds import AuthorKind, Auto, Direction, MessageStatus
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Address, Happening, Message
from omnidesk.words.speech import _, ngettext

MOST_LINES = 2_000
"""Lines of one message that are shown at once."""
FOLDED_LINES = 60
"""Lines of one message before the rest is folded."""
MOST_TEXT = 400_000
"""Characters of one message that are looked at."""
PLAIN_REASONS = ("", "a new matter", "In-Reply-To", "References")


MOST_FILES = 200
"""Files of one message that are listed."""
GUTTERS = {"note": " │ ", "call": " ┊ ", "visit": " ┊ ", "letter": " ┊ ", "video": " ┊ "}
"""What stands before the lines of a message that did not come by a channel, so that no colour is needed to tell."""


@dataclass(frozen=True, slots=True)
class Block:
    """One message laid out, and what was done around it. All but `lines` is what it was laid out with."""

    message: Message
    unanswered: bool
    unfolded: bool
    lines: tuple[Line, ...]
    before: tuple[Happening, ...] = ()
    after: tuple[Happening, ...] = ()
    paper: tuple[int, bool, int] = (0, False, 0)


@dataclass(frozen=True, slots=True)
class Paper:
    """What messages are laid out on: columns, the present, all unfolded or not, blank lines between or not; and the
    messages that are unfolded although the others are not."""

    width: int
    now: int
    unfolded: bool
    airy: bool
    opened: frozenset[int] = frozenset()

    def unfolds(self, message: Message) -> bool:
        """Say whether all of a message is shown."""
        return self.unfolded or message.id in self.opened


def lay_out(
    messages: list[Message],
    paper: Paper,
    waiting_since: int | None,
    known: dict[int, Block],
    happened: Iterable[Happening] = (),
) -> list[Block]:
    """Return the blocks of these messages, oldest first, with what `happened` around them; unchanged ones are taken
    from `known`."""
    found = []
    before, after = thread_events.between(messages, happened)
    form = (paper.width, paper.airy, paper.now // clock.DAY)
    for message in messages:
        unanswered, unfolded = is_unanswered(message, waiting_since), paper.unfolds(message)
        wanted = Block(message, unanswered, unfolded, (), before, after.get(message.id, ()), form)
        before = ()
        block = known.get(message.id)
        if block is None or replace(block, lines=()) != wanted:
            block = replace(wanted, lines=tuple(_block(wanted, paper)))
        found.append(block)
    return found


def _block(block: Block, paper: Paper) -> list[Line]:
    key = block.message.id
    lines = _message(block.message, paper, block.unanswered)
    gap = [Line((), key)] if paper.airy else []
    earlier = thread_events.lines(block.before, key, paper.width, paper.now)
    later = thread_events.lines(block.after, key, paper.width, paper.now)
    return [*earlier, *(gap if earlier else ()), *lines, *gap, *later, *(gap if later else ())]


def is_unanswered(message: Message, waiting_since: int | None) -> bool:
    """Say whether the customer waits for an answer to this message."""
    inbound = message.direction is Direction.INBOUND and message.auto is None and not message.aside
    return inbound and waiting_since is not None and message.at >= waiting_since


def _message(message: Message, paper: Paper, unanswered: bool) -> list[Line]:
    unfolded = paper.unfolds(message)
    if not unfolded and (message.auto is not None or message.status is MessageStatus.CANCELLED):
        return [Line(_in_one_line(message, paper), message.id, (Target(0, paper.width),))]
    lines = [Line(_head(message, paper, unanswered), message.id)]
    for words in warned(message):
        said = wrap(f"! {words}", paper.width - 4, 4)
        lines += [_under((("warn", line),), message, paper) for line in said]
    went = "" if message.contact is None else one_line(contacts.said(message.kind, message.contact), 300)
    if went:
        lines += [_under((("dim", line),), message, paper) for line in wrap(went, paper.width - 4, 4)]
    text = clean(message.text if unfolded else message.reply_text)[:MOST_TEXT].strip("\n")
    numbered = number_links(text, len(message.attachments[:MOST_FILES]) + 1, paper.width - 4)
    shown, left = body(numbered, paper.width - 4, MOST_LINES if unfolded else FOLDED_LINES)
    style = "note" if message.direction is Direction.INTERNAL else ""
    gutter = (style, GUTTERS.get(_sort(message), "   "))
    lines += [painted(line, style, gutter, message.id, numbered) for line in shown]
    if left:
        what = _("… {count} more lines").format(count=times.number(left)) + ("" if unfolded else " (z)")
        lines.append(Line((("", "   "), ("accent", what)), message.id, (Target(0, paper.width),)))
    elif not shown and not message.attachments and not went:
        lines.append(Line((("", "   "), ("faint", _("(empty)"))), message.id))
    return [*lines, *_below(message, paper)]


def _below(message: Message, paper: Paper) -> list[Line]:
    """What stands under the text: what is folded, files, what went wrong, why it is here."""
    lines: list[Line] = []
    unfolded = paper.unfolds(message)
    folded = "" if unfolded else _folded(message)
    if folded:
        lines.append(_under((("faint", f"+ {folded} (z)"),), message, paper, (Target(0, paper.width),)))
    lines += _files(message, paper)
    if message.error:
        said = wrap(one_line(retold(message.error)), paper.width - 4, 4)
        lines += [_under((("warn", line),), message, paper) for line in said]
    if message.joined_by not in PLAIN_REASONS or (unfolded and message.joined_by):
        why = _("joined by {why}").format(why=one_line(retold(message.joined_by)))
        lines.append(_under((("faint", why),), message, paper))
    people = ((_("to"), message.to), ("cc", message.cc), ("bcc", message.bcc), (_("reply to"), message.reply_to))
    for label, some in people if unfolded else ():
        if some:
            said = wrap(f"{label} {people_line(some)}", paper.width - 4, 3)
            lines += [_under((("faint", line),), message, paper) for line in said]
    return lines


def _under(parts: tuple[Part, ...], message: Message, paper: Paper, targets: tuple[Target, ...] = ()) -> Line:
    return Line((("", "   "), *cut_parts(parts, paper.width - 3)), message.id, targets)


def _folded(message: Message) -> str:
    """What of a message is folded, in words: `9 quoted lines`, `4 lines of signature`; "" for nothing."""
    text, new = message.text.strip(), message.reply_text.strip()
    count = len(text.splitlines()) - len(new.splitlines())
    if count <= 0:
        return ""
    rest = text[len(new) :].lstrip() if text.startswith(new) else ""
    if rest.startswith(("-- \n", "--\n")) and "\n>" not in rest:
        said = ngettext("{count} line of signature", "{count} lines of signature", count)
    else:
        said = ngettext("{count} quoted line", "{count} quoted lines", count)
    return said.format(count=times.number(count))


def _files(message: Message, paper: Paper) -> list[Line]:
    lines = []
    for place, file in enumerate(message.attachments[:MOST_FILES], 1):
        mark = f"[{place}] "
        name = cut(one_line(file.name) or _("unnamed"), max(10, paper.width - 24))
        remark = filekind.remark(file.name, file.content_type)
        parts: list[Part] = [("accent", mark), ("", name), ("dim", f" {times.size(file.size)}")]
        if file.coming or file.missing:
            why = f": {one_line(retold(file.missing))}" if file.missing else ""
            parts.append(("warn", f"  {_('not here yet') if file.coming else _('NOT FETCHED')}{why}"))
        elif remark:
            parts.append(("warn", f"  {remark}"))
        target = Target(3, 3 + len(mark) + cells(name), place, file_id=file.id)
        lines.append(_under(tuple(parts), message, paper, (target,)))
    if len(message.attachments) > MOST_FILES:
        count = times.number(len(message.attachments) - MOST_FILES)
        more = _("and {count} more files: omnidesk show lists them").format(count=count)
        lines.append(_under((("dim", more),), message, paper))
    return lines


def warned(message: Message) -> list[str]:
    """Return what to beware of in a message, in words."""
    codes = [code for code in message.warnings if code != "stranger"]
    return [suspicion.words(code) for code in (["stranger", *codes] if message.stranger else codes)]


def _head(message: Message, paper: Paper, unanswered: bool) -> tuple[Part, ...]:
    """Day and time, kind, direction, author; state, files and NOT ANSWERED at the end."""
    when = ("dim", f" {_when(message, paper)} ")
    if message.kind == "note":
        left: list[Part] = [when, ("note", f"{_('NOTE'):<10}"), ("note", author(message))]
        left.append(("faint", _(" - only the team sees this")))
        return spread(left, (), paper.width)
    ours = message.direction is Direction.OUTBOUND
    left = [when, ("head", _kind(message)), ("dim" if ours else "strong", _named(message))]
    right: list[Part] = []
    if message.edited_at is not None:
        right.append(("dim", _(" edited")))
    if message.public:
        right.append(("warn", _(" PUBLIC")))
    if message.unproven:
        right.append(("warn", _(" NOT PROVEN")))
    if message.auto is not None:
        right.append(("warn" if message.auto is Auto.BOUNCE else "faint", f" {_auto(message)}"))
    if ours and _sort(message) not in GUTTERS:
        right.append((_state_style(message.status), f" {badges.state(message.status)}"))
    elif unanswered:
        right.append(("warn", _(" NOT ANSWERED")))
    return spread(left, (*right, ("", " ")), paper.width)


def _kind(message: Message) -> str:
    """What sort of message it is and which way it went, in ten columns: `mail  ->`, `ASIDE ->`, `call`."""
    kind = _("ASIDE") if message.aside else badges.kind(message.kind)
    out = message.direction is Direction.OUTBOUND and _sort(message) not in GUTTERS
    return f"{kind:<6}{'->' if out else '':<4}"


def _sort(message: Message) -> str:
    """The kind of a message, a sample one as what it plays."""
    return message.kind.removeprefix("sample-")


def _named(message: Message) -> str:
    """Who wrote it; of an aside that went out, to whom."""
    if message.aside and message.direction is Direction.OUTBOUND and message.to:
        return one_line(message.to[0].name) or one_line(message.to[0].address)
    if _sort(message) in GUTTERS and message.direction is not Direction.INBOUND:
        return _("logged by {name}").format(name=author(message))
    return author(message)


def _auto(message: Message) -> str:
    return _("CAME BACK") if message.auto is Auto.BOUNCE else _(str(message.auto).replace("_", " "))


def _when(message: Message, paper: Paper) -> str:
    said = times.day_time(message.at, paper.now).strip()
    return f"{said:<9}" if len(said) <= 9 else f"{said:<12}"


def _in_one_line(message: Message, paper: Paper) -> tuple[Part, ...]:
    """A machine's mail, and what was taken back, take one line."""
    bounce = message.auto is Auto.BOUNCE
    said = one_line(message.subject) if message.auto else ""
    what, why = _("automatic"), _auto(message)
    if message.status is MessageStatus.CANCELLED:
        what, why = author(message), badges.state(message.status)
    style = "warn" if bounce else "faint"
    left: list[Part] = [
        ("faint", f" {_when(message, paper)} {_kind(message)}"),
        ("dim", f"{what}: {said or one_line(message.reply_text, 200)}"),
    ]
    return spread(left, ((style, f" {why} "),), paper.width)


def author(message: Message) -> str:
    """Return who wrote a message, as the thread names them."""
    name = one_line(message.author.name) or one_line(message.sender.name) or one_line(message.sender.address)
    if message.author.kind is AuthorKind.SYSTEM:
        return name or "omnidesk"
    return name or _("unknown")


def people_line(people: tuple[Address, ...]) -> str:
    """Return names and addresses on one line."""
    said = []
    for person in people[:50]:
        name, address = one_line(person.name), one_line(person.address)
        said.append(f"{name} <{address}>" if name and address else name or address)
    more = _(" and {count} more").format(count=len(people) - 50) if len(people) > 50 else ""
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
