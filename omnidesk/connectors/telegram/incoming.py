"""What an update becomes: a message, other words for one, or news of whether a customer can be written to.

An item's header `bot` is the number of the bot that it came to, since ids are unique within one bot's chats only; `was`
is the group that a chat was before Telegram made a larger one of it.

In a private chat all is one thread. A group and a channel are public: more people read them than the customer. There
each member has a thread of their own, so that two who ask at the same time are two matters.
"""

from __future__ import annotations

import re

from omnidesk.connectors.base import Decoded, DecodeError, Item, Party, Reach
from omnidesk.connectors.telegram import content
from omnidesk.connectors.telegram.manifest import KIND
from omnidesk.connectors.telegram.update import MEMBERSHIP, MESSAGES, Said, Update, inner, line, read, whole

PRIVATE = "private"
USERNAME = "username"
"""The kind of identity that a name for links is, with `telegram` as its scope: it can change hands."""
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
"""What pressing Start sends: https://core.telegram.org/bots/features#deep-linking"""
_NAMES = re.compile("[A-Za-z0-9_]{1,64}")
_BOT = re.compile("[0-9]{1,20}")
_AWAY, _HERE = ("kicked",), ("member",)


def decoded(item: Item) -> tuple[Decoded, ...]:
    """Return what is in an item, nothing where nobody says anything. Raises DecodeError."""
    update = read(item.raw)
    if update.kind == MEMBERSHIP:
        return _reach(update.said)
    if update.kind not in MESSAGES or content.is_service(update.said):
        return ()
    if update.edited and "location" in update.said:
        return ()  # somebody who shares where they go moves on, each minute or so
    return _message(update, item)


def message_id(bot: str, chat: int, number: int) -> str:
    """Return what a message is called here: unlike its number, no two of different bots and chats are the same."""
    return f"{bot}/{chat}/{number}" if bot else f"{chat}/{number}"


def thread(chat: int, member: int = 0, topic: int = 0) -> str:
    """Return the thread of a chat, or of one member of a group, in a topic of it."""
    return f"{chat}/{member}/{topic}" if topic else f"{chat}/{member}" if member else f"{chat}"


def place(thread: str) -> tuple[int, int]:
    """Return chat and topic of a thread, zeros where it is none."""
    found = re.fullmatch(r"(-?\d{1,19})(?:/\d{1,19}(?:/(\d{1,19}))?)?", thread)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _message(update: Update, item: Item) -> tuple[Decoded, ...]:
    said = update.said
    chat, number = whole(inner(said, "chat"), "id"), whole(said, "message_id")
    if not chat or number is None:
        raise DecodeError("a message of Telegram has a number and a chat")
    private = line(inner(said, "chat"), "type") == PRIVATE
    sender = _sender(said, private)
    if sender is None:
        raise DecodeError("a message of Telegram says from whom it is")
    text, start = content.text(said), _START.fullmatch(str(said.get("text")))
    if private and start and not start[1]:
        return (_can(sender, True),)  # they opened the bot: what they want is still to come
    files = content.files(said)
    if not text and not files:
        return ()
    bot = _bot(item)
    own = message_id(bot, chat, number)
    return (
        Decoded(
            external_id=own,
            sender=sender,
            subject="" if private else line(inner(said, "chat"), "title"),
            text=text,
            reply_text=text,
            files=files,
            in_reply_to=_answered(said, bot),
            thread=_thread(said, item, chat, sender, private),
            tokens=(start[1],) if start and start[1] else (),
            received_at=update.at or item.received_at,
            edits=own if update.edited else "",
            also=_also(said, private),
            public=not private,
            no_auto_answer=not private or inner(said, "from").get("is_bot") is True,
        ),
    )


def _sender(said: Said, private: bool) -> Party | None:
    """Who says it: a person; a chat that speaks as itself (a channel, a group whose administrators stay unnamed)."""
    user, itself = inner(said, "from"), {} if private else inner(said, "sender_chat")
    if not user and not itself:
        itself = inner(said, "chat")
    number = whole(itself, "id") or whole(user, "id")
    if not number:
        return None
    name = line(itself, "title") if itself else content.name_of(user)
    return Party(KIND, str(number), name, verified=True)


def _also(said: Said, private: bool) -> tuple[Party, ...]:
    """The customer's name for links, and the number of a contact that they share of themselves: whose number it is says
    Telegram where it knows, which proves nothing."""
    user, contact = inner(said, "from"), inner(said, "contact")
    name = "" if inner(said, "sender_chat") else line(user, "username")
    found = [Party(USERNAME, f"@{name}", scope=KIND)] if _NAMES.fullmatch(name) else []
    phone, owner = line(contact, "phone_number", 40), whole(contact, "user_id")
    if private and phone and owner and owner == whole(user, "id"):
        found.append(Party("phone", f"+{phone.lstrip('+')}"))
    return tuple(found)


def _answered(said: Said, bot: str) -> tuple[str, ...]:
    """Which message it answers, where that is one that somebody wrote: in a topic all answer what opened it."""
    other = inner(said, "reply_to_message")
    chat, number = whole(inner(other, "chat"), "id"), whole(other, "message_id")
    if not chat or number is None or content.is_service(other):
        return ()
    return (message_id(bot, chat, number),)


def _thread(said: Said, item: Item, chat: int, sender: Party, private: bool) -> str:
    if private or sender.value == str(chat):
        return thread(chat)
    topic = (whole(said, "message_thread_id") or 0) if said.get("is_topic_message") is True else 0
    was, _ = place(item.headers.get("was", ""))
    return thread(was or chat, abs(int(sender.value)), max(0, topic))


def _bot(item: Item) -> str:
    number = item.headers.get("bot", "")
    return number if _BOT.fullmatch(number) else ""


def _reach(said: Said) -> tuple[Decoded, ...]:
    """A customer blocked the bot, or lets it in again; that it came into a group or left one is no news of anybody."""
    user, status = inner(said, "from"), line(inner(said, "new_chat_member"), "status")
    number = whole(user, "id")
    if line(inner(said, "chat"), "type") != PRIVATE or not number or status not in (*_AWAY, *_HERE):
        return ()
    return (_can(Party(KIND, str(number), content.name_of(user), verified=True), status in _HERE),)


def _can(who: Party, reachable: bool) -> Decoded:
    return Decoded(external_id="", sender=None, reach=(Reach(who, reachable),))
