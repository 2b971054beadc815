"""Names of resources stay inside unless they are asked for."""

from __future__ import annotations

from journeyminer.log.lists import resource_names
from journeyminer.prepare import filter_log, hide_customers, prepare
from tiny import log

TEXT = "A: x@09:00/by=bo x@09:01/by=ana x@09:02/by=cy x@09:03/by=cy x@09:04/by=ann/as=customer x@09:05"


def test_the_busiest_is_agent_1_and_ties_go_by_name() -> None:
    assert resource_names(log(TEXT)) == {"cy": "agent 1", "ana": "agent 2", "bo": "agent 3"}


def test_names_where_they_are_asked_for_but_never_a_customer() -> None:
    assert resource_names(log(TEXT), named=True) == {"cy": "cy", "ana": "ana", "bo": "bo"}


def test_a_customer_is_an_identity_and_no_resource() -> None:
    hidden = hide_customers(log(TEXT))
    assert hidden.rows("SELECT DISTINCT resource FROM events WHERE role = 'customer'") == [(None,)]
    assert hidden.rows("SELECT kind, value FROM identities") == [("name", "ann")]
    assert hide_customers(hidden) is hidden
    assert prepare(log(TEXT)).rows("SELECT count(resource) FROM events") == [(4,)]


def test_a_log_without_resources_has_no_names() -> None:
    assert resource_names(log("A: x@09:00")) == {}


def test_a_filter_gives_nobody_another_number() -> None:
    tiny = log("A: x@09:00/by=bo\nB: x@09:01/by=cy x@09:02/by=cy")
    kept = filter_log(tiny, where="resource = 'bo'")
    assert resource_names(filter_log(kept, where="activity = 'x'"))["bo"] == "agent 2"
