"""Replies written as HTML: the marks that mail programs put around the history they quote."""

from __future__ import annotations

import pytest

from omnidesk.text.forward import is_forward
from omnidesk.text.html import html_to_text
from omnidesk.text.reply import split_reply

ANSWER = "Thanks, that works."
OLD = "<div>old text</div>"
PROGRAMS = {
    "Outlook on the web, in a language nobody taught us": f"""<div class="elementToProof">{ANSWER}</div>
        <div id="appendonsend"></div><hr style="display:inline-block" tabindex="-1">
        <div id="divRplyFwdMsg"><b>Saadja:</b> Anna &lt;a@x.nl&gt;<br><b>Aeg:</b> esmaspaev<br>
        <b>Kuhu:</b> Shop<br><b>Pealkiri:</b> hi</div>{OLD}""",
    "Outlook": f"""<div class="WordSection1"><p class="MsoNormal">{ANSWER}</p><p class="MsoNormal">&nbsp;</p><div>
        <div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">
        <b>Van:</b> Anna &lt;a@x.nl&gt; <br><b>Verzonden:</b> maandag 23 november 2026 10:11<br><b>Aan:</b> Shop<br>
        <b>Onderwerp:</b> RE: hi</p></div></div>{OLD}""",
    "Outlook on a telephone": f"""<div dir="ltr">{ANSWER}</div>
        <div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/x">Outlook for iOS</a></div><hr>
        <div id="divRplyFwdMsg"><b>From:</b> Anna<br><b>Sent:</b> Monday<br><b>To:</b> s<br><b>Subject:</b> hi</div>
        {OLD}""",
    "Gmail": f"""<div dir="ltr">{ANSWER}</div><br><div class="gmail_quote"><div class="gmail_attr">Op ma 23 nov 2026 om
        10:11 schreef Anna &lt;<a href="mailto:a@x.nl">a@x.nl</a>&gt;:<br></div>
        <blockquote class="gmail_quote">{OLD}</blockquote></div>""",
    "Yahoo": f"""<div>{ANSWER}</div><div class="yahoo_quoted"><div>On Monday, November 23, 2026 at 10:11:00 AM GMT+1,
        Anna &lt;a@x.nl&gt; wrote: </div><div><br></div>{OLD}</div>""",
    "Proton": f"""<div>{ANSWER}</div><div class="protonmail_quote">On Monday, November 23rd, 2026 at 10:11 AM, Anna
        &lt;a@x.nl&gt; wrote:<br><blockquote type="cite">{OLD}</blockquote></div>""",
    "Apple Mail": f"""{ANSWER}<br><div><br><blockquote type="cite"><div>On 23 Nov 2026, at 10:11, Anna &lt;a@x.nl&gt;
        wrote:</div><br class="Apple-interchange-newline">{OLD}</blockquote></div>""",
    "Zimbra": f"""<div>{ANSWER}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">
        <b>De: </b>"Anna" &lt;a@x.nl&gt;<br><b>À: </b>"Shop"<br><b>Envoyé: </b>Lundi 23 Novembre 2026 10:11:00<br>
        <b>Objet: </b>hi<br></div>{OLD}""",
    "Thunderbird": f"""<p>{ANSWER}</p><div class="moz-cite-prefix">Am 23.11.26 um 10:11 schrieb Anna:<br></div>
        <blockquote type="cite">{OLD}</blockquote>""",
    "GMX": f"""<div>{ANSWER}<div name="quote"><div><b>Gesendet:</b>&nbsp;Montag, 23. November 2026 um 10:11 Uhr<br/>
        <b>Von:</b>&nbsp;"Anna" &lt;a@x.nl&gt;<br/><b>An:</b>&nbsp;Shop<br/><b>Betreff:</b>&nbsp;hi</div>
        {OLD}</div></div>""",
    "Notes": f"""<p>{ANSWER}</p><br><font size=1>Von: &nbsp; &nbsp;</font><font>Anna/DE</font><br>
        <font>An: &nbsp;</font><font>Shop</font><br>
        <font>Datum: &nbsp;</font><font>23.11.2026 10:11</font><br><font>Betreff: &nbsp;</font>
        <font>hi</font><br><hr noshade><br>{OLD}""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_history_that_a_program_quotes_folds_away(program: str) -> None:
    assert split_reply(html_to_text(PROGRAMS[program])) == ANSWER


def test_answers_between_quoted_lines_keep_what_they_answer() -> None:
    html = "<blockquote>Does it work?</blockquote><p>It does.</p><blockquote>And that?</blockquote><p>No.</p>"
    assert split_reply(html_to_text(html)) == "> Does it work?\n\nIt does.\n\n> And that?\n\nNo."


def test_a_rule_without_header_lines_below_is_no_history() -> None:
    text = f"Hello\n{'_' * 32}\nThis was a rule:\nit goes on"
    assert split_reply(text) == text


@pytest.mark.parametrize("subject", ["Fwd: hi", "FW: hi", "WG: hi", "TR : hi", "转发：hi", "VB: Re: hi"])
def test_nothing_is_folded_in_what_is_forwarded(subject: str) -> None:
    text = "Please look.\n\nFrom: Anna\nSent: Monday 10:11\nTo: Shop\nSubject: hi\n\nold text"
    assert is_forward(subject)
    assert split_reply(text, forwards=True) == text


@pytest.mark.parametrize("subject", ["Re: Fwd: hi", "AW: WG: hi", "forward this", "I agree: yes", "RV park"])
def test_a_reply_to_a_forward_is_a_reply(subject: str) -> None:
    assert not is_forward(subject)
