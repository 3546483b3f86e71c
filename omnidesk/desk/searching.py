"""Search over all messages, newest first, with the words in question marked."""

from __future__ import annotations

import re

from omnidesk.store import search as index
from omnidesk.store import thread
from omnidesk.store.workspace import Workspace
from omnidesk.text import query as syntax
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import SearchHit

BEFORE, AFTER = 40, 120
MARK, END = "\x02", "\x03"
_WORD = re.compile(r"\w+")


def search(
    workspace: Workspace, text: str, agent_id: int | None, limit: int = 50, after: str | None = None
) -> tuple[list[SearchHit], str | None]:
    """Return the newest hits and the token to go on with. Raises UsageError where the search is not understood."""
    if not text.strip():
        raise UsageError('search for what? words, "a phrase", par*, from:anna, tag:return, before:2026-11-01 ..')
    wanted = syntax.parse(text)
    try:
        behind = None if after is None else int(after)
    except ValueError:
        raise UsageError(f"--after {after} is no token of a search: give the `next` of the page before") from None
    reader = workspace.database.reader
    rows = index.find(reader, wanted, agent_id, limit + 1, behind)
    following = str(rows[limit - 1][0]) if len(rows) > limit else None
    rows = rows[:limit]
    conversations = {one.id: one for one in thread.conversations(reader, {row[2] for row in rows})}
    words = [word for term in wanted.terms if not term.negated for word in term.words]
    hits = []
    for message in thread.messages_by_id(reader, [row[1] for row in rows]):
        shown = snippet(f"{message.subject}\n{message.text}" if words else message.reply_text, words)
        sender = message.sender.name or message.sender.address
        hits.append(SearchHit(conversations[message.conversation_id], message.id, message.at, sender, shown))
    return hits, following


def snippet(text: str, words: list[str]) -> str:
    """Return one line around the first hit, hits between U+0002 and U+0003; else the beginning."""
    spans = []
    if words:
        for match in _WORD.finditer(text[:200_000]):
            folded = fold(match.group())
            if any(part.startswith(word) for part in folded.split() for word in words):
                spans.append(match.span())
                if len(spans) == 20:
                    break
    begin = max(0, spans[0][0] - BEFORE) if spans else 0
    end = begin + BEFORE + AFTER
    pieces, at = [], begin
    for first, last in spans:
        if last > end:
            break
        pieces += [one_piece(text[at:first]), MARK, text[first:last], END]
        at = last
    pieces.append(one_piece(text[at:end]))
    return ("…" if begin else "") + "".join(pieces).strip() + ("…" if end < len(text) else "")


def one_piece(text: str) -> str:
    """Put a piece of text on one line, keeping the spaces at its ends."""
    return re.sub(r"\s+", " ", one_line(f"|{text}|", 1000)[1:-1])
