"""Replies in the languages of their programs: what announces the history is known, and folds away with it."""

from __future__ import annotations

import textwrap

import pytest

from omnidesk.text.reply import split_reply

ANSWER = "Thanks, that works."
ATTRIBUTIONS = (
    "On Mon, Nov 23, 2026 at 10:11 AM Anna Jansen <anna@x.nl> wrote:",
    "On 23 Nov 2026, at 10:11, Anna Jansen <anna@x.nl> wrote:",
    "On 2026-11-23 10:11, Anna Jansen wrote:",
    "On 23/11/26 10:11, Anna Jansen wrote:",
    "On Monday, November 23rd, 2026 at 10:11 AM, Anna <anna@x.nl> wrote:",
    "Op ma 23 nov 2026 om 10:11 schreef Anna Jansen <anna@x.nl>:",
    "Op 23-11-2026 om 10:11 schreef Anna Jansen:",
    "Op 23 nov 2026, om 10:11 heeft Anna Jansen <anna@x.nl> het volgende geschreven:",
    "Anna Jansen <anna@x.nl> schreef op 23 november 2026 om 10:11:",
    "Am Mo., 23. Nov. 2026 um 10:11 Uhr schrieb Anna Jansen <anna@x.nl>:",
    "Am 23.11.2026 um 10:11 schrieb Anna Jansen:",
    'Am 23.11.26, 10:11 schrieb "Anna Jansen" <anna@x.nl>:',
    "Le lun. 23 nov. 2026 à 10:11, Anna Jansen <anna@x.nl> a écrit :",
    "Le 23/11/2026 à 10:11, Anna Jansen a écrit :",
    "Le 23 nov. 2026 à 10:11, Anna Jansen <anna@x.nl> a écrit :",
    "El lun, 23 nov 2026 a las 10:11, Anna Jansen (<anna@x.nl>) escribió:",
    "El 23/11/2026 a las 10:11, Anna Jansen escribió:",
    "Il giorno lun 23 nov 2026 alle ore 10:11 Anna Jansen <anna@x.nl> ha scritto:",
    "Il 23/11/2026 10:11, Anna Jansen ha scritto:",
    "Em seg., 23 de nov. de 2026 às 10:11, Anna Jansen <anna@x.nl> escreveu:",
    "Em 23/11/2026 10:11, Anna Jansen escreveu:",
    "Den mån 23 nov. 2026 kl 10:11 skrev Anna Jansen <anna@x.nl>:",
    "Den 23. nov. 2026 kl. 10.11 skrev Anna Jansen <anna@x.nl>:",
    "man. 23. nov. 2026 kl. 10:11 skrev Anna Jansen <anna@x.nl>:",
    "ma 23. marrask. 2026 klo 10.11 Anna Jansen (anna@x.nl) kirjoitti:",
    "Anna Jansen kirjoitti 23.11.2026 klo 10.11:",
    "pon., 23 lis 2026 o 10:11 Anna Jansen <anna@x.nl> napisał(a):",
    "W dniu 23.11.2026 o 10:11, Anna Jansen pisze:",
    "Dnia 23 listopada 2026 10:11 Anna Jansen <anna@x.nl> napisał(a):",
    "po 23. 11. 2026 v 10:11 odesílatel Anna Jansen <anna@x.nl> napsal:",
    "Dne 23. 11. 26 v 10:11 Anna Jansen napsal(a):",
    "Dňa 23. 11. 2026 o 10:11 Anna Jansen napísal(a):",
    "Anna Jansen <anna@x.nl> ezt írta (időpont: 2026. nov. 23., H, 10:11):",
    "2026. 11. 23. 10:11 keltezéssel, Anna Jansen írta:",
    "În lun., 23 nov. 2026 la 10:11, Anna Jansen <anna@x.nl> a scris:",
    "Anna Jansen <anna@x.nl>, 23 Kas 2026 Pzt, 10:11 tarihinde şunu yazdı:",
    "23.11.2026 10:11 tarihinde Anna Jansen yazdı:",
    "пн, 23 нояб. 2026 г. в 10:11, Anna Jansen <anna@x.nl>:",
    "23.11.2026 10:11, Anna Jansen пишет:",
    "23 ноября 2026, 10:11 +03:00 от Anna Jansen <anna@x.nl>:",
    "пн, 23 лист. 2026 р. о 10:11 Anna Jansen <anna@x.nl> пише:",
    "Στις Δευ 23 Νοε 2026 στις 10:11 π.μ., ο/η Anna Jansen <anna@x.nl> έγραψε:",
    "На пн, 23.11.2026 г. в 10:11 Anna Jansen <anna@x.nl> написа:",
    "2026年11月23日(月) 10:11 Anna Jansen <anna@x.nl>:",
    "2026/11/23 10:11、Anna Jansen <anna@x.nl>のメール:",
    "Anna Jansen <anna@x.nl> 于2026年11月23日周一 10:11写道：",
    "在 2026年11月23日，10:11，Anna Jansen <anna@x.nl> 写道：",
    "2026년 11월 23일 (월) 오전 10:11, Anna Jansen <anna@x.nl>님이 작성:",
    "Vào Th 2, 23 thg 11, 2026 vào lúc 10:11 Anna Jansen <anna@x.nl> đã viết:",
    "Pada tanggal Sen, 23 Nov 2026 pukul 10.11 Anna Jansen <anna@x.nl> menulis:",
    "ב-יום ב׳, 23 בנוב׳ 2026 ב-10:11 מאת Anna Jansen <‪anna@x.nl‬‏>:‬",
    "في الاثنين، 23 نوفمبر 2026 في 10:11 ص تمت كتابة ما يلي بواسطة Anna Jansen <anna@x.nl>:",
    "mánud. 23. nóv. 2026 kl. 10:11 skrifaði Anna Jansen <anna@x.nl>:",
    "Dana pon, 23. stu 2026. u 10:11 Anna Jansen <anna@x.nl> napisao je:",
    "V pon., 23. nov. 2026 ob 10:11 je oseba Anna Jansen <anna@x.nl> napisala:",
    "2026-11-23 10:11 GMT+01:00 Anna Jansen <anna@x.nl>:",
    "---- On Mon, 23 Nov 2026 10:11:00 +0100 Anna Jansen <anna@x.nl> wrote ----",
    "* Anna Jansen <anna@x.nl> [2026-11-23 10:11]:",
    "Anna Jansen <anna@x.nl> skrev den 23 nov 2026 kl. 10:11:",
    "Anna Jansen <anna@x.nl> wrote:",
)
WEAK = (
    "Quoting Anna Jansen <anna@x.nl>:",
    "Zitat von Anna Jansen <anna@x.nl>:",
)
"""Lines that a sentence could be, unless what follows is marked as quoted."""
BLOCKS = (
    "From: Anna Jansen <anna@x.nl>\nSent: Monday, November 23, 2026 10:11 AM\nTo: Shop <s@x.nl>\nSubject: RE: hi",
    "Van: Anna Jansen <anna@x.nl>\nVerzonden: maandag 23 november 2026 10:11\nAan: Shop <s@x.nl>\nOnderwerp: RE: hi",
    "Von: Anna <anna@x.nl>\nGesendet: Montag, 23. November 2026 10:11\nAn: Shop\nBetreff: AW: hi",
    "De : Anna <anna@x.nl>\nEnvoyé : lundi 23 novembre 2026 10:11\nÀ : Shop\nObjet : RE: hi",
    "De: Anna <anna@x.nl>\nEnviado el: lunes, 23 de noviembre de 2026 10:11\nPara: Shop\nAsunto: RE: hi",
    "Da: Anna <anna@x.nl>\nInviato: lunedì 23 novembre 2026 10:11\nA: Shop\nOggetto: R: hi",
    "De: Anna\nEnviada em: segunda-feira, 23 de novembro de 2026 10:11\nPara: Shop\nAssunto: RES: hi",
    "Från: Anna <anna@x.nl>\nSkickat: den 23 november 2026 10:11\nTill: Shop\nÄmne: SV: hi",
    "Fra: Anna <anna@x.nl>\nSendt: 23. november 2026 10:11\nTil: Shop\nEmne: SV: hi",
    "Lähettäjä: Anna\nLähetetty: maanantai 23. marraskuuta 2026 10.11\nVastaanottaja: Shop\nAihe: VS: hi",
    "Od: Anna <anna@x.nl>\nWysłano: poniedziałek, 23 listopada 2026 10:11\nDo: Shop\nTemat: RE: hi",
    "Od: Anna <anna@x.nl>\nOdesláno: pondělí 23. listopadu 2026 10:11\nKomu: Shop\nPředmět: RE: hi",
    "Feladó: Anna\nElküldve: 2026. november 23.\nCímzett: Shop\nTárgy: RE: hi",
    "От: Anna <anna@x.nl>\nОтправлено: 23 ноября 2026 г. 10:11\nКому: Shop\nТема: RE: hi",
    "发件人: Anna <anna@x.nl>\n发送时间: 2026年11月23日 10:11\n收件人: Shop\n主题: 回复: hi",
    "差出人: Anna <anna@x.nl>\n送信日時: 2026年11月23日 10:11\n宛先: Shop\n件名: RE: hi",
    "보낸 사람: Anna <anna@x.nl>\n보낸 날짜: 2026년 11월 23일\n받는 사람: Shop\n제목: RE: hi",
    "Gönderen: Anna <anna@x.nl>\nGönderildi: 23 Kasım 2026 Pazartesi 10:11\nKime: Shop\nKonu: YNT: hi",
    "De la: Anna <anna@x.nl>\nTrimis: luni, 23 noiembrie 2026 10:11\nCătre: Shop\nSubiect: RE: hi",
    "Από: Anna <anna@x.nl>\nΣτάλθηκε: Δευτέρα, 23 Νοεμβρίου 2026\nΠρος: Shop\nΘέμα: RE: hi",
    "*From:* Anna <anna@x.nl>\n*Sent:* Monday, November 23, 2026\n*To:* Shop\n*Subject:* RE: hi",
    "From: Anna\nDate: Monday, 23 November 2026 at 10:11\nTo: Shop\nSubject: Re: hi",
    "-----Original Message-----\nFrom: Anna\nSent: x\nSubject: y",
    "________________________________\nFrom: Anna <anna@x.nl>\nSent: Monday, November 23, 2026\nTo: Shop\nSubject: hi",
    "-------- Original Message --------\nSubject: hi\nFrom: Anna\nDate: x",
    "-------- Oorspronkelijk bericht --------\nVan: Anna\nDatum: 23-11-2026 10:11 (GMT+01:00)\nAan: s\nOnderwerp: x",
    "----- Ursprüngliche Nachricht -----\nVon: Anna\nGesendet: x",
    "-----Message d'origine-----\nDe : Anna",
    "---------- Původní e-mail ----------\nOd: Anna\nKomu: s\nDatum: 23. 11. 2026 10:11:00\nPředmět: x",
    "-----Mensagem original-----\nDe: Anna",
)


