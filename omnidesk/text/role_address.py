"""E-mail addresses of a role, which many people use: info@, sales@, kundenservice@."""

from __future__ import annotations

ROLES = frozenset((
    "info", "contact", "hello", "office", "mail", "post", "admin", "sales", "support", "service", "help", "team",
    "orders", "order", "accounts", "accounting", "billing", "invoice", "invoices", "finance", "purchasing", "hr",
    "jobs", "reception", "shop", "store", "webshop", "marketing", "press", "privacy", "legal", "returns", "desk",
    "administratie", "boekhouding", "facturen", "facturatie", "financien", "inkoop", "verkoop", "klantenservice",
    "receptie", "secretariaat", "winkel", "bestellingen", "retouren", "personeelszaken",
    "kontakt", "buero", "buchhaltung", "rechnung", "rechnungen", "einkauf", "verkauf", "vertrieb", "kundenservice",
    "kundendienst", "empfang", "sekretariat", "bestellung", "bestellungen", "zentrale", "verwaltung", "bewerbung",
))  # fmt: skip
"""Local parts in English, Dutch and German."""


def is_role(address: str) -> bool:
    """Say whether an e-mail address in normal form is that of a role."""
    local = address.partition("@")[0].partition("+")[0]
    return local in ROLES or local.replace("-", "").replace(".", "").replace("_", "") in ROLES
