"""The labelled messages. Each begins with `# LANGUAGE`; a `Subject:` line may come first. Lines at its end say what it
tells: `= KIND: VALUE`, or `? KIND: VALUE` where careful people would not agree, which counts neither way. Of a delivery
wish the label is a part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omnidesk.text.facts.finding import find
from omnidesk.text.facts.said import Found
from omnidesk.text.fold import fold
from omnidesk.text.reply import split_reply

HERE = Path(__file__).parent
REGIONS = {"nl": "NL", "en": "GB", "de": "DE"}


@dataclass(frozen=True)
class Message:
    language: str
    subject: str
    text: str
    facts: frozenset[tuple[str, str]]
    doubtful: frozenset[tuple[str, str]]


@dataclass
class Score:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def messages(name: str) -> list[Message]:
    """Read a set of messages."""
    blocks = (HERE / name).read_text().split("\n# ")[1:]
    return [_message(block) for block in blocks]


def _message(block: str) -> Message:
    language, *lines = block.rstrip().split("\n")
    labels: dict[str, set[tuple[str, str]]] = {"= ": set(), "? ": set()}
    while lines and lines[-1][:2] in labels:
        line = lines.pop()
        kind, _, value = line[2:].partition(": ")
        labels[line[:2]].add((kind, fold(value)))
    subject = lines.pop(0).removeprefix("Subject: ") if lines and lines[0].startswith("Subject: ") else ""
    return Message(language, subject, "\n".join(lines).strip("\n"), frozenset(labels["= "]), frozenset(labels["? "]))


def found(message: Message) -> tuple[Found, ...]:
    """Return the facts in a message, as intake finds them."""
    return find(split_reply(message.text), message.subject, REGIONS[message.language])


def judge(all_of: list[Message]) -> tuple[dict[str, Score], list[str]]:
    """Return a score for each kind, and in words what was wrong or missed."""
    scores: dict[str, Score] = {}
    said = []
    for message in all_of:
        left, doubtful = set(message.facts), set(message.doubtful)
        for one in found(message):
            score = scores.setdefault(one.kind, Score())
            key = _matching(one, left)
            if key is not None:
                left.discard(key)
                score.right += 1
            elif _matching(one, doubtful) is None:
                score.wrong += 1
                said.append(f"wrong  {one.kind} {one.value!r} in {message.text!r}")
        for kind, value in left:
            scores.setdefault(kind, Score()).missed += 1
            said.append(f"missed {kind} {value!r} in {message.text!r}")
    return scores, said


def _matching(one: Found, labels: set[tuple[str, str]]) -> tuple[str, str] | None:
    value = fold(one.value)
    if one.kind == "delivery":
        return next((label for label in labels if label[0] == "delivery" and label[1] in value), None)
    return (one.kind, value) if (one.kind, value) in labels else None


def table(scores: dict[str, Score]) -> str:
    """Return the scores as people read them."""
    lines = [f"{'kind':<16} {'precision':>9} {'recall':>7} {'right':>6} {'wrong':>6} {'missed':>7}"]
    total = Score()
    for kind, one in sorted(scores.items()):
        lines.append(_row(kind, one))
        total = Score(total.right + one.right, total.wrong + one.wrong, total.missed + one.missed)
    return "\n".join([*lines, _row("all", total)])


def _row(name: str, one: Score) -> str:
    return f"{name:<16} {one.precision:>9.3f} {one.recall:>7.3f} {one.right:>6} {one.wrong:>6} {one.missed:>7}"


def overall(scores: dict[str, Score]) -> Score:
    """Return the scores of all kinds together."""
    every = scores.values()
    return Score(sum(one.right for one in every), sum(one.wrong for one in every), sum(one.missed for one in every))
