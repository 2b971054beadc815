"""Catalogues: every sentence that an entry can become."""

from __future__ import annotations

from journeyminer.i18n import Entry


def forms_of(entry: Entry) -> list[str]:
    """The sentences of an entry, a form each."""
    if isinstance(entry, str):
        return [entry]
    return [form for name, each in entry.items() if name != "by" for form in forms_of(each)]
