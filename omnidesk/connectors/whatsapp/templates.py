"""Templates: texts that Meta has approved, as they are listed, and as one is filled in.

A field is called as Meta calls it where it stands in the body (`1`, `order_number`), `header NAME` in the header, and
`button N` where it ends the address behind the button of that number (from 0).
Source: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from omnidesk.connectors.base import Filled, Template
from omnidesk.connectors.whatsapp.contents import body, part, parts, word

FIELDS = "name,language,status,category,components,parameter_format"
_FIELD = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_HEADER, _BUTTON = "header ", "button "
_PLAIN_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "URL", "VOICE_CALL")
_COSTS = {
    "MARKETING": "charged, at the rate for marketing in the customer's country",
    "UTILITY": "charged, at the rate for utility in the customer's country; free within 24 hours of their last message",
}


def listed(row: Mapping[str, Any]) -> Template | None:
    """Return a template of the list; None for one that is not approved, or that a text alone cannot fill: with
    pictures, codes, catalogues."""
    category = word(row, "category")
    if word(row, "status") != "APPROVED" or category not in _COSTS:
        return None
    texts: list[str] = []
    fields: list[str] = []
    examples: list[str] = []
    for component in parts(row, "components"):
        told = _component(component)
        if told is None:
            return None
        text, names, values = told
        texts.append(text)
        fields += names
        examples += [*values[: len(names)], *[""] * (len(names) - len(values))]
    return Template(
        word(row, "name"),
        word(row, "language"),
        category.lower(),
        "\n\n".join(filter(None, texts)),
        tuple(fields),
        _COSTS[category],
        tuple(examples),
    )


def _component(said: Mapping[str, Any]) -> tuple[str, list[str], list[str]] | None:
    """Return the text of a component, its fields, and values they could have; None where it takes more than text."""
    kind = word(said, "type").upper()
    if kind == "FOOTER":
        return body(said, "text"), [], []
    if kind == "BODY":
        return _text(said, "", "body")
    if kind == "HEADER":
        return _text(said, _HEADER, "header") if word(said, "format").upper() in ("", "TEXT") else None
    if kind == "BUTTONS":
        return _buttons(said)
    return None


def _text(said: Mapping[str, Any], prefix: str, where: str) -> tuple[str, list[str], list[str]]:
    names: list[str] = []

    def named(found: re.Match[str]) -> str:
        name = f"{prefix}{found[1]}"
        if name not in names:
            names.append(name)
        return f"{{{{{name}}}}}"

    text = _FIELD.sub(named, body(said, "text"))
    return text, names, list(_examples(part(said, "example"), where, [name.removeprefix(prefix) for name in names]))


def _examples(said: Mapping[str, Any], where: str, names: list[str]) -> Iterator[str]:
    """Yield the example values of a text: by name, or in the order of the numbers."""
    by_name = {word(one, "param_name"): word(one, "example") for one in parts(said, f"{where}_text_named_params")}
    listed = said.get(f"{where}_text")
    row = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], list) else listed
    values = [str(one) for one in row] if isinstance(row, list) else []
    for name in names:
        place = int(name) - 1 if name.isdigit() else len(values)
        yield by_name.get(name) or (values[place] if 0 <= place < len(values) else "")


def _buttons(said: Mapping[str, Any]) -> tuple[str, list[str], list[str]] | None:
    lines: list[str] = []
    names: list[str] = []
    examples: list[str] = []
    for place, button in enumerate(parts(said, "buttons")):
        if word(button, "type").upper() not in _PLAIN_BUTTONS:
            return None
        url, number = word(button, "url"), word(button, "phone_number")
        if _FIELD.search(url):
            name = f"{_BUTTON}{place}"
            url = _FIELD.sub(f"{{{{{name}}}}}", url)
            names.append(name)
            example = button.get("example")
            whole = str(example[0]) if isinstance(example, list) and example else ""
            examples.append(whole.removeprefix(_FIELD.split(word(button, "url"))[0]))
        lines.append(f"[{word(button, 'text')}]" + "".join(f" {more}" for more in (url, number) if more))
    return "\n".join(lines), names, examples


def message(filled: Filled) -> dict[str, Any]:
    """Return what goes to WhatsApp for a template with its values."""
    header: list[dict[str, str]] = []
    text: list[dict[str, str]] = []
    buttons: list[dict[str, Any]] = []
    for name, value in zip(filled.fields, filled.values, strict=True):
        if name.startswith(_BUTTON):
            parameter = {"type": "text", "text": value}
            place = name.removeprefix(_BUTTON)
            buttons.append({"type": "button", "sub_type": "url", "index": place, "parameters": [parameter]})
        elif name.startswith(_HEADER):
            header.append(_parameter(name.removeprefix(_HEADER), value))
        else:
            text.append(_parameter(name, value))
    components: list[dict[str, Any]] = [
        {"type": kind, "parameters": some} for kind, some in (("header", header), ("body", text)) if some
    ]
    said: dict[str, Any] = {"name": filled.name, "language": {"policy": "deterministic", "code": filled.language}}
    return said | ({"components": [*components, *buttons]} if components or buttons else {})


def _parameter(name: str, value: str) -> dict[str, str]:
    named = {} if name.isdigit() else {"parameter_name": name}
    return {"type": "text", **named, "text": value}
