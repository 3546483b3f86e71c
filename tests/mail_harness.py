"""A mailbox on a real Dovecot as the conformance suite's provider."""

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from omnidesk.connectors.testing import Harness, Received, Said
from tests.servers import MailServer


class MailHarness(Harness):
    """One account on a mail server of the test's own."""

    kind = "email"
    not_applicable = {  # noqa: RUF012
        "retry_after": "a mail server does not say when to come back",
        "token": "a password does not end in mid-pull; tokens that do are ended in test_oauth.py",
    }

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.mailbox = server.mailbox()
        self.address = self.mailbox.address
        self.settings = {**self.mailbox.settings}
        self.settings.pop("poll_seconds", None)
        self.secrets = self.mailbox.secrets
        self.count = 0

    def inject(self, *messages: Said) -> None:
        mails = []
        for said in messages:
            self.count += 1
            mail = EmailMessage(policy=email.policy.SMTP)
            mail["From"] = f"Anna <{said.sender}>"
            mail["To"] = self.address
            mail["Subject"] = f"{said.subject} {self.count}"
            mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
            mail["Message-ID"] = f"<{self.count}.{id(self)}@customer.example>"
            mail.set_content(said.text)
            for name, data in said.files.items():
                mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
            mails.append(mail.as_bytes())
        self.mailbox.append_many("INBOX", mails)

    def inject_raw(self, raw: bytes) -> None:
        self.mailbox.append("INBOX", raw.replace(b"\x00", b""))  # no mail server takes a NUL (RFC 3501 section 4.3)

    def received(self) -> list[Received]:
        taken = []
        for accepted in self.server.submission.accepted:
            mail = email.message_from_bytes(accepted.raw, policy=email.policy.default)
            body = mail.get_body(("plain",))
            files = tuple(part.get_filename() or "" for part in mail.iter_attachments())
            taken.append(Received(body.get_content() if body else "", "", str(mail["Message-ID"]), files))
        return taken

    def report(self, received: Received, status: str) -> None:
        """The customer's server reports (RFC 3464), or their mail program (RFC 8098)."""
        self.count += 1
        part = f"Original-Message-ID: {received.external_id}\r\nFinal-Recipient: rfc822; anna@customer.example\r\n"
        if status == "read":
            what, part = (
                "disposition-notification",
                f"{part}Disposition: manual-action/MDN-sent-manually; displayed\r\n",
            )
        else:
            what = "delivery-status"
            part = f"Reporting-MTA: dns; customer.example\r\n\r\n{part}Action: delivered\r\nStatus: 2.0.0\r\n"
        self.mailbox.append(
            "INBOX",
            (
                f"From: MAILER-DAEMON@customer.example\r\nTo: {self.address}\r\nSubject: Report\r\n"
                f"Message-ID: <report-{self.count}@customer.example>\r\nMIME-Version: 1.0\r\n"
                f"Content-Type: multipart/report; report-type={what}; boundary=r\r\n\r\n--r\r\n\r\nIt is so.\r\n"
                f"--r\r\nContent-Type: message/{what}\r\n\r\n{part}\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                f"Message-ID: {received.external_id}\r\n\r\n--r--\r\n"
            ).encode(),
        )

    @contextmanager
    def lose_answer(self) -> Iterator[None]:
        with self.server.submission.failing("drop_after_data"):
            yield

    @contextmanager
    def refuse(self) -> Iterator[None]:
        with self.server.submission.failing(RCPT="550 5.1.1 nobody of this name here"):
            yield

    def lose_position(self) -> None:
        self.server.reset_uidvalidity(self.address, "INBOX")

    @contextmanager
    def outage(self) -> Iterator[Callable[[], int]]:
        self.server.stop()
        count = 0
        listener = socket.create_server(("127.0.0.1", self.server.imap_port))

        def hang_up() -> None:
            nonlocal count
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                count += 1
                connection.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        try:
            yield lambda: count
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(10)
            self.server.start()

    @contextmanager
    def freeze(self) -> Iterator[None]:
        self.server.freeze()
        try:
            yield
        finally:
            self.server.thaw()
