"""Sentences that the store keeps in English, and those of the layers below, in the language that is spoken.

What is written down (acts, reasons, errors of channels and of sends) is English, since many read it: agents of another
language, scripts, the log. `retold` knows those sentences by their shape and says them anew where they are shown; what
it does not know, such as a server's own words, stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import Pattern

from omnidesk.words import speech
from omnidesk.words.facts import KINDS
from omnidesk.words.speech import _

ACTS = (
    "agent {name} added", "{name} changed", "{name} is back", "{name} is back and has {count} conversations again",
    "{name} away; {parts} to {what}", "{name} away until {day}; {parts} to {what}",
    "{name} disabled; {parts} to {what}",
    "{count} conversation", "{count} conversations", "{count} draft", "{count} drafts", "{count} scheduled message",
    "{count} scheduled messages", "nothing", "the pool", "sent {what} to {count} customers", "an answer",
    "{count} answers stopped", "{count} had left already",
    "added channel {name}", "removed channel {name}", "switched {name} on", "switched {name} off",
    "renamed {name} to {fresh}", "{name} may send", "{name} only reads", "{name} history {count} days",
    "{name} is tried again now", "the secret of {name} was stored anew", "changed {fields} of {name}",
    "note on {many}", "call logged on {many}", "video call logged on {many}", "visit logged on {many}",
    "letter logged on {many}", "new message {many}",
    "answer to {many}", "question beside {many}", "changed what is known of {name}",
    "imported {count} mails into {name}",
    "joined {one} to {other}: {why}", "a message ties them together", "merged {some} into {other}",
    "{one} and {other} stay apart", "moved {many} of {one} to {other}", "{count} messages", "{count} message",
    "split {fresh} out of {one}", "macro {name} made", "macro {name} changed", "macro {name} removed",
    "message {number} queued again", "message {number} cancelled", "message {number}: {what}", "not-sent", "dismissed",
    "message {number} is a draft on {one} again", "saved the view {name}", "the view {name} is called {fresh}",
    "removed the team {name}", "removed the team {name}; {what} without a team", "{what} already: {many}",
    "removed the view {name}", "moved the view {name}", "the view {name} is for the team",
    "the view {name} is yours alone", "took {many}", "passed over {many} ({why})",
    "passed over {many} ({why}), took {other}", "needs a specialist", "not my language", "waiting for a colleague",
    "assigned to {login}: {many}", "took the owner off {many}", "took the team off {many}",
    "assigned to the team {name}: {many}", "snoozed {many}", "set {what}: {many}", "closed {many}", "deleted {many}",
    "note on order {name}", "imported {count} new customers, completed {number}",
    "made who placed order {name} a customer",
    "opened {many}", "restored from {what}: {many}", "the deleted ones", "promised an answer on {many}",
    "took the promise off {many}", "priority {what}: {many}", "tagged {tags} {many}", "moved to spam: {many}",
    "merged {name} into {other}", "{count} customers", "{address} belongs to {name}",
    "{address} is somebody else than {name}", "{one} and {other} are two people", "organisation {name}",
    "{name} belongs to {group}", "no organisation", "many people use {address}", "one person uses {address}",
    "the person of {one} passed the check", "the person of {one} failed the check",
    "allowed {purpose} on {kind}: {address}", "forbade {purpose} on {kind}: {address}", "erased customer {number}",
    "exported all about customer {number}", "somebody unsubscribed ({source})",
    "retention: erase conversations closed and older than {days} days",
    "retention: delete conversations closed and older than {days} days",
    "retention: erase conversations tagged {tag} closed and older than {days} days",
    "retention: delete conversations tagged {tag} closed and older than {days} days",
    "retention rule {number} removed", "retention rule {number}: erase {count} conversations",
    "retention rule {number}: delete {count} conversations",
    "wrote a note about {name}", "edited a note about {name}", "took out a note about {name}",
    "blocked {address}", "blocked the sender of {many}", "took back: {act}",
    "wrote down the {what} of {name}", "corrected the {what} of {name}", "forgot the {what} of {name}",
    "facts: {name} is recognised by its pattern", "facts: {name} is recognised by a pattern no longer",
    "the answer that waited in {many} is a draft",
)  # fmt: skip
"""What acts are called. `{many}`, `{what}`, `{why}` and `{act}` are themselves said anew, and each of `{parts}`."""

STATES = (
    "open", "pending", "on-hold", "snoozed", "closed", "spam", "deleted", "urgent", "high", "normal", "low",
    "draft", "queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled", "received",
)  # fmt: skip
REASONS = (
    "our own token", "In-Reply-To, our own token", "References, our own token", "the channel's thread",
    "an open call with the same number", "the caller's only open conversation",
    "the customer's only open matter", "a caller's number proves nobody", "the sender is not proven",
    "the address is new",
    "a later message that names it", "a common parent", "a new matter", "a report on our message", "merged by {name}",
    "{name} is switched off", "{name} is on trial: read only", "{name} cannot send", "there is nobody to send it to",
    "an empty address", "{address} is no e-mail address", "an empty address is no e-mail address",
    "{address} is no telephone number", "an empty address is no telephone number",
    "{address} wants no messages on {name}", "{address} wants no messages on {name} (said {source})",
    "{address} wants no messages on {name} but answers to what they ask",
    "{address} wants no messages on {name} but answers to what they ask (said {source})",
    "{address} is undeliverable: mail to it came back",
    "{address} is undeliverable: nothing gets there on {name} any more", "the echo of our own message",
    "on {name} the customer has to write first", "the reply window of {name} has closed",
    "it was answered in private once, and no more is allowed before they write back",
    "{name} lets a public message be answered in private for {days} days",
    "on {name} only a template can begin",
    "the text has {count} {unit}, {name} takes {most}", "{name} takes no attachments",
    "{name} takes attachments in private only",
    "{name} fetches attachments from this desk: say how the world reaches `omnidesk serve` with the setting public_url",
    "{name} takes {count} attachments at most", "the attachments have {size} MB, {name} takes {most} MB",
    "the mail would have {size} MB, the server of {name} takes {most} MB",
    "the recipient's server refused it", "came back: {why}",
    "the program stopped while it was handed over: it may have been sent", "{name} says that it did not go out",
    "{name} wrote since; read it, then send this or drop it",
    "held: {name} wrote since; read it, then send this or drop it",
    "cannot be decoded: {why}", "decoding failed: {error}", "filing failed: {error}",
    "it cannot go out as it is: {why}", "not sent: {why}", "{why}: it may have been sent",
    "unknown whether sent: {why}", "tried {count} times in {hours} hours: {why}", "will try again: {why}",
    "{name} takes no more for this recipient just now",
    "cannot verify: {why}", "it had not been sent", "refused for {addresses}", "the workspace failed: {why}",
    "an error nobody foresaw ({error}); the log has more", "another process took over {name}",
)  # fmt: skip
"""Why messages lie where they lie, and why something did not go out."""

TROUBLES = (
    "no {field} for {name} can be read here: set {variable}, or store it with `omnidesk channel secret {channel}`",
    "{path} can be read by others: `chmod 600 {file}`, then try again",
    "{path} cannot be read as secrets ({error}): mend it or move it away",
    "no connector for channels of kind {kind}; `omnidesk channel kinds` lists what is installed",
    "the connector for {kind} is disabled: {error}",
    "{kind} needs {fields}: give it with --set {field}=..",
    "the message has no recipient: name at least one address",
    "the files are larger than {count} MB together: send a link instead",
    "the certificate file {path} does not exist: correct the setting tls_ca",
    "{path} holds no certificates in PEM form: correct tls_ca",
    "no {protocol} server is known for {address}: set {field}",
    "{host} is another machine, and {field} is none: the password would cross the network readable. Choose tls or "
    "starttls",
    "the {protocol} server {host}",
    "{what} was not found: there is no host of that name, or this machine has no network. Check {field} and the "
    "connection",
    "{what} refuses connections: nothing listens there. Check {field}, or whether the server runs",
    "{what} does not speak TLS there ({error}): try {field} {other}, or another port",
    "{what} did not answer in time: it is down, out of reach, or a firewall drops the connection. It is tried again",
    "the connection to {what} broke ({error}): it is tried again",
    "the certificate of {what} is for another name, so it may be another server: set {field} to the name on the "
    "certificate",
    "the certificate of {what} has expired: its operator must renew it",
    "the certificate of {what} is signed by nobody this machine trusts (self-signed?): set tls_ca to a file with its "
    "certificate if the server is your own",
    "the certificate of {what} is not valid ({error}): ask its operator",
    "{what} offers no STARTTLS: set {field} to tls, usually port {port}",
    "{what} turns us away: {why}",
    "{what} turns us away ({error}): it is tried again",
    "{what} takes no password on this connection: set imap_security to tls",
    "{what} cannot let {user} in now ({error}): it is tried again",
    "{what} cannot let {user} in now ({error})",
    "{what} refuses the login of {user} ({error}): {why}",
    "{what} ends the connection: {why}",
    "{what} has said nothing for {seconds} s: the connection is given up and made anew",
    "{what} answers what is no IMAP ({error})",
    "{what} takes no login (SMTP AUTH): use the provider's submission server, usually port 587 or 465",
    "{what} offers no way to log in that we know ({error})",
    "the mail is {size} MB, and {what} takes no more than {most} MB: send smaller files or a link",
    "{what} takes no addresses with letters outside ASCII",
    "{what} does not take mail from {sender}", "{what} takes no recipient", "{what} does not take the mail",
    "{what} does not take the mail ({error})", "{what} does not take the mail now ({error})",
    "{what} broke off before it took the mail ({error})",
    "{what} broke off before it confirmed the mail ({error}): it may or may not have gone",
    "{what} answered nonsense after the mail: it may or may not have gone",
    "{what} closed the connection ({error}): it is tried again",
    "the channel {name} is read-only: nothing is sent from it",
    "no copy in Sent, no answer and no report names the mail; that does not prove it was not sent",
    "no SMTP server is known: set smtp_host", "no IMAP server is known: set imap_host",
    "no password is known for {user}: give it to the channel {name}",
    "the server does not open the inbox ({error}): check that the mailbox still exists",
    "reads from {reading}, sends through {sending}", "{folder}: {count} mails",
    "the server has no IDLE: new mail is asked for each minute",
    "no folder is marked as Sent: answers given elsewhere are not seen",
    "the server closed it", "it was closed", "it is no IMAP server", "no reason given",
    "the content {name} is gone from this workspace: restore it from a backup",
    "the disk that holds {path} is full: nothing was written; make room and try again",
    "{path} cannot be written by this user: check who owns it and its rights",
    "{path} was locked by another program for {seconds} s; try again",
    "{path} cannot be read or written ({error}): check the disk; `omnidesk doctor` tells more",
    "{path} is damaged or no database ({error}): restore a backup, or move it away",
    "owner:{name}: there is no agent of that login; `omnidesk agent list` shows them",
    "team:{name}: there is no team of that name; `omnidesk team list` shows them",
    "another process took over {name}; this one lets go",
    "there is no channel {name}; `omnidesk channel list` shows them",
    "there is no view {name}; views are {names}", "there is no conversation {number}",
    "there is no message {number}",
    "the workspace was upgraded by a newer OmniDesk while this one ran: it can only be read now; restart OmniDesk",
)  # fmt: skip
"""What the workspace and the channels report."""

LOGINS = (
    "check the user name and the password. Many providers want an app password, made in the settings of the account, "
    "once two-step login is on; some must first be told to allow IMAP and SMTP.",
    "log in again as {user} (`omnidesk channel login {name}`), and see that the mailbox allows IMAP and SMTP",
    "{name} needs login: nobody has logged in for it here yet. `omnidesk channel login {channel}` does (l on the "
    "channels screen)",
    "the login of {user} at {name} has ended ({error}): `omnidesk channel login {channel}` logs in again",
    "the login at {name} has ended: `omnidesk channel login {channel}` logs in again",
    "logging in at {name} needs a client id of your own: docs/email.md tells how to get one; set client_id to it",
    "open the page in a browser and log in as {user}",
    "open the page on any device, enter the code and log in as {user}",
    "the provider did not let us in ({error}): begin the login again",
    "the login at {name} was declined: begin it again",
    "nobody logged in in time: begin the login again", "the code was not entered in time: begin the login again",
    "{name} does not know our client id or its secret ({error}): check client_id",
    "{name} does not let this client read mail ({error}): give it that right first",
    "{name} cannot make tokens now ({error}): it is tried again",
    "{host} did not answer in time: it is tried again", "{host} is out of reach ({error}): it is tried again",
    "{what} takes no tokens (OAuth 2.0) here: set login to password",
    "paste the whole address that the browser ended at: it begins with http://127.0.0.1: or so",
    "no login waits for this address any more: begin it again",
    "this address is of another login: paste the one that the browser ended at just now",
    "{name} takes an app password here, not the password of the account: make one {where}, and paste it.",
    "{name} takes an app password here, not the password of the account: make one {where}, and paste it. Or log in "
    "with the browser: set login to google.",
    "Microsoft takes no passwords from mail programs any more: log in with the browser or a code (login: microsoft).",
    "The provider takes no passwords from mail programs: log in with the browser (login: other).",
    "At {name}, IMAP must first be switched on in the settings of the mailbox on the web.",
    "{name}, by its address", "{name}, which takes the mail of {domain}", "what {domain} says itself",
    "SRV records in DNS", "Thunderbird's list of providers", "a guess that answered",
    "Thunderbird's list, by the domain's mail exchanger",
)  # fmt: skip
"""What logging in to a mailbox and finding its servers brings up."""

FILES = (
    "it takes too long to read: save it instead", "it is damaged or far too large: save it instead",
    "it cannot be read ({error}): save it instead", "it is locked with a password: save it instead",
    "it has no text, only pictures of pages: save it, or open it at a desktop",
    "its kind of archive cannot be listed here: save it instead",
    "it is too large to show here: save it instead",
)  # fmt: skip
"""What the process that reads files reports."""

TEXTING = (
    "{why}. Look at what this channel logs in with", "{host} answers with status {status}",
    "{host} cannot be connected to in time: it is tried again", "{host} broke off ({error}): it is tried again",
    "the address of the API cannot be read: look at the setting api_url",
    "{host} sends us to another address: look at the setting api_url",
    "{host} answers with a web page where data was asked for: look whether the address of the API is right, and "
    "whether this network wants a login",
    "version {version} of the app", "{number} sends no files (MMS)",
    "the number is unknown or no longer in use ({error})",
    "Twilio could not fetch the file: look whether public_url leads to `omnidesk serve` ({error})",
    "Twilio sends no files of this kind ({error})", "the phone is off or out of reach ({error})",
    "a text message goes to one number", "a text message needs a text",
    "the text has {count} characters, at most {most} can go",
    "it goes as {count} text messages, each of which costs",
    "files cannot go by text message here: send a link, or answer on another channel",
    "{host} has no list of messages that came: it must be the address of the app's local server, and the app 1.59 or "
    "newer",
    "{host} answers with something else than a list of messages",
    "{host} lists messages without end: give fewer days of history",
    "give the app's signing key as `signing_key`: webhooks are signed with it",
    "the phone says: {why}",
    "this number takes no text messages", "this number takes no text messages ({error})",
    "this is no number that can be written to", "this is no number that can be written to ({error})",
    "the phone is in flight mode ({error})", "the phone has no network ({error})",
    "the phone has no SIM card ({error})",
    "the phone lets nothing more out for now: raise its limit, or send less ({error})",
    "it waited on the phone for too long ({error})", "the phone does not say why",
    "somebody cancelled it on the phone",
    "{path} says service = {what}: OmniDesk knows files, and sql with sqlite3",
    "the configuration of gammu-smsd, {path}, cannot be read ({error}): give another, or add the user that runs "
    "OmniDesk to the group gammu",
    "{path} is no configuration of gammu-smsd: {error}",
    "{path} has no section [smsd]: it is no configuration of gammu-smsd",
    "gammu-smsd needs a folder in {name}, and the name must end with a slash",
    "outboxpath, sentsmspath and errorsmspath must be three folders, which tell what became of it",
    "gammu-smsd keeps messages with the driver {name}: OmniDesk needs sqlite3",
    "gammu-smsd needs a folder in dbdir and a file name in database",
    "{path} of gammu-smsd cannot be used ({error}): it is tried again",
    "the database of gammu-smsd, {path}, cannot be used ({error}): it is tried again",
    "{path} is no database of gammu-smsd: {error}",
    "{path} cannot be written: add the user that runs OmniDesk to the group of gammu-smsd",
    "{path} cannot be read: add the user that runs OmniDesk to the group of gammu-smsd",
    "{count} messages wait for gammu-smsd: look whether it runs and the modem is plugged in",
    "gammu-smsd was not heard of since {day} UTC: look whether it runs and the modem is plugged in",
    "gammu-smsd has no modem yet: start it, or plug the modem in",
    "the modem {name} hears its network weakly",
    "inboxformat is not detail, so that delivery reports cannot be told from messages: set inboxformat = detail and "
    "deliveryreport = sms for gammu-smsd",
    "the modem could not send it", "the modem could not send it: the log of gammu-smsd says why",
    "gammu-smsd could not send it", "the network could not deliver it",
    "the network could not deliver it (GSM status {code})",
)  # fmt: skip
"""What channels over HTTP, and those for text messages, report."""

FORMS = (
    "asks for {fields}", "speaks {languages}", "shown in frames by {what}",
    "no site: name yours in origins where one should",
    "nothing is acknowledged: name the mailbox that does so in answer_by",
    "languages are {known}, not {strange}", "{field} is a number from {least} to {most}, not {value}",
    "origins are sites such as https://shop.example, not {value}",
    "redirect is an address such as https://shop.example/thanks, not {value}",
)  # fmt: skip
"""What a live test says of a web form."""

TELEGRAM = (
    "Telegram knows no bot with this token any more: ask @BotFather for it (/mybots, API Token) and store it with "
    "`omnidesk channel secret {channel}`",
    "Telegram knows no bot with this token any more, or {host} is no Bot API server: ask @BotFather for it (/mybots, "
    "API Token) and store it with `omnidesk channel secret {channel}`",
    "the token of a bot is digits, a colon and 35 letters: @BotFather shows it",
    "another program uses the token of this bot at the same time, and each message reaches only one of both: stop it, "
    "or have @BotFather make a new token (/revoke) and store it with `omnidesk channel secret {channel}`",
    "another program has set a webhook at {host} for this bot, and gets its messages: remove it there, or take the bot "
    "over with `omnidesk channel set {channel} take_over=true`",
    "Telegram cannot deliver to {host}, {count} wait there: {error}. Look whether `omnidesk serve` runs and can be "
    "reached",
    "Telegram cannot deliver to {host}: {error}",
    "say where webhooks arrive: hook_url, such as https://desk.example.com/hooks/NAME",
    "the token is that of {name}, not of {address}",
    "messages come by webhook to {host}", "the webhook is set once the channel runs",
    "the webhook of another program at {host} was removed",
    "in groups it sees only what is said to it, as @BotFather /setprivacy says",
    "the customer has blocked the bot: nothing reaches them here until they let it in again",
    "the customer's account on Telegram is gone",
    "a bot cannot write first: the customer has to open it and press Start",
    "Telegram knows no such chat of this bot: the customer has to write to it first",
    "the bot may not write there any more: an administrator of the group has to let it in again",
    "it is larger than 20 MB, and Telegram hands bots no more: ask for it another way, or run a Bot API server of your "
    "own",
    "{count} of {most} parts have gone, then: {why}",
    "a message on Telegram needs a text or a file", "{name} is empty, and Telegram takes no empty files",
    "it is not known in which group it was asked",
    "{address} is no number of a customer on Telegram: a bot reaches people by their number alone",
)  # fmt: skip
"""What a bot on Telegram reports."""

ROOMS = (
    "as the device {name}", "its device is made with the first sync", "the homeserver is {host}", "rooms: {count}",
    "{host} is spoken to without encryption: what is written can be read on the way",
    "{host} speaks an old version of Matrix: it should be upgraded",
    "{name} is a guest, who cannot be invited: register an account",
    "{host} is no Matrix homeserver: set api_url to where yours is",
    "{name} is no Matrix account: one looks like @support:example.org",
    "{name} is no Matrix account: one looks like @anna:example.org",
    "{host} names {url} as its homeserver, which is not encrypted: set api_url",
    "the login is {user}'s, and the address of this channel is {address}: they must be the same, to the letter",
    "the access token of {user} is good no more: log in with a Matrix client anew, and give its token with `omnidesk "
    "channel secret {name}`",
    "{host} refuses the login of {user}: {error}",
    "{host} takes no password here ({error}): set login to token, and give the access token of a session",
    "{host} does not let us write there: {error}",
    "this account is not in the room any more: write to the customer anew, which makes another",
    "this room is end-to-end encrypted, and OmniDesk cannot write so: write to the customer anew, which makes a room "
    "without",
    "everybody can read this room by now, and this is a private answer: write to the customer anew",
    "{user} has left the room and would not read it: write to them anew, which invites them again",
    "{count} of its {number} parts have gone, the next has not: {why}",
    "a message on Matrix goes to those in its room: nobody can read it unseen",
    "write to one person: a room for several is made with a Matrix client",
    "the text has {count} bytes, a message on Matrix holds {most}", "a message needs a text or a file",
)  # fmt: skip
"""What an account whose conversations are rooms reports."""

SHOPS = (
    "{count} orders", "{name}: {count} orders", "there are no .csv or .jsonl files yet",
    "{count} of {number} orders in {name} cannot be read",
    "the shop is spoken to without encryption: give its address with https",
    "without webhook_secret no webhooks are taken: changes are seen at the next poll",
    "without app_secret no webhooks are taken: changes are seen at the next poll",
    "orders of more than 60 days ago come only where the app has the scope read_all_orders",
    "give the webhook's secret as `webhook_secret`: webhooks are signed with it",
    "give the app's secret as `app_secret`: webhooks are signed with it",
    "{host} wants fewer questions; it is asked again in {seconds} s",
    "{host} answers with something else than orders: look at its address",
    "{host} answers with something else than a shop: look at its address",
    "{host} answers with something else than a list of orders",
    "there is no folder {path}: make it, or give another",
    "give at least one of by_email, by_phone, by_number and list: else nothing is asked",
    "no field is an order number: name it in the setting fields, as in number=orderNr",
    "the shop does not know this order any more", "this shop takes no notes",
)  # fmt: skip
"""What shops bring up."""

SENTENCES = (
    *ACTS, *KINDS.values(), *STATES, *REASONS, *TROUBLES, *LOGINS, *FILES, *TEXTING, *FORMS, *TELEGRAM, *ROOMS, *SHOPS,
)  # fmt: skip

_ANEW = frozenset(("act", "many", "what", "why"))
_SHAPES = {"count": r"[0-9.,]+", "many": r"#?[0-9]+(?: \w+)?"}


def retold(text: str) -> str:
    """Return a stored sentence in the language that is spoken, as it is where its shape is not known."""
    return text if speech.language == "en" or not text else _retold(text, speech.language)


@lru_cache(2_000)
def _retold(text: str, language: str) -> str:
    """`language` is for the cache."""
    for literals, sentence in _shapes():
        if all(literal in text for literal in literals) and (found := _pattern(sentence).fullmatch(text)):
            said = {name: _part(name, value) for name, value in found.groupdict().items()}
            return _(sentence).format(**said)
    return text


def _part(name: str, value: str) -> str:
    if name == "parts":
        return ", ".join(map(retold, value.split(", ")))
    return retold(value) if name in _ANEW else value


@lru_cache(1)
def _shapes() -> tuple[tuple[list[str], str], ...]:
    """The words that stand fast in each sentence, those that say the most first; most texts hold them of none."""
    shapes = [(re.split(r"\{\w+\}", sentence), sentence) for sentence in SENTENCES]
    return tuple(sorted(shapes, key=lambda shape: -sum(map(len, shape[0]))))


@lru_cache(None)
def _pattern(sentence: str) -> Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    shape = "".join(
        re.escape(part) if place % 2 == 0 else f"(?P<{part}>{_SHAPES.get(part, '.+?')})"
        for place, part in enumerate(parts)
    )
    return re.compile(shape, re.DOTALL)
