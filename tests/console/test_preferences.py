"""The agent's preferences: what the file may say, and how a line of it is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from omnidesk.cli.main import run
from omnidesk.screens import preferences
from omnidesk.screens.preferences import DEFAULTS, put, quiet, read
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The agent's config file, which is not there yet."""
    monkeypatch.setenv("OMNIDESK_CONFIG", str(tmp_path / "config" / "config.toml"))
    return tmp_path / "config" / "config.toml"


def test_without_a_file_everything_is_as_usual(file: Path) -> None:
    assert read() == preferences.Found(DEFAULTS)


def test_the_file_says_how_the_agent_likes_it(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('theme = "nord"\nplain = true\npanes = 2\n[keys]\nclose = "ctrl+x"\nwait = ["w", "g  W"]\n')
    found = read().preferences
    assert (found.theme, found.plain, found.panes) == ("nord", True, 2)
    assert found.keys == {"close": ("ctrl+x",), "wait": ("w", "g W")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('colour = "red"\n', "names colour, which is no preference"),
        ('rows = "tall"\n', "rows is comfortable or compact, not tall"),
        ('plain = "maybe"\n', "plain is true or false, not maybe"),
        ("theme = 12\n", "theme is text, not 12"),
        ("panes = 9\n", "panes is 0, 1, 2 or 3, not 9"),
        ('quiet_hours = "at night"\n', "quiet_hours is a time such as 18:00-08:30"),
        ('keys = "vim"\n', "keys is a table"),
        ("[keys]\nclose = 12\n", "the keys of close are text"),
    ],
)
def test_what_the_file_says_wrong_is_named_and_the_rest_counts(file: Path, text: str, words: str) -> None:
    file.parent.mkdir()
    file.write_text('after_reply = "stay"\n' + text)
    found = read()
    assert len(found.complaints) == 1
    assert words in found.complaints[0]
    assert found.preferences.after_reply == "stay"


@pytest.mark.parametrize("content", [b"theme = nord\n", b"[keys\n", b'theme = "\xff"\n', b"\x00"])
def test_a_broken_file_leaves_the_defaults_and_says_so(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    found = read()
    assert found.preferences == DEFAULTS
    assert "the defaults are used" in found.complaints[0]
    if b"\xff" not in content:
        with pytest.raises(RefusedError):
            put("theme", "nord")
        assert file.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_no_disaster(file: Path) -> None:
    file.mkdir(parents=True)
    assert read().preferences == DEFAULTS
    with pytest.raises(RefusedError):
        put("theme", "nord")


def test_changing_a_line_leaves_the_others_and_the_comments(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('# mine\ntheme = "nord"  # cold\n\n[keys]\n# close with x\nclose = "ctrl+x"\n')
    put("rows", "compact")
    put("theme", 'a "quoted" \\ name')
    put("keys.wait", "g W, ctrl+v")
    put("teach", "off")
    assert file.read_text().startswith("# mine\n")
    assert "# close with x\n" in file.read_text()
    found = read().preferences
    assert (found.rows, found.theme, found.teach) == ("compact", 'a "quoted" \\ name', False)
    assert found.keys == {"close": ("ctrl+x",), "wait": ("g W", "ctrl+v")}
    put("keys.close", "")
    assert read().preferences.keys == {"wait": ("g W", "ctrl+v")}


def test_a_value_over_several_lines_is_left_to_the_agent(file: Path) -> None:
    file.parent.mkdir()
    text = '[keys]\nclose = [\n  "ctrl+x",\n]\n'
    file.write_text(text)
    with pytest.raises(RefusedError, match="spans several lines"):
        put("keys.close", "ctrl+v")
    assert file.read_text() == text


def test_what_cannot_be_is_refused_before_anything_is_written(file: Path) -> None:
    with pytest.raises(NotFoundError):
        put("colour", "red")
    with pytest.raises(UsageError):
        put("notify", "loudly")
    assert not file.exists()


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.symlink_to(tmp_path / "real.toml")
    (tmp_path / "real.toml").write_text("")
    put("theme", "nord")
    assert file.is_symlink()
    assert "nord" in (tmp_path / "real.toml").read_text()


@pytest.mark.parametrize(("said", "minutes"), [("18:00-08:30", (1080, 510)), ("9:05 - 24:00", (545, 0)), ("", None)])
def test_quiet_hours_are_minutes_of_the_day(said: str, minutes: tuple[int, int] | None) -> None:
    assert quiet(said) == minutes


def test_the_command_line_lists_and_sets_them(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preference", "set", "preset", "gmail", "keys.close", "f12", "--json"]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert changed["act"] is None
    assert {row["name"]: row["value"] for row in changed["preferences"]} == {
        "preset": "gmail",
        "keys": {"close": ["f12"]},
    }
    assert run(["preference", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["value"] for row in listed["items"]}["preset"] == "gmail"
    assert run(["preference", "keys", "--json"]) == 0
    keys = {item["name"]: item["keys"] for item in json.loads(capsys.readouterr().out)["items"]}
    assert keys["close"] == ["f12"]
    assert keys["undo"] == ["z"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["colour", "red"], 3),
        (["rows", "tall"], 2),
        (["rows"], 2),
        (["keys.close", "w"], 4),
        (["keys.close", "ctrl+e"], 4),
        (["keys.clsoe", "f12"], 4),
    ],
)
def test_the_command_line_refuses_in_words_and_keeps_the_file(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int
) -> None:
    assert run(["preference", "set", "theme", "nord", *words]) == status
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not file.exists()
