"""Lines of a mail's header as mail programs write them into a text, in many languages: `Van: Anna <a@x.nl>`."""

from __future__ import annotations

import re

FROM = re.compile(
    r"(?i)[\s*]*(?:From|Van|Von|De la|De|Da|Från|Fra|Lähettäjä|Od|Feladó|От|Від|Gönderen|Kimden|Από|Šalje|Pošiljatelj|"
    r"Saatja|No|Nuo|Từ|Dari|จาก|מאת|من|发件人|寄件者|差出人|보낸 사람)\s*\*?\s*[:：]\s*\*?\s*\S"
)
_WHEN_WORDS = (
    "Sent|Date|Verzonden|Datum|Gesendet|Envoyé|Enviado(?: el| em)?|Enviada em|Fecha|Data|Inviato|Skickat|Sendt|Dato|"
    "Lähetetty|Päivämäärä|Wysłano|Odesláno|Odoslané|Elküldve|Dátum|Отправлено|Дата|Надіслано|Изпратено|Gönderildi|Tarih|"
    "Trimis|Στάλθηκε|Ημερομηνία|Poslano|Saadetud|Nosūtīts|Išsiųsta|Đã gửi|Ngày|Terkirim|Tanggal|ส่ง|נשלח|תאריך|"
    "تم الإرسال|التاريخ|发送时间|日期|寄件日期|送信日時|日時|보낸 날짜|날짜"
)
_TO_WORDS = (
    "To|Aan|An|À|A|Para|Till|Til|Vastaanottaja|Do|Komu|Címzett|Кому|До|Kime|Către|Προς|Prima|Za|Kellele|Kam|Kam|Kepada|"
    "Tới|ถึง|אל|إلى|收件人|收件者|宛先|받는 사람"
)
_SUBJECT_WORDS = (
    "Subject|Onderwerp|Betreff|Objet|Asunto|Assunto|Oggetto|Ämne|Emne|Aihe|Temat|Předmět|Predmet|Tárgy|Тема|Относно|Konu|"
    "Subiect|Θέμα|Teema|Tēma|Tema|Chủ đề|Perihal|Subjek|เรื่อง|נושא|الموضوع|主题|主旨|件名|제목"
)
HEADER = re.compile(
    rf"(?i)[\s*]*(?:(?P<when>{_WHEN_WORDS})|(?P<to>{_TO_WORDS})|(?P<subject>{_SUBJECT_WORDS})|Cc|CC|Kopie|Copie)"
    r"\s*\*?\s*[:：]"
)
_CLOCK = re.compile(r"\d{1,2}:\d\d:\d\d [+-]\d{4}\b")
_LABEL = re.compile(r"[\s*]*[^\s:：][^:：\n]{0,30}[:：]\s*\*?\s*\S")


def begins_block(lines: list[str], index: int) -> bool:
    """Whether header lines begin on this line: who wrote, and two others, the time or the subject among them; or an
    address and a time to the second."""
    if not (FROM.match(lines[index]) or HEADER.match(lines[index])):
        return False
    names: dict[str, str] = {}
    for line in lines[index : index + 7]:
        if found := HEADER.match(line):
            names.setdefault(found.lastgroup or "other", line)
        elif FROM.match(line):
            names.setdefault("from", line)
    if "from" in names and len(names) >= 3 and names.keys() & {"when", "subject"}:
        return True
    who, when = names.get("from") or names.get("to") or "", names.get("when", "")
    return "@" in who and _CLOCK.search(when) is not None  # two lines, as only programs write them


def follows(lines: list[str], index: int) -> bool:
    """Whether two header lines follow on this line."""
    below = [line for line in lines[index + 1 : index + 5] if line.strip()][:2]
    return len(below) == 2 and all(FROM.match(line) or HEADER.match(line) for line in below)


def labels_follow(lines: list[str], index: int) -> bool:
    """Whether three header lines follow, in whatever language."""
    below = [line for line in lines[index + 1 : index + 8] if line.strip()][:3]
    return len(below) == 3 and all(_LABEL.match(line) for line in below)


def value(line: str) -> str:
    """Return what stands behind a header line's label."""
    return re.split("[:：]", line, maxsplit=1)[-1].strip(" *\t\xa0")
