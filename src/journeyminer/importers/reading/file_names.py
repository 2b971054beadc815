"""What a file is called in receipts and reports: its own name, with a number in place of what may be a customer's.

A chat is exported under the name of the one whom it is with, a mailbox under an address, a single mail under its
subject; and what no importer reads may be called anything.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from journeyminer.log.pseudonyms import Pseudonyms
    from journeyminer.vocabulary import PseudonymKind

CHAT = re.compile(
    r"(?:WhatsApp Chat (?:with|mit|-)|Chat de WhatsApp con|Conversa d[oe] WhatsApp com|Conversa no WhatsApp com|"
    r"WhatsApp[- ](?:beszélgetés|csevegés)(?: vele:| ezzel:| –| -)?) (?P<name>.+?)(?: ?\(\d+\))?(?:\.txt|\.zip)?",
    re.IGNORECASE,
)
"""how WhatsApp calls the export of a chat: `name` is the person or the number that it is with"""
PERSONAL: Final[dict[str, PseudonymKind]] = {"mail": "mailbox", "whatsapp": "chat"}
"""importer whose files are called after people or what they write about -> what such a file is shown as"""
_GROUP = re.compile(r"mpdm-.+-\d+")
"""how Slack calls the folder of a conversation of several people: by their names"""
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_MOMENT = re.compile(r"\D{0,2}(?:19|20)\d\d[-._ ]?[01]\d(?:[-._ ]?[0-3]\d|$)")
_NUMBER = re.compile(r"\+?[\d ().\-/_]+")
"""a telephone or an identity card, unless it is a moment"""
_MIN_DIGITS = 7
_ENDING = re.compile(
    r"(\.(?:mbox|emlx?|txt|zip|csv|tsv|jsonl?|ndjson|parquet|xes|xml|xlsx?|ods|pdf|docx?|rtf|html?|md|log|toml|ya?ml|png|"
    r"jpe?g|gif|opus|mp[34]|vcf|ics|msg|pst|db|sqlite|duckdb|tar))?(\.gz)?$",
    re.IGNORECASE,
)
"""endings that say what a file is; any other may be part of a name"""


def public_name(shown: str, pseudonyms: Pseudonyms) -> str:
    """Return the name with a number for every folder, archive and file that is called after a customer."""
    *folders, file = shown.split("/")
    parts = [_public(folder, pseudonyms, "folder") for folder in folders]
    return "/".join([*parts, _public(file, pseudonyms, "file")])


def numbered(shown: str, pseudonyms: Pseudonyms) -> str:
    """Return a number for a file of which nothing is known, with its ending."""
    return pseudonyms.name("file", shown) + _ending(shown)


def _public(part: str, pseudonyms: Pseudonyms, kind: str) -> str:
    if _GROUP.fullmatch(part):
        return pseudonyms.name("chat", part)
    if CHAT.fullmatch(part) or _ADDRESS.search(part) or _is_number(PurePosixPath(part).stem):
        return pseudonyms.name(kind, part) + _ending(part)
    return part


def _is_number(stem: str) -> bool:
    many = sum(map(str.isdigit, stem)) >= _MIN_DIGITS
    return many and _NUMBER.fullmatch(stem) is not None and not _MOMENT.match(stem)


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[0].lower() if found else ""
