"""One account at its two servers: opens sessions, and does with them what the connector promises."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    ConnectorError,
    Cursor,
    LoginError,
    Payload,
    SendResult,
    Sent,
    Unknown,
    Whereabouts,
)
from omnidesk.connectors.email import oauth, providers, smtp
from omnidesk.connectors.email.endpoint import Endpoint, endpoints
from omnidesk.connectors.email.imap import Folder, RefusedByServerError, Session
from omnidesk.connectors.email.learning import LARGEST_HEADER, REMEMBERED, learned
from omnidesk.connectors.email.reading import Reader, choose_folders, read_ahead
from omnidesk.connectors.email.sasl import Credentials
from omnidesk.connectors.whereabouts import Use

T = TypeVar("T")

WAITING_DAYS = 14
KEEPS_COPIES = (".gmail.com", ".office365.com", "smtp-mail.outlook.com", ".googlemail.com")
"""Submission servers that file a copy in Sent themselves, a moment later."""


class Mailbox:
    """What is done at the servers of one account. Each method opens and closes connections of its own."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.user = str(account.settings.get("user") or account.address).strip()
        self._sessions: set[Session] = set()
        self._talks: set[smtp.Talk] = set()
        self._login = ""
        """What is kept of the last login, once it was made anew."""

    def close(self) -> None:
        """Drop all connections at once."""
        for session in self._sessions:
            session.close()
        for talk in self._talks:
            talk.close()

    # --- coming in

    async def pull(self, cursor: Cursor) -> AsyncGenerator[Batch, None]:
        """Yield everything beyond the cursor."""
        async with self._session() as session:
            reader = Reader(session, self.account.settings, cursor)
            async with contextlib.aclosing(read_ahead(reader.catch_up())) as batches:
                async for batch in batches:
                    yield batch

    async def listen(self, cursor: Cursor, poll_seconds: float) -> AsyncGenerator[Batch, None]:
        """Yield what comes in, until the connection is lost."""
        seconds = float(self.account.settings.get("poll_seconds") or poll_seconds)
        async with self._session() as session:
            reader = Reader(session, self.account.settings, cursor)
            async with contextlib.aclosing(reader.follow(seconds)) as batches:
                async for batch in batches:
                    yield batch

    # --- going out

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Send a mail once, at the first server that can be reached."""
        if self.account.read_only:
            raise ConnectorError(f"the channel {self.account.name} is read-only: nothing is sent from it")
        credentials = await self._credentials()
        candidates = endpoints(self.account, "smtp")
        for endpoint in candidates[:-1]:
            try:
                await self._try_smtp(endpoint, credentials)
            except LoginError:
                pass  # said once more by the attempt itself
            except ConnectorError:
                continue
            candidates = [endpoint]
            break

        async def hand_over(credentials: Credentials) -> SendResult:
            with self._talk(candidates[-1]) as talk:
                return await smtp.send(talk, credentials, payload, key, committing)

        return await self._logging_in(hand_over, candidates[-1], credentials)

    async def file_copy(self, payload: Payload) -> None:
        """File a copy of a sent mail, where the settings want one and there is none yet."""
        wanted = str(self.account.settings.get("sent_copy") or "auto")
        if self.account.read_only or wanted == "never":
            return
        if wanted == "auto" and any(each.host.endswith(KEEPS_COPIES) for each in endpoints(self.account, "smtp")):
            return
        async with self._session() as session:
            sent = _special(await session.folders(), "\\sent")
            if sent is None:
                return
            message_id = str(payload.envelope["message_id"])
            if wanted == "auto":
                await session.examine(sent)
                if await session.search("HEADER", "Message-ID", _string(message_id)):
                    return
            await session.append(sent, payload.data, int(payload.envelope.get("at") or clock.now()))

    async def verify(self, payload: Payload) -> Sent | Unknown:
        """Look for a trace of a mail whose sending was cut off: a copy in Sent, an answer, a report."""
        message_id = str(payload.envelope.get("message_id", ""))
        at = int(payload.envelope.get("at") or clock.now())
        async with self._session() as session:
            folders = await session.folders()
            sent = _special(folders, "\\sent")
            named = _string(message_id)
            if sent is not None:
                await session.examine(sent)
                if await session.search("HEADER", "Message-ID", named):
                    return Sent((message_id,))
            await session.examine(Folder("INBOX", "INBOX", frozenset()))
            answers = ("OR", "HEADER", "References", named, "HEADER", "In-Reply-To", named)
            recent = ("SINCE", _day(at - clock.DAY))
            if await session.search(*recent, *answers) or await session.search(*recent, "BODY", named):
                return Sent((message_id,))
        return Unknown("no copy in Sent, no answer and no report names the mail; that does not prove it was not sent")

    async def locate(self, message_ids: Sequence[str]) -> dict[str, Whereabouts]:
        """Return in which folder each of these mails lies, those that are read before others; deleted ones are left
        out."""
        found: dict[str, Whereabouts] = {}
        async with self._session() as session:
            folders = await session.folders()
            read = choose_folders(folders, self.account.settings)
            others = [one for one in folders if one.readable and one not in read]
            for folder in (*read, *sorted(others, key=lambda one: "\\all" in one.flags)):
                wanted = [one for one in message_ids if one not in found]
                if not wanted:
                    break
                try:
                    state = await session.examine(folder)
                except RefusedByServerError:
                    continue
                for message_id in wanted:
                    if uids := await session.search("UNDELETED", "HEADER", "Message-ID", _string(message_id)):
                        position = f"{state.uidvalidity}:{uids[-1]}" if folder in read else ""
                        found[message_id] = Whereabouts(folder.name, position, _use(folder))
        return found

    # --- set-up

    async def check(self) -> Checked:
        """Log in at both servers and count, changing nothing."""
        settings: dict[str, str | int] = {}
        details, warnings = [], []
        async with self._session() as session:
            reached = session.endpoint
            folders = choose_folders(await session.folders(), self.account.settings)
            total = 0
            for folder in folders:
                count = (await session.status(folder, "MESSAGES")).get("MESSAGES", 0)
                total += count
                details.append(f"{folder.name}: {count:,} mails")
            await session.examine(folders[0])
            since = _day(clock.now() - WAITING_DAYS * clock.DAY)
            waiting = len(await session.search("UNANSWERED", "UNDELETED", "SINCE", since))
            if not self.account.settings.get("authserv_id") and (ours := await _our_server(session)):
                settings["authserv_id"] = ours
            if "IDLE" not in session.capabilities:
                warnings.append("the server has no IDLE: new mail is asked for each minute")
            if not any("\\sent" in folder.flags for folder in folders):
                warnings.append("no folder is marked as Sent: answers given elsewhere are not seen")
            settings |= _as_settings(reached)
        submission, largest = await self._check_smtp()
        settings |= _as_settings(submission)
        if largest:
            settings["largest_mail"] = largest
        details.append(f"reads from {reached.host}:{reached.port}, sends through {submission.host}:{submission.port}")
        return Checked(self.account.address, "", total, waiting, tuple(details), tuple(warnings), settings)

    async def _check_smtp(self) -> tuple[Endpoint, int]:
        error: ConnectorError | None = None
        for endpoint in endpoints(self.account, "smtp"):
            try:
                largest = await self._logging_in(partial(self._try_smtp, endpoint), endpoint)
            except LoginError:
                raise
            except ConnectorError as failed:
                error = error or failed
                continue
            return endpoint, largest
        raise error or ConnectorError("no SMTP server is known: set smtp_host")

    async def _try_smtp(self, endpoint: Endpoint, credentials: Credentials) -> int:
        """Log in and out; return the largest mail that the server takes (RFC 1870), 0 where it does not say."""
        with self._talk(endpoint) as talk:
            extensions = await smtp.try_login(talk, credentials)
        size = extensions.get("size", "")
        return int(size) if size.isdigit() else 0

    # --- connections

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        """A logged-in session, closed at the end however it ends."""
        session = await self._connect()
        self._sessions.add(session)
        try:
            yield session
            await session.logout()
        finally:
            session.close()
            self._sessions.discard(session)

    async def _connect(self) -> Session:
        error: ConnectorError | None = None
        for endpoint in endpoints(self.account, "imap"):
            try:
                return await self._logging_in(partial(self._open, endpoint), endpoint)
            except LoginError:
                raise
            except ConnectorError as failed:
                error = error or failed
        raise error or ConnectorError("no IMAP server is known: set imap_host")

    async def _open(self, endpoint: Endpoint, credentials: Credentials) -> Session:
        session = await Session.open(endpoint, self.account.timeout)
        try:
            await session.login(credentials)
        except BaseException:
            session.close()
            raise
        return session

    @contextlib.contextmanager
    def _talk(self, endpoint: Endpoint) -> Iterator[smtp.Talk]:
        host_name = self.account.address.rpartition("@")[2] or "localhost"
        talk = smtp.Talk(endpoint, self.account.timeout, host_name if host_name.isascii() else "localhost")
        self._talks.add(talk)
        try:
            yield talk
        finally:
            self._talks.discard(talk)

    # --- credentials

    async def _logging_in(
        self, work: Callable[[Credentials], Awaitable[T]], endpoint: Endpoint, first: Credentials | None = None
    ) -> T:
        """Do something that logs in. A token that is refused is made anew once; a refusal says what to do."""
        credentials = first or await self._credentials()
        try:
            return await work(credentials)
        except LoginError as error:
            if not credentials.token:
                raise LoginError(f"{error}: {providers.when_refused(endpoint.host)}") from None
            if self.account.renewing is None:
                raise
        try:
            return await work(await self._credentials(refused=credentials.token))
        except LoginError as error:
            raise LoginError(
                f"{error}: log in again as {self.user} (`omnidesk channel login {self.account.name}`), "
                "and see that the mailbox allows IMAP and SMTP"
            ) from None

    async def _credentials(self, refused: str = "") -> Credentials:
        """Return what to log in with; a token that ends or was refused is made anew first. Raises LoginError."""
        secrets = self.account.secrets
        if oauth.way_of(self.account.settings):
            kept = self._login or secrets.get(oauth.SECRET, "")
            tokens = oauth.Tokens.of(kept)
            if (tokens.stale or tokens.access == refused) and self.account.renewing is not None:
                self._login = (await self.account.renewing({oauth.SECRET: kept}))[oauth.SECRET]
                tokens = oauth.Tokens.of(self._login)
            return Credentials(self.user, token=tokens.access)
        if not secrets.get("password"):
            raise LoginError(f"no password is known for {self.user}: give it to the channel {self.account.name}")
        return Credentials(self.user, secrets["password"])


def _special(folders: list[Folder], flag: str) -> Folder | None:
    return next((folder for folder in folders if flag in folder.flags and folder.readable), None)


async def _our_server(session: Session) -> str:
    """Return what the server calls itself in the newest mails of the open folder, "" where they do not agree."""
    uids = (await session.search("UNDELETED"))[-REMEMBERED:]
    mails = [mail async for mail in session.fetch(uids, 0, LARGEST_HEADER)] if uids else []
    return learned(mail.raw for mail in sorted(mails, key=lambda one: -one.uid))


def _use(folder: Folder) -> Use:
    uses: dict[str, Use] = {"\\junk": "junk", "\\trash": "trash", "\\archive": "archive", "\\all": "archive"}
    return next((use for flag, use in uses.items() if flag in folder.flags), "")


def _as_settings(endpoint: Endpoint) -> dict[str, str | int]:
    name = endpoint.protocol
    return {f"{name}_host": endpoint.host, f"{name}_port": endpoint.port, f"{name}_security": endpoint.security}


def _string(text: str) -> str:
    return '"' + "".join(each for each in text if each.isprintable() and each not in '"\\') + '"'


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%d-%b-%Y")
