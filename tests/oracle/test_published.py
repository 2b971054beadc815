"""What is published of the real logs comes out at the other end: files are read, prepared and made a report.

Nothing of the data stands here but counts. Where a figure of ours differs from a published one, the test says by how
much and why. Every log is read once.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import journeyminer as jm
from journeyminer.log import EventLog
from journeyminer.log.build import from_pandas
from journeyminer.mining.handovers import handover_totals
from journeyminer.options import ReadOptions
from journeyminer.prepare import pair_transitions
from journeyminer.report.build import build
from journeyminer.report.sections import Report
from journeyminer.vocabulary import HandoverLevel

Data = Callable[[str], Path]

HELPDESK = ("helpdesk/finale.csv.gz", "helpdesk/helpdesk.xes.gz")
CLOSED, OPEN = "bpic2013/VINST cases closed problems.csv", "bpic2013/VINST cases open problems.csv"
CLOSED_XES = "bpic2013/bpic2013_closed_problems.xes.gz"
RECEIPT = ("pm4py_logs/receipt.csv", "pm4py_logs/receipt.parquet", "pm4py_logs/08_receipt.xes.gz")
INCIDENTS = "uci_incident/incident_event_log_first2000.csv.gz"
PROBLEMS = {
    "case": "Problem Number",
    "activity": "Problem Status",
    "timestamp": "Problem Change Date+Time",
    "resource": "Problem Involved Action Owner First Name",
    "group": "Problem Involved ST Org line 3",
}
COLUMNS = {
    CLOSED: PROBLEMS,
    OPEN: PROBLEMS,
    "eventdataR/patients.csv": {"case": "patient", "activity": "handling"},
}
"""--map of the files whose headers no profile knows"""

SIZES = {
    **dict.fromkeys(HELPDESK, (4_580, 21_348, 226)),
    **dict.fromkeys((CLOSED, CLOSED_XES), (1_487, 6_660, 183)),
    OPEN: (819, 2_351, None),
    **dict.fromkeys(RECEIPT, (1_434, 8_577, 116)),
    "bpic2012/bpic2012.xes.gz": (13_087, 262_200, 4_366),
    "pm4py_logs/running-example.csv": (6, 42, 6),
    "pm4py_logs/running-example.xes": (6, 42, 6),
    "pm4py_logs/interval_event_log.csv": (1_266, 8_109, None),
    "pm4py_logs/interval_event_log.xes": (1_266, 8_109, None),
    "eventdataR/patients.csv": (500, 5_442, None),
    "eventdataR/traffic_fines.csv.gz": (10_000, 34_724, None),
    "wta/manual_log_1.csv": (4, 12, None),
    "wta/manual_log_2.csv": (5, 15, None),
    "wta/manual_log_3.csv": (18, 63, None),
}
"""file -> cases, events (rows of starts and completions apart), variants as published"""
PAIRED = {
    "bpic2012/bpic2012.xes.gz": ("W_Completeren aanvraag", 23_967),
    "eventdataR/patients.csv": ("Registration", 500),
}
"""file -> an activity, how often it was carried out"""

MESSAGES = {
    "whatstk/lorem.txt": 500,
    "whatstk/lorem-2000.txt": 2_000,
    "whatstk/lorem-merge-part1.txt": 300,
    "whatstk/lorem-merge-part2.txt": 300,
    "ponymail_mbox/httpd-users-2020-07.mbox": 108,
}

HANDOVERS: list[tuple[str, HandoverLevel, tuple[int, ...]]] = [
    *((file, "resource", (8_648, 4_577, 306, 269)) for file in HELPDESK),
    # the XES file has no work group
    (HELPDESK[0], "group", (11, 5, 6, 5)),
    *((file, "resource", (1_771, 572)) for file in (CLOSED, CLOSED_XES)),
    *((file, "group", (220, 123, 94, 59)) for file in (CLOSED, CLOSED_XES)),
    *((file, "resource", (1_208, 564)) for file in RECEIPT),
    # with the text EMPTY for a group, as in 1,936 events, 5,440 in 1,318 cases
    *((file, "group", (3_853, 1_254)) for file in RECEIPT),
    # the last known group carried forward
    (INCIDENTS, "group", (2_083, 920, 410, 212)),
    ("wta/ping_pong_case.csv", "resource", (14, 1, 2, 1)),
    ("wta/ping_pong_case_fake.csv", "resource", (12, 1, 0, 0)),
]
"""file, level -> hand-overs, cases with any; where it was measured, A-B-A and cases with any"""


@pytest.fixture(scope="module")
def read(data: Data) -> Callable[[str], EventLog]:
    """`read("helpdesk/finale.csv.gz")`: the prepared log of a file, rows and words as they are published, read once."""

    @cache
    def once(path: Path, columns: tuple[tuple[str, str], ...]) -> EventLog:
        return jm.read(path, options=ReadOptions(columns=dict(columns), no_pair=True, activities="raw", strict=True))

    return lambda name: once(data(name), tuple(COLUMNS.get(name, {}).items()))


Read = Callable[[str], EventLog]


def counts(log: EventLog) -> Report:
    return build(log, sections=("graph", "variants", "handovers", "durations", "quality"))


def days(seconds: float | None) -> float:
    assert seconds is not None
    return round(seconds / 86_400, 1)


@pytest.mark.parametrize("name", SIZES)
def test_cases_events_and_variants(read: Read, name: str) -> None:
    n_cases, n_events, n_variants = SIZES[name]
    report = build(read(name), sections=("variants", "quality"))
    assert (report.log.n_cases, report.log.n_events) == (n_cases, n_events)
    assert report.variants is not None and report.quality is not None
    assert n_variants in (None, report.variants.n_total)
    assert report.quality.balances
    assert (report.quality.records, report.quality.used) == (n_events, n_events)
    paired = pair_transitions(read(name))
    if name in PAIRED:
        activity, n = PAIRED[name]
        assert paired.one(f"SELECT count(*) FROM event_rows WHERE activity = '{activity}'") == (n,)
        assert sum(source.events for source in paired.receipt.sources) == paired.n_events
    else:
        assert paired is read(name)


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(read: Read, name: str) -> None:
    (source,) = read(name).receipt.sources
    assert (source.records, source.used, read(name).n_events) == (MESSAGES[name],) * 3


def test_five_exports_of_one_chat_are_one_chat(data: Data) -> None:
    """Five date styles of the same six messages; notices of the app and a line without a text are no messages."""
    log = jm.read(data("chat_miner/whatsapp"))
    styles = [source for source in log.receipt.sources if source.records == 9]
    assert len(styles) == 5
    assert sum(source.used for source in styles) == 6
    assert [source.used + source.deduplicated for source in styles] == [6] * 5
    assert {source.ignored for source in styles} == {3}


@pytest.mark.parametrize(("name", "level", "expected"), HANDOVERS)
def test_handovers(read: Read, name: str, level: HandoverLevel, expected: tuple[int, ...]) -> None:
    """No published count knows when a case was resolved; ours leave out what comes after, and count it apart."""
    log = read(name)
    (ours,) = handover_totals(log, by=level).to_dict("records")
    assert ours["n"] + ours["n_after_resolution"] == expected[0]
    stateless = from_pandas(log.to_pandas(), **{level: level})
    (row,) = handover_totals(stateless, by=level).to_dict("records")
    found = tuple(row[key] for key in ("n", "n_cases", "ping_pong", "ping_pong_cases"))
    assert found[: len(expected)] == expected


@pytest.mark.parametrize("name", HELPDESK)
def test_who_closes_what_is_solved_takes_nothing_over(read: Read, name: str) -> None:
    """Without the step Closed, all by one account 30 days after, there are 4,094 hand-overs in 3,049 cases; of these 9
    come after the resolution in another way."""
    (row,) = handover_totals(read(name), by="resource").to_dict("records")
    assert (row["n"], row["n_cases"], row["n_after_resolution"]) == (4_085, 3_044, 4_563)


def test_the_published_analysis_of_the_help_desk(read: Read) -> None:
    """Cases that begin with one of two activities and end with Closed: counts of an article, not of ours."""
    frame = read(HELPDESK[0]).to_pandas()
    cases = frame.groupby("case_id")["activity"]
    kept = cases.first().isin({"Assign seriousness", "Insert ticket"}) & (cases.last() == "Closed")
    log = from_pandas(frame[frame["case_id"].isin(kept[kept].index)])
    report = counts(log)
    assert report.variants and report.graph and report.durations
    assert (report.log.n_cases, report.variants.n_total, report.variants.n_once) == (4_479, 193, 111)
    top = report.variants.rows[:5]
    assert [row.n_cases for row in top] == [2_366, 552, 228, 213, 164]
    assert sum(row.share for row in top) == pytest.approx(3_523 / 4_479)
    assert len(report.graph.edges) == 52
    edges = {(edge.source, edge.target): edge.n for edge in report.graph.edges}
    assert edges["Resolve ticket", "Closed"] == 4_479
    loops = {
        "Assign seriousness": 438,
        "Resolve ticket": 246,
        "Wait": 101,
        "Take in charge ticket": 96,
        "Closed": 14,
    }
    assert {activity: edges[activity, activity] for activity in loops} == loops
    assert days(report.durations.median_seconds) == 39.8


@pytest.mark.parametrize("name", HELPDESK)
def test_the_help_desk_closes_by_a_timer(read: Read, name: str) -> None:
    """No case is over before 30 days. The 12 cases that were never resolved are counted apart, not averaged; nobody
    knows whether the nine that end with a wait are over."""
    durations = counts(read(name)).durations
    assert durations is not None
    assert (durations.n, durations.n_open, durations.n_unclear) == (4_568, 3, 9)
    figures = (durations.mean_seconds, durations.median_seconds, durations.min_seconds)
    assert [days(seconds) for seconds in figures] == [40.9, 39.9, 30.6]


@pytest.mark.parametrize("name", [CLOSED, CLOSED_XES])
def test_throughput_of_closed_problems(read: Read, name: str) -> None:
    durations = counts(read(name)).durations
    assert durations is not None
    assert (durations.n, durations.n_open) == (1_487, 0)
    assert (days(durations.mean_seconds), days(durations.median_seconds)) == (178.9, 82.0)


@pytest.mark.parametrize("name", [RECEIPT[0], RECEIPT[2]])
def test_channels_of_the_permits(read: Read, name: str) -> None:
    """Internet, Desk and e-mail are channels of ours; what no rule knows is in the receipt, not in a channel."""
    log = read(name)
    found = dict(log.rows("SELECT channel, count(DISTINCT case_key) FROM events GROUP BY channel"))
    assert found == {"web": 1_250, "in_person": 109, "email": 21, None: 53 + 1}
    assert {(word.field, word.value) for word in log.receipt.unmatched if word.field == "channel"} == {
        ("channel", "Post"),
        ("channel", "Intern"),
    }


def test_snapshots_of_incidents(read: Read) -> None:
    """14,041 rows of which 3,963 say nothing new, but that in 267 of these a group or an owner is gone. The file counts
    27 reopened incidents in the order of its rows; one more is found in the order of time, where one row of the file
    steps back."""
    log = read(INCIDENTS)
    report = build(log, sections=("durations", "kpis", "quality"))
    assert report.log.n_cases == 2_000
    assert report.quality and report.durations
    assert (report.quality.records, report.quality.used, report.quality.ignored) == (14_041, 10_078 + 267, 3_963 - 267)
    reopened = next(kpi for kpi in report.kpis or () if kpi.id == "reopen_rate")
    assert (reopened.n, reopened.value) == (2_000, (27 + 1) / 2_000)
    assert report.durations.median_seconds == 439.8 * 3_600


@pytest.mark.parametrize("number", [1, 2, 3])
def test_waits_of_the_waiting_time_logs(read: Read, data: Data, number: int) -> None:
    """The expected table names activity and resource of both ends; the graph sums it by the one, hand-overs by the
    other."""
    log = read(f"wta/manual_log_{number}.csv")
    expected = pd.read_csv(data(f"wta/manual_log_{number}_expected.csv"))

    def summed(rows: pd.DataFrame, of: str) -> dict[Any, tuple[int, int]]:
        ends = rows.groupby([f"source_{of}", f"target_{of}"])[["frequency", "wt_total_seconds"]].sum()
        return {pair: (int(n), int(seconds)) for pair, n, seconds in ends.itertuples(name=None)}

    found: Any = jm.graph(log)
    edges = {(u, v): (edge["n"], edge["total_seconds"]) for u, v, edge in found.edges(data=True)}
    assert edges == summed(expected, "activity")
    handed = expected[expected["source_resource"] != expected["target_resource"]]
    rows = jm.handovers(log, by="resource")[["source", "target", "n", "total_seconds"]]
    assert {(u, v): (n, seconds) for u, v, n, seconds in rows.itertuples(index=False)} == summed(handed, "resource")


def test_a_folder_of_logs_is_their_sum(data: Data, tmp_path: Path) -> None:
    """Case numbers of several systems meet in one log and stay apart. A second copy of a file adds nothing, and a log
    in several formats is counted once, in the file that says most; only the XES of the permits knows the time zone."""
    names = (HELPDESK[0], CLOSED_XES, RECEIPT[0], RECEIPT[2], "pm4py_logs/running-example.csv", "whatstk/lorem.txt")
    again = (HELPDESK[1], RECEIPT[1])
    for name in (*names, *again):
        (tmp_path / Path(name).name).symlink_to(data(name))
    shutil.copy(data("pm4py_logs/running-example.csv"), tmp_path / "copy.csv")
    log = jm.read(tmp_path)
    assert not log.receipt.failed and not log.receipt.unclaimed
    n_chats = jm.read(data("whatstk/lorem.txt")).n_cases
    assert log.n_cases == sum(SIZES[name][0] for name in names if name in SIZES) + n_chats
    assert log.n_events == sum(SIZES[name][1] for name in names if name in SIZES) + MESSAGES["whatstk/lorem.txt"]
    files = log.rows("SELECT case_id, count(DISTINCT split_part(source_ref, ': ', 1)) FROM events GROUP BY case_id")
    assert {n for _, n in files} == {1}
    seen = {source.file: source for source in log.receipt.sources if source.deduplicated}
    assert {name for name in seen if "receipt" in name} < {Path(name).name for name in RECEIPT}
    assert {"running-example.csv", "helpdesk.xes.gz"} <= seen.keys() and len(seen) == 1 + len(again)
    assert (seen["running-example.csv"].used, seen["running-example.csv"].deduplicated) == (0, 42)
    told = Counter(note.slug for note in log.receipt.notes)
    assert (told["same_log"], told["same_cases"]) == (len(again), 1)
