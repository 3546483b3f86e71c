"""Hands a mail to a submission server (RFC 6409), with every step visible: until DATA nothing has been sent, after its
answer it has, and only in between is the outcome unknown. smtplib blocks, so it works in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from omnidesk import clock
from omnidesk.connectors.base import (
    Committing,
    ConnectionLostError,
    ConnectorError,
    Failed,
    LoginError,
    Payload,
    Retry,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.email.endpoint import Endpoint, unreachable
from omnidesk.connectors.email.sasl import Bearer, Credentials, mechanism
from omnidesk.text.clean import one_line

T = TypeVar("T")
_NOT_XTEXT = re.compile(r"[^!-~]|[+=]")


@dataclass(slots=True, eq=False)
class Talk:
    """One connection to a submission server, used from one thread; `close` may be called from any."""

    endpoint: Endpoint
    timeout: float
    host_name: str
    smtp: smtplib.SMTP | None = None
    refused: dict[str, str] = field(default_factory=dict)

    def log_in(self, credentials: Credentials) -> None:
        """Connect, secure the connection and authenticate. Raises ConnectorError."""
        with _in_words(self.endpoint):
            context = self.endpoint.context()
            # Constructed without a host first, so that `close` can reach it while it connects.
            if self.endpoint.security == "tls":
                assert context is not None
                self.smtp = smtplib.SMTP_SSL(local_hostname=self.host_name, timeout=self.timeout, context=context)
            else:
                self.smtp = smtplib.SMTP(local_hostname=self.host_name, timeout=self.timeout)
            self.smtp._host = self.endpoint.host  # type: ignore[attr-defined]  # the name that TLS verifies
            code, said = self.smtp.connect(self.endpoint.host, self.endpoint.port)
            if code != 220:
                raise ConnectionLostError(f"{self.endpoint} turns us away ({_words(code, said)}): it is tried again")
            self.smtp.ehlo_or_helo_if_needed()
            if self.endpoint.security == "starttls":
                if not self.smtp.has_extn("starttls"):
                    raise ConnectorError(
                        f"{self.endpoint} offers no STARTTLS: set smtp_security to tls, usually port 465"
                    )
                assert context is not None
                self.smtp.starttls(context=context)
                self.smtp.ehlo()
        self._authenticate(credentials)

    def _authenticate(self, credentials: Credentials) -> None:
        assert self.smtp is not None
        user, bearer = credentials.user, None
        if not self.smtp.has_extn("auth"):
            raise ConnectorError(
                f"{self.endpoint} takes no login (SMTP AUTH): use the provider's submission server, usually port 587 "
                "or 465"
            )
        if credentials.token:
            offered = mechanism(self.smtp.esmtp_features.get("auth", "").split())
            if not offered:
                raise LoginError(f"{self.endpoint} takes no tokens (OAuth 2.0): set login to password")
            bearer = Bearer(offered, credentials, self.endpoint)
        try:
            with _in_words(self.endpoint):
                if bearer is None:
                    self._log_in_with_password(credentials)
                else:
                    self.smtp.auth(bearer.mechanism, bearer)
        except smtplib.SMTPAuthenticationError as error:
            said = _words(error.smtp_code, error.smtp_error)
            if bearer is not None and bearer.refusal:
                said += f"; {bearer.refusal}"
            if 400 <= error.smtp_code < 500:
                raise ConnectionLostError(f"{self.endpoint} cannot let {user} in now ({said})") from error
            raise LoginError(f"{self.endpoint} refuses the login of {user} ({said})") from error
        except smtplib.SMTPException as error:
            raise LoginError(
                f"{self.endpoint} offers no way to log in that we know ({one_line(str(error))})"
            ) from error

    def _log_in_with_password(self, credentials: Credentials) -> None:
        assert self.smtp is not None
        user, password = credentials.user, credentials.password
        if (user + password).isascii():
            self.smtp.login(user, password)
            return
        # smtplib knows ASCII only; a password may be any UTF-8 (RFC 4616 section 2).
        plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
        code, said = self.smtp.docmd("AUTH", f"PLAIN {plain}")
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, said)

    def address(self, payload: Payload, key: str) -> Retry | Failed | None:
        """Say who it is from and for. None when at least one recipient was taken, else why it cannot go."""
        assert self.smtp is not None
        sender, recipients = str(payload.envelope["from"]), [str(each) for each in payload.envelope["recipients"]]
        limit = self.smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(payload.data):
            return Failed(
                f"the mail is {len(payload.data) / 1e6:.1f} MB, and {self.endpoint} takes no more than "
                f"{int(limit) / 1e6:.1f} MB: send smaller files or a link"
            )
        options = [f"SIZE={len(payload.data)}"] if self.smtp.has_extn("size") else []
        dsn = self.smtp.has_extn("dsn")
        if dsn:
            options += [
                "RET=HDRS",
                f"ENVID={_NOT_XTEXT.sub('', key)[:100]}",
            ]  # a delivery report then names our message (RFC 3461)
        if not all(each.isascii() for each in (sender, *recipients)):
            if not self.smtp.has_extn("smtputf8"):
                return Failed(f"{self.endpoint} takes no addresses with letters outside ASCII")
            options.append("SMTPUTF8")
            self.smtp.command_encoding = "utf-8"
        with _in_words(self.endpoint):
            code, said = self.smtp.mail(sender, options)
            if code != 250:
                return _refusal(code, f"{self.endpoint} does not take mail from {sender}", _words(code, said))
            codes = []
            for recipient in recipients:
                notify = ["NOTIFY=FAILURE,DELAY"] if dsn else []
                code, said = self.smtp.rcpt(recipient, notify)
                if code not in (250, 251):
                    codes.append(code)
                    self.refused[recipient] = _words(code, said)
                    if code == 421:
                        return Retry(f"{self.endpoint} ended the talk ({self.refused[recipient]})")
        if len(self.refused) < len(recipients):
            return None
        why = "; ".join(f"{recipient}: {said}" for recipient, said in self.refused.items())
        later = next((code for code in codes if 400 <= code < 500), codes[0])
        return _refusal(later, f"{self.endpoint} takes no recipient", why)

    def data(self, payload: Payload) -> SendResult:
        """Hand the mail over. Whatever breaks once its bytes are on their way leaves the outcome unknown."""
        assert self.smtp is not None
        try:
            code, said = self.smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            return Retry(f"{self.endpoint} broke off before it took the mail ({_brief(error)})")
        if code != 354:
            return _refusal(code, f"{self.endpoint} does not take the mail", _words(code, said))
        try:
            self.smtp.send(_stuffed(payload.data))
            code, said = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return Unknown(
                f"{self.endpoint} broke off before it confirmed the mail ({_brief(error)}): it may or may not have gone"
            )
        if code == 250:
            return Sent((str(payload.envelope.get("message_id", "")),), clock.now(), dict(self.refused))
        if code == -1:
            return Unknown(f"{self.endpoint} answered nonsense after the mail: it may or may not have gone")
        return _refusal(code, f"{self.endpoint} does not take the mail", _words(code, said))

    def close(self) -> None:
        """Drop the connection."""
        if self.smtp is not None:
            with contextlib.suppress(OSError):
                self.smtp.close()

    def quit(self) -> None:
        """Say goodbye; failures do not matter any more."""
        if self.smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.smtp.quit()


async def send(talk: Talk, credentials: Credentials, payload: Payload, key: str, committing: Committing) -> SendResult:
    """Send a mail once. Raises LoginError and other lasting ConnectorErrors; nothing was sent then."""
    async with _thread(talk) as run:
        try:
            await run(lambda: talk.log_in(credentials))
            refusal = await run(lambda: talk.address(payload, key))
        except ConnectionLostError as error:
            return Retry(str(error))
        if refusal is not None:
            await run(talk.quit)
            return refusal
        await committing()
        result = await run(lambda: talk.data(payload))
        if isinstance(result, Sent):
            await run(talk.quit)
        return result


async def try_login(talk: Talk, credentials: Credentials) -> dict[str, str]:
    """Log in and out again; returns the server's extensions. Raises ConnectorError."""
    async with _thread(talk) as run:
        await run(lambda: talk.log_in(credentials))
        assert talk.smtp is not None
        extensions = dict(talk.smtp.esmtp_features)
        await run(talk.quit)
        return extensions


