"""How an answer would go out: what it answers, by which channel, to whom, and what to mind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk import answering, consents, forwards, identity, leaving, naming, phones, remarks, rules
from omnidesk.store import names, people, thread
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import normalise_identity, valid_email
from omnidesk.text.measure import Unit
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Direction
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Address, Channel, Identity, Message
from omnidesk.words.speech import _

MOST_BACK = 2_000
"""Messages of a conversation that are looked at for when the customer last wrote on a channel."""
MOST_STRANGERS = 5
"""Strangers who are named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel an answer could take; `reason` says why not where it is not usable.

    `limit` is the longest text it carries, in its own unit; `segments` says that networks carry it as text messages,
    which are counted; `letters` that it has subjects and signatures."""

    channel: Channel
    usable: bool
    reason: str | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    public: bool = False
    claimed: bool = False
    """Whether it goes to an address that the customer claims and another one uses: never proposed."""
    letters: bool = True
    files: bool = True
    """Whether it carries attachments."""
    limit: int | None = None
    unit: Unit = "chars"
    segments: bool = False
    closes_at: int | None = None
    """When its reply window closes (UTC ms); None where there is none."""
    live: bool = False
    """Whether the customer waits at the other end: lines go one by one, at once."""
    mail: bool = False
    """Whether it is private mail, which reaches whoever is not there now."""
    privately: bool = False
    """Whether it answers in private what was public on its channel."""
    once: bool = False
    """Whether it is the one answer in private that may go before they write in private themselves: never proposed."""
    late: bool = False
    """Whether the reply window has closed, and it goes under the provider's tag for late answers."""
    template: bool = False
    """Whether it takes nothing but a text that its provider has approved, since the reply window has closed."""

    @property
    def name(self) -> str:
        """What names it: the channel, and behind it that it is the private way there."""
        return f"{self.channel.name}{remarks.PRIVATELY}" if self.privately else self.channel.name


