"""Fixtures for tests of the engine: those of the desk."""

from tests.desk.conftest import desk, scripted_kinds, time

__all__ = ["desk", "scripted_kinds", "time"]
