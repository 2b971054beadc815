"""Analysis ends here: the measures of a log become one Report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from journeyminer.log import EventLog
from journeyminer.note import Note
from journeyminer.report import model
from journeyminer.vocabulary import ACTIVITIES, Per

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

SECTIONS = ("graph", "variants", "handovers", "durations", "turns", "bottlenecks", "kpis", "findings", "quality")
NEEDED = {"findings": ("variants", "handovers", "durations", "turns", "bottlenecks", "kpis")}
"""findings rest on other sections, so those are computed with them"""
TOP_VARIANTS = 20
FIRST_REJECTS = 20

Row = TypeVar("Row")


def build(
    log: EventLog,
    *,
    sections: Sequence[str] = SECTIONS,
    per: Per = "case",
    named: bool = False,
    max_nodes: int = 25,
    max_edges: int = 40,
    filters: tuple[str, ...] = (),
    generated_at: str | None = None,
) -> model.Report:
    """The Report of a prepared log.

    Args:
        sections: which of SECTIONS to compute; what they rest on is computed too.
        per: what a trace is.
        named: whether resources keep their names; else they are "agent 1 ... n".
        max_nodes, max_edges: how much the map shows.
        filters: the filters that made the log, in words.
        generated_at: ISO 8601, where the report is to be dated.
    """
    wanted = {*sections, *(needed for section in sections for needed in NEEDED.get(section, ()))}
    making = _Making(log, per, named, "turns" in wanted, max_nodes, max_edges)
    made: dict[str, Any] = {}
    for section, make in _MAKERS.items():
        if section in wanted:
            made |= make(making)
    report = model.Report(
        per=per,
        as_of=_iso(log.as_of),
        generated_at=generated_at,
        filters=filters,
        sources=tuple(_source(source) for source in log.receipt.sources),
        log=_summary(log, per),
        **made,
    )
    if "findings" not in wanted:
        return report
    from journeyminer.report.findings import find

    return replace(report, findings=find(report))


@dataclass(frozen=True)
class _Making:
    """What every section is made from."""

    log: EventLog
    per: Per
    named: bool
    lost: bool
    max_nodes: int
    max_edges: int

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Resources as reports show them."""
        from journeyminer.prepare.privacy import resource_names

        return resource_names(self.log, named=self.named)


def _graph(making: _Making) -> dict[str, Any]:
    from journeyminer.mining import graph, simplify

    found = graph(making.log, per=making.per, lost=making.lost)
    shown = simplify(found, max_nodes=making.max_nodes, max_edges=making.max_edges)
    nodes = tuple(
        model.Node(activity, node["n"], node["n_cases"], activity in ACTIVITIES)
        for activity, node in found.nodes(data=True)
    )
    edges = _made(
        model.Edge,
        [
            {"source": source, "target": target, **edge}
            for source, target, edge in sorted(found.edges(data=True), key=lambda edge: (-edge[2]["n"], *edge[:2]))
        ],
    )
    return {
        "graph": model.GraphData(nodes, edges, _ends(found, "start"), _ends(found, "end"), model.Shown(**asdict(shown)))
    }


def _ends(found: nx.DiGraph[str], which: str) -> tuple[model.Endpoint, ...]:
    counted = found.graph[which].items()
    return tuple(model.Endpoint(activity, n) for activity, n in sorted(counted, key=lambda pair: (-pair[1], pair[0])))


def _variants(making: _Making) -> dict[str, Any]:
    from journeyminer.mining.variants import variant_rows, variant_totals_query

    rows = _made(model.VariantRow, variant_rows(making.log, per=making.per, top=TOP_VARIANTS))
    (totals,) = making.log.dicts(variant_totals_query(making.log, per=making.per))
    return {"variants": model.Variants(rows, **totals)}


def _handovers(making: _Making) -> dict[str, Any]:
    from journeyminer.mining.handovers import handover_totals_query, handovers_query

    rows = making.log.dicts(handovers_query(making.log, per=making.per))
    for row in rows:
        if row["by"] == "resource":
            row["source"], row["target"] = making.names[row["source"]], making.names[row["target"]]
    return {
        "handovers": _made(model.HandoverRow, rows),
        "handover_totals": _made(
            model.HandoverTotal, making.log.dicts(handover_totals_query(making.log, per=making.per))
        ),
    }


def _durations(making: _Making) -> dict[str, Any]:
    from journeyminer.mining.durations import durations_query

    (row,) = _made(model.Durations, making.log.dicts(durations_query(making.log, per=making.per)))
    return {"durations": row}


def _turns(making: _Making) -> dict[str, Any]:
    from journeyminer.mining import turns

    return {"turns": _rows(model.TurnRow, turns(making.log, per=making.per))}


