"""The line that a telephone or a mail program puts under a message: `Sent from my iPhone`, in many languages."""

from __future__ import annotations

import re

LONGEST = 110
"""Characters in such a line."""

_DEVICE = re.compile(
    r"(?i)iphon|ipad|ipod|android|samsung|galaxy|blackberry|nokia|huawei|xiaomi|redmi|oneplus|pixel|xperia|\bhtc\b|"
    r"motorola|smartphone|mobile|mobil|handy|tablet|outlook|mail|yahoo|proton|spark|windows|\bios\b|appareil|"
    r"dispositivo|telefon|téléphone|teléfono|телефон|почт"
)
_BEGIN = re.compile(
    r"(?i)[\s<\[*_]*(?:sent (?:from|via|using|with|on|by) |verstuurd (?:vanaf|vanuit|met|via) |"
    r"verzonden (?:vanaf|vanuit|met|via) |gesendet (?:von|mit|über|via) |von mein\w* .{2,40}gesendet|"
    r"diese (?:nachricht|e-?mail) wurde .{3,70}gesendet|envoyée? (?:de|depuis|à partir|avec|par|via)[ d]|"
    r"enviad[oa] (?:desde|con|do|da|de|pelo|com) |enviat (?:des|amb) |inviat[oa] (?:da|dal|dalla|con|tramite) |"
    r"skickat (?:från|med) |sendt (?:fra|via|med) |lähetetty |wysłan[eoy] (?:z|za) |odesláno (?:z|pomocí) |"
    r"odoslané (?:z|pomocou) |poslan[oa] (?:z|s|sa) |отправлено (?:с|из|через) |надіслано (?:з|із) |изпратено от |"
    r"trimis (?:de pe|din|de la) |στάλθηκε (?:από|με) |dikirim (?:dari|menggunakan) |gửi từ |נשלח |أ?ُ?رسلت? من |"
    r"发自|從我|从我|來自我|寄自|send from )"
)
_END = re.compile(r"(?i)(?:gönderildi|から送信|より送信|에서 보냄|küldve|发送|傳送)[\s.。>\])*_]*$")
_OFFER = re.compile(
    r"(?i)[\s<\[*_]*(?:(?:get|holen sie sich|laden sie|obtener|obtén|obter|obtenha|obtenez|télécharger|ottieni|scarica|"
    r"hämta|hent|pobierz|download|skaffa) )?outlook (?:for|voor|für|para|pour|per|för|til|dla|na) "
    r"(?:ios|android|mac|mobile|windows)\b.{0,60}$|[\s*_]*yahoo mail: .{3,60}$|"
    r"[\s<\[*_]*yahoo mail (?:for|op|auf|sur|en) (?:iphone|android)\b.{0,50}$"
)
_MINE = re.compile(
    r"(?i)[\s<\[*_]*(?:sent from my|verstuurd vanaf m(?:ij|')n|verzonden (?:vanaf|met) mijn|"
    r"gesendet (?:von|mit) mei\w+|envoyé de(?:puis)? mon|"
    r"enviado desde mi|enviado do meu|inviato dal mio|skickat från min|sendt fra min) \S"
)
_PROGRAM = re.compile(
    r"(?:Sent (?:from|with|via|using)|Verzonden met|Verstuurd met|Gesendet mit|Envoyé avec|Enviado con|Inviato con|"
    r"Skickat med|Sendt med) [A-Z](?:[\w.+-]{1,20} ?){1,3}\s*$"
)
_STATEMENT = re.compile(r"(?i)\b(?:werkt|works?|funktioniert|marche|funciona|please|graag|bitte)\b|\?")


def is_sent_from(line: str, alone: bool = False) -> bool:
    """Say whether a line only tells which device or program a message was written with.

    A line that stands `alone` below a blank one may name a program that we do not know."""
    if len(line) > LONGEST + 100 or not line.strip():
        return False
    said = re.sub(r"\s*[<(]https?://[^<>()\s]*[>)]", "", line)
    if len(said) > LONGEST or _STATEMENT.search(said):
        return False
    if _MINE.match(said) or _OFFER.match(said):
        return True
    if alone and _PROGRAM.match(said):
        return True
    return bool(_DEVICE.search(said) and (_BEGIN.match(said) or _END.search(said)))
