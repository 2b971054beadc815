"""From a Zendesk ticket to its case, its customer's identifiers and, where it has no audits, the events it still tells.

A ticket alone knows its comments and a few milestones; its history is not in it. Milestones are marked synthetic, and
an event carries only what surely held at its time: the present assignee from the last assignment on, the present
group where there was never another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from journeyminer.importers.zendesk.account import (
    FOLLOW_UP,
    Account,
    csat,
    moment,
    origin,
    reference,
    relation,
    text,
    untimed,
)
from journeyminer.importers.zendesk.audits import channel, is_machine, role
from journeyminer.log.record import Case, Event, Identity, Record

if TYPE_CHECKING:
    from journeyminer.clock import ZoneRule


def read_ticket(value: dict[str, Any], place: str, account: Account, zone: ZoneRule) -> Record:
    """The record of a ticket: attributes only, where its audits were read, else events too."""
    ticket, opened = text(value.get("id")), moment(value.get("created_at"), zone)
    if not ticket:
        return Record.rejected(place, "no_case")
    if ticket not in account.audited and not opened:
        return untimed(place, value)
    record = Record(f"ticket {ticket}")
    rating = value.get("satisfaction_rating")
    brand, via = value.get("brand"), value.get("via")
    followed = text(value.get("via_followup_source_id")) or (origin(via) if relation(via) in FOLLOW_UP else None)
    about = case(account, ticket)
    about.opened_at = opened
    if isinstance(rating, dict) and csat(rating.get("score")) is not None:
        about.csat = csat(rating["score"])
    about.priority, about.topic = text(value.get("priority")), text(value.get("type"))
    about.extras = {"x_followup_of": followed} if followed else about.extras
    about.product = text(brand.get("name")) if isinstance(brand, dict) else None
    record.cases.append(about)
    requester = account.requester(ticket)
    record.identities += identities(account, ticket)
    if requester and not account.is_staff(requester):
        record.identities += _sender(ticket, value.get("via"))
    if ticket not in account.audited and opened:
        record.events += sorted(_events(value, ticket, opened, account, zone), key=lambda event: event.timestamp)
    return record


def read_rating(value: dict[str, Any], place: str, account: Account, zone: ZoneRule) -> Record:
    """The record of a satisfaction rating: the answer to its case, and an event where no audit tells it.

    An answer is given at `updated_at`; `created_at` is when the question was sent.
    """
    id_, ticket, score = (text(value.get(key)) for key in ("id", "ticket_id", "score"))
    if not ticket or not score:
        return Record.rejected(place, "no_score" if ticket else "no_case")
    if score == "unoffered":
        return Record.ignored(place, "rating_not_asked")
    at = moment(value.get("created_at"), zone)
    if csat(score) is not None:
        at = moment(value.get("updated_at"), zone) or at
    if not at:
        return untimed(place, value)
    record = Record(f"rating {id_}" if id_ else place)
    if csat(score) is not None:
        record.cases.append(Case(ticket, csat=csat(score)))
    if ticket not in account.rated:
        asked = csat(score) is None
        record.events.append(
            Event(
                ticket,
                f"satisfaction:{score}",
                at,
                role="system" if asked else "end-user",
                group=account.group(text(value.get("group_id"))),
                resource=account.agent(text(value.get("assignee_id"))),
                id=f"rating:{id_}:{score}" if id_ else None,
            )
        )
    return record


def case(account: Account, ticket: str) -> Case:
    """What the whole account says of a ticket's case."""
    requester = account.users.get(account.requester(ticket) or "")
    followed = account.followed.get(ticket)
    return Case(
        ticket,
        priority=account.value(ticket, "priority"),
        topic=account.value(ticket, "type"),
        language=requester.locale if requester else None,
        csat=csat(account.value(ticket, "score")),
        extras={"x_followup_of": followed} if followed else None,
    )


