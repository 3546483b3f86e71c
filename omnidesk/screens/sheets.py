"""What the composer shows before a text, read in a thread: who gets it, by which channel, and the draft there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import agents, asides, away, drafts, enclosing, held, planning, threads
from omnidesk.desk.drafts import NOWHERE, Written
from omnidesk.desk.planning import Choice, Plan
from omnidesk.screens.messages import SheetRead
from omnidesk.screens.writing_messages import AddressesRead, Cautioned, FactFound, Redirected
from omnidesk.text import quote, recipients
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.sheet import Sheet, Sort, Way
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Address, Message
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.session import Session

SORTS: tuple[Sort, ...] = ("reply", "aside", "note")
KNOWN = 20
"""Addresses that a field completes from."""


def sheet(
    session: Session,
    number: int,
    sort: Sort | None,
    sender_only: bool = False,
    forward: bool = False,
    passed: Sequence[int] = (),
    privately: bool = False,
) -> SheetRead:
    """Read who a text would go to and how, and the draft there is; without a `sort` the draft changed last, else a
    reply. `forward` begins an aside with what was said: the messages `passed`, else the one to be answered; a draft of
    an aside gets them added. `privately` answers in private what was said in public; raises RefusedError where that
    cannot be."""
    sort = sort or _last_sort(session, number)
    made, text = _fresh(session, number, sort, sender_only, forward, passed)
    away.take_over_draft(session.workspace, session.actor, number, sort)
    drafts.offer_merged(session.workspace, session.actor, number, sort)
    kept = drafts.get(session.workspace, session.actor, number, sort)
    waits = held.of(session.workspace, number) if kept is None and sort == "reply" else None
    if waits is not None:
        made, text = replace(made, files=waits.files), clean(waits.text)
    if kept is None:
        begun = replace(made, began_at=clock.now())
        return SheetRead(in_private(begun) if privately else begun, text)
    restored, said = _restored(made, kept.written), clean(kept.text)
    if forward and text.strip() and text.strip() not in said:
        said = f"{said.rstrip()}\n\n{text.strip()}"
        restored = replace(restored, files=tuple(dict.fromkeys((*restored.files, *made.files))))
    restored = replace(restored, began_at=kept.began_at)
    return SheetRead(in_private(restored) if privately else restored, said)


def in_private(made: Sheet) -> Sheet:
    """Return a reply that goes on in private with what was said in public. Raises RefusedError in words."""
    way = made.private_way
    if way is None:
        raise RefusedError(_("what is answered here was said in private, or has no private side"))
    if not way.usable:
        raise RefusedError(_("it cannot go on in private: {reason}").format(reason=way.reason))
    return made.by(way.channel)


def _last_sort(session: Session, number: int) -> Sort:
    kept = (drafts.get(session.workspace, session.actor, number, sort) for sort in SORTS)
    last = max((one for one in kept if one is not None), key=lambda one: one.updated_at, default=None)
    return next((sort for sort in SORTS if last is not None and sort == last.sort), "reply")


def _fresh(
    session: Session, number: int, sort: Sort, sender_only: bool, forward: bool, passed: Sequence[int]
) -> tuple[Sheet, str]:
    workspace = session.workspace
    if sort == "note":
        logins = tuple(one.login for one in agents.list_agents(workspace) if not one.disabled)
        return Sheet("note", number, logins=logins), ""
    if sort == "new":
        return _with_ways(Sheet("new", NOWHERE), planning.starting(workspace), None), ""
    planned = planning.plan(workspace, number, sender_only)
    quoted = _quote(planned.answers)
    if sort == "aside":
        told = [threads.message(workspace, one) for one in passed] if forward else []
        if forward and not told and planned.answers is not None:
            told = [planned.answers]
        said = "\n\n".join(quote_of(one) for one in told)
        files = tuple(file for one in told for file in enclosing.of_message(one))
        made = Sheet("aside", number, subject=asides.subject(workspace, number, None), files=files, quote=quoted)
        return _with_ways(made, planning.starting(workspace, aside=True), _used(planned)), f"\n\n{said}" if said else ""
    made = Sheet(
        sort="reply",
        conversation_id=number,
        to=planned.to,
        cc=planned.cc,
        usual=(planned.to, planned.cc),
        flagged=planned.flagged,
        answers=planned.answers.id if planned.answers else None,
        sender_only=sender_only,
        quote=quoted,
    )
    ways, missed, way = _ways(planned.choices), len(planned.missed), planned.way
    return replace(made, ways=ways, chosen=way, planned=way, left_at=planned.left_at, missed=missed), ""


def turned(session: Session, now: Sheet) -> Redirected:
    """Read how a reply that is being written goes now that its customer left their chat, or is back. What the agent
    chose or typed themselves stays so."""
    fresh = _fresh(session, now.conversation_id, "reply", now.sender_only, False, ())[0]
    by_hand = now.chosen if now.chosen != now.planned else None
    if by_hand is not None and any(way.channel == by_hand and way.usable for way in fresh.ways):
        fresh = replace(fresh.by(by_hand), planned=None)
    kept = replace(fresh, bcc=now.bcc, files=now.files, macros=now.macros, began_at=now.began_at)
    if (now.to, now.cc) != now.usual and kept.chosen == now.chosen:
        kept = replace(kept, to=now.to, cc=now.cc)
    return Redirected(kept)


def _quote(message: Message | None) -> str:
    if message is None:
        return ""
    return quote.quotation(message.sender.name or message.sender.address, message.reply_text, message.at)


def quote_of(message: Message | None) -> str:
    """Return a message as it is passed on to somebody else."""
    if message is None:
        return ""
    return quote.forwarded(message.sender, message.to, message.subject, message.text, message.at)


def _used(planned: Plan) -> str | None:
    return planned.way


def _ways(choices: Sequence[Choice]) -> tuple[Way, ...]:
    return tuple(
        Way(
            channel=one_line(choice.name),
            usable=choice.usable,
            reason=one_line(choice.reason or ""),
            kind=choice.channel.kind,
            to=choice.to,
            cc=choice.cc,
            public=choice.public,
            letters=choice.letters,
            files=choice.files,
            limit=choice.limit,
            unit=choice.unit,
            segments=choice.segments,
            closes_at=choice.closes_at,
            live=choice.live,
            mail=choice.mail,
            privately=choice.privately,
            once=choice.once,
            late=choice.late,
            template=choice.template,
        )
        for choice in choices
    )


def _with_ways(made: Sheet, choices: Sequence[Choice], before: str | None) -> Sheet:
    """Offer channels; the one used `before` is chosen, else the first usable."""
    ways = _ways(choices)
    usable = [way.channel for way in ways if way.usable]
    chosen = before if before in usable else next(iter(usable), None)
    return replace(made, ways=ways, chosen=chosen)


def _restored(made: Sheet, kept: Written) -> Sheet:
    """Go on with a draft: what the agent had changed stays so."""
    if made.sort == "note":
        return made
    if kept.channel is not None and any(way.channel == kept.channel and way.usable for way in made.ways):
        made = made.by(kept.channel)
    return replace(
        made,
        to=made.to if kept.to is None else kept.to,
        cc=made.cc if kept.cc is None else kept.cc,
        bcc=made.bcc if kept.bcc is None else kept.bcc,
        subject=kept.subject or made.subject,
        files=kept.files or made.files,
        macros=kept.macros,
    )


def written(sheet: Sheet, text: str) -> Written:
    """Return what a draft keeps of a sheet as it stands; recipients only where the agent changed them."""
    usual_to, usual_cc = sheet.usual
    turns = sheet.chosen == sheet.planned and any(
        way.live for way in sheet.ways
    )  # with the customer's coming and going
    return Written(
        text=clean(text),
        channel=sheet.chosen if sheet.sort != "note" and not turns else None,
        to=None if sheet.to == usual_to else sheet.to,
        cc=None if sheet.cc == usual_cc else sheet.cc,
        bcc=sheet.bcc or None,
        subject=sheet.subject if sheet.sort in ("new", "aside") else "",
        files=sheet.files,
        macros=sheet.macros,
    )


def addresses(session: Session, sheet: Sheet, begun: str) -> AddressesRead:
    """Read addresses that begin so or are found by it: of those who take part first, then of anybody known."""
    near: list[Address] = [*sheet.usual[0], *sheet.usual[1]]
    if sheet.conversation_id:
        try:
            near += threads.conversation(session.workspace, sheet.conversation_id).participants
        except NotFoundError:
            near = []
    near += [Address(one.name, one.address) for one in agents.list_agents(session.workspace) if one.address]
    found = planning.addresses_like(session.workspace, begun, KNOWN)
    known = tuple(dict.fromkeys(recipients.write((one,)) for one in (*near, *found) if one.address))
    if recipients.is_whole(begun):
        return AddressesRead(known)
    return AddressesRead(known, begun, recipients.holding(begun, known) or recipients.write(found[:1]))


def mind(session: Session, sheet: Sheet, text: str) -> Cautioned:
    """Read what to mind about a reply as it stands."""
    return Cautioned(sheet.conversation_id, warnings(session, sheet, text))


def known(session: Session, sheet: Sheet, text: str) -> FactFound:
    """Read what is known of that which a reply asks for; in public nothing is offered."""
    from omnidesk.desk import fact_offers

    fact = None if sheet.public else fact_offers.offer(session.workspace, sheet.conversation_id, text)
    return FactFound(sheet.conversation_id, fact)


def warnings(session: Session, sheet: Sheet, text: str) -> tuple[str, ...]:
    """Return what to mind about a reply as it stands."""
    from omnidesk.desk import cautions

    if sheet.sort != "reply":
        return ()
    planned = planning.plan(session.workspace, sheet.conversation_id, sheet.sender_only)
    planned = replace(planned, to=sheet.usual[0], cc=sheet.usual[1])
    everybody = (*sheet.to, *sheet.bcc)
    return cautions.of_reply(
        session.workspace, session.actor, sheet.conversation_id, text, everybody, sheet.cc, planned
    )
