"""A mailbox on a real Dovecot as the conformance suite's provider."""

import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from omnidesk.connectors.testing import Harness, Said
from tests.servers import MailServer


class MailHarness(Harness):
    """One account on a mail server of the test's own."""

    kind = "email"
    not_applicable = {"retry_after": "a mail server does not say when to come back"}  # noqa: RUF012

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
