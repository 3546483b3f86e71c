"""Finds what is new in a reply: quoted history and the signature are folded away.

Mail programs announce what they quote with a line ("On .. Anna wrote:") or a block of header lines (Outlook), and
mark it with `> ` or not at all. What is only forwarded stays: it is the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnidesk.text import forward, header_lines
from omnidesk.text.sent_from import is_sent_from

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
    r"написал\(а\)|写道|寫道|のメール|書きました|작성|님이|כתבה?|מאת|كتب|بواسطة|<\s?[^<>\s]+@[^<>\s]+\s?>:\s*$"
)
# .. and names a time or an address, which a sentence that happens to end in "wrote:" does not.
_EVIDENCE = re.compile(
    r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|[^\s@<>]{1,64}+@[^\s@<>]+|\d{1,2}[-/.]\d{1,2}[-/.]\d\d|"
    r"^\W*On \d{1,2}[/.]\d{1,2},"
)
_TIME = re.compile(r"\d{1,2}[:.h]\d\d")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d\d")
_BRACKETED = re.compile(r"[<(\[]\s?[^\s@<>()\[\]]{1,64}+@[^\s@<>()\[\]]+\s?[>)\]]")
_ATTRIBUTION_END = re.compile(r"(?:[:：]| -{3,})\s*$")
_VERBS = "wrote|schrieb|schreef|escribió|escreveu|ha scritto|a écrit|skrev|pisze|написал"
_BARE_END = re.compile(rf"(?i)\b(?:{_VERBS})\s*$")
_WHO_WROTE = re.compile(rf"(?i)[^\s<>:][^<>:]{{0,80}}<[^<>\s@]{{1,64}}@[^<>\s]+> (?:{_VERBS}):\s*$")
"""An attribution without a day: nothing but who wrote."""
_SHARED = re.compile(
    r"^([^>\s].{0,300}?[^\s-])(?: ?-{2,3} ?| )(On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}, .{5,120} wrote:)$"
    r"(?=\n{1,2}>)",
    re.MULTILINE,
)
"""An answer on the line on which the attribution begins."""
_CLOSING = re.compile(r"> ?(?:[^\s<>:]{2,15} ?){0,3}[:：]\s*$")
"""The end of an attribution that was wrapped before the bracket behind its address."""
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_ORIGINAL = re.compile(
    r"(?i)[\s*]*(?:-{2,}|_{2,})\s*(?:original message|reply message|antwort nachricht|original (?:e-?)?mail|"
    r"oorspronkelijk bericht|origine(?:el|le) "
    r"bericht|urspr\. nachricht|original besked|oprindelig besked|originalmeddelande|oryginalna wiadomość|"
    r"оригинальное сообщение|вихідне повідомлення|izvorna poruka|izvirno sporočilo|pôvodná správa|algne teade|"
    r"pesan asli|thư gốc|ข้อความต้นฉบับ|الرسالة الأصلية|הודעה מקורית|αρχικό μήνυμα|πρωτότυπο μήνυμα|元のメッセージ|"
    r"ursprüngliche nachricht|originalnachricht|message d'origine|message original|messaggio originale|"
    r"mensaje original|mensagem original|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|"
    r"alkuperäinen viesti|wiadomość oryginalna|původní (?:zpráva|e-mail)|eredeti üzenet|mesaj original|"
    r"исходное сообщение|orijinal mesaj|原始邮件|原始郵件|원본 메시지)\s*(?:-{2,}|_{2,})?[\s*]*$|"
    r"\s*-{3,}\s*(?:\S.{0,150} )?wrote\s*-{3,}\s*$|\s*-{4,}\s*\S.{0,100}<[^\s<>]+@[^\s<>]+>\s*wrote:\s*$|"
    r"sent from (?:my )?samsung.{0,150}>\s*wrote:\s*$|"
    r"\s*(?:[#=*_-]{2,}).{0,50}\b(?:above this line|boven deze (?:regel|lijn)|oberhalb dieser (?:linie|zeile)|"
    r"über diese[rn]? (?:linie|zeile)|au-dessus de cette ligne|encima de esta línea|acima desta linha|"
    r"sopra questa (?:riga|linea))\b.{0,20}[#=*_-]{2,}\s*$"
)
_DATED = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ ,][^<>]{0,100}<[^<>\s@]{1,64}+@[^<>\s]+>\s*$|"
    r"\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d [^<>:]{1,60}$"
)
_RULE = re.compile(r"\s*_{20,}\s*$")
_RULED = re.compile(r"\s*-{3,}\s*\S.{0,60}?\s*-{3,}\s*$")
_SIGNATURE = re.compile(r"^(?:--|—) ?$")
_FOOTER = re.compile(r"(?:_{2,}|-{2,}|={2,})\s*$")
_OF_LIST = re.compile(r"(?i)mailing[ -]?list|unsubscribe|mailman/|listinfo|@lists?\.|afmelden|abmelden|désabonner")
_LINK = re.compile(r"\s{0,2}[(<]{0,2}https?://\S{1,500}[)>]{0,2} ?>?\s*$")
_DRAWN = re.compile(r"\s*(?:[-_=*#~]{3,}|\u1427)\s*$")
"""A line that only sets apart what was below it, or the mark that a tracker leaves at the end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail's text in its three parts: what is new, the history it quotes, the signature."""

    new: str
    quoted: str = ""
    signature: str = ""


def split_reply(text: str, forwards: bool = False) -> str:
    """Return what is new in `text`, without the history it quotes and without the signature."""
    return take_apart(text, forwards).new


