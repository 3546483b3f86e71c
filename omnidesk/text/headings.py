"""What the columns of people's tables are called, in Dutch, English and German. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from omnidesk.text.fold import fold

CUSTOMER: Mapping[str, str] = {
    "email": "email, e-mail, mail, e-mailadres, emailadres, mailadres, email address, e-mail address, e-mail-adresse, "
             "emailadresse, mailadresse, klant e-mail, customer email",
    "phone": "phone, telephone, telefoon, telefoonnummer, tel, telnr, phone number, telephone number, telefon, "
             "telefonnummer, mobile, mobile phone, mobiel, mobiele telefoon, mobiel nummer, gsm, 06, handy, mobil, "
             "mobilnummer, mobiltelefon, rufnummer, telefoon mobiel, telefoon vast, phone 1, phone 2, telefoon 2",
    "name": "name, naam, full name, volledige naam, vollständiger name, klant, klantnaam, customer, customer name, "
            "contact, contactpersoon, contact name, kunde, kundenname, ansprechpartner",
    "first_name": "first name, firstname, voornaam, vorname, given name, roepnaam",
    "infix": "infix, tussenvoegsel, tussenvoegsels, voorvoegsel, voorvoegsels, prefix",
    "last_name": "last name, lastname, surname, achternaam, familienaam, family name, nachname, familienname",
    "company": "company, company name, bedrijf, bedrijfsnaam, organisatie, organization, organisation, firma, "
               "firmenname, unternehmen, organisatienaam",
    "language": "language, taal, sprache, taalcode, lang, locale, voorkeurstaal",
    "preferred_channel": "preferred channel, voorkeurskanaal, kanaal, channel, kanal, bevorzugter kanal",
    "vip": "vip",
    "tags": "tags, tag, labels, label, groep, groepen, group, groups, schlagworte, stichworte, etiketten",
}  # fmt: skip
"""The columns of customers."""

ORDER: Mapping[str, str] = {
    "number": "number, order, order number, ordernumber, orderno, order no, order nr, ordernr, ordernummer, "
              "bestelnummer, bestelling, bestellnummer, bestellnr, auftragsnummer, auftrag, order name, reference",
    "id": "id, order id, orderid, order key, uuid",
    "status": "status, order status, orderstatus, state, bestelstatus, bestellstatus, auftragsstatus",
    "at": "date, order date, orderdate, orderdatum, besteldatum, datum, bestelldatum, created, created at, created on, "
          "placed at, ordered at, aangemaakt, erstellt, date created",
    "updated_at": "updated, updated at, updated on, modified, modified at, last modified, date modified, gewijzigd, "
                  "gewijzigd op, laatst gewijzigd, geändert, geändert am, aktualisiert, changed at",
    "currency": "currency, currency code, valuta, munt, währung, waehrung",
    "total": "total, total price, grand total, amount, totaal, totaalbedrag, bedrag, orderbedrag, gesamt, "
             "gesamtbetrag, gesamtsumme, betrag, summe, total incl, order total",
    "refunded": "refunded, refund, refund total, terugbetaald, terugbetaling, erstattet, erstattung",
    "payment": "payment, payment status, paid, betaald, betaalstatus, betaling, financial status, bezahlt, "
               "zahlungsstatus, zahlstatus",
    "payment_method": "payment method, betaalmethode, betaalwijze, zahlungsart, zahlart, zahlungsmethode",
    "delivery": "delivery, delivery status, shipping status, fulfillment status, levering, leverstatus, "
                "bezorgstatus, verzendstatus, lieferstatus, versandstatus",
    "delivery_method": "delivery method, shipping method, verzendmethode, verzendwijze, bezorgmethode, versandart, "
                       "lieferart",
    "tracking": "tracking, tracking number, tracking code, trackingcode, track and trace, track & trace, barcode, "
                "trackingnummer, sendungsnummer, zendingsnummer, trackingnumber, pakketnummer, paketnummer",
    "tracking_url": "tracking url, tracking link, trackingurl, track and trace link, sendungsverfolgung",
    "carrier": "carrier, shipper, vervoerder, bezorger, spediteur, versanddienstleister, tracking company",
    "parcel_status": "parcel status, shipment status, pakketstatus, paketstatus, sendungsstatus",
    "return_status": "return, return status, retour, retourstatus, retoure, rücksendung, ruecksendung",
    "return_number": "return number, rma, retournummer, retourennummer",
    "email": CUSTOMER["email"] + ", customer email address, billing email",
    "phone": CUSTOMER["phone"] + ", billing phone",
    "name": "name, naam, customer, customer name, klant, klantnaam, full name, kunde, kundenname, billing name, "
            "recipient, ontvanger, empfänger, volledige naam",
    "first_name": CUSTOMER["first_name"] + ", billing first name",
    "last_name": CUSTOMER["last_name"] + ", billing last name",
    "company": CUSTOMER["company"],
    "street": "street, address, adres, straat, strasse, straße, adresse, anschrift, address 1, address1, straatnaam",
    "postcode": "postcode, post code, zip, zip code, postal code, plz, postleitzahl",
    "city": "city, town, plaats, woonplaats, stad, ort, stadt",
    "country": "country, land, country code, landcode",
    "note": "note, customer note, remark, remarks, comment, opmerking, opmerkingen, notitie, bemerkung, kommentar, "
            "anmerkung, hinweis",
    "url": "url, link, order url, admin url",
    "return_url": "return url, return link, retourlink, retourenlink",
    "lines": "lines, items, line items, lineitems, order lines, orderlines, order items, products, regels, "
             "orderregels, artikelen, producten, positionen, artikel, produkte",
    "line.name": "product, product name, productnaam, item, item name, title, omschrijving, description, artikelnaam, "
                 "artikelomschrijving, bezeichnung, produkt, produktname, artikelbezeichnung, artikel",
    "line.quantity": "quantity, qty, aantal, menge, anzahl, stück, stuks",
    "line.sku": "sku, article number, artikelnummer, artikelnr, artikelcode, product code, productcode, item number",
    "line.total": "line total, line price, regelbedrag, regeltotaal, prijs, price, stukprijs, preis, einzelpreis, "
                  "positionspreis",
}  # fmt: skip
"""The fields of orders."""


def plain(heading: str) -> str:
    """Return a heading as it is compared: `E-mailadres` is `e mailadres`, `orderNumber` is `order number`."""
    return fold(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", heading))


def guess(headings: Sequence[str], vocabulary: Mapping[str, str]) -> dict[str, list[int]]:
    """Return which columns hold which field, by their headings; a column has one field, a field perhaps several."""
    known = _known(tuple(vocabulary.items()))
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        if (meant := known.get(_bare(heading))) is not None:
            found.setdefault(meant, []).append(place)
    return found


@lru_cache(8)
def _known(vocabulary: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for field, words in vocabulary:
        for one in words.split(","):
            known.setdefault(_bare(one), field)
    return known


@lru_cache(4_000)
def _bare(heading: str) -> str:
    return plain(heading).replace(" ", "")
