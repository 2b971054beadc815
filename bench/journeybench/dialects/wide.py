"""What holds one row a ticket or one row an update: ServiceNow's audit of the desk, and the legacy system's lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from journeybench.clock import MINUTE, WEEK, moment
from journeybench.dialects.book import Book, Shown
from journeybench.dialects.tables import table_bytes
from journeybench.dialects.vocabulary import HEADERS, MOMENTS, STATES
from journeybench.words import subject

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Step

AUDIT = (
    "number", "incident_state", "active", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla",
    "caller_id", "opened_at", "sys_updated_at", "contact_type", "category", "priority", "assignment_group",
    "assigned_to",
)  # fmt: skip
AUDIT_STATES = {"new": "New", "open": "Active", "pending": "Awaiting User Info", "on_hold": "Awaiting Vendor",
                "solved": "Resolved", "closed": "Closed"}  # fmt: skip


def write_servicenow(book: Book) -> None:
    """Write the desk as ServiceNow's incident audit: a snapshot after every update, `?` where nothing is known."""
    file, rows = "incident_event_log.csv", []
    book.zones[file] = book.world.plan.zone
    since = book.world.start + 2 * WEEK if book.dirt.truncated else 0
    dice = book.dice(file, "assignees")
    for number, contact in enumerate(book.contacts("desk"), 1):
        caller = f"Caller {contact.person.number if contact.person.account is None else contact.person.account}"
        book.identifiers[contact.number] |= {caller}
        now = {"status": "new", "team": "", "agent": ""}
        moves = reopens = 0
        for version, (place, step) in enumerate(book.steps(contact)):
            moves += bool(step.team and now["team"] and step.team != now["team"])
            reopens += step.kind == "reopened"
            if step.team and step.team != now["team"]:
                now["agent"] = ""
            now |= {
                "status": step.status or now["status"],
                "team": step.team or now["team"],
                "agent": step.agent or now["agent"],
            }
            agent = "" if dice.chance(book.dirt.no_assignee) else now["agent"]
            if step.at >= since:
                rows.append((step.at, contact, place, [
                    f"INC{number:05d}", AUDIT_STATES[now["status"]], str(now["status"] != "closed").lower(), str(moves),
                    str(reopens), str(version), "true", caller, _day_first(book, contact.opened),
                    _day_first(book, step.at), {"email": "Email", "web": "Self service"}[contact.channel],
                    contact.need.topic, "2 - High" if contact.need.severe else "3 - Moderate",
                    now["team"] or "?", agent or "?",
                ]))  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[1].number, row[2]))
    for line, (at, contact, place, _) in enumerate(rows, 2):
        book.note(file, f"row {line}", contact, at, place)
    book.files[file] = table_bytes(AUDIT, [cells for *_, cells in rows], ",", "utf-8")
    book.shown["desk"] = Shown(starts=False, hidden=frozenset({"answers", "ratings"}))


def _day_first(book: Book, at: int) -> str:
    when = moment(at, book.world.calendar.zone)
    return f"{when.day}/{when.month}/{when.year} {when:%H:%M}"


# ---- the legacy system: what a ticket is now, and a few of its moments ---------------------------------------------


def _told(book: Book) -> Iterator[tuple[int, Contact, list[tuple[int, Step]]]]:
    """The tickets of the legacy system that are in the file, with their steps."""
    middle = (book.world.start + book.world.end) // 2
    for number, contact in enumerate(book.contacts("legacy"), 1):
        steps = list(book.steps(contact))
        solved = [step.at for _, step in steps if step.status in ("solved", "closed")]
        if not book.dirt.closed_only or (solved and solved[-1] >= middle):
            yield number, contact, steps


def _last(steps: list[tuple[int, Step]], kind: str) -> tuple[int, Step] | None:
    return next((found for found in reversed(steps) if found[1].kind == kind), None)


def _state(steps: list[tuple[int, Step]]) -> tuple[str, str, str]:
    """Status, team and agent of a ticket now."""
    status = next((step.status for _, step in reversed(steps) if step.status), "new")
    team = next((step.team for _, step in reversed(steps) if step.team), "")
    return status, team, next((step.agent for _, step in reversed(steps) if step.agent), "")


ZENDESK = (
    "Summation column", "Id", "Requester", "Requester id", "Requester email", "Assignee", "Group", "Subject", "Status",
    "Priority", "Via", "Ticket type", "Created at", "Updated at", "Assigned at", "Initially assigned at", "Solved at",
    "Satisfaction Score", "Group stations", "Assignee stations", "Reopens", "Replies", "First reply time in minutes",
)  # fmt: skip


