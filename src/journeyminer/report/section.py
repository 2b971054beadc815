"""What a section of a report is: how it is made, its tables, where it is shown. `report/sections.py` lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.lens import Lens
    from journeyminer.mining.trend import TrendRow
    from journeyminer.vocabulary import PeriodUnit


@dataclass(frozen=True)
class Making:
    """What sections are made from: a log seen through a lens, and how the report was asked for."""

    lens: Lens
    named: bool
    max_nodes: int
    max_edges: int
    wanted: frozenset[str]
    """the keys that are made"""
    period: PeriodUnit | None = None
    """that of the trend; None for no trend"""
    timezone: str = "UTC"
    """the zone in which periods begin"""

    @cached_property
    def places(self) -> tuple[Bottleneck, ...]:
        """The ranked places: the list of them, and what the map must show."""
        from journeyminer.mining.bottlenecks import bottlenecks

        return bottlenecks.rows(self.lens)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Resources as reports show them."""
        from journeyminer.log.lists import resource_names

        return resource_names(self.lens.log, named=self.named)

    @cached_property
    def periods(self) -> tuple[TrendRow, ...]:
        """The trend over all periods."""
        from journeyminer.mining.trend import trend

        return trend.rows(self.lens, period=self.period or "week", timezone=self.timezone)


@dataclass(frozen=True)
class Sheet:
    """A table of a section: a CSV file of this name, and what `show` prints."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Any], Any] = lambda section: section
    """the rows of a section: tuples, or objects with the columns as attributes; a section may be its rows itself"""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """column -> how its values are written, where its name does not say it"""
    traces: str = "n_cases"
    """the column that counts traces and is called as they are; nothing where there is none"""
    optional: str = ""
    """a column that is left out where no row has a value"""


@dataclass(frozen=True)
class Section:
    """What stands behind a key of the report."""

    measures: tuple[Callable[..., Any], ...] = ()
    """the public functions of which it is made"""
    make: Callable[[Making], Any] | None = None
    """makes its value; where it is missing, the value is the rows of the first measure, or `build` adds it"""
    sheets: tuple[Sheet, ...] = ()
    """its tables; the first one is what `show --format csv` prints"""
    part: str = ""
    """its part of the page and of the Markdown report, whose words stand under `section.<part>`; nothing where none"""
    even_empty: bool = False
    """whether the part is shown although no table has a row: that there is nothing says something"""
    of: str = ""
    """the section with which it is made and printed, where nobody asks for it alone"""
    needs: tuple[str, ...] = ()
    """the sections on which it rests; they are made with it"""

    @property
    def makes(self) -> bool:
        """Whether its value is made here."""
        return self.make is not None or bool(self.measures)

    def made(self, making: Making) -> Any:  # noqa: ANN401 - the value of a field of Report
        """The value of the section."""
        return self.make(making) if self.make else self.measures[0].rows(making.lens)  # type: ignore[attr-defined]

    def is_shown(self, section: Any) -> bool:  # noqa: ANN401 - the value of a field of Report
        """Whether its part is shown for this value."""
        if not self.part or section is None:
            return False
        return self.even_empty or any(len(sheet.rows(section)) for sheet in self.sheets)
