"""Trend: what came, what went and what stayed open, period by period, and how long it took."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

from journeyminer.mining.kpis import Kpi, figures_of, waits
from journeyminer.mining.measure import Count, Exact, Row, Seconds, about, measure

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.mining.lens import Lens
    from journeyminer.vocabulary import PeriodUnit

NEWEST: Final = 12
"""so many periods, the newest, stand in a report, however long the history"""
_MONTHS: Final = {"month": 1, "quarter": 3}


class TrendRow(Row, frozen=True):
    """One period. Times are those of the traces that began in it, those that still wait among them."""

    starts: Annotated[str, about("Its first day, YYYY-MM-DD.")]
    complete: Annotated[bool, about("Whether the log covers all of its days; what is not complete compares with none.")]
    arrivals: Annotated[Count, about("Traces that began.")]
    n_unclear: Annotated[Count, about("Of these, traces that are neither open nor known to be resolved.")]
    departures: Annotated[Count | None, about("Traces resolved for good, whenever they began; null as backlog.")]
    backlog: Annotated[Count | None, about("Traces still unresolved at its end; null where no status is known.")]
    first_response_n: Annotated[Count | None, about("Traces in the first response; null where no trace of all tells.")]
    first_response_open: Annotated[Count | None, about("Traces that still wait for it; null where no trace tells.")]
    first_response_seconds: Annotated[Seconds | None, about("Median first response; null where not knowable.")]
    resolution_n: Annotated[Count | None, about("Traces in the first resolution; null where no trace of all tells.")]
    resolution_open: Annotated[Count | None, about("Traces that still wait for it; null where no trace tells.")]
    resolution_seconds: Annotated[Seconds | None, about("Median first resolution; null where not knowable.")]


@measure(TrendRow)
def trend(lens: Lens, *, period: PeriodUnit = "week", timezone: str = "UTC") -> Exact:
    """What came, went and stayed, period by period.

    A trace arrives when its first case is created and departs at the event from which on every case of it stayed
    solved or closed (`last_resolution` of `kpis`). The backlog at the end of a period, or at the last known moment in
    the period that runs, are the traces that have arrived and not departed; that a trace was resolved for a while
    takes it out for no while. Traces of which it is not known whether they are resolved are in `n_unclear` and in no
    backlog: backlog = backlog before + arrivals - n_unclear - departures.

    First response and resolution are the medians of `kpis` over the traces that arrived in the period. Those that still
    wait are censored at the last known moment, so that the newest period is no quicker for having had less time.

    Args:
        period: week (ISO: Monday to Sunday), month or quarter.
        timezone: the IANA zone in which days begin.

    Returns:
        One row a period from the first arrival to the last known moment, in order; periods without any event too.
    """
    found = waits(lens)
    if not len(found):
        return []
    zone = ZoneInfo(timezone)
    starts = list(_starts(_day(int(found["created"].min()), zone), _day(int(found["as_of"].max()), zone), period))
    return list(_rows(found, starts, zone))


def _rows(found: pd.DataFrame, starts: list[date], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """A row a period; the last of `starts` is the end of the last period."""
    bounds = [_us(day, zone) for day in starts]
    resolved, open_ = found["last_resolved"], found["is_open"]
    told = found["has_status"] & (resolved.notna() | open_)
    begun = _counted(found["created"], bounds)
    gone = _counted(resolved[told], bounds)
    known = _counted(found["created"][told], bounds)
    begins, ends = _day(int(found["created"].min()), zone), int(found["as_of"].max())
    backlog = 0
    told_at_all = [figure.n + figure.n_open > 0 for figure in figures_of(found)]
    for at, first in enumerate(starts[:-1]):
        mine = found[(found["created"] >= bounds[at]) & (found["created"] < bounds[at + 1])]
        response, resolution, *_ = figures_of(mine)
        backlog += known[at] - gone[at]
        yield {
            "starts": first.isoformat(),
            "complete": begins <= first and bounds[at + 1] <= ends,
            "arrivals": begun[at],
            "n_unclear": begun[at] - known[at],
            "departures": gone[at] if told.any() else None,
            "backlog": backlog if told.any() else None,
            **_told("first_response", response if told_at_all[0] else None),
            **_told("resolution", resolution if told_at_all[1] else None),
        }


def _told(name: str, figure: Kpi | None) -> dict[str, Any]:
    n, n_open, median = (figure.n, figure.n_open, figure.median) if figure else (None, None, None)
    return {f"{name}_n": n, f"{name}_open": n_open, f"{name}_seconds": median}


def _counted(moments: pd.Series, bounds: list[int]) -> list[int]:
    """How many moments lie in each period."""
    counts = [0] * (len(bounds) - 1)
    for moment in moments.dropna():
        counts[bisect_right(bounds, int(moment)) - 1] += 1
    return counts


def _starts(first: date, last: date, period: PeriodUnit) -> Iterator[date]:
    """The first days of the periods from that of `first` on, and the day after that of `last`."""
    if period == "week":
        day = first - timedelta(days=first.weekday())
        while day <= last:
            yield day
            day += timedelta(days=7)
    else:
        months = _MONTHS[period]
        day = first.replace(month=(first.month - 1) // months * months + 1, day=1)
        while day <= last:
            yield day
            year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
            day = date(year, month + 1, 1)
    yield day


def _day(us: int, zone: ZoneInfo) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).astimezone(zone).date()


def _us(day: date, zone: ZoneInfo) -> int:
    """The beginning of a day, as microseconds since 1970."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1e6)
