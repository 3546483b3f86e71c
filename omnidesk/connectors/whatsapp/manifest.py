"""What WhatsApp can do, as data: https://developers.facebook.com/docs/whatsapp/cloud-api"""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.connectors.manifest import REGION, Attachments, Manifest, RateLimit, ReplyWindow, Setting, TextRule
from omnidesk.connectors.meta import SECRETS, SETTINGS


@dataclass(frozen=True, slots=True)
class Media:
    """One sort of file that WhatsApp carries: its media types, the largest in bytes, whether a text goes along."""

    sort: str
    name: str
    types: tuple[str, ...]
    max_bytes: int
    captioned: bool = True


MEDIA = (
    Media("image", "pictures", ("image/jpeg", "image/png"), 5_000_000),
    Media("video", "videos", ("video/mp4", "video/3gpp"), 16_000_000),
    Media(
        "audio", "recordings", ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16_000_000,
        captioned=False,
    ),
    Media("sticker", "stickers", ("image/webp",), 500_000, captioned=False),
    Media(
        "document",
        "documents",
        (
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100_000_000,
    ),
)  # fmt: skip
"""https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types"""
LONGEST_TEXT = 4_096
LONGEST_CAPTION = 1_024

MANIFEST = Manifest(
    kind="whatsapp",
    name="WhatsApp",
    badge="wa",
    inbound=("webhook",),
    outbound="start_new",
    threading="contact",
    idempotency="none",
    identity_kinds=("phone", "whatsapp"),
    settings=(
        Setting("phone_number_id", "Phone number ID", "at Meta, under WhatsApp, API Setup: digits", required=True),
        Setting("waba_id", "WhatsApp Business Account ID", "beside it: the account with the templates", required=True),
        REGION,
        *SETTINGS,
    ),
    secrets=SECRETS,
    auth=("token",),
    attachments=Attachments(
        inbound=True,
        outbound=True,
        max_bytes=max(one.max_bytes for one in MEDIA),
        max_count=10,
        media_types=tuple(kind for one in MEDIA for kind in one.types),
    ),
    text=TextRule(max_length=LONGEST_TEXT),
    reply_window=ReplyWindow(24 * 3600, outside="template"),
    rate_limits=(RateLimit("send", 80, 1.0), RateLimit("send", 45, 270.0, "recipient")),
    receipts=("delivered", "read"),
    target_minutes=60,
    about="A number at WhatsApp, by Meta's Cloud API.",
    privacy="Messages go through Meta, which keeps them as long as your account there says.",
)
"""Of one customer Meta takes a message each six seconds, or 45 at once and none until that is evened out."""
