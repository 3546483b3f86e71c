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
    r"(?i)(?:>* ?)(?:On|Op|Am|Le|El|Il|Em|No dia|Den|På|Dnia|W dniu|Dne|Em|În data|Pe|Tarihinde|Vào|Pada|A |"
    r"\d{4}[-/.年]|\d{1,2}[-/.]\d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|ma|di|wo|do|vr|za|zo)[a-z]*[,. ])"
)
# .. says that someone wrote, at its end or before the name ..
_WROTE = re.compile(
    r"(?i)\b(?:wrote|writes|said|schreef|geschreven|het volgende|schrieb|geschrieben|a écrit|écrit|escribió|"
    r"ha scritto|scrisse|escreveu|skrev|skrifaði|kirjoitti|napisała?|napisał\(a\)|napsala?|napísala?|írta|a scris|"
    r"yazdı|написала?|пишет|пише|έγραψε|đã viết|menulis)\b|写道|寫道|のメール|が書きました|작성|님이|"
    r"<[^<>\s]+@[^<>\s]+>:\s*$"
)
# .. and names a time or an address, which a sentence that happens to end in "wrote:" does not.
_EVIDENCE = re.compile(r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|[^\s@<>]{1,64}+@[^\s@<>]+|\d{1,2}[-/.]\d{1,2}[-/.]\d\d")
_ATTRIBUTION_END = re.compile(r"[:：]\s*$")

_ORIGINAL = re.compile(
    r"(?i)\s*(?:-{2,}|_{2,})\s*(?:original message|original mail|oorspronkelijk bericht|origineel bericht|"
    r"ursprüngliche nachricht|originalnachricht|message d'origine|message original|messaggio originale|"
    r"mensaje original|mensagem original|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|"
    r"alkuperäinen viesti|wiadomość oryginalna|původní zpráva)\s*(?:-{2,}|_{2,})?\s*$"
)
_FORWARDED = re.compile(
    r"(?i)\s*(?:-{3,}\s*(?:forwarded message|doorgestuurd bericht|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|mensagem encaminhada|vidarebefordrat meddelande)|"
    r"begin forwarded message:|begin doorgestuurd bericht:|anfang der weitergeleiteten nachricht:|"
    r"début du message (?:transféré|réexpédié) ?:|inicio del mensaje reenviado:)"
)
_FROM = re.compile(
    r"(?i)[\s*]*(?:From|Van|Von|De|Da|Från|Fra|Lähettäjä|Od|Feladó|От|发件人|差出人)\s*\*?\s*[:：]\s*\*?\s*\S"
)
_HEADER = re.compile(
    r"(?i)[\s*]*(?:(?P<when>Sent|Date|Verzonden|Datum|Gesendet|Envoyé|Enviado(?: el| em)?|Fecha|Data|Inviato|Skickat|"
    r"Sendt|Dato|Wysłano|Odesláno|Отправлено|Дата|发送时间|送信日時)|(?P<to>To|Aan|An|À|A|Para|Till|Til|Do|Komu|Кому|收件人|宛先)|"
    r"(?P<subject>Subject|Onderwerp|Betreff|Objet|Asunto|Assunto|Oggetto|Ämne|Emne|Temat|Předmět|Тема|主题|件名)|Cc|CC)"
    r"\s*\*?\s*[:：]"
)
_SIGNATURE = re.compile(r"^(?:--|—) ?$")
_MOBILE = re.compile(
    r"(?i)^(?:sent from my |sent from (?:outlook|mail for|yahoo)|verstuurd vanaf (?:mijn|m'n) |verzonden vanaf mijn |"
    r"verzonden met mijn |von meinem .{2,40} gesendet|gesendet (?:von|mit) mei|envoyé de(?:puis)? mon |"
    r"enviado desde mi |enviado do meu |inviato da(?:l mio)? |skickat från min |get outlook for |outlook voor |"
    r"sent with proton).{0,80}$"
)


def split_reply(text: str) -> str:
    """Return what is new in `text`, without the history it quotes and without the signature.

    Text that is nothing but history or signature comes back whole: an empty answer says less than a quoted one."""
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
        if _ORIGINAL.match(line):
            return index, len(lines), False
        if ":" in line or "：" in line:
            if _FROM.match(line) and _is_header_block(lines, index):
                return _above_rule(lines, index), len(lines), False
            if _ATTRIBUTION_END.search(line) and (first := _attribution(lines, index)) is not None:
                after = _quoted_end(lines, index + 1)
                return first, after if after > index + 1 else len(lines), after > index + 1
    return None


def _attribution(lines: list[str], last: int) -> int | None:
    """The first line of an attribution that ends on line `last` (programs wrap it over up to four lines)."""
    said = ""
    for first in range(last, max(-1, last - 4), -1):
        line = lines[first].strip()
        if not line or line.startswith(">"):
            return None
        said = f"{line} {said}"
        if len(said) > 600:
            return None
        if _WROTE.search(said) and _EVIDENCE.search(said) and (_OPENING.match(line) or _quoted_below(lines, last)):
            # A name before the verb may have been wrapped away from its date: take the line that opens it.
            if not _OPENING.match(line) and first > 0 and _OPENING.match(lines[first - 1]) and lines[first - 1].strip():
                return first - 1
            return first
    return None


def _behind_attribution(lines: list[str], first: int) -> int:
    return next(index for index in range(first, len(lines)) if _ATTRIBUTION_END.search(lines[index])) + 1


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
    """Whether From: on this line is followed by at least two other header lines, the time or the subject among them."""
    names = set()
    for line in lines[index + 1 : index + 7]:
        if found := _HEADER.match(line):
            names.add(found.lastgroup or "other")
    return len(names) >= 2 and bool(names & {"when", "subject"})


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
