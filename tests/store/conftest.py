"""Fixtures for tests of the store: those of the desk."""

from tests.desk.conftest import desk, time

__all__ = ["desk", "time"]
