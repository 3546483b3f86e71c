"""An account on a real Synapse, as the conformance suite asks for it. Everybody in it is new for each test."""

from __future__ import annotations

from types import TracebackType
from typing import Literal, Self

from omnidesk.connectors.testing import Harness, Received, Said
from tests.connectors.matrix.proxy import Door
from tests.synapse import PASSWORD, Person, Synapse


class MatrixHarness(Harness):
    """One account, reached through a door; customers write from accounts of their own, in direct rooms."""

    kind = "matrix"
    provider: Door

    def __init__(self, synapse: Synapse, login: Literal["password", "token"] = "password") -> None:
        self.synapse = synapse
        self.desk = synapse.person("support", "The shop")
        self.address = self.desk.id
        self.provider = Door(synapse.url)
        self.secrets = {"password": PASSWORD} if login == "password" else {"access_token": self.desk.token}
        self._login = login
        self.customers: dict[str, tuple[Person, str]] = {}

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"api_url": self.provider.url, "login": self._login}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()

    def customer(self, sender: str) -> tuple[Person, str]:
        """Return a customer and the room in which they write to the desk; both are made with the first message."""
        if sender not in self.customers:
            name = sender.partition("@")[0]
            person = self.synapse.person(name, name.title())
            self.customers[sender] = person, person.makes_room(self.desk.id)
        return self.customers[sender]

    def inject(self, *messages: Said) -> None:
        for said in messages:
            person, room = self.customer(said.sender)
            for name, data in said.files.items():
                uri = person.uploads(name, data)
                info = {"mimetype": "application/octet-stream", "size": len(data)}
                content = {"msgtype": "m.file", "body": said.text, "filename": name, "info": info, "url": uri}
                person.posts(room, content)
            if not said.files:
                person.says(room, said.text)

    def inject_raw(self, raw: bytes) -> None:
        person, room = self.customer("anna@customer.example")
        said = raw.decode("latin-1").replace("\x00", "")  # which Synapse takes from nobody
        person.posts(room, {"msgtype": "", "body": said})

    def received(self) -> list[Received]:
        events = [event for person, room in self.customers.values() for event in person.messages(room)]
        return [
            Received(
                "" if "url" in event["content"] else event["content"]["body"],
                event.get("unsigned", {}).get("transaction_id", ""),
                event["event_id"],
                (event["content"]["body"],) if "url" in event["content"] else (),
            )
            for event in events
            if event["sender"] == self.desk.id
        ]

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        for person, room in self.customers.values():
            if any(event["event_id"] == received.external_id for event in person.messages(room)):
                person.reads(room, received.external_id)

    def lose_position(self) -> None:
        self.provider.forget_positions()
