"""What a form is and what it can be told."""

from __future__ import annotations

from omnidesk.connectors.manifest import Attachments, Manifest, Setting, TextRule

ASKED = ("no", "optional", "required")
LANGUAGES = ("en", "nl", "de")

MANIFEST = Manifest(
    kind="form",
    name="Web form",
    badge="form",
    inbound=("none",),
    outbound="none",
    threading="headers",
    idempotency="none",
    identity_kinds=("email",),
    settings=(
        Setting("title", "Title", "Above the form. Empty: Contact us, in the visitor's language."),
        Setting("intro", "Introduction", "Below the title."),
        Setting("answer_by", "Answer by", "The mailbox that answers what comes in.", "channel"),
        Setting("name", "Name", "Whether it is asked for.", "choice", "optional", ASKED),
        Setting("phone", "Telephone", "Whether it is asked for.", "choice", "no", ASKED),
        Setting("order", "Order number", "Whether it is asked for.", "choice", "no", ASKED),
        Setting("subject", "Subject", "Asked for where there are no topics.", "choice", "optional", ASKED),
        Setting("topics", "Topics", "To choose one from instead of a subject, apart by semicolons."),
        Setting("files", "Files", "Whether files can be sent along.", "flag", False),
        Setting("files_mb", "Size of files", "All files of one message together, in MB.", "number", 10, advanced=True),
        Setting("thanks", "Thanks", "What is said when it has been sent. Empty: our own words."),
        Setting(
            "acknowledgement", "Confirmation by mail",
            "What a mail to the visitor says; {number} is the number of the conversation. Empty: no mail.",
        ),
        Setting("languages", "Languages", "Those it speaks, the usual one first.", default="en, nl, de"),
        Setting("origins", "Sites", "That may show it in a frame: https://shop.example, apart by spaces."),
        Setting("redirect", "Page afterwards", "An address of yours to go to instead of our thanks.", advanced=True),
        Setting(
            "wait_seconds", "Shortest time", "Seconds in which nobody but a program fills it in.", "number", 3,
            advanced=True,
        ),
        Setting("hourly", "Messages an hour", "From one internet address, at most.", "number", 60, advanced=True),
    ),
    attachments=Attachments(inbound=True),
    text=TextRule(subject=True),
    about="A contact page for your site, answered by mail.",
    address=False,
    vouches=False,
    page="/form/{name}",
    embed='<iframe src="{url}/form/{name}" title="Contact" style="width:100%;height:52rem;border:0"></iframe>',
    runs_in="serve",
    target_minutes=480,
    poll_seconds=60.0,
    privacy="What visitors fill in comes to your own web server. Nothing leaves the machine but answers by mail.",
)  # fmt: skip
