"""The page of a form as HTML: labels, errors beside their fields, the first of them in focus, all without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from omnidesk.connectors.form.layout import LONGEST, Field, Layout
from omnidesk.connectors.form.words import LABELS
from omnidesk.web.form.posted import HONEYPOT, Wrong
from omnidesk.web.form.words import NAMES, WORDS
from omnidesk.web.pages import Markup, html, joined, page, paragraphs

_AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel"}
_TYPES = {"email": "email", "phone": "tel"}
_ACCEPT = "image/*,audio/*,video/*,.heic,.pdf,.txt,.csv,.docx,.xlsx,.pptx,.odt,.ods,.rtf,.eml,.zip"


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it is shown: its `id`, the `proof` of when, what was typed before, and what is wrong with it. `notice`
    says why it comes back although no field is wrong."""

    form: Layout
    language: str
    id: str
    proof: str
    texts: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    notice: str = ""
    files_lost: bool = False

    def say(self, key: str, **parts: str) -> str:
        """Return words of ours in the visitor's language."""
        return words(self.language, key, **parts)

    def fault(self, key: str) -> str:
        """Return what is wrong with a field, in words; "" for nothing."""
        one = self.wrong.get(key)
        return "" if one is None else self.say(one.words, **one.parts)


def words(language: str, key: str, **parts: str) -> str:
    """Return words of ours in a language."""
    return WORDS[language][key].format(**parts)


