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


@dataclass(frozen=True, slots=True)
class Outward:
    """What is about to go out on a channel; `last_inbound_at` is the customer's last message there (UTC ms)."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    text: str = ""
    file_sizes: tuple[int, ...] = ()
    last_inbound_at: int | None = None
    undeliverable: frozenset[str] = frozenset()
    refused_consent: Mapping[str, Consent] = field(default_factory=dict)
    """Who of them forbade it, and how."""
    template: bool = False
    """It is a text that the provider has approved: it goes outside the reply window too."""


def window_shuts(window: ReplyWindow, last_inbound_at: int) -> int:
    """Return until when a reply window lets answers out after the customer's last message (UTC ms)."""
    return last_inbound_at + int(window.seconds * clock.SECOND) - SAFETY


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


def undo_window(manifest: Manifest, wanted: float) -> float:
    """Return how many seconds what is sent can be taken back: as `wanted`, below zero as the kind says. In a live chat
    somebody waits at the other end: there is none, whatever is wanted."""
    return 0.0 if manifest.live else manifest.undo_window if wanted < 0 else wanted


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
            return f"{address.address} is undeliverable: mail to it came back"
    return (
        _window_objection(manifest, outward, now)
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


def _window_objection(manifest: Manifest, outward: Outward, now: int) -> str | None:
    window = manifest.reply_window
    if outward.template and window is not None and window.outside == "template":
        begun = outward.last_inbound_at is not None or manifest.outbound == "start_new"
        return None if begun else f"on {manifest.name} the customer has to write first"
    if outward.last_inbound_at is None and manifest.outbound == "start_new" and window is not None:
        return f"on {manifest.name} only a template can begin"
    if outward.last_inbound_at is None:
        return None if manifest.outbound == "start_new" else f"on {manifest.name} the customer has to write first"
    if window is not None and now > window_shuts(window, outward.last_inbound_at):
        return f"the reply window of {manifest.name} has closed"
    return None


def _size_objection(manifest: Manifest, outward: Outward) -> str | None:
    length = measure.length(outward.text, manifest.text.unit)
    most = manifest.text.max_length
    if most is not None and length > most and not manifest.text.split:
        return f"the text has {length} {manifest.text.unit}, {manifest.name} takes {most}"
    files = manifest.attachments
    if outward.file_sizes and not files.outbound:
        return f"{manifest.name} takes no attachments"
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
