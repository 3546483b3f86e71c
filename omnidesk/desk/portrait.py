"""What is known of a customer at a glance, for the pane, its screen and the command line: read at once, made up never.

It looks at the newest messages only, so that it costs the same whatever their history. What is learned is said to be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk import customer_notes, ownership, preferring, rules
from omnidesk.store import people, thread
from omnidesk.store import timeline as stored
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text import language
from omnidesk.text.clean import one_line
from omnidesk.text.phone import zone_of
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import DESK_KINDS, Direction
from omnidesk.words.portrait import LastContact, LocalTime, Portrait, Preference, Reach, Way
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Address, Channel, Consent, Conversation, Customer, Identity
from omnidesk.words.speech import _
from omnidesk.words.timeline import EVERYTHING

RECENT = 100
"""The newest messages of a customer that it is learned from."""
LOOKED_BACK = 2_000
"""Messages among which it is looked for when they last wrote on a channel that answers only."""
READ_FOR_LANGUAGE = 5
CONTACTS = 3
LOOKED_AT_OPEN = 200
MOST_OPEN = 20
MOST_NOTES = 20
_SUBJECT = 40


def of(workspace: Workspace, customer: Customer) -> Portrait:
    """Return what is known of a customer."""
    reader = workspace.database.reader
    family = stored.family(reader, customer.id)
    recent = stored.messages(reader, family, EVERYTHING, RECENT)
    theirs = [row for row in recent if _is_theirs(row)]
    kinds = _Kinds(people.channels(reader))
    matters = _open(reader, customer.id)
    owner = ownership.last_owners(reader, [customer.id]).get(customer.id)
    spoken = customer.language or ""
    learned = "" if spoken else _language(theirs)
    return Portrait(
        reach=_reach(reader, customer, family, kinds, recent),
        preference=_preference(customer, theirs, kinds),
        language=spoken or learned,
        language_learned=bool(learned),
        local=_local(customer.identities),
        contacts=_contacts(theirs, kinds),
        promised_at=min((one.promised_at for one in matters if one.promised_at is not None), default=None),
        open=tuple(matters),
        notes=tuple(customer_notes.of(reader, family, MOST_NOTES)),
        last_owner=None if owner is None else reader.value("SELECT login FROM agent WHERE id = ?", (owner,)),
    )


def _is_theirs(row: Any) -> bool:
    """Say whether a customer wrote or came; of a call that is who began it, whoever wrote it down."""
    began = row["direction"] == Direction.INBOUND
    if row["contact_json"] != "{}":
        began = json.loads(row["contact_json"]).get("way") != "out"
    return began and row["auto"] is None and row["aside_id"] is None and not row["unproven"]


class _Kinds:
    """The channels there are, and what their kinds say of themselves."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self.channels = [one for one in channels if one.kind != "desk"]

    @staticmethod
    def manifest(kind: str) -> Manifest | None:
        try:
            return registry.manifest(kind)
        except NotFoundError:
            return None

    def name(self, kind: str) -> str:
        """Return what people call a kind of channel, or a channel by its own name."""
        named = {"call": _("call"), "video": _("video call"), "visit": _("visit"), "letter": _("letter")}
        found = named.get(kind) or next((one.kind for one in self.channels if one.name == kind), kind)
        manifest = self.manifest(found)
        return manifest.name if manifest is not None else one_line(found, 40)

    def reaching(self, identity: Identity) -> list[tuple[Channel, Manifest]]:
        """Return the channels that lead to an address: private ones that are on and can send."""
        found = []
        for channel in self.channels:
            manifest = self.manifest(channel.kind)
            if manifest is None or manifest.outbound == "none" or manifest.public or not channel.enabled:
                continue
            if identity.kind in manifest.identity_kinds:
                found.append((channel, manifest))
        return found


# How to reach them


def _reach(
    reader: Connection, customer: Customer, family: Sequence[int], kinds: _Kinds, recent: Sequence[Any]
) -> tuple[Reach, ...]:
    wrote: dict[int, int | None] = {}
    for row in recent:
        if row["direction"] == Direction.INBOUND and row["aside_id"] is None:
            wrote.setdefault(row["channel_id"], row["at"])
    found = []
    for identity in customer.identities:
        ways = []
        for channel, manifest in kinds.reaching(identity):
            answers_only = manifest.outbound != "start_new"
            if answers_only and manifest.reply_window is None and channel.id not in wrote:
                wrote[channel.id] = stored.last_inbound(reader, family, channel.id, LOOKED_BACK)
            ways.append(_way(identity, channel, manifest, wrote.get(channel.id)))
        found.append(Reach(identity, tuple(ways)))
    return tuple(found)