def form_page(shown: Shown, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Return the page with the form."""
    form = shown.form
    title = form.title or shown.say("title")
    fields = [_field(shown, one) for one in form.fields]
    body = html(
        '$languages<h1>$title</h1>$intro$summary<form method="post" enctype="multipart/form-data" novalidate>'
        '<input type="hidden" name="id" value="$id"><input type="hidden" name="proof" value="$proof">'
        '<input type="hidden" name="lang" value="$language">$fields$trap'
        '<button type="submit">$send</button></form>',
        languages=_languages(shown),
        title=title,
        intro=paragraphs(form.intro),
        summary=_summary(shown),
        id=shown.id,
        proof=shown.proof,
        language=shown.language,
        fields=joined([*fields, _files(shown)] if form.file_bytes else fields),
        trap=_trap(shown),
        send=shown.say("send"),
    )
    return _page(form, shown.language, title, body, status, headers)


def thanks_page(form: Layout, name: str, language: str, number: int | None) -> HTMLResponse:
    """Return the page that says that it arrived, with the number of its conversation once it is known; `name` is the
    channel's."""
    title = words(language, "thanks_title")
    said = words(language, "number", number=str(number)) if number is not None else ""
    body = html(
        '<h1 tabindex="-1" autofocus>$title</h1>$thanks$number<p><a href="../$name?lang=$language">$another</a></p>',
        name=name,
        title=title,
        thanks=paragraphs(form.thanks or words(language, "thanks")),
        number=html('<p class="number" role="status">$said</p>', said=said) if said else "",
        language=language,
        another=words(language, "another"),
    )
    return _page(form, language, title, body)


def message_page(language: str, key: str, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """Return a page that only says something: there is no form, or none at the moment."""
    said = words(language, key)
    return page(language, said, html("<h1>$said</h1>", said=said), status, headers=headers)


def _page(
    form: Layout,
    language: str,
    title: str,
    body: Markup,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    parts = urlsplit(form.redirect)
    leads_to = (f"{parts.scheme}://{parts.netloc}",) if form.redirect else ()  # browsers judge a form's redirects too
    return page(language, title, body, status, form.origins, leads_to, headers)


def _languages(shown: Shown) -> Markup:
    if len(shown.form.languages) < 2:
        return Markup("")
    links = [
        html('<span lang="$code" aria-current="true">$name</span>', code=code, name=NAMES[code])
        if code == shown.language
        else html('<a href="?lang=$code" lang="$code" hreflang="$code">$name</a>', code=code, name=NAMES[code])
        for code in shown.form.languages
    ]
    label = shown.say("language")
    return html('<nav class="languages" aria-label="$label">$links</nav>', label=label, links=joined(links))


def _summary(shown: Shown) -> Markup:
    if not shown.wrong and not shown.notice:
        return Markup("")
    labels = LABELS[shown.language]
    items = [
        html('<li><a href="#$key">$label</a>: $fault</li>', key=key, label=labels[key], fault=shown.fault(key))
        for key in shown.wrong
    ]
    if shown.files_lost and "files" not in shown.wrong:
        items.append(html('<li><a href="#files">$said</a></li>', said=shown.say("files_again")))
    return html(
        '<div class="summary" role="alert"><p>$said</p>$items</div>',
        said=shown.notice or shown.say("wrong"),
        items=html("<ul>$items</ul>", items=joined(items)) if items else "",
    )


def _field(shown: Shown, one: Field) -> Markup:
    key, value = one.key, shown.texts.get(one.key, "")
    common = _attributes(shown, key, one.required)
    if one.choices:
        options = [html('<option value="">$choose</option>', choose=shown.say("choose"))]
        for choice in one.choices:
            chosen = Markup(" selected") if choice == value else ""
            options.append(html('<option value="$choice"$chosen>$choice</option>', choice=choice, chosen=chosen))
        control = html("<select $common>$options</select>", common=common, options=joined(options))
    elif key == "message":
        control = html(
            '<textarea $common rows="8" maxlength="$most">\n$value</textarea>',
            common=common,
            value=value,
            most=str(LONGEST[key]),
        )
    else:
        control = html(
            '<input type="$type" $common value="$value" maxlength="$most">',
            type=_TYPES.get(key, "text"),
            common=common,
            value=value,
            most=str(LONGEST[key]),
        )
    return joined([_label(shown, key, one.required), control, _error(shown, key)])


def _attributes(shown: Shown, key: str, required: bool, described: str = "") -> Markup:
    """Return what every control has: its name, whether it is wrong and where that is said, whether it comes first."""
    fault = shown.fault(key)
    by = " ".join(part for part in (f"{key}-wrong" if fault else "", described) if part)
    first = next(iter(shown.wrong), None)
    parts = [
        html('id="$key" name="$key" autocomplete="$auto"', key=key, auto=_AUTOCOMPLETE.get(key, "off")),
        Markup(' aria-required="true"') if required else "",
        Markup(' aria-invalid="true"') if fault else "",
        html(' aria-describedby="$by"', by=by) if by else "",
        Markup(" autofocus") if key == first else "",
    ]
    return joined(parts)


def _label(shown: Shown, key: str, required: bool) -> Markup:
    more = "" if required else html(' <span class="optional">($said)</span>', said=shown.say("optional"))
    return html('<label for="$key">$label$more</label>', key=key, label=LABELS[shown.language][key], more=more)


def _error(shown: Shown, key: str) -> Markup:
    fault = shown.fault(key)
    return html('<p class="wrong" id="$key-wrong">$fault</p>', key=key, fault=fault) if fault else Markup("")


def _files(shown: Shown) -> Markup:
    hint = shown.say("files_hint", mb=str(shown.form.file_bytes // 2**20))
    control = html(
        '<input type="file" $common multiple accept="$accept"><p class="hint" id="files-hint">$hint</p>',
        common=_attributes(shown, "files", False, "files-hint"),
        accept=_ACCEPT,
        hint=hint,
    )
    return joined([_label(shown, "files", False), control, _error(shown, "files")])


def _trap(shown: Shown) -> Markup:
    """A field that people do not see and programs fill in."""
    return html(
        '<div class="away" aria-hidden="true"><label for="$name">$said</label>'
        '<input type="text" id="$name" name="$name" tabindex="-1" autocomplete="off"></div>',
        name=HONEYPOT,
        said=shown.say("leave_empty"),
    )
