"""The agent's own preferences: a TOML file in the agent's config folder, read before the first paint.

What the file says that is not known is named in words and passed over; a file that cannot be read leaves the defaults.
Changing a preference changes its line and leaves the rest of the file, comments too, as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.speech import _

PRESETS = ("vim", "arrows", "gmail")


def _is(help_text: str, choices: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"help": help_text, "choices": choices}


def _no_keys() -> Mapping[str, tuple[str, ...]]:
    return {}


@dataclass(frozen=True)
class Preferences:
    """Every preference with its default; `help` and `choices` (empty: any) are in the fields' metadata."""

    theme: str = field(default="", metadata=_is("name of a theme; empty: dark or light, as the terminal says"))
    preset: str = field(default="vim", metadata=_is("which keys do what", PRESETS))
    keys: Mapping[str, tuple[str, ...]] = field(
        default_factory=_no_keys, metadata=_is("keys of your own, by action: keys.close = ctrl+x")
    )
    editor: str = field(default="", metadata=_is("command of the external editor; empty: $VISUAL, then $EDITOR"))
    notify: str = field(
        default="auto",
        metadata=_is("how the desktop hears of what is new", ("auto", "osc9", "osc777", "bell", "off")),
    )
    quiet_hours: str = field(default="", metadata=_is("such as 18:00-08:30: nothing rings then; empty: never quiet"))
    do_not_disturb: bool = field(default=False, metadata=_is("nothing rings at all"))
    teach: bool = field(default=True, metadata=_is("a line that teaches the next useful key"))
    rows: str = field(
        default="comfortable", metadata=_is("rows of the queue: two lines or one", ("comfortable", "compact"))
    )
    panes: int = field(default=0, metadata=_is("most panes side by side; 0: as many as fit", (0, 1, 2, 3)))
    after_reply: str = field(
        default="next", metadata=_is("what is shown after a reply was sent", ("next", "list", "stay"))
    )
    language: str = field(default="auto", metadata=_is("language of the interface", ("auto", "en", "nl")))
    plain: bool = field(default=False, metadata=_is("plain mode, for screen readers: no boxes, one pane at a time"))
    dial_command: str = field(
        default="",
        metadata=_is("program that dials, without a shell: baresip-dial {number}; empty: you dial by hand"),
    )
    shop: str = field(default="", metadata=_is("the shop whose counter you stand at"))
    save_folder: str = field(default="", metadata=_is("where attachments are saved; empty: the downloads folder"))


DEFAULTS = Preferences()


@dataclass(frozen=True, slots=True)
class Found:
    """What the file said; `complaints` name in words what could not be used."""

    preferences: Preferences
    complaints: tuple[str, ...] = ()


def path() -> Path:
    """Return where the preferences are: OMNIDESK_CONFIG, else config.toml in the agent's config folder."""
    said = os.environ.get("OMNIDESK_CONFIG")
    if said:
        return Path(said).expanduser()
    from platformdirs import user_config_path

    return user_config_path("omnidesk") / "config.toml"


def read(file: Path | None = None) -> Found:
    """Read the preferences. Never raises: what cannot be used is complained about."""
    file = file or path()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Found(DEFAULTS)
    except (OSError, UnicodeDecodeError) as error:
        said = _("{file} cannot be read ({why}): the defaults are used").format(file=file, why=_why(error))
        return Found(DEFAULTS, (said,))
    try:
        content = _parsed(text)
    except ValueError as error:
        said = _("{file} is no TOML ({why}): the defaults are used").format(file=file, why=one_line(str(error), 120))
        return Found(DEFAULTS, (said,))
    return _checked(content, file)


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else _("it is not UTF-8")


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def _checked(content: dict[str, Any], file: Path) -> Found:
    known = {entry.name for entry in fields(Preferences)}
    values: dict[str, Any] = {}
    complaints: list[str] = []
    for name, said in content.items():
        if name not in known:
            unknown = _("{file} names {name}, which is no preference")
            complaints.append(unknown.format(file=file, name=one_line(name, 40)))
            continue
        try:
            values[name] = _keys_of(said) if name == "keys" else checked(name, said)
        except UsageError as error:
            complaints.append(f"{file}: {error}")
    return Found(Preferences(**values), tuple(complaints))


