"""One canonical Report: a support desk of three files, invented; and the same desk with hostile data in every place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from journeyminer.mining.blueprint import ChannelCount, JourneyMap, MapBox, MapLine
from journeyminer.mining.bottlenecks import Bottleneck, Evidence
from journeyminer.mining.durations import Durations
from journeyminer.mining.graph import Edge, Endpoint, GraphData, Node
from journeyminer.mining.handovers import HandoverRow, HandoverTotal
from journeyminer.mining.journeys import JourneyBegun, JourneyFigure
from journeyminer.mining.kpis import Kpi
from journeyminer.mining.lanes import Lane, StepRow
from journeyminer.mining.pains import Mark
from journeyminer.mining.simplify import Shown
from journeyminer.mining.stages import StageRow, StageWay
from journeyminer.mining.teams import TeamRow
from journeyminer.mining.trend import TrendRow
from journeyminer.mining.turns import TurnRow
from journeyminer.mining.variants import VariantRow, Variants
from journeyminer.note import Note
from journeyminer.report.model import Finding, LogSummary, Period, Promise
from journeyminer.report.receipt import Quality, RejectRow, SourceRow, UnmatchedRow, UnreadFile
from journeyminer.report.sections import Report
from journeyminer.vocabulary import Stage, Turn, TurnBasis

HOUR = 3600
DAY = 24 * HOUR


JOURNEYS = (
    JourneyFigure("cases", "count", value=1284 / 1107, n=1107, by_case=1.0, n_by_case=1284, reason=None),
    JourneyFigure("several_cases", "share", value=141 / 1107, n=1107, by_case=None, n_by_case=0, reason=None),
    JourneyFigure("several_channels", "share", value=96 / 1107, n=1107, by_case=None, n_by_case=0, reason=None),
    JourneyFigure("came_back", "share", value=190 / 1001, n=1001, by_case=76 / 1150, n_by_case=1150, reason=None),
    JourneyFigure("silent_recontact", "share", value=131 / 1001, n=1001, by_case=None, n_by_case=0, reason=None),
)


def sample_report() -> Report:
    """The desk: 1,284 cases of 1,019 customers in the first quarter of 2026."""
    return Report(
        per="case",
        as_of="2026-03-31T17:42:08+00:00",
        generated_at=None,
        filters=(),
        sources=SOURCES,
        log=LogSummary(
            n_events=9842,
            n_cases=1284,
            n_journeys=1107,
            n_customers=1019,
            n_traces=1284,
            first="2026-01-05T08:02:11+00:00",
            last="2026-03-31T17:42:08+00:00",
            n_ties=37,
        ),
        stages=STAGES,
        steps=STEPS,
        journey_map=JOURNEY_MAP,
        journeys=JOURNEYS,
        journey_beginnings=(
            JourneyBegun("first_contact", 1019, 1019 / 1107),
            JourneyBegun("after_silence", 88, 88 / 1107),
        ),
        promises=PROMISES,
        period=Period("week", "Europe/Lisbon", n=13, n_shown=3),
        trend=TREND,
        graph=GRAPH,
        variants=VARIANTS,
        handovers=HANDOVERS,
        handover_totals=(
            HandoverTotal(
                "group",
                n=811,
                n_cases=604,
                ping_pong=143,
                ping_pong_share=143 / 811,
                ping_pong_cases=118,
                hops_mean=0.63,
                n_after_resolution=12,
            ),
            HandoverTotal(
                "resource",
                n=1506,
                n_cases=880,
                ping_pong=201,
                ping_pong_share=201 / 1506,
                ping_pong_cases=166,
                hops_mean=1.17,
                n_after_resolution=95,
            ),
        ),
        durations=Durations(
            n=1193,
            n_open=91,
            n_unclear=0,
            n_unknown=0,
            mean_seconds=2 * DAY + 8 * HOUR,
            median_seconds=21 * HOUR,
            p90_seconds=6 * DAY + 2 * HOUR,
            min_seconds=214,
            max_seconds=61 * DAY,
        ),
        turns=TURNS,
        teams=TEAMS,
        bottlenecks=BOTTLENECKS,
        kpis=KPIS,
        findings=(
            Finding("turns", "info", {"share": 0.1152, "seconds": 30_900_000, "until": "resolution"}),
            Finding(
                "bottleneck",
                "warning",
                {
                    "giver": "First line",
                    "group": "Billing",
                    "source": "group_changed",
                    "target": "agent_reply",
                    "seconds": 9_700_000,
                    "turn": "us_queue",
                    "n_cases": 311,
                    "each": 31_190,
                    "median": 14_400,
                    "share": 0.3139,
                },
            ),
            Finding(
                "first_response", "info", {"median": 3 * HOUR + 1260, "p90": DAY + 2 * HOUR, "n": 1284, "n_open": 44}
            ),
            Finding("ping_pong", "warning", {"n": 143, "n_cases": 118, "by": "group"}),
            Finding("reopened", "info", {"n": 131, "of": 1193, "share": 0.1098}),
        ),
        quality=QUALITY,
    )


def _stage(stage: Stage, n: int, n_cases: int, n_end: int, ways: dict[Stage | None, int], *marks: Mark) -> StageRow:
    """A stage in which our queue waits six hours a case, and the customer is awaited for two."""
    return StageRow(
        stage=stage, n=n, n_cases=n_cases, n_end=n_end, n_unresolved=0 if stage == "resolved" else n_end,
        us_queue_seconds=0 if stage in ("reaches_out", "resolved") else 6 * HOUR * n_cases,
        us_work_seconds=0, bot_seconds=0, vendor_seconds=0,
        customer_seconds=2 * HOUR * n_cases if stage == "works_it_out" else 0,
        after_resolution_seconds=DAY * n_cases if stage == "resolved" else 0, unknown_seconds=0,
        csat=0.78, n_csat=n_cases // 3,
        ways=tuple(StageWay(to, went, went / sum(ways.values())) for to, went in ways.items()), marks=marks,
    )  # fmt: skip


STAGES = (
    _stage("reaches_out", 1402, 1284, 0, {"first_answer": 1284}),
    _stage("first_answer", 3120, 1284, 44, {"works_it_out": 1000, "resolved": 240, None: 44},
           Mark("chased", good=False, n=210, n_cases=160)),
    _stage("works_it_out", 3811, 1000, 40, {"resolved": 960, None: 40}, Mark("gave_up", good=False, n=21, n_cases=21)),
    _stage("resolved", 1201, 1193, 1193, {None: 1193, "comes_back": 131},
           Mark("rated_low", good=False, n=31, n_cases=31), Mark("solved_at_once", good=True, n=402, n_cases=402)),
    _stage("comes_back", 308, 131, 7, {"resolved": 124, None: 7}, Mark("came_back", good=False, n=131, n_cases=131)),
)  # fmt: skip


def _box(stage: Stage, lane: Lane, who: str | None, n: int, n_cases: int, *steps: str, held: int = 0) -> MapBox:
    channels = (ChannelCount("email", n - n // 3), ChannelCount("chat", n // 3)) if lane == "customer" else ()
    return MapBox(stage, lane, who, 0, n, n_cases, held, 0, channels, steps, (), shown=True)


def _line(source: int, target: int, n: int, lost: int, *places: int) -> MapLine:
    return MapLine(source, target, n, n - n // 8, 0.8, 2 * HOUR if lost else None, lost, places, shown=n > 20)


JOURNEY_MAP = JourneyMap(
    by_team=True,
    boxes=(
        _box("reaches_out", "customer", None, 1402, 1284, "ticket_created", "customer_message"),
        _box("first_answer", "seen", "person", 1240, 1240, "agent_reply"),
        _box("first_answer", "team", "First line", 1880, 1190, "assigned", "group_changed", held=9_000_000),
        _box("works_it_out", "customer", None, 940, 610, "customer_message"),
        _box("works_it_out", "team", "Billing", 2871, 720, "internal_note", "agent_reply", held=21_000_000),
        _box("resolved", "team", "Billing", 1201, 1193, "solved", "closed"),
        _box("comes_back", "customer", None, 308, 131, "reopened"),
    ),
    lines=(
        _line(0, 2, 1190, 9_000_000, 2), _line(2, 1, 1100, 0), _line(2, 4, 640, 9_700_000, 1), _line(1, 3, 600, 0),
        _line(3, 4, 580, 4_000_000, 3), _line(4, 5, 900, 0), _line(5, 6, 131, 0), _line(6, 4, 12, 80_000),
    ),
)  # fmt: skip
STEPS = tuple(
    StepRow(box.stage, box.lane, box.who if box.lane == "team" else None, step, box.n - at, box.n_cases - at)
    for box in JOURNEY_MAP.boxes
    for at, step in enumerate(box.steps)
)
SOURCES = (
    SourceRow(
        file="zendesk/tickets.json",
        importer="zendesk",
        profile="",
        reason=Note("match.keys", keys=("requester_id", "satisfaction_rating", "submitter_id")),
        records=8214, used=8190, rejected=3, deduplicated=0, ignored=21, events=8190,
        decisions=(Note("decision.labels", n=8190, role=8190, status=8190, channel=8102, visibility=0),),
        rejected_reasons={"unreadable_timestamp": 3},
        ignored_reasons={"no_step": 21},
    ),
    SourceRow(
        file="zendesk/tickets-2026-03.json",
        importer="zendesk",
        profile="",
        reason=Note("match.keys", keys=("requester_id", "satisfaction_rating", "submitter_id")),
        records=611, used=402, rejected=0, deduplicated=209, ignored=0, events=402,
        decisions=(Note("decision.zone_in_values"),),
        rejected_reasons={},
        ignored_reasons={},
    ),
    SourceRow(
        file="calls.csv",
        importer="tabular",
        profile="event_log",
        reason=Note("match.columns", headers=("Call ID", "Event", "Date")),
        records=1262, used=1250, rejected=12, deduplicated=0, ignored=0, events=1250,
        decisions=(
            Note("decision.dates_proved", column="Date", formats=("DD/MM/YYYY hh:mm",),
                 proof=Note("proof.day_above_12", example="23/01/2026")),
            Note("decision.zone_assumed"),
            Note("decision.columns", columns=("case_id = Call ID", "activity = Event", "timestamp = Date")),
            Note("decision.encoding", name="cp1252", proof=Note("proof.letters")),
        ),
        rejected_reasons={"unreadable_timestamp": 9, "no_case": 3},
        ignored_reasons={},
        zone_assumed=True,
    ),
)  # fmt: skip


def _edge(source: str, target: str, n: int, n_cases: int, *seconds: int) -> Edge:
    mean, median, p90, lost = seconds
    return Edge(source, target, n, n_cases, mean, median, p90, n * mean, lost)


_SECONDS: tuple[tuple[Turn, TurnBasis, int], ...] = (
    ("us_queue", "status", 21_500_000),
    ("us_queue", "message", 5_600_000),
    ("us_work", "activity", 2_900_000),
    ("bot", "activity", 900_000),
    ("vendor", "status", 30_460_000),
    ("customer", "status", 158_000_000),
    ("after_resolution", "status", 24_700_000),
    ("unknown", "none", 24_000_000),
)
_TOTAL = sum(seconds for _, _, seconds in _SECONDS)
TURNS = tuple(TurnRow(turn, basis, seconds, seconds / _TOTAL) for turn, basis, seconds in _SECONDS)

TEAMS = (
    TeamRow("Billing", "us_queue", "status", 9_700_000, 0.3139, 311),
    TeamRow("First line", "us_queue", "status", 6_900_000, 0.2233, 655),
    TeamRow(None, "us_queue", "assumed", 5_630_000, 0.1822, 1118),
    TeamRow("Technical", "us_work", "activity", 1_900_000, 0.0615, 92),
)

GRAPH = GraphData(
    nodes=(
        Node("ticket_created", 1284, 1284),
        Node("assigned", 1251, 1230),
        Node("agent_reply", 2630, 1240),
        Node("customer_message", 1498, 861),
        Node("group_changed", 811, 604),
        Node("status_pending", 640, 512),
        Node("Escalated to vendor", 118, 112),
        Node("reopened", 139, 131),
        Node("solved", 1332, 1193),
        Node("csat_received", 139, 139),
    ),
    edges=(
        _edge("ticket_created", "assigned", 1118, 1118, 5040, 1980, 14400, 5_630_000),
        _edge("assigned", "agent_reply", 893, 880, 7560, 4320, 19800, 2_400_000),
        _edge("agent_reply", "solved", 804, 790, 10800, 3600, 32400, 0),
        _edge("agent_reply", "customer_message", 1180, 702, 54000, 32400, 172800, 0),
        _edge("customer_message", "agent_reply", 1097, 655, 9900, 6300, 28800, 6_900_000),
        _edge("assigned", "group_changed", 402, 377, 14400, 9000, 43200, 2_900_000),
        _edge("group_changed", "agent_reply", 514, 311, 19440, 12600, 61200, 9_700_000),
        _edge("agent_reply", "status_pending", 588, 480, 1800, 900, 4500, 190_000),
        _edge("status_pending", "customer_message", 401, 377, 86400, 64800, 259200, 0),
        _edge("status_pending", "solved", 177, 177, 345600, 345600, 432000, 0),
        _edge("group_changed", "Escalated to vendor", 96, 92, 28800, 21600, 72000, 1_900_000),
        _edge("Escalated to vendor", "agent_reply", 101, 97, 302400, 259200, 604800, 88_000),
        _edge("solved", "reopened", 139, 131, 129600, 86400, 345600, 0),
        _edge("reopened", "agent_reply", 122, 115, 18000, 14400, 43200, 410_000),
        _edge("solved", "csat_received", 139, 139, 43200, 21600, 129600, 0),
        _edge("agent_reply", "agent_reply", 31, 29, 3600, 1800, 7200, 12_000),
    ),
    start=(Endpoint("ticket_created", 1284),),
    end=(Endpoint("solved", 1054), Endpoint("csat_received", 139), Endpoint("customer_message", 91)),
    shown=Shown(
        nodes=("ticket_created", "assigned", "agent_reply", "customer_message", "group_changed", "status_pending",
               "Escalated to vendor", "reopened", "solved"),
        edges=(
            ("ticket_created", "assigned"), ("assigned", "agent_reply"), ("agent_reply", "solved"),
            ("agent_reply", "customer_message"), ("customer_message", "agent_reply"), ("assigned", "group_changed"),
            ("group_changed", "agent_reply"), ("agent_reply", "status_pending"),
            ("status_pending", "customer_message"), ("status_pending", "solved"),
            ("group_changed", "Escalated to vendor"), ("Escalated to vendor", "agent_reply"),
            ("solved", "reopened"), ("reopened", "agent_reply"),
        ),
        happy_path=("ticket_created", "assigned", "agent_reply", "solved"),
        hidden_nodes=1, hidden_edges=2, hidden_moves_share=0.0218, hidden_lost_share=0.0006,
    ),
)  # fmt: skip

VARIANTS = Variants(
    rows=(
        VariantRow(("ticket_created", "assigned", "agent_reply", "solved"), 436, 0.3396),
        VariantRow(
            ("ticket_created", "assigned", "agent_reply", "customer_message", "agent_reply", "solved"), 171, 0.1332),
        VariantRow(("ticket_created", "assigned", "group_changed", "agent_reply", "solved"), 122, 0.0950),
        VariantRow(("ticket_created", "assigned", "agent_reply", "status_pending", "solved"), 88, 0.0685),
        VariantRow(("ticket_created", "assigned", "agent_reply", "solved", "csat_received"), 61, 0.0475),
        VariantRow(
            ("ticket_created", "assigned", "group_changed", "group_changed", "agent_reply", "customer_message",
             "agent_reply", "solved", "reopened", "agent_reply", "solved"), 24, 0.0187),
        VariantRow(
            ("ticket_created", "assigned", "group_changed", "Escalated to vendor", "agent_reply", "solved"),
            19, 0.0148),
    ),
    n_total=213, n_once=148, n_for_80=19,
)  # fmt: skip

HANDOVERS = (
    HandoverRow("group", "First line", "Billing", 268, 241, 9 * HOUR, 31 * HOUR, 9_110_000),
    HandoverRow("group", "First line", "Technical", 211, 204, 5 * HOUR, 20 * HOUR, 4_980_000),
    HandoverRow("group", "Billing", "First line", 122, 101, 4 * HOUR, 15 * HOUR, 2_200_000),
    HandoverRow("group", "Technical", "Vendor desk", 96, 92, 7 * HOUR, 30 * HOUR, 2_764_800),
    HandoverRow("group", "Technical", "Billing", 61, 58, 11 * HOUR, 40 * HOUR, 2_600_000),
    HandoverRow("group", "Vendor desk", "Technical", 53, 50, 6 * HOUR, 22 * HOUR, 1_300_000),
    HandoverRow("resource", "agent 1", "agent 4", 92, 88, 3 * HOUR, 12 * HOUR, 1_100_000),
    HandoverRow("resource", "agent 4", "agent 1", 57, 51, 2 * HOUR, 9 * HOUR, 520_000),
)  # fmt: skip

BOTTLENECKS = (
    Bottleneck(
        rank=1, rank_low=1, rank_high=1, source="group_changed", target="agent_reply",
        giver="First line", group="Billing",
        turn="us_queue", assumed=False, n=514, n_cases=311, n_customers=287, lost_seconds=9_700_000,
        low=8_340_000, high=11_210_000, share=0.3139, median_seconds=12_600, p90_seconds=61_200, one_off=None,
        evidence=(
            Evidence("10422", "zendesk/tickets.json:4180", 214_300),
            Evidence("10988", "zendesk/tickets.json:6021", 198_000),
            Evidence("10034", "zendesk/tickets.json:412", 171_900),
        ),
    ),
    Bottleneck(
        rank=2, rank_low=2, rank_high=3, source="customer_message", target="agent_reply",
        giver=None, group="First line",
        turn="us_queue", assumed=False, n=1097, n_cases=655, n_customers=590, lost_seconds=6_900_000,
        low=5_710_000, high=8_020_000, share=0.2233, median_seconds=6_300, p90_seconds=28_800, one_off=None,
        evidence=(Evidence("10111", "zendesk/tickets.json:902", 118_200),),
    ),
    Bottleneck(
        rank=3, rank_low=2, rank_high=3, source="ticket_created", target=None,
        giver=None, group=None,
        turn="us_queue", assumed=False, n=1118, n_cases=1118, n_customers=902, lost_seconds=5_630_000,
        low=5_010_000, high=6_240_000, share=0.1822, median_seconds=1980, p90_seconds=14_400, one_off=None,
        evidence=(Evidence("10650", "zendesk/tickets.json:5011", 96_400),),
    ),
    Bottleneck(
        rank=4, rank_low=4, rank_high=6, source="group_changed", target="Escalated to vendor",
        giver=None, group="Technical",
        turn="us_work", assumed=False, n=96, n_cases=92, n_customers=90, lost_seconds=1_900_000,
        low=702_000, high=3_050_000, share=0.0615, median_seconds=21_600, p90_seconds=72_000, one_off="single_day",
        evidence=(Evidence("11020", "zendesk/tickets.json:7120", 90_100),),
    ),
    Bottleneck(
        rank=5, rank_low=None, rank_high=None, source="call_missed", target="call_outbound",
        giver=None, group=None,
        turn="us_queue", assumed=True, n=14, n_cases=9, n_customers=None, lost_seconds=230_400,
        low=None, high=None, share=0.0075, median_seconds=14_400, p90_seconds=39_600, one_off="single_case",
        evidence=(Evidence("C-77", "calls.csv:512", 88_000),),
    ),
)  # fmt: skip

KPIS = (
    Kpi("first_response", "seconds", 12_060, 1240, 44, 12_060, 93_600, 11_400, 12_900, "24x7", "first_response"),
    Kpi(
        "first_resolution", "seconds", 75_600, 1193, 91, 75_600, 525_600, 71_000, 80_100, "24x7", "first_resolution"
    ),
    Kpi(
        "last_resolution", "seconds", 79_200, 1193, 91, 79_200, 561_600, 75_600, 84_000, "24x7", "last_resolution"
    ),
    Kpi("reopen_rate", "share", 0.1098, 1193, 91, None, None, 0.093, 0.129, None, "reopen_rate"),
    Kpi("hops", "count", 0.63, 1284, 0, 0, 2, 0.59, 0.67, None, "hops_group"),
    Kpi("csat", "score", 0.82, 139, 0, 1, 1, 0.77, 0.87, None, "csat"),
    Kpi("touches", "count", None, 0, 0, None, None, None, None, None, "touches", reason="no_visibility"),
)  # fmt: skip

QUALITY = Quality(
    records=10_087, used=9842, rejected=15, rejected_share=15 / 10_087, deduplicated=209, ignored=21, balances=True,
    unclaimed=(UnreadFile("notes/shift-plan.xlsx", Note("read.no_importer")),),
    failed=(UnreadFile("calls-old.csv.gz", Note("read.bad_gzip")),),
    unmatched=(UnmatchedRow("status", "awaiting parts", 118, '"awaiting parts" = "on_hold"'),),
    notes=(Note("status_is_final", files=1),),
    rejects=(
        RejectRow("calls.csv", "row 91", "unreadable_timestamp"),
        RejectRow("calls.csv", "row 240", "no_case"),
        RejectRow("zendesk/tickets.json", "line 77", "unreadable_timestamp"),
    ),
)  # fmt: skip

PROMISES = (
    Promise(
        rule="kpis.first_response.p90 <= 4h where channel = 'chat'", severity="error", verdict="broken",
        figure="kpis.first_response.p90", unit="seconds", value=19_800.0, limit=14_400.0, n=412, min_n=20, why=None,
        reason="The contract says four hours.", command="journeyminer show cases LOG --channel chat",
    ),
    Promise(
        rule="quality.rejected_share < 1%", severity="error", verdict="kept", figure="quality.rejected_share",
        unit="share", value=15 / 10_087, limit=0.01, n=10_087, min_n=20, why=None, reason=None,
        command="journeyminer show quality LOG",
    ),
    Promise(
        rule="kpis.csat.value >= 85% where group = 'Billing'", severity="warning", verdict="undecided",
        figure="kpis.csat.value", unit="score", value=0.75, limit=0.85, n=4, min_n=20, why="too_few", reason=None,
        command='journeyminer show cases LOG --where "group = \'Billing\'"',
    ),
)  # fmt: skip

TREND = (
    TrendRow("2026-03-16", True, 104, 0, 98, 88, 101, 3, 3_900, 96, 8, 79_200),
    TrendRow("2026-03-23", True, 110, 2, 101, 95, 104, 6, 4_140, 88, 22, 82_800),
    TrendRow("2026-03-30", False, 41, 0, 45, 91, 30, 11, 4_500, 12, 29, None),
)

HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "\x1b[31mred\x1b[0m \x9b2J\u202egnp.exe",
    "a | b `c` *d* _e_ [f](http://evil.example) @octocat #12 www.evil.example",
    "two\nlines\r\n# not a heading\n```\nend",
    "</style></svg>{{ 7 * 7 }}{% raw %}]]>--> & &lt; \\",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)  # fmt: skip

Data = TypeVar("Data")


def hostile_report(first: int = 0) -> Report:
    """The desk whose free text is one of HOSTILE everywhere, beginning with the one at `first`."""
    report = sample_report()
    words = {word: f"{HOSTILE[(first + i) % len(HOSTILE)]} {i}" for i, word in enumerate(_free_text())}
    swapped: Report = _swap(report, words)
    return swapped


def _free_text() -> tuple[str, ...]:
    """Every text of the sample that comes from data; slugs and moments do not."""
    graph = {node.activity for node in GRAPH.nodes}
    teams = {row.source for row in HANDOVERS} | {row.target for row in HANDOVERS}
    files = {row.file for row in SOURCES} | {row.file for row in QUALITY.unclaimed + QUALITY.failed}
    records = {row.record for row in QUALITY.rejects}
    quoted = {text for row in SOURCES for note in (row.reason, *row.decisions) for text in _quoted(note)}
    cases = {item.case_id for place in BOTTLENECKS for item in place.evidence}
    refs = {item.source_ref for place in BOTTLENECKS for item in place.evidence}
    values = {text for row in QUALITY.unmatched for text in (row.value, row.line)}
    return tuple(sorted(graph | teams | files | records | quoted | cases | refs | values))


def _quoted(item: object) -> Iterator[str]:
    """The texts among the parameters of a note, also of those inside it."""
    if isinstance(item, Note):
        item = tuple(item.params.values())
    if isinstance(item, tuple):
        for each in item:
            yield from _quoted(each)
    elif isinstance(item, str):
        yield item


def _swap(item: Any, words: dict[str, str]) -> Any:
    if isinstance(item, str):
        return words.get(item, item)
    if isinstance(item, tuple):
        return tuple(_swap(each, words) for each in item)
    if isinstance(item, dict):
        return {_swap(key, words): _swap(value, words) for key, value in item.items()}
    if isinstance(item, Note):
        return Note(item.slug, **{name: _swap(value, words) for name, value in item.params.items()})
    if isinstance(item, Struct):
        return replace(item, **{name: _swap(getattr(item, name), words) for name in item.__struct_fields__})
    return item


def empty_report() -> Report:
    """A run that found nothing: no file, no event, only what is always there."""
    log = LogSummary(
        n_events=0, n_cases=0, n_journeys=None, n_customers=None, n_traces=0, first=None, last=None, n_ties=0
    )
    return Report(per="case", as_of=None, generated_at=None, filters=(), sources=(), log=log)
