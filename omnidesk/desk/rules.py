"""May this go out, this way, now? One judge for composer and outbox alike, on what the manifest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from omnidesk import clock
from omnidesk.connectors.manifest import Manifest, ReplyWindow
from omnidesk.text import measure
from omnidesk.text.address import valid_email
from omnidesk.text.phone import could_be_phone
from omnidesk.words.rows import Address, Channel, Consent, Message

SAFETY = 5 * clock.MINUTE
"""A reply window counts as closed this much before the provider closes it."""
PUBLIC_UNDO = 30.0
"""Seconds for which what everybody will read can be taken back, at least."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A public message that is answered in private: when it came (UTC ms), and whether that was done once before."""

    at: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Outward:
    """What is about to go out on a channel; `last_inbound_at` is the customer's last message there (UTC ms), of those
    that are `public` or not as this one is. `remark` is what this answers where that was public and this is not."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    text: str = ""
    file_sizes: tuple[int, ...] = ()
    last_inbound_at: int | None = None
    undeliverable: frozenset[str] = frozenset()
    reachable: bool = False
    """Whether providers can fetch files from us: the setting `public_url` says where."""
    refused_consent: Mapping[str, Consent] = field(default_factory=dict)
    """Who of them forbade it, and how."""
    public: bool = False
    remark: Remark | None = None
    template: bool = False
    """It is a text that the provider has approved: it goes outside the reply window too."""


def window_shuts(window: ReplyWindow, last_inbound_at: int) -> int:
    """Return until when a reply window lets answers out after the customer's last message (UTC ms)."""
    return last_inbound_at + int(window.seconds * clock.SECOND) - SAFETY


