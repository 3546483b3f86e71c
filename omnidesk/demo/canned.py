"""What the shop's team keeps at hand: macros in three languages, and views of their own."""

from __future__ import annotations

from omnidesk.desk import macros, saved_views
from omnidesk.desk.workspace import Workspace
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Actor, MacroActions, Wording

_MACROS = (
    (
        "where is my order",
        MacroActions(tags=("+delivery",)),
        (
            ("nl", "mail", "Beste {{customer.first_name|klant}},\n\nUw bestelling {{fact.order}} ligt bij PostNL en "
                           "komt morgen. Excuses voor het wachten.\n\nMet vriendelijke groet,\n{{agent.first_name}}"),
            ("nl", "short", "Je pakket {{fact.order}} ligt bij PostNL en komt morgen. Sorry voor het wachten! "
                            "{{agent.first_name}}"),
            ("en", "mail", "Dear {{customer.first_name|customer}},\n\nYour order {{fact.order}} is at PostNL and comes "
                           "tomorrow. Sorry that you had to wait.\n\nKind regards,\n{{agent.first_name}}"),
            ("en", "short", "Your parcel {{fact.order}} is at PostNL and comes tomorrow. {{agent.first_name}}"),
            ("de", "", "Guten Tag,\n\nIhre Bestellung {{fact.order}} liegt bei PostNL und kommt "
                       "morgen.\n\nFreundliche Grüße\n{{agent.first_name}}"),
        ),
    ),
    (
        "return: how to",
        MacroActions(status=Status.CLOSED, tags=("+return",)),
        (
            ("nl", "", "Beste {{customer.first_name|klant}},\n\nRuilen of terugsturen kan dertig dagen lang, ook in "
                       "de winkel. Het label zit in de doos.\n\n{{agent.first_name}}"),
            ("en", "", "Dear {{customer.first_name|customer}},\n\nYou can return or exchange within thirty days, also "
                       "in the shop. The label is in the box.\n\n{{agent.first_name}}"),
            ("de", "", "Guten Tag,\n\nUmtausch und Rückgabe sind dreißig Tage lang möglich. Das Etikett liegt im "
                       "Karton.\n\n{{agent.first_name}}"),
        ),
    ),
    (
        "call me back",
        MacroActions(snooze="1d"),
        (
            ("nl", "", "Ik probeerde je te bellen. Wanneer komt het uit? {{agent.first_name}}"),
            ("en", "", "I tried to call you. When would it suit you? {{agent.first_name}}"),
        ),
    ),
)  # fmt: skip
_VIEWS = (("VIP waiting", "status:open is:vip is:waiting"), ("Delivery", "status:open tag:delivery"))


def put_at_hand(opened: Workspace, actor: Actor) -> None:
    """Give the team its macros and views."""
    for name, actions, texts in _MACROS:
        macros.add(opened, actor, name, [Wording(*text) for text in texts], actions)
    for name, query in _VIEWS:
        saved_views.save(opened, actor, name, query, shared=True)
