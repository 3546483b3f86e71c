"""Finds what is new in a reply: quoted history and the signature are folded away.

Mail programs announce what they quote with a line ("On .. Anna wrote:") or a block of header lines (Outlook), and
mark it with `> ` or not at all. What is only forwarded stays: it is the message.
"""

from __future__ import annotations

import re

LONGEST = 300_000
"""Characters that are looked at; what lies behind stays as it is."""

# An attribution starts with one of these words, a date, or a name ..
_OPENING = re.compile(
    r"(?i)(?:>* ?)(?:-{2,} ?)?(?:On|Op|Am|Le|El|Il|Em|No dia|Den|På|Dnia|W dniu|Dne|Dňa|În data|În|Pe|Tarihinde|Vào|"
    r"Pada|Dana|V |A |На|Στις|\d{4}[-/.年]|\d{1,2}[-/.]\d|"
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|ma|di|wo|do|vr|za|zo)[a-z]*[,. ])"
)
# .. says that someone wrote, at its end or before the name ..
_WROTE = re.compile(
    r"(?i)\b(?:wrote|writes|said|schreef|geschreven|het volgende|schrieb|geschrieben|a écrit|écrit|escribió|"
    r"ha scritto|scrisse|escreveu|skrev|skrifaði|kirjoitti|kirjutas|rakstīja|rašė|napisała?|pisze|napisao|napisal[ao]?|"
    r"napísala?|napsala?|írta|a scris|yazdı|написа(?:ла?)?|пишет|пише|έγραψε|đã viết|menulis)(?:\(a\))?(?: je)?\b|"
    r"написал\(а\)|写道|寫道|のメール|が書きました|작성|님이|כתבה?|מאת|كتب|بواسطة|<[^<>\s]+@[^<>\s]+>:\s*$"
)
# .. and names a time or an address, which a sentence that happens to end in "wrote:" does not.
_EVIDENCE = re.compile(r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|[^\s@<>]{1,64}+@[^\s@<>]+|\d{1,2}[-/.]\d{1,2}[-/.]\d\d")
_TIME = re.compile(r"\d{1,2}[:.h]\d\d")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d\d")
_BRACKETED = re.compile(r"[<(\[][^\s@<>()\[\]]{1,64}+@[^\s@<>()\[\]]+[>)\]]")
_ATTRIBUTION_END = re.compile(r"(?:[:：]| -{3,})\s*$")
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_ORIGINAL = re.compile(
    r"(?i)\s*(?:-{2,}|_{2,})\s*(?:original message|original mail|oorspronkelijk bericht|origineel bericht|"
    r"ursprüngliche nachricht|originalnachricht|message d'origine|message original|messaggio originale|"
    r"mensaje original|mensagem original|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|"
    r"alkuperäinen viesti|wiadomość oryginalna|původní (?:zpráva|e-mail)|eredeti üzenet|mesaj original|"
    r"исходное сообщение|orijinal mesaj|原始邮件|原始郵件|원본 메시지)\s*(?:-{2,}|_{2,})?\s*$"
)
_RULE = re.compile(r"\s*_{20,}\s*$")
_LABEL = re.compile(r"[\s*]*[^\s:：][^:：\n]{0,30}[:：]\s*\*?\s*\S")
_RULED = re.compile(r"\s*-{3,}\s*\S.{0,60}?\s*-{3,}\s*$")
_FORWARDED = re.compile(
    r"(?i)\s*(?:-{3,}\s*(?:forwarded message|doorgestuurd bericht|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|mensagem encaminhada|vidarebefordrat meddelande)|"
    r"begin forwarded message:|begin doorgestuurd bericht:|anfang der weitergeleiteten nachricht:|"
    r"début du message (?:transféré|réexpédié) ?:|inicio del mensaje reenviado:)"
)
_FROM = re.compile(
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
_HEADER = re.compile(
    rf"(?i)[\s*]*(?:(?P<when>{_WHEN_WORDS})|(?P<to>{_TO_WORDS})|(?P<subject>{_SUBJECT_WORDS})|Cc|CC|Kopie|Copie)"
    r"\s*\*?\s*[:：]"
)
_SIGNATURE = re.compile(r"^(?:--|—) ?$")
_MOBILE = re.compile(
    r"(?i)^(?:sent from my |sent from (?:outlook|mail for|yahoo)|verstuurd vanaf (?:mijn|m'n) |verzonden vanaf mijn |"
    r"verzonden met mijn |von meinem .{2,40} gesendet|gesendet (?:von|mit) mei|envoyé de(?:puis)? mon |"
    r"enviado desde mi |enviado do meu |inviato da(?:l mio)? |skickat från min |get outlook for |outlook voor |"
    r"sent with proton).{0,80}$"
)


_FORWARD_SUBJECT = re.compile(
    r"(?i)\s*(?:fwd?|wg|tr|rv|enc|i|vb|vl|pd|tov|ilt|i̇lt|πρθ|doorst|转发|轉寄|轉發|転送)\s*[:：]"
)


def is_forward(subject: str) -> bool:
    """Say whether a subject is that of a forwarded mail: `Fwd:`, `WG:`, `TR:` .. but not `Re: Fwd:`."""
    return bool(_FORWARD_SUBJECT.match(subject))


def split_reply(text: str, forward: bool = False) -> str:
    """Return what is new in `text`, without the history it quotes and without the signature.

    Of a `forward` everything is new: what it passes on is the message. Text that is nothing but history or signature
    comes back whole: an empty answer says less than a quoted one."""
    if forward:
        return text.strip("\n").rstrip()
    head = text[:LONGEST].strip("\n").rstrip()
    new = _new(head.split("\n")).strip("\n").rstrip()
    if not new or (len(text) > LONGEST and len(new) == len(head)):
        return text.strip("\n").rstrip()
    return new


def _new(lines: list[str]) -> str:
    end = _forward(lines)
    kept = _without_history(lines[:end])
    kept = _without_signature(kept) if end == len(lines) else [*kept, *([""] if kept else []), *lines[end:]]
    return "\n".join(kept)


def _forward(lines: list[str]) -> int:
    """The line at which a forwarded message starts, or the number of lines."""
    for index, line in enumerate(lines):
        if line and line.lstrip()[:1] in "-BbAaDdIi" and _FORWARDED.match(line):
            return index
    return len(lines)


def _without_history(lines: list[str]) -> list[str]:
    start = 0
    while start < len(lines):
        found = _history(lines, start)
        if found is None:
            break
        first, after, marked = found
        rest = [line for line in lines[after:] if line.strip()]
        if not rest or not marked:
            return lines[:first]  # the ordinary case: the answer above, the history below
        if any(line.startswith(">") for line in rest):
            # Answers stand between the quoted lines: keep what they answer, drop the announcement and a quoted end.
            return _trim_quoted_end(lines[:first] + lines[_behind_attribution(lines, first) :])
        lines = lines[:first] + lines[after:]  # the answer below the history
        start = first
    return lines if start else _trim_quoted_end(lines)


def _history(lines: list[str], start: int) -> tuple[int, int, bool] | None:
    """Find the next announced history: its first line, the line behind it, and whether it is marked with `>`."""
    for index in range(start, len(lines)):
        line = lines[index]
        if not line or line[0] == ">":
            continue
        if _ORIGINAL.match(line) or (_RULE.match(line) and _labels_below(lines, index)):
            return index, len(lines), False
        if _RULED.match(line) and _headers_below(lines, index):
            return index, len(lines), False
        if ":" in line or "：" in line:
            if _is_header_block(lines, index):
                return _above_rule(lines, index), len(lines), False
            if _ATTRIBUTION_END.search(_DIRECTIONS.sub("", line)) and (first := _attribution(lines, index)) is not None:
                after = _quoted_end(lines, index + 1)
                return first, after if after > index + 1 else len(lines), after > index + 1
    return None


def _attribution(lines: list[str], last: int) -> int | None:
    """The first line of an attribution that ends on line `last` (programs wrap it over up to four lines)."""
    said = ""
    for first in range(last, max(-1, last - 4), -1):
        line = _DIRECTIONS.sub("", lines[first]).strip()
        if not line or line.startswith(">"):
            return None
        said = f"{line} {said}"
        if len(said) > 600:
            return None
        if _says_who_wrote(said) and (_OPENING.match(line) or _certain(said) or _quoted_below(lines, last)):
            return _wrapped_above(lines, first, last, said)
    return None


def _wrapped_above(lines: list[str], first: int, last: int, said: str) -> int:
    """Go up from an attribution's line to those it was wrapped from: they hold the day or time it lacks."""
    found = first
    for index in range(first - 1, max(-1, last - 4), -1):
        before, here = (_DIRECTIONS.sub("", line).strip() for line in lines[index : index + 2])
        if not before or before.startswith(">"):
            break
        day = _DATE.search(before) and not _DATE.search(said)
        time = _TIME.search(before) and not _TIME.search(said)
        if day or time or (_OPENING.match(before) and not _OPENING.match(here)):
            found = index
            said = f"{before} {said}"
    return found


def _says_who_wrote(said: str) -> bool:
    if not _EVIDENCE.search(said):
        return False
    return bool(_WROTE.search(said)) or bool(_BRACKETED.search(said) and _DATE.search(said) and _TIME.search(said))


def _certain(said: str) -> bool:
    """Whether a line can only be an attribution: who wrote, the day and the time, all three."""
    return bool(_DATE.search(said) and _TIME.search(said) and (_WROTE.search(said) or _BRACKETED.search(said)))


def _headers_below(lines: list[str], index: int) -> bool:
    below = [line for line in lines[index + 1 : index + 5] if line.strip()][:2]
    return len(below) == 2 and all(_FROM.match(line) or _HEADER.match(line) for line in below)


def _labels_below(lines: list[str], index: int) -> bool:
    """Whether three header lines follow, in whatever language."""
    below = [line for line in lines[index + 1 : index + 8] if line.strip()][:3]
    return len(below) == 3 and all(_LABEL.match(line) for line in below)


def _behind_attribution(lines: list[str], first: int) -> int:
    return (
        next(index for index in range(first, len(lines)) if _ATTRIBUTION_END.search(_DIRECTIONS.sub("", lines[index])))
        + 1
    )


def _quoted_below(lines: list[str], index: int) -> bool:
    return _quoted_end(lines, index + 1) > index + 1


def _quoted_end(lines: list[str], start: int) -> int:
    """The line behind the quoted block that begins at `start` (blank lines before and within it belong to it)."""
    end = start
    for index in range(start, len(lines)):
        if lines[index].startswith(">"):
            end = index + 1
        elif lines[index].strip():
            break
    return end


def _is_header_block(lines: list[str], index: int) -> bool:
    """Whether header lines begin on this line: who wrote, and two others, the time or the subject among them."""
    if not (_FROM.match(lines[index]) or _HEADER.match(lines[index])):
        return False
    names = set()
    for line in lines[index : index + 7]:
        if found := _HEADER.match(line):
            names.add(found.lastgroup or "other")
        elif _FROM.match(line):
            names.add("from")
    return "from" in names and len(names) >= 3 and bool(names & {"when", "subject"})


def _above_rule(lines: list[str], index: int) -> int:
    """Take the rule that Outlook draws above its header block along."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above >= 0 and re.fullmatch(r"\s*[_-]{5,}\s*", lines[above]):
        return above
    return index


def _trim_quoted_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (lines[end - 1].startswith(">") or not lines[end - 1].strip()):
        end -= 1
    return lines[:end] if end else lines


def _without_signature(lines: list[str]) -> list[str]:
    for index in range(len(lines)):
        if _SIGNATURE.match(lines[index]) and any(line.strip() for line in lines[:index]):
            lines = lines[:index]
            break
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if end > 1 and _MOBILE.match(lines[end - 1].strip()):
        lines = lines[: end - 1]
    return lines
