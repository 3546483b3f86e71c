"""Reads a mailbox: everything beyond a cursor, newest first, and what comes while waiting.

The cursor of a batch covers what that batch and those before it hold, and nothing more: the next mails may be on their
way already while the engine commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Batch, ConnectorError, Cursor, Item, Listing
from omnidesk.connectors.email.answers import Fetched
from omnidesk.connectors.email.cursor import FolderPosition, Position, Range
from omnidesk.connectors.email.imap import Folder, RefusedByServerError, Session, State
from omnidesk.connectors.email.mailid import source_id
from omnidesk.connectors.email.mime import fields_of
from omnidesk.connectors.email.voicemail import HEADER

FIRST_MAILS = 100
"""Mails of the first batch, which somebody waits for."""
BATCH_MAILS = 200
BATCH_BYTES = 3_000_000
FETCH_MAILS = 500
"""Mails asked for in one command: the server sends the next batch while this one is being worked on."""
PIECE = 8_000_000
"""Bytes asked for at once: nearly every mail is smaller, and of a huge one no more is read before its size is known."""
LARGEST = 100_000_000
"""Larger mails come in as their header only."""
PROBE_SECONDS = 55.0
"""How long to wait in IDLE at most before a round trip proves the connection and other folders are looked at."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Chunk:
    """Mails to fetch together, and the UIDs that are read once they were."""

    uids: array[int]
    covers: Range