def _keys_of(said: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(said, dict):
        raise UsageError(_('keys is a table: [keys], then a line such as close = "ctrl+x"'))
    found: dict[str, tuple[str, ...]] = {}
    for action, keys in said.items():
        several = [keys] if isinstance(keys, str) else keys
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            wrong = _('the keys of {action} are text: "ctrl+x", or a list of such')
            raise UsageError(wrong.format(action=one_line(action, 40)))
        found[action] = tuple(" ".join(one.split()) for one in several if one.strip())
    return found


def checked(name: str, said: Any) -> Any:
    """Return a value of a preference that is not `keys` as its type, from TOML or from words. Raises UsageError,
    NotFoundError."""
    entry = next((entry for entry in fields(Preferences) if entry.name == name and name != "keys"), None)
    if entry is None:
        unknown = _("there is no preference {name}: `omnidesk preference list` has them")
        raise NotFoundError(unknown.format(name=one_line(name, 40)))
    value = _typed(entry.default, said)
    choices = entry.metadata["choices"]
    if value is None or (choices and value not in choices):
        wrong, given = _("{name} is {wanted}, not {said}"), one_line(str(said), 40) or _("empty")
        raise UsageError(wrong.format(name=name, wanted=_wanted(entry.default, choices), said=given))
    if name == "quiet_hours":
        quiet(value)
    return value


def _wanted(default: Any, choices: tuple[Any, ...]) -> str:
    words = [str(one) for one in choices] or (["true", "false"] if isinstance(default, bool) else [_("text")])
    return f" {_('or')} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _typed(like: Any, said: Any) -> Any:
    """Return what was said as the type of `like`; None where it is none."""
    if isinstance(like, bool):
        words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return said if isinstance(said, bool) else words.get(str(said).lower())
    if isinstance(like, int):
        return int(said) if str(said).isdecimal() and not isinstance(said, bool) else None
    return said if isinstance(said, str) else None


def quiet(said: str) -> tuple[int, int] | None:
    """Return quiet hours as minutes of the day, from and until; None where there are none. Raises UsageError."""
    if not said.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*", said)
    times = [int(one) for one in found.groups()] if found else [99]
    if len(times) != 4 or times[0] > 23 or times[2] > 24 or times[1] > 59 or times[3] > 59:
        wrong = _("quiet_hours is a time such as 18:00-08:30, not {said}")
        raise UsageError(wrong.format(said=one_line(said, 40)))
    return times[0] * 60 + times[1], (times[2] * 60 + times[3]) % (24 * 60)


def sequences(said: str) -> tuple[str, ...]:
    """Return key sequences that were said with commas between them: `ctrl+x, g e`."""
    return tuple(" ".join(one.split()) for one in said.split(",") if one.strip())


def put(name: str, said: Any, file: Path | None = None) -> None:
    """Keep a preference in the file; `keys.close` takes sequences with commas between them, empty: the preset's.

    Raises UsageError, NotFoundError, RefusedError.
    """
    file = file or path()
    action = name.removeprefix("keys.") if name.startswith("keys.") else ""
    if action:
        keys = sequences(str(said))
        line = f"{_name(action)} = [{', '.join(_quoted(one) for one in keys)}]" if keys else ""
    else:
        line = f"{name} = {_written(checked(name, said))}"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        _parsed(text)
        fresh = _with_line(text, "keys" if action else "", action or name, line)
    except ValueError as error:
        wrong = _("mend {name} first: it is no TOML ({why}; {file})")
        raise RefusedError(wrong.format(name=file.name, why=one_line(str(error), 120), file=file)) from error
    except OSError as error:
        raise RefusedError(_("{path} cannot be read: {why}").format(path=file, why=error.strerror)) from error
    try:
        _parsed(fresh)
        _replace(file, fresh)
    except ValueError as error:
        wrong = _("{name} spans several lines in {file}: change it by hand")
        raise RefusedError(wrong.format(name=name, file=file)) from error
    except OSError as error:
        raise RefusedError(_("{path} cannot be written: {why}").format(path=file, why=error.strerror)) from error


def _name(action: str) -> str:
    return action if re.fullmatch(r"[A-Za-z0-9_-]+", action) else _quoted(action)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\{letter}" if letter in '"\\' else letter if letter.isprintable() else f"\\u{ord(letter):04x}"
        for letter in text
        if ord(letter) < 0x10000 or letter.isprintable()
    )
    return f'"{escaped}"'


def _with_line(text: str, table: str, name: str, line: str) -> str:
    """Return the file with a line in a table ("": before all tables) instead of the one that set the name."""
    lines = text.splitlines()
    heads = [index for index, one in enumerate(lines) if one.lstrip().startswith("[")]
    start = 0
    if table:
        at = next((index for index in heads if lines[index].split("#")[0].strip() == f"[{table}]"), None)
        if at is None:
            return "\n".join([*lines, *([""] if lines else []), f"[{table}]", line, ""])
        start = at + 1
    end = next((index for index in heads if index >= start), len(lines))
    while end > start and not lines[end - 1].strip():
        end -= 1
    setter = re.compile(rf"\s*(?:{re.escape(name)}|\"{re.escape(name)}\")\s*=")
    place = next((index for index in range(start, end) if setter.match(lines[index])), None)
    fresh = [line] if line else []
    if place is None:
        lines[end:end] = fresh
    else:
        lines[place : place + 1] = fresh
    return "\n".join([*lines, ""])


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file.resolve() if file.is_symlink() else file)
