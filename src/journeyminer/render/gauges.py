"""What CI systems and monitors read of figures: `customSmallerIsBetter` of benchmark actions, and OpenMetrics text 1.0.

Names are the slugs of the report, in whatever language it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from journeyminer.outputs import MADE_BY
from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.mining.kpis import Kpi
    from journeyminer.report.sections import Report

SMALLER_IS_BETTER: Final = ("first_response", "first_resolution", "last_resolution", "reopen_rate", "hops")
"""key figures of which less is better, whoever measures"""


def benchmark(report: Report) -> str:
    """Return the key figures of which less is better, as `customSmallerIsBetter`: JSON with ranges."""
    found = [
        {
            "name": name,
            "unit": unit,
            "value": value,
            **(
                {"range": f"{kpi.low:g} - {kpi.high:g}"} if kpi.low is not None and kpi.high is not None and own else {}
            ),
            "extra": f"n = {kpi.n}, still open = {kpi.n_open}, {MADE_BY}",
        }
        for kpi in report.kpis or ()
        if kpi.id in SMALLER_IS_BETTER
        for name, unit, value, own in _figures(kpi)
    ]
    return json.dumps(found, indent=2) + "\n"


def _figures(kpi: Kpi) -> Iterator[tuple[str, str, float, bool]]:
    """Yield name, unit and value of what is known of a key figure, and whether its bounds are those of this value."""
    if kpi.value is not None:
        yield kpi.id, kpi.unit, kpi.value, True
    if kpi.p90 is not None:
        yield f"{kpi.id}.p90", kpi.unit, kpi.p90, False


def openmetrics(report: Report) -> str:
    """Return key figures, turns, places and promises as gauges in OpenMetrics text."""
    kpis, places = report.kpis or (), report.bottlenecks or ()
    values = [({"kpi": kpi.id, "unit": kpi.unit}, kpi.value) for kpi in kpis]
    p90s = [({"kpi": kpi.id, "unit": kpi.unit}, kpi.p90) for kpi in kpis]
    counts = [({"kpi": kpi.id}, kpi.n) for kpi in kpis]
    turns = [({"turn": turn.turn, "basis": turn.basis}, turn.seconds) for turn in report.turns or ()]
    lost = [
        ({"rank": str(place.rank), "from": place.source or "", "to": place.target or "", "group": place.group or ""},
         place.lost_seconds)
        for place in places
    ]  # fmt: skip
    kept = [
        (
            {"rule": promise.rule, "severity": promise.severity, "verdict": promise.verdict},
            int(promise.verdict == "kept"),
        )
        for promise in report.promises or ()
    ]
    families = (
        _family("kpi", "Key figures, see docs/reference/report.md.", values),
        _family("kpi_p90", "The 90th percentile of key figures.", p90s),
        _family("kpi_traces", "How many traces a key figure rests on.", counts),
        _family("turn_seconds", "Whose clock ran.", turns, unit="seconds"),
        _family("lost_seconds", "Seconds that customers lost at the places, in our turn.", lost, unit="seconds"),
        _family("promise_kept", "1 where a promise is kept, else 0.", kept),
    )
    return "".join(families) + "# EOF\n"


def _family(
    name: str, help_: str, samples: Iterable[tuple[Mapping[str, str], float | None]], *, unit: str | None = None
) -> str:
    """Return one gauge with its samples; nothing where none is known."""
    full = f"journeyminer_{name}"
    lines = [f"{full}{{{_labels(labels)}}} {_number(value)}" for labels, value in samples if value is not None]
    if not lines:
        return ""
    head = [f"# TYPE {full} gauge", *([f"# UNIT {full} {unit}"] if unit else []), f"# HELP {full} {help_}"]
    return "\n".join([*head, *lines]) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    texts = {label: re.sub(r'(["\\])', r"\\\1", printable(text)) for label, text in labels.items()}
    return ",".join(f'{label}="{text}"' for label, text in texts.items())


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
