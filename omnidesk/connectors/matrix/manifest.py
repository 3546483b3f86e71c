"""What a Matrix channel can do, as data."""

from __future__ import annotations

from omnidesk.connectors.manifest import Attachments, Manifest, RateLimit, Secret, Setting, TextRule

MOST_BYTES = 30_000
"""Of a text: an event has 65,536 bytes with all that is around it, and JSON may write a letter as two."""
MOST_FILE = 50_000_000
"""What Synapse takes where its operator says nothing else; a server that takes less says so when a file is sent."""

MANIFEST = Manifest(
    kind="matrix",
    name="Matrix",
    badge="mx",
    inbound=("long_poll",),
    outbound="start_new",
    threading="native_thread",
    idempotency="key",
    identity_kinds=("matrix",),
    settings=(
        Setting("login", "Logs in with", "the password of the account, or an access token", "choice", "password",
                ("password", "token")),
        Setting("invites", "Invitations from", "anybody; nobody; or people and servers with spaces between, such as "
                "@anna:example.org example.com", default="anybody"),
        Setting("api_url", "Address of the homeserver", "such as https://matrix.example.org; found from the account's "
                "own address where it is not given", advanced=True),
        Setting("invites_most", "Invitations an hour", "how many are accepted; the others wait", "number", 60,
                advanced=True),
        Setting("history", "Days of history", "how many are read when the channel is new", "number", 30,
                advanced=True),
    ),
    secrets=(
        Secret("password", "Password", "of the account", ("password",)),
        Secret("access_token", "Access token", "of a session of its own, which nobody else uses", ("token",)),
        Secret("session", "Session", "what logging in brought", ("password",), typed=False, required=False),
        Secret("device", "Device", "which it is called at the homeserver", ("password",), typed=False, required=False),
    ),
    auth=("password", "token"),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=MOST_FILE, max_count=10),
    text=TextRule(max_length=MOST_BYTES, unit="bytes"),
    rate_limits=(RateLimit("send", 10, 10.0),),
    receipts=("read",),
    typing=True,
    echo=True,
    target_minutes=60,
    about="Rooms of an account on a Matrix homeserver.",
    history=True,
    privacy="The homeserver of the account gets all that is written, and so do those of the customers: rooms are not "
    "end-to-end encrypted.",
)  # fmt: skip
