"""The dialects: a world written as the files that its systems would export."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from journeybench.dialects import messages, nested, tables, wide, zendesk
from journeybench.dialects.book import OURS, Book, Record
from journeybench.dialects.messages import TEAM
from journeybench.dialects.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from journeybench.world import World

__all__ = ["DIALECTS", "Book", "Record", "export"]

NOTE = "Handover for Dana: the exports are from Monday morning. The chat log is only our own queue.\n"
DIALECTS: dict[str, Callable[[Book], None]] = {
    "zendesk": zendesk.write,
    "servicenow": wide.write_servicenow,
    "xes": tables.write_xes,
    "zendesk_csv": wide.write_zendesk_csv,
    "jira": wide.write_jira,
    "intercom": nested.write_intercom,
    "freshdesk": nested.write_freshdesk,
    "slack": nested.write_slack,
    "telegram": nested.write_telegram,
    "mbox": messages.write_mbox,
    **{f"events_{code}": partial(tables.write, system="desk", language=code) for code in LANGUAGES},
    **{f"chat_{code}": partial(tables.write, system="chat", language=code) for code in LANGUAGES},
    **{f"calls_{code}": partial(tables.write, system="phone", language=code) for code in LANGUAGES},
    **{f"list_{code}": partial(wide.write_list, language=code) for code in LANGUAGES},
    **{f"whatsapp_{code}": partial(messages.write_whatsapp, language=code) for code in LANGUAGES},
}
"""name -> what writes one system in this format"""


def export(world: World) -> Book:
    """Write every system in the dialect that the plan names, a note that is no export, and what an analyst knows."""
    book = Book(world)
    for _, dialect in world.plan.dialects:
        DIALECTS[dialect](book)
    book.files["note to Dana.txt"] = NOTE.encode()
    book.unclaimed.append("note to Dana.txt")
    book.config = _knowledge(book)
    return book


def _knowledge(book: Book) -> str:
    """The configuration that an analyst would write."""
    zones = "".join(f'"{file}" = "{zone}"\n' for file, zone in book.zones.items() if not file.startswith("whatsapp"))
    if any(file.startswith("whatsapp") for file in book.zones):
        zones += f'"*WhatsApp*.txt" = "{book.world.plan.zone}"\n'
    return f'[us]\ndomains = ["{OURS}"]\nnames = ["{TEAM}"]\n\n[timezones]\n{zones}'
