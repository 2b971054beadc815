"""Measures: plain functions over an EventLog. They return tables or a graph and change nothing."""

from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.mining.durations import durations
from journeyminer.mining.graph import graph
from journeyminer.mining.handovers import handover_totals, handovers
from journeyminer.mining.kpis import kpis
from journeyminer.mining.moves import Scope, scope
from journeyminer.mining.simplify import simplify
from journeyminer.mining.turns import lost_by_edge, turns
from journeyminer.mining.variants import variant_totals, variants

__all__ = [
    "Scope",
    "bottlenecks",
    "durations",
    "graph",
    "handover_totals",
    "handovers",
    "kpis",
    "lost_by_edge",
    "scope",
    "simplify",
    "turns",
    "variant_totals",
    "variants",
]
