"""HTML pages of `serve`: one plain look, every word from outside escaped, and what a browser may do with them.

A page is made of `Markup` pieces. `html` fills a template: what is put in is escaped unless it is Markup itself, so
that nothing foreign becomes a tag (promise 8). Styles stand in the page and are allowed by their hash; there is no
script, no picture and nothing of another site.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse

from omnidesk.text.clean import clean


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(template: str, **parts: str) -> Markup:
    """Fill a template (`$name`) with texts, escaped unless they are Markup."""
    return Markup(Template(template).substitute({name: _safe(part) for name, part in parts.items()}))


def joined(parts: Sequence[str]) -> Markup:
    """Put pieces one behind the other, escaped unless they are Markup."""
    return Markup("".join(_safe(part) for part in parts))


def paragraphs(text: str) -> Markup:
    """Return a text as paragraphs, its line ends kept."""
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part]
    return joined([html("<p>$text</p>", text=joined(_lines(part))) for part in parts])


def _lines(part: str) -> list[str]:
    found: list[str] = []
    for line in part.split("\n"):
        found += [Markup("<br>"), line] if found else [line]
    return found


def _safe(part: str) -> str:
    return part if isinstance(part, Markup) else escape(clean(part), quote=True)


STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #51606f; --line: #8794a1; --back: #fff; --main: #0b5cad;
  --wrong: #b3261e; --soft: #f2f5f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --dim: #a9b6c2; --line: #6d7b88; --back: #14191f;
  --main: #7db8f0; --wrong: #ff9d94; --soft: #1d242c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 38rem; margin: 0 auto; padding: 1.25rem 1rem 2rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
p { margin: 0 0 .75rem; }
a { color: var(--main); }
.languages { float: right; font-size: .9rem; margin: 0 0 .5rem 1rem; }
.languages a, .languages span { margin-left: .6rem; }
label { display: block; font-weight: 600; margin-top: 1rem; }
.optional, .hint { font-weight: 400; color: var(--dim); font-size: .9rem; }
input, select, textarea { width: 100%; font: inherit; color: inherit; background: var(--back); padding: .6rem .7rem;
  border: 1px solid var(--line); border-radius: .4rem; margin-top: .25rem; }
textarea { min-height: 9rem; resize: vertical; }
input[type=file] { border-style: dashed; background: var(--soft); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 1px; }
[aria-invalid=true] { border: 2px solid var(--wrong); }
.wrong { color: var(--wrong); font-size: .95rem; margin: .25rem 0 0; }
.wrong::before { content: "! "; font-weight: 700; }
.summary { border: 2px solid var(--wrong); border-radius: .4rem; padding: .6rem .9rem; margin: 1rem 0; }
.summary p { margin: 0; font-weight: 600; } .summary ul { margin: .25rem 0 0; padding-left: 1.2rem; }
button { font: inherit; font-weight: 600; margin-top: 1.25rem; padding: .7rem 1.5rem; border: 0; border-radius: .4rem;
  background: var(--main); color: var(--back); cursor: pointer; min-height: 2.75rem; }
.away { position: absolute; left: -100vw; width: 1px; height: 1px; overflow: hidden; }
.number { font-size: 1.25rem; font-weight: 600; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_PAGE = (
    '<!doctype html>\n<html lang="$language"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    "<title>$title</title><style>$style</style></head><body><main>$body</main></body></html>\n"
)


def page(
    language: str,
    title: str,
    body: Markup,
    status: int = 200,
    frames: Sequence[str] = (),
    forms: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page; `frames` are the sites that may show it in a frame, `forms` where its forms may lead beside
    here."""
    leads_to, shown_in = " ".join(("'self'", *forms)), " ".join(frames) or "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action {leads_to}; "
        f"frame-ancestors {shown_in}"
    )
    content = html(_PAGE, language=language, title=title, style=Markup(STYLE), body=body)
    shut = {} if frames else {"X-Frame-Options": "DENY"}
    usual = {"Content-Security-Policy": policy, "Cache-Control": "no-store", **shut}
    return HTMLResponse(content, status, {**usual, **(headers or {})})


def language(request: Request, offered: Sequence[str]) -> str:
    """Return the language for a visitor: `?lang=`, else what the browser likes most (RFC 9110 section 12.5.4), else the
    first that is offered."""
    asked = request.query_params.get("lang", "").lower()
    if asked in offered:
        return asked
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        tag, _, weight = part.partition(";")
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        name, much = tag.strip().lower().partition("-")[0], float(match[1]) if match else 1.0
        if name in offered and much > 0:
            liked.append((-much, place, name))
    return min(liked)[2] if liked else offered[0]
