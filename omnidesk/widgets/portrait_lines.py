"""What is known of a customer as lines: who they are, how to reach them, what was last, the notes about them.

The pane beside the thread and the screen over the whole terminal show the same lines, each in its own width.
"""

from __future__ import annotations

from datetime import datetime

from omnidesk.text.clean import clean, one_line
from omnidesk.text.phone import shown_phone
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cut, fit, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.words.portrait import CustomerNote, LastContact, Portrait, Reach, Way
from omnidesk.words.rows import Customer, Identity
from omnidesk.words.speech import _

NOTE_LINES = 6
"""Lines of one note in the pane; the screen over the whole terminal shows all of it."""
NOTES = 5
ADDRESSES = 30


def name(customer: Customer) -> str:
    """Return what the customer is called."""
    said = one_line(customer.name)
    if said or customer.identities:
        return said or one_line(customer.identities[0].value)
    return _("customer {number}").format(number=customer.id)


def head(customer: Customer, portrait: Portrait, width: int, now: int) -> list[Line]:
    """Return who it is: name, company, language, clock, preference, tags."""
    lines = [Line(spread((("title", f" {name(customer)}"),), (("note", "VIP "),) if customer.vip else (), width))]
    for group in dict.fromkeys((customer.company, customer.organisation)):
        if group:
            lines.append(Line((("", f" {cut(one_line(group), width - 2)}"),)))
    said = [about(customer, portrait, now), preference(portrait)]
    if portrait.last_owner:
        said.append(_("last with {login}").format(login=one_line(portrait.last_owner, 30)))
    for each in said:
        lines += [Line((("dim", f" {line}"),)) for line in wrap(each, width - 2) if each]
    if customer.tags:
        tags = wrap(" ".join(f"+{one_line(tag)}" for tag in customer.tags), width - 2)
        lines += [Line((("accent", f" {line}"),)) for line in tags]
    return lines


def about(customer: Customer, portrait: Portrait, now: int) -> str:
    """Return language, the hour where they are, and since when they are known, on one line."""
    spoken = portrait.language or customer.language or ""
    if portrait.language_learned:
        spoken = _("{language} (as they write)").format(language=spoken)
    said = [spoken, local_time(portrait, now), _("since {day}").format(day=times.day(customer.created_at, now))]
    return ", ".join(part for part in said if part)


