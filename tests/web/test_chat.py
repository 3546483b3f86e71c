"""Live chat over a WebSocket, against a server that is a process of its own."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import uuid

import httpx
import pytest
import websockets

from omnidesk import clock
from omnidesk.desk import channels, composing, joining, settings, visitors
from omnidesk.web.chat import passes
from omnidesk.words.kinds import Direction
from tests.filling import Desk
from tests.web.served import (
    PATIENCE,
    SITE,
    AtConsole,
    Served,
    add_chat,
    get,
    post,
    reachable,
    until,
    visiting,
    with_chat,
)


class TestWritingAndAnswering:
    @pytest.mark.databases
    async def test_what_a_visitor_writes_is_answered_on_their_page(self, own_served: Served) -> None:
        async with visiting(own_served) as visitor:
            await visitor.writes("Is 42 in stock?", name="Anna")
            ((number, text, _),) = await own_served.filed()
            assert text == "Is 42 in stock?"
            await asyncio.to_thread(own_served.answers, number, "Yes, two pairs.")
            message = await visitor.sees("Yes, two pairs.")
            assert message["ours"] and message["by"] == "Sanne" and message["status"] == "sent"

    async def test_a_message_that_arrived_and_was_seen_says_so_at_the_desk(self, served: Served) -> None:
        async with visiting(served) as visitor:
            await visitor.writes("Hello?")
            ((number, _, _),) = await served.filed()
            await asyncio.to_thread(served.answers, number, "Hello!")
            message = await visitor.sees("Hello!")
            await visitor.says(type="got", keys=[message["id"]])
            await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "delivered")
            await visitor.says(type="seen", keys=[message["id"]])
            await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "read")
            await visitor.says(type="got", keys=[message["id"]])  # what comes late takes nothing back
            await visitor.writes("Thanks")
            assert served.messages(Direction.OUTBOUND)[0][2] == "read"

    async def test_a_chat_stays_open_after_an_answer_and_is_one_conversation(self, served: Served) -> None:
        async with visiting(served) as visitor:
            await visitor.writes("One")
            ((number, _, _),) = await served.filed()
            await asyncio.to_thread(served.answers, number, "Two")
            await visitor.sees("Two")
            await visitor.writes("Three")
            assert {one[0] for one in await served.filed(2)} == {number}
            assert served.desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"
            who = visitor.token.split(".")[1]
            assert served.desk.value("SELECT verified FROM identity WHERE kind = 'visitor' AND value = ?", who)

    async def test_every_tab_shows_the_same(self, served: Served) -> None:
        async with visiting(served) as one, visiting(served, one.token) as other:
            key = await one.writes("From the first tab")
            await other.hears(lambda frame: key in other.shown)
            ((number, _, _),) = await served.filed()
            await asyncio.to_thread(served.answers, number, "To both")
            await one.sees("To both")
            await other.sees("To both")

    async def test_after_a_reload_everything_is_there_again_once(self, served: Served) -> None:
        async with visiting(served) as visitor:
            key = await visitor.writes("Before")
            ((number, _, _),) = await served.filed()
            await asyncio.to_thread(served.answers, number, "After")
            answer = await visitor.sees("After")
        async with visiting(served, visitor.token) as again:
            assert list(again.shown) == [key, answer["id"]]


class TestExactlyOnce:
    async def test_the_same_post_twenty_times_at_once_is_one_message(self, served: Served) -> None:
        """Promise 2."""
        async with visiting(served) as visitor:
            key = str(uuid.uuid4())
            async with httpx.AsyncClient(
                base_url=served.url, headers={"Origin": served.origin, **served.headers}
            ) as client:
                said = {"token": visitor.token, "id": key, "text": "Once"}
                answers = await asyncio.gather(*(client.post("post", json=said) for _ in range(15)))
            assert {answer.status_code for answer in answers} == {200}
            await visitor.writes("Once", key)
            await visitor.writes("Then")
            assert [text for _, text, _ in await served.filed(2)] == ["Once", "Then"]

    async def test_killed_in_the_middle_of_posts_nothing_is_lost_or_doubled(self, own_served: Served) -> None:
        """Promises 1 and 2: what was answered is kept, what was not is sent again under the same id."""
        sent = {str(uuid.uuid4()): f"line {number}" for number in range(12)}
        kept: set[str] = set()
        async with visiting(own_served) as visitor:
            for key, text in list(sent.items())[:6]:
                await visitor.says(type="post", id=key, text=text)
            kept.add((await visitor.hears(lambda frame: frame["type"] == "posted"))["id"])
            await asyncio.to_thread(own_served.stop, signal.SIGKILL)
        await asyncio.to_thread(own_served.start)
        async with visiting(own_served, visitor.token) as again:
            for key, text in sent.items():
                if key not in kept:
                    await again.writes(text, key)
            texts = [text for _, text, _ in await own_served.filed(len(sent))]
            assert sorted(texts) == sorted(sent.values())
            while set(again.shown) != set(sent):
                await again.next()

    async def test_what_an_agent_wrote_while_the_server_was_down_comes_when_it_is_back(
        self, own_served: Served
    ) -> None:
        async with visiting(own_served) as visitor:
            await visitor.writes("Hello?")
            ((number, _, _),) = await own_served.filed()
        await asyncio.to_thread(own_served.stop, signal.SIGKILL)
        await asyncio.to_thread(composing.reply, own_served.desk.workspace, own_served.desk.me, number, "Still there?")
        await asyncio.to_thread(own_served.start)
        async with visiting(own_served, visitor.token) as again:
            await again.sees("Still there?")
        assert len(own_served.messages(Direction.OUTBOUND)) == 1


class TestWhatAVisitorMaySee:
    async def test_notes_asides_mails_and_other_visitors_stay_unseen(self, served: Served) -> None:
        desk = served.desk
        async with visiting(served) as anna, visiting(served) as bram:
            await anna.writes("I am Anna")
            await served.filed()
            await bram.writes("I am Bram")
            (first, _, _), (second, _, _) = await served.filed(2)
            composing.note(desk.workspace, desk.me, first, "She is a regular")
            asked = ["carrier@example.test"]
            composing.forward(desk.workspace, desk.me, first, asked, "Where is her parcel?", via="demo")
            desk.sends_all()
            joining.merge(desk.workspace, desk.me, second, first)
            await asyncio.to_thread(served.answers, first, "For one of them")
            await until(lambda: served.messages(Direction.OUTBOUND))
            await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "sent")
            to = json.loads(desk.value("SELECT recipients_json FROM message WHERE text = 'For one of them'"))["to"]
            theirs = {to_visitor[1] for to_visitor in to}
            for visitor, said in ((anna, "I am Anna"), (bram, "I am Bram")):
                who = visitor.token.split(".")[1]
                if who in theirs:
                    await visitor.sees("For one of them")
                async with visiting(served, visitor.token) as again:
                    wanted = {said, "For one of them"} if who in theirs else {said}
                    assert {message["text"] for message in again.shown.values()} == wanted

    async def test_nobody_is_let_in_by_a_forged_or_old_pass(self, served: Served) -> None:
        async with visiting(served) as visitor:
            await visitor.writes("Private")
            await served.filed()
        real = visitor.token
        version, who, at, sign = real.split(".")
        other = channels.add(served.desk.workspace, served.desk.me, "chat", "other", "other.test", {})[1]
        with clock.frozen(clock.now() - passes.HOLDS - 1):
            old = passes.issue(served.desk.workspace, served.channel.id, who).token
        forged = [
            ".".join((version, who, at, sign[:-1] + ("0" if sign[-1] != "0" else "1"))),
            ".".join((version, "0" * 32, at, sign)),
            ".".join((version, who, str(int(at) + 1), sign)),
            passes.issue(served.desk.workspace, other.id, who).token,
            old,
            "garbage",
        ]
        for token in forged:
            async with visiting(served, token) as stranger:
                assert not stranger.shown and stranger.token.split(".")[1] != who
            answer = await post(
                f"{served.url}post", json={"token": token, "id": str(uuid.uuid4()), "text": "In her name"},
                headers={"Origin": served.origin, **served.headers},
            )  # fmt: skip
            assert answer.status_code == 401
        assert len(served.messages()) == 1

    async def test_a_pass_is_made_anew_after_a_day(self, served: Served) -> None:
        with clock.frozen(clock.now() - 2 * clock.DAY):
            old = passes.issue(served.desk.workspace, served.channel.id)
        async with visiting(served, old.token) as visitor:
            assert visitor.token != old.token
            assert visitor.token.split(".")[1] == old.visitor
        async with visiting(served, visitor.token) as again:
            assert again.token == visitor.token


class TestFromWhere:
    @pytest.mark.parametrize("origin", ["https://evil.test", "http://www.shop.test", "https://www.shop.test.evil.test"])
    async def test_another_site_gets_no_handshake(self, served: Served, origin: str) -> None:
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with visiting(served, origin=origin):
                pass
        assert refused.value.response.status_code == 403

    async def test_an_allowed_site_may_ask_and_one_that_says_nothing_may_not(self, served: Served) -> None:
        async with visiting(served, origin=SITE) as visitor:
            assert visitor.token
        answer = await post(f"{served.url}session", json={})
        assert answer.status_code == 403

    async def test_only_allowed_sites_may_frame_the_page(self, served: Served) -> None:
        page = await get(served.url)
        assert f"frame-ancestors 'self' {SITE}" in page.headers["content-security-policy"]
        framed = {"Referer": "https://evil.test/x", "Sec-Fetch-Dest": "iframe"}
        assert (await get(served.url, headers=framed)).status_code == 403
        assert (await get(f"{served.origin}/chat/{served.channel.name}.js", headers=framed)).status_code == 403
        assert (
            await get(f"{served.origin}/chat/{served.channel.name}.js", headers={"Referer": f"{SITE}/x"})
        ).status_code == 200

    async def test_there_is_no_chat_of_another_name_or_kind(self, served: Served) -> None:
        assert (await get(f"{served.origin}/chat/demo/")).status_code == 404
        assert (await get(f"{served.origin}/chat/nothing.js")).status_code == 404


class TestTooMuch:
    async def test_a_flood_is_told_so_and_others_go_on(self, served: Served) -> None:
        async with visiting(served) as flooding, visiting(served) as other:
            for number in range(60):
                await flooding.says(type="post", id=str(uuid.uuid4()), text=f"{number}")
            refused = await flooding.hears(lambda frame: frame["type"] == "refused")
            assert refused["status"] == 429 and refused["after"] > 0
            await other.writes("Me too")
            await until(lambda: "Me too" in [text for _, text, _ in served.messages()])
            assert len(served.messages()) < 60

    async def test_a_flood_over_http_is_answered_with_429(self, served: Served) -> None:
        async with httpx.AsyncClient(
            base_url=served.url, headers={"Origin": served.origin, **served.headers}
        ) as client:
            token = (await client.post("session", json={})).json()["token"]
            said = [{"token": token, "id": str(uuid.uuid4()), "text": str(number)} for number in range(40)]
            answers = [await client.post("post", json=one) for one in said]
            late = [answer for answer in answers if answer.status_code == 429]
            assert late and int(late[0].headers["retry-after"]) >= 1
            assert len([answer for answer in answers if answer.status_code == 200]) >= 20

    async def test_frames_too_large_or_no_text_end_the_connection(self, served: Served) -> None:
        for frame in ("x" * 70_000, "x" * 2_000_000, b"\xff\xfe\x00"):
            async with visiting(served) as visitor:
                await visitor.socket.send(frame)
                with pytest.raises(websockets.ConnectionClosed):
                    while True:
                        await visitor.next()
        async with visiting(served) as visitor:
            await visitor.writes("Still here")

    async def test_text_that_is_no_utf8_is_refused(self, served: Served) -> None:
        async with visiting(served) as visitor:
            await visitor.socket.send(b'{"type":"post","id":"1","text":"\xff\xff"}', text=True)
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await visitor.next()
        answer = await post(
            f"{served.url}session", content=b'{"token":"\xff"}', headers={"Origin": served.origin, **served.headers}
        )
        assert answer.status_code == 400
        assert not served.messages()

    async def test_what_cannot_be_read_is_refused_and_hurts_nobody(self, served: Served) -> None:
        broken = ["", "{", "[]", "null", '"x"', '{"type":"post"}', '{"type":"dance"}', "[" * 5_000,
                  '{"type":"post","id":"x","text":"y"}', '{"type":"seen","keys":7}']  # fmt: skip
        async with visiting(served) as visitor:
            for one in broken:
                await visitor.socket.send(one)
            await visitor.writes("Fine")
            assert len([frame for frame in visitor.told if frame["type"] == "refused"]) == len(broken)
            answer = await post(
                f"{served.url}post", content="[" * 5_000, headers={"Origin": served.origin, **served.headers}
            )
            assert answer.status_code == 400

    async def test_half_characters_hurt_nobody(self, served: Served) -> None:
        half = chr(0xD800)
        async with visiting(served) as visitor:
            await visitor.writes(f"a{half}b", name=half, language=half, page=f"{SITE}/{half}")
            assert [text for _, text, _ in await served.filed()] == ["ab"]

    async def test_a_body_too_large_is_refused(self, served: Served) -> None:
        answer = await post(
            f"{served.url}post", content=b" " * 8_000_000, headers={"Origin": served.origin, **served.headers}
        )
        assert answer.status_code == 413
        answer = await post(
            f"{served.url}session", content=b" " * 100_000, headers={"Origin": served.origin, **served.headers}
        )
        assert answer.status_code == 413

    async def test_a_text_too_long_is_refused(self, served: Served) -> None:
        async with visiting(served) as visitor:
            await visitor.says(type="post", id=str(uuid.uuid4()), text="x" * 4_001)
            refused = await visitor.hears(lambda frame: frame["type"] == "refused")
            assert (refused["status"], refused["reason"]) == (413, "too-long")


class TestPresence:
    async def test_a_visitor_who_types_is_seen_at_the_desk_and_is_gone_when_the_page_closes(
        self, served: Served
    ) -> None:
        async with visiting(served) as visitor:
            await visitor.writes("Hello", page=f"{SITE}/boots?token=secret")
            ((number, _, _),) = await served.filed()

            def there() -> visitors.Visitor | None:
                return visitors.of_conversations(served.desk.workspace, [number]).get(number)

            await until(lambda: (found := there()) is not None and found.here)
            await visitor.says(type="typing", on=True, page=f"{SITE}/boots?token=secret")
            await until(lambda: (found := there()) is not None and found.typing)
            found = there()
            assert found is not None and found.page == f"{SITE}/boots"
            await visitor.says(type="typing", on=False)
            await until(lambda: (found := there()) is not None and not found.typing)
        await until(lambda: (found := there()) is not None and not found.here)

    async def test_an_agent_who_types_is_seen_by_the_visitor_under_the_shown_name(self, served: Served) -> None:
        async with visiting(served) as visitor, visiting(served) as other:
            await visitor.writes("Hello")
            ((number, _, _),) = await served.filed()
            with AtConsole(served.desk, number, "typing"):
                told = await visitor.hears(lambda frame: frame["type"] == "staff" and frame["typing"])
                assert told["typing"] == ["Sanne"] and told["looking"]
            await visitor.hears(lambda frame: frame["type"] == "staff" and not frame["typing"])
            await other.writes("And me")
            assert not [frame for frame in other.told if frame["type"] == "staff"]


class TestFiles:
    async def test_files_go_both_ways_and_are_always_saved(self, served: Served) -> None:
        desk = served.desk
        picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 300_000
        async with visiting(served) as visitor:
            said = {"token": visitor.token, "id": str(uuid.uuid4()), "text": "", "files": [
                {"name": "../../shoe.png", "data": base64.b64encode(picture).decode()}]}  # fmt: skip
            answer = await post(f"{served.url}post", json=said, headers={"Origin": served.origin, **served.headers})
            assert answer.status_code == 200
            ((number, _, _),) = await served.filed()
            page = desk.folder / "page.html"
            page.write_text("<script>alert(1)</script>")
            await asyncio.to_thread(served.answers, number, "Like this", "--attach", str(page))
            message = await visitor.sees("Like this")
            mine = visitor.shown[said["id"]]
            assert mine["files"][0]["name"] == "shoe.png"
            got = await get(served.url + mine["files"][0]["url"])
            assert got.content == picture and got.headers["content-type"] == "image/png"
            link = served.url + message["files"][0]["url"]
            got = await get(link)
            assert got.headers["content-type"] == "application/octet-stream"
            assert got.headers["content-disposition"].startswith("attachment;")
            assert "sandbox" in got.headers["content-security-policy"]
            assert (await get(link[:-1] + ("0" if link[-1] != "0" else "1"))).status_code == 403
            assert (await get(link.replace("file/", "file/1"))).status_code == 403

    async def test_programs_and_too_much_are_not_taken(self, served: Served) -> None:
        async with visiting(served) as visitor:
            for name, data, status in (
                ("tool.exe", b"MZ", 415), ("photo.jpg", b"MZ\x90", 415), ("x.html", b"<html>", 415),
                ("x.txt", b"a" * 5_000_001, 413),
            ):  # fmt: skip
                file = {"name": name, "data": base64.b64encode(data).decode()}
                said = {"token": visitor.token, "id": str(uuid.uuid4()), "text": "", "files": [file]}
                answer = await post(f"{served.url}post", json=said, headers={"Origin": served.origin, **served.headers})
                assert answer.status_code == status, name
        assert not served.messages()


class TestNobodyThere:
    async def test_without_an_agent_a_message_needs_an_address_and_is_answered_by_mail(self, desk: Desk) -> None:
        served = with_chat(desk, always_online=False)
        served.start()
        try:
            async with visiting(served) as visitor:
                assert visitor.told[0]["online"] is False
                await visitor.says(type="post", id=str(uuid.uuid4()), text="Do you repair boots?")
                refused = await visitor.hears(lambda frame: frame["type"] == "refused")
                assert refused["reason"] == "email-needed"
                await visitor.writes("Do you repair boots?", email="anna@example.test")
                ((number, _, _),) = await served.filed()
                queued = await asyncio.to_thread(composing.reply, desk.workspace, desk.me, number, "We do.")
                assert queued.message.channel == "demo"
                assert [one.address for one in queued.message.to] == ["anna@example.test"]
                assert queued.message.subject == "Re: Do you repair boots?"
        finally:
            served.stop()

    async def test_it_opens_when_an_agent_comes_within_the_hours(self, desk: Desk) -> None:
        served = with_chat(desk, always_online=False)
        served.start()
        try:
            async with visiting(served) as visitor:
                with AtConsole(desk):
                    assert (await visitor.hears(lambda frame: frame["type"] == "online"))["online"]
                    await visitor.writes("No address needed")
                    settings.put(desk.workspace, "opening_hours", "Europe/Amsterdam mon-mon 00:00-00:01", desk.me)
                    assert not (await visitor.hears(lambda frame: frame["type"] == "online"))["online"]
        finally:
            served.stop()

    async def test_a_chat_whose_settings_break_ends_and_takes_no_other_along(self, served: Served) -> None:
        broken = Served(served.desk, add_chat(served.desk, "broken"), served.port)
        await reachable(broken)
        async with visiting(broken) as guest, visiting(served) as visitor:
            desk = served.desk
            await asyncio.to_thread(
                channels.set_settings, desk.workspace, desk.me, broken.channel.name, {"colour": "red"}
            )
            assert (await guest.hears(lambda frame: frame["type"] == "end"))["reason"] == "closed"
            await visitor.writes("Still here?")
            ((number, _, _),) = await served.filed()
            await asyncio.to_thread(served.answers, number, "Still here.")
            await visitor.sees("Still here.")
        assert (await get(broken.url)).status_code == 503

    async def test_a_chat_that_is_switched_off_ends(self, served: Served) -> None:
        async with visiting(served) as visitor:
            channels.disable(served.desk.workspace, served.desk.me, served.channel.name)
            assert (await visitor.hears(lambda frame: frame["type"] == "end"))["reason"] == "closed"
        async with asyncio.timeout(PATIENCE):
            while (await get(served.url)).status_code == 200:
                pass
        assert (await get(served.url)).status_code == 503
