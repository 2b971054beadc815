"""From a Zendesk audit to events: one for every step of the journey in it, in the order of the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from journeyminer.importers.zendesk.account import (
    NOBODY,
    Account,
    Moment,
    as_audit,
    audit_events,
    audit_number,
    kind_word,
    moment,
    relation,
    text,
    untimed,
)
from journeyminer.log.record import Event, Record

if TYPE_CHECKING:
    from journeyminer.clock import ZoneRule

COMMENTS = {"comment", "facebookcomment", "facebookevent", "tweet", "twitterevent", "twitterdmevent"}
CALLS_AND_RATINGS = {"voicecomment", "satisfactionrating", "surveyoffered", "surveyresponsesubmitted"}
CHATS = {"chatstarted": "chat:started", "chatstartedevent": "chat:started",
         "chatended": "chat:ended", "chatendedevent": "chat:ended"}  # fmt: skip
LONGEST_CALL = timedelta(days=1)
MACHINES = ("rule", "trigger", "automation", "system", "sla", "admin setting")
"""words of `via` that name no channel: something acted by itself"""
QUIET = {
    "create", "change", "notification", "notificationwithccs", "organizationsubscriptionnotification",
    "smsnotification", "cc", "emailccchange", "followernotification", "followerchange", "macroreference",
    "agentmacroreference", "slatargetchange", "commentprivacychange", "commentredactionevent", "error",
    "attachmentredactionevent", "push", "external", "logmein", "ticketsharingevent", "translatedcommentevent",
    "associateattvalsevent", "knowledgelinked", "knowledgecaptured", "knowledgelinkaccepted",
    "scheduleassignment", "workflowmacroevent",
}  # fmt: skip
"""types that are no step of the journey, or only where their field is one"""


def read_audit(value: dict[str, Any], place: str, account: Account, zone: ZoneRule) -> Record:
    """The record of an audit or of a ticket event of the incremental export.

    Every event carries the status, the group and the assignee of its ticket right after it.
    """
    audit = as_audit(value)
    ticket, at = text(audit.get("ticket_id")), moment(audit.get("created_at"), zone)
    if not ticket:
        return Record.rejected(place, "no_case")
    if not at:
        return untimed(place, audit)
    id_ = text(audit.get("id"))
    reading = _Audit(audit, ticket, at, account, zone)
    ref = f"audit {id_}" if id_ else place
    record = Record(ref, events=list(reading.events()))
    if not record.events:
        return Record.ignored(ref, "no_step")
    return record


def unread(value: dict[str, Any]) -> set[str]:
    """The types of an audit's events that this importer does not know."""
    words = {kind_word(event): text(event.get("type")) or "" for _, event in audit_events(as_audit(value))}
    known = QUIET | COMMENTS | CALLS_AND_RATINGS | CHATS.keys()
    return {said for word, said in words.items() if word and word not in known}


def channel(via: object) -> str | None:
    """The channel in the source's words: `via.channel` of audits, the plain word of ticket events."""
    word = text(via.get("channel")) if isinstance(via, dict) else text(via)
    return None if word is None or word.lower() in MACHINES else word


def is_machine(via: object) -> bool:
    """Whether a trigger, an automation or the system acted."""
    word = text(via.get("channel")) if isinstance(via, dict) else text(via)
    return (word or "").lower() in MACHINES or relation(via) in MACHINES


def role(
    account: Account, *, author: str | None, requester: str | None, machine: bool, public: bool | None
) -> str | None:
    """Who acts, in Zendesk's words: end-user, agent, admin or system; None where the files do not tell."""
    if machine or author == NOBODY:
        return "system"
    if author is None:
        return None
    known = account.users.get(author)
    if public is False:
        # only agents write internal notes
        return known.role if known and account.is_staff(author) else "agent"
    if author == requester:
        return "end-user"
    if known and known.role:
        return known.role
    return "agent" if account.is_staff(author) else None


