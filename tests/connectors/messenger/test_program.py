"""The whole program with a page, through its command line: private messages, remarks, and going on in private."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.testing import Program, post, serving, wait_for
from omnidesk.connectors.testing.messenger import ANNA, BRAM, PAGE, TOKEN, VERIFY
from omnidesk.connectors.testing.meta import handshake
from tests.connectors.messenger.harness import AccountHarness, PageHarness


@pytest.fixture
def page() -> Iterator[PageHarness]:
    with PageHarness() as harness:
        yield harness


@pytest.fixture
def program(tmp_path: Path, page: PageHarness) -> Program:
    return Program(tmp_path / "home", page)


def reply(program: Program, number: int, text: str, *words: str, expect: int = 0) -> str:
    return program.run("reply", str(number), "--text", text, *words, expect=(expect,))


def shown(program: Program, number: int = 1) -> list[tuple[str, str, bool]]:
    """Return direction, text and whether it is public of the messages of a conversation."""
    found = program.ask("show", str(number))["messages"]
    return [(one["direction"], one["text"].strip(), one["public"]) for one in found]


def ours(program: Program, text: str) -> dict[str, Any]:
    (found,) = (one for one in program.messages() if one["direction"] == "outbound" and text in one["text"])
    return found


def test_what_comes_by_webhook_and_again_by_poll_is_one_message(program: Program, page: PageHarness) -> None:
    said, remark = page.provider.says("Where is it?"), page.provider.remarks("Never came!")
    with serving(program) as site:
        assert post(page.provider.heard(site.hook_url, said, remark)) == 200
        wait_for(lambda: len(program.texts()) == 2, "both")
    assert program.sync()["received"] == 0
    found = {one["text"].strip(): one for one in program.messages()}
    assert found["Where is it?"]["from"] == {"name": ANNA[1], "address": ANNA[0]}
    assert [found[text]["public"] for text in ("Where is it?", "Never came!")] == [False, True]
    (customer,) = program.ask("customer", "list", "anna")["items"]
    (identity,) = customer["identities"]
    assert (identity["kind"], identity["scope"], identity["verified"]) == ("messenger", PAGE, True)


def test_the_handshake_of_a_webhook_wants_the_verify_token(program: Program) -> None:
    with serving(program) as site:
        assert post(handshake(site.hook_url, VERIFY)) == 200
        assert post(handshake(site.hook_url, "guessed"), patient=False) == 403


def test_news_of_another_page_of_the_app_is_not_ours(program: Program, page: PageHarness) -> None:
    said = page.provider.says("to another page")
    page.provider.account = "999"
    with serving(program) as site:
        assert post(page.provider.heard(site.hook_url, said)) == 200
    assert program.texts() == []


def test_a_remark_goes_on_in_private_once_in_the_same_conversation(program: Program, page: PageHarness) -> None:
    page.provider.remarks("My order never came!")
    program.sync_well()
    reply(program, 1, "We are sorry", expect=4)  # a public channel is never a default, nor is its one private answer
    reply(program, 1, "Which order is it?", "--via", "under-test:private")
    reply(program, 1, "And where do you live?", "--via", "under-test:private", expect=4)
    program.sync_well()
    assert [one.text for one in page.received()] == ["Which order is it?"]
    assert [one.text for one in page.provider.comments] == ["My order never came!"]
    page.provider.says("NL-10234", BRAM)
    program.sync_well()
    reply(program, 1, "It left today")  # now that they wrote in private, private it is
    program.sync_well()
    page.provider.remarks("Nice people!", BRAM)
    program.sync_well()
    reply(program, 1, "Thank you, Bram")  # the newest is public, and the answer still goes where it was private
    program.sync_well()
    reply(program, 1, "Thank you!", "--via", "under-test")
    program.sync_well()
    assert shown(program) == [
        ("inbound", "My order never came!", True),
        ("outbound", "Which order is it?", False),
        ("inbound", "NL-10234", False),
        ("outbound", "It left today", False),
        ("inbound", "Nice people!", True),
        ("outbound", "Thank you, Bram", False),
        ("outbound", "Thank you!", True),
    ]
    assert [(one.text, bool(one.parent)) for one in page.provider.comments][1:] == [
        ("Nice people!", False),
        ("Thank you!", True),
    ]
    assert len(program.ask("customer", "list")["items"]) == 1


def test_a_remark_is_answered_in_public_where_that_is_said(program: Program, page: PageHarness) -> None:
    asked = page.provider.remarks("Is the shop open?")
    program.sync_well()
    assert "an order number" not in reply(program, 1, "Until six", "--via", "under-test")
    program.sync_well()
    assert [(one.text, one.parent) for one in page.provider.comments[1:]] == [("Until six", asked.id)]
    program.sync_well()  # what we said stands in the list too: it is that message, seen again
    assert shown(program) == [("inbound", "Is the shop open?", True), ("outbound", "Until six", True)]
    assert "--confirm" not in reply(program, 1, "Call 0201234567", "--via", "under-test", expect=4)
    reply(program, 1, "Call 0201234567", "--via", "under-test", "--confirm")


def test_after_seven_days_a_remark_has_no_private_answer(program: Program, page: PageHarness) -> None:
    page.provider.remarks("Never came!", ago=7 * 86_400)
    program.sync_well()
    reply(program, 1, "Which order is it?", "--via", "under-test:private", expect=4)


def test_a_private_answer_that_somebody_gave_elsewhere_fails_in_words(program: Program, page: PageHarness) -> None:
    page.provider.remarks("Never came!").answered = True
    program.sync_well()
    reply(program, 1, "Which order is it?", "--via", "under-test:private")
    program.sync_well()
    (row,) = program.outbox("failed")
    assert "once already" in row["error"]


def test_a_late_answer_goes_under_the_tag_where_meta_allows_it(program: Program, page: PageHarness) -> None:
    page.provider.says("Long ago", ago=2 * 86_400)
    program.sync_well()
    reply(program, 1, "Sorry for the wait", expect=4)
    program.run("channel", "set", "under-test", "human_agent=true")
    reply(program, 1, "Sorry for the wait")
    program.sync_well()
    (asked,) = (one for one in page.provider.requests() if page.provider.sends(one))
    assert (asked.json()["messaging_type"], asked.json()["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert [one.text for one in page.received()] == ["Sorry for the wait"]


def test_receipts_by_webhook_bring_a_message_forward(program: Program, page: PageHarness) -> None:
    page.provider.says("Where is it?")
    program.sync_well()
    for text in ("On its way", "It comes at noon"):
        reply(program, 1, text)
    program.sync_well()
    mids = [one.external_id for one in page.received()]
    with serving(program) as site:
        told = page.provider.between(ANNA, clock.now(), delivery={"mids": mids[:1], "watermark": clock.now()})
        post(page.provider.heard(site.hook_url, told))
        wait_for(lambda: ours(program, "On its way")["status"] == "delivered", "the delivery")
        post(
            page.provider.heard(
                site.hook_url, page.provider.between(ANNA, clock.now(), read={"watermark": clock.now()})
            )
        )
        wait_for(lambda: all(ours(program, text)["status"] == "read" for text in ("On its way", "noon")), "both read")


def test_what_is_taken_back_is_no_longer_shown(program: Program, page: PageHarness) -> None:
    said = page.provider.says("my password is hunter2")
    with serving(program) as site:
        post(page.provider.heard(site.hook_url, said))
        wait_for(program.texts, "the message")
        gone = page.provider.between(ANNA, clock.now(), message={"mid": said.id, "is_deleted": True})
        post(page.provider.heard(site.hook_url, gone))
        wait_for(lambda: program.texts() == ["(taken back by whoever wrote it)"], "its end")


def test_a_file_and_its_words_are_two_messages_of_one(program: Program, page: PageHarness, tmp_path: Path) -> None:
    page.provider.says("a picture please")
    program.sync_well()
    (tmp_path / "dot.gif").write_bytes(b"GIF89a")
    reply(program, 1, "here it is", "--attach", str(tmp_path / "dot.gif"))
    program.sync_well()
    assert [(one.text, one.files) for one in page.received()] == [("", ("dot.gif",)), ("here it is", ())]
    program.sync_well()
    assert program.texts("outbound") == ["here it is"]


def test_on_instagram_a_remark_and_a_mention_are_answered_where_they_stand(tmp_path: Path) -> None:
    with AccountHarness() as account:
        program, fake = Program(tmp_path / "home", account), account.provider
        comment = fake.remarks("how much?", ("6401", "anna.j"))
        mention = {"field": "mentions", "value": {"media_id": "179", "comment_id": "178"}}
        with serving(program) as site:
            assert post(fake.heard(site.hook_url, comment, mention)) == 200
            wait_for(lambda: len(program.texts()) == 2, "both")
        assert sorted(program.texts()) == ["how much?", "look at @shop"]
        numbers = {one["text"].strip(): one["conversation_id"] for one in program.messages()}
        reply(program, numbers["how much?"], "twenty", "--via", "under-test")
        reply(program, numbers["look at @shop"], "thanks", "--via", "under-test")
        program.sync_well()
        assert [(one.text, one.parent) for one in fake.comments[1:]] == [("twenty", comment.id), ("thanks", "")]
        reply(program, numbers["look at @shop"], "hello", "--via", "under-test:private")
        program.sync_well()
        (row,) = program.outbox("failed")
        assert "cannot be answered in private" in row["error"]


def test_a_channel_that_only_listens_asks_for_nothing_and_says_what_is_missing(
    program: Program, page: PageHarness
) -> None:
    page.provider.says("only by webhook")
    page.provider.subscribed = ["feed"]
    program.run("channel", "set", "under-test", "fetch=webhook")
    before = len(page.provider.log)
    assert program.sync()["received"] == 0
    assert len(page.provider.log) == before
    found = program.ask("channel", "test", "under-test")["found"]
    assert "not subscribed to messages" in " ".join(found["warnings"])


def test_who_is_on_two_pages_is_answered_on_the_one_they_wrote_to(program: Program, page: PageHarness) -> None:
    page.provider.says("Where is it?")
    program.sync_well()
    program.environment["OMNIDESK_SECRET_OTHER_TOKEN"] = TOKEN
    program.run("channel", "add", "messenger", "--name", "other", "--address", "102290129340399", "--set",
                f"api_url={page.provider.url}", "--no-test")  # fmt: skip
    reply(program, 1, "On its way", "--via", "other", expect=4)


def test_what_a_colleague_says_in_meta_s_own_inbox_stands_in_the_thread(program: Program, page: PageHarness) -> None:
    page.provider.says("Where is it?", BRAM)
    program.sync_well()
    page.provider.answers_elsewhere("It left today", BRAM)
    asked = page.provider.remarks("And never came!", ANNA)
    program.sync_well()
    page.provider.remarks("Sorry, Anna", (PAGE, "The Shoe Shop"), parent=asked.id)
    program.sync_well()
    assert shown(program, 1) == [("inbound", "Where is it?", False), ("outbound", "It left today", False)]
    assert shown(program, 2) == [("inbound", "And never came!", True), ("outbound", "Sorry, Anna", True)]


def test_our_own_echo_by_webhook_is_that_message(program: Program, page: PageHarness) -> None:
    page.provider.says("Where is it?")
    program.sync_well()
    reply(program, 1, "On its way")
    program.sync_well()
    with serving(program) as site:
        assert post(page.provider.heard(site.hook_url, page.provider.spoken[-1])) == 200
        wait_for(lambda: ours(program, "On its way")["receipts"], "the echo")
    assert program.texts("outbound") == ["On its way"]


def test_a_webhook_is_taken_though_nobody_can_be_asked_for_names(program: Program, page: PageHarness) -> None:
    said = page.provider.says("Where is it?")
    with serving(program) as site, page.provider.outage():
        assert post(page.provider.heard(site.hook_url, said), patient=False) == 200
        wait_for(program.texts, "the message")
    assert program.messages()[0]["from"] == {"name": "", "address": ANNA[0]}
