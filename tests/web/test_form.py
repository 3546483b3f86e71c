"""The web form: shown, filled in by people and by programs, kept once, answered by mail."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from omnidesk import clock
from omnidesk.connectors.form.submission import TEXTS, Submission, item
from omnidesk.desk import channels, composing, intake, planning, settings, threads
from omnidesk.sync import secrets
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.errors import RefusedError, TryLaterError
from omnidesk.words.kinds import Direction, Place, Status
from omnidesk.words.rows import Channel, Message
from tests.desk.conftest import desk as desk
from tests.filling import ANNA, BRAM, Desk, mail, wait_until
from tests.servers import Mailbox, simple_mail
from tests.web.site import served

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class Form:
    """A form that is served, and a visitor of it."""

    def __init__(self, desk: Desk, address: str, **said: Any) -> None:
        self.desk = desk
        self.answers: Channel = desk.adds_channel("support", "support@mail.test", "sample-mail")
        self.channel: Channel = desk.adds_channel(
            "contact", "", "form", settings={"wait_seconds": 0, "answer_by": "support", **said}
        )
        self.address = f"{address}/form/contact"
        self.browser = httpx.Client(timeout=20)

    def opens(self, **headers: str) -> dict[str, str]:
        """Open the page; return what it would post if nobody typed."""
        page = self.browser.get(self.address, headers=headers).text
        return {name: _hidden(page, name) for name in ("id", "proof", "lang")}

    def fills(self, page: dict[str, str] | None = None, **typed: str) -> dict[str, str]:
        """Return a filled-in form."""
        return {**(page or self.opens()), "email": ANNA, "message": "Where is my order?", **typed}

    def posts(self, data: dict[str, str], **more: Any) -> httpx.Response:
        return self.browser.post(self.address, data=data, **more)

    def messages(self) -> list[Message]:
        """Return what came by the form, oldest first."""
        found = self.desk.workspace.database.reader.all("SELECT id FROM message WHERE kind = 'form' ORDER BY id", ())
        return [threads.message(self.desk.workspace, row[0]) for row in found]

    def only(self) -> Message:
        (found,) = self.messages()
        return found


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


@pytest.fixture
def make(desk: Desk) -> Iterator[Any]:
    with served(desk.workspace) as address:
        yield lambda **said: Form(desk, address, **said)


@pytest.fixture
def form(make: Any) -> Form:
    made: Form = make()
    return made


# --- kept once


def test_a_form_becomes_a_conversation_and_its_number_is_told(form: Form) -> None:
    done = form.posts(form.fills(name="Anna", subject="Parcel"))
    assert done.status_code == 303
    message = form.only()
    thanks = form.browser.get(str(done.url.join(done.headers["location"]))).text
    assert f"number of your message is {message.conversation_id}" in thanks
    assert "Where is my order" not in thanks and "Parcel" not in thanks
    assert (message.kind, message.direction, message.subject) == ("form", Direction.INBOUND, "Parcel")
    assert (message.sender.name, message.sender.address, message.text) == ("Anna", ANNA, "Where is my order?")
    one = threads.conversation(form.desk.workspace, message.conversation_id)
    assert (one.status, one.customer, one.subject) == (Status.OPEN, "Anna", "Parcel")


def test_the_same_post_again_and_five_at_once_are_one_message(form: Form) -> None:
    data = form.fills()
    with ThreadPoolExecutor(5) as pool:
        told = {one.headers["location"] for one in pool.map(lambda _: form.posts(data), range(5))}
    told.add(form.posts(data).headers["location"])
    assert len(told) == 1
    assert form.only().text == "Where is my order?"


def test_going_back_to_write_something_else_is_another_message(form: Form) -> None:
    page = form.opens()
    for text in ("Where is my order?", "It has come, thanks"):
        assert form.posts(form.fills(page, message=text)).status_code == 303
    first, second = form.messages()
    assert [first.text, second.text] == ["Where is my order?", "It has come, thanks"]
    assert first.conversation_id == second.conversation_id


def test_fifty_visitors_at_once_are_fifty_messages(form: Form) -> None:
    forms = [form.fills(email=f"visitor{number}@example.test") for number in range(50)]
    with ThreadPoolExecutor(10) as pool:
        statuses = {one.status_code for one in pool.map(form.posts, forms)}
    assert statuses == {303}
    assert len({message.sender.address for message in form.messages()}) == 50


def test_what_is_asked_for_stands_in_the_message(make: Any) -> None:
    form = make(order="required", phone="optional", topics="Returns; Something else", files=True)
    data = form.fills(order="NL-10234", phone="+31 6 1234 5678", topic="Returns", lang="nl")
    assert form.posts(data, files={"files": ("photo.png", PNG, "image/png")}).status_code == 303
    message = form.only()
    assert message.text == "Where is my order?\n\nBestelnummer: NL-10234\nTelefoon: +31 6 1234 5678"
    assert message.subject == "Returns"
    (file,) = message.attachments
    assert (file.name, file.content_type, file.size) == ("photo.png", "image/png", len(PNG))


# --- who wrote


def test_a_form_proves_nothing_about_who_wrote_it(desk: Desk, make: Any) -> None:
    (number,) = desk.receives(mail("1", auth="pass"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE identity SET name = '', deliverable = ?", (False,)))
    form = make(phone="optional")
    assert form.posts(form.fills(name="Mallory", phone="+31 6 1234 5678")).status_code == 303
    message = form.only()
    assert message.conversation_id != number and message.auth == "none"
    known = desk.workspace.database.reader.all("SELECT kind, value, name, deliverable FROM identity", ())
    assert [tuple(row) for row in known] == [("email", ANNA, "", False)]
    plan = planning.plan(desk.workspace, message.conversation_id)
    assert any(ANNA in words and "nobody vouches" in words for words in plan.flagged)


def test_nobody_writes_in_our_own_name(form: Form) -> None:
    refused = form.posts(form.fills(email="Support@Mail.test"))
    assert refused.status_code == 422 and "our own address" in refused.text
    assert form.messages() == []


def test_our_own_address_in_a_form_is_a_customers_message_all_the_same(desk: Desk, form: Form) -> None:
    """A page that did not look (a relay of another desk) cannot make it something that we said."""
    texts = dict.fromkeys(TEXTS, "") | {"email": "support@mail.test", "message": "Hello"}
    desk.receives(item(Submission(str(uuid.uuid4()), "en", texts), clock.now()), channel=form.channel)
    assert form.only().direction is Direction.INBOUND


# --- answered by mail


def test_the_answer_goes_by_mail_to_the_address_given_and_what_comes_back_joins(form: Form) -> None:
    desk = form.desk
    desk.adds_channel("another", "another@mail.test", "sample-mail")
    form.posts(form.fills(subject="Parcel", email=BRAM))
    number = form.only().conversation_id
    plan = planning.plan(desk.workspace, number)
    assert plan.channel is not None and plan.channel.name == "support"
    assert [one.address for one in plan.to] == [BRAM]
    answer = composing.reply(desk.workspace, desk.me, number, "It comes tomorrow", now=True).message
    assert (answer.channel, answer.kind, answer.subject) == ("support", "sample-mail", "Re: Parcel")
    desk.sends_all(form.answers)
    again = composing.reply(desk.workspace, desk.me, number, "At ten", now=True).message
    assert again.to[0].address == BRAM
    said = desk.value("SELECT outgoing_json FROM outbox WHERE message_id = ?", again.id)
    assert json.loads(said)["in_reply_to"] == answer.external_id
    (joined,) = desk.receives(mail("1", "Thank you", sender=BRAM, answers=answer.external_id), channel=form.answers)
    assert joined == number
    assert planning.plan(desk.workspace, number).to[0].address == BRAM


def test_an_answer_goes_to_the_address_given_even_where_the_customer_has_others(desk: Desk, form: Form) -> None:
    form.posts(form.fills(email=BRAM))
    number = form.only().conversation_id
    desk.receives(mail("1", sender=ANNA))
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE identity SET customer_id = (SELECT customer_id FROM conversation WHERE id = ?)",
                              (number,))
    )  # fmt: skip
    assert [one.address for one in planning.plan(desk.workspace, number).to] == [BRAM]


def test_a_mailbox_that_is_renamed_still_answers(desk: Desk, form: Form) -> None:
    channels.rename(desk.workspace, desk.me, "support", "office")
    assert channels.get(desk.workspace, "contact").settings["answer_by"] == "office"


def test_a_channel_that_cannot_write_first_answers_no_form(desk: Desk, form: Form) -> None:
    with pytest.raises(RefusedError):
        channels.set_settings(desk.workspace, desk.me, "contact", {"answer_by": "contact"})


def test_what_comes_is_acknowledged_once_in_our_words_alone(make: Any) -> None:
    form = make(acknowledgement="We have it: {number}.", title="The shop")
    desk = form.desk
    data = form.fills(name="BUY THIS", subject="BUY THIS", message="BUY THIS")
    for _ in range(2):
        assert form.posts(data).status_code == 303
    number = form.only().conversation_id
    row = desk.workspace.database.reader.one("SELECT * FROM message WHERE auto IS NOT NULL", ())
    assert desk.count("outbox") == 1 and row is not None
    assert (row["text"], row["subject"]) == (f"We have it: {number}.", f"The shop (#{number})")
    assert json.loads(row["recipients_json"])["to"] == [["", ANNA]]
    one = threads.conversation(desk.workspace, number)
    assert one.status is Status.OPEN and one.waiting_since is not None


def test_acknowledgements_to_one_address_end_somewhere(make: Any) -> None:
    form = make(acknowledgement="We have it")
    for number in range(8):
        form.posts(form.fills(message=f"Question {number}"))
    assert len(form.messages()) == 8
    assert form.desk.count("outbox") == 4


def test_no_spam_is_acknowledged(make: Any) -> None:
    form = make(acknowledgement="We have it")
    form.posts(form.fills(extra="1"))
    assert len(form.messages()) == 1 and form.desk.count("outbox") == 0


def test_what_cannot_be_kept_now_is_said_and_nothing_typed_is_lost(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise TryLaterError("the database is out of reach")

    data = form.fills(message="Worth keeping")
    with monkeypatch.context() as away:
        away.setattr(intake, "admit", refuse)
        again = form.posts(data)
    assert again.status_code == 503 and again.headers["retry-after"] == "30"
    assert "Worth keeping" in again.text and form.messages() == []
    assert form.posts(data).status_code == 303
    assert form.only().text == "Worth keeping"


# --- programs that fill forms in


def test_what_fills_in_the_hidden_field_is_thanked_and_lies_in_spam(form: Form) -> None:
    assert form.posts(form.fills(extra="+1 555")).status_code == 303
    number = form.only().conversation_id
    assert threads.conversation(form.desk.workspace, number).place is Place.SPAM


def test_a_form_that_comes_back_at_once_is_shown_again_with_all_that_was_typed(make: Any) -> None:
    form = make(wait_seconds=600)
    again = form.posts(form.fills(message="Where <is> it?"))
    assert again.status_code == 422 and "press Send once more" in again.text
    assert "Where &lt;is&gt; it?" in again.text and form.messages() == []


@pytest.mark.parametrize("proof", ["", "1", "x.y", "1795435200000." + "0" * 40, "9" * 30 + ".0", "-1.0", "é.ü"])
def test_a_forged_proof_is_not_believed_and_a_fresh_one_is_given(form: Form, proof: str) -> None:
    data = form.fills(proof=proof)
    again = form.posts(data)
    assert again.status_code == 422 and form.messages() == []
    data["proof"], data["id"] = _hidden(again.text, "proof"), _hidden(again.text, "id")
    assert form.posts(data).status_code == 303


def test_a_proof_is_good_for_its_own_form_and_id_alone(desk: Desk, form: Form) -> None:
    page = form.opens()
    assert form.posts(form.fills(page, id=str(uuid.uuid4()))).status_code == 422
    desk.adds_channel("other", "", "form", settings={"wait_seconds": 0})
    elsewhere = form.address.replace("contact", "other")
    wait_until(lambda: form.browser.get(elsewhere).status_code == 200, what="the other form")
    assert form.browser.post(elsewhere, data=form.fills(page)).status_code == 422
    assert form.messages() == []


def test_a_flood_from_one_address_is_slowed_down_and_loses_nothing_typed(make: Any) -> None:
    form = make(hourly=3)
    page = form.opens()
    answers = [form.posts(form.fills(page, message=f"Flood {number}")) for number in range(6)]
    assert [one.status_code for one in answers] == [303, 303, 303, 429, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0 and "Flood 5" in answers[-1].text
    assert len(form.messages()) == 3


# --- what is wrong is said


def test_what_is_missing_is_said_beside_its_field_and_the_first_is_in_focus(make: Any) -> None:
    form = make(order="required")
    again = form.posts(form.fills(email="anna", message=""))
    assert again.status_code == 422
    assert re.search(r'<input type="email" id="email"[^>]*aria-invalid="true" aria-describedby="email-wrong" '
                     r'autofocus value="anna"', again.text)  # fmt: skip
    assert again.text.count("autofocus") == 1
    for key in ("email", "order", "message"):
        assert f'id="{key}-wrong"' in again.text and f'<a href="#{key}">' in again.text
    assert form.messages() == []


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "a@b@c"}, {"email": "a b@example.test"}, {"email": "a@localhost"}, {"phone": "call me"},
        {"topic": "Not one of them"}, {"message": "   "}, {"message": "x" * 20_001}, {"name": "n" * 101},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: Any, typed: dict[str, str]) -> None:
    form = make(phone="optional", topics="Returns;Other")
    assert form.posts(form.fills(**{"topic": "Returns", **typed})).status_code == 422
    assert form.messages() == []


def test_what_the_form_does_not_ask_for_is_left(form: Form) -> None:
    assert form.posts(form.fills(phone="+31 6 1234 5678", order="NL-1", admin="yes")).status_code == 303
    assert form.only().text == "Where is my order?"


def test_html_and_control_characters_are_words(form: Form) -> None:
    evil = '"><script>alert(1)</script>\x1b]0;owned\x07\u202e'
    again = form.posts(form.fills(name=evil, subject=evil, message=evil, email="x"))
    assert "<script>" not in again.text and "\x1b" not in again.text and "\u202e" not in again.text
    assert form.posts(form.fills(name=evil, subject=evil, message=evil)).status_code == 303
    message = form.only()
    assert message.text == '"><script>alert(1)</script>' and "\x1b" not in message.subject + message.sender.name


def test_words_that_are_no_utf8_are_read_as_well_as_they_can_be(form: Form) -> None:
    data = form.fills()
    body = "&".join(f"{key}={value}" for key, value in data.items()).encode() + b"&name=Ren\xe9&subject=%ff%fe"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert form.browser.post(form.address, content=body, headers=kind).status_code == 303
    assert form.only().sender.address == ANNA


# --- files


@pytest.mark.parametrize(
    ("name", "content_type", "data"),
    [
        ("photo.png", "image/png", b"MZ\x90\x00 a program"),
        ("run.exe", "application/octet-stream", b"MZ"),
        ("page.html", "text/html", b"<html><script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b"<svg onload='x'>"),
        ("notes.txt", "text/plain", b"#!/bin/sh\nrm -rf /"),
        ("../../etc/cron.sh", "text/plain", b"echo"),
        ("unknown.xyz", "application/octet-stream", b"\x00\x01\x02"),
    ],
)
def test_programs_pages_and_unknown_files_are_refused(make: Any, name: str, content_type: str, data: bytes) -> None:
    form = make(files=True)
    refused = form.posts(form.fills(), files={"files": (name, data, content_type)})
    assert refused.status_code == 422 and "files-wrong" in refused.text
    assert form.messages() == []


def test_files_have_a_size_and_a_number_and_keep_no_path(make: Any) -> None:
    form = make(files=True, files_mb=1)
    large = {"files": ("large.png", PNG + bytes(1_100_000), "image/png")}
    assert form.posts(form.fills(), files=large).status_code == 422
    huge = {"files": ("huge.png", PNG + bytes(3_000_000), "image/png")}
    assert form.posts(form.fills(), files=huge).status_code == 413
    many = [("files", (f"{number}.png", PNG, "image/png")) for number in range(11)]
    assert form.posts(form.fills(), files=many).status_code == 422
    assert form.messages() == []
    assert form.posts(form.fills(), files={"files": ("../../a/b.png", PNG, "image/png")}).status_code == 303
    assert "/" not in form.only().attachments[0].name


def test_a_form_without_files_takes_none(form: Form) -> None:
    assert form.posts(form.fills(), files={"files": ("a.png", PNG, "image/png")}).status_code == 422


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"nonsense"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="m"\r\n\r\n' + b"y" * 300_000,
        ),
        ("text/plain", b"email=a"),
        ("application/json", b"["),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"a":' * 50_000),
        ("application/json", b"\xff\xfe\x00"),
        ("application/json", b'"text"'),
        ("application/json", b'{"email": {"a": 1}, "message": "x"}'),
        ("application/json", b'{"email": "a@example.test", "message": "x", "files": [1]}'),
        ("application/json", b'{"email": "a@example.test", "message": "x", "files": 7}'),
        ("application/json", b'{"email": "a@example.test", "message": ' + b"9" * 5_000 + b"}"),
        ("", b""),
    ],
)
def test_what_is_no_form_is_refused_in_words(form: Form, content_type: str, body: bytes) -> None:
    refused = form.browser.post(form.address, content=body, headers={"content-type": content_type})
    assert refused.status_code in (400, 413), refused.text
    assert "Traceback" not in refused.text and form.messages() == []
    assert form.posts(form.fills()).status_code == 303


# --- JSON, for forms of the shop's own


def test_a_program_asks_for_the_form_and_posts_json(make: Any) -> None:
    form = make(files=True, topics="Returns;Other")
    said = form.browser.get(form.address, headers={"accept": "application/json"}).json()
    assert [field["key"] for field in said["fields"]] == ["name", "email", "topic", "message"]
    document = {
        "id": said["id"], "proof": said["proof"], "email": ANNA, "topic": "Returns", "message": "Hello \ud800!",
        "files": [{"name": "a.png", "content_type": "image/png", "base64": base64.b64encode(PNG).decode()}],
    }  # fmt: skip
    for _ in range(2):
        done = form.browser.post(
            form.address, content=json.dumps(document), headers={"content-type": "application/json"}
        )
        assert (done.status_code, done.json()["id"]) == (201, said["id"])
    message = form.only()
    assert done.json()["number"] == message.conversation_id
    assert (message.text, message.attachments[0].size) == ("Hello ?!", len(PNG))


def test_json_needs_no_proof_but_a_wrong_one_is_refused(form: Form) -> None:
    plain = {"email": ANNA, "message": "Hello"}
    assert form.browser.post(form.address, json=plain).status_code == 201
    refused = form.browser.post(form.address, json={**plain, "proof": "1.2", "id": str(uuid.uuid4())})
    assert refused.status_code == 422 and refused.json()["error"]
    wrong = form.browser.post(form.address, json={"email": "x"})
    assert wrong.status_code == 422 and set(wrong.json()["fields"]) == {"email", "message"}


def test_scripts_of_the_sites_that_are_named_may_read_the_answer(make: Any) -> None:
    form = make(origins="https://shop.example")
    ours = form.browser.options(form.address, headers={"origin": "https://shop.example"})
    assert ours.status_code == 204 and ours.headers["access-control-allow-origin"] == "https://shop.example"
    theirs = form.browser.options(form.address, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in theirs.headers


# --- the page


def test_the_page_says_what_a_browser_may_do_with_it(make: Any) -> None:
    form = make(origins="https://shop.example https://www.shop.example", redirect="https://shop.example/thanks")
    policy = form.browser.get(form.address).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors https://shop.example https://www.shop.example" in policy
    assert "form-action 'self' https://shop.example" in policy
    assert form.posts(form.fills()).headers["location"] == "https://shop.example/thanks"


def test_no_other_site_shows_it_in_a_frame_unless_named(form: Form) -> None:
    headers = form.browser.get(form.address).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"] and headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "header", "title"),
    [
        ("", "", "Contact us"), ("", "nl-NL,nl;q=0.9", "Neem contact op"), ("", "fr, de;q=0.5, nl;q=0.4", "Kontakt"),
        ("", "fr", "Contact us"), ("?lang=de", "nl", "Kontakt"), ("?lang=xx", "nl", "Neem contact op"),
        ("", "de;q=0, nl;q=zzz, " + "x," * 9_00, "Neem contact op"),
    ],
)  # fmt: skip
def test_the_page_speaks_the_visitors_language(form: Form, query: str, header: str, title: str) -> None:
    page = form.browser.get(form.address + query, headers={"accept-language": header}).text
    assert f"<h1>{title}</h1>" in page


def test_a_form_speaks_only_its_languages(make: Any) -> None:
    form = make(languages="nl")
    page = form.browser.get(form.address, headers={"accept-language": "de"}).text
    assert '<html lang="nl">' in page and "<nav" not in page


def test_what_the_shop_says_is_escaped_too(make: Any) -> None:
    form = make(title="Help & <advice>", intro="First\n\nSecond\nline")
    page = form.browser.get(form.address).text
    assert "<h1>Help &amp; &lt;advice&gt;</h1><p>First</p><p>Second<br>line</p>" in page


def test_a_form_that_is_off_or_not_there_says_so(desk: Desk, form: Form) -> None:
    assert form.browser.get(form.address + "x").status_code == 404
    assert form.browser.get(form.address.replace("contact", "demo")).status_code == 404
    channels.disable(desk.workspace, desk.me, "contact")
    wait_until(lambda: form.browser.get(form.address).status_code == 503, what="the form to be closed")


def test_the_number_on_the_thanks_page_is_a_number(form: Form) -> None:
    page = form.browser.get(form.address + "/thanks?number=<b>1").text
    assert "<b>" not in page and "number of your message" not in page


def test_a_relay_keeps_forms_for_the_desk_and_numbers_nothing(desk: Desk) -> None:
    with served(desk.workspace, relays=True) as address:
        form = Form(desk, address)
        assert form.posts(form.fills()).headers["location"] == "contact/thanks?lang=en"
        assert form.messages() == [] and desk.count("relay_item") == 1


# --- by the servers that mail takes


@pytest.mark.servers
def test_through_real_mail_servers_the_answer_to_a_form_comes_back_into_its_conversation(
    desk: Desk, make: Any, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    office = desk.adds_channel("office", mailbox.address, "email", settings=mailbox.settings)
    secrets.store(office.id, mailbox.secrets)
    form = make(answer_by="office", acknowledgement="We have your message: {number}.", title="The shop")
    form.posts(form.fills(subject="Parcel", name="Anna"))
    number = form.only().conversation_id
    composing.reply(desk.workspace, desk.me, number, "It comes tomorrow", now=True)
    _runs(desk, office)
    taken = [one for one in mailbox.server.submission.accepted if one.recipients == [ANNA]]
    automatic, answer = (BytesParser(policy=policy.default).parsebytes(one.raw) for one in taken)
    assert automatic["Auto-Submitted"] == "auto-generated" and automatic["Subject"] == f"The shop (#{number})"
    assert answer["Subject"] == "Re: Parcel" and answer["Auto-Submitted"] is None
    assert answer["In-Reply-To"] == automatic["Message-ID"]
    reply = simple_mail("Re: Parcel", "Thank you!", f"Anna <{ANNA}>", mailbox.address, in_reply_to=answer["Message-ID"])
    mailbox.deliver(reply)
    _runs(desk, office)
    last = threads.messages(desk.workspace, number)[-1]
    assert (last.kind, last.text.strip(), last.sender.address) == ("email", "Thank you!", ANNA)


def _runs(desk: Desk, channel: Channel) -> None:
    """Read a mailbox to its end and send what is due."""
    conf = settings.current(desk.workspace)
    done = asyncio.run(ChannelRun(desk.workspace, channel, "test", conf, asyncio.to_thread).once())
    assert done.error is None, done.error