@dataclass(frozen=True, slots=True)
class _Audit:
    audit: Mapping[str, Any]
    ticket: str
    at: datetime
    account: Account
    zone: ZoneRule

    def events(self) -> Iterator[Event]:
        """The steps of the journey in the audit, its creation first."""
        listed = list(audit_events(self.audit))
        number = audit_number(self.audit)
        if any(kind_word(event) == "create" for _, event in listed):
            # one for all properties, before the first comment, which stands first in real audits
            yield self._event("created", {}, (self.at, number, -1), "created")
        said: set[str] = set()
        for place, event in listed:
            activity = _activity(event, self.audit.get("via"))
            if activity is None or (activity.startswith("satisfaction:") and activity in said):
                continue
            said.add(activity)
            yield self._event(activity, event, (self.at, number, place), text(event.get("id")) or f"#{place}")

    def _event(self, activity: str, event: Mapping[str, Any], after: Moment, part: str) -> Event:
        via = event.get("via") or self.audit.get("via")
        account, ticket = self.account, self.ticket
        author = text(event.get("author_id")) or text(self.audit.get("author_id"))
        public = event.get("public") if isinstance(event.get("public"), bool) else None
        who = role(
            account,
            author=author,
            requester=account.requester(ticket, after),
            machine=is_machine(via),
            public=public,
        )
        owner = account.value(ticket, "assignee_id", after)
        acting = author if who in ("agent", "admin") else None
        number = text(self.audit.get("id"))
        return Event(
            ticket,
            activity,
            self.at,
            started_at=self._call_start(event),
            role=who,
            channel=channel(via),
            visibility=None if public is None else "public" if public else "internal",
            resource=account.agent(owner or acting),
            group=account.group(account.value(ticket, "group_id", after)),
            status=account.value(ticket, "status", after),
            id=f"audit:{number}:{part}" if number else None,
        )

    def _call_start(self, event: Mapping[str, Any]) -> datetime | None:
        """When a call began: as its comment says, else its duration before the comment; None beyond a day."""
        data = event.get("data")
        if kind_word(event) != "voicecomment" or not isinstance(data, dict):
            return None
        began, seconds = moment(data.get("started_at"), self.zone), data.get("call_duration")
        if began is None and isinstance(seconds, int) and 0 <= seconds < LONGEST_CALL.total_seconds():
            began = self.at - timedelta(seconds=seconds)
        return began if began and timedelta(0) <= self.at - began <= LONGEST_CALL else None


def _activity(event: Mapping[str, Any], via: object) -> str | None:
    """The activity word of an audit's event, None where it is no step of the journey; see `zendesk`."""
    kind = kind_word(event)
    if kind in COMMENTS:
        return "merged" if relation(event.get("via") or via) == "merge" else "comment"
    if kind == "voicecomment":
        return _call(event)
    if kind in ("satisfactionrating", "surveyoffered", "surveyresponsesubmitted"):
        return f"satisfaction:{text(event.get('score')) or ('offered' if kind == 'surveyoffered' else 'answered')}"
    if kind == "change":
        return _change(text(event.get("field_name")), text(event.get("value")), text(event.get("previous_value")))
    return CHATS.get(kind)


def _change(name: str | None, value: str | None, previous: str | None) -> str | None:
    if value == previous:
        return None
    if name == "status" and value:
        return f"status:{value}"
    if name == "satisfaction_score":
        return f"satisfaction:{value}" if value and value != "unoffered" else None
    if name in ("assignee_id", "group_id"):
        word = name.removesuffix("_id")
        return f"{word}:removed" if value is None else f"{word}:changed" if previous else word
    return "priority" if name == "priority" else None


def _call(event: Mapping[str, Any]) -> str:
    data = event.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("outbound"), bool):
        return "voice"
    if data["outbound"]:
        return "voice:outbound"
    missed = "answered_by_id" in data and not data["answered_by_id"]
    return "voice:missed" if missed else "voice:inbound"
