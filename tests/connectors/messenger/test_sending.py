"""What goes out to Meta, what its refusals mean, and how a lost answer is settled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    ConnectorError,
    Failed,
    File,
    NotSent,
    Outgoing,
    Payload,
    Retry,
    Sent,
    Unknown,
)
from omnidesk.connectors.messenger import Instagram, Messenger
from omnidesk.connectors.testing.messenger import ANNA, BRAM, PAGE, TOKEN, FakePage
from omnidesk.connectors.testing.meta import error
from omnidesk.words.rows import Address

T = TypeVar("T")
GIF = File("dot.gif", "image/gif", b"GIF89a")


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as fake:
        yield fake


def talk(page: FakePage, work: Callable[[Messenger], Awaitable[T]], **settings: Any) -> T:
    async def run() -> T:
        account = Account(0, "page", PAGE, {"api_url": page.url, **settings}, {"token": TOKEN}, timeout=5.0)
        connector = Messenger(account)
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def outgoing(text: str = "On its way", to: str = ANNA[0], **more: Any) -> Outgoing:
    return Outgoing(
        key="0b9f5f3e-1", external_id="", sender=Address("Sanne", PAGE), to=(Address("", to),), cc=(), bcc=(),
        subject="", text=text, at=clock.now(), conversation=1, token="", **more,
    )  # fmt: skip


def made(kind: type[Messenger] | type[Instagram] = Messenger, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kind.prepare(outgoing(**more), {}).data)
    return found


async def _nothing() -> None:
    return None


def send(page: FakePage, payload: Payload) -> Any:
    return talk(page, lambda connector: connector.send(payload, "0b9f5f3e-1", _nothing))


def verify(page: FakePage, payload: Payload) -> Any:
    return talk(page, lambda connector: connector.verify(payload, "0b9f5f3e-1"))


# --- what is made


def test_an_answer_says_that_it_is_one_and_bears_our_key() -> None:
    (part,) = made()["parts"]
    assert part["said"] == {
        "recipient": {"id": ANNA[0]},
        "messaging_type": "RESPONSE",
        "message": {"text": "On its way", "metadata": "0b9f5f3e-1"},
    }


def test_a_late_answer_bears_the_tag() -> None:
    (part,) = made(late=True)["parts"]
    assert (part["said"]["messaging_type"], part["said"]["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


@pytest.mark.parametrize(
    ("answered", "recipient"),
    [
        ("9001_17", {"comment_id": "9001_17"}),
        (f"{PAGE}_9001", {"post_id": f"{PAGE}_9001"}),
        ("178", {"comment_id": "178"}),
    ],
)
def test_the_one_private_answer_names_what_it_answers(answered: str, recipient: dict[str, str]) -> None:
    (part,) = made(privately=True, in_reply_to=answered)["parts"]
    assert part["said"]["recipient"] == recipient
    assert "messaging_type" not in part["said"]


def test_what_is_public_goes_under_what_it_answers() -> None:
    assert made(public=True, in_reply_to="9001_17") == {
        "path": "9001_17/comments",
        "parts": [{"said": {"message": "On its way"}}],
    }
    assert made(Instagram, public=True, in_reply_to="178")["path"] == "178/replies"
    mention = made(Instagram, public=True, in_reply_to="mention/179/178")
    assert (mention["path"], mention["parts"][0]["said"]["comment_id"]) == (f"{PAGE}/mentions", "178")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"text": " "}, "needs a text"),
        ({"files": (GIF,), "public": True, "in_reply_to": "9001_17"}, "files go in private only"),
        ({"files": (GIF,), "privately": True, "in_reply_to": "9001_17"}, "a text or a file"),
        ({"privately": True, "in_reply_to": "mention/179/178"}, "only mentions us"),
        ({"to": "@carla"}, "does not say who this is"),
        ({"public": True, "in_reply_to": "../me/accounts"}, "no id of Meta's"),
        ({"public": True}, "no id of Meta's"),
        ({"to": "12/../34"}, "no id of Meta's"),
    ],
)
def test_what_cannot_go_is_said_in_words(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        made(**more)


def test_instagram_takes_no_files() -> None:
    with pytest.raises(ValueError, match="takes no files"):
        made(Instagram, files=(GIF,))


# --- what comes of it


def test_the_private_answer_tells_in_which_thread_it_came(page: FakePage) -> None:
    comment = page.remarks("never came!")
    done = send(page, Messenger.prepare(outgoing(to="somebody", privately=True, in_reply_to=comment.id), {}))
    assert done == Sent((page.spoken[-1].id,), thread=BRAM[0])


@pytest.mark.parametrize(
    ("said", "ends", "words"),
    [
        (error(10, "outside of allowed window", subcode=2018278), Failed, "reply window has closed"),
        (error(551, "This person isn't available", subcode=1545041), Failed, "takes no messages now"),
        (error(200, "(#200) Cannot message users", 403, subcode=2018028), Failed, "testers only"),
        (error(10903, "This user cant reply"), Failed, "does not let this comment"),
        (error(613, "Calls to this api have exceeded the rate limit."), Retry, "too many requests"),
        (error(1200, "Temporary send message failure"), Retry, "for the moment"),
    ],
)
def test_a_refusal_says_what_it_means(page: FakePage, said: Any, ends: type, words: str) -> None:
    page.says("hello")
    with page._in(lambda asked: said if page.sends(asked) else None):
        done = send(page, Messenger.prepare(outgoing(), {}))
    assert isinstance(done, ends)
    assert words in done.reason


def test_a_file_that_went_without_its_words_is_unknown_and_stays_so(page: FakePage) -> None:
    page.says("a picture?")
    payload = Messenger.prepare(outgoing(files=(GIF,)), {})
    refused = error(100, "(#100) something")
    with page._in(lambda asked: refused if page.sends(asked) and b"On its way" in asked.body else None):
        done = send(page, payload)
    assert isinstance(done, Unknown)
    assert isinstance(verify(page, payload), Unknown)  # the file must not go a second time


def test_a_lost_answer_is_found_where_it_should_stand(page: FakePage) -> None:
    page.says("hello")
    comment = page.remarks("never came!")
    nested = page.remarks("really!", parent=comment.id)
    private = Messenger.prepare(outgoing(), {})
    public = Messenger.prepare(outgoing("Sorry", public=True, in_reply_to=nested.id), {})
    assert [verify(page, one) for one in (private, public)] == [NotSent(), NotSent()]
    send(page, private)
    send(page, public)
    assert verify(page, private) == Sent((page.spoken[-1].id,), thread=ANNA[0])
    assert verify(page, public) == Sent((page.comments[-1].id,))
    page.comments[-1].parent = comment.id  # Meta may put it under the comment above
    assert verify(page, public) == Sent((page.comments[-1].id,))
    send(page, private)
    assert isinstance(verify(page, private), Unknown)


def test_typing_never_fails_loudly(page: FakePage) -> None:
    talk(page, lambda connector: connector.typing(Address("", ANNA[0]), ""))
    assert page.acted == [(ANNA[0], "typing_on")]
    with page.outage():
        talk(page, lambda connector: connector.typing(Address("", ANNA[0]), ""))


def test_an_address_that_is_no_number_is_said_before_anything_is_asked(page: FakePage) -> None:
    with pytest.raises(ConnectorError, match="digits only"):
        talk(page, lambda connector: connector.check(), page_id="../me")
    assert page.log == []