def _bottlenecks(making: _Making) -> dict[str, Any]:
    from journeyminer.mining import bottlenecks

    frame = bottlenecks(making.log, per=making.per)
    rows = _rows(model.Bottleneck, frame)
    evidence = [tuple(model.Evidence(**each) for each in worst) for worst in frame["evidence"]]
    return {"bottlenecks": tuple(replace(row, evidence=each) for row, each in zip(rows, evidence, strict=True))}


def _kpis(making: _Making) -> dict[str, Any]:
    from journeyminer.mining import kpis

    return {"kpis": _rows(model.Kpi, kpis(making.log, per=making.per))}


def _quality(making: _Making) -> dict[str, Any]:
    from journeyminer.prepare import paste_line

    receipt = making.log.receipt
    totals = {fate: sum(getattr(source, fate) for source in receipt.sources)
              for fate in ("records", "used", "rejected", "deduplicated", "ignored")}  # fmt: skip
    unmatched = tuple(
        model.UnmatchedRow(value.field, value.value, value.n, paste_line(value)) for value in receipt.unmatched
    )
    rejects = making.log.rows(f"SELECT file, record, reason FROM rejects LIMIT {FIRST_REJECTS}")
    quality = model.Quality(
        **totals,
        balances=all(source.balances for source in receipt.sources),
        unclaimed=tuple(model.UnreadFile(file.file, file.reason) for file in receipt.unclaimed),
        failed=tuple(model.UnreadFile(file.file, file.reason) for file in receipt.failed),
        unmatched=unmatched,
        notes=(*receipt.notes, *_notes(making)),
        rejects=tuple(model.RejectRow(*row) for row in rejects),
    )
    return {"quality": quality}


def _notes(making: _Making) -> Iterator[Note]:
    """What the figures of this log cannot say, beside the notes of the reading."""
    from journeyminer.mining.moves import moves, scope, zone_is_assumed

    log, per = making.log, making.per
    if n := scope(log, per=per).n_left_out:
        yield Note("left_out", n=n)
    if log.has("synthetic"):
        yield Note("synthetic")
    if not log.has("started_at") and zone_is_assumed(log) is None:
        return
    overlapped = "overlapped" if log.has("started_at") else "false"
    n_overlaps, n_untimed = log.one(
        f"SELECT count(*) FILTER (WHERE {overlapped}), count(*) FILTER (WHERE us IS NULL) "
        f"FROM {moves(log, per=per)} WHERE next_activity IS NOT NULL"
    )
    if n_overlaps:
        yield Note("overlaps", n=n_overlaps)
    if n_untimed:
        yield Note("mixed_zones", n=n_untimed)


_MAKERS: dict[str, Callable[[_Making], dict[str, Any]]] = {
    "graph": _graph,
    "variants": _variants,
    "handovers": _handovers,
    "durations": _durations,
    "turns": _turns,
    "bottlenecks": _bottlenecks,
    "kpis": _kpis,
    "quality": _quality,
}


def _summary(log: EventLog, per: Per) -> model.LogSummary:
    from journeyminer.mining.moves import n_ties, scope

    about = scope(log, per=per)
    n_events, first, last = log.one("SELECT count(*), min(timestamp), max(timestamp) FROM event_rows")
    return model.LogSummary(
        n_events=n_events,
        n_cases=log.n_cases,
        n_journeys=None,
        n_customers=about.n_customers,
        first=_iso(first),
        last=_iso(last),
        n_ties=n_ties(log, per=per),
    )


def _source(source: Any) -> model.SourceRow:  # noqa: ANN401 - a SourceReceipt
    row = {field.name: getattr(source, field.name) for field in fields(model.SourceRow)}
    for counted in ("rejected_reasons", "ignored_reasons"):
        row[counted] = dict(sorted(row[counted].items()))
    row["decisions"] = tuple(row["decisions"])
    return model.SourceRow(**row)


def _made(kind: type[Row], rows: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """One dataclass a row; seconds are whole, columns the dataclass lacks are left out."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    columns = ([row[name] for row in rows] for name in names)
    return tuple(map(kind, *map(_plain, names, columns)))


def _rows(kind: type[Row], frame: pd.DataFrame) -> tuple[Row, ...]:
    """One dataclass a row; a missing value is None, seconds are whole, columns the dataclass lacks are left out."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    columns = (frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names)
    return tuple(map(kind, *map(_plain, names, columns)))


def _plain(name: str, values: list[Any]) -> list[Any]:
    """The cells of a column as a report holds them."""
    seconds = name == "seconds" or name.endswith("_seconds")
    return [None if value is None else round(value) for value in values] if seconds else values


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
