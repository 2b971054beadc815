"""Measures: each is one definition that gives rows to a report and a DataFrame to a user.

    @measure(TurnRow)
    def turns(lens: Lens) -> Exact:
        ...

The definition yields the fields of its rows by name, exact. `turns.rows(lens)` are the rows as a report holds them, in
whole seconds; `turns(log, per="customer")` is a DataFrame of the exact values, with its scope in `attrs`. Rows need no
pandas.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from itertools import chain
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, get_args, get_origin

from msgspec import Meta, Struct
from msgspec.structs import fields

from journeyminer.mining.lens import Lens

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.log import EventLog
    from journeyminer.vocabulary import Per

Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
SECONDS: Final = "seconds"
Seconds = Annotated[int, SECONDS]
"""whole seconds in a report, exact ones in a DataFrame"""


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """An object of a report; every field says what it is `about`."""


def about(meaning: str) -> Meta:
    """What a field means, as the JSON Schema and the reference say it: `n: Annotated[Count, about("Moves.")]`."""
    return Meta(description=meaning)


Exact = Iterable[Mapping[str, Any]]
"""the fields of rows by name, seconds not yet whole"""
P = ParamSpec("P")
R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Measure(Protocol[P, R_co]):
    """A measure, see the module."""

    __name__: str
    row: type[Row]

    def __call__(self, log: EventLog, per: Per = "case", *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        """The exact values as a table, one row a row; `attrs` holds per, n_traces, n_cases, n_customers, n_left_out."""
        ...

    def rows(self, lens: Lens, *args: P.args, **kwargs: P.kwargs) -> tuple[R_co, ...]:
        """The rows as a report holds them."""
        ...


def measure(row: type[R]) -> Callable[[Callable[Concatenate[Lens, P], Exact]], Measure[P, R]]:
    """Make a measure of a function that yields the fields of rows of this kind by name."""

    def decorate(define: Callable[Concatenate[Lens, P], Exact]) -> Measure[P, R]:
        @wraps(define)
        def measured(log: EventLog, per: Per = "case", *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            lens = Lens(log, per)
            frame = _frame(row, define(lens, *args, **kwargs))
            frame.attrs.update(lens.scope._asdict())
            return frame

        def rows(lens: Lens, *args: P.args, **kwargs: P.kwargs) -> tuple[R, ...]:
            return whole(row, define(lens, *args, **kwargs))

        measured.row, measured.rows = row, rows  # type: ignore[attr-defined]
        measured.__signature__ = _signature(define)  # type: ignore[attr-defined]
        return measured  # type: ignore[return-value]

    return decorate


def whole(row: type[R], found: Exact) -> tuple[R, ...]:
    """Rows of a report from exact values: seconds become whole."""
    seconds = [field.name for field in fields(row) if SECONDS in _kinds(field.type)]
    return tuple(row(**{**each, **{name: _rounded(each.get(name)) for name in seconds}}) for each in found)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _frame(row: type[Row], found: Exact) -> pd.DataFrame:
    import pandas as pd

    rows = [row(**each) for each in found]
    columns = {
        field.name: pd.Series([getattr(each, field.name) for each in rows], dtype=_dtype(field.type))
        for field in fields(row)
    }
    return pd.DataFrame(columns)


def _dtype(kind: Any) -> str | None:  # noqa: ANN401 - any annotation
    """The dtype of a column, which is the same where rows or values are missing; pandas chooses that of text."""
    kinds = list(_kinds(kind))
    if SECONDS in kinds or float in kinds:
        return "float64"
    if int in kinds:
        return "Int64" if NoneType in kinds else "int64"
    return "bool" if bool in kinds else "object" if tuple in kinds else None


def _kinds(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - any annotation
    """The types that a value of a field may have, and what is noted beside them."""
    if get_origin(kind) is Annotated:
        yield from (*kind.__metadata__, *_kinds(kind.__origin__))
    elif NoneType in get_args(kind):
        yield from chain.from_iterable(map(_kinds, get_args(kind)))
    else:
        yield get_origin(kind) or kind


def _signature(define: Callable[..., Any]) -> inspect.Signature:
    """What a user calls: the log first, then the measure's own options and `per`."""
    own = list(inspect.signature(define).parameters.values())[1:]
    log = inspect.Parameter("log", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation="EventLog")
    per = inspect.Parameter("per", inspect.Parameter.KEYWORD_ONLY, default="case", annotation="Per")
    return inspect.Signature([log, *own, per], return_annotation="pd.DataFrame")
