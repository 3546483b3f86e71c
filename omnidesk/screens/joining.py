"""Actions that say which messages make one matter: merge, split and move, accept and refuse what is offered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk.screens import reaching
from omnidesk.screens.deciding import ask, chosen, many
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, MergePreviewed
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Conversation
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from omnidesk.desk import customer_merging, customers, forwards, joining, merging, suggesting
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    joining, merging = Later("omnidesk.desk.joining"), Later("omnidesk.desk.merging")
    customer_merging, customers = Later("omnidesk.desk.customer_merging"), Later("omnidesk.desk.customers")
    forwards, suggesting = Later("omnidesk.desk.forwards"), Later("omnidesk.desk.suggesting")

LISTED = 8
"""Conversations that a preview names."""
FRESH = ("", "new", "nieuw")


def merge(desk: DeskScreen, press: Press) -> None:
    """Ask which conversation to merge into; with several marked the oldest of them stays."""
    ids = chosen(desk)
    desk.asked_about = ids
    if press.argument:
        merged(desk, press.argument)
    elif len(ids) > 1:
        _preview(desk, ids, None)
    elif ids:
        ask(desk, "merge", _("Merge"), merged, _("the number of the conversation to merge it into"))


def merged(desk: DeskScreen, text: str) -> None:
    """Say what merging into the number that was typed would do."""
    said = text.strip().lstrip("#")
    if not said:
        return
    if not (said.isascii() and said.isdigit()) or len(said) > 15:
        desk.say(_("{said} is no conversation number").format(said=text.strip()), wrong=True)
        return
    _preview(desk, desk.asked_about, int(said))


def _preview(desk: DeskScreen, ids: list[int], into: int | None) -> None:
    if ids:
        desk.hold_keys(True)
        desk.backstage.read("merge", partial(preview, desk.session, ids, into))


def preview(session: Session, ids: list[int], into: int | None) -> MergePreviewed:
    """Read what a merge would do, in words."""
    found = merging.preview(session.workspace, ids, into)
    kept, gone = found.kept, found.gone
    goes = ngettext("{count} message goes into it, of", "{count} messages go into it, of", found.messages)
    owner = _("owner {login}").format(login=one_line(kept.owner)) if kept.owner else _("no owner")
    stays = _("stays: {what} ({status}, {owner})")
    lines = [
        stays.format(what=_named(kept), status=_(str(kept.status)), owner=owner),
        goes.format(count=found.messages),
    ]
    lines += [f"  {_named(one)}" for one in gone[:LISTED]]
    if len(gone) > LISTED:
        lines.append("  " + _("and {count} more").format(count=len(gone) - LISTED))
    if found.strangers:
        lines.append(_("They are with DIFFERENT customers: an answer may reach the wrong one."))
    lines.append(_("Number, status and owner stay those of the one that stays; u takes it back at any time."))
    question = _("Merge {what} into #{number}?").format(what=many([one.id for one in gone]), number=kept.id)
    return MergePreviewed(question, lines, tuple(one.id for one in gone), kept.id)


def _named(one: Conversation) -> str:
    subject = one_line(one.subject, 50) or _("(no subject)")
    return f"#{one.id} {subject} - {one_line(one.customer, 30) or _('unknown')}"


def _takes_held(desk: DeskScreen) -> bool:
    """Say whether an answer that waits is what is offered: it is ready, or nothing else is."""
    held = desk.head.held
    return held is not None and (held.ready or not (desk.head.offers or desk.customer.known.suggestions))


def _send_held(desk: DeskScreen, number: int) -> None:
    held = desk.head.held
    if held is not None and held.ready:
        reaching.send_held(desk, number)
    elif held is not None:
        desk.say(_("the answer waits until they write on {channel}").format(channel=held.channel))


def accept(desk: DeskScreen, press: Press) -> None:
    """Send the answer that waited for the customer, else join the conversation that is offered, or the customer who is
    suggested."""
    session, number, likely = desk.session, desk.open_id, desk.customer.known.suggestions
    if number is not None and _takes_held(desk):
        _send_held(desk, number)
    elif number is not None and desk.head.offers:
        do_merge(desk, (number,), desk.head.offers[0])
    elif number is not None and likely:
        one = likely[0].id
        desk.backstage.write(lambda: Acted(suggesting.accept(session.workspace, session.actor, one).summary))
    else:
        desk.say(_("nothing is offered here"))


def refuse(desk: DeskScreen, press: Press) -> None:
    """Make the answer that waits a draft, or refuse to join what is offered, or who is suggested; it is not offered
    again."""
    session, number, likely = desk.session, desk.open_id, desk.customer.known.suggestions
    if number is not None and _takes_held(desk):
        reaching.refuse_held(desk, number)
    elif number is not None and desk.head.offers:
        other = desk.head.offers[0]
        desk.backstage.write(lambda: Acted(joining.refuse(session.workspace, session.actor, number, other).summary))
    elif number is not None and likely:
        one = likely[0].id
        desk.backstage.write(lambda: Acted(suggesting.reject(session.workspace, session.actor, one).summary))
    else:
        desk.say(_("nothing is offered here"))


def do_merge(desk: DeskScreen, ids: tuple[int, ...], into: int) -> None:
    """Merge conversations into another and show it."""
    session = desk.session
    desk.queue.unmark()
    desk.backstage.write(lambda: Acted(joining.merge(session.workspace, session.actor, ids, into).summary, show=into))


def mark_message(desk: DeskScreen, press: Press) -> None:
    """Mark the message being read, or unmark it, and go on to the next."""
    block = desk.thread.current
    if block is not None:
        desk.thread.mark(block.message.id)
        count = len(desk.thread.marked)
        said = ngettext("{count} message marked: | splits it off", "{count} messages marked: | splits them off", count)
        desk.say(said.format(count=count) if count else "")
        desk.thread.go_message(1)


def split(desk: DeskScreen, press: Press) -> None:
    """Ask where the marked messages, else the one being read, shall go."""
    thread = desk.thread
    block = thread.current
    messages = sorted(thread.marked) or ([block.message.id] if block is not None else [])
    if thread.conversation_id is None or not messages:
        desk.say(_("open a conversation, and mark the messages that go"))
        return
    several = _("{count} messages").format(count=len(messages))
    said = _("this message") if len(messages) == 1 else several
    number = thread.conversation_id

    def answered(desk: DeskScreen, text: str) -> None:
        _split(desk, number, messages, text)

    hint = _("Enter: into a new conversation; or the number of the one it belongs to")
    question = _("Split {what} off #{number}:").format(what=said, number=number)
    desk.ask("split", question, answered, hint, press.argument, _whereto)


def _whereto(text: str) -> str:
    said = text.strip().lower().lstrip("#")
    if said in FRESH:
        return _("into a new conversation")
    return _("into #{number}").format(number=said) if said.isascii() and said.isdigit() else ".."


def _split(desk: DeskScreen, number: int, messages: list[int], text: str) -> None:
    said = text.strip().lower().lstrip("#")
    session = desk.session
    if said not in FRESH and (not (said.isascii() and said.isdigit()) or len(said) > 15):
        desk.say(_("{said} is no conversation number").format(said=text.strip()), wrong=True)
        return

    def work() -> Acted:
        if said in FRESH:
            act, fresh = joining.split(session.workspace, session.actor, number, messages)
            return Acted(act.summary, show=fresh)
        act = joining.move(session.workspace, session.actor, number, messages, int(said))
        return Acted(act.summary, show=int(said))

    desk.backstage.write(work)


def merge_customer(desk: DeskScreen, press: Press) -> None:
    """Ask with whom the customer of the open conversation is one person."""
    known = desk.customer.known.customer
    if desk.open_id is None or known is None:
        desk.say(_("open a conversation with a customer first"))
        return
    who = known.id

    def answered(desk: DeskScreen, text: str) -> None:
        _merge_customer(desk, who, text)

    hint = _("an address or the number of the other one, who goes into this one")
    question = _("{name} is the same person as:").format(name=one_line(known.name, 40))
    desk.ask("merge-customer", question, answered, hint, press.argument)


def _merge_customer(desk: DeskScreen, into: int, text: str) -> None:
    session, said = desk.session, text.strip()

    def work() -> Acted:
        if said.isascii() and said.isdigit() and len(said) < 17:
            found = [customers.get(session.workspace, int(said))]
        else:
            found = customers.find(session.workspace, said)
        if not found:
            raise NotFoundError(_("nobody uses {address}").format(address=one_line(said, 100)))
        return Acted(customer_merging.merge(session.workspace, session.actor, [one.id for one in found], into).summary)

    if said:
        desk.backstage.write(work)


def take_author(desk: DeskScreen, press: Press) -> None:
    """Make the author of the forwarded mail the customer: of the message being read, else of the newest."""
    number, session = next(iter(desk.targets()), None), desk.session
    current = desk.thread.current if desk.place == "thread" else None
    if number is None:
        desk.say(_("open a conversation first"))
        return
    message = current.message.id if current is not None else None

    def work() -> Acted:
        act = forwards.take_author(session.workspace, session.actor, number, message)[0]
        return Acted(act.summary, show=number)

    desk.backstage.write(work)


READ = ("thread",)
ACTIONS = (
    Action("merge", "merge", "Merge into another, or those marked", ("M",), PANES, "Decide", merge, takes="its number"),
    Action(
        "mark-message", "mark", "Mark the message; | then splits off all marked", ("x",), READ, "Mark", mark_message
    ),
    Action("split", "split", "Split the marked messages off, or move them", ("|",), READ, "Decide", split),
    Action("take-author", "author", "Make a forward's author the customer", ("A",), PANES, "Decide", take_author),
    Action(
        "merge-customer",
        "same person",
        "Merge the customer with another",
        ("g j",),
        PANES,
        "Decide",
        merge_customer,
        takes="their number or address",
    ),
    Action(
        "accept",
        "accept",
        "Accept what is offered: send what waited, join, merge customers",
        ("y",),
        PANES,
        "Decide",
        accept,
    ),
    Action("refuse", "refuse", "Refuse what is offered, for good", ("Y",), PANES, "Decide", refuse),
)
