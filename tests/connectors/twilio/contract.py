"""Holds requests and answers against what Twilio publishes of its API: openapi.json says from where it is."""

from __future__ import annotations

from pathlib import Path

from tests.connectors.contract import Contract

HOST = "https://api.twilio.com"
CONTRACT = Contract(Path(__file__).with_name("openapi.json"), HOST, frozenset({"Page", "PageToken"}))
problems = CONTRACT.problems
