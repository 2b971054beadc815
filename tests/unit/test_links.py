"""Links: what a table says of other cases."""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer.mining.lens import Lens

JIRA = """Issue key,Issue id,Issue Type,Created,Resolved,{header}
A-1,1,Bug,2026-01-05 09:00,,
A-2,2,Bug,2026-01-06 09:00,,{other}
"""


@pytest.mark.parametrize(
    ("header", "other", "expected"),
    [
        ("Parent key", "A-1", [("A-2", "child_of", "A-1")]),
        ("Outward issue link (Duplicate)", "A-1", [("A-2", "merged_into", "A-1")]),
        ("Inward issue link (Problem/Incident)", "A-1", [("A-2", "caused_by", "A-1")]),
        ("Outward issue link (Duplicate)", "A-2", []),  # nothing is tied to itself
        ("Inward issue link (Relates)", "A-1", []),  # what is only related is no need gone on with
        ("Parent key", "", []),
    ],
)
def test_jira_says_what_an_issue_is_tied_to(
    tmp_path: Path, header: str, other: str, expected: list[tuple[str, str, str]]
) -> None:
    path = tmp_path / "jira.csv"
    path.write_text(JIRA.format(header=header, other=other), encoding="utf-8")
    log = jm.read(path)
    assert log.rows("SELECT native_id, kind, other FROM links JOIN cases USING (case_key)") == expected
    assert Lens(log, "journey").scope.n_traces == 1 if expected else log.n_cases == 2


def test_servicenow_says_the_parent(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(
        "number,incident_state,sys_mod_count,sys_updated_at,parent_incident\n"
        "INC1,New,0,2026-01-05 09:00,?\nINC2,New,0,2026-01-05 10:00,INC1\nINC2,Closed,1,2026-01-06 10:00,INC1\n",
        encoding="utf-8",
    )
    assert jm.read(path).rows("SELECT kind, other FROM links") == [("child_of", "INC1")]
