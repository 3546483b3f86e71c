"""Days gone by, as people say them in English and Dutch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.text.past import span
from omnidesk.words.errors import UsageError
from tests.filling import NOON, standing_clock


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It is Monday 23 November 2026, noon."""
    monkeypatch.setenv("TZ", "UTC")
    with standing_clock(NOON):
        yield


@pytest.mark.parametrize(
    ("said", "begin", "end"),
    [
        ("today", "2026-11-23", "2026-11-24"),
        ("vandaag", "2026-11-23", "2026-11-24"),
        ("Yesterday", "2026-11-22", "2026-11-23"),
        ("eergisteren", "2026-11-21", "2026-11-22"),
        ("7d", "2026-11-16", "2026-11-17"),
        ("3 days ago", "2026-11-20", "2026-11-21"),
        ("2 weken geleden", "2026-11-09", "2026-11-10"),
        ("a month ago", "2026-10-23", "2026-10-24"),
        ("mon", "2026-11-23", "2026-11-24"),
        ("last mon", "2026-11-16", "2026-11-17"),
        ("vrijdag", "2026-11-20", "2026-11-21"),
        ("this week", "2026-11-23", "2026-11-30"),
        ("vorige week", "2026-11-16", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("dit jaar", "2026-01-01", "2027-01-01"),
        ("deze maand", "2026-11-01", "2026-12-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2024-2-29", "2024-02-29", "2024-03-01"),
        ("23-11-2025", "2025-11-23", "2025-11-24"),
        ("23 nov", "2026-11-23", "2026-11-24"),
        ("24 november", "2025-11-24", "2025-11-25"),
        ("okt 5, 2024", "2024-10-05", "2024-10-06"),
        ("2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00", "2026-11-23T08:00:00"),
        ("2026-02-30", None, None),
        ("24 noon", None, None),
        ("domino", None, None),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_what_is_said_has_a_beginning_and_an_end(said: str, begin: str | None, end: str | None) -> None:
    if begin is None or end is None:
        with pytest.raises(UsageError, match="is no date"):
            span(said)
        return
    found = [datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None) for at in span(said)]
    assert found == [datetime.fromisoformat(begin), datetime.fromisoformat(end)]


@given(text=st.text(max_size=20))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_is_a_time_or_no_date(text: str) -> None:
    try:
        begin, end = span(text)
    except UsageError as error:
        assert "is no date" in str(error)
    else:
        assert begin <= end
