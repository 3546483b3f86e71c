"""`omnidesk channel scaffold`: what it writes is installed like any plugin and passes the suite as written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from omnidesk.cli.main import run


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that was just written."""
    assert run(["channel", "scaffold", "song-bird", "--out", str(tmp_path)]) == 0
    return tmp_path / "omnidesk-song-bird"


def suite(package: Path, *words: str) -> str:
    """Run a package's tests, installed as pip installs: its metadata and its modules on the path."""
    said = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    info = package / f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n")
    ((group, points),) = said["entry-points"].items()
    lines = "\n".join(f"{name} = {value}" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}\n")
    environment = os.environ | {"PYTHONPATH": str(package), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def by_webhook_alone(package: Path) -> None:
    """Make the provider one that cannot be asked."""
    module = package / "omnidesk_song_bird" / "__init__.py"
    source = module.read_text()
    changed = source.replace('inbound=("poll", "webhook")', 'inbound=("webhook",)')
    assert changed != source
    module.write_text(changed.replace("async def pull", "async def pull_no_more"))
    tests = package / "tests" / "test_conformance.py"
    head, _, rest = tests.read_text().partition("    def inject(self")
    tests.write_text(head + "    def webhook" + rest.partition("    def webhook")[2])


@pytest.mark.slow
def test_what_was_written_passes_the_quick_part_of_the_suite(package: Path) -> None:
    out = suite(package, "-k", "TestSongBird and (_01_ or _02_ or _13_ or _20_ or _21_ or _3) or test_a_line")
    assert "failed" not in out and "passed" in out


@pytest.mark.slow
def test_what_was_written_passes_the_whole_suite(package: Path) -> None:
    assert "does not come back" in suite(package)  # what was skipped is said


@pytest.mark.slow
def test_the_same_by_webhook_alone_passes_the_quick_part(package: Path) -> None:
    by_webhook_alone(package)
    suite(package, "-k", "TestSongBird and (_01_ or _02_ or _07_ or _33_ or _34_)")


@pytest.mark.slow
def test_the_same_by_webhook_alone_passes_the_whole_suite(package: Path) -> None:
    by_webhook_alone(package)
    assert "told of messages by webhook alone" in suite(package)


def test_nothing_is_overwritten(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}
    assert run(["channel", "scaffold", "song-bird", "--out", str(package.parent)]) == 4
    assert "nothing is overwritten" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("name", "status"), [("email", 4), ("Bird", 2), ("bird-", 2), ("../bird", 2), ("", 2)])
def test_a_bad_name_or_one_that_is_taken_writes_nothing(tmp_path: Path, name: str, status: int) -> None:
    assert run(["channel", "scaffold", name, "--out", str(tmp_path / "out")]) == status
    assert not (tmp_path / "out").exists()


def test_what_was_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["channel", "scaffold", "bird", "--out", str(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    folder = Path(said["folder"])
    assert (said["kind"], folder) == ("bird", tmp_path / "omnidesk-bird")
    assert {folder / name for name in said["files"]} == {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["bird", "song-bird"])
def test_what_was_written_is_in_good_order(tmp_path: Path, name: str) -> None:
    assert run(["channel", "scaffold", name, "--out", str(tmp_path)]) == 0
    for command in (["check"], ["format", "--check"]):
        ruff = [str(Path(sys.executable).with_name("ruff")), *command, "--isolated", "--line-length", "120", "."]
        folder = tmp_path / f"omnidesk-{name}"
        done = subprocess.run(ruff, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
