"""The kinds of facts that a workspace recognises besides those that come with the program: setting `fact_kinds`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from omnidesk.desk.acts import Act, perform
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.facts import KINDS, OwnKind
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.text.facts.own import Pattern

KEY = "fact_kinds"
MOST = 20
PATIENCE = 2.0
"""Seconds that all hostile texts together may take a pattern, beginning a process included."""
_NAME = re.compile(r"[a-z][a-z_]{1,29}")
_TRIAL = """
import json, re, sys
pattern, texts = json.load(sys.stdin)
expression = re.compile(pattern)
for text in texts:
    for match in expression.finditer(text):
        pass
"""


def own(connection: Connection) -> tuple[OwnKind, ...]:
    """Return the workspace's own kinds, by name."""
    found = connection.value("SELECT value_json FROM setting WHERE key = ?", (KEY,))
    return tuple(OwnKind(**one) for one in json.loads(found)) if found else ()


def patterns(connection: Connection) -> tuple[Pattern, ...]:
    """Return the workspace's own patterns, ready to be used."""
    kinds = own(connection)
    if not kinds:
        return ()
    from omnidesk.text.facts.own import Pattern

    return tuple(Pattern.of(one.kind, one.pattern) for one in kinds)


def labels(connection: Connection) -> dict[str, str]:
    """Return what each kind is called, in the agent's language."""
    return {kind: _(label) for kind, label in KINDS.items()} | {
        one.kind: one.label for one in own(connection) if one.kind not in KINDS
    }


def named(connection: Connection, said: str) -> str:
    """Return the kind that somebody named: `order_number`, `order-number`. Raises UsageError."""
    kind = said.strip().lower().replace("-", "_").replace(" ", "_")
    known = labels(connection)
    if kind not in known:
        kind = next((one for one, label in known.items() if label.lower() == said.strip().lower()), "")
    if not kind:
        raise UsageError(_("{said} is no kind of fact; kinds are {kinds}").format(said=said, kinds=", ".join(known)))
    return kind


def add(workspace: Workspace, actor: Actor, kind: str, label: str, pattern: str, example: str) -> rows.Act:
    """Recognise a kind by a pattern from now on, instead of the one it had. Raises UsageError."""
    name = kind.strip().lower().replace("-", "_")
    said = OwnKind(name, one_line(label, 60) or KINDS.get(name, name.replace("_", " ")), pattern, one_line(example, 80))
    _check(said)

    def work(act: Act) -> None:
        others = [one for one in own(act.tx) if one.kind != name]
        if len(others) >= MOST:
            raise UsageError(_("there are {count} kinds already: remove one first").format(count=MOST))
        _put(act, [*others, said])
        act.summary = f"facts: {name} is recognised by its pattern"

    return perform(workspace, actor, "setting", work)[0]


def remove(workspace: Workspace, actor: Actor, kind: str) -> rows.Act:
    """Recognise a kind by its pattern no longer; what is known stays. Raises NotFoundError."""

    def work(act: Act) -> None:
        left = [one for one in own(act.tx) if one.kind != kind.strip().lower().replace("-", "_")]
        if len(left) == len(own(act.tx)):
            raise NotFoundError(_("there is no own kind {kind}; `omnidesk fact kinds` lists them").format(kind=kind))
        _put(act, left)
        act.summary = f"facts: {kind} is recognised by a pattern no longer"

    return perform(workspace, actor, "setting", work)[0]


def _put(act: Act, kinds: list[OwnKind]) -> None:
    kinds = sorted(kinds, key=lambda one: one.kind)
    said = [{"kind": one.kind, "label": one.label, "pattern": one.pattern, "example": one.example} for one in kinds]
    before = [one.kind for one in own(act.tx)]
    act.tx.execute(
        "INSERT INTO setting (key, value_json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
        "value_json = excluded.value_json",
        (KEY, json.dumps(said, ensure_ascii=False)),
    )
    act.event("setting", after={"setting": KEY, "before": before, "value": [one.kind for one in kinds]})


def _check(said: OwnKind) -> None:
    from omnidesk.text.facts import own as rules

    if not _NAME.fullmatch(said.kind):
        raise UsageError(_("a kind is named in small letters and underscores: warranty_code"))
    why = rules.objection(said.pattern)
    if why:
        raise UsageError(_("the pattern cannot be used: {why}").format(why=why))
    found = rules.Pattern.of(said.kind, said.pattern).expression.fullmatch(said.example)
    if found is None:
        raise UsageError(_("the pattern does not match its example {example!r}").format(example=said.example))
    if not quick(said.pattern, said.example):
        raise UsageError(_("the pattern takes too long on some texts: write it with fewer parts that may repeat"))


def quick(pattern: str, example: str) -> bool:
    """Say whether a pattern is done in time with texts made to delay it: tried in a process that can be ended, for
    nothing in this one could stop it."""
    import subprocess
    import sys

    from omnidesk.text.facts import own as rules

    asked = json.dumps([rules.Pattern.of("x", pattern).expression.pattern, rules.slow_texts(pattern, example)])
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _TRIAL], input=asked.encode(), timeout=PATIENCE, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
