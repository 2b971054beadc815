"""The figures of a report by name: `kpis.first_response.p90`, `handovers.ping_pong_share`, `log.n_cases`.

One rule over the types of `Report` gives them all. The first word is a key of the report, with the keys that are made
with it; the last is a field of its rows that holds a number. Where the key holds a list, the word between says which
row by its first field (`id`, `by`, `turn`, `group`, `rank`); without it the first row is meant, of hand-overs that of
the teams where there is one. Seconds and shares of rows that have the same name add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec.structs import fields

from journeyminer.mining.journeys import UNITS as JOURNEY_UNITS
from journeyminer.mining.journeys import JourneyFigure
from journeyminer.mining.kpis import UNITS, Kpi
from journeyminer.mining.measure import Row
from journeyminer.report.sections import SECTIONS, Report, together

NO_NAMES: Final = ("handovers", "contrasts", "findings", "promises", "sources", "graph", "trend", "period", "steps",
            "journey_map")  # fmt: skip
"""keys in which no one word tells a row"""
OF_FILES: Final = ("quality",)
"""keys that tell of whole files, whatever cases are asked for"""
ADD_UP: Final = ("seconds", "share")
FIRST_CHOICE: Final = {"handover_totals": "group"}
"""key -> the row that is meant where none is named and there is such a one"""
_SIZES: Final = ("n", "n_cases", "records")
"""fields that say how many a row rests on, the first of these that it has"""


class Figure(NamedTuple):
    """A number of a report: of the rows under a key."""

    key: str
    name: str
    unit: str
    """seconds, share, count, score or points"""
    exact: bool
    """whether it is a plain count, which no small number makes uncertain"""

    @property
    def of_cases(self) -> bool:
        """Whether it is another one where only some cases are looked at."""
        return self.key not in OF_FILES


class Reading(NamedTuple):
    """What a report says of a figure. `why` is the slug of why `value` is unknown."""

    name: str
    value: float | None
    n: int
    why: str | None = None


def the_figure(words: Sequence[str]) -> tuple[Figure | None, str | None]:
    """Return the figure that these words name, and the name of its row; None where there is none."""
    if len(words) not in (2, 3) or words[0] not in _kinds():
        return None, None
    row = words[1] if len(words) == 3 else None
    for key in (each for each in _kinds() if each == words[0] or each in together(words[0])):
        kind, is_list = _kinds()[key]
        known = _names(kind)
        if row is not None and not (is_list and (known is None or row in known)):
            continue
        if figure := _figure(key, kind, row, words[-1]):
            return figure, row
    return None, None


def known_figures() -> tuple[str, ...]:
    """Return every figure that can be named, those of rows without a closed set of names by their first row."""
    return tuple(_every())


def read(report: Report, figure: Figure, row: str | None) -> Reading:
    """Return what a report, which has the figure's key, says of it."""
    section = getattr(report, figure.key)
    is_list = isinstance(section, tuple)
    rows = _rows(section, figure, row) if is_list else [section]
    named = row if row is not None or not is_list or not rows else str(_name(rows[0]))
    name = ".".join(filter(None, (figure.key, named, figure.name)))
    n = max((_size(each, report) for each in rows), default=0)
    if not rows and section and figure.name in ADD_UP and _names(type(section[0])):
        return Reading(name, 0.0, report.log.n_traces)  # nothing lasted any time in what did not occur
    if not rows:
        return Reading(name, None, 0, "not_in_data")
    values = [getattr(each, figure.name) for each in rows]
    if len(rows) > 1 and figure.name not in ADD_UP:
        return Reading(name, None, n, "several_rows")
    if values[0] is None:
        is_late = isinstance(rows[0], Kpi) and rows[0].unit == "seconds" and rows[0].n > 0
        why = getattr(rows[0], "reason", None) or ("too_many_open" if is_late else "no_such_figure")
        return Reading(name, None, n, why)
    return Reading(name, float(sum(values)), n)


def _rows(section: tuple[Row, ...], figure: Figure, row: str | None) -> list[Row]:
    if row is not None:
        return [each for each in section if str(_name(each)) == row]
    chosen = [each for each in section if _name(each) == FIRST_CHOICE.get(figure.key)]
    return (chosen or list(section))[:1]


def _name(row: Row) -> object:
    return getattr(row, row.__struct_fields__[0])


def _size(row: Row, report: Report) -> int:
    return next((int(getattr(row, size)) for size in _SIZES if hasattr(row, size)), report.log.n_traces)


@cache
def _kinds() -> dict[str, tuple[type[Row], bool]]:
    """Return key -> what its rows are, and whether it holds a list of them."""
    found: dict[str, tuple[type[Row], bool]] = {}
    for key, hint in get_type_hints(Report).items():
        if key not in (*SECTIONS, "log") or (key in NO_NAMES and not together(key) - {*NO_NAMES}):
            continue
        for part in (hint, *get_args(hint)):
            kind = get_args(part)[0] if get_origin(part) is tuple else part
            if isinstance(kind, type) and issubclass(kind, Row):
                found[key] = kind, kind is not part
    return found


def _names(kind: type[Row]) -> tuple[str, ...] | None:
    """Return the names that rows of a kind may have; None where the data gives them."""
    if kind is Kpi:
        return tuple(UNITS)
    first = get_type_hints(kind)[kind.__struct_fields__[0]]
    return get_args(first) if get_origin(first) is Literal else None


def _figure(key: str, kind: type[Row], row: str | None, name: str) -> Figure | None:
    types = get_type_hints(kind)
    held = {*get_args(types[name])} or {types[name]} if name in types else set()
    if key in NO_NAMES or not held & {int, float} or bool in held:
        return None
    whole = int in held and "seconds" not in name
    if kind is Kpi and not whole:
        return Figure(key, name, UNITS[row], exact=False) if row in UNITS else None
    if kind is JourneyFigure and not whole:
        return Figure(key, name, JOURNEY_UNITS[row], exact=False) if row in JOURNEY_UNITS else None
    if name in ("low", "high") or name.startswith("rank"):
        return None  # bounds are no figures, and ranks no amounts
    ending = name.rpartition("_")[2]
    return Figure(key, name, {"seconds": "seconds", "share": "share"}.get(ending, "count"), exact=whole)


def _every() -> Iterator[str]:
    for key, (kind, is_list) in _kinds().items():
        shown = SECTIONS[key].of or key if key in SECTIONS else key
        for each in fields(kind):
            rows: tuple[str | None, ...] = (None, *(_names(kind) or ())) if is_list else (None,)
            for row in rows:
                if _figure(key, kind, row, each.name):
                    yield ".".join(filter(None, (shown, row, each.name)))
