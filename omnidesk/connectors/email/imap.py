"""An IMAP session as the desk needs it: it reads folders without changing anything in them, waits, and files copies.

Folders are opened with EXAMINE and read with BODY.PEEK: no flag is ever set or lost (RFC 3501 section 6.3.2).
The protocol is imapclient's. It blocks, so each session has a thread for it; closing the session cuts the connection
from the event loop's side, which wakes that thread whatever it waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import re
import socket
from array import array
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, ConnectorError, LoginError
from omnidesk.connectors.email.answers import (
    Fetched,
    fetched,
    human_text,
    quoted,
    refusal,
    said_by,
    shown_name,
    uid_set,
)
from omnidesk.connectors.email.endpoint import Endpoint, unreachable
from omnidesk.connectors.email.sasl import Bearer, Credentials, mechanism
from omnidesk.text.clean import one_line

T = TypeVar("T")

GROUP_MAILS = 64
GROUP_BYTES = 1_000_000
"""How much of a fetch the thread reads before it hands it over."""

_EXTENDED_SEARCH = re.compile(rb"(?i)\bALL ([\d:,]+)")
_NONSENSE = (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What the library may raise at answers that are no IMAP."""


class RefusedByServerError(ConnectorError):
    """The server answered NO or BAD; `code` is its response code (RFC 5530), "" when it gave none."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Folder:
    """A mailbox on the server: its name as the protocol has it, as people read it, and its special uses."""

    wire_name: str
    name: str
    flags: frozenset[str]

    @property
    def readable(self) -> bool:
        """Whether it can hold mail at all."""
        return not self.flags & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True, slots=True)
class State:
    """A folder as opened: how many mails, and the two numbers that give positions a meaning (0: not said)."""

    exists: int
    uidvalidity: int
    uidnext: int


class Session:
    """One logged-in connection. One command at a time; every wait is limited by the account's timeout.

    A cancelled command closes the session: what the server would answer belongs to nobody any more."""

    def __init__(self, endpoint: Endpoint, patience: float, connected: socket.socket) -> None:
        self.endpoint = endpoint
        """Where the session is connected to."""
        self.capabilities: frozenset[str] = frozenset()
        self.news = False
        """The server told of new mail in the open folder since this was last set to False."""
        self.lost = False
        """The server told that mails left the open folder since it was opened."""
        self.heeds_loss = False
        """Waiting ends when mails leave the open folder, too."""
        self._patience = patience
        self._exists = 0
        self._damaged = False
        self._connected = connected
        self._switch = connected.dup()  # the thread may close its own at any moment, and the number be given away
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._client: Any = None
        self._closed = False

    # --- beginning and end

    @classmethod
    async def open(cls, endpoint: Endpoint, patience: float) -> Session:
        """Connect and secure the connection; nobody is logged in yet. Raises ConnectorError."""
        session = cls(endpoint, patience, await _connected(endpoint, patience))
        try:
            await session._run(session._greet)
        except BaseException:
            session.close()
            raise
        return session

    def _greet(self) -> None:
        from omnidesk.connectors.email.client import Client

        endpoint = self.endpoint
        context = endpoint.context()
        try:
            self._client = Client(self._connected, endpoint, context, self._patience)
            self._learn_capabilities()
            if endpoint.security == "starttls":
                if "STARTTLS" not in self.capabilities:
                    raise ConnectorError(f"{endpoint} offers no STARTTLS: set imap_security to tls, usually port 993")
                self._client.starttls(context)
                self._learn_capabilities()
        except OSError as error:
            raise unreachable(error, endpoint) from error
        except imaplib.IMAP4.error as error:
            said = said_by(error)
            if "socket error" in said:
                raise
            why = "" if said.startswith("unexpected response") else human_text(said.removeprefix("* "))
            raise ConnectionLostError(f"{endpoint} turns us away: {why or 'it is no IMAP server'}") from error

    def _learn_capabilities(self) -> None:
        self.capabilities = frozenset(each.decode("ascii", "replace") for each in self._client.capabilities())

    async def login(self, credentials: Credentials) -> None:
        """Log in. Raises LoginError when the server refuses."""
        user = credentials.user
        if credentials.token:
            offered = mechanism([each.removeprefix("AUTH=") for each in self.capabilities])
            if not offered:
                raise LoginError(f"{self.endpoint} takes no tokens (OAuth 2.0) here: set login to password")
            bearer = Bearer(offered, credentials, self.endpoint)
            log_in = partial(self._log_in_with_token, bearer)
        else:
            if "AUTH=PLAIN" not in self.capabilities and "LOGINDISABLED" in self.capabilities:
                raise LoginError(f"{self.endpoint} takes no password on this connection: set imap_security to tls")
            bearer, log_in = None, partial(self._log_in, user, credentials.password)
        try:
            await self._run(log_in)
        except RefusedByServerError as error:
            if error.code in ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"):
                raise ConnectionLostError(
                    f"{self.endpoint} cannot let {user} in now ({error}): it is tried again"
                ) from None
            why = f"{error}; {bearer.refusal}" if bearer is not None and bearer.refusal else str(error)
            raise LoginError(f"{self.endpoint} refuses the login of {user} ({why})") from None

    def _log_in_with_token(self, bearer: Bearer) -> None:
        self._client._command_and_check("authenticate", bearer.mechanism, bearer, unpack=True)
        self._learn_capabilities()

    def _log_in(self, user: str, password: str) -> None:
        try:
            if "AUTH=PLAIN" in self.capabilities:
                self._client.plain_login(user, password)
            else:  # imaplib quotes the password itself, and only that
                self._client.login(quoted(user), re.sub(r"[\r\n\0]", "", password))
        except imaplib.IMAP4.error as error:
            # imapclient calls a connection that broke a refused login too.
            raise (error.__context__ if isinstance(error.__context__, imaplib.IMAP4.error) else error) from None
        self._learn_capabilities()

    async def logout(self) -> None:
        """Say goodbye and close; failures do not matter any more."""
        try:
            if not self._closed:
                await self._run(lambda: self._client.logout())
        except ConnectorError:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Drop the connection at once; the thread ends by itself."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._switch.shutdown(socket.SHUT_RDWR)
        self._switch.close()
        self._thread.submit(self._hang_up)
        self._thread.shutdown(wait=False)

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            if self._client is not None:
                self._client.shutdown()
        self._connected.close()

    # --- folders

    async def folders(self) -> list[Folder]:
        """Return all folders with their special uses (RFC 6154)."""
        found = []
        for flags, _, name in await self._run(self._list):
            wire_name = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
            if wire_name.upper() == "INBOX":
                wire_name = "INBOX"
            lower = frozenset(each.decode("ascii", "replace").lower() for each in flags if isinstance(each, bytes))
            found.append(Folder(wire_name, shown_name(wire_name), lower))
        return found

    def _list(self) -> list[tuple[tuple[Any, ...], Any, Any]]:
        if not {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities:
            return list(self._client.list_folders())
        imap = self._client._imap  # imapclient cannot ask for the special uses, and not all servers tell unasked
        typ, data = imap._simple_command("LIST", '""', '"*"', "RETURN", "(SPECIAL-USE)")
        self._client._checkok("LIST", typ, data)
        return list(self._client._proc_folder_list(imap._untagged_response(typ, data, "LIST")[1]))

    async def examine(self, folder: Folder) -> State:
        """Open a folder for reading only. Raises RefusedByServerError when it is gone."""
        return await self._run(lambda: self._examine(folder))

    def _examine(self, folder: Folder) -> State:
        said = self._client.select_folder(folder.wire_name, readonly=True)
        self.news = self.lost = False
        self._exists = said.get(b"EXISTS", 0)
        return State(self._exists, said.get(b"UIDVALIDITY", 0), said.get(b"UIDNEXT", 0))

    async def status(self, folder: Folder, *items: str) -> dict[str, int]:
        """Return numbers of a folder without opening it: MESSAGES, UNSEEN, UIDNEXT, UIDVALIDITY."""
        said = await self._run(lambda: self._client.folder_status(folder.wire_name, items))
        return {key.decode("ascii", "replace").upper(): n for key, n in said.items() if isinstance(n, int)}

    async def search(self, *criteria: str) -> array[int]:
        """Return the UIDs that match in the open folder, ascending."""
        return await self._run(lambda: self._search(criteria))

    def _search(self, criteria: tuple[str, ...]) -> array[int]:
        found: array[int] = array("Q")
        # Ranges where the server can (RFC 4731): a line of a million numbers is no small thing.
        words = ("RETURN", "(ALL)", *criteria) if "ESEARCH" in self.capabilities else criteria
        for line in self._client._command_and_check("SEARCH", *words, uid=True):
            found.extend(int(word) for word in (line or b"").split() if word.isdigit())
        for line in self._client._imap.untagged_responses.pop("ESEARCH", ()):
            if said := _EXTENDED_SEARCH.search(line):
                for part in said[1].split(b","):
                    low, _, high = part.partition(b":")
                    found.extend(range(int(low), int(high or low) + 1))
        if any(one >= other for one, other in pairwise(found)):
            return array("Q", sorted(set(found)))
        return found

    # --- mails

    async def fetch(self, uids: Iterable[int], offset: int, count: int) -> AsyncIterator[Fetched]:
        """Read `count` bytes from `offset` of these mails, one by one as they come; what is gone is left out.

        Must be read to its end before the next command. Raises RefusedByServerError at its end."""
        # An explicit list, never `n:*`: that names the last mail even when its UID is below n.
        words = ("UID", "FETCH", uid_set(uids), f"(UID INTERNALDATE BODY.PEEK[]<{offset}.{count}>)")
        self._damaged = False
        tag = await self._run(lambda: self._client._imap._command(*words))
        while mails := await self._run(lambda: self._fetch_some(tag)):
            for mail in mails:
                yield mail

    def _fetch_some(self, tag: bytes) -> list[Fetched]:
        """Return the next mails of a FETCH, none at its end. `IMAPClient.fetch` would hold all of them at once."""
        imap = self._client._imap
        mails: list[Fetched] = []
        size = 0
        while imap.tagged_commands[tag] is None and len(mails) < GROUP_MAILS and size < GROUP_BYTES:
            imap._get_response()
            if answer := imap.untagged_responses.pop("FETCH", None):
                try:
                    mail = fetched(answer)
                except (imaplib.IMAP4.error, *_NONSENSE):
                    self._damaged = True
                    continue
                if mail is not None:
                    mails.append(mail)
                    size += len(mail.raw)
        if not mails:
            self._client._checkok("FETCH", *imap._command_complete("FETCH", tag))
            if self._damaged:
                raise imaplib.IMAP4.error("what the server answers for a mail is damaged")
        return mails

    async def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Return the sizes of mails in bytes."""
        said = await self._run(lambda: self._client.fetch(list(uids), ["RFC822.SIZE"]))
        return {uid: each[b"RFC822.SIZE"] for uid, each in said.items() if b"RFC822.SIZE" in each}

    async def append(self, folder: Folder, raw: bytes, at: int) -> None:
        """File a mail as read in a folder; `at` in UTC milliseconds. Raises RefusedByServerError."""
        moment = datetime.fromtimestamp(at // 1000, UTC)
        await self._run(lambda: self._client.append(folder.wire_name, raw, ("\\Seen",), moment))

    # --- waiting

    async def idle(self, seconds: float) -> bool:
        """Wait until the server tells of new mail (True) or `seconds` have passed (False).

        Ends with a round trip, so a dead or frozen peer is noticed here. Raises ConnectionLostError."""
        if not self._told():
            await self._run(lambda: self._idle(seconds))
        return self._told()

    def _told(self) -> bool:
        return self.news or (self.lost and self.heeds_loss)

    def _idle(self, seconds: float) -> None:
        client, imap = self._client, self._client._imap
        # Not `IMAPClient.idle`: it takes news that comes before the server's go-ahead for a failure.
        client._idle_tag = tag = imap._command("IDLE")
        while imap._get_response() is not None:
            if imap.tagged_commands[tag] is not None:
                client._checkok("IDLE", *imap._command_complete("IDLE", tag))
                return
        while imap.holds_line:
            imap._get_response()
        self._heed_all()
        end = clock.monotonic() + seconds
        while not self._told() and not self._closed and (left := end - clock.monotonic()) > 0:
            lines = client.idle_check(left)
            self._heed_lines(lines)
            if not lines and not imap.holds_part:
                break  # in time, or early because the peer is gone: it ends with a question either way
        self._heed_lines(client.idle_done()[1])
        imap.untagged_responses.clear()

    async def noop(self) -> None:
        """Ask for news; a round trip."""
        await self._run(lambda: self._client._command_and_check("noop"))

    # --- commands

    async def _run(self, work: Callable[[], T]) -> T:
        """Do something in the thread of the session. Raises RefusedByServerError, ConnectionLostError."""
        if self._closed:
            raise unreachable(EOFError("it was closed"), self.endpoint)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)
        except asyncio.CancelledError:
            self.close()
            raise

    def _work(self, work: Callable[[], T]) -> T:
        try:
            done = work()
            self._heed_all()
        except (OSError, imaplib.IMAP4.error, *_NONSENSE) as error:
            raise self._in_words(error) from error
        return done

    def _heed_all(self) -> None:
        """Take note of what the server told besides its answer."""
        if self._client is not None:
            untagged = self._client._imap.untagged_responses
            self._heed_lines((int(number), b"EXPUNGE") for number in untagged.pop("EXPUNGE", ()))
            self._heed_lines((int(number), b"EXISTS") for number in untagged.pop("EXISTS", ()))

    def _heed_lines(self, lines: Iterable[tuple[Any, ...]]) -> None:
        for line in lines:
            if line[0] == b"BYE":
                raise imaplib.IMAP4.abort(" ".join(each.decode("utf-8", "replace") for each in line[1:]))
            if line[1:] == (b"EXISTS",):
                self.news = self.news or line[0] > self._exists
                self._exists = line[0]
            elif line[1:] == (b"EXPUNGE",):
                self._exists = max(0, self._exists - 1)
                self.lost = True

    def _in_words(self, error: Exception) -> ConnectorError:
        from imapclient.exceptions import ProtocolError

        bye = self._client._imap.untagged_responses.get("BYE") if self._client is not None else None
        if bye:
            why = human_text(bye[-1].decode("utf-8", "replace")) or "no reason given"
            return ConnectionLostError(f"{self.endpoint} ends the connection: {why}")
        if isinstance(error, TimeoutError):
            return ConnectionLostError(
                f"{self.endpoint} has said nothing for {self._patience:g} s: the connection is given up and made anew"
            )
        if isinstance(error, OSError):
            return unreachable(error, self.endpoint)
        said = said_by(error)
        if isinstance(error, imaplib.IMAP4.abort):
            why = one_line(said.rpartition("=> ")[2], 300).replace("socket error: EOF", "the server closed it")
            return unreachable(EOFError(why), self.endpoint)
        if isinstance(error, (ProtocolError, *_NONSENSE)):
            return ConnectionLostError(f"{self.endpoint} answers what is no IMAP ({one_line(said, 200)})")
        return RefusedByServerError(*refusal(said))


async def _connected(endpoint: Endpoint, patience: float) -> socket.socket:
    """Return a socket connected to the first address that answers. Raises ConnectorError in words."""
    loop = asyncio.get_running_loop()
    failure: OSError = TimeoutError()
    try:
        async with asyncio.timeout(patience):
            found = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
            for family, kind, protocol, _, address in found:
                connected = socket.socket(family, kind, protocol)
                try:
                    connected.setblocking(False)
                    await loop.sock_connect(connected, address)
                    return connected
                except OSError as error:
                    connected.close()
                    failure = error
                except BaseException:
                    connected.close()
                    raise
    except OSError as error:
        failure = error
    raise unreachable(failure, endpoint) from failure
