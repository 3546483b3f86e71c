"""docs/command-line.md names every command with every option, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from omnidesk.cli import customer_shapes, shapes
from omnidesk.cli.main import application

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
EVERYWHERE = {"--home", "--json", "--help"}


def commands(command: Any, path: str = "omnidesk") -> Iterator[tuple[str, set[str]]]:
    """Yield every command that does something, with its own options."""
    inner = getattr(command, "commands", None)
    if inner:
        for name, one in inner.items():
            yield from commands(one, f"{path} {name}")
        return
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    options = {
        option for parameter in shown for option in (*parameter.opts, *parameter.secondary_opts) if option[:2] == "--"
    }
    yield path, options - EVERYWHERE


def sections() -> dict[str, str]:
    """Return the page's sections on commands."""
    parts = re.split(r"^### (omnidesk .+)$", PAGE, flags=re.MULTILINE)
    return {
        head: re.split(r"^##", text, flags=re.MULTILINE)[0] for head, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_command_and_option_is_documented_and_every_documented_one_exists() -> None:
    real, written = dict(commands(get_command(application()))), sections()
    assert set(real) == set(written)
    for path, options in real.items():
        told = set(re.findall(r"--[a-z][a-z-]+", written[path]))
        assert options <= told, f"{path}: {options - told} is not documented"
        usage = re.findall(rf"^(?:`|    )({path}(?:.*\n?(?:        .*\n)*))", written[path], flags=re.MULTILINE)
        assert usage, f"{path} has no line of usage"
        assert set(re.findall(r"--[a-z][a-z-]+", usage[0])) <= options, f"{path}: its usage names what is not there"


def test_every_field_of_every_shape_is_documented() -> None:
    source = "\n".join(Path(str(one.__file__)).read_text(encoding="utf-8") for one in (shapes, customer_shapes))
    for name, heading in {
        "conversation": "conversation", "message": "message", "customer": "customer", "channel": "channel",
        "act": "act and event", "event": "act and event", "portrait": "portrait", "entry": "entry",
    }.items():  # fmt: skip
        function = re.search(rf"^def {name}\(.*?(?=^def |\Z)", source, flags=re.MULTILINE | re.DOTALL)
        section = PAGE.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
        assert function is not None
        for key in re.findall(r'^\s+"([a-z0-9_]+)":', function.group(), flags=re.MULTILINE):
            assert re.search(rf"\b{key}\b", section), f"{heading} does not tell of {key}"
