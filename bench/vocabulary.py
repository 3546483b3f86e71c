"""Words as a desk reads them: a few in every message, most of them seldom, in Dutch, English and German.

The frequency of a word falls with its rank as Zipf found (about 1/rank). The common ones are real; the long tail is
made of two of them joined, as Dutch and German do. A text is a slice of one long stream of such words, so making it
costs nothing.
"""

from __future__ import annotations

import random
from itertools import accumulate

COMMON = {
    "nl": """de het een ik en is niet van dat op te in mijn voor met er maar heb wat aan zijn nog dit bij
        pakket bestelling winkel graag geld terug rekening artikel bezorgd dagen week levering adres klant
        vraag antwoord kapot ruilen retour factuur betaling foto doos kleur maat garantie telefoon bericht
        wachten morgen gisteren vandaag deur buren bezorger verzending kosten korting bon code scherm stekker
        lamp fiets stoel tafel kast jas schoen broek boek ketel koffie thee bord glas knop deksel slang filter
        accu lader kabel hoes riem wiel rem zadel bel band""",
    "en": """the I to and a is it of my for in that not was you have this with on but be your parcel order
        shop please money back bill item delivered days week delivery address customer question answer broken
        exchange return invoice payment photo box colour size warranty telephone message waiting tomorrow
        yesterday today door neighbour courier shipping costs discount voucher code screen plug lamp bicycle
        chair table cupboard coat shoe trousers book kettle coffee tea plate glass button lid hose filter
        battery charger cable cover strap wheel brake saddle bell""",
    "de": """die der und ich ist das nicht es in zu den mit ein von auf für habe mir noch aber war wie Paket
        Bestellung Geschäft bitte Geld zurück Rechnung Artikel geliefert Tage Woche Lieferung Adresse Kunde
        Frage Antwort kaputt Umtausch Rückgabe Zahlung Foto Karton Farbe Größe Garantie Telefon Nachricht
        warten morgen gestern heute Tür Nachbar Bote Versand Kosten Rabatt Gutschein Code Bildschirm Stecker
        Lampe Fahrrad Stuhl Tisch Schrank Mantel Schuh Hose Buch Kessel Kaffee Tee Teller Glas Knopf Deckel
        Schlauch Filter Akku Ladegerät Kabel Gurt Rad""",
}  # fmt: skip
TAIL = 6_000
"""Joined words of each language."""
STREAM = 200_000
"""Words in the stream of each language."""
WEIGHT, SHIFT = 1.05, 2.7
"""Zipf's exponent and Mandelbrot's shift."""
SENTENCE = (4, 15)


def stream(language: str, seed: int) -> list[str]:
    """Return one long text as words, with stops and capitals; the same seed always gives the same."""
    rng = random.Random(f"{seed} {language}")
    words = ranked(language, rng)
    weights = list(accumulate((rank + SHIFT) ** -WEIGHT for rank in range(1, len(words) + 1)))
    said = rng.choices(words, cum_weights=weights, k=STREAM)
    at = 0
    while at < len(said):
        end = min(at + rng.randint(*SENTENCE), len(said))
        said[at] = said[at][0].upper() + said[at][1:]
        said[end - 1] += "."
        at = end
    return said


def ranked(language: str, rng: random.Random) -> list[str]:
    """Return the words of a language, the most frequent first."""
    common = COMMON[language].split()
    long = [word.lower() for word in common if len(word) > 3]
    joined = dict.fromkeys(rng.choice(long) + rng.choice(long) for _ in range(2 * TAIL))
    return [*common, *list(joined)[:TAIL]]
