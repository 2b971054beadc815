"""Zendesk Support as JSON: tickets, audits, incremental ticket events, ratings, with users and groups beside them.

A file is an array, a page of the API (`{"audits": [...], "next_page": ...}`), one object a line, or objects one after
another, plain or gzip. All files of one account are one namespace (`zendesk-` and its subdomain, where an address in
a file tells it) and are read together: users and groups give roles and names, and audits are the truth about a
ticket. A ticket's own comments and milestones count only where none of its audits is there. Times are UTC.

Activities:
    created                                     the ticket, one event for all properties it was created with
    comment                                     public or internal by `visibility`, by whom by `role`
    merged                                      the comment that Zendesk writes when tickets are merged
    status:new  :open  :pending  :hold  :solved  :closed      the status became that
    assignee  assignee:changed  assignee:removed              from nobody, from another agent, to nobody
    group  group:changed  group:removed                       likewise
    priority                                    the priority changed
    voice  voice:inbound  voice:outbound  voice:missed        a call; `started_at` is when it began
    chat:started  chat:ended
    satisfaction:offered  :good  :bad  (:good_with_comment, :bad_with_comment, :answered)

Roles are `end-user`, `agent`, `admin`, `system` (triggers, automations, the author -1); channels are the words of
`via`; statuses are Zendesk's (`hold` is on hold). The group and the status are those after the event. So is the
resource: the assignee, since a hand-off is a change of ownership; while nobody is assigned, the agent who acts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeyminer.clock import ZoneRule
from journeyminer.errors import JourneyminerError
from journeyminer.importers.base import Match, Sample, Source, readable
from journeyminer.importers.zendesk.account import Account, learn
from journeyminer.importers.zendesk.audits import read_audit, unread
from journeyminer.importers.zendesk.documents import items, subdomain
from journeyminer.importers.zendesk.tickets import case, identities, read_rating, read_ticket
from journeyminer.log.record import Record
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.loader import Loader
    from journeyminer.vocabulary import FateReason

NAME = "zendesk"
FILES = "*.json, *.ndjson, *.gz"

_KEY = re.compile(r'"(\w+)"\s*:')
_END_USER = re.compile(r'"role"\s*:\s*"end-user"')
_STAFF_KEYS = {"role", "restricted_agent", "ticket_restriction", "default_group_id", "only_private_comments"}
"""of a user who is no end-user; other products have users with a role and an address too"""
_ADDRESS = re.compile(
    r'"https?:(?:\\?/){2}[\w-]+\.zendesk\.com\\?/api\\?/v2\\?/(tickets|users|groups|organizations)', re.IGNORECASE
)
_TICKET_KEYS = {
    "submitter_id", "submitter", "via", "allow_channelback", "followup_ids", "via_followup_source_id", "has_incidents",
    "forum_topic_id", "raw_subject", "satisfaction_rating", "generated_timestamp", "metric_set", "ticket_form_id",
    "custom_status_id",
}  # fmt: skip
_SIGNATURES: tuple[tuple[set[str], set[str], int], ...] = (
    ({"ticket_id", "child_events"}, set(), 0),  # ticket events
    ({"ticket_id", "events", "author_id"}, {"field_name", "audit_id", "via"}, 1),  # audits
    ({"ticket_id", "metric", "instance_id"}, set(), 0),  # metric events
    ({"ticket_id", "score", "requester_id", "assignee_id"}, set(), 0),  # satisfaction ratings
    ({"requester_id"}, _TICKET_KEYS, 2),  # tickets
    ({"requester"}, _TICKET_KEYS, 2),
)
"""the keys that a file must have, and of which others how many"""
_GROUP_FILE = {
    "groups", "id", "name", "description", "default", "deleted", "is_public", "created_at", "updated_at", "next_page",
    "previous_page", "count",
}  # fmt: skip
_IGNORED: dict[str, FateReason] = {
    "user": "reference_data", "group": "reference_data", "organization": "reference_data",
    "metric event": "service_clock",
}  # fmt: skip
_READ: dict[str, Callable[[dict[str, Any], str, Account, ZoneRule], Record]] = {
    "audit": read_audit, "ticket event": read_audit, "ticket": read_ticket, "rating": read_rating,
}  # fmt: skip


def identify(sample: Sample) -> Match | None:
    """Keys that only Zendesk writes: of audits, ticket events, tickets, ratings, or of its users and groups."""
    start = sample.text.lstrip()
    if not start.startswith(("{", "[")):
        return None
    keys = set(_KEY.findall(start))
    for required, others, least in _SIGNATURES:
        if required <= keys and len(others & keys) >= least:
            return Match(0.95, Note("match.keys", keys=(*sorted(required), *sorted(others & keys)[:2])))
    if "email" in keys and (_END_USER.search(start) or len(_STAFF_KEYS & keys) > 1):
        return Match(0.9, Note("match.zendesk_users"))
    if {"id", "name"} <= keys and (address := _ADDRESS.search(start)):
        return Match(0.9, Note("match.zendesk_addresses", what=address[1]))
    if start[1:].lstrip().startswith('"groups"') and keys <= _GROUP_FILE:
        return Match(0.7, Note("match.zendesk_groups"))
    return None


def load(source: Source, loader: Loader) -> None:
    """Every ticket, audit, ticket event and rating of the file.

    Raises:
        UnreadableExport: the file is no JSON or breaks off.
    """
    if not source.shared:
        source.shared["files"] = _read_together(source)
    together: _Files = source.shared["files"]
    name = together.name_of[source.path]
    loader.namespace(f"{NAME}-{name}" if name else NAME)
    account = together.accounts[name]
    told, zone = _Told(), ZoneRule(source.timezone)
    loader.records(_records(source, account, zone, told))
    if told.unknown:
        loader.decide(Note("decision.types_unread", types=tuple(sorted(told.unknown))))
    if told.audited:
        loader.decide(Note("decision.audited", n=len(told.audited)))
    loader.decide_zone(zone)


@dataclass(slots=True)
class _Files:
    """The accounts of a reading, and which file belongs to which."""

    name_of: dict[Path, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)


def _read_together(source: Source) -> _Files:
    """Learn from all files. One that names no account belongs to the only account that the others name."""
    files = _Files()
    paths = source.siblings or (source.path,)
    files.name_of = {path: subdomain(path) for path in paths}
    named = set(files.name_of.values()) - {""}
    only = named.pop() if len(named) == 1 else ""
    for path in paths:
        files.name_of[path] = name = files.name_of[path] or only
        account = files.accounts.setdefault(name, Account())
        try:
            with readable():
                zone = ZoneRule(source.options.zone_of(path))
                account.absorb(learn(items(path, source.options.encoding), zone))
        except JourneyminerError:
            continue  # its own load will say so
    for account in files.accounts.values():
        account.sort()
    return files


@dataclass(slots=True)
class _Told:
    """What the receipt says of a file beyond its counts."""

    unknown: set[str] = field(default_factory=set)
    """types of events that this importer does not know"""
    audited: set[str] = field(default_factory=set)
    """tickets of the file whose audits are the truth"""


def _records(source: Source, account: Account, zone: ZoneRule, told: _Told) -> Iterator[Record]:
    """One record an item."""
    described = set(account.snapshots)
    for place, kind, value in items(source.path, source.options.encoding):
        if kind in _IGNORED:
            yield Record.ignored(place, _IGNORED[kind])
            continue
        read = _READ.get(kind)
        if read is None or not isinstance(value, dict):
            yield Record.rejected(place, "unknown_object")
            continue
        record = read(value, place, account, zone)
        if read is read_audit:
            told.unknown |= unread(value)
        elif read is read_ticket and not record.events:
            told.audited.update(about.case for about in record.cases)
        # a ticket describes its case itself; where only its audits came along, the first of them does
        for ticket in {event.case for event in record.events} - described:
            described.add(ticket)
            record.cases.append(case(account, ticket))
            record.identities += identities(account, ticket)
        yield record
