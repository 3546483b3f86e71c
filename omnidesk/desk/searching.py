"""Search over all messages, newest first, with the words in question marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from omnidesk.desk import indexing
from omnidesk.store import search as index
from omnidesk.store import thread
from omnidesk.store.workspace import Workspace
from omnidesk.text import query as syntax
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Sort
from omnidesk.words.rows import SearchHit
from omnidesk.words.speech import _

BEFORE, AFTER = 40, 120
SCANNED = 4_000
"""Characters in which a hit is looked for that is written otherwise than it was asked."""
MARK, END = "\x02", "\x03"
_WORD = re.compile(r"\w+")


def search(
    workspace: Workspace, text: str, agent_id: int | None, limit: int = 50, after: str | None = None
) -> tuple[list[SearchHit], str | None]:
    """Return the newest hits and the token to go on with. Raises UsageError where the search is not understood."""
    if not text.strip():
        raise UsageError(_('search for what? words, "a phrase", par*, from:anna, tag:return, before:2026-11-01 ..'))
    wanted = syntax.parse(text)
    if wanted.sort not in (None, Sort.NEWEST):
        raise UsageError(
            _("sort:{sort} orders views; a search through all messages shows the newest first").format(sort=wanted.sort)
        )
    try:
        behind = None if after is None else int(after)
    except ValueError:
        raise UsageError(
            _("--after {after} is no token of a search: give the `next` of the page before").format(after=after)
        ) from None
    reader = workspace.database.reader
    rows = index.find(reader, wanted, agent_id, limit + 1, behind, indexing.stored_entry)
    following = str(rows[limit - 1][0]) if len(rows) > limit else None
    rows = rows[:limit]
    conversations = {one.id: one for one in thread.conversations(reader, {row[2] for row in rows})}
    words = [word for term in wanted.wanted for word in term.words]
    hits = []
    for message in thread.messages_by_id(reader, [row[1] for row in rows]):
        shown = snippet(f"{message.subject}\n{message.text}" if words else message.reply_text, words)
        sender = message.sender.name or message.sender.address
        hits.append(SearchHit(conversations[message.conversation_id], message.id, message.at, sender, shown))
    return hits, following


def snippets(workspace: Workspace, messages: Mapping[int, int], words: Sequence[str]) -> dict[int, str]:
    """Return for each conversation one line around the words in the text of the message named beside it."""
    conversations = {message: conversation for conversation, message in messages.items()}
    found = thread.messages_by_id(workspace.database.reader, list(conversations))
    return {conversations[one.id]: snippet(one.text, list(words)) for one in found}


def snippet(text: str, words: list[str]) -> str:
    """Return one line around the first hit, hits between U+0002 and U+0003; else the beginning."""
    first = _first_hit(text, words)
    begin = max(0, first - BEFORE)
    end = begin + BEFORE + AFTER
    pieces, at = [], begin
    for match in _WORD.finditer(text, begin, end):
        if any(part.startswith(word) for part in fold(match.group()).split() for word in words):
            pieces += [one_piece(text[at : match.start()]), MARK, match.group(), END]
            at = match.end()
    pieces.append(one_piece(text[at:end]))
    return ("…" if begin else "") + "".join(pieces).strip() + ("…" if end < len(text) else "")


def _first_hit(text: str, words: list[str]) -> int:
    """Return where the first of the words begins: quickly as it is written, else, with accents, word by word."""
    lowered = text.lower()
    found = [lowered.find(word) for word in words]
    written = min((at for at in found if at >= 0), default=-1)
    if written >= 0 or not words:
        return max(written, 0)
    for match in _WORD.finditer(text[:SCANNED]):
        if any(part.startswith(word) for part in fold(match.group()).split() for word in words):
            return match.start()
    return 0


def one_piece(text: str) -> str:
    """Put a piece of text on one line, keeping the spaces at its ends."""
    return re.sub(r"\s+", " ", one_line(f"|{text}|", 1000)[1:-1])
