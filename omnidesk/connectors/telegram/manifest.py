"""What a bot can do, as data. Sizes and rates: https://core.telegram.org/bots/faq and the methods of the Bot API."""

from __future__ import annotations

from omnidesk.connectors.http import api_url
from omnidesk.connectors.manifest import Attachments, Manifest, RateLimit, Secret, Setting, TextRule

API = "https://api.telegram.org"
KIND = "telegram"
LONGEST_TEXT, LONGEST_CAPTION = 4_096, 1_024
"""UTF-16 code units."""
MOST_UPLOAD, MOST_PHOTO = 50_000_000, 10_000_000
MOST_FILES = 10
"""An album holds no more."""
TOKEN = "bot_token"

MANIFEST = Manifest(
    kind=KIND,
    name="Telegram",
    badge="tg",
    inbound=("long_poll", "webhook"),
    outbound="reply_only",
    threading="native_thread",
    idempotency="none",
    identity_kinds=(KIND,),
    settings=(
        Setting(
            "receive", "Messages come by", "poll: they are asked for, behind any firewall; webhook: they are posted to "
            "`omnidesk serve`", "choice", "poll", ("poll", "webhook"),
        ),
        Setting("hook_url", "Address of its webhook", "such as https://desk.example.com/hooks/NAME", advanced=True),
        Setting(
            "take_over", "Take the bot over", "removes a webhook that another program has set; else the channel only "
            "says that there is one", "flag", False, advanced=True,
        ),
        Setting(
            "files_folder", "Folder of its files", "where a Bot API server of your own, started with --local, keeps "
            "files", advanced=True,
        ),
        api_url(API),
    ),
    secrets=(Secret(TOKEN, "Token of the bot", "@BotFather shows it: digits, a colon and 35 letters"),),
    auth=("token",),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=MOST_UPLOAD, max_count=MOST_FILES),
    text=TextRule(max_length=LONGEST_TEXT, unit="utf16", split=True),
    rate_limits=(
        RateLimit("send", 30, 1.0),
        RateLimit("send", 1, 1.0, "recipient"),
        RateLimit("send", 20, 60.0, "recipient"),
    ),
    target_minutes=60,
    about="Messages to a bot on Telegram, with files both ways.",
    privacy="Telegram sees all that is written on it, unencrypted, and who wrote it; a Bot API server of your own does "
    "not change that.",
)  # fmt: skip
