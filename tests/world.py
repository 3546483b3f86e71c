"""The rest of the internet, for a mail server of the tests: a plain SMTP server that takes what is sent out.

Mail for `@example.test` goes on to the test's Dovecot; addresses can be unknown, or come only later (greylisting)."""

from __future__ import annotations

import asyncio
import smtplib
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Taken:
    """One mail that left: envelope, options of MAIL FROM, bytes."""

    sender: str
    recipients: list[str]
    raw: bytes
    options: list[str]


@dataclass
class World:
    """Listens on `port`. `unknown` addresses are refused for good, `greylisted` ones that many times."""

    port: int
    lmtp_port: int = 0
    unknown: set[str] = field(default_factory=set)
    greylisted: dict[str, int] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _controller: Any = None

    def start(self) -> None:
        """Listen."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from aiosmtpd.controller import Controller

        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)


class _Handler:
    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.world.unknown:
            return "550 5.1.1 No such user here"
        if self.world.refused[address] < self.world.greylisted.get(address, 0):
            self.world.refused[address] += 1
            return "450 4.7.1 Greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        raw = envelope.original_content
        options = [str(one) for one in envelope.mail_options]
        self.world.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), raw, options))
        here = [one for one in envelope.rcpt_tos if one.endswith("@example.test")]
        if here and self.world.lmtp_port:
            await asyncio.to_thread(self._deliver, envelope.mail_from, here, raw)
        return "250 taken"

    def _deliver(self, sender: str, recipients: list[str], raw: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.world.lmtp_port, timeout=20) as lmtp:
            lmtp.sendmail(sender or "<>", recipients, raw)
