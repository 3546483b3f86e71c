"""Connectors that others wrote: found, or set aside with the reason, and never in another's place."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnidesk.cli.main import run
from omnidesk.connectors import registry
from omnidesk.words.errors import NotFoundError

CONNECTOR = """
    from dataclasses import replace
    from omnidesk.connectors.sample import MANIFEST, SampleConnector

    class Bird(SampleConnector):
        manifest = replace(MANIFEST, kind={kind!r}, name={name!r}, api={api})
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install packages for this test: their entry points, and their modules by name."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    def work(package: str, points: dict[str, str], **modules: str) -> None:
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = "\n".join(f"{name} = {value}" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[omnidesk.connectors]\n{lines}\n")
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        registry.look_again()

    yield work
    monkeypatch.undo()
    registry.look_again()
    for name in ("bird_one", "bird_two", "bird_bad"):
        sys.modules.pop(name, None)


def bird(kind: str = "bird", name: str = "Birds", api: int = 1) -> str:
    return CONNECTOR.format(kind=kind, name=name, api=api)


def reasons() -> dict[str, str]:
    return {one.kind: one.reason for one in registry.disabled()}


def test_a_plugin_is_one_kind_among_ours(install: Install) -> None:
    install("birds", {"bird": "bird_one:Bird"}, bird_one=bird())
    assert registry.manifest("bird").name == "Birds"
    assert {"bird", "email", "sample"} <= {one.kind for one in registry.kinds()}
    assert "bird" not in reasons()


@pytest.mark.parametrize(
    ("value", "source", "reason"),
    [
        ("bird_bad:Bird", "import no_such_library", "does not load"),
        ("bird_bad:Bird", "raise SystemExit(3)", "does not load"),
        ("bird_bad:Missing", bird(), "does not load"),
        ("bird_bad:Bird", "class Bird: pass", "no connector with a manifest"),
        ("bird_bad:Bird", bird(api=99), "needs interface 99"),
        ("bird_bad:Bird", bird(kind="fish"), "its manifest is of kind fish"),
    ],
)
def test_one_that_cannot_be_used_is_disabled_with_the_reason(
    install: Install, value: str, source: str, reason: str
) -> None:
    install("birds", {"bird": value}, bird_bad=source)
    assert reason in reasons()["bird"]
    assert "bird" not in {one.kind for one in registry.kinds()}
    with pytest.raises(NotFoundError, match=reason):
        registry.connector("bird")


def test_one_that_breaks_leaves_the_others_alone(install: Install) -> None:
    install("birds", {"bird": "bird_bad:Bird"}, bird_bad="1 / 0")
    assert registry.connector("email").manifest.kind == "email"


def test_a_kind_that_is_taken_is_not_overwritten(install: Install) -> None:
    install("aaa-birds", {"email": "bird_one:Bird"}, bird_one=bird("email", "Stolen"))
    assert registry.manifest("email").name == "E-mail"
    assert "aaa-birds brings it too, and omnidesk has it" in reasons()["email"]


def test_of_two_plugins_with_one_kind_the_first_by_name_has_it(install: Install) -> None:
    install("b-birds", {"bird": "bird_two:Bird"}, bird_two=bird(name="Second"))
    install("a-birds", {"bird": "bird_one:Bird"}, bird_one=bird(name="First"))
    assert registry.manifest("bird").name == "First"
    assert "b-birds" in reasons()["bird"]


def test_kinds_and_doctor_say_what_is_disabled_and_why(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install("birds", {"bird": "bird_bad:Bird"}, bird_bad="import no_such_library")
    assert run(["channel", "kinds", "--json"]) == 0
    (broken,) = json.loads(capsys.readouterr().out)["disabled"]
    assert (broken["kind"], "no_such_library" in broken["reason"]) == ("bird", True)
    run(["doctor", "--home", str(tmp_path / "home"), "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert not checks["connectors"]["ok"]
    assert "bird: it does not load" in checks["connectors"]["detail"]


def test_doctor_counts_the_kinds_that_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--home", str(tmp_path / "home"), "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["connectors"]["ok"]


def test_a_channel_loads_its_own_kind_only_and_no_heavy_library() -> None:
    code = (
        "import sys\nfrom omnidesk.connectors import registry\nregistry.manifest('email')\n"
        "assert 'omnidesk.connectors.sample' not in sys.modules\nregistry.kinds()\n"
        "print([name for name in ('httpx', 'imapclient', 'websockets', 'starlette', 'keyring') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
