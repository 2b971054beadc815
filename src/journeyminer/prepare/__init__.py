"""Prepare: what makes a raw log (the sources' own words) a prepared log (closed sets, customers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.config import Config
from journeyminer.options import JourneyOptions, fill
from journeyminer.prepare.bots import tell_bots
from journeyminer.prepare.changes import name_changes
from journeyminer.prepare.filters import describe_filters, filter_log
from journeyminer.prepare.identity import count_customers, identify_customers
from journeyminer.prepare.journeys import find_journeys
from journeyminer.prepare.labels import call_as_sources, label
from journeyminer.prepare.pairing import pair_transitions
from journeyminer.prepare.privacy import hide_customers, hide_rare_steps
from journeyminer.prepare.split import count_values, split_log

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.vocabulary import Naming


def prepare(
    log: EventLog,
    *,
    config: Config | None = None,
    pair: bool = True,
    activities: Naming = "steps",
    journeys: JourneyOptions | None = None,
) -> EventLog:
    """The log that measures read: words in their closed sets, cases with customer and journey, an activity one event.

    With `activities="raw"` each is called as its source calls it, and what it means is known all the same.
    Preparing a prepared log changes nothing. What no rule knew is in the new log's receipt.
    """
    ours = config or Config()
    told = tell_bots(name_changes(label(log, config=config)), named=ours.bots, people=ours.us)
    called = call_as_sources(told) if activities == "raw" else told
    known = identify_customers(hide_rare_steps(hide_customers(called)), config=config)
    cut = find_journeys(known, options=journeys or fill(JourneyOptions, ours.options))
    return pair_transitions(cut) if pair else cut


__all__ = [
    "call_as_sources",
    "count_customers",
    "count_values",
    "describe_filters",
    "filter_log",
    "find_journeys",
    "hide_customers",
    "hide_rare_steps",
    "identify_customers",
    "label",
    "name_changes",
    "pair_transitions",
    "prepare",
    "split_log",
    "tell_bots",
]
