"""A mail archive's conversations as notmuch groups them by ids, to hold ours against.

`groups_of_notmuch(maildir)` and `groups_of_desk(workspace, maildir)` say for each file to which group it belongs;
`compared` puts both side by side: pairs that only we join, and pairs that only notmuch joins and we do not even offer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnidesk.connectors import registry
from omnidesk.desk.workspace import Workspace

CONFIG = "[database]\npath={folder}\n[user]\nname=Test\nprimary_email=nobody@example.test\n[new]\ntags=new\n"


class Sets:
    """Disjoint sets that grow together."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def find(self, one: Hashable) -> Hashable:
        """Return what stands for the set of `one`."""
        while (above := self._above.get(one, one)) != one:
            self._above[one] = self._above.get(above, above)
            one = above
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make one set of two."""
        self._above[self.find(one)] = self.find(other)


@dataclass(frozen=True, slots=True)
class Compared:
    """Files put together by us alone, files that notmuch puts together and we neither join nor offer to join, and how
    many conversations there are: ours, theirs."""

    too_much: list[tuple[Path, Path]]
    too_little: list[tuple[Path, Path]]
    ours: int
    theirs: int


def groups_of_notmuch(maildir: Path, state: Path) -> dict[Path, Hashable]:
    """Return the thread of each file, by `notmuch new`; its index goes into the Maildir, its config into `state`."""
    config = state / "notmuch"
    config.write_text(CONFIG.format(folder=maildir))
    env = os.environ | {"NOTMUCH_CONFIG": str(config), "HOME": str(state)}
    subprocess.run(["notmuch", "new", "--quiet", "--no-hooks"], env=env, check=True, capture_output=True)
    command = ["notmuch", "show", "--format=json", "--body=false", "--entire-thread=true", "--exclude=false", "*"]
    shown = subprocess.run(command, env=env, check=True, capture_output=True).stdout
    found: dict[Path, Hashable] = {}
    for number, thread in enumerate(json.loads(shown)):
        for name in _names(thread):
            found[Path(name)] = number
    return found


def _names(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from node.get("filename", [])
        elif isinstance(node, list):
            waiting += node


def groups_of_desk(workspace: Workspace, maildir: Path) -> dict[Path, Hashable]:
    """Return the conversation of each file of a Maildir that was taken in."""
    email = registry.connector("email")
    reader = workspace.database.reader
    rows = reader.all("SELECT r.source_id, m.conversation_id FROM receipt r JOIN message m ON m.id = r.message_id")
    numbers = dict(map(tuple, rows))
    return {
        path: numbers[email.identify(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))]
        for path in (maildir / "cur").iterdir()
    }


def offered(workspace: Workspace) -> set[tuple[int, int]]:
    """Return the pairs of conversations that we offer to join."""
    rows = workspace.database.reader.all("SELECT conversation_id, after_json FROM event WHERE kind = 'join_offered'")
    return {(min(pair), max(pair)) for row in rows for pair in [(row[0], json.loads(row[1])["other"])]}


def compared(workspace: Workspace, ours: Mapping[Path, Hashable], theirs: Mapping[Path, Hashable]) -> Compared:
    """Hold our conversations, and what joining all that is offered would make of them, against theirs."""
    sets = Sets()
    for one, other in offered(workspace):
        sets.join(_now(workspace, one), _now(workspace, other))
    known = [path for path in sorted(ours) if path in theirs]
    too_much = _apart(known, ours, theirs)
    offering = {path: sets.find(ours[path]) for path in known}
    too_little = _apart(known, theirs, offering)
    return Compared(too_much, too_little, len(set(ours.values())), len(set(theirs.values())))


def _now(workspace: Workspace, number: int) -> int:
    while into := workspace.database.reader.value("SELECT merged_into FROM conversation WHERE id = ?", (number,)):
        number = int(into)
    return number


def _apart(
    known: list[Path], together: Mapping[Path, Hashable], other: Mapping[Path, Hashable]
) -> list[tuple[Path, Path]]:
    """Return a pair for each piece into which `other` cuts what is `together`."""
    first: dict[Hashable, dict[Hashable, Path]] = defaultdict(dict)
    for path in known:
        first[together[path]].setdefault(other[path], path)
    groups = [list(each.values()) for each in first.values()]
    return [(pieces[0], piece) for pieces in groups for piece in pieces[1:]]