def closes_at(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> int | None:
    """Return until when the provider lets an answer out on this way (UTC ms); None where it may go at any time, or
    where nothing opened the way."""
    if outward.public and not manifest.public:
        return None
    window, last = manifest.reply_window, outward.last_inbound_at
    shuts = None if window is None or last is None else window_shuts(window, last)
    if shuts is not None and last is not None and now > shuts and _lets_late_out(channel, window):
        assert window is not None
        shuts = last + window.longest * clock.SECOND - SAFETY
    if outward.remark is not None and not outward.remark.answered and (shuts is None or now > shuts):
        return _remark_shuts(manifest, outward.remark)
    return shuts


def late(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> bool:
    """Say whether an answer may go, but only under the provider's tag for those that come late."""
    window, last = manifest.reply_window, outward.last_inbound_at
    if window is None or last is None or outward.public or not _lets_late_out(channel, window):
        return False
    return window_shuts(window, last) < now <= last + window.longest * clock.SECOND - SAFETY


def opened(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> bool:
    """Say whether what the customer wrote last lets an answer out."""
    window, last = manifest.reply_window, outward.last_inbound_at
    in_time = last is not None and (window is None or now <= window_shuts(window, last))
    return in_time or late(channel, manifest, outward, now)


def _lets_late_out(channel: Channel, window: ReplyWindow | None) -> bool:
    if window is None or window.outside != "tag":
        return False
    return window.longest > 0 and (not window.needs or bool(channel.settings.get(window.needs)))


def _remark_shuts(manifest: Manifest, remark: Remark) -> int:
    return remark.at + manifest.private_reply * clock.SECOND - SAFETY


def channel_objection(channel: Channel, manifest: Manifest) -> str | None:
    """Return why nothing can go out on a channel at all, or None."""
    if not channel.enabled:
        return f"{channel.name} is switched off"
    if channel.read_only:
        return f"{channel.name} is on trial: read only"
    if manifest.outbound == "none":
        return f"{manifest.name} cannot send"
    return None


def is_public(channel: Channel, manifest: Manifest, answers: Message | None) -> bool:
    """Say whether what goes out on a channel can be read by everybody: all that does, or this answer to a message that
    was public there."""
    return manifest.public or (answers is not None and answers.public and answers.channel_id == channel.id)


def undo_window(manifest: Manifest, wanted: float, public: bool = False) -> float:
    """Return how many seconds what is sent can be taken back: as `wanted`, below zero as the kind says, and longer for
    what is `public`. In a live chat somebody waits at the other end: there is none, whatever is wanted."""
    usual = max(manifest.undo_window, PUBLIC_UNDO) if public else manifest.undo_window
    return 0.0 if manifest.live else usual if wanted < 0 else wanted


def longest_undo(manifest: Manifest, wanted: float) -> float:
    """Return the longest time for which anything sent on a kind of channel can be taken back."""
    return undo_window(manifest, wanted, manifest.public or manifest.private_reply > 0)


def objection(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> str | None:
    """Return in words why this may not go out, or None when it may."""
    found = channel_objection(channel, manifest)
    if found is not None:
        return found
    everyone = (*outward.to, *outward.cc, *outward.bcc)
    if not everyone:
        return "there is nobody to send it to"
    for address in everyone:
        if "email" in manifest.identity_kinds and not valid_email(address.address):
            return f"{address.address or 'an empty address'} is no e-mail address"
        if manifest.identity_kinds == ("phone",) and not could_be_phone(address.address):
            return f"{address.address or 'an empty address'} is no telephone number"
        if address.address in outward.refused_consent:
            return _forbidden(address.address, manifest.name, outward.refused_consent[address.address])
        if address.address in outward.undeliverable and address in outward.to and len(outward.to) == 1:
            if "email" in manifest.identity_kinds:
                return f"{address.address} is undeliverable: mail to it came back"
            return f"{address.address} is undeliverable: nothing gets there on {manifest.name} any more"
    return (
        _window_objection(channel, manifest, outward, now)
        or _size_objection(manifest, outward)
        or _server_objection(channel, outward)
    )


def by_template(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> bool:
    """Say whether nothing but a template may go, since the reply window has closed."""
    if objection(channel, manifest, outward, now) is None:
        return False
    return objection(channel, manifest, replace(outward, template=True), now) is None


def _forbidden(address: str, name: str, consent: Consent) -> str:
    but = "" if consent.purpose == "service" else " but answers to what they ask"
    said = f" (said {consent.source})" if consent.source else ""
    return f"{address} wants no messages on {name}{but}{said}"


def _window_objection(channel: Channel, manifest: Manifest, outward: Outward, now: int) -> str | None:
    if outward.public and not manifest.public:
        return None  # a window is for private messages; a public one stands there to be answered
    if opened(channel, manifest, outward, now):
        return None
    if outward.remark is not None and manifest.private_reply:
        return _remark_objection(manifest, outward.remark, now)
    window, begins = manifest.reply_window, manifest.outbound == "start_new"
    if outward.last_inbound_at is None and not begins:
        return f"on {manifest.name} the customer has to write first"
    by_template = window is not None and window.outside == "template"
    if by_template and outward.template:
        return None
    if outward.last_inbound_at is None:
        return f"on {manifest.name} only a template can begin" if by_template else None
    return f"the reply window of {manifest.name} has closed"


def _remark_objection(manifest: Manifest, remark: Remark, now: int) -> str | None:
    if remark.answered:
        return "it was answered in private once, and no more is allowed before they write back"
    if now > _remark_shuts(manifest, remark):
        days = manifest.private_reply * clock.SECOND // clock.DAY
        return f"{manifest.name} lets a public message be answered in private for {days} days"
    return None


def _size_objection(manifest: Manifest, outward: Outward) -> str | None:
    length = measure.length(outward.text, manifest.text.unit)
    most = manifest.text.max_length
    if most is not None and length > most and not manifest.text.split:
        return f"the text has {length} {manifest.text.unit}, {manifest.name} takes {most}"
    files = manifest.attachments
    if outward.file_sizes and not files.outbound:
        return f"{manifest.name} takes no attachments"
    if outward.file_sizes and outward.public and not manifest.public:
        return f"{manifest.name} takes attachments in private only"
    if outward.file_sizes and files.fetched and not outward.reachable:
        return (
            f"{manifest.name} fetches attachments from this desk: say how the world reaches `omnidesk serve` with the "
            "setting public_url"
        )
    if files.max_count is not None and len(outward.file_sizes) > files.max_count:
        return f"{manifest.name} takes {files.max_count} attachments at most"
    if files.max_bytes is not None and sum(outward.file_sizes) > files.max_bytes:
        return (
            f"the attachments have {sum(outward.file_sizes) / 1e6:.1f} MB, {manifest.name} takes "
            f"{files.max_bytes / 1e6:.1f} MB"
        )
    return None


def _server_objection(channel: Channel, outward: Outward) -> str | None:
    """What the server said it takes when the channel was tested (RFC 1870); base64 makes files a third larger."""
    largest = channel.settings.get("largest_mail")
    size = len(outward.text.encode()) + sum(outward.file_sizes) * 1.37
    if not isinstance(largest, int) or not outward.file_sizes or size <= largest:
        return None
    return f"the mail would have {size / 1e6:.1f} MB, the server of {channel.name} takes {largest / 1e6:.1f} MB"
