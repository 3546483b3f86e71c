"""The whole way, on a real mail server: a mail is read, answered, and the answer is in the customer's mailbox."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from tests.cli.conftest import Result, program
from tests.servers import MailServer, simple_mail, until

pytestmark = pytest.mark.servers


def omnidesk(home: Path, *arguments: str, stdin: str = "", status: int = 0) -> Result:
    done = program(["--home", str(home), "--json", *arguments], stdin)
    assert done.status == status, done
    return done


def test_a_mail_is_read_and_answered_from_the_command_line(mail_server: MailServer, alone: Path) -> None:
    home = alone / "desk"
    support, anna = mail_server.mailbox(), mail_server.mailbox()
    support.deliver(simple_mail(sender=f"Anna <{anna.address}>", to=support.address, message_id="<first@x.test>"))
    settings = support.settings
    options = [
        word
        for key in ("user", "imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")
        for word in (f"--{key.replace('_', '-')}", str(settings[key]))
    ]
    add = ["channel", "add", "email", "--name", "support", "--address", support.address, *options]
    add += ["--set", f"tls_ca={settings['tls_ca']}", "--password-stdin"]

    omnidesk(home, "init", "--agent-name", "Sanne")
    refused = program(["--home", str(home), *add], "not the password\n")
    assert refused.status == 1 and refused.err.count("\n") == 1 and "Traceback" not in refused.err
    assert omnidesk(home, "channel", "list").document["items"][0]["name"] == "desk"
    added = omnidesk(home, *add, stdin=support.password + "\n").document
    assert added["found"]["total"] == 1 and added["channel"]["name"] == "support"
    assert "1 " in program(["--home", str(home), "channel", "test", "support"]).out

    assert omnidesk(home, "sync", "--once").document["channels"][0]["received"] == 1
    again = omnidesk(home, "sync", "--once").document["channels"][0]
    assert again["received"] == 0 and again["error"] is None
    (item,) = omnidesk(home, "queue").document["items"]
    assert item["subject"] == "Where is my order?" and item["customer"]["name"] == "Anna"
    shown = omnidesk(home, "show", str(item["id"])).document
    assert shown["messages"][0]["external_id"] == "<first@x.test>"

    reply = ["reply", str(item["id"]), "--text", "Dear Anna,\n\nit left today: ✓", "--key", "once", "--now"]
    sent = [omnidesk(home, *reply).document["message"] for _ in range(2)]
    assert sent[0]["status"] == "sent" and sent[0]["id"] == sent[1]["id"], sent
    (raw,) = until(anna.messages, "the answer in the customer's mailbox")
    answer = email.message_from_bytes(raw, policy=email.policy.default)
    assert answer["In-Reply-To"] == "<first@x.test>" and answer["Message-ID"] == sent[0]["external_id"]
    assert "it left today: ✓" in answer.get_content()

    anna_says = simple_mail("Re: Where is my order?", "Thanks!\n", f"Anna <{anna.address}>", support.address,
                            in_reply_to=sent[0]["external_id"])  # fmt: skip
    support.deliver(anna_says)
    synced = omnidesk(home, "sync", "--once").document["channels"][0]
    assert synced["received"] == 1 and synced["quarantined"] == 0  # her answer; our copy in Sent is known
    thread = omnidesk(home, "show", str(item["id"])).document
    assert [message["reply_text"].split()[0] for message in thread["messages"]] == ["Hello,", "Dear", "Thanks!"]
    assert omnidesk(home, "search", "thanks").document["items"][0]["conversation"]["id"] == item["id"]


def test_a_password_that_no_longer_works_is_said_by_sync_and_doctor(
    mail_server: MailServer, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, support = alone / "desk", mail_server.mailbox()
    omnidesk(home, "init")
    pairs = [word for key, value in support.settings.items() if key != "poll_seconds"
             for word in ("--set", f"{key}={value}")]  # fmt: skip
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", support.password)
    omnidesk(home, "channel", "add", "email", "--name", "support", "--address", support.address, *pairs)
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", "changed elsewhere")
    failed = omnidesk(home, "sync", "--once", status=1)
    assert failed.document["channels"][0]["error"] and failed.err.count("\n") == 1
    assert omnidesk(home, "channel", "show", "support").document["health"] == "needs_login"
    checks = omnidesk(home, "doctor", status=1).document["checks"]
    (wrong,) = [check for check in checks if not check["ok"]]
    assert wrong["name"] == "channel support" and "omnidesk channel secret support" in wrong["advice"]
