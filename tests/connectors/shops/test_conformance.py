"""Each kind of commerce passes the conformance suite, as far as it is about what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.shops.harness import FilesHarness, ShopifyHarness, SourceHarness, WooHarness

pytestmark = pytest.mark.slow


class TestWooCommerce(Conformance):
    """A WooCommerce shop, over plain HTTP and therefore OAuth 1.0a."""

    kills = 2

    @pytest.fixture
    def harness(self) -> Iterator[WooHarness]:
        with WooHarness() as harness:
            yield harness


class TestShopify(Conformance):
    """A Shopify shop."""

    kills = 2

    @pytest.fixture
    def harness(self) -> Iterator[ShopifyHarness]:
        with ShopifyHarness() as harness:
            yield harness


class TestHttpJson(Conformance):
    """A plain source of JSON."""

    kills = 2

    @pytest.fixture
    def harness(self) -> Iterator[SourceHarness]:
        with SourceHarness() as harness:
            yield harness


class TestOrderFiles(Conformance):
    """A folder of JSON Lines."""

    kills = 2

    @pytest.fixture
    def harness(self, tmp_path: Path) -> FilesHarness:
        return FilesHarness(tmp_path / "orders")
