"""What the placeholders of a canned text stand for in one conversation."""

from __future__ import annotations

from datetime import UTC, datetime

from omnidesk import clock
from omnidesk.desk import agents, fact_kinds, settings, threads
from omnidesk.desk.facts import first_of_each, of_customer
from omnidesk.store import people
from omnidesk.store.workspace import Workspace
from omnidesk.text import language as languages
from omnidesk.text import placeholders
from omnidesk.text.clean import one_line
from omnidesk.words.facts import KINDS
from omnidesk.words.kinds import Direction
from omnidesk.words.rows import Actor, Agent, Conversation, Customer, Message

LOOKED_AT = 40
"""How many of the newest messages are searched for facts."""
LONGEST = 200


class Facts:
    """One conversation as canned text sees it, read once: who, what was said, which language they speak."""

    def __init__(self, workspace: Workspace, actor: Actor, number: int) -> None:
        self.conversation: Conversation = threads.conversation(workspace, number)
        self.messages = threads.messages(workspace, self.conversation.id, LOOKED_AT)
        customer_id = self.conversation.customer_id
        found = people.customers(workspace.database.reader, [customer_id]) if customer_id is not None else []
        self.customer: Customer | None = found[0] if found else None
        self.kinds = tuple(fact_kinds.labels(workspace.database.reader))
        self.facts = first_of_each(of_customer(workspace, customer_id)) if customer_id is not None else {}
        self.agent: Agent | None = next(
            (one for one in agents.list_agents(workspace) if one.id == actor.agent_id), None
        )
        self.shop = settings.current(workspace).shop_name

    @property
    def question(self) -> Message | None:
        """The newest message from outside that no machine wrote."""
        return self._questions[-1] if self._questions else None

    @property
    def _questions(self) -> list[Message]:
        return [one for one in self.messages if one.direction is Direction.INBOUND and one.auto is None]

    @property
    def language(self) -> str:
        """The customer's language: as noted with them, else as the last of their messages reads that tells, else the
        agent's first."""
        if self.customer is not None and self.customer.language:
            return self.customer.language.lower().replace("_", "-").partition("-")[0]
        said = (languages.guess(one.reply_text) for one in reversed(self._questions))
        guessed = next((language for language in said if language is not None), None)
        return guessed or (self.agent.languages[0] if self.agent is not None and self.agent.languages else "")

    def values(self, language: str) -> dict[str, str]:
        """Return the value of every placeholder, "" where nothing is known; dates are written in `language`."""
        name = self.customer.name if self.customer is not None else self.conversation.customer
        agent = self.agent.name if self.agent is not None else ""
        said = "\n".join(f"{one.subject}\n{one.text[:20_000]}" for one in self.messages if one.auto is None)
        asked = self.question
        found = {
            **self._known(),
            "customer.name": placeholders.person_name(name) or self._fact("name"),
            "customer.first_name": placeholders.first_name(name) or placeholders.first_name(self._fact("name")),
            "customer.company": (self.customer.company if self.customer is not None else "") or "",
            "customer.email": self._identity("email") or self._fact("email"),
            "customer.phone": self._identity("phone") or self._fact("phone"),
            "conversation.number": f"#{self.conversation.id}",
            "conversation.subject": self.conversation.subject,
            "conversation.asked_on": "" if asked is None else _date(asked.at, language),
            "agent.name": agent,
            "agent.first_name": placeholders.first_name(agent),
            "agent.address": (self.agent.address if self.agent is not None else "") or "",
            "shop.name": self.shop,
            "fact.order": placeholders.order_number(said),
            "fact.parcel": placeholders.parcel_code(said),
            "today": _date(clock.now(), language),
        }
        return {key: one_line(value, LONGEST) for key, value in found.items()}

    def _known(self) -> dict[str, str]:
        """Facts as `customer.KIND`, those of the workspace's own kinds as `known.KIND`; "" where nothing is known."""
        ours = {f"customer.{kind}": self._fact(kind) for kind in KINDS if f"customer.{kind}" in placeholders.NAMES}
        return ours | {f"{placeholders.KNOWN}{kind}": self._fact(kind) for kind in self.kinds if kind not in KINDS}

    def _fact(self, kind: str) -> str:
        fact = self.facts.get(kind)
        return fact.value if fact is not None else ""

    def _identity(self, kind: str) -> str:
        if self.customer is None:
            return ""
        return next((one.value for one in self.customer.identities if one.kind == kind), "")


def _date(at: int, language: str) -> str:
    moment = datetime.fromtimestamp(at / clock.SECOND, UTC).astimezone()
    return placeholders.date((moment.year, moment.month, moment.day), language)
