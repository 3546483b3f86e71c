"""A submission server for tests: STARTTLS, AUTH and DSN, which hands mail to Dovecot and fails on request."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import smtplib
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tests.servers import MailServer

Fault = Literal["refuse", "drop_before_data", "drop_after_data", "drop_in_data", "hang_after_data"]
"""refuse: closes at connect. drop_before_data: breaks at RCPT. drop_after_data: has taken the mail, breaks before
it answers. drop_in_data: the same, but it has not taken it. hang_after_data: has taken it, never answers."""


@dataclass
class Accepted:
    """One mail that the submission server took."""

    sender: str
    recipients: list[str]
    raw: bytes
    options: str = ""


@dataclass
class Submission:
    """Listens on `server.smtp_port`; what it took is in `accepted`.

    `fault` breaks the talk at one step, `replies` answers a step (`MAIL`, `RCPT`, `DATA`) or one recipient's address
    with a status line of the test's choice."""

    server: MailServer
    accepted: list[Accepted] = field(default_factory=list)
    fault: Fault | None = None
    replies: dict[str, str] = field(default_factory=dict)
    store_sent: bool = False
    """Whether a copy goes to the sender's Sent folder, as Gmail and Microsoft 365 do."""
    _controller: Any = None

    @contextlib.contextmanager
    def failing(self, fault: Fault | None = None, **replies: str) -> Iterator[None]:
        """Fail within the block: `failing("drop_after_data")`, `failing(DATA="451 later")`."""
        before = self.fault, dict(self.replies)
        self.fault = fault
        self.replies.update(replies)
        try:
            yield
        finally:
            self.fault, self.replies = before

    def start(self) -> None:
        """Listen, if not already."""
        if self._controller is not None:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from aiosmtpd.controller import Controller

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.root / "cert.pem", self.server.root / "key.pem")
        submission = self

        class Listening(Controller):
            def factory(self) -> Any:
                return _smtp_class()(
                    submission,
                    _Handler(submission),
                    authenticator=submission._authenticate,
                    tls_context=context,
                    auth_required=True,
                    require_starttls=True,
                    enable_SMTPUTF8=True,
                    data_size_limit=26_214_400,
                    auth_exclude_mechanism=() if submission.server.tokens else ("XOAUTH2", "OAUTHBEARER"),
                )

        self._controller = Listening(None, hostname="127.0.0.1", port=self.server.smtp_port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        known = self.server.passwords.get(data.login.decode())
        return AuthResult(success=known is not None and data.password.decode() == known, handled=False)


class _Handler:
    def __init__(self, submission: Submission) -> None:
        self.submission = submission

    async def auth_XOAUTH2(self, server: Any, words: list[bytes]) -> Any:  # noqa: N802
        return await self._auth_by_token(server, words, b'{"status":"400","schemes":"Bearer"}')

    async def auth_OAUTHBEARER(self, server: Any, words: list[bytes]) -> Any:  # noqa: N802
        return await self._auth_by_token(server, words, b'{"status":"invalid_token"}')

    async def _auth_by_token(self, server: Any, words: list[bytes], refusal: bytes) -> Any:
        from aiosmtpd.smtp import MISSING, AuthResult, LoginPassword

        said = base64.b64decode(words[1]) if len(words) > 1 else await server.challenge_auth("")
        if said is MISSING:
            return AuthResult(success=False, handled=False)
        user = re.search(rb"(?:user|a)=([^\x01,]+)", said)
        token = re.search(rb"auth=Bearer ([^\x01]+)", said)
        tokens = self.submission.server.tokens
        owner = await asyncio.to_thread(tokens.owner_of, token[1].decode()) if tokens and token else None
        if user is None or owner != user[1].decode():
            await server.challenge_auth(refusal.decode())  # the client must answer before it is refused
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=LoginPassword(user[1], b""))

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if reply := self.submission.replies.get("MAIL"):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.submission.fault == "drop_before_data":
            server.transport.abort()
        reply = self.submission.replies.get(address) or self.submission.replies.get("RCPT")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        fault = self.submission.fault
        if fault == "drop_in_data":
            server.transport.abort()
            return "451 gone"
        if reply := self.submission.replies.get("DATA"):
            return reply
        await asyncio.to_thread(self._take, envelope, getattr(session, "dsn_options", ""))
        if fault == "drop_after_data":
            server.transport.abort()
        if fault == "hang_after_data":
            await asyncio.sleep(3600)
        return "250 taken"

    def _take(self, envelope: Any, options: str) -> None:
        mail_server = self.submission.server
        raw = envelope.original_content
        self.submission.accepted.append(Accepted(envelope.mail_from, list(envelope.rcpt_tos), raw, options))
        here = [
            each
            for each in envelope.rcpt_tos
            if each.split("+")[0].split("@")[0] + "@example.test" in mail_server.passwords
        ]
        if here:
            with smtplib.LMTP("127.0.0.1", mail_server.lmtp_port, timeout=20) as lmtp:
                lmtp.sendmail(envelope.mail_from, here, raw)
        if self.submission.store_sent:
            mail_server.append(envelope.mail_from, "Sent", raw, flags="\\Seen")


def _smtp_class() -> Any:
    from aiosmtpd.smtp import SMTP, syntax

    class Smtp(SMTP):  # type: ignore[misc]
        """aiosmtpd's server, which also knows DSN (RFC 3461)."""

        def __init__(self, submission: Submission, *args: Any, **kwargs: Any) -> None:
            self.submission = submission
            super().__init__(*args, **kwargs)

        def connection_made(self, transport: Any) -> None:
            if self.submission.fault == "refuse":
                transport.abort()
                return
            super().connection_made(transport)

        @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
        async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
            await super().smtp_MAIL(self._without_dsn(arg))

        @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
        async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
            await super().smtp_RCPT(self._without_dsn(arg))

        def _without_dsn(self, arg: str | None) -> str | None:
            if arg is None:
                return None
            found = re.findall(r" (?:RET|ENVID|NOTIFY|ORCPT)=\S+", arg)
            self.session.dsn_options = getattr(self.session, "dsn_options", "") + "".join(found)
            return re.sub(r" (?:RET|ENVID|NOTIFY|ORCPT)=\S+", "", arg)

    return Smtp
