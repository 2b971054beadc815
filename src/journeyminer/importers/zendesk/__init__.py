"""Zendesk Support as JSON: read as profiles/zendesk.toml says, with what no profile can say.

Two things are Python here. Ticket events of the incremental export name the changed field by a key of its own, so that
no path leads there: they become audits before they are read (`reshape`). And what holds for a ticket after an event
(status, group, owner, requester) hangs on all audits of the ticket, in whatever file and order they came, which is a
query over all of them (`histories`).
"""

from __future__ import annotations

from journeyminer.importers.nested import Documents
from journeyminer.importers.nested.profile import profiles
from journeyminer.importers.nested.query import Further
from journeyminer.importers.zendesk.histories import LOOKUPS, tables
from journeyminer.importers.zendesk.ticket_events import reshape

_DOCUMENTS = Documents(profiles()["zendesk"], reshape, Further(LOOKUPS, tables))

NAME = _DOCUMENTS.NAME
FILES = _DOCUMENTS.FILES
identify = _DOCUMENTS.identify
load = _DOCUMENTS.load
