"""What a report says beside its figures."""

from __future__ import annotations

from journeyminer.i18n import Language
from journeyminer.log import EventLog
from journeyminer.note import Note
from journeyminer.report.build import build
from journeyminer.vocabulary import Per
from tiny import log, with_customers


def notes(tiny: EventLog, per: Per = "case") -> list[Note]:
    quality = build(tiny, sections=("quality",), per=per).quality
    assert quality is not None
    return list(quality.notes)


def test_cases_without_a_customer_are_said_to_be_left_out() -> None:
    tiny = with_customers(log("A: x@09:00\nB: x@09:00\nC: x@09:00"), A=1)
    assert notes(tiny) == []
    assert notes(tiny, "customer") == [Note("left_out", n=2)]
    for language in ("en", "pt", "es", "hu"):
        assert "2" in Language(language).text("note.left_out", n=2)


def test_milestones_of_wide_tables_are_said_to_be_no_history() -> None:
    tiny = log("A: x@09:00")
    made = tiny.derive(tiny.columns | {"synthetic"}, event_rows="SELECT *, true AS synthetic FROM {log}.event_rows")
    assert notes(made) == [Note("synthetic")]


def test_waits_that_time_zones_forbid_are_said_to_be_missing() -> None:
    tiny = log("A: x@09:00 y@10:00")
    mixed = tiny.derive(
        event_rows="SELECT * REPLACE (CAST(seq AS UINTEGER) AS source_no) FROM {log}.event_rows",
        sources="SELECT * REPLACE (n AS source_no, n = 1 AS zone_assumed) FROM {log}.sources, "
        "(SELECT unnest([0::UINTEGER, 1::UINTEGER]) AS n)",
    )
    assert notes(mixed) == [Note("mixed_zones", n=1)]


def test_steps_that_overlap_are_counted() -> None:
    assert notes(log("A: x@09:00-10:00 y@09:30-11:00 z@12:00-12:30")) == [Note("overlaps", n=1)]
