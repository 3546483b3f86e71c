"""Write a support mailbox as a Maildir: the same arguments always write the same bytes.

The mails are what a shop's desk gets: Dutch, English and German questions, mostly with an HTML twin, in several
charsets and transfer encodings, with order numbers, signatures and telephone numbers. Replies name what they answer
and quote it, and one mail in twelve carries a file.

    python bench/mailgen.py --out MAILDIR [--messages 20000] [--customers 4000] [--seed 1] [--start 2026-01-05T08:00Z]

Standard library only.
"""

from __future__ import annotations

import argparse
import base64
import html
import os
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

SUPPORT = "support@shop.example"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
RARE = "kwikstaart"
"""A word that about one mail in two thousand holds, for the search."""

OPEN_STORIES = 300
"""So many of the newest threads may still get an answer."""
NEW_STORY = 0.36
MINUTES = 3
"""Between two mails."""
WITH_HTML = 0.7
WITH_FILE = 0.08

GIVEN = (
    "Aafke Bas Cato Dirk Elin Faruk Greet Hugo Inès Jelle Kim Lars Maud Nils Olga Pim Renée Siem Thijs Ursula Vince "
    "Wies Yusuf Zita Åsa Björn Dağhan Eszter François Gül Jürg Mónica Paweł Šárka"
).split()
FAMILY = (
    "Aalbers|ten Brink|van Cleef|de Graaf|Hofstra|van der Laan|Kuipers|Maas|Oosterhuis|Prins|Rietveld|Slot|Terpstra|"
    "Wolters|Zijlstra|Ångström|Böhm|Çelik|D'Angelo|Fournier|Grünwald|Hughes|Kovács|Lewandowski|Nowak|Ó Briain|Strauß"
).split("|")
HOSTS = ("mail.example", "post.example", "werk.example", "example.com", "example.net", "example.org")


@dataclass(frozen=True)
class Language:
    """What people write in one language; `{order}`, `{when}`, `{name}` and `{address}` are filled in."""

    greeting: str
    subjects: tuple[str, ...]
    sentences: tuple[str, ...]
    quoting: str
    closing: str


LANGUAGES = {
    "nl": Language(
        "Beste mensen van de winkel,",
        ("Bestelling {order} is er nog niet", "Retour van {order}", "Rekening bij {order}", "Klopt deze garantie?"),
        (
            "Het pakket zou dinsdag komen, maar er is niemand aan de deur geweest.",
            "Kan ik het artikel in de winkel omruilen of moet ik het opsturen?",
            "De kleur is anders dan op de foto en daar ben ik niet blij mee.",
            "Op de rekening staat een ander bedrag dan bij het afrekenen.",
            "Ik heb een half uur aan de telefoon gewacht en toen viel de lijn weg.",
            "Mijn geld is na drie weken nog steeds niet terug op mijn rekening.",
            "Wilt u de factuur op naam van ons bedrijf zetten?",
            "Zou u mij kunnen bellen? 's Avonds ben ik het best bereikbaar.",
        ),
        "Op {when} schreef Klantenservice <{address}>:",
        "Met vriendelijke groet,",
    ),
    "en": Language(
        "Dear customer service,",
        (
            "Order {order} has not arrived",
            "Returning {order}",
            "Wrong amount on the bill of {order}",
            "A warranty case?",
        ),
        (
            "The parcel was promised for Tuesday, yet nobody came to the door.",
            "May I exchange it in the store, or do I have to send it back?",
            "The colour differs from the picture and I am not happy about that.",
            "The bill shows another amount than the checkout did.",
            "I waited on the telephone for half an hour and then the line dropped.",
            "After three weeks the refund is still missing from my account.",
            "Please put our company's name on the invoice.",
            "Could somebody call me? Evenings suit me best.",
        ),
        "On {when}, Customer service <{address}> wrote:",
        "Kind regards,",
    ),
    "de": Language(
        "Guten Tag,",
        ("Bestellung {order} ist nicht angekommen", "Rücksendung {order}", "Rechnung zu {order}", "Garantiefall?"),
        (
            "Das Päckchen sollte am Dienstag kommen, es war aber niemand an der Tür.",
            "Kann ich den Artikel im Geschäft umtauschen oder muss ich ihn zurückschicken?",
            "Die Farbe weicht vom Foto ab, das gefällt mir überhaupt nicht.",
            "Auf der Rechnung steht ein anderer Betrag als beim Bezahlen.",
            "Nach drei Wochen fehlt die Rückzahlung noch immer auf meinem Konto.",
            "Könnten Sie mich bitte zurückrufen? Abends erreichen Sie mich am besten.",
        ),
        "Am {when} schrieb Kundendienst <{address}>:",
        "Mit freundlichen Grüßen",
    ),
}
FILES = (("kassabon.pdf", "application/pdf"), ("photo.jpg", "image/jpeg"), ("Gerät kaputt.png", "image/png"))