@dataclass(frozen=True, slots=True)
class Plan:
    """How an answer would go out: what it answers, the channel proposed, the recipients, and what to mind.

    No public channel is ever proposed, nor one to an address of somebody else; they stand among the `choices`.
    `left_at` says since when a chat's visitor reads no more (UTC ms; None: they do, or it is no chat), `missed` are our
    lines that they have not got: a mail takes them along."""

    answers: Message | None
    channel: Channel | None
    choices: tuple[Choice, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    flagged: tuple[str, ...]
    left_at: int | None = None
    missed: tuple[str, ...] = ()
    way: str | None = None
    """What names the way proposed (`Choice.name`)."""


def plan(workspace: Workspace, number: int, to_sender_only: bool = False) -> Plan:
    """Say how an answer in a conversation would go out. Raises NotFoundError."""
    reader = workspace.database.reader
    thread.conversation(reader, number)
    answers = _answered(reader, number)
    ours = identity.own_addresses(reader)
    flagged: list[str] = []
    to, cc = _recipients(answers, ours, flagged, to_sender_only, phones.region(reader))
    passed_on = forwards.author(workspace, answers) if answers is not None else None
    if passed_on is not None and forwards.is_customer(reader, number, passed_on.address):
        to, cc = (passed_on,), ()  # whom a colleague forwarded was made the customer: the answer is for them
    for stranger in _strangers(reader, number):
        flagged.append(
            _("{stranger} wrote without taking part before, and is not answered unless you add them").format(
                stranger=stranger
            )
        )
    if answers is not None and not answers.unproven and _disowned_since(reader, number, answers):
        flagged.append(_("NOT PROVEN: a newer mail may be forged, and is not what is answered"))
    if answers is not None and answers.unproven:
        flagged.append(_("NOT PROVEN: nobody vouches that {sender} wrote this").format(sender=answers.sender.address))
    if answers is not None and _only_claimed(reader, answers):
        flagged.append(
            _("{sender} is known here, and only typed into a form: nobody vouches that they wrote this").format(
                sender=answers.sender.address
            )
        )
    left: int | None = None
    missed: tuple[str, ...] = ()
    if answers is not None:
        left = leaving.left_at(workspace, number, answers, last_inbound_at(reader, number, answers.channel_id))
    if answers is not None and left is not None:
        missed = leaving.missed(reader, number, answers, left)
    mailbox = _wanted_mailbox(answers)
    choices = tuple(_choices(reader, number, answers, to, cc, mailbox))
    private = [one for one in choices if one.usable and not (one.public or one.claimed or one.once)]
    first = _reaching(reader, number, private, mailbox, left is not None) or _proposed(reader, number, answers, private)
    if first is None:
        return Plan(answers, None, choices, to, cc, tuple(flagged), left, missed)
    return Plan(answers, first.channel, choices, first.to, first.cc, tuple(flagged), left, missed, first.name)


def turned(planned: Plan, channel: str | None) -> str:
    """Return in words what becomes of an answer by a channel (by name) because the customer left their chat; "" where
    they did not."""
    choice = next((one for one in planned.choices if one.name == channel), None)
    if planned.left_at is None or choice is None:
        return ""
    lines = len(planned.missed) if choice.mail else 0
    return leaving.said(planned.left_at, choice.live, choice.channel.name, lines, clock.now())


def _reaching(
    reader: Connection, number: int, private: list[Choice], mailbox: tuple[Address, ...], left: bool
) -> Choice | None:
    """Return the channel that reaches a customer who asked for the answer in a mailbox, or who `left` their chat: as
    they prefer, else mail; None where neither is so, or nothing does."""
    wanted = next((one for one in private if mailbox and one.to == mailbox), None)
    if wanted is not None or not left:
        return wanted
    elsewhere = [one for one in private if not one.live]
    return _preferred(reader, number, elsewhere) or next((one for one in elsewhere if one.mail), None)


def _proposed(reader: Connection, number: int, answers: Message | None, private: list[Choice]) -> Choice | None:
    """Return the channel an answer starts on: the one preferred, that of the last private message, one of its kind,
    what answers for a channel that cannot, any other private one; never a public one (promise 7)."""
    first = _preferred(reader, number, private)
    last = None if answers is None else (answers.channel_id, answers.kind)
    if answers is not None and answers.public:
        last = _last_private(reader, number)
    if first is None and last is not None:
        channel_id, kind = last
        named = answering.named_by(kind, people.channel(reader, channel_id).settings)
        ways = (
            (choice for choice in private if choice.channel.id == channel_id),
            (choice for choice in private if choice.channel.kind == kind),
            (choice for choice in private if choice.channel.name == named),
            (choice for choice in private if _speaks_for(choice.channel.kind, kind)),
        )
        first = next((choice for way in ways for choice in way), None)
    return first or next(iter(private), None)


def _last_private(reader: Connection, number: int) -> tuple[int, str] | None:
    """Return the channel and kind of the customer's last private message; rides on message_thread."""
    row = reader.one(
        "SELECT channel_id, kind FROM message WHERE conversation_id = ? AND direction = 'inbound' AND NOT public "
        "AND auto IS NULL AND NOT stranger AND NOT unproven AND aside_id IS NULL ORDER BY at DESC, id DESC LIMIT 1",
        (number,),
    )
    return None if row is None else (row[0], row[1])


def _speaks_for(kind: str, answered: str) -> bool:
    """Say whether a kind of channel reaches the very address that a message of a kind came from: its own, and one that
    cannot send (a form), where both know people by the same addresses."""
    if kind == answered:
        return True
    try:
        manifest = registry.manifest(answered)
    except NotFoundError:
        return False
    return manifest.outbound == "none" and manifest.identity_kinds[0] in registry.manifest(kind).identity_kinds


def _only_claimed(reader: Connection, answers: Message) -> bool:
    """Say whether a message claims to come from somebody whom another channel has proven, by one that vouches for
    nobody."""
    try:
        manifest = registry.manifest(answers.kind)
    except NotFoundError:
        return False
    if manifest.vouches or answers.direction is Direction.OUTBOUND:
        return False
    kind = manifest.identity_kinds[0]
    return bool(
        reader.value(
            "SELECT 1 FROM identity WHERE kind = ? AND value = ? AND verified LIMIT 1",
            (kind, normalise_identity(kind, answers.sender.address)),
        )
    )


def _answered(reader: Connection, number: int) -> Message | None:
    """Return the newest inbound message that is neither automatic nor a stranger's, else the newest that went out."""
    for where in (
        "direction = 'inbound' AND auto IS NULL AND NOT stranger AND NOT unproven",
        "direction = 'outbound'",
        "direction = 'inbound'",
    ):
        found = reader.value(
            f"SELECT id FROM message WHERE conversation_id = ? AND aside_id IS NULL AND {where} ORDER "
            "BY at DESC, id DESC LIMIT 1",
            (number,),
        )
        if found is not None:
            return thread.message(reader, found)
    return None


def _disowned_since(reader: Connection, number: int, answers: Message) -> bool:
    """Say whether a mail that nobody vouches for came after the message that is answered."""
    return bool(
        reader.value(
            "SELECT 1 FROM message WHERE conversation_id = ? AND (at, id) > (?, ?) AND unproven LIMIT 1",
            (number, answers.at, answers.id),
        )
    )


def _strangers(reader: Connection, number: int) -> list[str]:
    """Return the last strangers who wrote; rides on message_stranger."""
    rows = reader.all(
        "SELECT from_address FROM message WHERE conversation_id = ? AND stranger AND auto IS NULL "
        "AND aside_id IS NULL ORDER BY id DESC LIMIT 100",
        (number,),
    )
    return list(dict.fromkeys(row[0] for row in rows))[:MOST_STRANGERS]


def writes_from(reader: Connection, channel: Channel, answers: Message | None) -> str:
    """Return the address an answer leaves from: the one of the channel's own (alias, plus-address) that was written
    to, else the channel's. A plus-address that holds our token stands for the one without."""
    if answers is None or answers.kind != channel.kind:
        return channel.address
    kind, ours = identity.kind_of(channel.kind), identity.addresses_of(channel)
    ways = [answers.sender] if answers.direction is Direction.OUTBOUND else [*answers.to, *answers.cc]
    for way in ways:
        value = phones.normalised(reader, kind, way.address)
        if value == phones.normalised(reader, kind, channel.address):
            return channel.address
        if value in ours:
            local, _at, domain = value.rpartition("@")
            name, _plus, tag = local.rpartition("+")
            token = name and reader.value("SELECT 1 FROM conversation WHERE token = ?", (tag,))
            return f"{name}@{domain}" if token else value
    return channel.address


def undeliverable(reader: Connection, addresses: tuple[Address, ...]) -> frozenset[str]:
    """Return those of these addresses to which mail came back."""
    return frozenset(
        one.address
        for one in addresses
        if reader.value(
            "SELECT 1 FROM identity WHERE value = ? AND NOT deliverable",
            (normalise_identity("email", one.address),),
        )
    )


def _recipients(
    answers: Message | None, ours: frozenset[str], flagged: list[str], to_sender_only: bool, region: str
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    if answers is None:
        return (), ()
    if answers.direction is Direction.OUTBOUND:
        return answers.to, () if to_sender_only else answers.cc
    kind = identity.kind_of(answers.kind)
    reply_to = () if answers.unproven or _wanted_mailbox(answers) else answers.reply_to
    elsewhere = [one for one in reply_to if normalise_identity(kind, one.address, region) not in ours]
    to = elsewhere or [answers.sender]
    domain = answers.sender.address.rpartition("@")[2].lower()
    for address in elsewhere:
        if address.address.rpartition("@")[2].lower() != domain:
            flagged.append(
                _("Reply-To leads elsewhere: {address} instead of {sender}").format(
                    address=address.address, sender=answers.sender.address
                )
            )
    seen = {normalise_identity(kind, address.address, region) for address in to}
    cc: list[Address] = []
    for address in () if to_sender_only else (*answers.to, *answers.cc):
        value = normalise_identity(kind, address.address, region)
        if value in seen or value in ours or not value:
            continue
        seen.add(value)
        if kind == "email" and not valid_email(address.address):
            flagged.append(_("{address} is no usable address and was left out").format(address=address.address))
        else:
            cc.append(address)
    return tuple(to), tuple(cc)


def _wanted_mailbox(answers: Message | None) -> tuple[Address, ...]:
    """Return the e-mail address where a message that came another way wants its answer, as one left when nobody was
    there: () where it says none."""
    if answers is None or answers.direction is Direction.OUTBOUND or identity.kind_of(answers.kind) == "email":
        return ()
    return tuple(one for one in answers.reply_to[:1] if valid_email(one.address))


def _choices(
    reader: Connection,
    number: int,
    answers: Message | None,
    to: tuple[Address, ...],
    cc: tuple[Address, ...],
    mailbox: tuple[Address, ...] = (),
) -> list[Choice]:
    customer_id = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (number,))
    customer = next(iter(people.customers(reader, [customer_id])), None) if customer_id is not None else None
    bad = frozenset(one.value for one in customer.identities if not one.deliverable) if customer else frozenset()
    claims = _claims(reader, number)
    found = []
    for channel in people.channels(reader):
        if channel.kind == "desk":
            continue
        try:
            manifest = registry.manifest(channel.kind)
        except NotFoundError as error:
            found.append(Choice(channel, False, str(error), ()))
            continue
        if manifest.commerce:
            continue
        theirs = tuple(
            Address(one.name or (customer.name if customer else ""), one.value)
            for one in sorted(
                customer.identities if customer else (), key=lambda one: (not one.deliverable, one.claimed)
            )
            if one.kind in manifest.identity_kinds and one.scope == identity.scope_of(channel)
        )
        noted = tuple(Address("", value) for kind, value in claims if kind in manifest.identity_kinds)
        same = answers is not None and _answers_there(channel, manifest, answers)
        there = to if same else mailbox if mailbox and "email" in manifest.identity_kinds else theirs[:1] or noted[:1]
        copies, claimed = cc if same else (), not same and not theirs
        for privately in (False, True) if remarks.is_remark(channel, manifest, answers) else (False,):
            public = not privately and rules.is_public(channel, manifest, answers)
            last = last_inbound_at(reader, number, channel.id, public)
            if privately and last is None and not manifest.private_reply:
                continue
            outward = rules.Outward(
                there,
                copies,
                last_inbound_at=last,
                undeliverable=bad,
                refused_consent=consents.refused(reader, channel, there, number),
                public=public,
                remark=remarks.remark(reader, answers) if privately and answers is not None else None,
            )
            choice = _weighed(channel, manifest, outward, privately)
            found.append(replace(choice, claimed=claimed))
    return found


def _answers_there(channel: Channel, manifest: Manifest, answers: Message) -> bool:
    """Say whether a channel reaches the very address that a message came from."""
    return _speaks_for(channel.kind, answers.kind) and (not manifest.scoped or answers.channel_id == channel.id)


def _weighed(channel: Channel, manifest: Manifest, outward: rules.Outward, privately: bool) -> Choice:
    """Return one way to answer, as the rules judge it now."""
    now = clock.now()
    if not outward.to:
        reason: str | None = _("no {kinds} address of the customer is known").format(
            kinds=" or ".join(manifest.identity_kinds)
        )
    else:
        reason = rules.objection(channel, manifest, outward, now)
    choice = _choice(channel, manifest, reason, outward.to)
    return replace(
        choice,
        cc=outward.cc,
        public=outward.public,
        files=choice.files and (manifest.public or not outward.public),
        closes_at=rules.closes_at(channel, manifest, outward, now),
        privately=privately,
        once=privately and not rules.opened(channel, manifest, outward, now),
        late=rules.late(channel, manifest, outward, now),
        template=bool(outward.to) and rules.by_template(channel, manifest, outward, now),
    )


def _reachable(one: Identity) -> tuple[bool, bool]:
    """Order a customer's addresses: those that work first, and of them those that are surely theirs."""
    return not one.deliverable, one.claimed


def _claims(reader: Connection, number: int) -> list[tuple[str, str]]:
    """Return kind and value of the addresses that are noted with a conversation as claimed, and are somebody else's."""
    rows = reader.all(
        "SELECT i.kind, i.value, i.id FROM participant p JOIN identity i ON i.id = p.identity_id "
        "WHERE p.conversation_id = ? AND p.claimed",
        (number,),
    )
    return [(row[0], row[1]) for row in sorted(rows, key=lambda row: int(row[2]))]


def _preferred(reader: Connection, number: int, usable: list[Choice]) -> Choice | None:
    """Return the channel that the customer said they prefer, where it is among these."""
    said = reader.value(
        "SELECT customer.preferred_channel FROM conversation c JOIN customer ON customer.id = c.customer_id "
        "WHERE c.id = ?",
        (number,),
    )
    wanted = (said or "").lower()
    fits = [one for one in usable if wanted in (one.channel.name.lower(), one.channel.kind)]
    return fits[0] if wanted and fits else None


def starting(workspace: Workspace, aside: bool = False) -> tuple[Choice, ...]:
    """Return the channels that can write first: to a customer, or as an `aside` to anybody by private mail."""
    found = []
    for channel in people.channels(workspace.database.reader):
        try:
            manifest = registry.manifest(channel.kind) if channel.kind != "desk" else None
        except NotFoundError:
            continue
        if (
            manifest is None
            or manifest.public
            or manifest.commerce
            or (aside and "email" not in manifest.identity_kinds)
        ):
            continue
        reason = rules.channel_objection(channel, manifest)
        if reason is None and manifest.outbound != "start_new":
            reason = _("on {name} the customer has to write first").format(name=manifest.name)
        window = manifest.reply_window
        template = reason is None and window is not None and window.outside == "template"
        if template:
            reason = _("on {name} only a template can begin").format(name=manifest.name)
        found.append(replace(_choice(channel, manifest, reason, ()), template=template))
    return tuple(found)


def _choice(channel: Channel, manifest: Manifest, reason: str | None, to: tuple[Address, ...]) -> Choice:
    limit = None if manifest.text.split else manifest.text.max_length
    why = None if reason is None else retold(reason)
    text, files = manifest.text, manifest.attachments.outbound
    mail = "email" in manifest.identity_kinds and not manifest.public
    return Choice(
        channel, reason is None, why, to, (), manifest.public, False, text.subject, files, limit, text.unit,
        text.segments, live=manifest.live, mail=mail,
    )  # fmt: skip


def addresses_like(workspace: Workspace, begun: str, limit: int) -> list[Address]:
    """Return e-mail addresses: first those that begin so, in order; then those of customers who have it at the
    beginning of a word of their name or address, then anywhere in them, the newest first.

    Rides on identity's unique (kind, scope, value), and on search_names."""
    low = begun.strip().lower()
    if not low:
        return []
    reader = workspace.database.reader
    rows = reader.all(
        "SELECT name, value FROM identity WHERE kind = 'email' AND scope = '' AND value >= ? AND value < ? "
        "AND deliverable ORDER BY value LIMIT ?",
        (low, low + "\U0010ffff", limit),
    )
    found = dict.fromkeys(Address(row[0], row[1]) for row in rows)
    for beginning in (True, False):
        if len(found) < limit:
            some = names.newest(reader, naming.sought(low), limit, beginning)
            found |= dict.fromkeys(people.email_addresses(reader, some))
    return list(found)[:limit]


def last_inbound_at(reader: Connection, number: int, channel_id: int, public: bool = False) -> int | None:
    """Return when the customer last wrote on a channel of a conversation, in public or in private, as far as its newest
    messages tell: what lies thousands of messages back opens no reply window. Rides on message_thread."""
    found = reader.value(
        "SELECT max(at) FROM (SELECT at, channel_id, direction, aside_id, auto, public FROM message "
        f"WHERE conversation_id = ? ORDER BY at DESC, id DESC LIMIT {MOST_BACK}) AS newest "
        "WHERE channel_id = ? AND direction = 'inbound' AND aside_id IS NULL AND auto IS NULL AND public = ?",
        (number, channel_id, public),
    )
    return None if found is None else int(found)