def local_time(portrait: Portrait, now: int) -> str:
    """Return the hour where a customer is, and from what it is known: `15:22 (NL number)`; "" where nothing says it."""
    if portrait.local is None:
        return ""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        there = datetime.fromtimestamp(now / 1000, ZoneInfo(portrait.local.zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return _("{time} ({region} number)").format(time=f"{there:%H:%M}", region=portrait.local.region)


def preference(portrait: Portrait) -> str:
    """Return which channel they prefer, and how that is known."""
    one = portrait.preference
    if one is None:
        return ""
    if one.stated:
        return _("prefers {channel} (said so)").format(channel=one_line(one.name, 40))
    return _("mostly {channel} (learned: {count} of {among})").format(
        channel=one_line(one.name, 40), count=one.count, among=one.among
    )


def context(portrait: Portrait, now: int, brief: bool = False) -> str:
    """Return what was last: `Mailed Mon 09:12 about order NL-10234, called Tue 14:03; promise open until 17:00`."""
    said = ", ".join(_contact(one, now, brief) for one in portrait.contacts)
    more = list(portrait.also)
    if portrait.promised_at is not None:
        more.insert(0, _("promise open until {time}").format(time=times.day_time(portrait.promised_at, now).strip()))
    whole = "; ".join(part for part in (said, *more) if part)
    return whole[:1].upper() + whole[1:]


def _contact(one: LastContact, now: int, brief: bool) -> str:
    when = times.day(one.at, now) if brief else times.day_time(one.at, now).strip()
    what = f"{one_line(one.said, 20)} {when}"
    if brief or not one.about:
        return what
    return _("{contact} about {subject}").format(contact=what, subject=one_line(one.about, 60))


# Addresses


def addresses(customer: Customer, portrait: Portrait, width: int, now: int) -> list[Line]:
    """Return each address with how it stands; under it the channels that lead there, and what was allowed."""
    ways = {one.identity.id: one for one in portrait.reach}
    lines: list[Line] = []
    for identity in customer.identities[:ADDRESSES]:
        lines.append(Line(_identity(identity, width)))
        said = _details(ways.get(identity.id, Reach(identity, ())), now)
        lines += [Line((("dim", f"      {line}"),)) for line in wrap(said, width - 7) if said]
    rest = len(customer.identities) - ADDRESSES
    if rest > 0:
        lines.append(Line((("faint", _("   … and {count} more").format(count=times.number(rest))),)))
    return lines


def _states(one: Identity) -> list[tuple[str, bool]]:
    """Return what holds of an address, in words, what weighs most first; and whether that is to be minded."""
    forbids = [each for each in one.consent if each.state == "withdrawn"]
    no_calls = {each.channel_kind for each in forbids} == {"call"}
    no_mailings = {each.purpose for each in forbids} == {"marketing"}
    states = (
        (one.blocked, _("blocked"), True),
        (not one.deliverable, _("undeliverable"), True),
        (bool(forbids), _("no calls") if no_calls else _("no mailings") if no_mailings else _("no messages"), True),
        (one.shared, _("shared"), False),
        (one.verified, _("verified"), False),
        (one.claimed, _("claimed"), True),
    )
    return [(word, doubtful) for holds, word, doubtful in states if holds]


def _identity(identity: Identity, width: int) -> tuple[Part, ...]:
    states = _states(identity)
    right = () if not states else (("warn" if states[0][1] else "good", f" {states[0][0]} "),)
    kind = {"email": "mail", "phone": "call", "visitor": "chat"}.get(identity.kind, badges.kind(identity.kind))
    shown = shown_phone(identity.value) if identity.kind == "phone" and width > 60 else identity.value
    left: tuple[Part, ...] = (("head", f" {fit(kind, 5)}"), ("", one_line(shown)))
    return spread(left, right, width)


def _details(reach: Reach, now: int) -> str:
    """Return what the line of an address has no room for: what else holds of it, its channels where there is anything
    to say of them, and what was allowed."""
    one = reach.identity
    said = [word for word, _doubtful in _states(one)[1:]]
    if not one.blocked and one.deliverable:
        plain = len(reach.ways) == 1 and reach.ways[0].usable and reach.ways[0].closes_at is None
        said += [] if plain else [_way(each, now) for each in reach.ways]
    for each in one.consent:
        given = each.state == "given"
        how = _("{purpose} on {kind} allowed, {day}") if given else _("{purpose} on {kind} forbidden, {day}")
        source = f" ({one_line(each.source, 30)})" if each.source else ""
        words = how.format(purpose=_(each.purpose), kind=badges.kind(each.channel_kind), day=times.day(each.since, now))
        said.append(words + source)
    return ", ".join(said)


def _way(way: Way, now: int) -> str:
    called = badges.kind(way.kind)
    if not way.usable:
        return f"{called}: {one_line(way.reason, 120)}"
    if way.closes_at is None:
        return _("{channel} open").format(channel=called)
    return _("{channel} open until {time}").format(channel=called, time=times.day_time(way.closes_at, now).strip())


# Notes


def notes(portrait: Portrait, width: int, now: int, most: int = NOTE_LINES) -> list[Line]:
    """Return the notes about a customer, newest first."""
    lines: list[Line] = []
    for one in portrait.notes[:NOTES]:
        lines += note(one, width, now, most)
    if len(portrait.notes) > NOTES:
        rest = times.number(len(portrait.notes) - NOTES)
        lines.append(Line((("faint", _("   … and {count} more").format(count=rest)),)))
    return lines


def note(one: CustomerNote, width: int, now: int, most: int) -> list[Line]:
    """Return one note: who and when, then what."""
    signed = f"{one_line(one.author, 30)} {times.day(one.at, now)}"
    if one.edited_at is not None:
        signed += _(", edited {day}").format(day=times.day(one.edited_at, now))
    lines = [Line((("note", f" {_('NOTE')} "), ("dim", cut(signed, width - 8))))]
    said: list[str] = []
    for line in clean(one.text).split("\n"):
        said += wrap(line, width - 4)
    lines += [Line((("note", " │ "), ("", line))) for line in said[:most]]
    if len(said) > most:
        lines.append(Line((("note", " │ "), ("faint", "…"))))
    return lines
