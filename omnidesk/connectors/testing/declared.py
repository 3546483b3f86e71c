"""What a manifest declares: whether the connector does it, and so what the suite asks of it."""

from __future__ import annotations

from omnidesk.connectors.base import API, Connector
from omnidesk.connectors.manifest import RELAY, RELAY_TOKEN, Manifest

_LOGINS = {"oauth_device", "oauth_loopback", "qr"}


def overrides(connector: type[Connector], name: str) -> bool:
    """Say whether a connector has a method of its own."""
    return getattr(connector, name) is not getattr(Connector, name)


def problems(manifest: Manifest, connector: type[Connector]) -> list[str]:
    """Return in words what is wrong with a manifest, or with a connector that does not do what it declares."""
    found = [*_of_names(manifest), *_of_methods(manifest, connector)]
    if manifest.text.max_length is not None and manifest.text.max_length < 1:
        found.append("text.max_length must be at least 1, or None")
    if manifest.reply_window is not None and manifest.outbound == "none":
        found.append("it has a reply window and cannot send")
    window = manifest.reply_window
    if window is not None and window.outside == "tag" and window.longest <= window.seconds:
        found.append("its reply window lets late answers out, and does not say until when: longest")
    if manifest.private_reply and (manifest.public or manifest.outbound == "none"):
        found.append("private_reply is for a kind whose messages are public and private, and that can send")
    if manifest.attachments.outbound and manifest.outbound == "none":
        found.append("it sends files and cannot send")
    if manifest.receipts and manifest.outbound == "none":
        found.append("it reports what became of messages and cannot send")
    if manifest.inbound == ("webhook",) and manifest.runs_in == "sync" and not _relays(manifest):
        found.append("a desk behind NAT cannot have it: add RELAY to the settings and RELAY_TOKEN to the secrets")
    if manifest.commerce and manifest.outbound != "none":
        found.append("it brings orders and says that it sends messages")
    if (manifest.looks_up or manifest.order_notes) and not manifest.commerce:
        found.append("it looks up orders or takes notes on them and is no commerce")
    if not manifest.privacy:
        found.append("privacy is empty: say what leaves the machine")
    return found


def _relays(manifest: Manifest) -> bool:
    return set(RELAY) <= set(manifest.settings) and RELAY_TOKEN in manifest.secrets


def _of_names(manifest: Manifest) -> list[str]:
    found = []
    if not 1 <= manifest.api <= API:
        found.append(f"api {manifest.api} is not between 1 and {API}")
    if not manifest.kind.replace("-", "").isalnum() or not manifest.kind.islower():
        found.append(f"kind {manifest.kind!r} must be small letters, digits and dashes")
    if len(manifest.badge) not in (2, 3, 4):
        found.append(f"badge {manifest.badge!r} must have two to four letters")
    keys = [*(one.key for one in manifest.settings), *(one.key for one in manifest.secrets)]
    found += [f"setting {key} is declared twice" for key in sorted(set(keys)) if keys.count(key) > 1]
    found += [
        f"setting {entry.key} is a choice without choices"
        for entry in manifest.settings
        if entry.kind == "choice" and not entry.choices
    ]
    if not manifest.identity_kinds:
        found.append("it names no kind of identity")
    return found


def _of_methods(manifest: Manifest, connector: type[Connector]) -> list[str]:
    inbound, auth = set(manifest.inbound), set(manifest.auth)
    verify = overrides(connector, "verify")
    window = manifest.reply_window
    declared = {
        "listen": bool({"socket", "long_poll"} & inbound),
        "handle_webhook": bool({"webhook", "push_relay"} & inbound),
        "verify": manifest.idempotency == "verify" or (verify and manifest.idempotency == "key"),
        "authorize": bool(_LOGINS & auth),
        "typing": manifest.typing,
        "look_up": bool(manifest.looks_up),
        "templates": window is not None and window.outside == "template",
    }
    found = [
        f"{name} is {'declared but missing' if wanted else 'there but not declared'}"
        for name, wanted in declared.items()
        if wanted != overrides(connector, name)
    ]
    if {"socket", "long_poll", "poll", "local"} & inbound and not overrides(connector, "pull"):
        found.append("pull is declared but missing")
    if overrides(connector, "fetch_blob") and not manifest.attachments.inbound:
        found.append("fetch_blob is there but files that come in are not declared")
    if overrides(connector, "renew") and not manifest.secrets:
        found.append("renew is there but no secret is declared")
    return found


def fetches(kind: Manifest) -> bool:
    """Say whether messages are fetched; those of other kinds come by webhook alone."""
    return bool({"socket", "long_poll", "poll", "local"} & set(kind.inbound))


def unmet(kind: Manifest, what: str) -> str:
    """Return why a test of `what` has nothing to test with a kind of channel, "" where it has.

    The manifest alone decides."""
    applies = {
        "fetching": fetches(kind),
        "webhook": "webhook" in kind.inbound,
        "sending": kind.outbound != "none",
        "no sending": kind.outbound == "none" and not kind.commerce,
        "window": kind.reply_window is not None and kind.outbound != "none",
        "templates": kind.reply_window is not None and kind.reply_window.outside == "template",
        "length": kind.text.max_length is not None and kind.outbound != "none",
        "echo": kind.echo and kind.outbound != "none",
        "files out": kind.attachments.outbound and kind.outbound != "none",
        "receipts": bool(kind.receipts),
        "secrets": bool(kind.secrets),
        "remarks": kind.private_reply > 0,
    }
    reasons = {
        "fetching": "it is told of messages by webhook alone",
        "webhook": "it is not told of messages by webhook",
        "sending": "it cannot send",
        "no sending": "it brings orders, nobody writes by it" if kind.commerce else "it can send",
        "window": "it has no reply window",
        "templates": "it has no templates",
        "length": "it takes texts of any length",
        "echo": "what is sent does not come back",
        "files out": "it sends no files",
        "receipts": "it does not tell what became of messages",
        "secrets": "it has no secrets",
        "remarks": "nothing public on it can be answered in private",
    }
    return "" if applies[what] else f"{kind.name}: {reasons[what]}"
