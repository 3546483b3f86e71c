"""WhatsApp passes the conformance suite against a fake that is held to Meta's published OpenAPI; and what is its own:
reports that bear our key settle what was unknown, a window that closed on Meta's side, and a first word by template."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance, Program, Said, post
from tests.connectors.whatsapp.harness import WhatsAppHarness, number_of


@pytest.mark.slow
class TestWhatsApp(Conformance):
    """One number."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[WhatsAppHarness]:
        with WhatsAppHarness() as harness:
            yield harness

    def test_40_a_lost_answer_is_settled_by_a_report_that_bears_our_key(
        self, harness: WhatsAppHarness, program: Program
    ) -> None:
        number = self.conversation_with(harness, program, Said("did you get it?"))["id"]
        with harness.lose_answer():
            self.answer(program, number, "yes we did")
            self.sync_until(program, lambda: self.took(harness, "yes we did"), "the answer to be taken")
        self.sync_until(program, lambda: self.status_of(program, "yes we did") == "unknown", "it to be unknown")
        (taken,) = harness.provider.taken
        report = harness.provider.report(taken, "delivered")
        post(harness.provider.webhook(harness.hook_url, statuses=[report]))
        self.sync_until(program, lambda: self.status_of(program, "yes we did") == "delivered", "it to be settled")

    def test_41_a_window_that_closed_on_their_side_is_said(self, harness: WhatsAppHarness, program: Program) -> None:
        number = self.conversation_with(harness, program, Said("in time"))["id"]
        harness.provider.hook_url = harness.hook_url
        harness.provider.wrote[number_of(Said("").sender)] = 0
        self.answer(program, number, "they say it is late")
        self.sync_until(program, lambda: self.status_of(program, "they say it is late") == "failed", "it to fail")
        (row,) = program.outbox("failed")
        assert "only a template goes (Meta 131047)" in row["error"]

    def test_42_a_customer_who_never_wrote_gets_a_template_and_nothing_else(
        self, harness: WhatsAppHarness, program: Program
    ) -> None:
        program.run("channel", "templates", "under-test", "--refresh")
        first = ("new", "--to", "+31687654321", "--via", "under-test")
        program.run(*first, "--subject", "Hello", "--text", "hello", expect=(4,))
        program.run(*first, "--template", "autumn_sale", "--language", "en")
        self.sync_until(program, lambda: self.took(harness, "autumn_sale"), "the template to be taken")
        assert len(harness.received()) == 1
