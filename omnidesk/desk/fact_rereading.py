"""Reading again what came in before facts were learned, or before a pattern was added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from omnidesk.connectors import registry
from omnidesk.desk import fact_kinds, phones
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.fact_learning import FORM, MESSAGE, Learning, Told
from omnidesk.store.workspace import Workspace
from omnidesk.text.facts import values
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import PROGRAM

AT_A_TIME = 200


def reread(workspace: Workspace, progress: Callable[[int], None] | None = None) -> int:
    """Learn from every message that is kept, oldest first; return how many were read. Rides on the primary key.

    What an agent forgot does not come back: nothing here was said since."""
    from omnidesk.text.facts.finding import find

    reader = workspace.database.reader
    region, patterns = phones.region(reader), fact_kinds.patterns(reader)
    last = read = 0
    while True:
        rows = reader.all(
            "SELECT m.id, m.customer_id, m.subject, COALESCE(m.reply_text, m.text) AS said, m.at, channel.kind, "
            "m.direction = 'inbound' AND m.auto IS NULL AND NOT m.unproven AND m.aside_id IS NULL AND m.contact_json "
            "= '{}' AND m.customer_id IS NOT NULL AND conversation.place = 'desk' AS theirs FROM message m "
            "JOIN channel ON channel.id = m.channel_id JOIN conversation ON conversation.id = m.conversation_id "
            "WHERE m.id > ? ORDER BY m.id LIMIT ?",
            (last, AT_A_TIME),
        )
        if not rows:
            return read
        last, told = rows[-1]["id"], []
        for row in (one for one in rows if one["theirs"]):
            vouches = _vouches(row["kind"])
            for one in find(row["said"], row["subject"], region, patterns):
                try:
                    value = values.normal(one.kind, one.value, region)
                except ValueError:
                    continue
                source = MESSAGE if vouches else FORM
                told.append(Told(row["customer_id"], one.kind, value, source, row["at"], row["id"], proven=vouches))
        if told:
            perform(workspace, PROGRAM, "facts", partial(_learn, told=told))
        read += len(rows)
        if progress is not None:
            progress(read)


def _learn(act: Act, told: Sequence[Told]) -> Any:
    learning = Learning(act.tx)
    for one in told:
        learning.tell(one)
    return learning.finish()


def _vouches(kind: str) -> bool:
    try:
        return registry.manifest(kind).vouches
    except NotFoundError:
        return True
