"""The page on which somebody unsubscribes: it asks on GET, since programs follow links; POST does it (RFC 8058)."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from omnidesk import clock
from omnidesk.desk import consents, log, unsubscribing
from omnidesk.web import limits
from omnidesk.web.door import Door
from omnidesk.web.pages import html, language, page
from omnidesk.words.errors import OmniDeskError

PATH: Final = f"{unsubscribing.PATH}{{token}}"
MOST_BYTES = 4_096
"""What mail programs post is one short line."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "No more mailings?",
        "ask": "Then we send no more messages of this sort to your address. Answers to your own questions still come.",
        "do": "Unsubscribe",
        "done_title": "You are unsubscribed",
        "done": "We send no more messages of this sort to your address. Answers to your own questions still come.",
        "wrong": "This link does not work",
        "whole": "Please open it from the message once more. If it still fails, answer the message and tell us.",
        "later": "It does not work at this moment",
        "again": "Please try it again in a minute.",
    },
    "nl": {
        "title": "Geen mailings meer?",
        "ask": "Dan sturen wij zulke berichten niet meer naar uw adres. Antwoord op uw eigen vragen krijgt u nog wel.",
        "do": "Afmelden",
        "done_title": "U bent afgemeld",
        "done": "Wij sturen zulke berichten niet meer naar uw adres. Antwoord op uw eigen vragen krijgt u nog wel.",
        "wrong": "Deze link werkt niet",
        "whole": "Open hem nog een keer vanuit het bericht. Lukt het niet, antwoord dan op het bericht en zeg het ons.",
        "later": "Het lukt op dit moment niet",
        "again": "Probeer het over een minuut nog een keer.",
    },
    "de": {
        "title": "Keine Rundschreiben mehr?",
        "ask": "Dann senden wir solche Nachrichten nicht mehr an Sie. Eigene Fragen beantworten wir weiterhin.",
        "do": "Abmelden",
        "done_title": "Sie sind abgemeldet",
        "done": "Solche Nachrichten senden wir nicht mehr an Ihre Adresse. Eigene Fragen beantworten wir weiterhin.",
        "wrong": "Dieser Link funktioniert nicht",
        "whole": "Bitte öffnen Sie ihn noch einmal aus der Nachricht. Gelingt es nicht, antworten Sie bitte darauf.",
        "later": "Es geht gerade nicht",
        "again": "Bitte versuchen Sie es in einer Minute noch einmal.",
    },
}  # fmt: skip


class Unsubscribing:
    """The page of all links."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle(self, request: Request) -> Response:
        """Ask, or do it; a link that is not ours changes nothing and says so."""
        said, words = request.path_params["token"], WORDS[language(request, tuple(WORDS))]
        try:
            await limits.body(request, MOST_BYTES)
        except limits.TooLargeError:
            return _page(request, words["wrong"], words["whole"], 413)
        workspace = self._door.workspace
        try:
            if request.method != "POST":
                ours = await self._door.in_thread(unsubscribing.read, workspace, said) is not None
                return _asked(request, words) if ours else _page(request, words["wrong"], words["whole"], 404)
            source, at = consents.LINK, clock.now()
            ours = await self._door.in_thread(unsubscribing.withdraw, workspace, said, source, at)
        except OmniDeskError as error:
            log.warn(f"unsubscribing did not work: {error}")
            return _page(request, words["later"], words["again"], 503, {"Retry-After": "30"})
        if not ours:
            return _page(request, words["wrong"], words["whole"], 404)
        return _page(request, words["done_title"], words["done"])


def _asked(request: Request, words: dict[str, str]) -> Response:
    body = html(
        '<h1>$title</h1><p>$ask</p><form method="post">'
        '<input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">$do</button></form>',
        title=words["title"],
        ask=words["ask"],
        do=words["do"],
    )
    return page(language(request, tuple(WORDS)), words["title"], body)


def _page(
    request: Request, title: str, said: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    body = html("<h1>$title</h1><p>$said</p>", title=title, said=said)
    return page(language(request, tuple(WORDS)), title, body, status, headers=headers)