def identities(account: Account, ticket: str) -> Iterator[Identity]:
    """What identifies the customer of a ticket; nothing where an agent asked for it."""
    requester = account.requester(ticket)
    if not requester or account.is_staff(requester):
        return
    # the weakest of all, it joins the customer's tickets where no users file came along
    yield Identity(ticket, "handle", f"zendesk user {requester}")
    if known := account.users.get(requester):
        if known.email:
            yield Identity(ticket, "email", known.email)
        if known.phone:
            yield Identity(ticket, "phone", known.phone)
        if known.external_id:
            yield Identity(ticket, "external_id", known.external_id)
        if known.name:
            yield Identity(ticket, "name", known.name)


def _sender(ticket: str, via: object) -> Iterator[Identity]:
    """The address or number that the ticket came from."""
    source = via.get("source") if isinstance(via, dict) else None
    sender = source.get("from") if isinstance(source, dict) else None
    if not isinstance(sender, dict):
        return
    if address := text(sender.get("address")):
        yield Identity(ticket, "email" if "@" in address else "handle", address)
    if number := text(sender.get("phone")):
        yield Identity(ticket, "phone", number)


def _events(
    value: Mapping[str, Any], ticket: str, opened: datetime, account: Account, zone: ZoneRule
) -> Iterator[Event]:
    metrics = value.get("metric_set")
    metrics = metrics if isinstance(metrics, dict) else {}
    times = {key: moment(metrics.get(key), zone) for key in metrics if key.endswith("_at")}
    first, last = times.get("initially_assigned_at"), times.get("assigned_at")
    assignee = reference(value, "assignee_id")
    group = account.group(reference(value, "group_id")) if metrics.get("group_stations") == 1 else None
    status = text(value.get("status"))

    def milestone(activity: str, at: datetime, **said: str | None) -> Event:
        since = assignee and last and at >= last
        owner = account.agent(assignee) if since else None
        id_ = f"ticket:{ticket}:{activity}:{at.isoformat()}"
        return Event(ticket, activity, at, group=group, resource=owner, synthetic=True, id=id_, **said)  # type: ignore[arg-type]

    requester = account.requester(ticket)
    submitter = reference(value, "submitter_id")
    machine = is_machine(value.get("via"))
    by = role(account, author=submitter or requester, requester=requester, machine=machine, public=None)
    yield milestone("created", opened, role=by, channel=channel(value.get("via")))
    yield from _comments(value, ticket, account, zone, group)
    if first and first != last:
        yield milestone("assignee", first)
    if last:
        yield milestone("assignee:changed" if first and first != last else "assignee", last)
    solved = times.get("solved_at")
    if solved:
        yield milestone("status:solved", solved, status="solved")
    # the last change of status, or failing that the last update, when the ticket had it at the latest
    now = times.get("status_updated_at") or moment(value.get("updated_at"), zone)
    if status and status != "new" and now and now > opened and not (status == "solved" and solved):
        yield milestone(f"status:{status}", now, status=status)


def _comments(
    value: Mapping[str, Any], ticket: str, account: Account, zone: ZoneRule, group: str | None
) -> Iterator[Event]:
    comments = value.get("comments")
    for comment in comments if isinstance(comments, list) else []:
        at = moment(comment.get("created_at"), zone) if isinstance(comment, dict) else None
        if not at:
            continue
        id_, author, via = text(comment.get("id")), text(comment.get("author_id")), comment.get("via")
        public = comment.get("public") if isinstance(comment.get("public"), bool) else None
        requester = account.requester(ticket)
        who = role(account, author=author, requester=requester, machine=is_machine(via), public=public)
        yield Event(
            ticket,
            "comment",
            at,
            role=who,
            channel=channel(via),
            visibility=None if public is None else "public" if public else "internal",
            resource=account.agent(author) if who in ("agent", "admin") else None,
            group=group,
            id=f"comment:{id_}" if id_ else None,
        )