def take_apart(text: str, forwards: bool = False) -> Reply:
    """Return the parts of a mail's text. Where it `forwards` a mail everything is new: what it passes on is said.

    Text that is nothing but history or signature is all new: an empty answer says less than a quoted one."""
    whole = text.strip("\n").rstrip()
    if forwards:
        return Reply(whole)
    head = text[:LONGEST].strip("\n").rstrip()
    lines = (_SHARED.sub(r"\1\n\2", head) if "wrote:\n" in head else head).split("\n")
    end = forward.begin(lines)
    kept = _without_history(lines[:end])
    quoted = _left_out(lines[:end], kept)
    new, signature = kept, ""
    if end == len(lines):
        new = _without_signature(kept)
        signature = _joined(kept[len(new) :])
        unquoted = _trim_quoted_end(new)
        if len(unquoted) < len(new):
            quoted = "\n".join(filter(None, (quoted, _joined(new[len(unquoted) :]))))
            new = unquoted
        new = _undrawn(new) if quoted or signature else new
    else:
        new = [*kept, *([""] if kept else []), *lines[end:]]
    said = _joined(new)
    if not said or (len(text) > LONGEST and len(said) == len(head)):
        return Reply(whole)
    return Reply(said, quoted, signature)


def _undrawn(lines: list[str]) -> list[str]:
    """Leave out what only set apart that which was folded away."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _DRAWN.match(lines[end - 1])):
        end -= 1
    return lines[:end] or lines


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()


def _left_out(lines: list[str], kept: list[str]) -> str:
    """The lines that were not kept; those kept stand in the same order."""
    left, place = [], 0
    for line in lines:
        if place < len(kept) and line == kept[place]:
            place += 1
        else:
            left.append(line)
    return _joined(left)


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
        if not line or (line[0] == ">" and not _CLOSING.match(line)):
            continue
        if line[0] == "2" and _DATED.match(line):
            after = _quoted_end(lines, index + 1)
            return index, after if after > index + 1 else len(lines), after > index + 1
        if (len(line) < 400 and _ORIGINAL.match(line)) or (
            _RULE.match(line) and header_lines.labels_follow(lines, index)
        ):
            return index, len(lines), False
        if len(line) < 400 and _RULED.match(line) and header_lines.follows(lines, index):
            return index, len(lines), False
        if ":" in line or "：" in line:
            if header_lines.begins_block(lines, index):
                return _above_rule(lines, index), len(lines), False
            plain = _DIRECTIONS.sub("", line)
            ends = _ATTRIBUTION_END.search(plain) or (_BARE_END.search(plain) and _certain(plain))
            if ends and (first := _attribution(lines, index)) is not None:
                after = _quoted_end(lines, index + 1)
                return first, after if after > index + 1 else len(lines), after > index + 1
    return None


def _attribution(lines: list[str], last: int) -> int | None:
    """The first line of an attribution that ends on line `last` (programs wrap it over up to four lines)."""
    said, dayless = "", None
    for first in range(last, max(-1, last - 5), -1):
        line = _DIRECTIONS.sub("", lines[first]).strip()
        if not line and first < last and lines[first + 1].strip() == "<":
            continue
        if not line or (line.startswith(">") and not (first == last and _CLOSING.match(line))):
            break
        said = f"{line} {said}"
        if len(said) > 600:
            break
        if _WHO_WROTE.match(said):
            dayless = first
        elif _says_who_wrote(said) and (_OPENING.match(line) or _certain(said) or _quoted_below(lines, last)):
            return _wrapped_above(lines, first, last, said)
        if first == last and _DATE.search(said) and _TIME.search(said) and _quoted_below(lines, last):
            dayless = first  # in whatever language
    return dayless


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
        if lines[index].startswith(">") or _broken_off(lines, index):
            end = index + 1
        elif lines[index].strip():
            break
    return end


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
    while end and (lines[end - 1].startswith(">") or not lines[end - 1].strip() or _broken_off(lines, end - 1)):
        end -= 1
    return lines[:end] if end else lines


def _broken_off(lines: list[str], index: int) -> bool:
    """Whether a line is the rest of a long quoted one, from which a program wrapped it without a mark of its own."""
    if not index or not lines[index - 1].startswith(">"):
        return False
    line, above = lines[index], lines[index - 1]
    link = _LINK.match(line) or ("(http" in above and line.endswith(")") and " " not in line)
    rest = (
        line[:1].islower()
        and len(line) <= 80
        and len(above) >= 60
        and any(one.startswith(">") for one in lines[max(0, index - 4) : index - 1])
    )
    return bool(link or rest)


def _without_signature(lines: list[str]) -> list[str]:
    for index in range(len(lines)):
        if _SIGNATURE.match(lines[index]) and any(line.strip() for line in lines[:index]):
            lines = lines[:index]
            break
    lines = lines[: _footer(lines)]
    end = len(lines)
    for index in range(len(lines) - 1, 0, -1):
        if is_sent_from(lines[index], alone=not lines[index - 1].strip()):
            end = index
        elif lines[index].strip():
            break
    return lines[:end] if any(line.strip() for line in lines[:end]) else lines


def _footer(lines: list[str]) -> int:
    """Return where the lines begin that a mailing list puts under a rule at the end; else how many lines there are."""
    for index in range(len(lines) - 1, max(0, len(lines) - 8), -1):
        if _FOOTER.match(lines[index]):
            below = lines[index + 1 :]
            return index if any(_OF_LIST.search(line) for line in below) else len(lines)
    return len(lines)
