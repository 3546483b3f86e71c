"""What else stands under a message: lines of telephones, marks of mail programs; and what only looks like it."""

from __future__ import annotations

import pytest

from omnidesk.text.html import html_to_text
from omnidesk.text.reply import split_reply, take_apart

ANSWER = "Thanks, that works."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my Huawei phone", "Sent from Samsung Mobile", "Sent via BlackBerry from T-Mobile",
        "Sent from Proton Mail for iOS", "Get Outlook for iOS<https://aka.ms/o0ukef>", "Sent using Zoho Mail",
        "Verstuurd vanaf Outlook voor Android", "Verzonden vanuit Mail voor Windows", "Outlook voor iOS downloaden",
        "Gesendet mit der GMX Mail App", "Holen Sie sich Outlook für iOS",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Envoyé à partir de mon appareil Samsung", "Enviado desde mi iPhone", "Enviado do Yahoo Mail no Android",
        "Inviato da Yahoo Mail su Android", "Skickat från min iPhone", "Sendt fra min iPhone", "Lähetetty iPhonesta",
        "Wysłane z iPhone'a", "Odesláno z iPhonu", "Odoslané z iPhonu", "Отправлено с iPhone", "Надіслано з iPhone",
        "iPhone'umdan gönderildi", "iPhoneから送信", "发自我的 iPhone", "從我的 iPhone 傳送", "나의 iPhone에서 보냄",
        "Trimis de pe iPhone-ul meu", "Az iPhone-omról küldve", "Στάλθηκε από το iPhone μου", "נשלח מה-iPhone שלי",
        "أُرسلت من الـ iPhone", "Gửi từ iPhone của tôi", "Dikirim dari iPhone saya", "Poslano z mojega iPhona",
    ],
)  # fmt: skip
def test_the_line_of_a_device_folds_alone_and_above_the_history(line: str) -> None:
    assert take_apart(f"{ANSWER}\n\n{line}").signature == line
    assert split_reply(f"{ANSWER}\n\n{line}\n\nOn Mon, Nov 23, 2026 at 10:11 AM Anna <a@x.nl> wrote:\n> old") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Hello\nOutlook voor iOS werkt niet meer",
        "Hello\nGet Outlook for my mother please, she needs it",
        "Hello\nSent from the warehouse on Monday",
        "Hello\nVerzonden met de post",
        "Sent from my iPhone",
    ],
)
def test_a_sentence_about_a_device_stays(text: str) -> None:
    assert split_reply(text) == text


@pytest.mark.parametrize("history", ["> old\n> text", "old\ntext"])
@pytest.mark.parametrize(
    "line",
    [
        "On 05/02, Anna Jansen (Shop) wrote:",
        "2026/11/23 Anna <a@x.nl>",
        "Anna さんは 2026年11月23日 10:11 に書きました:",
        "---- Anna wrote ----",
        "-------- Anna <a@x.nl> wrote:",
        "Sent from Samsung MobileAnna <a@x.nl> wrote:",
        "**-----Original Message-----**",
        "------ Originele bericht ------\nVan: Anna",
        "-----Urspr. Nachricht-----\nVon: Anna",
        "##- Please type your reply above this line -##",
        "-- Typ uw antwoord boven deze regel --",
        "-------- Oprindelig besked --------\nFra: Anna",
    ],
)
def test_what_announces_the_history_folds_with_it(line: str, history: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{line}\n\n{history}\n") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Please sign above this line and send it back.",
        "On 05/02 it broke:\nno more light",
        "Hello\n-----\nworld",
        "---- what I wrote down ----\nis below",
        "The list:\n2026/11/23 Anna came",
    ],
)
def test_a_line_that_only_looks_like_it_stays(text: str) -> None:
    assert split_reply(text) == text


@pytest.mark.parametrize(
    "hidden",
    ["font-size:0px", "max-height:0;overflow:hidden", "opacity:0", "mso-hide:all", "display: none !important"],
)
def test_a_preheader_and_a_tracking_pixel_are_not_read(hidden: str) -> None:
    pixel = "<img src='https://x.nl/t' style='width:1px;height:1px' alt='track'>"
    assert html_to_text(f"<div style='{hidden}'>look inside</div><p>Hello</p>{pixel}") == "Hello"


def test_text_that_is_shown_is_read_whatever_its_size() -> None:
    assert html_to_text("<p style='font-size:0.9em;opacity:0.8;max-height:0.5em'>Hello</p>") == "Hello"
