from __future__ import annotations

import pytest

from journeyminer.errors import MissingColumn, UsageError
from journeyminer.importers.tabular.dialect import read_dialect
from journeyminer.importers.tabular.headers import Headers, normalise
from journeyminer.importers.tabular.plan import choose_plan
from journeyminer.options import ReadOptions

KNOWN = ("case_id", "activity", "timestamp", "group")


@pytest.mark.parametrize("header", ["Case ID", "case_id", "CaseID", " case-id ", "case:id", "Case (ID)"])
def test_spellings_of_one_header_are_the_same(header: str) -> None:
    assert normalise(header) == "case id"


@pytest.mark.parametrize(
    ("header", "normal"),
    [
        ("Responsável", "responsavel"),
        ("ResponsÃ¡vel", "responsavel"),
        ("Időpont", "idopont"),
        ("Ügyfél\u00a0neve", "ugyfel neve"),
    ],
)
def test_accents_and_what_was_encoded_twice_do_not_matter(header: str, normal: str) -> None:
    assert normalise(header) == normal


def test_no_header_is_two_columns_and_the_first_synonym_wins() -> None:
    headers = Headers(["time", "timestamp", "case"])
    assert headers.match({"timestamp": ["timestamp", "time"], "started_at": ["timestamp"], "case_id": ["case"]}) == {
        "timestamp": 1,
        "case_id": 2,
    }


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["Problem Sub Status", "Problem Status"], 1),
        (["Status", "Status Reason", "Billing Status"], 0),
        (["Billing Status", "Ticket State Status"], None),
        (["Old Status", "New Status"], None),
        (["Owner"], None),
    ],
)
def test_of_headers_that_hold_a_word_the_plain_one_is_meant(texts: list[str], place: int | None) -> None:
    assert Headers(texts).find_within(["status"], set()) == place


@pytest.mark.parametrize("header", ["Nº do pedido", "N.º do pedido", "N.o do pedido", "N° do pedido", "No. do pedido"])
def test_a_number_is_written_in_many_ways(header: str) -> None:
    assert normalise(header) == "no do pedido"


def test_repeated_headers_are_found_by_position() -> None:
    assert Headers(["Comment", "Key", "Comment"]).find(["comment"]) == [0, 2]


def test_the_longest_synonym_inside_a_header_wins_and_a_tie_is_none() -> None:
    headers = Headers(["Problem Change Date+Time", "Problem Number", "Closed by Number"])
    assert headers.find_within(["time", "date time"], set()) == 0
    assert headers.find_within(["number"], set()) == 1
    assert Headers(["old state", "new state"]).find_within(["state"], set()) is None


def test_a_mapping_is_taken_as_it_is_given() -> None:
    headers = Headers(["Vorgang", "Was", "Was?"])
    assert headers.given({"case": "vorgang", "activity": "Was?"}, KNOWN) == {"case_id": 0, "activity": 2}


def test_an_unknown_header_lists_what_the_file_has() -> None:
    with pytest.raises(MissingColumn, match=r"There is no column “Wer”.*The file has: Vorgang, Was"):
        Headers(["Vorgang", "Was", ""]).given({"group": "Wer"}, KNOWN)


def test_an_unknown_column_of_ours_lists_ours() -> None:
    with pytest.raises(UsageError, match=r"no column .team.*case_id, activity, timestamp, group"):
        Headers(["Team"]).given({"team": "Team"}, KNOWN)


CHANGES = ("New", "open"), ("Solved", "paid")


@pytest.mark.parametrize(
    ("headers", "chosen"),
    [
        ("Problem Status;Sub Status", "Problem Status"),
        ("Status do chamado;Outro", "Status do chamado"),
        ("Problem Status;Status Date", "Problem Status"),  # a column of moments is no status
        ("Work Status;Bill Status", None),  # both change
        ("Marital Status;Outro", None),  # says the same in all rows of a case
    ],
)
def test_a_status_with_a_word_more_is_taken_where_it_changes(headers: str, chosen: str | None) -> None:
    rows = f"Ticket;Timestamp;{headers}\n"
    for case in "12":
        for day, (status, other) in enumerate(CHANGES, 5):
            first = "single" if "Marital" in headers else status
            rows += f"{case};2026-01-0{day} 09:00;{first};{f'2026-01-0{day}' if 'Date' in headers else other}\n"
    dialect = read_dialect(rows, complete=True)
    assert dialect
    if not chosen:
        with pytest.raises(MissingColumn):
            choose_plan(dialect, ReadOptions())
        return
    plan = choose_plan(dialect, ReadOptions())
    assert plan.headers.named([plan.columns["activity"], plan.columns["status"]]) == (chosen, chosen)
