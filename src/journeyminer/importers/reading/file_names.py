"""What a file is called in receipts and reports: its own name, with an opaque one in place of a customer's.

A chat is exported under the name of the one whom it is with, a mailbox under an address, a single mail under its
subject.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

CHAT = re.compile(
    r"(?:WhatsApp Chat (?:with|mit|-)|Chat de WhatsApp con|Conversa d[oe] WhatsApp com|Conversa no WhatsApp com|"
    r"WhatsApp[- ](?:beszélgetés|csevegés)(?: vele:| ezzel:| –| -)?) (?P<name>.+?)(?: ?\(\d+\))?(?:\.txt|\.zip)?",
    re.IGNORECASE,
)
"""how WhatsApp calls the export of a chat: `name` is the person or the number that it is with"""
_GROUP = re.compile(r"mpdm-.+-\d+")
"""how Slack calls the folder of a conversation of several people: by their names"""
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDING = re.compile(r"(\.(mbox|emlx?|txt|zip))?(\.gz)?$", re.IGNORECASE)


def public_name(shown: str) -> str:
    """The name with an opaque part for every folder, archive and file that is named after a customer or a subject."""
    return "/".join(map(_public, shown.split("/")))


def _public(part: str) -> str:
    path = PurePosixPath(part)
    if CHAT.fullmatch(part):
        kind = "whatsapp"
    elif _GROUP.fullmatch(part):
        kind = "mpdm"
    elif _ADDRESS.search(part):
        kind = "mailbox"
    elif path.suffix.lower() in (".eml", ".emlx") and len(_WORD.findall(path.stem)) > 1:
        kind = "mail"
    else:
        return part
    ending = _ENDING.search(part)
    return f"{kind}-{hashlib.sha256(part.encode()).hexdigest()[:8]}{ending[0].lower() if ending else ''}"