def write_zendesk_csv(book: Book) -> None:
    """Write the legacy system as Zendesk's CSV of all tickets, in the account's own zone."""
    file = "zendesk_tickets.csv"
    rows: list[list[str]] = []
    book.zones[file] = book.world.plan.zone
    for number, contact, steps in _told(book):
        status, team, agent = _state(steps)
        reply = next(((place, step) for place, step in steps if step.replies), None)
        given = [(place, step) for place, step in steps if step.kind == "assigned"]
        over, rated = _last(steps, "solved"), _last(steps, "rated")
        book.knows(contact, contact.email)
        tells = [steps[0], *given[:1], *given[-1:], *(found for found in (reply, over, rated) if found)]
        book.note(file, f"row {len(rows) + 2}", contact, contact.opened, *(place for place, _ in tells))
        rows.append([
            "1", str(70_000 + number), book.name(contact.person), str(900_000 + contact.person.number),
            contact.email or "", agent, team, subject(contact.person.language, contact.need.topic, contact.need.number),
            status.replace("on_hold", "hold").capitalize(), "High" if contact.need.severe else "Normal", "Mail",
            "Incident" if contact.need.topic == "outage" else "Question", _iso(book, contact.opened),
            _iso(book, steps[-1][1].at), _iso(book, given[-1][1].at if given else None),
            _iso(book, given[0][1].at if given else None), _iso(book, over[1].at if over else None),
            ("Good" if (contact.rating or 0) > 3 else "Bad") if rated else "Offered",
            str(len({step.team for _, step in steps if step.team})),
            str(len({step.agent for _, step in steps if step.agent})),
            str(sum(step.kind == "reopened" for _, step in steps)),
            str(sum(step.replies for _, step in steps)),
            str((reply[1].at - contact.opened) // MINUTE) if reply else "",
        ])  # fmt: skip
        book.identifiers[contact.number].add(f"zendesk csv {900_000 + contact.person.number}")
    book.files[file] = table_bytes(ZENDESK, rows, ",", "utf-8")
    book.shown["legacy"] = Shown(starts=False)


def _iso(book: Book, at: int | None) -> str:
    return f"{moment(at, book.world.calendar.zone):%Y-%m-%d %H:%M:%S}" if at else ""


JIRA = ("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project name", "Priority", "Assignee", "Reporter",
        "Reporter Id", "Created", "Updated", "Resolved", "Satisfaction rating")  # fmt: skip
JIRA_STATES = {"new": "To Do", "solved": "Done", "closed": "Done", "pending": "Waiting for customer"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_jira(book: Book) -> None:
    """Write the legacy system as Jira's CSV of issues, with a Comment column for each message of the longest one."""
    file = "jira_issues.csv"
    rows: list[list[str]] = []
    notes: list[list[str]] = []
    book.zones[file] = book.world.plan.zone
    for number, contact, steps in _told(book):
        status, _, agent = _state(steps)
        spoken = [(place, step) for place, step in steps if step.text and step.role in ("agent", "customer")][1:]
        over, rated = _last(steps, "solved"), _last(steps, "rated")
        reporter = book.name(contact.person)
        notes.append([
            f"{_jira(book, step.at)};{step.by or reporter};{book.said(contact, step)}" for _, step in spoken
        ])  # fmt: skip
        tells = [steps[0], *spoken, *(found for found in (over, rated) if found)]
        book.note(file, f"row {len(rows) + 2}", contact, contact.opened, *(place for place, _ in tells))
        book.identifiers[contact.number].add(f"jira u-{contact.person.number}")
        rows.append([
            subject(contact.person.language, contact.need.topic, contact.need.number), f"SUP-{number}",
            str(40_000 + number), "Incident" if contact.need.topic == "outage" else "Question",
            JIRA_STATES.get(status, "In Progress"),
            "Support", "High" if contact.need.severe else "Medium", agent, reporter, f"u-{contact.person.number}",
            _jira(book, contact.opened), _jira(book, steps[-1][1].at), _jira(book, over[1].at) if over else "",
            str(contact.rating) if rated else "",
        ])  # fmt: skip
    widest = max((len(said) for said in notes), default=0)
    table = [row + said + [""] * (widest - len(said)) for row, said in zip(rows, notes, strict=True)]
    book.files[file] = table_bytes([*JIRA, *["Comment"] * widest], table, ",", "utf-8")
    book.shown["legacy"] = Shown(starts=False, teams=False)


def _jira(book: Book, at: int) -> str:
    when = moment(at, book.world.calendar.zone)
    hour = f"{when.hour % 12 or 12}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"
    return f"{when.day:02d}/{MONTHS[when.month - 1]}/{when:%y} {hour}"


def write_list(book: Book, language: str) -> None:
    """Write the legacy system as a plain list of tickets in a language: opened, resolved, closed, and by whom."""
    file = f"tickets_{language}.csv"
    rows: list[list[str]] = []
    book.zones[file] = book.world.plan.zone
    columns = ("case", "created", "resolved", "closed", "team", "agent", "status", "name", "email", "priority")
    zone, pattern = book.world.calendar.zone, MOMENTS[language]
    for number, contact, steps in _told(book):
        status, team, agent = _state(steps)
        over, shut = _last(steps, "solved"), _last(steps, "closed")
        book.knows(contact, contact.email)
        tells = [steps[0], *([over] if over else []), *([shut] if shut else [])]
        book.note(file, f"row {len(rows) + 2}", contact, contact.opened, *(place for place, _ in tells))
        moments = [moment(found[1].at, zone).strftime(pattern) if found else "" for found in (steps[0], over, shut)]
        rows.append([f"R-{number}", *moments, team, agent, STATES[language][status], book.name(contact.person),
                     contact.email or "", "1" if contact.need.severe else "2"])  # fmt: skip
    header = [HEADERS[language][column] for column in columns]
    book.files[file] = table_bytes(header, rows, ";", "utf-8-sig")
    book.shown["legacy"] = Shown(starts=False, hidden=frozenset({"answers", "ratings"}))