class Reader:
    """Reads one mailbox over one session."""

    def __init__(self, session: Session, settings: Mapping[str, Any], cursor: Cursor) -> None:
        self._session = session
        self._settings = settings
        self._position = Position(cursor)
        self._folders: list[Folder] = []
        self._selected: Folder | None = None
        self._seen: dict[str, tuple[int, int]] = {}
        """UIDVALIDITY and the highest UID looked at, by folder: what cannot be read is not asked for in a circle."""
        self._done = self._total = 0
        authserv_id = str(settings.get("authserv_id") or "").strip()
        self._follows = session.heeds_loss = settings.get("follow") == "follow"
        self._listed: dict[str, State] = {}
        """What each folder held when it was listed last, where what leaves it is followed."""
        if not self._follows:
            self._position.forget_listings()
        self._headers = {"authserv_id": authserv_id} if authserv_id else {}
        if voicemail := str(settings.get(HEADER) or "").strip():
            self._headers[HEADER] = voicemail

    async def catch_up(self, only: list[Folder] | None = None) -> AsyncGenerator[Batch, None]:
        """Yield everything not read yet: a batch of each folder in turn, the inbox first, the newest first."""
        if not self._folders:
            self._folders = choose_folders(await self._session.folders(), self._settings)
        plans: list[tuple[Folder, FolderPosition, list[_Chunk]]] = []
        self._done = self._total = 0
        for folder in only or self._folders:
            with self._vanishing(folder):
                state = await self._open(folder)
                position = self._position.folder(folder.wire_name, state.uidvalidity)
                chunks = await self._unread(state, position)
                self._seen[folder.wire_name] = state.uidvalidity, max(state.uidnext - 1, position.highest)
                self._total += state.exists
                self._done += state.exists - sum(len(chunk.uids) for chunk in chunks)
                plans.append((folder, position, chunks))
        while plans:
            for plan in plans:
                folder, position, chunks = plan
                if not chunks:
                    continue
                with self._vanishing(folder, chunks):
                    if self._selected != folder:
                        state = await self._open(folder)
                        if state.uidvalidity != position.uidvalidity:
                            chunks.clear()  # the next look begins it anew
                            continue
                    async for batch in self._read(folder, position, chunks.pop(0)):
                        yield batch
            plans = [plan for plan in plans if plan[2]]
        for folder in (only or self._folders) if self._follows else ():
            with self._vanishing(folder):
                state = await self._open(folder)
                if self._listed.get(folder.wire_name) != state or self._session.lost:
                    yield await self._listing(folder, state)

    async def _listing(self, folder: Folder, state: State) -> Batch:
        """Tell what the open folder holds; a mail marked as deleted is as good as gone."""
        position = self._position.folder(folder.wire_name, state.uidvalidity)
        uids = await self._session.search("UNDELETED") if state.exists else array("Q")
        listing = Listing(folder.name, _Positions(state.uidvalidity, frozenset(uids)), first=not position.listed)
        position.listed = True
        self._listed[folder.wire_name] = state
        self._session.lost = False
        return replace(self._batch([], position, []), listings=(listing,))

    async def follow(self, poll_seconds: float) -> AsyncGenerator[Batch, None]:
        """Yield what comes in, for ever. Raises ConnectionLostError when the connection is lost."""
        changed: list[Folder] = []
        while True:
            async for batch in self.catch_up(changed):
                yield batch
            if "IDLE" in self._session.capabilities:
                changed = await self._idle(self._folders[0], min(PROBE_SECONDS, poll_seconds))
            else:
                await asyncio.sleep(poll_seconds)
                changed = []

    async def _idle(self, inbox: Folder, seconds: float) -> list[Folder]:
        """Wait until a folder has something unread, and return which: the inbox tells by itself, the others are
        asked after each wait. Each wait ends with a round trip, which finds a dead or frozen peer."""
        state = await self._open(inbox)
        if self._behind(inbox, state.uidvalidity, state.uidnext):
            return [inbox]
        while not await self._session.idle(seconds):
            changed = []
            for folder in self._folders[1:]:
                with self._vanishing(folder):
                    said = await self._session.status(folder, "UIDNEXT", "UIDVALIDITY", "MESSAGES")
                    if self._behind(folder, said.get("UIDVALIDITY", 0), said.get("UIDNEXT", 0)) or (
                        self._follows
                        and folder.wire_name in self._listed
                        and self._listed[folder.wire_name].exists != said.get("MESSAGES", 0)
                    ):
                        changed.append(folder)
            if changed:
                return changed
        return [inbox]

    def _behind(self, folder: Folder, uidvalidity: int, uidnext: int) -> bool:
        seen, highest = self._seen.get(folder.wire_name, (None, 0))
        return seen != uidvalidity or highest + 1 < uidnext

    async def _open(self, folder: Folder) -> State:
        self._selected = None
        state = await self._session.examine(folder)
        self._selected = folder
        return state

    @contextlib.contextmanager
    def _vanishing(self, folder: Folder, chunks: list[_Chunk] | None = None) -> Iterator[None]:
        """A folder that is gone does not keep the others from being read; a missing inbox is an error."""
        try:
            yield
        except RefusedByServerError as error:
            if folder.wire_name == "INBOX":
                raise ConnectorError(
                    f"the server does not open the inbox ({error}): check that the mailbox still exists"
                ) from error
            log.warning("folder %s cannot be read (%s): it is left out", folder.name, error)
            if chunks is not None:
                chunks.clear()

    async def _unread(self, state: State, position: FolderPosition) -> list[_Chunk]:
        """Return what the open folder holds beyond the position, newest first."""
        chunks: list[_Chunk] = []
        if not state.exists:
            return chunks
        top = state.uidnext - 1 if state.uidnext else 0
        gaps = position.gaps(top) if top else [*position.gaps(position.highest), (position.highest + 1, 0)]
        for low, high in reversed(gaps):
            # `n:*` names the last mail even when its UID is below n: what lies outside the gap is not meant.
            uids = await self._session.search("UID", f"{low}:{high or '*'}")
            uids = array("Q", (uid for uid in uids if uid >= low and (not high or uid <= high)))
            highest = high or (uids[-1] if uids else low - 1)
            if not uids:
                position.add([(low, highest)])
                continue
            end = len(uids)
            while end:
                start = max(0, end - (FETCH_MAILS if chunks else min(FIRST_MAILS, BATCH_MAILS)))
                bottom = uids[start] if start else low
                chunks.append(_Chunk(uids[start:end], (bottom, highest)))
                end, highest = start, bottom - 1
        return chunks

    async def _read(self, folder: Folder, position: FolderPosition, chunk: _Chunk) -> AsyncIterator[Batch]:
        """Fetch a chunk and yield it in batches that stay within memory."""
        items: list[Item] = []
        size = 0
        missing = set(chunk.uids)
        cut: list[Fetched] = []
        refused: RefusedByServerError | None = None
        try:
            async for mail in self._session.fetch(chunk.uids, 0, PIECE):
                if mail.uid not in missing:
                    continue
                missing.discard(mail.uid)
                if len(mail.raw) >= PIECE:
                    cut.append(mail)
                    continue
                items.append(self._item(folder, position, mail))
                size += len(mail.raw)
                if size >= BATCH_BYTES or (len(items) >= BATCH_MAILS and missing):
                    yield self._batch(items, position, [_uid_range(item) for item in items])
                    items, size = [], 0
        except RefusedByServerError as error:
            refused = error
        for mail in cut:
            if items:
                yield self._batch(items, position, [_uid_range(item) for item in items])
            items = [await self._large(folder, position, mail)]
        # A refusal is about some mail of the lot: the others are asked for one by one, and it alone stays behind.
        unreadable = set()
        for uid in sorted(missing) if refused else ():
            try:
                async for mail in self._session.fetch([uid], 0, PIECE):
                    items.append(self._item(folder, position, mail))
            except RefusedByServerError as error:
                unreadable.add(uid)
                log.warning("mail %d in %s cannot be read (%s): it is tried again later", uid, folder.name, error)
        yield self._batch(items, position, _without(chunk.covers, unreadable))

    async def _large(self, folder: Folder, position: FolderPosition, mail: Fetched) -> Item:
        """Complete a mail of which only the first piece was read, or keep its header when it is too large."""
        size = (await self._session.sizes([mail.uid])).get(mail.uid, 0)
        if size > LARGEST:
            _, body = fields_of(mail.raw, 0, min(len(mail.raw), 1_000_000))
            return self._item(folder, position, Fetched(mail.uid, mail.raw[:body], mail.received_at), truncated=size)
        pieces, offset = [mail.raw], len(mail.raw)
        while len(pieces[-1]) >= PIECE and offset <= LARGEST:
            pieces.append(b"")
            async for more in self._session.fetch([mail.uid], offset, PIECE):
                pieces[-1] = more.raw
            offset += len(pieces[-1])
        return self._item(folder, position, Fetched(mail.uid, b"".join(pieces), mail.received_at))

    def _item(self, folder: Folder, position: FolderPosition, mail: Fetched, truncated: int = 0) -> Item:
        headers = {**self._headers, "truncated": str(truncated)} if truncated else self._headers
        return Item(
            source_id=source_id(mail.raw),
            raw=mail.raw,
            received_at=min(mail.received_at, clock.now()),
            headers=headers,
            folder=folder.name,
            position=f"{position.uidvalidity}:{mail.uid}",
            outbound="\\sent" in folder.flags,
            junk="\\junk" in folder.flags,
        )

    def _batch(self, items: list[Item], position: FolderPosition, ranges: list[Range]) -> Batch:
        position.add(ranges)
        self._done += len(items)
        return Batch(tuple(items), self._position.cursor(), min(self._done, self._total), self._total)


