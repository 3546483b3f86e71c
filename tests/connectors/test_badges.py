"""The badges that the console paints before it has loaded a connector are those of the manifests."""

from __future__ import annotations

from omnidesk.connectors import registry
from omnidesk.words import badges


def test_each_built_in_kind_is_painted_as_its_manifest_says() -> None:
    assert {one.kind: one.badge for one in registry.kinds()} == badges.BUILT_IN


def test_a_kind_of_others_is_painted_as_it_says_once_it_is_known() -> None:
    assert badges.of("pigeonpost") == "pige"
    badges.learn({"pigeonpost": "pgn", "email": "never"})
    assert (badges.of("pigeonpost"), badges.of("email")) == ("pgn", "mail")
