"""The sanitised HTML of a message: nothing in it acts or loads, whatever was tried."""

from __future__ import annotations

import re
import threading
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.sanitised import sanitised

ATTACKS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.test/x.js></sCrIpT>",
    "<script\x00>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='x' OnErRoR\n=\nalert(1)>",
    '<img src="x`onerror=alert(1)`">',
    "<img src=x:alert(1) onerror\x0b=eval(src)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><set onbegin=alert(1)></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=a()>'>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' \x01javascript:a()'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A;&#x61;vascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='//evil.test/'>x",
    "<a href='/relative'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='blob:https://evil.test/1'>x</a>",
    "<a href='https://ok.test/' ping='https://evil.test/' onclick='a()' target=_blank download>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href='view-source:javascript:a()'>x</a>",
    "<img src='https://evil.test/pixel.gif'>",
    "<img src='//evil.test/pixel.gif'>",
    "<img src='pixel.gif'>",
    "<img srcset='https://evil.test/a 1x'>",
    "<img lowsrc='https://evil.test/a' dynsrc='https://evil.test/a'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src='cid:\"><script>alert(1)</script>'>",
    "<picture><source srcset='https://evil.test/a'><img></picture>",
    "<video src=//evil.test poster=//evil.test></video>",
    "<audio src=//evil.test autoplay onplay=a()></audio>",
    "<video><source onerror=alert(1)></video>",
    "<track src=//evil.test>",
    "<input type=image src=//evil.test onfocus=a() autofocus>",
    "<embed src=//evil.test>",
    "<object data=//evil.test><param name=movie value=//evil.test></object>",
    "<applet code=//evil.test></applet>",
    "<iframe src=//evil.test></iframe>",
    "<iframe srcdoc='<script>a()</script>'>",
    "<frameset><frame src=//evil.test>",
    "<form action=//evil.test><button formaction=javascript:a()>x</button><input name=p></form>",
    "<button onclick=a()>x</button>",
    "<select onfocus=a() autofocus><option>x</select>",
    "<textarea autofocus onfocus=a()>",
    "<keygen autofocus onfocus=a()>",
    "<isindex type=image src=1 onerror=a()>",
    "<details open ontoggle=a()>x</details>",
    "<marquee onstart=a()>x</marquee>",
    "<body onload=a() background=//evil.test>",
    "<table background=//evil.test>",
    "<td background='javascript:a()'>",
    "<link rel=stylesheet href=//evil.test>",
    "<link rel=prefetch href=//evil.test>",
    "<meta http-equiv=refresh content='0;url=javascript:a()'>",
    "<base href=//evil.test><a href=x>y</a>",
    "<style>@import '//evil.test';body{background:url(//evil.test)}</style>",
    "<bgsound src=//evil.test>",
    "<div style='background:url(//evil.test)'>",
    "<div style='background-image:u\\72l(//evil.test)'>",
    "<div style='width:expression(alert(1))'>",
    "<div style='width:exp/**/ression(a())'>",
    "<p style='behavior:url(#x)'>",
    "<div style='-moz-binding:url(//evil.test)'>",
    "<div style='font-family:\"x\";background:url(//evil.test)'>",
    "<div style='color:red;list-style-image:image-set(\"//evil.test\" 1x)'>",
    "<p style='border:1px url(//evil.test)'>",
    "<div style='position:fixed;top:0;left:0;z-index:9999'>x</div>",
    "<p style='color:var(--x,url(//evil.test))'>",
    "<blockquote cite='javascript:a()'>x</blockquote>",
    "<q cite=//evil.test>x</q>",
    "<xmp><script>a()</script></xmp>",
    "<noscript><p title='</noscript><img src=x onerror=a()>'>",
    "<template><script>a()</script></template>",
    "<!--[if IE]><script>a()</script><![endif]-->",
    "<!--><img src=x onerror=a()>-->",
    "<![CDATA[><img src=x onerror=a()>]]>",
    "<?xml-stylesheet href='javascript:a()'?>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM '//evil.test'>]>&x;",
    "<x onclick=a()>x</x>",
    "<custom-element onpointerover=a()>x",
    "<a name=parent id=location>x</a>",
    "<img usemap=#m><map name=m><area href=javascript:a() shape=default></map>",
    "<portal src=//evil.test>",
    "<p dir='\" onmouseover=\"a()'>",
    "<font color='\"><script>a()</script>'>x</font>",
    "<plaintext><script>a()</script>",
    "<title><img src=x onerror=a()></title>",
    "<listing>&lt;img src=x onerror=a()&gt;</listing>",
    "<form id=x></form><button form=x formaction=javascript:a()>",
    "<p is=x onauxclick=a() contenteditable>",
    "<dialog open onclose=a()>x",
    "<img src=1 href=1 onerror='javascript:a()'></img>",
    "<a/href='javascript:a()'>",
    "<div><style></div><img src=x onerror=a()></style>",
    "<noembed><img src='</noembed><script>a()</script>'>",
)
ELEMENTS = {
    "a",
    "abbr",
    "acronym",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
}
NEVER = {"id", "name", "class", "srcset", "background", "cite", "ping", "target", "action", "formaction", "poster"}


