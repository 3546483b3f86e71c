"""The stories of the demo, which its docs and pictures share. All names, addresses and numbers are made up.

The first is that of the console's picture: Bram mails on Monday, phones on Tuesday, and asks again by WhatsApp.
"""

from __future__ import annotations

from omnidesk.demo.photo import shoe
from omnidesk.demo.script import (
    CHAT,
    DAY,
    HOUR,
    MAIL,
    PHONE,
    SMS,
    WHATSAPP,
    Did,
    Person,
    Said,
    Step,
    ask,
    assign,
    close,
    describe,
    draft,
    hold,
    merge_into,
    note,
    priority,
    promise,
    reply,
    same_person,
    snooze,
    spam,
    tag,
)
from omnidesk.words.kinds import Priority, Status

ANNA = Person("Anna Jansen", phone="+31 6 0012 3488")
BRAM = Person("Bram de Vries", "bram@devries.example", "+31 6 0012 1234")
FORGER = Person("Directie Schoenenwinkel", "directie@sh0p.example")
INGRID = Person("Ingrid Larsen", "ingrid@larsen.example")
JAN = Person("Jan de Boer", "jan@sportclub.example")
KEES = Person("Kees Vos", "kees.vos@bedrijf.example")
KELLER = Person("Dr. Ulrike Keller", "u.keller@kanzlei-keller.example", "+49 171 3920042")
LOTTE = Person("Lotte Bos", "lotte.bos@post.example")
NOOR = Person("Noor Ali", "noor.ali@mail.example")
OMAR = Person("Omar El Idrissi", "omar@idrissi.example", "+31 6 0012 7710")
PIET = Person("Piet Smit", "piet.smit@post.example")
RUTH = Person("Ruth Adler", "r.adler@sportpunkt.example")
SALE = Person("Mega Deals", "win@megadeals.example")
TOM = Person("Tom Hendriks", "tom@hendrik.example")
FATIMA = Person("Fatima Zahra", "fatima@zahra.example", "+31 6 0012 5567")
VISITOR = Person("Visitor 81", visitor="visitor-81")
LEAVER = Person("Visitor 64", visitor="visitor-64")
YARA = Person("Yara Nguyễn", phone="+44 7700 900142")

_ORDERED = "On 9 November I wrote:\nHi,\nI ordered one pair of boots, size 42, and laces.\nCan you confirm?\n"
_CONFIRMED = "Order NL-10234\n1 boot 42\n1 laces\nEUR 84,95, paid\n"

BRAMS = (
    Said(23 * DAY, MAIL, BRAM, "The boots are too small. Can I send them back?", "Return of my boots"),
    Said(23 * DAY - 50, MAIL, BRAM, "Hello Bram, of course: the label is attached. Koen", "Return", by="Koen"),
    Did(22 * DAY, "koen", (BRAM.mail,), close),
    Said(12 * DAY, WHATSAPP, BRAM, "Hi, does my voucher of 10 euro still work?"),
    Said(12 * DAY - 6, WHATSAPP, BRAM, "Hi Bram, yes, until the end of the year. Mila", by="Mila"),
    Did(12 * DAY - 60, "mila", (BRAM.phone,), close),
    Said(
        1840,
        MAIL,
        BRAM,
        "Hello,\n\nI placed an order last week and it has not arrived.\nCan you tell me where it is?\n\nBram de Vries",
        "Where is my order NL-10234?",
        quoted=_ORDERED + _CONFIRMED,
        files=(("photo.png", "image/png", shoe()),),
    ),
    Said(1839, MAIL, BRAM, "We have your mail and answer within a working day.", "Re: Where is my order NL-10234?",
         by="Automatic answer", auto="auto_reply"),
    Did(1800, "koen", (BRAM.mail,), describe(vip=True, language="nl", preferred_channel="whatsapp")),
    Did(1799, "koen", (BRAM.mail,), assign("")),
    Said(109, PHONE, BRAM, "Asked again. Koen promised an answer before 17:00.", by="Koen", talked=252),
    Did(105, "koen", (BRAM.phone,), merge_into(BRAM.mail)),
    Did(104, "koen", (BRAM.mail,), priority(Priority.HIGH)),
    Did(103, "koen", (BRAM.mail,), note("Warehouse says Thursday. @{me} will you tell him?")),
    Did(102, "koen", (BRAM.mail,), promise(68)),
    Did(92, "koen", (BRAM.mail,), ask("claims@postnl.example", "Please trace 3SABC1234, it left us a week ago.")),
    Said(72, WHATSAPP, BRAM, "Any news? I need it before Friday. NL-10234"),
    Did(71, "koen", (BRAM.phone,), merge_into(BRAM.mail)),
    Did(70.5, "koen", (BRAM.mail,), same_person(BRAM.phone)),
    Did(70, "koen", (BRAM.mail,), tag("delivery")),
)  # fmt: skip
"""Bram mails on Monday, phones on Tuesday, asks by WhatsApp: one conversation, one customer, three channels."""

