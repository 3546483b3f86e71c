"""A live test of the settings says what there is, or what is wrong, where, and what to do next."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from omnidesk.connectors.base import ConnectionLostError, ConnectorError, LoginError
from omnidesk.connectors.email.providers import guesses
from tests.connectors.email.conftest import connector
from tests.servers import Mailbox, MailServer, free_ports, simple_mail

pytestmark = pytest.mark.servers


async def test_it_tells_what_was_found(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", simple_mail())
    mailbox.append("INBOX", simple_mail(), flags="\\Answered")
    mailbox.append("INBOX", simple_mail(), at=1_700_000_000)
    mailbox.append("Sent", simple_mail())
    checked = await connector(mailbox).check()
    assert (checked.account, checked.total, checked.waiting) == (mailbox.address, 4, 1)
    assert "INBOX: 3 mails" in checked.details
    assert checked.settings["imap_host"] == "127.0.0.1"
    assert checked.settings["smtp_security"] == "starttls"
    assert checked.warnings == ()


async def test_it_changes_nothing(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", simple_mail())
    before = mailbox.server.flags(mailbox.address)
    await connector(mailbox).check()
    assert mailbox.server.flags(mailbox.address) == before


def nowhere() -> int:
    return free_ports(1)[0]


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"password": "wrong"}, LoginError, "IMAP server 127.0.0.1:.* refuses the login of .*check the user name"),
        ({"password": ""}, LoginError, "no password is known"),
        ({"imap_host": "imap.invalid", "imap_security": "tls"}, ConnectionLostError, "imap.invalid:.* was not found"),
        ({"imap_port": nowhere}, ConnectionLostError, "refuses connections: nothing listens there"),
        ({"smtp_port": nowhere}, ConnectionLostError, "refuses connections.*smtp_port"),
        ({"imap_security": "tls"}, ConnectorError, "does not speak TLS there.*starttls"),
        ({"imap_security": "starttls", "tls_ca": ""}, ConnectorError, "signed by nobody.*tls_ca"),
        ({"tls_ca": ""}, ConnectorError, "certificate of the SMTP server .* is signed by nobody"),
        ({"imap_security": "starttls", "imap_host": "127.0.0.2"}, ConnectorError, "is for another name"),
        ({"tls_ca": "/nowhere.pem"}, ConnectorError, "/nowhere.pem does not exist"),
        ({"imap_host": "192.0.2.1"}, ConnectorError, "another machine.*imap_security is none.*Choose tls"),
        ({"imap_port": "x"}, ConnectorError, "imap_port is 'x'"),
        ({"imap_security": "ssl"}, ConnectorError, "choose tls, starttls or none"),
        ({"smtp_security": "none"}, ConnectorError, "SMTP"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
async def test_what_is_wrong_is_said_in_words(
    mailbox: Mailbox, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    changes = {key: value() if callable(value) else value for key, value in changes.items()}
    with pytest.raises(error, match=words) as caught:
        await connector(mailbox, timeout=5, **changes).check()
    assert isinstance(caught.value, ConnectorError)
    assert len(str(caught.value)) < 400


@pytest.fixture
def babbling_server() -> Iterator[int]:
    """Something that listens and speaks another protocol."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=babble, daemon=True).start()
        yield listener.getsockname()[1]


async def test_another_kind_of_server_is_recognised(mailbox: Mailbox, babbling_server: int) -> None:
    with pytest.raises(ConnectorError, match="turns us away"):
        await connector(mailbox, imap_port=babbling_server).check()
    with pytest.raises(ConnectorError):
        await connector(mailbox, smtp_port=babbling_server).check()


def test_servers_are_guessed_from_the_address() -> None:
    assert guesses("anna@gmail.com", "imap") == [("imap.gmail.com", 993, "tls")]
    assert guesses("support@shop.example", "imap")[0] == ("imap.shop.example", 993, "tls")
    assert guesses("support@shop.example", "smtp")[0] == ("smtp.shop.example", 587, "starttls")
    assert guesses("nonsense", "imap") == []


async def test_a_password_may_hold_letters_outside_ascii(mail_server: MailServer) -> None:
    address, _ = mail_server.add_user()
    mail_server.passwords[address] = "pässwörd-çélèbre"
    (mail_server.root / "users" / address).write_text(f"{address}:{{PLAIN}}{mail_server.passwords[address]}:::::\n")
    found = await connector(Mailbox(mail_server, address, mail_server.passwords[address])).check()
    assert found.total == 0