class _Run:
    """Runs calls one after the other in one thread; a cancelled one is cut off by closing the connection."""

    def __init__(self, talk: Talk, pool: ThreadPoolExecutor) -> None:
        self._talk, self._pool = talk, pool

    async def __call__(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except asyncio.CancelledError:
            _cut(self._talk)
            raise


@contextlib.asynccontextmanager
async def _thread(talk: Talk) -> AsyncIterator[_Run]:
    pool = ThreadPoolExecutor(1, thread_name_prefix="smtp")
    try:
        yield _Run(talk, pool)
    finally:
        _cut(talk)
        pool.shutdown(wait=False, cancel_futures=True)


def _cut(talk: Talk) -> None:
    """End whatever the thread waits for: closing alone does not wake a blocked read."""
    sock = talk.smtp.sock if talk.smtp is not None else None
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
    talk.close()


@contextlib.contextmanager
def _in_words(endpoint: Endpoint) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise
    except smtplib.SMTPServerDisconnected as error:
        raise ConnectionLostError(f"{endpoint} closed the connection ({_brief(error)}): it is tried again") from error
    except smtplib.SMTPResponseException as error:
        said = _words(error.smtp_code, error.smtp_error)
        raise ConnectionLostError(f"{endpoint} turns us away ({said}): it is tried again") from error
    except smtplib.SMTPException:
        raise
    except (OSError, ssl.SSLError) as error:
        raise unreachable(error, endpoint) from error


def _refusal(code: int, what: str, why: str) -> Retry | Failed:
    return Failed(f"{what} ({why})") if 500 <= code < 600 else Retry(f"{what} now ({why})")


def _stuffed(data: bytes) -> bytes:
    """A mail as it goes over the wire: lines that begin with a dot get another, a lone dot ends it."""
    data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(f"{code} {text}", 300)


def _brief(error: BaseException) -> str:
    return one_line(str(error), 200) or type(error).__name__
