"""SQL said for PostgreSQL: placeholders, and what only SQLite understands."""

from __future__ import annotations

import pytest

from omnidesk.store.translating import translated


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SELECT 1 WHERE a = ? AND b = ?", "SELECT 1 WHERE a = %s AND b = %s"),
        ("SELECT 1 WHERE a = :me AND b < :k0", "SELECT 1 WHERE a = %(me)s AND b < %(k0)s"),
        ("SELECT '?', ':me', 'it''s 5%' || ?", "SELECT '?', ':me', 'it''s 5%%' || %s"),
        ("SELECT a % 2, b::text", "SELECT a %% 2, b::text"),
        ("SELECT x FROM c INDEXED BY some_index WHERE x", "SELECT x FROM c WHERE x"),
        ("FROM a CROSS JOIN b ON b.id = a.id", "FROM a JOIN b ON b.id = a.id"),
        ("FROM a CROSS JOIN conversation c ON c.id = a.id", "FROM a JOIN conversation c ON c.id = a.id"),
        ("FROM a CROSS JOIN b", "FROM a CROSS JOIN b"),
        ("SELECT group_concat(tag.name, ' ')", "SELECT string_agg(tag.name, ' ')"),
        (
            "id IN (SELECT value FROM json_each(:held))",
            "id IN (SELECT value::bigint FROM json_array_elements_text(%(held)s::json) AS value)",
        ),
        ("WHERE id IN ()", "WHERE id IN (NULL)"),
    ],
)
def test_a_statement_is_said_for_postgresql(said: str, meant: str) -> None:
    assert translated(said) == meant
