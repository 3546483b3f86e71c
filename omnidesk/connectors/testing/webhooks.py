"""Tests of what a provider posts: verified first, kept once, never from a forger (promise 1)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from omnidesk.connectors.base import Connector, WebhookAnswer, WebhookRequest
from omnidesk.connectors.testing.base import Base, needs, words_of
from omnidesk.connectors.testing.harness import Harness, Said, post
from omnidesk.connectors.testing.program import Program, serving, wait_for

_URL = "https://desk.example/hooks/under-test"


class Webhooks(Base):
    """A provider that posts what happens."""

    @staticmethod
    def handling(request: WebhookRequest) -> Callable[[Connector], Awaitable[WebhookAnswer]]:
        """Return the work of a connector on one webhook."""
        return lambda connector: connector.handle_webhook(request)

    @needs("webhook")
    def test_30_a_webhook_is_verified_and_becomes_its_message(self, harness: Harness) -> None:
        """What was signed is taken, and what it gives to decode is what was said."""
        for request in harness.webhook(_URL, Said("posted to us")):
            answer = self.talk(harness, self.handling(request))
            assert 200 <= answer.status < 300
            assert answer.batch is not None
            connector = type(self.talk(harness, self.itself))
            said = [words_of(one) for item in answer.batch.items for one in connector.decode(item)]
            assert said == ["posted to us"]
            assert all(item.source_id for item in answer.batch.items)

    @staticmethod
    async def itself(connector: Connector) -> Connector:
        """Return a connector."""
        return connector

    @needs("webhook")
    def test_31_the_same_webhook_five_times_is_one_thing(self, harness: Harness) -> None:
        """Providers post again what they think was not taken: it bears the same source ids each time."""
        (request, *_) = harness.webhook(_URL, Said("posted again and again"))

        async def five(connector: Connector) -> list[WebhookAnswer]:
            return list(await asyncio.gather(*(connector.handle_webhook(request) for _ in range(5))))

        found = [
            tuple(item.source_id for item in answer.batch.items) if answer.batch is not None else ()
            for answer in self.talk(harness, five)
        ]
        assert found == [found[0]] * 5
        assert found[0]

    @needs("webhook", excuse="signature")
    def test_32_a_wrong_signature_is_refused_and_has_no_batch(self, harness: Harness) -> None:
        """Whoever cannot sign is answered 401 or 403, and nothing is made of it."""
        for request in harness.webhook(_URL, Said("signed by nobody")):
            for forged in harness.forgeries(request):
                answer = self.talk(harness, self.handling(forged))
                assert (answer.status in (401, 403), answer.batch) == (True, None)

    @needs("webhook")
    def test_33_the_same_webhook_in_parallel_is_one_message(self, harness: Harness, program: Program) -> None:
        """Through the whole program: each of the five is answered 2xx, one message is there."""
        with serving(program) as site:
            requests = harness.webhook(site.hook_url, Said("posted in parallel"))
            with ThreadPoolExecutor(5) as threads:
                for request in requests:
                    statuses = list(threads.map(post, [request] * 5))
                    assert all(200 <= status < 300 for status in statuses)
            wait_for(program.texts, "the message to be filed")
        program.sync()
        assert program.texts() == ["posted in parallel"]

    @needs("webhook", excuse="signature")
    def test_34_a_forged_webhook_stores_nothing(self, harness: Harness, program: Program) -> None:
        """Through the whole program: refused, and neither a message nor anything in quarantine."""
        with serving(program) as site:
            for request in harness.webhook(site.hook_url, Said("forged")):
                for forged in harness.forgeries(request):
                    assert post(forged, patient=False) in (401, 403)
        assert (program.texts(), program.quarantined()) == ([], [])
