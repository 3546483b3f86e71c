"""Telegram: what customers write to a bot, polled, or posted to us where a webhook can arrive.

manifest   what the kind can do                            api        requests to the Bot API, its errors in words
update     one thing that happened, as Telegram tells it   position   how far updates have been read
incoming   what an update becomes                          content    the words and files of a message
steps      what an answer becomes                          hook       the webhook: ours, another program's, none

Sources: https://core.telegram.org/bots/api, PaulSonOfLars/telegram-bot-api-spec (the same as data) and the server's own
source, tdlib/telegram-bot-api, for what happens to those who ask at the same time.
"""

from __future__ import annotations

from omnidesk.connectors.telegram.connector import TelegramConnector as TelegramConnector
