"""An IMAP session as the desk needs it: it reads folders without changing anything in them, waits, and files copies.

Folders are opened with EXAMINE and read with BODY.PEEK: no flag is ever set or lost (RFC 3501 section 6.3.2).
"""

from __future__ import annotations

import base64
import re
from array import array
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import pairwise

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, ConnectorError, LoginError
from omnidesk.connectors.email.endpoint import Endpoint
from omnidesk.connectors.email.syntax import (
    CODE,
    COUNT,
    MONTHS,
    Fetched,
    attributes,
    fetched,
    from_utf7,
    human_text,
    parse_values,
    quoted,
    uid_set,
)
from omnidesk.connectors.email.wire import Wire

_EXTENDED_SEARCH = re.compile(rb"(?i)\* ESEARCH .*\bALL ([\d:,]+)")


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
    """One logged-in connection. One command at a time; every wait is limited by the account's timeout."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._number = 0
        self.capabilities: frozenset[str] = frozenset()
        self.news = False
        """The server told of new mail in the open folder since this was last set to False."""
        self._exists = 0

    @property
    def endpoint(self) -> Endpoint:
        """Where the session is connected to."""
        return self._wire.endpoint

    # --- beginning and end

    @classmethod
    async def open(cls, endpoint: Endpoint, patience: float) -> Session:
        """Connect and secure the connection; nobody is logged in yet. Raises ConnectorError."""
        wire = await Wire.connect(endpoint, patience)
        session = cls(wire)
        try:
            greeting = await wire.line()
            if not greeting.upper().startswith((b"* OK", b"* PREAUTH")):
                raise ConnectionLostError(
                    f"{endpoint} turns us away: {human_text(greeting[2:]) or 'it is no IMAP server'}"
                )
            await session._learn_capabilities()
            if endpoint.security == "starttls":
                if "STARTTLS" not in session.capabilities:
                    raise ConnectorError(f"{endpoint} offers no STARTTLS: set imap_security to tls, usually port 993")
                await session.command("STARTTLS")
                await wire.start_tls()
                await session._learn_capabilities()
        except BaseException:
            wire.close()
            raise
        return session

    async def login(self, user: str, password: str) -> None:
        """Log in. Raises LoginError when the server refuses."""
        endpoint = self._wire.endpoint
        try:
            if "AUTH=PLAIN" in self.capabilities:
                await self._authenticate_plain(user, password)
            elif "LOGINDISABLED" in self.capabilities:
                raise LoginError(f"{endpoint} takes no password on this connection: set imap_security to tls")
            else:
                await self.command("LOGIN", quoted(user), quoted(password))
        except RefusedByServerError as error:
            if error.code in ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"):
                raise ConnectionLostError(f"{endpoint} cannot let {user} in now ({error}): it is tried again") from None
            raise LoginError(
                f"{endpoint} refuses the login of {user} ({error}): check the user name and the password. Providers "
                "with two-step login want an app password"
            ) from None
        await self._learn_capabilities()

    async def _authenticate_plain(self, user: str, password: str) -> None:
        answer = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        if "SASL-IR" in self.capabilities:
            await self.command("AUTHENTICATE", "PLAIN", answer)
        else:
            await self.command("AUTHENTICATE", "PLAIN", continuation=answer.encode())

    async def _learn_capabilities(self) -> None:
        found: set[str] = set()
        for pieces in await self.command("CAPABILITY"):
            if pieces[0].upper().startswith(b"* CAPABILITY"):
                found |= {word.decode("ascii", "replace").upper() for word in pieces[0].split()[2:]}
        self.capabilities = frozenset(found)

    async def logout(self) -> None:
        """Say goodbye and close; failures do not matter any more."""
        try:
            await self.command("LOGOUT")
        except ConnectorError:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Drop the connection at once."""
        self._wire.close()

    # --- folders

    async def folders(self) -> list[Folder]:
        """Return all folders with their special uses (RFC 6154)."""
        extended = {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities
        words = ("LIST", '""', '"*"', "RETURN", "(SPECIAL-USE)") if extended else ("LIST", '""', '"*"')
        found = []
        for pieces in await self.command(*words):
            if not pieces[0].upper().startswith(b"* LIST "):
                continue
            values = parse_values(pieces, 7)
            if len(values) < 3 or not isinstance(values[0], list) or not isinstance(values[2], bytes):
                continue
            flags = frozenset(each.decode("ascii", "replace").lower() for each in values[0] if isinstance(each, bytes))
            name = values[2].decode("utf-8", "replace")
            if name.upper() == "INBOX":
                name = "INBOX"
            found.append(Folder(name, from_utf7(name), flags))
        return found

    async def examine(self, folder: Folder) -> State:
        """Open a folder for reading only. Raises RefusedByServerError when it is gone."""
        uidvalidity = uidnext = 0
        self._exists = 0
        for pieces in await self.command("EXAMINE", quoted(folder.wire_name)):
            for code, said in CODE.findall(pieces[0]):
                if code.upper() == b"UIDVALIDITY" and said.isdigit():
                    uidvalidity = int(said)
                elif code.upper() == b"UIDNEXT" and said.isdigit():
                    uidnext = int(said)
        self.news = False
        return State(self._exists, uidvalidity, uidnext)

    async def status(self, folder: Folder, *items: str) -> dict[str, int]:
        """Return numbers of a folder without opening it: MESSAGES, UNSEEN, UIDNEXT, UIDVALIDITY."""
        for pieces in await self.command("STATUS", quoted(folder.wire_name), f"({' '.join(items)})"):
            if pieces[0].upper().startswith(b"* STATUS "):
                values = parse_values(pieces, 9)
                if len(values) >= 2 and isinstance(values[-1], list):
                    said = [each.decode("ascii", "replace") for each in values[-1] if isinstance(each, bytes)]
                    pairs = zip(said[::2], said[1::2], strict=False)
                    return {key.upper(): int(number) for key, number in pairs if number.isdigit()}
        return {}

    async def search(self, *criteria: str) -> array[int]:
        """Return the UIDs that match in the open folder, ascending."""
        found: array[int] = array("Q")
        # Ranges where the server can (RFC 4731): a line of a million numbers is no small thing.
        ranges = "ESEARCH" in self.capabilities
        for pieces in await self.command("UID", "SEARCH", *(("RETURN", "(ALL)") if ranges else ()), *criteria):
            if pieces[0].upper().startswith(b"* SEARCH"):
                found.extend(int(word) for word in pieces[0].split()[2:] if word.isdigit())
            elif said := _EXTENDED_SEARCH.match(pieces[0]):
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
        tag = self._send("UID", "FETCH", uid_set(uids), f"(UID INTERNALDATE BODY.PEEK[]<{offset}.{count}>)")
        while True:
            pieces = await self._wire.response()
            if pieces[0].startswith(tag):
                self._judge(pieces[0][len(tag) :])
                return
            self._heed(pieces[0])
            if len(pieces) > 1 or b"FETCH" in pieces[0]:
                mail = fetched(pieces)
                if mail is not None:
                    yield mail

    async def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Return the sizes of mails in bytes."""
        found = {}
        for pieces in await self.command("UID", "FETCH", uid_set(uids), "(UID RFC822.SIZE)"):
            said = attributes(pieces)
            uid, size = said.get("UID"), said.get("RFC822.SIZE")
            if isinstance(uid, bytes) and isinstance(size, bytes) and uid.isdigit() and size.isdigit():
                found[int(uid)] = int(size)
        return found

    async def append(self, folder: Folder, raw: bytes, at: int) -> None:
        """File a mail as read in a folder; `at` in UTC milliseconds. Raises RefusedByServerError."""
        moment = clock.to_rfc3339(at) or ""
        month = MONTHS[(int(moment[5:7]) - 1) * 3 :][:3].title()
        date = f'"{moment[8:10]}-{month}-{moment[:4]} {moment[11:19]} +0000"'
        await self.command("APPEND", quoted(folder.wire_name), "(\\Seen)", date, literal=raw)

    # --- waiting

    async def idle(self, seconds: float) -> bool:
        """Wait until the server tells of new mail (True) or `seconds` have passed (False).

        Ends with a round trip, so a dead or frozen peer is noticed here. Raises ConnectionLostError."""
        if self.news:
            return True
        tag = self._send("IDLE")
        end = clock.monotonic() + seconds
        while not (line := await self._wire.line()).startswith(b"+"):
            if line.startswith(tag):
                self._judge(line[len(tag) :])
            self._heed(line)
        while not self.news and (left := end - clock.monotonic()) > 0:
            try:
                pieces = await self._wire.response(within=left)
            except TimeoutError:
                break
            self._heed(pieces[0])
        self._wire.write(b"DONE\r\n")
        await self._answers(tag)
        return self.news

    async def noop(self) -> None:
        """Ask for news; a round trip."""
        await self.command("NOOP")

    # --- commands

    async def command(
        self, *words: str, literal: bytes | None = None, continuation: bytes | None = None
    ) -> list[list[bytes]]:
        """Send a command and return its untagged answers. Raises RefusedByServerError, ConnectionLostError."""
        if literal is None:
            tag = self._send(*words)
        else:
            direct = "LITERAL+" in self.capabilities
            tag = self._send(*words, f"{{{len(literal)}{'+' if direct else ''}}}")
            if not direct:
                await self._go_ahead(tag)
            self._wire.write(literal + b"\r\n")
        if continuation is not None:
            await self._go_ahead(tag)
            self._wire.write(continuation + b"\r\n")
        return await self._answers(tag)

    def _send(self, *words: str) -> bytes:
        self._number += 1
        tag = f"A{self._number} ".encode()
        self._wire.write(tag + " ".join(words).encode() + b"\r\n")
        return tag

    async def _go_ahead(self, tag: bytes) -> None:
        while not (line := await self._wire.line()).startswith(b"+"):
            if line.startswith(tag):
                self._judge(line[len(tag) :])
            self._heed(line)

    async def _answers(self, tag: bytes) -> list[list[bytes]]:
        untagged: list[list[bytes]] = []
        while True:
            pieces = await self._wire.response()
            if pieces[0].startswith(tag):
                self._judge(pieces[0][len(tag) :])
                return untagged
            self._heed(pieces[0])
            if pieces[0].startswith(b"+"):
                self._wire.write(b"\r\n")  # a challenge after a refused login (RFC 7628): the refusal follows
            untagged.append(pieces)

    def _heed(self, line: bytes) -> None:
        """Take note of what the server may say at any time."""
        if found := COUNT.match(line):
            if found[2].upper() == b"EXISTS":
                self.news = self.news or int(found[1]) > self._exists
                self._exists = int(found[1])
            elif found[2].upper() == b"EXPUNGE":
                self._exists = max(0, self._exists - 1)
        elif line[:5].upper() == b"* BYE":
            raise ConnectionLostError(
                f"{self._wire.endpoint} ends the connection: {human_text(line[5:]) or 'no reason given'}"
            )

    def _judge(self, result: bytes) -> None:
        if result[:2].upper() == b"OK":
            return
        code = found[1].decode("ascii", "replace").upper() if (found := CODE.search(result)) else ""
        raise RefusedByServerError(human_text(result.partition(b" ")[2]) or human_text(result), code)
