"""What a live chat is and what it needs to be told."""

from __future__ import annotations

from omnidesk.connectors.manifest import Attachments, Manifest, Setting, TextRule

MAX_FILE_BYTES = 5_000_000
"""All files of one message together, decoded."""
MAX_FILES = 5
LONGEST = 4_000
"""Characters of one message."""
LANGUAGES = ("en", "nl", "de")
"""Languages the widget speaks."""

MANIFEST = Manifest(
    kind="chat",
    name="Live chat",
    badge="chat",
    inbound=("webhook",),
    outbound="reply_only",
    threading="native_thread",
    idempotency="key",
    identity_kinds=("visitor",),
    settings=(
        Setting(
            "origins", "Sites that may show it",
            "Such as https://www.your-shop.example, apart by commas. Empty: https:// and the channel's address.",
        ),
        Setting("title", "Title", "Stands above the chat. Empty: Chat, in the visitor's language."),
        Setting("greeting", "Greeting", "The first line a visitor sees."),
        Setting("colour", "Colour", "Of the button, such as #0b5cad.", default="#0b5cad"),
        Setting(
            "languages", "Languages",
            f"Of {', '.join(LANGUAGES)}, apart by commas; a visitor gets the page's, else the first.",
            default=",".join(LANGUAGES),
        ),
        Setting(
            "ask", "Ask first", "What a visitor is asked before they write.", "choice", "none",
            ("none", "name", "name-and-email"),
        ),
        Setting("ask_required", "Answers needed", "Whether what is asked must be filled in.", "flag", False),
        Setting(
            "offline", "Text when nobody is there",
            "Stands above the form whose messages are answered by e-mail. Empty: a usual one.",
        ),
        Setting(
            "always_online", "Always online", "Shows the chat also when no agent is at a console.", "flag", False,
            advanced=True,
        ),
    ),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=MAX_FILE_BYTES, max_count=MAX_FILES),
    text=TextRule(max_length=LONGEST),
    receipts=("delivered", "read"),
    typing=True,
    live=True,
    undo_window=0.0,
    target_minutes=1,
    after_reply="open",
    poll_seconds=60.0,
    about="Chat with the visitors of your site.",
    runs_in="serve",
    embed='<script src="{url}/chat/{name}.js" async></script>',
    privacy="Visitors talk to your own `omnidesk serve` and to nobody else. It keeps what they write, the name and "
    "e-mail address they give, and the address of the page they are on (without its query); their browser keeps a "
    "signed token for 30 days.",
)  # fmt: skip
