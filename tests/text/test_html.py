"""HTML mail as text worth reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.text.html import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<div>a <b>bold</b>\n  b</div><div>c</div>", "a bold b\nc"),
        ("<ul><li>one<li>two</ul><ol><li>a</li><li>b</li></ol>", "- one\n- two\n\n1. a\n2. b"),
        ('<a href="https://x.nl/a">here</a>', "here <https://x.nl/a>"),
        ('<a href="https://x.nl/">x.nl</a>', "x.nl"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ("<blockquote>old<blockquote>older</blockquote></blockquote>new", "> old\n>\n> > older\n\nnew"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc"),
        ("<pre>  x\n    y</pre>", "  x\n    y"),
        ("<style>p{}</style><script>evil()</script><title>t</title>text", "text"),
        ('<div style="display: none">preheader</div>text', "text"),
        ('<img src="https://t.example/p.gif" width=1 height=1><img alt="A shoe" src=x>', "[A shoe]"),
        ("&lt;b&gt; &amp; &#27;[2J&euro;", "<b> & €"),
        ("<!-- comment -->plain", "plain"),
        ("no markup at all", "no markup at all"),
        ("", ""),
    ],
)
def test_html_becomes_readable(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text("<>/abpdivspan='\" \n&#;!-[x"))
@settings(max_examples=200)
def test_any_markup_gives_text(html: str) -> None:
    html_to_text(html)


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 300_000 + "x",
        "<b>" * 300_000 + "x",
        "<b><i><p>" * 50_000 + "x",
        "<script>" * 50_000 + "x",
        "<!--" * 100_000 + "x",
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">x",
        "".join(f"<font color={n}>" for n in range(3000)) + "<p>x" * 100_000,
    ],
    ids=["deep", "formatting", "cloned", "scripts", "comments", "attributes", "bomb"],
)
def test_hostile_markup_costs_no_more_than_its_length(hostile: str) -> None:
    assert len(html_to_text(hostile)) <= len(hostile)
