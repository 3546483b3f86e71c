"""Actions that send what was written: the line that asks how, later, on hold; and what is asked once more."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens import macros, reaching
from omnidesk.screens.keys import WRITING, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Written
from omnidesk.screens.writing_messages import AskAgain
from omnidesk.text import recipients
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import times
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.errors import DatabaseLostError, UsageError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Address
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import cautions, composing, settings, spool, threads
    from omnidesk.desk import macros as canned
    from omnidesk.screens import sheets
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
    from omnidesk.text import when
else:
    cautions, composing = Later("omnidesk.desk.cautions"), Later("omnidesk.desk.composing")
    spool, threads = Later("omnidesk.desk.spool"), Later("omnidesk.desk.threads")
    settings, sheets = Later("omnidesk.desk.settings"), Later("omnidesk.screens.sheets")
    when = Later("omnidesk.text.when")
    canned = Later("omnidesk.desk.macros")

SEND = ("send",)
YES = ("y", "yes", "j", "ja")


@dataclass(frozen=True, slots=True)
class How:
    """How a text shall go: the status its conversation gets (None: what the kind of channel says), for whom and until
    when (UTC ms) it waits on hold, when it goes (`at`, UTC ms). `seen` are the warnings the agent saw."""

    status: Status | None = None
    for_whom: str | None = None
    until: int | None = None
    at: int | None = None
    seen: tuple[str, ...] = ()
    confirmed: bool = False
    macros: tuple[int, ...] = ()
    """The macros it was made with: what they do is done with it."""


def send(desk: DeskScreen, press: Press) -> None:
    """Ask how to send; a note is stored at once."""
    sheet = desk.composer.now
    if sheet is None:
        return
    if reaching.takes_template(sheet):
        reaching.choose(desk, press)
    elif why := _why_not(desk, sheet):
        desk.say(why, wrong=True)
    elif sheet.sort == "note":
        send_now(desk, How())
    else:
        wordless = not desk.composer.text.strip()
        desk.composer.warn("bare", *([_("no text, only files")] if wordless else []))
        desk.mind_draft()
        desk.ask_how_to_send()


def send_line(desk: DeskScreen, press: Press) -> None:
    """Send what was written in a live chat at once and go on with the next line: keys typed meanwhile are for that."""
    if _may_go(desk):
        send_now(desk, How())
        desk.hold_keys(True)


def break_line(desk: DeskScreen, press: Press) -> None:
    """Begin another line of what goes as one message."""
    desk.composer.insert("\n")


def _why_not(desk: DeskScreen, sheet: Sheet) -> str:
    """Say why what is written cannot go; "" where it can."""
    wordless = not desk.composer.text.strip()
    if wordless and (not sheet.files or sheet.sort == "note"):
        return _("there is nothing to send yet")
    if sheet.sort == "note":
        return ""
    if sheet.chosen is None and any(way.usable for way in sheet.ways):
        channels = desk.keymap.hint("channels")
        return _("choose a channel first ({channels}): a public one is never chosen by itself").format(
            channels=channels
        )
    if sheet.chosen is None:
        reasons = "; ".join(f"{way.channel}: {way.reason}" for way in sheet.ways)
        reply, other = _("no channel can carry this reply"), _("no channel can carry this message")
        return f"{reply if sheet.sort == 'reply' else other}. {reasons}"
    if not (sheet.to or sheet.cc or sheet.bcc):
        return _("there is nobody to send it to: Tab goes to the recipients")
    if sheet.files and sheet.way is not None and not sheet.way.files:
        attach, channels = desk.keymap.hint("attach"), desk.keymap.hint("channel")
        said = _("{channel} takes no attachments: {attach} takes them off (-1), {other} goes on with another channel")
        return said.format(channel=sheet.chosen, attach=attach, other=channels)
    return ""


def _may_go(desk: DeskScreen) -> bool:
    """Say whether what is written can go, and where it cannot, tell why; the palette comes here without `send`."""
    sheet = desk.composer.now
    why = "" if sheet is None else _why_not(desk, sheet)
    if why:
        desk.say(why, wrong=True)
    return sheet is not None and not why


def send_with(status: Status | None) -> Callable[[DeskScreen, Press], None]:
    """Return the action that sends and leaves the conversation with a status (None: what the channel's kind says)."""

    def run(desk: DeskScreen, press: Press) -> None:
        desk.stop_asking()
        if _may_go(desk):
            send_now(desk, How(status))

    return run


def send_and_hold(desk: DeskScreen, press: Press) -> None:
    """Ask who is waited for, then send."""
    desk.stop_asking()
    if _may_go(desk):
        desk.ask("send-hold", _("Send, then wait for:"), _held, _("for whom, until when: PostNL, wed 9"))


def _held(desk: DeskScreen, text: str) -> None:
    whom, _comma, moment = text.partition(",")
    try:
        until = when.parse_when(moment, clock.now()) if moment.strip() else None
    except UsageError as error:
        desk.say(str(error), wrong=True)
        return
    send_now(desk, How(Status.ON_HOLD, whom.strip() or None, until))


def send_later(desk: DeskScreen, press: Press) -> None:
    """Ask when it shall go."""
    desk.stop_asking()
    if _may_go(desk):
        desk.ask("send-later", _("Send it:"), _later, _("2h, tomorrow 9:00, mon 8:30, 2027-01-04 09:00"))


def _later(desk: DeskScreen, text: str) -> None:
    try:
        at = when.parse_when(text, clock.now())
    except UsageError as error:
        desk.say(str(error), wrong=True)
        return
    send_now(desk, How(at=at))


def do_not_send(desk: DeskScreen, press: Press) -> None:
    """Go on writing."""
    desk.stop_asking()
    desk.composer.warn("bare")
    desk.focus_pane("composer")


def send_now(desk: DeskScreen, how: How) -> None:
    """Hand the text over to the desk; the composer takes no keys until that is done."""
    sheet = desk.composer.now
    if sheet is None:
        return
    text = clean(desk.composer.text)
    desk.draft_timer_stop(keep=True)
    desk.composer.freeze(True)
    how = replace(how, seen=desk.composer.warnings, macros=macros.sent_with(desk, sheet, text))
    desk.backstage.write(partial(deliver, desk.session, sheet, text, how))


def ask_again(desk: DeskScreen, message: AskAgain) -> None:
    """Say what came up, and send only on a plain yes."""
    desk.composer.freeze(False)
    desk.focus_pane("composer")
    said = one_line("; ".join(message.said), 300)

    def answered(desk: DeskScreen, text: str) -> None:
        if text.strip().lower() in YES:
            desk.composer.freeze(True)
            how = replace(message.how, confirmed=True)
            desk.backstage.write(partial(deliver, desk.session, message.sheet, message.text, how))
        else:
            desk.say(_("not sent: the draft is kept"))

    question = _("{what}. Send all the same?").format(what=said)
    desk.ask("send-again", question, answered, _("y sends it; Enter goes on writing"))


def deliver(session: Session, sheet: Sheet, text: str, how: How) -> Written | AskAgain:
    """Store a note or queue a message, in a thread; what the agent should look at first comes back as `AskAgain`.

    Where the database is lost, it waits in the agent's spool under the key it may have arrived with."""
    key = str(uuid.uuid4())
    try:
        return _deliver(session, sheet, text, how, key)
    except DatabaseLostError:
        kept = sheets.written(sheet, text)
        when = composing.When(at=how.at, status=how.status, for_whom=how.for_whom, until=how.until)
        one = spool.Waiting(sheet.sort, sheet.conversation_id, kept, "", when, sheet.sender_only, how.confirmed, key)
        spool.keep(session.workspace, session.actor, one)
        return Written(
            sheet, _("the database is out of reach: this waits here and goes when it is back"), (), "stay", False
        )


def _deliver(session: Session, sheet: Sheet, text: str, how: How, key: str) -> Written | AskAgain:
    number = sheet.conversation_id
    if sheet.sort == "note":
        composing.note(session.workspace, session.actor, number, text, key)
        return Written(sheet, _("note on #{number}").format(number=number), after="stay")
    if not how.confirmed and (unseen := _unseen(session, sheet, text, how)):
        return AskAgain(sheet, text, how, unseen)
    queued = _queue(session, sheet, text, how, key)
    said = ""  # the countdown in the status bar says the rest
    number = queued.message.conversation_id
    if how.at is not None:
        when_it_goes = times.moment(queued.due_at, clock.now())
        said = _("#{number} goes {when}").format(number=number, when=when_it_goes)
    elif queued.due_at <= clock.now() + clock.SECOND:
        said = _("answer to #{number} goes now").format(number=number)
    if sheet.live and how.status in (None, Status.OPEN):
        return Written(sheet, "", after="chat", undoable=False)
    after = settings.current(session.workspace).after_reply if sheet.sort == "reply" else "stay"
    leaving = (number,) if how.status is not Status.OPEN and after == "next" else ()
    return Written(sheet, said, leaving, after)


def _unseen(session: Session, sheet: Sheet, text: str, how: How) -> tuple[str, ...]:
    found = []
    if sheet.sort == "reply":
        other = cautions.answered_since(session.workspace, session.actor, sheet.conversation_id, sheet.began_at)
        if other is not None:
            at = times.day_time(other.at, clock.now()).strip()
            found.append(_("{login} answered {when}, after you began").format(login=other.login, when=at))
        found += [said for said in sheets.warnings(session, sheet, text) if said not in how.seen or "{{" in said]
    if sheet.public and (facts := cautions.private_facts(text, _known(session, sheet))):
        found.append(_("everybody can read this, and it holds {what}").format(what=", ".join(facts)))
    return tuple(found)


def _known(session: Session, sheet: Sheet) -> tuple[tuple[str, str], ...]:
    if not sheet.conversation_id:
        return ()
    return cautions.known_of(
        session.workspace, threads.conversation(session.workspace, sheet.conversation_id).customer_id
    )


def _queue(session: Session, sheet: Sheet, text: str, how: How, key: str) -> composing.Queued:
    assert sheet.chosen is not None
    wanted = composing.When(at=how.at, status=how.status, for_whom=how.for_whom, until=how.until)
    to, cc, bcc = (_typed(some) for some in (sheet.to, sheet.cc, sheet.bcc))
    who = (session.workspace, session.actor)
    if sheet.sort == "new":
        return composing.new(
            *who, to, sheet.chosen, sheet.subject, text, cc=cc, bcc=bcc, files=sheet.files, key=key, when=wanted
        )
    if sheet.sort == "aside":
        return composing.forward(
            *who, sheet.conversation_id, to, text, via=sheet.chosen, cc=cc, bcc=bcc, subject=sheet.subject or None,
            files=sheet.files, key=key, when=wanted,
        )  # fmt: skip
    return composing.reply(
        *who, sheet.conversation_id, text, via=sheet.chosen, to=to, cc=cc, bcc=bcc, files=sheet.files, key=key,
        to_sender_only=sheet.sender_only, when=wanted, confirmed=how.confirmed, also=_also(session, how),
    )  # fmt: skip


def _also(session: Session, how: How) -> composing.Also | None:
    if not how.macros:
        return None
    used = [canned.get(session.workspace, session.actor, macro) for macro in how.macros]
    return canned.finishing(session.workspace, session.actor, used, how.status)


def _typed(people: tuple[Address, ...]) -> list[str]:
    return [recipients.write((one,)) for one in people]


ACTIONS = (
    Action("send-line", "send", "Send the line (live chat)", ("enter",), ("chat",), "Write", send_line, 1),
    Action("break-line", "new line", "Break the line (live chat)", ("ctrl+j", "shift+enter"), ("chat",), "Write",
           break_line, 1),
    Action("send", "send and...", "Send", ("ctrl+s", "ctrl+enter"), WRITING, "Write", send, 1),
    Action("send-default", "send", "Send, with the usual status", ("enter",), SEND, "Write", send_with(None), 1,
           brief="yes"),
    Action("send-close", "and close", "Send and close", ("c",), SEND, "Write", send_with(Status.CLOSED), 2,
           brief="close"),
    Action("send-wait", "and wait", "Send and wait", ("w",), SEND, "Write", send_with(Status.PENDING), 3, brief="wait"),
    Action("send-hold", "and hold", "Send and wait for somebody else", ("h",), SEND, "Write", send_and_hold, 4,
           brief="hold .."),
    Action("send-later", "later", "Send at a time you say", ("l",), SEND, "Write", send_later, 5),
    Action("send-open", "stays open", "Send and keep open", ("o",), SEND, "Write", send_with(Status.OPEN), 6,
           brief="open"),
    Action("send-not", "go on writing", "Go on writing", ("escape",), SEND, "Write", do_not_send, 7, brief="no"),
)  # fmt: skip
