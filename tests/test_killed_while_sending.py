"""Promise 3: nothing is sent twice. Two engines on one workspace, killed at random points while answers go out."""

import email
import random
import signal
import time
from pathlib import Path

import pytest

from omnidesk.connectors.testing import PATIENCE, Program, Said, wait_for
from omnidesk.desk import agents, composing, outbox, workspace
from omnidesk.words.kinds import MessageStatus
from tests.mail_harness import MailHarness
from tests.servers import MailServer

ANSWERS = 24
KILLS = 8


@pytest.mark.servers
def test_every_answer_is_sent_exactly_once_however_often_the_engines_are_killed(
    own_mail_server: MailServer, tmp_path: Path
) -> None:
    harness = MailHarness(own_mail_server)
    customer = own_mail_server.mailbox()
    program = Program(tmp_path / "home", harness)
    harness.inject(*(Said(f"question {number}", sender=customer.address) for number in range(ANSWERS)))
    program.sync()
    numbers = [row["id"] for row in program.ask("queue", "--limit", "100")["items"]]
    assert len(numbers) == ANSWERS
    engines = [program.start_engine(), program.start_engine()]
    try:
        _answer_while_killing(program, numbers, engines)
    finally:
        for process in engines:
            process.kill()
            process.wait(PATIENCE)
    _settle_what_is_unknown(program, received(customer.messages()))
    final = program.sync()
    assert final["error"] is None
    assert program.ask("outbox", "list")["items"] == []
    wait_for(lambda: len(customer.messages()) >= ANSWERS, "every answer to arrive")
    arrived = received(customer.messages())
    assert sorted(arrived) == sorted(f"answer {number}" for number in numbers)
    assert {message["status"] for message in program.messages() if message["direction"] == "outbound"} == {"sent"}


def _answer_while_killing(program: Program, numbers: list[int], engines: list) -> None:  # type: ignore[type-arg]
    rng = random.Random(11)
    desk = workspace.open_workspace(program.home)
    me = agents.actor(desk)
    share = -(-len(numbers) // KILLS)
    for round_number in range(KILLS):
        for number in numbers[share * round_number : share * (round_number + 1)]:
            composing.reply(desk, me, number, f"answer {number}")
        time.sleep(rng.uniform(0.0, 0.5))  # the point of the kill is what is random here
        victim = rng.randrange(2)
        engines[victim].send_signal(signal.SIGKILL)
        engines[victim].wait(PATIENCE)
        engines[victim] = program.start_engine()

    def nothing_moves() -> bool:
        return not outbox.waiting(desk, (MessageStatus.QUEUED, MessageStatus.SENDING))

    wait_for(nothing_moves, "every answer to be sent or unknown")
    desk.close()


def _settle_what_is_unknown(program: Program, arrived: list[str]) -> None:
    """Do what an agent does: look whether the customer has it, and say so or send it again."""
    for row in program.ask("outbox", "list", "--limit", "100")["items"]:
        assert row["status"] == "unknown"
        if f"answer {row['conversation_id']}" in arrived:
            program.run("outbox", "resolve", str(row["message_id"]), "sent")
        else:
            program.run("outbox", "retry", str(row["message_id"]))


def received(mails: list[bytes]) -> list[str]:
    """Return the first line of each mail's text."""
    texts = []
    for raw in mails:
        payload = email.message_from_bytes(raw).get_payload(decode=True)
        assert isinstance(payload, bytes)
        texts.append(payload.decode().splitlines()[0])
    return texts
