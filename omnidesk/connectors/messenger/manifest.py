"""What a page on Facebook and an account on Instagram can do, as data.

Windows and limits: https://developers.facebook.com/docs/messenger-platform/policy/policy-overview,
https://developers.facebook.com/docs/messenger-platform/reference/send-api,
https://developers.facebook.com/docs/messenger-platform/discovery/private-replies,
https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

from dataclasses import replace

from omnidesk.connectors.manifest import Attachments, Manifest, RateLimit, ReplyWindow, Setting, TextRule
from omnidesk.connectors.meta import SECRETS, SETTINGS

DAY = 24 * 3600
WINDOW = ReplyWindow(DAY, outside="tag", longest=7 * DAY, needs="human_agent")
COMMON = (
    Setting(
        "fetch", "Messages", "poll: they are asked for each minute, and a webhook only makes it quicker; webhook: "
        "nothing is asked for", "choice", "poll", ("poll", "webhook"),
    ),
    Setting("comments", "Comments and mentions", "whether what is said in public is read too", "flag", True),
    Setting(
        "human_agent", "Human Agent", "whether Meta lets this app answer for 7 days (the permission Human Agent)",
        "flag", False,
    ),
    Setting("history", "Days of history", "how many are read when the channel is new", "number", 30, advanced=True),
)  # fmt: skip

MESSENGER = Manifest(
    kind="messenger",
    name="Facebook page",
    badge="fb",
    inbound=("webhook", "poll"),
    outbound="reply_only",
    threading="native_thread",
    idempotency="verify",
    identity_kinds=("messenger",),
    settings=(*COMMON, *SETTINGS),
    secrets=tuple(replace(one, required=one.key == "token") for one in SECRETS),  # who only asks needs no webhook
    auth=("token",),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=25_000_000, max_count=1),
    text=TextRule(max_length=2_000),
    reply_window=WINDOW,
    rate_limits=(RateLimit("send", 10, 1.0), RateLimit("pull", 2, 1.0)),
    receipts=("delivered", "read"),
    typing=True,
    private_reply=7 * DAY,
    scoped=True,
    echo=True,
    target_minutes=120,
    about="Messenger, and the comments under the posts of a Facebook page.",
    poll_seconds=60.0,
    history=True,
    privacy="Meta gets what is written to the customer; it keeps both sides as its own rules say.",
)
INSTAGRAM = replace(
    MESSENGER,
    kind="instagram",
    name="Instagram",
    badge="ig",
    identity_kinds=("instagram",),
    settings=(
        Setting("page_id", "Facebook page", "the number of the page that the account is linked to; empty where it "
                "logs in with Instagram itself"),
        *COMMON,
        *SETTINGS,
    ),
    attachments=Attachments(inbound=True, max_bytes=25_000_000),
    text=TextRule(max_length=1_000, unit="bytes"),
    receipts=("read",),
    about="Direct messages, comments and mentions of an Instagram account.",
)  # fmt: skip
