"""What kind of file came, from its name, its media type and its first bytes; and what may be done with it.

The strictest of the three decides: a program stays one whatever it is called. Archives are listed and never opened;
programs, web pages, files with macros and disk images are saved only, because opening them hands the machine over.
"""

from __future__ import annotations

import re
from enum import StrEnum

from omnidesk.words.speech import _

FIRST = 4_096
"""Bytes of a file that are looked at."""


class FileKind(StrEnum):
    """What a file is, as far as opening it goes."""

    PICTURE = "picture"
    TEXT = "text"
    PDF = "pdf"
    MAIL = "mail"
    DOCUMENT = "document"
    MEDIA = "media"
    ARCHIVE = "archive"
    PROGRAM = "program"
    PAGE = "web page"
    MACROS = "file with macros"
    DISK = "disk image"
    UNKNOWN = "file of no known kind"


SAVED_ONLY = {
    FileKind.PROGRAM: "a program: it is saved, never opened",
    FileKind.PAGE: "a web page can run scripts: it is saved, never opened",
    FileKind.MACROS: "it can hold macros: it is saved, never opened",
    FileKind.DISK: "a disk image: it is saved, never opened",
    FileKind.UNKNOWN: "nobody knows what it is: it is saved, never opened",
}
"""Why a file of such a kind is not opened."""
DANGEROUS = frozenset((FileKind.PROGRAM, FileKind.PAGE, FileKind.MACROS, FileKind.DISK))

_ENDINGS = {
    FileKind.PICTURE: "jpg jpeg jpe png gif webp bmp tif tiff heic heif avif ico",
    FileKind.TEXT: "txt text log csv tsv md ics vcf json yaml yml asc sig",
    FileKind.PDF: "pdf",
    FileKind.MAIL: "eml msg",
    FileKind.DOCUMENT: "docx xlsx pptx odt ods odp odg rtf pages numbers key epub",
    FileKind.MEDIA: "mp3 wav ogg oga opus m4a aac flac mp4 m4v mov webm mkv avi 3gp amr",
    FileKind.ARCHIVE: "zip tar gz tgz bz2 tbz xz txz zst 7z rar lz lzma cab ar cpio z",
    FileKind.PAGE: "html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt hta htc wml url webloc website",
    FileKind.MACROS: "doc dot docm dotm xls xlt xlsm xltm xlsb xlam xla ppt pot pps pptm potm ppsm ppam one mdb accdb "
    "pub slk iqy",
    FileKind.DISK: "iso img dmg vhd vhdx vmdk udf toast bin",
    FileKind.PROGRAM: "exe com scr pif bat cmd msi msp mst dll sys cpl ocx js jse vbs vbe vb ws wsf wsc wsh ps1 psm1 "
    "psd1 ps1xml sh bash zsh csh ksh fish run app command workflow action jar class jnlp apk ipa deb rpm pkg "
    "appimage flatpak snap py pyc pyw pyz pl rb php lua reg inf lnk desktop scf gadget application appref-ms "
    "appx msix chm hlp settingcontent-ms library-ms search-ms xll elf out so dylib ko swf air osx terminal",
}
_BY_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_BY_TYPE = (
    (re.compile(r"image/svg|text/html|application/xhtml|text/xml|application/(?:\w+\+)?xml"), FileKind.PAGE),
    (re.compile(r"application/(?:x-)?(?:ms-?dos-executable|dosexec|msdownload|msi|sharedlib|executable|java)"),
     FileKind.PROGRAM),
    (re.compile(r"application/(?:x-)?(?:sh|shellscript|javascript|bat|hta)\b|text/(?:x-(?:sh|python|perl)|javascript)"),
     FileKind.PROGRAM),
    (re.compile(r"application/[\w.-]*macroenabled"), FileKind.MACROS),
    (re.compile(r"application/(?:x-)?(?:iso9660|cd-image|apple-diskimage)"), FileKind.DISK),
    (re.compile(r"application/(?:x-)?(?:zip|gzip|tar|bzip|7z|rar|xz)"), FileKind.ARCHIVE),
    (re.compile(r"image/"), FileKind.PICTURE),
    (re.compile(r"(?:audio|video)/"), FileKind.MEDIA),
    (re.compile(r"application/pdf"), FileKind.PDF),
    (re.compile(r"message/"), FileKind.MAIL),
    (re.compile(r"text/"), FileKind.TEXT),
)  # fmt: skip
_STRICT = (*DANGEROUS, FileKind.ARCHIVE)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
             b"L\x00\x00\x00\x01\x14\x02", b"dex\n")  # fmt: skip
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!",
             b"(\xb5/\xfd", b"MSCF")  # fmt: skip
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*", b"RIFF",
             b"\x00\x00\x01\x00")  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|script|svg|iframe|meta|object|embed|\?xml)[\s>/?:]")


def ending(name: str) -> str:
    """Return what stands behind the last dot of a name, in lower case; "" without one."""
    return name.rstrip(" .").rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str, content_type: str, data: bytes | None = None) -> FileKind:
    """Return what a file is; `data` are its bytes where they are at hand."""
    named = _BY_ENDING.get(ending(name), FileKind.UNKNOWN)
    content_type = content_type.lower()
    typed = next((kind for pattern, kind in _BY_TYPE if pattern.match(content_type)), FileKind.UNKNOWN)
    if content_type in ("text/plain", "application/octet-stream", ""):
        typed = FileKind.UNKNOWN  # what programs say that do not know
    found = named if named is not FileKind.UNKNOWN or not ending(name) else typed
    found = typed if found is FileKind.UNKNOWN else found
    if found is FileKind.UNKNOWN and content_type == "text/plain" and not ending(name):
        found = FileKind.TEXT
    for strict in _STRICT:
        if strict in (named, typed) and found not in DANGEROUS:
            found = strict
    return found if data is None else _by_content(found, data)


def _by_content(said: FileKind, data: bytes) -> FileKind:
    """What the bytes make of what name and type said: they can only make it stricter."""
    head = data[:FIRST]
    if said in DANGEROUS:
        return said
    if head.startswith(_PROGRAMS):
        return FileKind.PROGRAM
    if head.startswith(_OLD_OFFICE):
        return said if said is FileKind.MAIL else FileKind.MACROS
    if said is FileKind.DOCUMENT and head.startswith(b"PK"):
        return FileKind.MACROS if b"vbaProject" in data or b"macrosheets" in data else said
    if head.startswith(_ARCHIVES):
        return FileKind.ARCHIVE
    if said not in (FileKind.MAIL, FileKind.PDF, FileKind.TEXT) and _PAGE.search(head):
        return FileKind.PAGE
    if said is FileKind.TEXT and (b"\x00" in head or _PAGE.match(head.lstrip(b"\xef\xbb\xbf \t\r\n"))):
        return FileKind.UNKNOWN if b"\x00" in head else FileKind.PAGE
    if said is FileKind.PDF and b"%PDF-" not in head[:1024]:
        return FileKind.UNKNOWN
    if said is FileKind.PICTURE and not head.startswith(_PICTURES) and b"ftyp" not in head[:16]:
        return FileKind.UNKNOWN
    return said


def remark(name: str, content_type: str) -> str:
    """Return what must be said beside a file in a list, "" for nothing."""
    kind = kind_of(name, content_type)
    if kind in DANGEROUS:
        return _("{kind}: save only").format(kind=_(kind))
    return _("archive: list or save") if kind is FileKind.ARCHIVE else ""
