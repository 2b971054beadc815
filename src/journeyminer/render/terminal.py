"""The summary on a terminal: what was read, whose clock, where customers wait, what cannot be known.

Everything here returns text; only the command line prints. Data never steers the terminal (render/escape.py).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from journeyminer.i18n import Language
from journeyminer.mining.turns import clock, our_time
from journeyminer.render import escape, phrases, tables
from journeyminer.report.findings import unknowns, usual_cautions, worth_saying
from journeyminer.report.sections import Report, parts
from journeyminer.text import printable
from journeyminer.vocabulary import OUR_TURNS, VERDICTS, Turn

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

WIDTH: Final = 80
PLACES: Final = 3
UNKNOWNS: Final = 2
UNKNOWN_LENGTH: Final = 120
"""characters of what cannot be known before the rest is left to the report: two lines"""
BAR: Final = 60
MARGIN: Final = 20
"""columns that the bar leaves free beside itself, for the words at the left"""
OURS: Final = "bright_blue"
"""colour of what is in our hands; plain blue cannot be read on a black ground"""
GLUE: Final = "\ue000"
"""a space at which no line breaks, until it is printed: rich breaks at every kind of real one"""
SIGNS: Final[dict[Turn, str]] = {
    "us_queue": "█", "us_work": "▓", "bot": "▒",
    "vendor": "▚", "customer": "░", "after_resolution": "·", "unknown": "?",
}  # fmt: skip
"""our turns are solid, all others light: the bar reads without colour"""


def render(report: Report, language: Language, *, color: bool = False, width: int = WIDTH) -> str:
    """Return the summary: about 15 lines of `width` columns, with colour codes where asked."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    cells = min(BAR, width - MARGIN)
    told = (LINES[part](report, language, cells) for part in parts(report) if part in LINES)
    for head, line in chain(_read(report, language), *told, _unknowns(report, language)):
        grid.add_row(_text(language.text(head) if head else ""), line)
    return _to_text([grid], color=color, width=width)


def table(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    format_: str,
    language: Language,
    *,
    color: bool = False,
) -> str:
    """Return rows as a table: `terminal`, `csv`, `markdown`, or `json` (a list of objects, keys sorted)."""
    import msgspec

    plain = tuple(tuple(row.get(column) for column in columns) for row in rows)
    if format_ == "json":
        objects = [dict(zip(columns, row, strict=True)) for row in plain]
        text = json.dumps(objects, ensure_ascii=False, indent=2, sort_keys=True, default=msgspec.to_builtins)
        return escape.json_safe(f"{text}\n")
    return render_table(tables.Table("", tuple(columns), plain), format_, language, color=color)


def render_table(made: tables.Table, format_: str, language: Language, *, color: bool = False) -> str:
    """Return a table for a terminal, as CSV or as Markdown; no cell is cut."""
    if format_ == "csv":
        return tables.to_csv(made)
    if format_ == "markdown":
        return tables.to_markdown(made, language) + "\n"
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column, head in zip(made.columns, made.head(language), strict=True):
        right = made.is_numeric(column)
        grid.add_column(_text(head), justify="right" if right else "left", no_wrap=True)
    for row in made.cells(language):
        grid.add_row(*map(_text, row))
    return _to_text([grid], color=color, width=10_000)


Line = tuple[str, "RenderableType"]
"""the locale key of the word at the left, or nothing, and what stands beside it"""


def _read(report: Report, language: Language) -> Iterable[Line]:
    yield "terminal.read", _text(phrases.balance_line(report, language))
    parts = [language.text("count.events", n=report.log.n_events), language.text("count.case", n=report.log.n_cases)]
    if report.log.n_customers:
        parts.append(language.text("count.customers", n=report.log.n_customers))
    yield "terminal.log", _text(" · ".join(parts))
    if left_out := phrases.left_out(report, language):
        yield "", _text(left_out)
    if report.log.first:
        yield "", _text(f"{phrases.span(report, language)}, {phrases.as_of(report, language)}")
    if report.quality and not report.quality.balances:
        yield "", _text(language.text("read.unbalanced"), "bold red")


def _promises(report: Report, language: Language, _: int) -> Iterable[Line]:
    """How many were broken, undecided and kept, and those that were broken."""
    counts = Counter(promise.verdict for promise in report.promises or ())
    says = (language.text(f"section.promises.{verdict}", n=counts[verdict]) for verdict in VERDICTS if counts[verdict])
    yield "terminal.promises", _text(", ".join(says))
    for promise in report.promises or ():
        if promise.verdict == "broken":
            yield "", _text(f"{promise.rule}: {phrases.promise_figure(promise, language)}", "bold red")


