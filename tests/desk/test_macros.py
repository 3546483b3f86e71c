"""Macros: chosen by what fits, filled, sent with what they do, kept as YAML."""

from __future__ import annotations

import pytest

from omnidesk.desk import agents, composing, macro_files, macros, threads, undo
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Actor, Macro, MacroActions, Wording
from tests.filling import ANNA, BRAM, Clock, Desk, mail


def made(desk: Desk, name: str = "where", *texts: tuple[str, str], **actions: object) -> Macro:
    wordings = [Wording(language, "", text) for language, text in texts or (("en", "Dear {{customer.first_name}}"),)]
    return macros.add(desk.workspace, desk.me, name, wordings, MacroActions(**actions))[1]  # type: ignore[arg-type]


def test_the_customers_language_goes_first_then_their_last_message_then_the_agents(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Wo ist meine Bestellung?"))
    where = made(desk, "where", ("nl", "Beste"), ("en", "Dear"), ("de", "Guten Tag"))
    assert macros.fill(desk.workspace, desk.me, where.id, number).text == "Guten Tag"
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE customer SET language = 'nl-NL'"))
    assert macros.fill(desk.workspace, desk.me, where.id, number).text == "Beste"
    (other,) = desk.receives(mail("2", "NL-10234", sender=BRAM))
    agents.set_agent(desk.workspace, desk.me, "sanne", languages=["de"])
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE customer SET language = NULL"))
    assert macros.fill(desk.workspace, desk.me, where.id, other).text == "Guten Tag"
    assert macros.fill(desk.workspace, desk.me, where.id, other, language="nl").text == "Beste"


def test_a_language_it_does_not_speak_is_said(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Wo ist meine Bestellung?"))
    made(desk, "where", ("nl", "Beste"), ("en", "Dear"))
    filled = macros.fill(desk.workspace, desk.me, "where", number)
    assert filled.text == "Dear"
    assert filled.remarks == ("it has no text in German: this is English",)


def test_a_text_for_the_class_of_channel_goes_before_one_for_any(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    wordings = [Wording("en", "", "any"), Wording("en", "mail", "letter"), Wording("en", "short", "txt")]
    macros.add(desk.workspace, desk.me, "where", wordings)
    sorts = ("mail", "short", "public")
    said = {sort: macros.fill(desk.workspace, desk.me, "where", number, sort).text for sort in sorts}
    assert said == {"mail": "letter", "short": "txt", "public": "any"}
    assert "it has no text for public channels" in macros.fill(
        desk.workspace, desk.me, "where", number, "public"
    ).remarks  # fmt: skip


def test_what_is_known_of_the_conversation_is_filled_in(time: Clock, desk: Desk) -> None:
    agents.set_agent(desk.workspace, desk.me, "sanne", name="Sanne Visser")
    (number,) = desk.receives(mail("1", "Where is NL-10234?", name="Anna Jansen", subject="My boots"))
    text = "{{customer.name}}|{{customer.email}}|{{conversation.number}}|{{conversation.subject}}|{{fact.order}}|"
    made(desk, "all", ("en", text + "{{agent.first_name}}|{{conversation.asked_on}}"))
    filled = macros.fill(desk.workspace, desk.me, "all", number)
    assert filled.text == f"Anna Jansen|{ANNA}|#{number}|My boots|NL-10234|Sanne|23 November 2026"
    assert filled.warnings == ()


def test_an_empty_placeholder_warns_and_is_never_sent_silently(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Hello"))
    made(desk, "where", ("en", "Your order {{fact.order}}"))
    filled = macros.fill(desk.workspace, desk.me, "where", number)
    assert filled.text == "Your order {{fact.order}}"
    assert filled.empty[0].startswith("the order number last named here is not known")
    with pytest.raises(RefusedError, match=r"\{\{fact.order\}\} stands in the text"):
        composing.reply(desk.workspace, desk.me, number, filled.text)
    assert desk.count("outbox") == 0


def test_what_it_does_is_done_with_the_send_and_taken_back_with_it(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    macro = made(
        desk, status=Status.CLOSED, tags=("+parcel", "-new"), assign="koen", priority=Priority.HIGH
    )  # fmt: skip
    before = threads.conversation(desk.workspace, number)
    also = macros.finishing(desk.workspace, desk.me, [macro], None)
    composing.reply(desk.workspace, desk.me, number, "Dear Anna", also=also)
    after = threads.conversation(desk.workspace, number)
    assert (after.status, after.tags, after.owner, after.priority) == (
        Status.CLOSED, ("parcel",), koen.name, Priority.HIGH,
    )  # fmt: skip
    undo.undo(desk.workspace, desk.me)
    again = threads.conversation(desk.workspace, number)
    assert (again.status, again.tags, again.owner, again.priority) == (
        before.status, (), before.owner, before.priority,
    )  # fmt: skip


def test_the_status_that_the_agent_chose_goes_before_the_macros(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    macro = made(desk, snooze="2d")
    also = macros.finishing(desk.workspace, desk.me, [macro], Status.OPEN)
    composing.reply(desk.workspace, desk.me, number, "Dear", status=Status.OPEN, also=also)
    assert threads.conversation(desk.workspace, number).status is Status.OPEN
    also = macros.finishing(desk.workspace, desk.me, [macro], None)
    composing.reply(desk.workspace, desk.me, number, "Dear", also=also)
    assert threads.conversation(desk.workspace, number).status is Status.SNOOZED


def test_suggestions_are_ranked_by_what_fits_and_by_use(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "I want to return the umbrella", subject="Return"))
    thanks = made(desk, "thanks", ("en", "Thank you!"))
    made(desk, "return", ("en", "You can return the umbrella"))
    made(desk, "retour", ("nl", "De paraplu kan terug"))
    names = [one.macro.name for one in macros.suggest(desk.workspace, desk.me, number)]
    assert names[0] == "return"
    for _ in range(200):
        desk.workspace.database.write(lambda tx: macros.count_use(tx, thanks.id, desk.me, 1))
    assert macros.suggest(desk.workspace, desk.me, number)[0].macro.name == "thanks"
    assert [one.macro.name for one in macros.suggest(desk.workspace, desk.me, number, prefix="ret")] == [
        "return", "retour",
    ]  # fmt: skip


def test_an_own_macro_is_seen_by_its_agent_only_and_goes_before_the_teams(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    made(desk, "where")
    macros.add(desk.workspace, koen, "Where", [Wording("", "", "mine")], shared=False)
    assert macros.get(desk.workspace, koen, "where").wordings[0].text == "mine"
    assert [one.shared for one in macros.list_macros(desk.workspace, desk.me)] == [True]
    with pytest.raises(RefusedError, match="only an agent"):
        macros.add(desk.workspace, Actor("omnidesk"), "x", [Wording("", "", "x")], shared=False)


def test_making_changing_and_removing_are_taken_back(desk: Desk) -> None:
    macro = made(desk, "where", ("en", "one"))
    macros.edit(desk.workspace, desk.me, macro, "whereabouts", [Wording("en", "", "two")])
    undo.undo(desk.workspace, desk.me)
    assert macros.get(desk.workspace, desk.me, "where").wordings[0].text == "one"
    macros.remove(desk.workspace, desk.me, macro)
    with pytest.raises(NotFoundError, match="no macro where"):
        macros.get(desk.workspace, desk.me, "where")
    undo.undo(desk.workspace, desk.me)
    assert macros.get(desk.workspace, desk.me, "where").id == macro.id


@pytest.mark.parametrize(
    ("wording", "actions", "words"),
    [
        (Wording("en", "", " \n"), MacroActions(), "empty"),
        (Wording("english", "", "x"), MacroActions(), "two letters"),
        (Wording("en", "fax", "x"), MacroActions(), "class of channel"),
        (Wording("en", "", "{{customer.shoe}}"), MacroActions(), "no placeholder"),
        (Wording("en", "", "x"), MacroActions(status=Status.SNOOZED), "until when"),
        (Wording("en", "", "x"), MacroActions(snooze="someday"), "no time"),
        (Wording("en", "", "x"), MacroActions(status=Status.OPEN, snooze="2d"), "not both"),
        (Wording("en", "", "x"), MacroActions(tags=("+",)), "tag needs a name"),
    ],
)
def test_a_macro_that_cannot_be_is_told_in_words(
    desk: Desk, wording: Wording, actions: MacroActions, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        macros.add(desk.workspace, desk.me, "m", [wording], actions)
    assert macros.list_macros(desk.workspace, desk.me) == []


def test_a_name_is_taken_once(desk: Desk) -> None:
    made(desk, "where")
    with pytest.raises(RefusedError, match="a macro WHERE already"):
        made(desk, "WHERE")


def test_a_macro_is_made_from_the_newest_answer(desk: Desk) -> None:
    agents.set_agent(desk.workspace, desk.me, "sanne", name="Sanne Visser")
    (number,) = desk.receives(mail("1", "Waar is NL-10234?", name="Anna Jansen"))
    with pytest.raises(NotFoundError, match="nobody has answered"):
        macros.of_reply(desk.workspace, desk.me, number)
    composing.reply(desk.workspace, desk.me, number, "Beste Anna,\n\nUw bestelling NL-10234 komt.\n\nGroet, Sanne")
    text, language = macros.of_reply(desk.workspace, desk.me, number)
    assert language == "nl"
    assert text == (
        "Beste {{customer.first_name}},\n\nUw bestelling {{fact.order}} komt.\n\nGroet, {{agent.first_name}}"
    )


def test_what_is_exported_comes_back_as_it_was(desk: Desk) -> None:
    wordings = [Wording("nl", "mail", "Beste klant,\n\nDank: “u”.\n\n  - ingesprongen"), Wording("", "", "yes: no")]
    actions = MacroActions(Status.PENDING, ("+a", "-b"), "me", "", Priority.URGENT)
    macros.add(desk.workspace, desk.me, "naam: met #", wordings, actions)
    macros.add(desk.workspace, desk.me, "mine", [Wording("no", "", "ja")], MacroActions(snooze="2d"), shared=False)
    text = macro_files.to_yaml(macros.list_macros(desk.workspace, desk.me))
    for macro in macros.list_macros(desk.workspace, desk.me):
        macros.remove(desk.workspace, desk.me, macro)
    done = macro_files.take_in(desk.workspace, desk.me, text)
    assert sorted(done.added) == ["mine", "naam: met #"]
    found = {macro.name: macro for macro in macros.list_macros(desk.workspace, desk.me)}
    assert (found["naam: met #"].wordings, found["naam: met #"].actions) == (tuple(wordings), actions)
    assert (found["mine"].shared, found["mine"].wordings[0].language) == (False, "no")


def test_importing_keeps_what_is_there_unless_told_otherwise(desk: Desk) -> None:
    made(desk, "where", ("en", "old"))
    text = "- {name: Where, text: new}\n- {name: other, text: x}"
    done = macro_files.take_in(desk.workspace, desk.me, text)
    assert (done.added, done.kept) == (("other",), ("Where",))
    done = macro_files.take_in(desk.workspace, desk.me, text, replace=True)
    assert (done.changed, done.kept) == (("Where",), ("other",))
    assert macros.get(desk.workspace, desk.me, "where").wordings[0].text == "new"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("macros: [", "no YAML in line"),
        ("just words", "a list under"),
        ("- {name: a, text: x, colour: red}", "colour is not known"),
        ("- {text: x}", "macro 1: name"),
        ("- {name: a}", "macro a: a macro needs a text"),
        ("- {name: a, texts: [{language: nl}]}", "text is missing"),
        ("- {name: a, text: x, actions: {status: gone}}", "status is open"),
        ("- {name: a, text: x}\n- {name: b, text: '{{who}}'}", "macro b: there is no placeholder"),
        ("- !!python/object/apply:os.system [ls]", "no YAML"),
        ("a: &a [x, x]\nb: [*a, *a]\nname: n", "not known"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing_and_says_where(desk: Desk, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        macro_files.take_in(desk.workspace, desk.me, text)
    assert macros.list_macros(desk.workspace, desk.me) == []
