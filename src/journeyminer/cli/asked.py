"""What a user may ask of a command: the values of the options, in three bundles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from journeyminer.vocabulary import Per


@dataclass(frozen=True, slots=True)
class Reading:
    """How exports are read; the values of the reading options, None where a flag was not given."""

    source: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None
    date_order: str | None = None
    encoding: str | None = None
    namespaces: dict[str, str] = field(default_factory=dict)
    us: tuple[str, ...] = ()
    session_gap: float | None = None
    max_rejected: float | None = None
    strict: bool = False
    config: Path | None = None
    memory: str | None = None
    as_of: datetime | None = None
    quiet: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases count, through which lens."""

    since: str | None = None
    until: str | None = None
    where: str | None = None
    channels: tuple[str, ...] = ()
    per: Per = "case"


@dataclass(frozen=True, slots=True)
class Look:
    """How a report looks."""

    agents: str = "numbered"
    max_nodes: int | None = None
    max_edges: int | None = None
    dot: str | None = None
    generated_at: str | None = None
