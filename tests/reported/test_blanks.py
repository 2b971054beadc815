"""Blanks around words and rows that stand newest first: neither makes another case, step or order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

import journeyminer as jm
from journeyminer.log import EventLog

REPORTED = Path(__file__).parent / "tables"
ROWS = [(str(n // 2), "AB"[n % 2], f"2026-01-05 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}") for n in range(4_000)]
BLANKS = [" ", "\t", "\u00a0", "\u202f", "\u3000", " \u00a0 "]


def table(rows: Sequence[tuple[str, ...]], header: str = "case_id,activity,timestamp") -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def read(path: Path, text: str) -> EventLog:
    path.write_text(text, encoding="utf-8")
    return jm.read(path)


def steps(log: EventLog) -> list[tuple[str, ...]]:
    rows = log.rows("SELECT list(activity ORDER BY timestamp, seq) FROM events GROUP BY case_key ORDER BY ALL")
    return [tuple(row[0]) for row in rows]


def decided(log: EventLog) -> set[str]:
    return {note.slug for note in log.receipt.sources[0].decisions}


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("place", [0, 3_999])
@pytest.mark.parametrize("column", [0, 1])
def test_blanks_around_a_word_make_no_other_word(tmp_path: Path, blank: str, place: int, column: int) -> None:
    rows = [list(row) for row in ROWS]
    rows[place][column] = f"{blank}{rows[place][column]}{blank}"
    log = read(tmp_path / "a.csv", table([tuple(row) for row in rows]))
    assert (log.n_cases, set(steps(log))) == (2_000, {("A", "B")})


@pytest.mark.parametrize("blank", BLANKS)
def test_a_case_or_an_activity_of_blanks_is_none(tmp_path: Path, blank: str) -> None:
    rows = [*ROWS, (blank, "A", ROWS[-1][2]), ("9", blank, ROWS[-1][2])]
    (source,) = read(tmp_path / "a.csv", table(rows)).receipt.sources
    assert (source.used, source.rejected_reasons) == (4_000, {"no_case": 1, "no_activity": 1})


def test_a_parquet_file_is_trimmed_too(tmp_path: Path) -> None:
    values = "('1','A',1),(' 1','B ',2),('','A',3),('  ','A',4),('2','A',5),('2\u00a0','B',6),(NULL,'A',7)"
    duckdb.sql(
        f"COPY (SELECT c AS case_id, a AS activity, TIMESTAMP '2026-01-05' + to_hours(t) AS timestamp, t AS number "
        f"FROM (VALUES {values}) v(c, a, t)) TO '{tmp_path}/a.parquet'"
    )
    log = jm.read(tmp_path / "a.parquet")
    assert steps(log) == [("A", "B"), ("A", "B")]
    assert log.receipt.sources[0].rejected_reasons == {"no_case": 3}


def test_an_xes_log_is_trimmed_too() -> None:
    log = jm.read(REPORTED / "04-padding-not-trimmed/x5.xes")
    assert set(steps(log)[0]) == {"A", "B"}


def test_the_newest_row_of_a_moment_stands_first() -> None:
    log = jm.read(REPORTED / "06-newest-first-ties/24.csv")
    assert steps(log) == [("ticket_created", "assigned", "closed")] * 2
    assert "decision.newest_first" in decided(log)


def test_a_history_that_stands_newest_first() -> None:
    log = jm.read(REPORTED / "06-newest-first-ties/n1.csv")
    assert steps(log) == [
        ("ticket_created", "assigned", "reassigned", "solved", "closed"),
        ("ticket_created", "status_open", "closed"),
    ]
    assert "decision.newest_first" in decided(log)


TOLD = [(case, step, day) for case in "1234" for step, day in zip("CAASX", (5, 5, 5, 6, 6), strict=True)]
MOMENTS = {"days": "2026-01-{:02}", "minutes": "2026-01-{:02} 10:00", "seconds": "{:02}.01.2026. 10:00:07"}


def rows_of(form: str, order: str) -> Sequence[tuple[str, ...]]:
    rows = [(case, f"{step}{nth % 5}", MOMENTS[form].format(day + 7 * int(case) - 7)) for nth, (case, step, day) in
            enumerate(TOLD)]  # fmt: skip
    by_case = {"forwards": rows, "backwards": rows[::-1]}
    return by_case.get(order) or [row for case in "1234" for row in reversed(rows) if row[0] == case]


@pytest.mark.parametrize("form", MOMENTS)
@pytest.mark.parametrize("order", ["backwards", "each case backwards"])
def test_a_log_is_the_same_in_whatever_order_it_stands(tmp_path: Path, form: str, order: str) -> None:
    forwards = read(tmp_path / "a.csv", table(rows_of(form, "forwards")))
    turned = read(tmp_path / "b.csv", table(rows_of(form, order)))
    assert steps(turned) == steps(forwards) == [("C0", "A1", "A2", "S3", "X4")] * 4
    assert "decision.newest_first" in decided(turned) and "decision.newest_first" not in decided(forwards)
    stood = [",".join(row[:2]) for row in rows_of(form, order)]
    listed = jm.events(turned)
    for case, activity, ref in zip(listed["case_id"], listed["activity"], listed["source_ref"], strict=True):
        assert stood[int(ref.rpartition(" ")[2]) - 2] == f"{case[-1]},{activity}"  # the number of its row in the file


@pytest.mark.parametrize("rows", [
    ["8,2026-03-06 11:00,status,Aberto,Fechado", "8,2026-03-06 11:00,status,Novo,Aberto",
     "7,2026-03-05 11:00,status,Novo,Fechado", "8,2026-03-05 09:00,status,,Novo", "7,2026-03-04 09:00,status,,Novo"],
    ["8,2026-03-06 11:00,status,Aberto,Fechado", "7,2026-03-06 11:00,status,Novo,Fechado",
     "8,2026-03-06 11:00,status,Novo,Aberto", "7,2026-03-04 09:00,status,,Novo", "8,2026-03-03 09:00,status,,Novo"],
])  # fmt: skip
def test_newest_first_is_seen_where_no_two_rows_of_a_case_stand_together(tmp_path: Path, rows: list[str]) -> None:
    path = tmp_path / "historico.csv"
    path.write_text("\n".join(["id do chamado,data,campo,valor antigo,valor novo", *rows]) + "\n", encoding="utf-8")
    log = jm.read(path)
    assert ("ticket_created", "status_open", "closed") in steps(log)
    assert "decision.newest_first" in decided(log)


def test_cases_that_stand_newest_first_but_are_told_forwards_are_left(tmp_path: Path) -> None:
    rows = [row for case in "4321" for row in rows_of("days", "forwards") if row[0] == case]
    log = read(tmp_path / "a.csv", table(rows))
    assert steps(log) == [("C0", "A1", "A2", "S3", "X4")] * 4
    assert "decision.newest_first" not in decided(log)


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_snapshots_of_one_moment(tmp_path: Path, order: str) -> None:
    rows = [("7", "status", "New", "05 09"), ("7", "assignee", "ann", "05 09"), ("7", "assignee", "bob", "05 12"),
            ("7", "status", "Resolved", "06 10"), ("7", "status", "Closed", "06 10")]  # fmt: skip
    rows = [(case, field, value, f"2026-01-{at}:00") for case, field, value, at in rows]
    text = table(rows if order == "forwards" else rows[::-1], "Ticket ID,Field,New value,Changed at")
    assert steps(read(tmp_path / "a.csv", text)) == [("ticket_created", "assigned", "reassigned", "solved", "closed")]
