"""Text messages by Twilio pass the conformance suite against a fake that is held to Twilio's published OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.testing import Conformance, Harness, Program, serving
from tests.connectors.twilio.harness import SmsHarness


@pytest.mark.slow
class TestTwilioSms(Conformance):
    """One number."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[SmsHarness]:
        with SmsHarness() as harness:
            self.twilio = harness.provider
            yield harness

    def sizes(self, program: Program) -> dict[str, int]:  # type: ignore[override]
        """Twilio gives files names of its own; the fake knows by which they were sent."""
        found = Conformance.sizes(program)
        return {self.twilio.files[name.partition(".")[0]][0]: size for name, size in found.items()}

    def test_26_files_go_out(self, harness: Harness, program: Program, tmp_path: Path) -> None:
        """Twilio fetches them from `omnidesk serve`."""
        with serving(program) as site:
            program.run("setting", "set", "public_url", site.address)
            super().test_26_files_go_out(harness, program, tmp_path)