def _way(identity: Identity, channel: Channel, manifest: Manifest, last: int | None) -> Way:
    to = Address(identity.name, identity.value)
    outward = rules.Outward(
        (to,),
        last_inbound_at=last,
        undeliverable=frozenset((identity.value,)) if not identity.deliverable else frozenset(),
        refused_consent=_refused(identity, channel.kind),
    )
    now = clock.now()
    reason = rules.objection(channel, manifest, outward, now)
    window = manifest.reply_window
    closes = None if window is None or last is None else rules.window_shuts(window, last)
    return Way(
        channel.name,
        channel.kind,
        reason is None,
        "" if reason is None else retold(reason),
        closes if closes is not None and closes > now else None,
    )


def _refused(identity: Identity, kind: str) -> dict[str, Consent]:
    """Return what they forbade for good on a kind of channel: who forbade marketing alone still gets answers."""
    forbidden = [
        one
        for one in identity.consent
        if one.channel_kind == kind and one.purpose == "service" and one.state == "withdrawn"
    ]
    return {identity.value: forbidden[0]} if forbidden else {}


# What they prefer


def _preference(customer: Customer, theirs: Sequence[Any], kinds: _Kinds) -> Preference | None:
    if customer.preferred_channel:
        return Preference(customer.preferred_channel, kinds.name(customer.preferred_channel), True)
    learned = preferring.learned(row["kind"] for row in theirs if not row["public"])
    return None if learned is None else Preference(learned[0], kinds.name(learned[0]), False, *learned[1:])


def _language(theirs: Sequence[Any]) -> str:
    return language.guess("\n".join(row["said"] or "" for row in theirs[:READ_FOR_LANGUAGE])) or ""


def _local(identities: Iterable[Identity]) -> LocalTime | None:
    """Return the clock of the country that their numbers belong to, where all of them belong to one."""
    found = {zone_of(one.value) for one in identities if one.kind == "phone" and not (one.claimed or one.shared)}
    only = next(iter(found)) if len(found) == 1 else None
    return None if only is None else LocalTime(*only)


# What was last, and what is open


def _contacts(theirs: Sequence[Any], kinds: _Kinds) -> tuple[LastContact, ...]:
    found: dict[str, LastContact] = {}
    for row in theirs:
        called = row["contact_json"] != "{}" and row["kind"] not in DESK_KINDS
        said = _said("call" if called else row["kind"], kinds)
        about = "" if row["contact_json"] != "{}" else one_line(_bare(row["subject"] or ""), _SUBJECT)
        found.setdefault(said, LastContact(said, row["at"], row["kind"], about, row["conversation_id"]))
    return tuple(list(found.values())[:CONTACTS][::-1])


def _said(kind: str, kinds: _Kinds) -> str:
    """Return in a word that somebody came by a kind of channel."""
    logged = {"call": _("called"), "video": _("called by video"), "visit": _("came by"), "letter": _("sent a letter")}
    manifest = kinds.manifest(kind)
    if kind in logged or manifest is None:
        return logged.get(kind) or one_line(kind, 20)
    if manifest.live:
        return _("chatted")
    return _("mailed") if manifest.text.subject and manifest.outbound != "none" else manifest.name


def _bare(subject: str) -> str:
    """Return a subject without the marks of answers before it."""
    said = subject.strip()
    while said[:4].lower().startswith(("re:", "fw:", "aw:", "fwd:")):
        said = said.partition(":")[2].strip()
    return said


def _open(reader: Connection, customer: int) -> list[Conversation]:
    """Return the matters of a customer that are not closed, the newest first; rides on conversation_open."""
    rows = reader.all(
        "SELECT id, last_message_at FROM conversation INDEXED BY conversation_open WHERE customer_id = ? "
        "AND place = 'desk' AND status <> 'closed' LIMIT ?",
        (customer, LOOKED_AT_OPEN),
    )
    newest = sorted(rows, key=lambda row: -int(row["last_message_at"]))
    return thread.conversations(reader, [row["id"] for row in newest[:MOST_OPEN]])