MISSED = (Said(22, PHONE, ANNA, "", rang=24),)
"""Anna phones and nobody answers."""

CHATS = (
    Said(0, CHAT, VISITOR, "Do you have 42 in the shop?"),
    Did(0, "bo", (VISITOR.visitor,), assign("")),
    Said(95, CHAT, LEAVER, "hello? is the brown boot waterproof"),
    Said(94, CHAT, LEAVER, "Hi, it is: waxed leather and a welted sole. Which size do you need? Bo", by="Bo"),
    Said(92, CHAT, LEAVER, "The visitor left the chat.", auto="auto_reply"),
    Did(91, "bo", (LEAVER.visitor,), assign("bo")),
)
"""One visitor waits; another left before Bo's answer was read."""

PARCELS = (
    Said(483, MAIL, PIET,
         "Volgens PostNL is mijn pakket bezorgd, maar ik heb niets ontvangen. Bestelling NL-10377.",
         "Pakket niet ontvangen"),
    Said(430, MAIL, PIET, "Ook bij de buren is niets afgegeven. Kunt u dit uitzoeken?", "Re: Pakket niet ontvangen"),
    Said(3 * DAY, MAIL, NOOR, "The parcel was damaged and one shoe is torn. A photo is attached.",
         "Claim 3SDEF damaged parcel", files=(("torn.png", "image/png", shoe(torn=True)),)),
    Did(3 * DAY - 20, "koen", (NOOR.mail,), assign("koen")),
    Did(3 * DAY - 30, "koen", (NOOR.mail,), reply("Dear Noor, I am sorry. We claim it with the carrier and send you a "
                                                  "new pair today.")),
    Did(2 * DAY, "koen", (NOOR.mail,), hold("PostNL", 2 * DAY)),
    Did(2 * DAY - 1, "koen", (NOOR.mail,), note("Claim 3SDEF filed with PostNL, they answer within four days.")),
)  # fmt: skip
"""A parcel that nobody got, and one that came torn: the carrier is asked."""

MONEY = (
    Said(21.8 * HOUR, WHATSAPP, OMAR, "You promised my refund for NL-10102 two weeks ago, it is still not there!"),
    Did(21.7 * HOUR, "mila", (OMAR.phone,), tag("refund")),
    Did(21.6 * HOUR, "mila", (OMAR.phone,), reply("Hi Omar, I am sorry. I ask the bank, you hear from me tomorrow.",
                                                  Status.OPEN)),
    Did(21.5 * HOUR, "mila", (OMAR.phone,), promise(130)),
    Did(21.4 * HOUR, "mila", (OMAR.phone,), note("Asked the bank. His WhatsApp window closes a day after he wrote.")),
    Said(250, MAIL, KEES, "Guten Tag,\n\ndie Rechnung 2231 stimmt nicht: der Rabatt von 10 % fehlt.\n\nKees Vos",
         "AW: Rechnung 2231"),
    Said(249, MAIL, KEES, "Anbei noch einmal der Auftrag.", "AW: Rechnung 2231",
         files=(("auftrag-2231.txt", "text/plain", b"Auftrag 2231\n24 Paar Stiefel\nRabatt 10 %\n"),)),
    Said(5 * DAY, MAIL, JAN, "We would like 24 pairs of shoes for our club. Can you make an offer?",
         "Offer for the sports club"),
    Did(5 * DAY - 100, "", (JAN.mail,), reply("Hello Jan,\n\nWith pleasure: 24 pairs, 15 % off, delivered in a week.")),
    Said(310, MAIL, JAN, "That is good. Can we also have the logo on them? And is the price with tax?",
         "Re: Offer for the sports club"),
    Did(200, "", (JAN.mail,), draft("Hello Jan,\n\nThe logo is possible from 20 pairs on: 4 euro a pair. ")),
)  # fmt: skip
"""A refund that has not come while the window for an answer closes, an invoice, and an offer half written."""

