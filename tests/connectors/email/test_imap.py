"""A session hears what a server says at any moment, and ends at once when it is told to or the server is gone."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from omnidesk.connectors.base import ConnectionLostError, ConnectorError
from omnidesk.connectors.email.endpoint import Endpoint
from omnidesk.connectors.email.imap import Folder, RefusedByServerError, Session
from omnidesk.connectors.email.sasl import Credentials

INBOX = Folder("INBOX", "INBOX", frozenset())
Say = Callable[[str], None]
Play = Callable[[str, str, Say], bool]
"""Answers a command (its tag and the rest of its line); True when that was all."""


class Scripted:
    """A server that follows a script where it has one, and is an ordinary one with three mails where it has none."""

    def __init__(self, play: Play, greeting: str = "* OK ready\r\n") -> None:
        self.play = play
        self.greeting = greeting
        self.reached = asyncio.Event()
        self.gone = asyncio.Event()
        self.idling = asyncio.Event()
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.reached.set()
        self.say(self.greeting)
        while line := (await reader.readline()).decode().rstrip():
            tag, _, rest = line.partition(" ")
            if self.play(tag, rest, self.say):
                continue
            if rest.startswith("CAPABILITY"):
                self.say("* CAPABILITY IMAP4rev1 IDLE\r\n")
            elif rest.startswith("EXAMINE"):
                self.say("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 4] .\r\n")
            elif rest == "IDLE":
                self.say("+ idling\r\n")
                self.idling.set()
                idle = tag
                continue
            elif tag == "DONE":
                tag = idle
            self.say(f"{tag} OK done\r\n")
        self.gone.set()
        writer.close()

    def say(self, text: str) -> None:
        assert self.writer is not None
        self.writer.write(text.encode())


Start = Callable[..., Awaitable[tuple[Scripted, Endpoint]]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a server; at the end no thread of a session is left."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(play: Play = lambda tag, rest, say: False, **options: str) -> tuple[Scripted, Endpoint]:
            scripted = Scripted(play, **options)
            server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
            stack.callback(server.close)
            return scripted, Endpoint("imap", "127.0.0.1", server.sockets[0].getsockname()[1], "none")

        yield start
        for thread in threading.enumerate():
            if thread.name.startswith("imap"):
                await asyncio.to_thread(thread.join, 10)
                assert not thread.is_alive()


async def opened(endpoint: Endpoint, patience: float = 10) -> Session:
    session = await Session.open(endpoint, patience)
    await session.login(Credentials("anna", "a b"))
    await session.examine(INBOX)
    return session


@pytest.mark.parametrize("news", ["* 4 EXISTS\r\n+ idling\r\n", "+ idling\r\n* 4 EXISTS\r\n"])
async def test_news_that_comes_as_waiting_begins_is_heard(start: Start, news: str) -> None:
    def play(tag: str, rest: str, say: Say) -> bool:
        if rest == "IDLE":
            say(news)
        elif tag == "DONE":
            say(f"{idle[0]} OK done\r\n")
        idle[:] = [tag] if rest == "IDLE" else idle
        return rest == "IDLE" or tag == "DONE"

    idle: list[str] = []
    session = await opened((await start(play))[1])
    assert await asyncio.wait_for(session.idle(60), 10)
    await session.logout()


async def test_a_line_that_comes_in_pieces_is_heard_whole(start: Start) -> None:
    scripted, endpoint = await start()
    session = await opened(endpoint)
    waiting = asyncio.create_task(session.idle(60))
    await scripted.idling.wait()
    assert scripted.writer is not None
    for piece in ("* OK still he", "re\r\n* 4 EXI", "STS\r\n"):
        scripted.say(piece)
        await scripted.writer.drain()
    assert await asyncio.wait_for(waiting, 10)
    await session.logout()


@pytest.mark.parametrize("end", ["* BYE for today\r\n", "", "nonsense\r\n"])
async def test_a_server_that_goes_while_waited_for_is_noticed(start: Start, end: str) -> None:
    scripted, endpoint = await start()
    session = await opened(endpoint)
    waiting = asyncio.create_task(session.idle(60))
    await scripted.idling.wait()
    assert scripted.writer is not None
    scripted.say(end)
    scripted.writer.close()
    with pytest.raises(ConnectionLostError):
        await asyncio.wait_for(waiting, 10)
    session.close()


async def test_a_cancelled_wait_cuts_the_connection(start: Start) -> None:
    scripted, endpoint = await start()
    session = await opened(endpoint)
    waiting = asyncio.create_task(session.idle(60))
    await scripted.idling.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(scripted.gone.wait(), 10)
    with pytest.raises(ConnectionLostError):
        await session.noop()
    await session.logout()
    session.close()


async def test_a_fetch_cancelled_in_the_middle_of_a_mail_cuts_the_connection(start: Start) -> None:
    fetching = asyncio.Event()

    def play(tag: str, rest: str, say: Say) -> bool:
        if rest.startswith("UID FETCH"):
            say("* 1 FETCH (UID 1 BODY[]<0> {1000}\r\nSubject: ")
            fetching.set()
            return True
        return False

    async def read(session: Session) -> None:
        async for _ in session.fetch([1], 0, 1000):
            pass

    scripted, endpoint = await start(play)
    reading = asyncio.create_task(read(await opened(endpoint)))
    await fetching.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.wait_for(scripted.gone.wait(), 10)


@pytest.mark.parametrize("security", ["none", "tls"])
async def test_opening_is_cancelled_while_the_server_keeps_silent(start: Start, security: str) -> None:
    scripted, endpoint = await start(greeting="")
    silent = Endpoint("imap", endpoint.host, endpoint.port, security)  # type: ignore[arg-type]
    opening = asyncio.create_task(Session.open(silent, 60))
    await scripted.reached.wait()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await asyncio.wait_for(scripted.gone.wait(), 10)


async def test_mails_come_in_any_form_and_a_damaged_answer_is_told_at_the_end(start: Start) -> None:
    def play(tag: str, rest: str, say: Say) -> bool:
        if rest.startswith("UID FETCH"):
            say('* 1 FETCH (UID 1 INTERNALDATE "01-Feb-2026 12:00:00 +0200" BODY[]<0> {3}\r\na\r\n)\r\n')
            say('* 2 FETCH (FLAGS () BODY[]<0> "quoted" INTERNALDATE " 1-Feb-2026 04:00:00 -0600" UID 2)\r\n')
            say("* 2 FETCH (FLAGS (\\Seen))\r\n* 4 EXISTS\r\n")
            say("* 3 FETCH (UID 3 BODY[]<0>\r\n")
            say(f"{tag} OK done\r\n")
            return True
        return False

    session = await opened((await start(play))[1])
    got = []
    with pytest.raises(RefusedByServerError, match="damaged"):
        async for mail in session.fetch([1, 2, 3], 0, 1000):
            got.append((mail.uid, mail.raw, mail.received_at))
    assert got == [(1, b"a\r\n", 1_769_940_000_000), (2, b"quoted", 1_769_940_000_000)]
    assert session.news
    await session.logout()


@pytest.mark.parametrize("literal", ["{99999999999}", "{160000000}"])
async def test_a_server_that_announces_more_than_was_asked_for_is_left(start: Start, literal: str) -> None:
    def play(tag: str, rest: str, say: Say) -> bool:
        if rest.startswith("UID FETCH"):
            say(f"* 1 FETCH (UID 1 BODY[]<0> {literal}\r\n")
            return True
        return False

    session = await opened((await start(play))[1])
    with pytest.raises(ConnectionLostError, match="more than was asked for"):
        async for _ in session.fetch([1], 0, 1000):
            pass
    session.close()


async def test_a_server_that_ends_the_talk_says_why(start: Start) -> None:
    _, endpoint = await start(greeting="* BYE too many connections\r\n")
    with pytest.raises(ConnectorError, match=r"turns us away: .*too many connections"):
        await Session.open(endpoint, 10)

    def play(tag: str, rest: str, say: Say) -> bool:
        if rest.startswith("NOOP"):
            say("* BYE shutting down\r\n")
        return rest.startswith("NOOP")

    session = await opened((await start(play))[1])
    with pytest.raises(ConnectionLostError, match="ends the connection: shutting down"):
        await session.noop()
    session.close()