class Judge(HTMLParser):
    """Notes every element and attribute that should not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            said = (value or "").strip().lower()
            fine = {
                "href": re.match(r"(https?://|mailto:|tel:)", said),
                "src": re.match(r"(cid:[^\"<>\s]+|data:image/(png|jpe?g|gif|webp|bmp);base64,)", said),
                "style": not re.search(r"url|expression|import|\\|image-set|position|@|javascript|/\*|var\(", said),
            }.get(name, name not in NEVER and not name.startswith("on"))
            if not fine:
                self.faults.append(f"{tag} {name}={value}")


def faults(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.faults


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_comes_out_harmless(attack: str) -> None:
    for html in (
        attack,
        f"<p>before</p>{attack}<p>after</p>",
        f"<table><tr><td>{attack}",
        f"<svg>{attack}",
        f"<a>{attack}",
    ):
        assert faults(sanitised(html)) == []
        assert faults(sanitised(sanitised(html))) == []


def test_the_judge_sees_what_is_wrong() -> None:
    assert len([attack for attack in ATTACKS if faults(attack)]) > 80


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "<table>", "</table>", "<svg>", "</svg>", "<!--", "-->", "'", '"', ">"]), max_size=6
    )
)
def test_attacks_put_together_come_out_harmless(pieces: list[str]) -> None:
    assert faults(sanitised("".join(pieces))) == []


def test_what_only_looks_stays() -> None:
    html = (
        "<table width=600 bgcolor=#fff><tr><td align=center style=\"color:rgb(1, 2, 3);font-family:'Segoe UI',Arial\">"
        "<b>Hi</b> <a href='https://shop.test/?a=1&amp;b=2'>shop</a> <a href='mailto:a@b.test'>mail</a>"
        "<img src='cid:logo@x.test' alt='Logo'><img src='data:image/png;base64,aGk='></td></tr></table>"
    )
    said = sanitised(html)
    for kept in ('width="600"', "color:rgb(1, 2, 3)", "'Segoe UI'", "<b>Hi</b>", 'href="https://shop.test/?a=1&amp;b=2"',
                 'href="mailto:a@b.test"', 'src="cid:logo@x.test"', 'src="data:image/png;base64,aGk="'):  # fmt: skip
        assert kept in said, kept


def test_a_picture_from_elsewhere_leaves_its_words() -> None:
    assert sanitised('<p><img src="https://t.test/x.gif" alt="Our logo"></p>') == '<p><img alt="Our logo"></p>'


@pytest.mark.parametrize("hostile", ["<div>" * 300_000 + "x", "<b><i>" * 50_000 + "<p>x" * 50_000, "<table>" * 100_000])
def test_what_would_keep_a_parser_busy_is_shown_as_its_text(hostile: str) -> None:
    said = sanitised(hostile)
    assert said.startswith("<pre>")
    assert faults(said) == []


def test_nothing_is_made_of_nothing_and_threads_share_it() -> None:
    assert sanitised("") == sanitised(" \n") == ""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(sanitised("<p>x</p>")))
    thread.start()
    thread.join()
    assert found == ["<p>x</p>"]
