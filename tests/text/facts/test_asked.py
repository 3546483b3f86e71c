"""A draft that asks for something says what."""

from __future__ import annotations

import pytest

from omnidesk.text.facts.asked import asked


@pytest.mark.parametrize(
    ("draft", "kinds"),
    [
        ("What is your order number?", ["order_number"]),
        ("What's your order number", ["order_number"]),
        ("Hi Bram,\n\nCould you send me your order number and postcode?\n\nRegards", ["postcode", "order_number"]),
        ("Please let us know your shoe size.", ["size"]),
        ("We still need your serial number to go on.", ["serial_number"]),
        ("Which phone number can we reach you on?", ["phone"]),
        ("When may we deliver it?", ["delivery"]),
        ("Can you confirm your delivery address?", ["address"]),
        ("Can you confirm your e-mail address?", ["email"]),
        ("Wat is uw ordernummer?", ["order_number"]),
        ("Wat is je bestelnummer", ["order_number"]),
        ("Zou u mij uw klantnummer kunnen geven?", ["customer_number"]),
        ("Graag ontvangen wij nog uw IBAN.", ["iban"]),
        ("Op welk nummer kunnen we u bellen?", ["phone"]),
        ("Kunt u uw adres en postcode doorgeven?", ["postcode", "address"]),
        ("Wat is uw e-mailadres?", ["email"]),
        ("Welke maat heeft u?", ["size"]),
        ("Wanneer mogen we het bezorgen?", ["delivery"]),
        ("Mag ik uw volledige naam?", ["name"]),
        ("Könnten Sie mir Ihre Bestellnummer nennen?", ["order_number"]),
        ("Wie lautet Ihre Kundennummer?", ["customer_number"]),
        ("Bitte teilen Sie uns Ihre Adresse mit.", ["address"]),
        ("Wir benötigen noch Ihre Seriennummer.", ["serial_number"]),
        ("Welche Größe tragen Sie?", ["size"]),
        ("Wann dürfen wir liefern?", ["delivery"]),
        ("Could you tell me your warranty code?", ["warranty_code"]),
    ],
)
def test_a_question_names_what_it_asks_for(draft: str, kinds: list[str]) -> None:
    assert list(asked(draft, {"warranty_code": "warranty code"})) == kinds


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "Your order number is NL-10234.",
        "We sent your order to the address you gave.",
        "Uw bestelnummer is NL-10234 en uw adres klopt.",
        "> What is your order number?\nNL-10234",
        "Ihre Bestellnummer ist NL-10234.",
        "Have you tried turning it off and on again?",
        "In order to help you, could you restart it?",
        "Shall I send a new one?",
        "Thank you for your order. Kind regards",
        "The size of the parcel was fine.",
    ],
)
def test_what_asks_for_nothing_is_left_alone(draft: str) -> None:
    assert asked(draft, {"warranty_code": "warranty code"}) == ()
