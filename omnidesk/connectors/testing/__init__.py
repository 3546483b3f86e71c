"""The conformance suite: what every connector must pass, ours and third-party ones alike.

A plugin supplies a `Harness` that can play the provider's side, and a class with one fixture:

    class TestMine(Conformance):
        @pytest.fixture
        def harness(self, tmp_path):
            with MyHarness(tmp_path) as harness:
                yield harness

The suite calls the connector directly where one connector is in question, and drives the whole program through its
command line where intake, leases and crashes are, so it needs nothing but what a plugin's author has installed. The
manifest decides what is tested; what a provider cannot do for a test is named with a reason, and pytest shows it.

harness     what the suite asks of the provider's side        fake       a provider that is played, with all its moods
program     the whole program on a workspace of its own       declared   what a manifest declares
shops       WooCommerce and Shopify, played
receiving, trouble, sending, webhooks, quiet                  the tests
"""

from __future__ import annotations

from omnidesk.connectors.testing.base import collect as collect
from omnidesk.connectors.testing.declared import problems as problems
from omnidesk.connectors.testing.fake import Asked as Asked
from omnidesk.connectors.testing.fake import FakeProvider as FakeProvider
from omnidesk.connectors.testing.fake import Reply as Reply
from omnidesk.connectors.testing.harness import Harness as Harness
from omnidesk.connectors.testing.harness import Received as Received
from omnidesk.connectors.testing.harness import Said as Said
from omnidesk.connectors.testing.harness import post as post
from omnidesk.connectors.testing.program import PATIENCE as PATIENCE
from omnidesk.connectors.testing.program import QUICK as QUICK
from omnidesk.connectors.testing.program import Program as Program
from omnidesk.connectors.testing.program import Site as Site
from omnidesk.connectors.testing.program import engine as engine
from omnidesk.connectors.testing.program import serving as serving
from omnidesk.connectors.testing.program import wait_for as wait_for
from omnidesk.connectors.testing.quiet import Quiet
from omnidesk.connectors.testing.receiving import Receiving
from omnidesk.connectors.testing.sending import Sending
from omnidesk.connectors.testing.trouble import Trouble
from omnidesk.connectors.testing.webhooks import Webhooks


class Conformance(Receiving, Trouble, Sending, Webhooks, Quiet):
    """The whole suite. `kills` is how often a process is killed in mid-work."""
