"""The page of a person's export: everything from outside escaped, nothing loaded from anywhere, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from omnidesk.text.clean import clean
from omnidesk.words.speech import _

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
h2 { border-bottom: 1px solid #8794a1; margin-top: 2.5rem; } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; overflow-wrap: anywhere; }
article { border-left: 3px solid #8794a1; padding-left: 1rem; margin: 1rem 0; }
article.outbound { border-color: #0b5cad; } article.internal { border-color: #b58900; background: #fdf6e3; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .5rem 0; } .dim { color: #51606f; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(document: Mapping[str, Any]) -> str:
    """Return the page that shows an export to whom it is about."""
    who = document["customer"]
    title = _("All about {name}").format(name=who["name"])
    parts = [
        f"<h1>{_said(title)}</h1><p class=dim>{_said(document['made_at'])}</p>",
        _table([(name, _flat(value)) for name, value in who.items() if value not in (None, [], False)]),
        _head(_("Addresses")),
        _table([(one["kind"], one["value"], _marks(one)) for one in document["addresses"]]),
        _head(_("What may be sent, and since when")),
        _table(
            [
                (one["at"], one["address"], one["channel_kind"], one["purpose"], one["state"], one["ground"],
                 one["source"])
                for one in document["consent_history"]
            ]
        ),
    ]  # fmt: skip
    for one in document["conversations"]:
        parts.append(_head(f"#{one['id']} {one['subject']}"))
        parts.append(f"<p class=dim>{_said(one['created_at'])} {_said(_(one['status']))}</p>")
        parts += [_message(each) for each in one["messages"]]
    if document["messages_elsewhere"]:
        parts.append(_head(_("Messages in conversations of others")))
        parts += [_message(each) for each in document["messages_elsewhere"]]
    for heading, rows in document["more"].items():
        if rows:
            parts.append(_head(_(heading)))
            parts += [_table([(name, _flat(value)) for name, value in row.items() if value not in (None, "")])
                      for row in rows]  # fmt: skip
    parts.append(_head(_("What was done")))
    parts.append(
        _table(
            (
                one["at"],
                one["by"],
                one["kind"].replace("_", " "),
                f"#{one['conversation']}" if one["conversation"] else "",
            )
            for one in document["events"]
        )
    )
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY, quote=True)}">'
        f'<meta name="referrer" content="no-referrer"><title>{_said(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _said(value: Any) -> str:
    return escape(clean("" if value is None else str(value)), quote=True)


def _head(text: str) -> str:
    return f"<h2>{_said(text)}</h2>"


def _table(rows: Iterable[tuple[Any, ...]]) -> str:
    lines = ["".join(f"<td>{_said(cell)}</td>" for cell in row) for row in rows]
    return (
        "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
        if lines
        else f"<p>{_said(_('nothing'))}</p>"
    )


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_flat(each)}" for name, each in value.items() if each not in (None, "", [], {}))
    return str(value)


def _marks(one: Mapping[str, Any]) -> str:
    shown = ("verified", "claimed", "shared", "blocked")
    return ", ".join([_(name) for name in shown if one[name]] + ([] if one["deliverable"] else [_("undeliverable")]))


def _message(one: Mapping[str, Any]) -> str:
    to = ", ".join(each["name"] or each["address"] for some in ("to", "cc", "bcc") for each in one[some])
    sender = one["from"]
    who = one["author"] or sender["name"] or sender["address"]
    head = f"{one['at']}  {one['kind']}  {who}" + (f" > {to}" if to else "")
    files = "".join(
        f'<li><a href="{_said(quote(file["path"]))}">{_said(file["name"])}</a></li>'
        if file["path"]
        else f"<li>{_said(file['name'])}</li>"
        for file in one["files"]
    )
    subject = f"<strong>{_said(one['subject'])}</strong>" if one["subject"] else ""
    contact = f"<p class=dim>{_said(_flat(one['contact']))}</p>" if one["contact"] else ""
    return (
        f'<article class="{_said(one["direction"])}"><div class=dim>{_said(head)}</div>{subject}{contact}'
        f"<pre>{_said(one['text'])}</pre>{f'<ul>{files}</ul>' if files else ''}</article>"
    )
