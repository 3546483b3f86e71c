"""Precision goes first: at least 0.98 of what is found is so, on messages that the rules were not made with too."""

from __future__ import annotations

import pytest

from tests.text.facts import corpus


@pytest.mark.parametrize("name", ["tuned.txt", "held_out.txt"])
def test_what_is_found_is_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    scores, said = corpus.judge(corpus.messages(name))
    with capsys.disabled():
        print(f"\n{name}\n{corpus.table(scores)}")
    for kind, score in scores.items():
        assert score.precision >= 0.98, (kind, [one for one in said if one.startswith("wrong")])
    assert corpus.overall(scores).recall >= 0.9


def test_the_set_has_every_language_and_kind_and_more_that_tells_nothing() -> None:
    every = [*corpus.messages("tuned.txt"), *corpus.messages("held_out.txt")]
    assert len(every) >= 400
    assert {one.language for one in every} == {"nl", "en", "de"}
    assert sum(not one.facts for one in every) >= 150
