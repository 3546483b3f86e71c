"""Authentication-Results of our own server (RFC 8601), as providers write them; nobody else's counts."""

from __future__ import annotations

import asyncio

import pytest

from omnidesk.connectors.email.authenticity import authenticity
from omnidesk.connectors.email.mime import parse
from omnidesk.sync import setup
from omnidesk.words.kinds import Auth
from tests.servers import Mailbox, simple_mail

MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.test; dkim=pass (signature was verified) header.d=x.test;"
    "dmarc={0} action=none header.from=x.test;compauth=pass reason=100"
)


def verdict(ours: str, *fields: str, sender: str = "ann@x.test") -> Auth:
    head = "".join(f"Authentication-Results: {field}\r\n" for field in fields)
    return authenticity(parse(f"{head}From: {sender}\r\n\r\nhi".encode()), sender, ours)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=x.test", Auth.PASS),
        ("dkim=pass header.i=@x.test; spf=pass smtp.mailfrom=b@y.test; dmarc=fail header.from=x.test", Auth.FAIL),
        ("dmarc=none header.from=x.test; dkim=pass header.d=x.test", Auth.PASS),
        ("dmarc=bestguesspass action=none header.from=x.test", Auth.PASS),
        ("dkim=pass header.d=y.test; spf=pass smtp.mailfrom=bounce@y.test", Auth.NONE),
        ("spf=fail smtp.mailfrom=ann@x.test", Auth.FAIL),
        ("spf=fail smtp.mailfrom=ann@x.test; dkim=pass header.d=x.test", Auth.PASS),
        ("spf=softfail smtp.mailfrom=ann@x.test", Auth.NONE),
        ("dmarc=pass header.from=other.test", Auth.NONE),
        ("dmarc=temperror header.from=x.test", Auth.NONE),
        ("none", Auth.NONE),
        ('spf=pass smtp.mailfrom="x; dmarc=pass header.from=x.test; "@y.test', Auth.NONE),
        ('dkim=neutral reason="dmarc=pass" header.d=x.test', Auth.NONE),
    ],
)  # fmt: skip
def test_what_our_server_says(said: str, expected: Auth) -> None:
    assert verdict("mx.us.test", f"mx.us.test 1; {said}") is expected


def test_a_subdomain_is_vouched_for_by_its_domain_and_not_the_other_way_round() -> None:
    assert verdict("mx", "mx; dkim=pass header.d=x.test", sender="a@mail.x.test") is Auth.PASS
    assert verdict("mx", "mx; dkim=pass header.d=mail.x.test", sender="a@x.test") is Auth.NONE
    assert verdict("mx", "mx; dkim=pass header.d=test", sender="a@x.test") is Auth.NONE


def test_of_our_own_name_the_topmost_counts_and_other_names_never() -> None:
    forged, real = "mx; dmarc=pass header.from=x.test", "mx; dmarc=fail header.from=x.test"
    assert verdict("mx", real, forged) is Auth.FAIL
    assert verdict("mx", "evil.test; dmarc=pass header.from=x.test") is Auth.NONE
    assert verdict("", forged) is Auth.NONE
    assert verdict("mx", "(mx;) evil.test; dmarc=pass header.from=x.test") is Auth.NONE


def test_a_server_without_a_name_counts_only_at_the_top() -> None:
    assert verdict("-", MICROSOFT.format("pass")) is Auth.PASS
    assert verdict("-", MICROSOFT.format("fail")) is Auth.FAIL
    assert verdict("-", "relay.test; spf=none", MICROSOFT.format("pass")) is Auth.NONE


def test_one_that_speaks_with_several_names_is_heard_whole() -> None:
    fields = ("bimi.icloud.com; bimi=none", "dkim-verifier.icloud.com; dkim=pass header.d=x.test")
    assert verdict("*.icloud.com", *fields, "dmarc.icloud.com; dmarc=fail header.from=x.test") is Auth.FAIL
    assert verdict("*.icloud.com", *fields) is Auth.PASS
    assert verdict("*.icloud.com", *(one.replace("icloud", "evil") for one in fields)) is Auth.NONE


@pytest.mark.servers
def test_set_up_learns_our_server_from_the_mails_in_the_inbox(mailbox: Mailbox) -> None:
    for place in range(6):
        field = f"Authentication-Results: mx.shop.test; dmarc=pass header.from=s{place}.test\r\n".encode()
        mailbox.append("INBOX", field + simple_mail(sender=f"a@s{place}.test"))
    found = asyncio.run(_checked(mailbox))
    assert found["authserv_id"] == "mx.shop.test"


async def _checked(mailbox: Mailbox) -> dict[str, object]:
    found = await asyncio.to_thread(setup.check, "email", mailbox.address, mailbox.settings, mailbox.secrets)
    return dict(found.settings)