RETURNS = (
    Said(400, MAIL, LOTTE, "Kan ik mijn bestelling NL-99 in de winkel in Utrecht retourneren?", "Return NL-99"),
    Did(390, "koen", (LOTTE.mail,), assign("koen")),
    Did(389, "koen", (LOTTE.mail,), tag("return", "shop")),
    Said(26 * HOUR, SMS, FATIMA, "maat 39 valt te klein, kan ik ruilen voor 40?"),
    Did(25.9 * HOUR, "", (FATIMA.phone,), reply("Dag Fatima, dat kan. Maat 40 komt morgen binnen, ik laat het weten.")),
    Did(25.8 * HOUR, "", (FATIMA.phone,), snooze(17 * HOUR)),
    Said(40, WHATSAPP, YARA, "The sole came off after three weeks 😞 is this covered?",
         files=(("sole.png", "image/png", shoe(torn=True)),)),
)  # fmt: skip
"""Returns: one for the shop, one put aside until tomorrow, one with a photo."""

TROUBLE = (
    Said(3 * HOUR, MAIL, KELLER, "Sehr geehrte Damen und Herren,\n\nich warte seit drei Wochen auf meine Bestellung "
         "DE-20417. Das ist inakzeptabel!\n\nDr. Ulrike Keller", "DE-20417: KEINE LIEFERUNG"),
    Did(170, "mila", (KELLER.mail,), describe(vip=True, language="de", company="Kanzlei Keller")),
    Said(65, MAIL, KELLER, "ICH HABE NOCH IMMER KEINE ANTWORT. Wenn bis heute Abend nichts kommt, storniere ich alles.",
         "AW: DE-20417: KEINE LIEFERUNG"),
    Did(60, "mila", (KELLER.mail,), priority(Priority.URGENT)),
    Did(59, "mila", (KELLER.mail,), tag("angry")),
    Said(75, MAIL, FORGER, "Beste collega,\n\nBetaal deze rekening vandaag nog, het is dringend. Bel niet, ik zit in "
         "vergadering.\n\nDe directie", "Dringend: rekening voldoen", auth="fail",
         reply_to="directie@snelbetaald.example",
         files=(("rekening.pdf.html", "text/html", b"<script>location='https://snelbetaald.example'</script>"),)),
    Said(30 * HOUR, MAIL, TOM, "Which boots do you advise for a stay in the mountains?", "Advice please"),
    Did(200, "", (TOM.mail,), reply("Hello Tom, take the Alm: it is lined and has a stiff sole. In stock in 43.")),
    Said(198, MAIL, TOM, "Delivery to tom@hendrik.example failed for good: 550 5.1.1 no such user.",
         "Undelivered mail returned to sender", bounces="550 5.1.1 no such user here"),
    Said(7 * HOUR, MAIL, RUTH, "Wann ist der neue Katalog da?", "Katalog"),
    Did(6 * HOUR, "bo", (RUTH.mail,), reply("Guten Tag Frau Adler, der Katalog kommt am 1. Dezember. Bo")),
    Said(6 * HOUR - 1, MAIL, RUTH, "Ich bin bis Montag nicht im Büro und lese keine Mail.",
         "Abwesend: AW: Katalog", auto="auto_reply"),
    Said(2 * DAY, MAIL, SALE, "You have won 10.000 euro! Click here to claim.", "!!! WINNER !!!"),
    Did(2 * DAY - 30, "bo", (SALE.mail,), spam),
)  # fmt: skip
"""An angry VIP, a forged sender, an answer that came back, one that a machine answered, and spam."""

PRAISE = (
    Said(2.2 * DAY, MAIL, INGRID, "My boots squeak. Is there a trick?", "Squeaking boots"),
    Did(2.1 * DAY, "", (INGRID.mail,), reply("Hello Ingrid, a little talcum under the insole helps in most cases.")),
    Said(1.4 * DAY, MAIL, INGRID, "Score 5 of 5. It worked! Fast and friendly, I did not have to explain twice.",
         "Re: Squeaking boots"),
    Did(1.3 * DAY, "", (INGRID.mail,), close),
)  # fmt: skip
"""A matter that was closed to the customer's satisfaction."""

STORIES: tuple[Step, ...] = (*BRAMS, *MISSED, *CHATS, *PARCELS, *MONEY, *RETURNS, *TROUBLE, *PRAISE)
