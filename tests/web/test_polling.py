"""Live chat where no WebSocket can be had: long polls with the same frames, and the form that needs no script."""

from __future__ import annotations

import asyncio
import html
import re
import signal
import uuid
from urllib.parse import urlencode

import httpx

from omnidesk.desk import composing
from omnidesk.words.kinds import Direction
from tests.filling import Desk
from tests.web.served import Caller, Served, get, post, until, with_chat


class TestLongPolls:
    async def test_a_conversation_by_long_polls(self, served: Served) -> None:
        async with Caller(served) as caller:
            await caller.begins()
            (welcome,) = await caller.polls()
            assert welcome["type"] == "welcome" and welcome["messages"] == []
            key = str(uuid.uuid4())
            told = await caller.polls({"type": "post", "id": key, "text": "Hello"})
            assert {"type": "posted", "id": key} in told
            ((number, _, _),) = await served.filed()
            answering = asyncio.create_task(asyncio.to_thread(served.answers, number, "Hi"))
            ours: list[str] = []
            while not ours:
                for frame in await caller.polls(wait=25):
                    ours += [one["id"] for one in frame.get("messages", ()) if one["ours"]]
            await answering
            await caller.polls({"type": "seen", "keys": ours})
            await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "read")

    async def test_frames_whose_answer_was_lost_are_told_again(self, served: Served) -> None:
        async with Caller(served) as caller:
            await caller.begins()
            first = await caller.polls()
            caller.last = 0
            assert await caller.polls() == first
            assert await caller.polls() == []

    async def test_a_restart_in_the_middle_loses_and_doubles_nothing(self, own_served: Served) -> None:
        async with Caller(own_served) as caller:
            await caller.begins()
            await caller.polls({"type": "post", "id": (key := str(uuid.uuid4())), "text": "Hello"})
            ((number, _, _),) = await own_served.filed()
            await asyncio.to_thread(own_served.stop, signal.SIGKILL)
            await asyncio.to_thread(composing.reply, own_served.desk.workspace, own_served.desk.me, number, "Hi")
            await asyncio.to_thread(own_served.start)
            told = await caller.polls({"type": "post", "id": key, "text": "Hello"})
            shown = {one["id"]: one for frame in told for one in frame.get("messages", ())}
            while len(shown) < 2:
                shown |= {one["id"]: one for frame in await caller.polls(wait=5) for one in frame.get("messages", ())}
            assert sorted(one["text"] for one in shown.values()) == ["Hello", "Hi"]
            assert len(own_served.messages()) == 1

    async def test_a_poll_is_for_who_has_the_pass(self, served: Served) -> None:
        async with Caller(served) as caller, Caller(served) as other:
            await caller.begins()
            await caller.polls({"type": "post", "id": str(uuid.uuid4()), "text": "Private"})
            await served.filed()
            await other.begins()
            other.connection = caller.connection
            told = await other.polls()
            assert not [one for frame in told for one in frame.get("messages", ())]
            answer = await other.asks("poll", token="1.x", connection=other.connection)
            assert answer.status_code == 401

    async def test_what_cannot_be_read_is_refused(self, served: Served) -> None:
        async with Caller(served) as caller:
            await caller.begins()
            for said in ({"connection": "x"}, {"connection": caller.connection, "after": "x"},
                         {"connection": caller.connection, "wait": [1]}):  # fmt: skip
                assert (await caller.asks("poll", token=caller.token, **said)).status_code == 400
            answer = await caller.asks(
                "poll", token=caller.token, connection=caller.connection, wait=float(0), frames=7
            )
            assert answer.status_code == 200

    async def test_the_server_ends_at_once_though_somebody_waits(self, own_served: Served) -> None:
        async with Caller(own_served) as caller:
            await caller.begins()
            await caller.polls()
            waiting = asyncio.create_task(caller.polls(wait=25))
            await asyncio.to_thread(own_served.stop)
            frames = await asyncio.gather(waiting, return_exceptions=True)
            assert isinstance(frames[0], httpx.HTTPError) or frames[0][-1]["type"] == "end"


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


class TestWithoutScript:
    async def test_the_form_posts_once_and_shows_what_was_said(self, served: Served) -> None:
        async with httpx.AsyncClient(
            base_url=served.url, headers={"Origin": served.origin, **served.headers}
        ) as client:
            page = (await client.get("./?lang=nl")).text
            assert '<html lang="nl">' in page and "Waarmee kunnen we helpen?" in page
            filled = {"id": _hidden(page, "id"), "lang": "nl", "text": "<b>Hallo</b>", "name": "Anna & co"}
            for _ in range(2):  # pressed twice
                answer = await client.post("form", data=filled)
                assert answer.status_code == 303
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
            assert f"Path=/chat/{served.channel.name}/" in cookie
            ((number, text, _),) = await served.filed()
            assert text == "<b>Hallo</b>"
            await asyncio.to_thread(served.answers, number, "Dag <i>Anna</i>")
            await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "sent")
            page = (await client.get("./?lang=nl")).text
            assert (
                "&lt;b&gt;Hallo&lt;/b&gt;" in page and "Dag &lt;i&gt;Anna&lt;/i&gt;" in page and "<i>Anna" not in page
            )

    async def test_another_site_cannot_post_the_form(self, served: Served) -> None:
        said = {"id": str(uuid.uuid4()), "text": "forged"}
        for origin in ("https://evil.test", "null"):
            answer = await post(f"{served.url}form", data=said, headers={"Origin": origin})
            assert answer.status_code == 403
        assert (await post(f"{served.url}form", data=said)).status_code == 403
        assert not served.messages()

    async def test_what_is_missing_is_said_and_what_was_typed_stays(self, desk: Desk) -> None:
        served = with_chat(
            desk, always_online=False, ask="name", ask_required=True, title='A "shop" <x>', greeting="<hi>"
        )
        served.start()
        try:
            page = (await get(served.url)).text
            assert "answer by e-mail" in page and "<x>" not in page and "<hi>" not in page
            said = {"id": _hidden(page, "id"), "text": 'Tell "me" </textarea><script>', "name": ""}
            answer = await post(f"{served.url}form", data=said, headers={"Origin": served.origin, **served.headers})
            assert answer.status_code == 422 and "Please give your e-mail address" in answer.text
            assert "Tell &quot;me&quot; &lt;/textarea&gt;" in answer.text and "</textarea><script>" not in answer.text
            answer = await post(
                f"{served.url}form", content=urlencode(said).encode() + b"&text=%ff",
                headers={"Origin": served.origin, "Content-Type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            assert answer.status_code == 400
        finally:
            served.stop()

    async def test_the_scripts_hold_no_text_that_ends_them(self, desk: Desk) -> None:
        served = with_chat(desk, title="</script><script>alert(1)</script>")
        served.start()
        try:
            for url in (served.url, f"{served.origin}/chat/webchat.js"):
                assert "</script><script>alert" not in (await get(url)).text
            small = await get(f"{served.url}widget.js", headers={"Accept-Encoding": "gzip"})
            assert small.headers["content-encoding"] == "gzip" and "hello" in small.text
        finally:
            served.stop()
