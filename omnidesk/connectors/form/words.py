"""What the fields of a form are called, in the languages that it speaks: on the page and in the message."""

from __future__ import annotations

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "name": "Name",
        "email": "E-mail address",
        "phone": "Telephone",
        "order": "Order number",
        "topic": "Topic",
        "subject": "Subject",
        "message": "Message",
        "files": "Files",
    },
    "nl": {
        "name": "Naam",
        "email": "E-mailadres",
        "phone": "Telefoon",
        "order": "Bestelnummer",
        "topic": "Waar gaat het over",
        "subject": "Onderwerp",
        "message": "Bericht",
        "files": "Bestanden",
    },
    "de": {
        "name": "Name",
        "email": "E-Mail-Adresse",
        "phone": "Telefon",
        "order": "Bestellnummer",
        "topic": "Worum geht es",
        "subject": "Betreff",
        "message": "Nachricht",
        "files": "Dateien",
    },
}