def _clock(report: Report, language: Language, width: int) -> Iterable[Line]:
    rows = clock(report.turns or ())
    if not rows:
        return
    bar = _text("")
    for (turn, _, _), cells in zip(rows, _cells([share for _, _, share in rows], width), strict=True):
        bar.append(SIGNS[turn] * cells, OURS if turn in OUR_TURNS else "dim")
    yield "terminal.clock", bar
    known = {row.turn for row in report.turns or () if row.basis != "assumed"}
    assumed = f" ({language.word('turn_basis', 'assumed')})"
    words = [
        f"{SIGNS[turn]} {language.word('turn', turn)} {language.percent(part)}{'' if turn in known else assumed}"
        for turn, _, part in rows
    ]
    legend = [GLUE.join(each.split()) for each in words]
    n_ours = sum(turn in OUR_TURNS for turn, _, _ in rows)
    said = _text(", ".join(legend[:n_ours]), OURS)
    if n_ours > 1:
        said = _text(f"{language.text('terminal.ours', share=our_time(report.turns or ())[0])} ").append_text(said)
    if n_ours and legend[n_ours:]:
        said.append("; ")
    yield "", said.append_text(_text(", ".join(legend[n_ours:]), "dim"))


def _places(report: Report, language: Language, _: int) -> Iterable[Line]:
    from rich.padding import Padding

    usual = usual_cautions(report)
    for at, place in enumerate(worth_saying(report)[:PLACES]):
        line = f"{place.rank}. {language.hours(place.lost_seconds)}  {phrases.place(place, language)}"
        says = [language.text("count.case", n=place.n_cases)]
        if place.turn != "us_queue":  # who waits for us waits in our queue, where nothing else is said
            says.append(language.word("turn", place.turn))
        if place.median_seconds is not None and place.low is not None:  # no halves of a handful of waits
            says.append(language.text("terminal.waits", median=place.median_seconds))
        if place.assumed:  # three lines leave no room to say it once for all
            says.append(language.text("section.bottlenecks.assumed"))
        if place.one_off and "one_off" not in usual:
            says.append(language.word("one_off", place.one_off))
        yield "" if at else "terminal.places", _text(line, "" if at else OURS)
        yield "", Padding(_text(" · ".join(says), "dim"), (0, 0, 0, 3))


def _way(report: Report, language: Language, _: int) -> Iterable[Line]:
    steps, share = phrases.happy_path(report, language)
    if steps:
        yield "terminal.happy", _text(steps if share is None else f"{language.percent(share)}  {steps}")


def _unknowns(report: Report, language: Language) -> Iterable[Line]:
    says = [phrases.unknown(note, report.per, language) for note in unknowns(report)]
    if len(says) > UNKNOWNS:
        says[UNKNOWNS - 1 :] = [language.text("terminal.more", n=len(says) - UNKNOWNS + 1)]
    for at, line in enumerate(says):
        yield "" if at else "terminal.unknown", _text(shorten(line, UNKNOWN_LENGTH, placeholder=" …"))


LINES: Final[dict[str, Callable[[Report, Language, int], Iterable[Line]]]] = {
    "promises": _promises,
    "turns": _clock,
    "bottlenecks": _places,
    "variants": _way,
}
"""part of the report -> its lines in the summary, given the width of a bar; the other parts have none"""


def _cells(shares: Sequence[float], width: int) -> list[int]:
    """Return for each share its cells of the width, by the largest remainder; each share has at least one."""
    cells = [max(1, int(share * width)) for share in shares]
    order = sorted(range(len(shares)), key=lambda i: (int(shares[i] * width) - shares[i] * width, i))
    for at in order[: max(0, width - sum(cells))]:
        cells[at] += 1
    while sum(cells) > width:
        cells[cells.index(max(cells))] -= 1
    return cells


_CODE: Final = re.compile(r"\x1b\[[0-9;]*m")
_TAIL: Final = re.compile(rf"(?:\s|{_CODE.pattern})+$")
"""blanks at the end of a line, whatever their colour"""


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(text), style=style)


def _to_text(parts: Iterable[RenderableType], *, color: bool, width: int) -> str:
    console = _console(color=color, width=width)
    with console.capture() as capture:
        for part in parts:
            console.print(part, highlight=False, markup=False, emoji=False)
    text = capture.get().replace(GLUE, " ")
    return "\n".join(_TAIL.sub(lambda tail: "".join(_CODE.findall(tail[0])), line) for line in text.splitlines()) + "\n"


def _console(*, color: bool, width: int) -> Console:
    import io

    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        _environ={},
    )
