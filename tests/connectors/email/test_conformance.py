"""The e-mail connector passes the conformance suite against a real Dovecot."""

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance, Harness
from tests.mail_harness import MailHarness
from tests.servers import MailServer


@pytest.mark.servers
class TestEmail(Conformance):
    kills = 3

    @pytest.fixture
    def harness(self, own_mail_server: MailServer) -> Iterator[Harness]:
        yield MailHarness(own_mail_server)


@pytest.mark.servers
@pytest.mark.slow
class TestEmailKilledOften(Conformance):
    kills = 20

    @pytest.fixture
    def harness(self, own_mail_server: MailServer) -> Iterator[Harness]:
        yield MailHarness(own_mail_server)
