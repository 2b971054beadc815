"""Tables with one event a row: chats and calls in four languages, the desk as a plain event log or as XES."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC
from xml.sax.saxutils import quoteattr

from journeybench.clock import WEEK, moment
from journeybench.contacts import Contact
from journeybench.dialects.book import Book, Shown
from journeybench.dialects.vocabulary import CHANNELS, HEADERS, MOMENTS, NEVER, ROLES, STATES, STEPS
from journeybench.plan import BOT, System

COLUMNS = ("case", "activity", "start", "end", "agent", "team", "status", "channel", "role", "email", "phone")
ENCODINGS = {"en": "utf-8", "pt": "cp1252", "es": "utf-8-sig", "hu": "utf-8-sig"}
FILES: dict[System, str] = {"chat": "chat_log", "phone": "calls", "desk": "desk_events"}
PREFIX: dict[System, str] = {"chat": "CH-", "phone": "CALL-", "desk": "T-"}
NO_RATINGS = frozenset({"ratings"})
Row = tuple[int, Contact, int, dict[str, str]]
"""moment, contact, place of the step, column -> cell"""


def write(book: Book, system: System, language: str) -> None:
    """Write one system as a CSV table in a language's words and ways."""
    local = book.dirt.no_zone or language != "en"
    file = f"{FILES[system]}_{language}.csv"
    if local:
        book.zones[file] = book.world.plan.zone
    rows = _rows(book, system, language, local=local)
    columns = [column for column in COLUMNS if column != "start" or not book.dirt.one_timestamp]
    table = [[cells[column] for column in columns] for _, _, _, cells in rows]
    broken = _break(book, file, len(table))
    for place in broken:
        table[place][columns.index("end")] = NEVER[language]
    for place, (at, contact, step, _) in enumerate(rows):
        if place not in broken:
            book.note(file, f"row {place + 2}", contact, at, step)
    header = [HEADERS[language][column] for column in columns]
    book.files[file] = table_bytes(header, table, ";" if local else ",", ENCODINGS[language])
    if book.dirt.copied and system == "phone":
        copy = file.replace(".csv", " (1).csv")
        book.files[copy] = book.files[file]
        book.planted[copy]["deduplicated"] += len(table)
        if local:
            book.zones[copy] = book.world.plan.zone
    book.shown[system] = Shown(starts=not book.dirt.one_timestamp, ids=system != "phone", hidden=NO_RATINGS)


def _break(book: Book, file: str, n: int) -> set[int]:
    """The rows that nobody will be able to read."""
    dice = book.dice(file, "broken")
    broken = {dice.whole(n // 3, n - 1) for _ in range(min(book.dirt.broken, n // 120))}
    if broken:
        book.planted[file]["rejected"] += len(broken)
    return broken


def _rows(book: Book, system: System, language: str, *, local: bool) -> list[Row]:
    """Every step that such a table knows, in the order of time."""
    zone = book.world.calendar.zone if local else UTC
    pattern = MOMENTS[language] if local else "%Y-%m-%dT%H:%M:%S+00:00"
    dice = book.dice(system, "assignees")
    since = book.world.start + 2 * WEEK if book.dirt.truncated and system == "desk" else 0
    rows: list[Row] = []
    for number, contact in enumerate(book.contacts(system), 1):
        email = contact.email if system != "phone" else None
        book.knows(contact, email, contact.phone)
        team = ""
        for place, step in book.steps(contact):
            team = "" if step.team == BOT else step.team or team
            if step.at < since or step.kind not in STEPS[language]:
                continue
            named = step.role == "agent" and not dice.chance(book.dirt.no_assignee)
            begun = moment(step.started, zone).strftime(pattern) if step.started else ""
            cells = {
                "case": f"{PREFIX[system]}{26_000 + number}", "activity": STEPS[language][step.kind], "start": begun,
                "end": moment(step.at, zone).strftime(pattern), "agent": step.by if named else "", "team": team,
                "status": STATES[language].get(step.status or "", ""), "channel": CHANNELS[language][contact.channel],
                "role": ROLES[language][step.role], "email": email or "", "phone": contact.phone or "",
            }  # fmt: skip
            rows.append((step.at, contact, place, cells))
    return sorted(rows, key=lambda row: (row[0], row[1].number, row[2]))


def write_xes(book: Book) -> None:
    """Write the desk as XES: the trace tells whose it is, events have a beginning where work was done."""
    file, lines = "desk.xes", [
        '<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0" xmlns="http://www.xes-standard.org/">',
        '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>',
        '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>',
        '<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>',
    ]  # fmt: skip
    zone = book.world.calendar.zone
    traces: dict[Contact, list[tuple[int, dict[str, str]]]] = {}
    for _, contact, place, cells in _rows(book, "desk", "en", local=False):
        traces.setdefault(contact, []).append((place, cells))
    for contact, events in traces.items():
        lines.append("<trace>")
        lines += [_string("concept:name", events[0][1]["case"]), _string("customer_email", contact.email or "")]
        for place, cells in events:
            step = contact.steps[place]
            book.note(file, f"line {len(lines) + 1}", contact, step.at, place)
            lines.append("<event>")
            said = {"concept:name": "activity", "org:resource": "agent", "org:group": "team", "org:role": "role",
                    "status": "status", "channel": "channel"}  # fmt: skip
            lines += [_string(key, cells[column]) for key, column in said.items() if cells[column]]
            if step.started and not book.dirt.one_timestamp:
                lines.append(_date("start_timestamp", moment(step.started, zone).isoformat()))
            lines += [_date("time:timestamp", moment(step.at, zone).isoformat()), "</event>"]
        lines.append("</trace>")
    book.files[file] = "\n".join([*lines, "</log>", ""]).encode()
    book.shown["desk"] = Shown(starts=not book.dirt.one_timestamp, hidden=NO_RATINGS)


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"


def _date(key: str, value: str) -> str:
    return f'<date key="{key}" value="{value}"/>'


def table_bytes(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str, encoding: str) -> bytes:
    """A CSV file's bytes."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