async def read_ahead(batches: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
    """Yield the same batches, fetching the next one while the last is being committed."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectorError):
            await coming
        await batches.aclose()


def choose_folders(found: list[Folder], settings: Mapping[str, Any]) -> list[Folder]:
    """Return the folders to read, the inbox first: those the settings name, else Inbox, Sent and Junk by their flags.

    Raises ConnectorError when none of the named ones exists."""
    wanted = [name.strip() for name in str(settings.get("folders") or "").split(",") if name.strip()]
    readable = [folder for folder in found if folder.readable]
    if wanted:
        by_name = {name.lower(): folder for folder in readable for name in (folder.wire_name, folder.name)}
        chosen = [by_name[name.lower()] for name in wanted if name.lower() in by_name]
        if not chosen:
            there = ", ".join(folder.name for folder in readable) or "none"
            raise ConnectorError(f"none of the folders {', '.join(wanted)} exists; there are: {there}")
        for name in wanted:
            if name.lower() not in by_name:
                log.warning("folder %s does not exist: it is left out", name)
    else:
        inbox = [folder for folder in readable if folder.wire_name == "INBOX"] or [
            Folder("INBOX", "INBOX", frozenset())
        ]
        special = [folder for flag in ("\\sent", "\\junk") for folder in readable if flag in folder.flags]
        chosen = inbox + [folder for folder in special if folder.wire_name != "INBOX"]
    chosen.sort(key=lambda folder: folder.wire_name != "INBOX")
    return list(dict.fromkeys(chosen))


@dataclass(frozen=True, slots=True)
class _Positions:
    """The positions of a folder's mails; under another UIDVALIDITY nothing is known, and all count as there."""

    uidvalidity: int
    uids: frozenset[int]

    def __contains__(self, position: object) -> bool:
        uidvalidity, _, uid = str(position).partition(":")
        return uidvalidity != str(self.uidvalidity) or not uid.isdigit() or int(uid) in self.uids


def _uid_range(item: Item) -> Range:
    uid = int(item.position.partition(":")[2])
    return uid, uid


def _without(covers: Range, holes: set[int]) -> list[Range]:
    """Return a range without some UIDs."""
    found, low = [], covers[0]
    for hole in sorted(holes):
        found.append((low, hole - 1))
        low = hole + 1
    return [*found, (low, covers[1])]
