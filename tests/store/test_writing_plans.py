"""What writes costs the same however large the desk is: intake, an answer and the way out find their rows by indexes.

On SQLite only, whose planner goes by the shape of a statement; what PostgreSQL would do depends on what there is.
"""

from __future__ import annotations

from pathlib import Path

from omnidesk.desk import composing, joining, undo
from tests import plans
from tests.filling import mail, open_desk


def test_what_writes_reads_along_indexes_too(tmp_path: Path) -> None:
    found = open_desk(tmp_path)
    opened, me = found.workspace, found.me
    found.receives(*(mail(f"{number}", sender=f"c{number}@example.test") for number in range(20)))
    with plans.recorded_writing(opened) as said:
        found.receives(mail("news", "Where is it?", answers="3"), mail("first", sender="new@example.test"))
        found.receives(*(mail(f"own {one}", "On its way", outbound=True, answers=f"{one}") for one in range(20)))
        composing.reply(opened, me, 5, "Tomorrow", key="k1")
        found.sends_all()
        joining.merge(opened, me, [7], 6)
        undo.undo(opened, me)
    offending = {one: steps for one in dict.fromkeys(said) if (steps := plans.offences_in_writing(opened, one))}
    opened.close()
    assert len(said) > 100
    assert offending == {}
