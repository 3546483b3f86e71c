"""The webhook of a bot: what is set at Telegram, ours or another program's, and how ours is known.

A bot has one webhook or none; with one, nothing can be asked for. https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from omnidesk import clock
from omnidesk.connectors.base import ConnectorError
from omnidesk.connectors.telegram.api import Bot
from omnidesk.connectors.telegram.manifest import TOKEN
from omnidesk.connectors.telegram.update import ALLOWED, line, whole

HEADER = "x-telegram-bot-api-secret-token"
LATELY = 10 * clock.MINUTE
"""How old the last failure to deliver may be to count while something waits."""


def secret(token: str) -> str:
    """Return what Telegram shows with each webhook of a bot with this token: made of it, so that nobody has to think of
    one more secret, and no way leads back."""
    return hmac.new(token.encode(), b"omnidesk webhook", hashlib.sha256).hexdigest()


def wanted(settings: Mapping[str, Any]) -> str:
    """Return the address at which webhooks should arrive, "" where messages are asked for. Raises ConnectorError."""
    if settings.get("receive") != "webhook":
        return ""
    url = str(settings.get("hook_url") or "").strip()
    if not url:
        raise ConnectorError("say where webhooks arrive: hook_url, such as https://desk.example.com/hooks/NAME")
    return url


@dataclass(frozen=True, slots=True)
class Hook:
    """What is set at Telegram. `url` may hold secrets of whoever set it: only its host is ever said."""

    url: str
    waiting: int
    trouble: str
    """Why the last message could not be delivered, "" where none of late waits for that."""

    @classmethod
    async def look(cls, bot: Bot) -> Hook:
        """Ask Telegram. Raises ConnectorError."""
        said = await bot.ask("getWebhookInfo")
        if not isinstance(said, dict):
            raise ConnectorError(f"{bot.client.host} does not say which webhook is set")
        waiting = max(0, whole(said, "pending_update_count") or 0)
        failed = (whole(said, "last_error_date") or 0) * clock.SECOND
        late = waiting > 0 and failed > clock.now() - LATELY
        words = bot.client.masked(line(said, "last_error_message", 200)) if late else ""
        return cls(str(said.get("url") or ""), waiting, words)

    @property
    def host(self) -> str:
        """Where it leads, for people."""
        try:
            return urlsplit(self.url).hostname or "an unknown place"
        except ValueError:
            return "an unknown place"

    def foreign(self, settings: Mapping[str, Any]) -> bool:
        """Say whether another program set it."""
        return bool(self.url) and self.url != str(settings.get("hook_url") or "").strip()

    def objection(self, name: str) -> str:
        """Return in words that another program has the bot, and what can be done."""
        return (
            f"another program has set a webhook at {self.host} for this bot, and gets its messages: remove it there, "
            f"or take the bot over with `omnidesk channel set {name} take_over=true`"
        )


async def put(bot: Bot, url: str) -> None:
    """Have Telegram post what happens to an address. Raises ConnectorError."""
    shown = secret(bot.account.secrets.get(TOKEN, "").strip())
    await bot.ask("setWebhook", {"url": url, "secret_token": shown, "allowed_updates": ALLOWED})


async def drop(bot: Bot) -> None:
    """Have Telegram post nothing any more; what waits there is kept. Raises ConnectorError."""
    await bot.ask("deleteWebhook", {"drop_pending_updates": False})