@pytest.mark.parametrize("history", ["> old text\n> more", "old text\nmore text"], ids=["marked", "plain"])
@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_an_attribution_with_person_day_and_time_folds_what_follows(line: str, history: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{line}\n\n{history}\n") == ANSWER


@pytest.mark.parametrize("width", [60, 40])
@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_an_attribution_may_be_wrapped(line: str, width: int) -> None:
    if line.endswith("----"):
        pytest.skip("this program does not wrap its line")
    wrapped = "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
    assert split_reply(f"{ANSWER}\n\n{wrapped}\n\n> old text\n> more\n") == ANSWER


@pytest.mark.parametrize("line", WEAK)
def test_a_line_that_only_names_a_person_needs_quote_marks_behind_it(line: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{line}\n\n> old text\n") == ANSWER
    assert "old text" in split_reply(f"{ANSWER}\n\n{line}\n\nold text\n")


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_of_header_lines_folds_what_follows(block: str) -> None:
    assert split_reply(f"{ANSWER}\n\n{block}\n\nold text\n") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "My colleague wrote: it is broken.\nPlease advise.",
        "I ordered on 2026-11-23 at 10:11 and paid by card:\n- boots\n- laces",
        "From: the shop\nI want to go to: Utrecht",
        "These are the facts:\n1. it came on 23-11-2026\n2. it was broken",
        "Call me on 10:30 or write to anna@x.nl:\nthat is my address.",
        "--- snip ---\ncode\n--- snap ---\nthat was it",
        "Op de factuur staat: 23-11-2026.\nKlopt dat?",
        "Van: maandag\nTot: dinsdag\nkan ik niet.",
    ],
)
def test_a_sentence_that_only_looks_like_an_attribution_stays(text: str) -> None:
    assert split_reply(text) == text
