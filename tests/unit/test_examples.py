"""Every example is claimed by the importer it was written for and read to its last record."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyminer.config import load_config
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.log.receipt import SourceReceipt
from journeyminer.options import ReadOptions, fill

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def log() -> EventLog:
    """The examples, read as their configuration says."""
    options = fill(ReadOptions, load_config(EXAMPLES / "journeyminer.toml").options)
    return read_log([EXAMPLES / "exports"], options=options)


def source(log: EventLog, importer: str, part: str = "") -> SourceReceipt:
    (found,) = [one for one in log.receipt.sources if one.importer.startswith(importer) and part in one.file]
    return found


def cases(log: EventLog, receipt: SourceReceipt) -> int:
    return int(log.one("SELECT count(DISTINCT case_id) FROM events WHERE source_ref LIKE ?", [f"{receipt.file}: %"])[0])


def test_every_file_is_claimed_and_balances(log: EventLog) -> None:
    assert log.receipt.unclaimed == ()
    assert log.receipt.failed == ()
    assert len(log.receipt.sources) == len(list((EXAMPLES / "exports").iterdir()))
    assert all(one.balances and one.rejected == 0 for one in log.receipt.sources)


@pytest.mark.parametrize(
    ("importer", "part", "counts"),
    [
        ("tabular", "tickets_en.csv", (21, 0, 21, 4)),
        ("tabular", "chamados_pt.csv", (6, 0, 16, 6)),
        ("tabular", "incidencias_es.csv", (12, 0, 12, 3)),
        ("tabular", "jegyek_hu.csv", (11, 0, 11, 2)),
        ("whatsapp", "", (9, 1, 8, 2)),
        ("mail", "mailbox 1", (5, 0, 5, 2)),
        ("zendesk", "zendesk_ticket_audits.json", (8, 0, 16, 2)),
    ],
)
def test_each_file_holds_what_it_should(
    log: EventLog, importer: str, part: str, counts: tuple[int, int, int, int]
) -> None:
    receipt = source(log, importer, part)
    assert (receipt.records, receipt.ignored, receipt.events, cases(log, receipt)) == counts


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("tickets_en.csv", "2026-01-19 09:02:00"),  # month first, Lisbon
        ("chamados_pt.csv", "2026-01-12 09:12:00"),  # day first, Lisbon
        ("incidencias_es.csv", "2026-01-19 09:30:00"),
        ("jegyek_hu.csv", "2026-01-19 07:10:00"),  # Budapest is an hour ahead
        ("mailbox 1", "2026-01-19 09:12:00"),
        ("zendesk_ticket_audits.json", "2026-01-19 08:30:00"),
    ],
)
def test_moments_are_read_in_their_order_and_zone(log: EventLog, part: str, first: str) -> None:
    (found,) = log.one("SELECT min(timestamp)::VARCHAR FROM events WHERE source_ref LIKE ?", [f"{part}: %"])
    assert found == first


def test_milestones_of_a_wide_table_are_marked_as_synthetic(log: EventLog) -> None:
    marked = log.rows("SELECT DISTINCT source_ref LIKE 'chamados_pt.csv: %', coalesce(synthetic, false) FROM events")
    assert sorted(marked) == [(False, False), (True, True)]


def test_letters_of_8_bit_files_are_right(log: EventLog) -> None:
    agents = {agent for (agent,) in log.rows("SELECT DISTINCT resource FROM events")}
    assert {"Csermely Örs", "Fűzfői Margit", "Moisés Leirião"} <= agents


def test_an_address_is_known_to_two_files(log: EventLog) -> None:
    known = log.rows(
        "SELECT DISTINCT case_id FROM identities JOIN cases USING (case_key) WHERE value = 'eloy.lerma@example.com'"
    )
    assert len({case.split(":")[0] for (case,) in known}) == 2


def test_the_configuration_tells_who_is_us_in_the_mailbox(log: EventLog) -> None:
    roles = log.rows("SELECT role, count(*) FROM events WHERE source = 'mail' GROUP BY role ORDER BY role")
    assert roles == [("agent", 2), ("customer", 2), ("system", 1)]


def test_the_workflow_calls_commands_that_exist() -> None:
    from journeyminer.cli.main import COMMANDS

    lines = (EXAMPLES / "ci" / "weekly-report.yml").read_text("utf-8").splitlines()
    words = [line.split("journeyminer ")[1].split()[0] for line in lines if "run: journeyminer " in line]
    assert words
    assert set(words) <= set(COMMANDS)


def test_the_readme_names_every_example() -> None:
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.name != "README.md":
            assert f"`{path.relative_to(EXAMPLES).as_posix()}`" in readme