@dataclass(frozen=True)
class Customer:
    """Somebody who writes."""

    name: str
    address: str
    phone: str
    language: Language


@dataclass(frozen=True)
class Mail:
    """One mail and when it arrived."""

    at: datetime
    data: bytes


@dataclass
class Story:
    """One matter: its mails name each other."""

    number: int
    customer: Customer
    order: str
    subject: str
    at: datetime
    ids: list[str] = field(default_factory=list)
    text: str = ""


def mails(count: int, customers: int = 4_000, seed: int = 1, start: datetime = START) -> Iterator[Mail]:
    """Yield `count` mails, about in order of time; a few customers write often, most of them seldom."""
    rng = random.Random(seed)
    people = [_customer(rng, number) for number in range(customers)]
    stories: list[Story] = []
    for index in range(count):
        if not stories or rng.random() < NEW_STORY:
            stories.append(_story(rng, people, len(stories) + 1, start + timedelta(minutes=MINUTES * index)))
            story = stories[-1]
        else:
            story = rng.choice(stories[-OPEN_STORIES:])
        yield _mail(rng, story)


def write_maildir(folder: Path, count: int, customers: int = 4_000, seed: int = 1, start: datetime = START) -> int:
    """Fill a Maildir, each file as old as its mail, and return its size in bytes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    size = 0
    for index, mail in enumerate(mails(count, customers, seed, start)):
        stamp = mail.at.timestamp()
        path = folder / "cur" / f"{int(stamp)}.M{index:07d}P1.bench,S={len(mail.data)}:2,S"
        path.write_bytes(mail.data)
        os.utime(path, (stamp, stamp))
        size += len(mail.data)
    return size


def _customer(rng: random.Random, number: int) -> Customer:
    language = LANGUAGES[rng.choices(("nl", "en", "de"), (6, 3, 1))[0]]
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    return Customer(name, f"customer{number}@{rng.choice(HOSTS)}", f"+31 6 {rng.randrange(10**8):08d}", language)


def _story(rng: random.Random, people: list[Customer], number: int, at: datetime) -> Story:
    customer = people[int(rng.paretovariate(1.1) * 8) % len(people)]
    order = f"SO-{rng.randrange(10**6):06d}"
    return Story(number, customer, order, rng.choice(customer.language.subjects).format(order=order), at)


def _mail(rng: random.Random, story: Story) -> Mail:
    """Write the next mail of a story."""
    story.at += timedelta(minutes=rng.randrange(4, 2_500))
    charset = rng.choice(("utf-8", "utf-8", "utf-8", "iso-8859-1", "windows-1252"))
    content_type, content = _content(rng, *_text(rng, story), charset)
    if rng.random() < WITH_FILE:
        content_type, content = _join(rng, "mixed", (_part(content_type, content), _file(rng)))
    head = _head(rng, story, charset)
    return Mail(story.at, "\r\n".join(head).encode("ascii") + b"\r\n" + _part(content_type, content))


def _text(rng: random.Random, story: Story) -> tuple[str, str]:
    """Return what a mail says and what it quotes, and remember the whole for the next one to quote."""
    customer, language = story.customer, story.customer.language
    said = [language.greeting, "", *rng.choices(language.sentences, k=rng.randrange(2, 7)), "", story.order]
    if rng.random() < 0.0005:
        said.append(RARE)
    own = "\n".join([*said, "", language.closing, "-- ", customer.name, customer.phone, ""])
    quoted = ""
    if story.text:
        line = language.quoting.format(when=story.at.strftime("%d-%m-%Y %H:%M"), address=SUPPORT)
        quoted = f"\n{line}\n" + "".join(f"> {row}\n" for row in story.text.splitlines())
    story.text = (own + quoted)[:3_000]
    return own, quoted


def _head(rng: random.Random, story: Story, charset: str) -> list[str]:
    sender, date = story.customer.address, format_datetime(story.at)
    subject = f"Re: {story.subject}" if story.ids else story.subject
    message_id = f"<{story.number}.{len(story.ids)}.{rng.getrandbits(48):012x}@{sender.partition('@')[2]}>"
    head = [
        f"Received: from relay{rng.randrange(8)}.example by mx.shop.example; {date}",
        f"From: {_words(story.customer.name, charset)} <{sender}>",
        f"To: Support <{SUPPORT}>",
        f"Subject: {_words(subject, charset)}",
        f"Date: {date}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
    ]
    if story.ids:
        head += [f"In-Reply-To: {story.ids[-1]}", "References: " + "\r\n ".join(story.ids[-10:])]
    story.ids.append(message_id)
    return head


def _content(rng: random.Random, own: str, quoted: str, charset: str) -> tuple[str, bytes]:
    """Return a plain text, or a plain text and its HTML twin, as content type and content."""
    encoding = rng.choice(("quoted-printable", "base64"))
    plain = (f"text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}", own + quoted)
    texts = [plain]
    if rng.random() < WITH_HTML:
        rows = "".join(f'<p style="margin:0;color:#333">{html.escape(row)}</p>\n' for row in own.splitlines())
        quote = f"<blockquote>{html.escape(quoted)}</blockquote>" if quoted else ""
        page = f"<html><body>{rows}{quote}<img src='https://pixel.example/{rng.getrandbits(32):x}'></body></html>"
        texts.append((f"text/html; charset={charset}\r\nContent-Transfer-Encoding: {encoding}", page))
    parts = [(kind, _encode(text, charset, encoding)) for kind, text in texts]
    return parts[0] if len(parts) == 1 else _join(rng, "alternative", [_part(*part) for part in parts])


def _file(rng: random.Random) -> bytes:
    name, kind = rng.choice(FILES)
    named = f'filename="{name}"' if name.isascii() else "filename*=utf-8''Ger%C3%A4t%20kaputt.png"
    head = f"{kind}\r\nContent-Disposition: attachment; {named}\r\nContent-Transfer-Encoding: base64"
    data = base64.encodebytes(rng.randbytes(rng.randrange(4_000, 150_000)))
    return _part(head, data.replace(b"\n", b"\r\n"))


def _join(rng: random.Random, kind: str, parts: list[bytes] | tuple[bytes, ...]) -> tuple[str, bytes]:
    boundary = f"=_{rng.getrandbits(80):020x}"
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'multipart/{kind}; boundary="{boundary}"', body


def _part(content_type: str, content: bytes) -> bytes:
    return f"Content-Type: {content_type}\r\n\r\n".encode("ascii") + content


def _encode(text: str, charset: str, encoding: str) -> bytes:
    data = text.encode(charset, "replace").replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return quopri.encodestring(data)
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _words(text: str, charset: str) -> str:
    if text.isascii():
        return text
    try:
        return Header(text, charset).encode(linesep="\r\n")
    except UnicodeEncodeError:
        return Header(text, "utf-8").encode(linesep="\r\n")


def main() -> None:
    """Write the Maildir that the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--out", required=True, type=Path, help="the Maildir to make")
    ask.add_argument("--messages", type=int, default=20_000)
    ask.add_argument("--customers", type=int, default=4_000)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--start", type=datetime.fromisoformat, default=START, help="when the first matter begins")
    said = ask.parse_args()
    size = write_maildir(said.out, said.messages, said.customers, said.seed, said.start)
    print(f"{said.messages} mails, {size / 1e6:.1f} MB -> {said.out}")


if __name__ == "__main__":
    main()
