"""Reads bounces that say in words what a delivery-status part would say (RFC 3464): older and careless servers write
them so, each in its own language."""

from __future__ import annotations

import re

from omnidesk.connectors.base import Delivery
from omnidesk.connectors.email.header import message_ids
from omnidesk.text.address import normalise_email, valid_email
from omnidesk.text.clean import one_line

MOST_READ = 50_000
"""Characters of a bounce's text that are looked at."""
MOST_RECIPIENTS = 100

SUBJECT = re.compile(
    r"(?i)undeliver|undelivered mail|delivery (?:status notification|failure|has failed|report|problem)|"
    r"mail delivery (?:failed|system|error|subsystem)|returned mail|failure notice|delivery notification|"
    r"message not delivered|could not be delivered|nondeliverable|rejected:|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|bezorging mislukt|"
    r"unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|nachricht konnte nicht|"
    r"non remis|non distribu|échec de (?:la )?(?:remise|distribution)|message non délivré|"
    r"no se (?:puede|pudo) entregar|devuelto|no entregado|mensaje no entregado|"
    r"mancata consegna|non recapitabil|impossibile recapitare|não (?:foi )?(?:entregue|pôde ser entregue)|devolvida|"
    r"olevererbart|gick inte att leverera|ikke leveret|kunne ikke leveres|ei voitu toimittaa|"
    r"niedostarczon|zwrot|nedoručiteln|kézbesíthetetlen|не доставлено|недоставлен|возвращено|"
    r"teslim edilemedi|退信|投递失败|无法投递|配信不能|配送エラー|반송|전달 실패"
)
_ADDRESS = r"[A-Za-z0-9._%+=&'/-]{1,64}@[A-Za-z0-9.-]{3,200}"
_FAILED = re.compile(  # where servers put the address that failed: qmail, Exim, Postfix, Exchange, Google, Lotus ..
    rf"(?im)^[ \t>*]*<?(?P<line>{_ADDRESS})>?(?:<mailto:[^<>]{{0,300}}>)?(?:[ \t]*[:(].{{0,500}})?[ \t]*$"
    rf"|\b(?:to|recipient(?:\(s\))?|user|address|rcpt to|final-recipient: ?rfc822;|aan|an|à|para|komu|кому|адрес)"
    rf"(?::[ \t]{{0,4}}|[ \t]{{1,4}}|(?<=;)[ \t]{{0,4}})<?(?P<told>{_ADDRESS})>?"
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45]\d\d)[ -](?=[#A-Za-z<\d])")
_MESSAGE_ID = re.compile(r"(?im)^[ \t>]*message-id:[ \t]*(<[^<>\s]{1,900}>)")
_TEMPORARY = re.compile(
    r"(?i)will (?:be retried|retry|keep trying|continue)|still (?:trying|being retried)|temporary|"
    r"not yet been delivered|has been delayed|delivery (?:is )?delayed|"
    r"you do not need to resend|wordt opnieuw geprobeerd|wird erneut versucht|verzögert|retard|vertraagd"
)


def failed_recipients(text: str, named: str, own: frozenset[str]) -> tuple[Delivery, ...]:
    """Return what a bounce's text says of each recipient. `named` is X-Failed-Recipients; `own` are addresses that
    are no recipient (the machine's, ours). A delay is no failure."""
    head = text[:MOST_READ]
    returned = _returned(head)
    addresses: dict[str, str] = {}
    for said in re.findall(_ADDRESS, named[:5_000]):
        addresses.setdefault(normalise_email(said), _reason(head, said))
    if not addresses:
        body = head[: returned[1]]
        for found in _FAILED.finditer(body):
            address = normalise_email((found["line"] or found["told"]).strip("."))
            if address not in own and valid_email(address) and len(addresses) < MOST_RECIPIENTS:
                addresses.setdefault(address, _reason(body, found["line"] or found["told"]))
    delayed = bool(_TEMPORARY.search(head[:3_000])) and not _STATUS_PERMANENT.search(head)
    return tuple(
        Delivery(
            status="delayed" if delayed else "failed",
            external_id=returned[0],
            recipient=address,
            detail=reason,
            permanent=not delayed and not _soft(reason),
            code=enhanced_code(reason),
            reply=reply_code(reason),
        )
        for address, reason in addresses.items()
    )


def enhanced_code(said: str) -> str:
    """Return the enhanced status code (RFC 3463) in a server's words; "" when there is none."""
    found = _STATUS.search(said)
    return found[0] if found else ""


def reply_code(said: str) -> str:
    """Return the SMTP reply code in a server's words; "" when there is none."""
    found = _REPLY.search(said)
    return found[1] if found else ""


_STATUS_PERMANENT = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55\d\b")


def _soft(reason: str) -> bool:
    status = _STATUS.search(reason)
    reply = _REPLY.search(reason)
    return (status[1] if status else reply[1][0] if reply else "5") == "4"


def _reason(text: str, address: str) -> str:
    """The words about one address: the rest of its line, and the lines below up to a blank one."""
    place = text.find(address)
    if place < 0:
        return ""
    behind = text[place + len(address) : place + 1_500].lstrip(">: \t")
    paragraph = re.split(r"\n[ \t>]*\n", behind.lstrip("\n"), maxsplit=1)[0]
    lines = [line.strip(" >\t") for line in paragraph.split("\n")]
    said = " ".join(line for line in lines if line and "@" not in line[:3])
    if not (_STATUS.search(said) or _REPLY.search(said)):
        status = _STATUS.search(text) or _REPLY.search(text)
        if status:
            start = text.rfind("\n", 0, status.start()) + 1
            end = text.find("\n", status.end())
            said = text[start : end if end >= 0 else None].strip()
    return one_line(said, 500)


def _returned(text: str) -> tuple[str, int]:
    """The Message-ID of the mail that the text brings back, and where that mail begins."""
    found = _MESSAGE_ID.search(text)
    mark = re.search(
        r"(?im)^[ \t>-]*(?:-{3,}.{0,60}(?:copy|original|returned|headers|bericht|nachricht|message).{0,40}|"
        r"(?:received|return-path|from|subject|date|mime-version):[ \t].*)$",
        text,
    )
    ids = message_ids(found[1]) if found else ()
    return (ids[0] if ids else ""), mark.start() if mark else len(text)
