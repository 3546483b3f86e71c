"""Tests of what goes out: once, never silently wrong, never against the provider's rules (promises 3 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from omnidesk.connectors.testing.base import Base, needs
from omnidesk.connectors.testing.harness import Harness, Received, Said
from omnidesk.connectors.testing.program import Program, wait_for

_OVER = 3600.0
"""Seconds by which a message is too old for an answer."""


class Sending(Base):
    """A channel that answers customers."""

    def answer(self, program: Program, number: int, text: str, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        """Answer a conversation on the channel under test."""
        return program.run("reply", str(number), "--text", text, "--via", "under-test", *words, expect=expect)

    @staticmethod
    def took(harness: Harness, text: str) -> list[Received]:
        """Return what the provider took that says this."""
        return [one for one in harness.received() if text in one.text]

    def status_of(self, program: Program, text: str) -> str:
        """Return how far our message with this text is."""
        (found,) = (one for one in program.messages() if one["direction"] == "outbound" and text in one["text"])
        return str(found["status"])

    @staticmethod
    def sync_until(program: Program, condition: Callable[[], object], what: str) -> None:
        """Run passes until a condition holds: what is tried again waits a moment first."""

        def holds() -> bool:
            program.sync()
            return bool(condition())

        wait_for(holds, what)

    @needs("sending")
    def test_20_an_answer_goes_out_once(self, harness: Harness, program: Program) -> None:
        """With accents and emoji; the same key is the same message, however often it is given."""
        number = self.conversation_with(harness, program, Said("may I ask?"))["id"]
        for _ in range(2):
            self.answer(program, number, "größer, ✅ yes", "--key", "the-only-one")
        self.sync_until(program, lambda: self.took(harness, "größer, ✅ yes"), "the answer to be taken")
        program.sync()
        assert len(self.took(harness, "größer, ✅ yes")) == 1
        wait_for(lambda: self.status_of(program, "größer, ✅ yes") in ("sent", "delivered", "read"), "its status")

    @needs("sending", excuse="lost_answer")
    def test_21_a_send_whose_answer_is_lost_ends_as_sent_once_or_unknown(
        self, harness: Harness, program: Program
    ) -> None:
        """The provider took it and broke off: nobody sends it a second time."""
        number = self.conversation_with(harness, program, Said("are you there?"))["id"]
        with harness.lose_answer():
            self.answer(program, number, "only once please")
            self.sync_until(program, lambda: self.took(harness, "only once please"), "the answer to be taken")
        there = ("sent", "delivered", "read")
        settled = {"key": there, "verify": (*there, "unknown"), "none": ("unknown",)}[
            self.manifest(harness).idempotency
        ]
        self.sync_until(program, lambda: self.status_of(program, "only once please") in settled, "the answer to settle")
        program.sync()
        assert len(self.took(harness, "only once please")) == 1

    @needs("sending", excuse="refusal")
    def test_22_a_refused_answer_is_said_and_not_repeated(self, harness: Harness, program: Program) -> None:
        """It failed, in words, and stands in the view `undelivered`."""
        number = self.conversation_with(harness, program, Said("will it arrive?"))["id"]
        with harness.refuse():
            self.answer(program, number, "it will not")
            self.sync_until(program, lambda: self.status_of(program, "it will not") == "failed", "the answer to fail")
        (row,) = program.outbox("failed")
        assert row["error"]
        program.sync()
        assert not self.took(harness, "it will not")
        assert [one["id"] for one in program.ask("queue", "--view", "undelivered")["items"]] == [number]

    @needs("sending", "echo", excuse="echo")
    def test_23_our_own_echo_is_not_doubled(self, harness: Harness, program: Program) -> None:
        """What we sent comes back as something received: it is that message, seen again."""
        number = self.conversation_with(harness, program, Said("do you hear yourself?"))["id"]
        self.answer(program, number, "only faintly")

        def seen_again() -> bool:
            program.sync()
            ours = [one for one in program.messages() if one["direction"] == "outbound"]
            return bool(ours) and bool(ours[0]["receipts"])

        wait_for(seen_again, "our message to come back")
        assert program.texts("outbound") == ["only faintly"]
        assert program.texts() == ["do you hear yourself?"]

    @needs("window")
    def test_24_an_answer_outside_the_window_is_refused_before_sending(
        self, harness: Harness, program: Program
    ) -> None:
        """The provider lets nobody answer so late: the rule says so, and nothing goes out."""
        window = self.manifest(harness).reply_window
        assert window is not None
        late = self.conversation_with(harness, program, Said("long ago", ago=window.seconds + _OVER))["id"]
        self.answer(program, late, "too late", expect=(4,))
        program.sync()
        assert not self.took(harness, "too late")

    @needs("length")
    def test_25_a_text_that_is_too_long_is_split_or_refused(self, harness: Harness, program: Program) -> None:
        """The longest one goes; one longer goes in parts where the manifest says so, else not at all."""
        number = self.conversation_with(harness, program, Said("tell me all"))["id"]
        manifest = self.manifest(harness)
        most = manifest.text.max_length
        assert most is not None
        longest = _filled("the longest ", most)
        self.answer(program, number, longest)
        self.sync_until(program, lambda: self.took(harness, longest), "the longest text to be taken")
        too_long = _filled("one longer ", most + 1)
        if not manifest.text.split:
            self.answer(program, number, too_long, expect=(4,))
            program.sync()
            assert not self.took(harness, "one longer")
            return
        before = len(harness.received())
        self.answer(program, number, too_long)

        def parts() -> list[str]:
            return [one.text for one in harness.received()[before:]]

        self.sync_until(program, lambda: "".join("".join(parts()).split()) == "".join(too_long.split()), "all parts")
        assert len(parts()) > 1
        assert all(len(part) <= most for part in parts())

    @needs("files out")
    def test_26_files_go_out(self, harness: Harness, program: Program, tmp_path: Path) -> None:
        """One file goes with an answer, by its name."""
        number = self.conversation_with(harness, program, Said("do you have a picture?"))["id"]
        types = self.manifest(harness).attachments.media_types
        path = tmp_path / ("notes.txt" if {"*/*", "text/*", "text/plain"} & set(types) else "dot.gif")
        path.write_bytes(b"some words" if path.suffix == ".txt" else _GIF)
        self.answer(program, number, "here it is", "--attach", str(path))
        self.sync_until(program, lambda: [one for one in harness.received() if one.files], "the file to be taken")
        (taken,) = [one for one in harness.received() if one.files]
        assert taken.files == (path.name,)

    @needs("sending", "receipts", excuse="receipts")
    def test_27_what_became_of_an_answer_is_told(self, harness: Harness, program: Program) -> None:
        """The provider says that it was delivered, or read, and the message bears it."""
        number = self.conversation_with(harness, program, Said("did it arrive?"))["id"]
        self.answer(program, number, "see for yourself")
        self.sync_until(program, lambda: self.took(harness, "see for yourself"), "the answer to be taken")
        (taken,) = self.took(harness, "see for yourself")
        for status in self.manifest(harness).receipts:
            harness.report(taken, status)

            def told(status: str = status) -> bool:
                program.sync()
                return self.status_of(program, "see for yourself") in (status, "read")

            wait_for(told, f"the message to be {status}")

    @needs("templates")
    def test_29_outside_the_window_a_template_goes_and_the_answer_waits(
        self, harness: Harness, program: Program
    ) -> None:
        """The provider's templates are listed and one of them goes, with its values; the answer goes once the customer
        wrote."""
        window = self.manifest(harness).reply_window
        assert window is not None
        late = self.conversation_with(harness, program, Said("long ago", ago=window.seconds + _OVER))["id"]
        found = program.ask("channel", "templates", "under-test", "--refresh")["items"]
        assert all(one["name"] and one["language"] and one["category"] and one["text"] for one in found)
        one = max(found, key=lambda one: len(one["fields"]))
        values = [f"value {place}" for place, _ in enumerate(one["fields"])]
        said = [word for value in values for word in ("--value", value)]
        said += ["--template", one["name"], "--language", one["language"]]
        self.answer(program, late, "what waits", *said)

        def template_taken() -> bool:
            return any(all(value in one.text for value in values) for one in harness.received())

        self.sync_until(program, template_taken, "the template to be taken")
        program.run("reply", str(late), "--held", expect=(4,))
        assert not self.took(harness, "what waits")
        self.arrive(harness, program, Said("I am here now"))
        program.run("reply", str(late), "--held")
        self.sync_until(program, lambda: self.took(harness, "what waits"), "the answer that waited to be taken")

    @needs("no sending")
    def test_28_nothing_goes_out_where_nothing_can(self, harness: Harness, program: Program) -> None:
        """A channel that cannot send is refused in words."""
        number = self.conversation_with(harness, program, Said("call me back"))["id"]
        self.answer(program, number, "we cannot", expect=(4,))

    @needs("remarks")
    def test_29_what_was_said_in_public_goes_on_in_private_once(self, harness: Harness, program: Program) -> None:
        """It is public and answered nowhere by itself; the one private answer stays in its conversation."""
        harness.remark(Said("never came!"))
        program.sync_well()
        wait_for(lambda: program.texts() == ["never came!"], "what was said in public")
        (message,) = program.messages()
        number = message["conversation_id"]
        assert message["public"]
        program.run("reply", str(number), "--text", "by no channel", expect=(4,))
        self.answer(program, number, "we are sorry")
        private = ("reply", str(number), "--via", "under-test:private", "--text")
        program.run(*private, "which order?")
        program.run(*private, "and where?", expect=(4,))
        self.sync_until(program, lambda: not program.outbox("queued", "sending"), "both to be taken")
        found = {one["text"].strip(): one for one in program.messages()}
        assert [found[text]["public"] for text in ("we are sorry", "which order?")] == [True, False]
        assert {one["conversation_id"] for one in found.values()} == {number}
        assert [one.text for one in self.took(harness, "which order?")] == ["which order?"]


_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
"""A picture of one dot."""


def _filled(words: str, length: int) -> str:
    """Return a text of so many letters, each of which is one in every unit of length."""
    return (words + "a" * length)[:length]
