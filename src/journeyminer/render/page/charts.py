"""Small pictures of the HTML report, as inline SVG that fits any width and takes its colours from the page's CSS.

Lengths are in percent of the picture, so text never stretches; no picture needs a style attribute, which the page's
security policy forbids. Words are escaped here; every picture has a text for those who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.handovers import HandoverRow
    from journeyminer.vocabulary import HandoverLevel, Turn

HEAT_LEVELS: Final = 8
HEAT_SIZE: Final = 12
LABEL_FROM: Final = 0.07
"""share of a bar's part from which there is room for its percentage"""
COLUMN_HEIGHT: Final = 48
INSET: Final = 6.0
"""percent kept free at both ends of a scale, for the ends of its marks"""


def clock_bar(clock: Sequence[tuple[Turn, int, float]], label: str, language: Language) -> Markup:
    """Return one bar of all the time, a part for each turn."""
    parts, start = [], 0.0
    for turn, seconds, share in clock:
        says = f"{language.word('turn', turn)}: {language.percent(share)}, {language.hours(seconds)}"
        parts.append(_rect(start, share * 100, (0, 44), f"part {turn}", says))
        if share >= LABEL_FROM:
            parts.append(_words(start + share * 50, 27, f"on {turn}", language.percent(share)))
        start += share * 100
    return _svg("clock", 44, label, parts)


def whisker(value: float, low: float | None, high: float | None, most: float, label: str) -> Markup:
    """Return a bar with the range it is likely in, on a scale that ends at `most`."""
    scale = 100 / most if most else 0.0
    parts = [_rect(0, value * scale, (4, 8), "bar")]
    if low is not None and high is not None:
        parts.append(_line(low * scale, high * scale, 8, "range"))
        parts += [_tick(at * scale, 4, 12, "range") for at in (low, high)]
    return _svg("whisker", 16, label, parts)


def rank_range(rank: int, low: int | None, high: int | None, last: int, label: str) -> Markup:
    """Return a dot for the rank on a scale of all ranks, with the line of the ranks it may well have."""
    step = (100 - 2 * INSET) / max(1, last - 1)
    place = {at: INSET + (at - 1) * step for at in (rank, low, high) if at is not None}
    parts = [_line(INSET, 100 - INSET, 8, "axis")]
    if low is not None and high is not None:
        parts.append(_line(place[low], place[min(high, last)] if high <= last else 100 - INSET, 8, "range"))
    parts.append(f'<circle class="dot" cx="{_percent(place[rank])}" cy="8" r="3.5"/>')
    return _svg("rank", 16, label, parts)


def columns(bars: Sequence[tuple[float | None, bool, str]], label: str) -> Markup:
    """Return a column for each value (nothing where it is unknown), pale where it is not whole; each with its words."""
    most = max((value for value, _, _ in bars if value is not None), default=0) or 1
    width = 100 / max(len(bars), 1)
    parts = []
    for at, (value, is_whole, says) in enumerate(bars):
        if value is not None:
            height = max(1, round(COLUMN_HEIGHT * value / most))
            kind = "bar" if is_whole else "bar running"
            parts.append(_rect(at * width, width * 0.8, (COLUMN_HEIGHT - height, height), kind, says))
    return _svg("columns", COLUMN_HEIGHT, label, parts)


def share_bar(share: float, most: float, label: str) -> Markup:
    """Return a bar for a share, on a scale that ends at `most`."""
    return _svg("share", 8, label, [_rect(0, 100 * share / most if most else 0.0, (0, 8), "bar")])


def heat_map(
    rows: Iterable[HandoverRow], by: HandoverLevel
) -> tuple[tuple[str, ...], tuple[tuple[tuple[int, int], ...], ...]]:
    """Return the busiest owners of a level and, for each pair, the hand-overs and how dark (0..HEAT_LEVELS)."""
    counts = {(row.source, row.target): row.n for row in rows if row.by == by}
    busy: dict[str, int] = {}
    for (source, target), n in counts.items():
        busy[source] = busy.get(source, 0) + n
        busy[target] = busy.get(target, 0) + n
    names = tuple(sorted(busy, key=lambda name: (-busy[name], name))[:HEAT_SIZE])
    most = max((counts.get((a, b), 0) for a in names for b in names), default=0)
    return names, tuple(tuple(_heat(counts.get((a, b), 0), most) for b in names) for a in names)


def _heat(n: int, most: int) -> tuple[int, int]:
    return n, -(-n * HEAT_LEVELS // most) if n else 0


def _svg(kind: str, height: int, label: str, parts: Iterable[str]) -> Markup:
    says = quoteattr(printable(label))
    return Markup(
        f'<svg class="chart {kind}" width="100%" height="{height}" role="img" aria-label={says}>{"".join(parts)}</svg>'
    )


def _rect(x: float, width: float, rows: tuple[int, int], kind: str, title: str = "") -> str:
    box = f'class="{kind}" x="{_percent(x)}" y="{rows[0]}" width="{_percent(width)}" height="{rows[1]}"'
    return f"<rect {box}><title>{escape(printable(title))}</title></rect>" if title else f"<rect {box}/>"


def _words(x: float, y: int, kind: str, words: str) -> str:
    return f'<text class="{kind}" x="{_percent(x)}" y="{y}" text-anchor="middle">{escape(printable(words))}</text>'


def _line(start: float, end: float, y: int, kind: str) -> str:
    return f'<line class="{kind}" x1="{_percent(start)}" x2="{_percent(end)}" y1="{y}" y2="{y}"/>'


def _tick(x: float, top: int, bottom: int, kind: str) -> str:
    return f'<line class="{kind}" x1="{_percent(x)}" x2="{_percent(x)}" y1="{top}" y2="{bottom}"/>'


def _percent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
