"""What an e-mail channel is and what it needs to be told."""

from __future__ import annotations

from omnidesk.connectors.manifest import Attachments, Manifest, Secret, Setting, TextRule

MAX_FILE_BYTES = 20_000_000
"""All files of one mail together, decoded: what the servers of nearly all recipients take."""

_SECURITIES = ("tls", "starttls", "none")
_FOUND = "Empty: found from the address."
_AT_PROVIDERS = ("google", "microsoft", "other")

MANIFEST = Manifest(
    kind="email",
    name="E-mail",
    badge="mail",
    inbound=("socket", "poll"),
    outbound="start_new",
    threading="headers",
    idempotency="verify",
    identity_kinds=("email",),
    settings=(
        Setting("user", "User name", "Empty: the address."),
        Setting(
            "login", "Log in", "password, or in the browser (OAuth 2.0) at google, microsoft or other.", "choice",
            "password", ("password", *_AT_PROVIDERS),
        ),
        Setting("imap_host", "IMAP server", _FOUND),
        Setting("imap_port", "IMAP port", "993 for TLS, 143 for STARTTLS.", kind="number", advanced=True),
        Setting(
            "imap_security", "IMAP security", "none: only for a server on this machine.", "choice",
            choices=_SECURITIES, advanced=True,
        ),
        Setting("smtp_host", "SMTP server", _FOUND),
        Setting("smtp_port", "SMTP port", "587 for STARTTLS, 465 for TLS.", kind="number", advanced=True),
        Setting(
            "smtp_security", "SMTP security", "none: only for a server on this machine.", "choice",
            choices=_SECURITIES, advanced=True,
        ),
        Setting("client_id", "OAuth client id", "How Google or Microsoft knows your OmniDesk.", advanced=True),
        Setting("tenant", "Microsoft tenant", "Your organisation's. Empty: any.", advanced=True),
        Setting("authorize_url", "Login page", "Of another provider (OAuth 2.0).", advanced=True),
        Setting("token_url", "Token address", "Of another provider (OAuth 2.0).", advanced=True),
        Setting("device_url", "Device code address", "Of another provider (OAuth 2.0).", advanced=True),
        Setting("scope", "OAuth scope", "Of another provider (OAuth 2.0).", advanced=True),
        Setting(
            "aliases", "Further addresses",
            "Aliases of this mailbox, apart by commas. Answers leave from the address that was written to.",
        ),
        Setting(
            "follow", "Moves and deletes elsewhere",
            "follow: what another mail program moves, archives or deletes is moved, closed or deleted here too.",
            "choice", "off", ("off", "follow"), advanced=True,
        ),
        Setting(
            "voicemail_from", "Voicemail from",
            "Addresses from which a telephone system mails recordings: these become calls to return.", advanced=True,
        ),
        Setting("folders", "Folders", "By name, apart by commas. Empty: Inbox, Sent and Junk.", advanced=True),
        Setting("quote", "Quote what is answered", "Puts the customer's message under the reply.", "flag", False),
        Setting(
            "authserv_id", "Name in Authentication-Results",
            "What your own server calls itself there; only its word proves a sender. Empty: nobody's does.",
            advanced=True,
        ),
        Setting(
            "subject_token", "Mark in the subject", "Adds [#number-token], for customers whose programs break threads.",
            "flag", False, advanced=True,
        ),
        Setting(
            "plus_address", "Reply to a plus-address", "Answers come to support+token@; the server must allow it.",
            "flag", False, advanced=True,
        ),
        Setting("tls_ca", "Certificates to trust", "A PEM file, for a server of your own.", advanced=True),
        Setting(
            "sent_copy", "Copy in Sent", "auto: only where the server keeps none itself.", "choice", "auto",
            ("auto", "always", "never"), advanced=True,
        ),
    ),
    secrets=(
        Secret("password", "Password", "An app password where the provider has two-step login.", ("password",)),
        Secret(
            "client_secret", "Client secret", "What came with the client id, where anything did.", _AT_PROVIDERS,
            required=False,
        ),
        Secret("oauth", "Login", "What logging in at the provider brought.", _AT_PROVIDERS, typed=False),
    ),
    auth=("password", "oauth_loopback", "oauth_device"),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=MAX_FILE_BYTES),
    text=TextRule(format="plain", subject=True),
    receipts=("delivered", "read"),
    about="A mailbox of any provider, by IMAP and SMTP.",
    discovers=True,
    echo=True,
    undo_window=10.0,
    target_minutes=480,
    poll_seconds=60.0,
    history=True,
    decoder=2,
    privacy="Mail is read from and sent through the mail server you name. When a mailbox is added, its domain is "
    "looked up in DNS, at the domain's own servers (with the address) and in Thunderbird's list of providers. Nothing "
    "else leaves the machine.",
)  # fmt: skip
