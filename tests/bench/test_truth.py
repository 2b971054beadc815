"""A seeded share of `make truth`: worlds are hard, the product is matched and scored, the table says what is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeybench import leavers, run
from journeybench.dialects import Book, Record, export
from journeybench.families import plan
from journeybench.hard import LIMITS, too_easy
from journeybench.product import ask, leaks
from journeybench.run import Result
from journeybench.score import score
from journeybench.table import FIGURES, coverage, interval, markdown
from journeybench.truth import truth
from journeybench.world import simulate

SHARE = [("easy", 4), ("hard", 7), ("misleading", 2)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    folder = tmp_path_factory.mktemp("truth")
    return [result for result, _ in run.run(SHARE, folder, jobs=1, product=False)]


def test_worlds_are_too_hard_for_naive_rules(results: list[Result]) -> None:
    """All seeds of the families are looked at by `make truth`."""
    assert {(result["family"], result["seed"]): too_easy(result["scores"]["naive"]) for result in results} == {
        world: {} for world in SHARE
    }


def test_a_world_is_too_easy_where_a_naive_rule_scores_more_than_it_may() -> None:
    at_limit = {name: (limit, 1) for name, limit in LIMITS.items()}
    assert too_easy(at_limit) == {}
    assert too_easy({**at_limit, "causes": (0.53, 1)}) == {"causes": 0.53}


def test_a_run_takes_up_what_is_there_and_makes_anew_what_other_code_made(tmp_path: Path) -> None:
    names = [("easy", 1), ("easy", 2)]
    for family, seed in names:
        known = {"family": family, "seed": seed, "code": run.fingerprint(), "failed": "", "scores": {"naive": {}}}
        (tmp_path / f"{family}-{seed}.json").write_text(json.dumps(known))
    assert [(result["seed"], known) for result, known in run.run(names, tmp_path, product=False)] == [
        (1, True),
        (2, True),
    ]
    old = json.loads((tmp_path / "easy-1.json").read_text())
    (tmp_path / "easy-1.json").write_text(json.dumps({**old, "code": "other"}))
    found = {result["seed"]: known for result, known in run.run(names, tmp_path, jobs=1, product=False)}
    assert found == {1: False, 2: True}
    assert json.loads((tmp_path / "easy-1.json").read_text())["scores"]["ceiling"]


# ---- the product -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> Book:
    book = export(simulate(plan("easy", 12, customers=100)))
    leavers.write(book)
    return book


def test_the_product_is_asked_matched_and_scored(small: Book, tmp_path: Path) -> None:
    answer = ask(small, tmp_path)
    scores = score(answer, small, truth(small.world))
    assert scores["records_read"].value > 0.9
    assert scores["turns"].value > 0.6
    assert scores["personal_kept"].value == 1
    assert answer.places and answer.handoffs and answer.figures
    told = {record.case for record in small.records}
    assert answer.customer is not None and len(answer.customer.keys() & told) > 0.9 * len(told)
    assert answer.journey is not None and scores["journey_starts"].value > 0.4
    assert answer.causes is None  # it does not say; scored as soon as it does


def test_a_personal_string_in_an_output_is_a_leak_and_in_the_log_is_none(small: Book, tmp_path: Path) -> None:
    secret = min(small.personal)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "identities.csv").write_text(secret, encoding="utf-8")
    assert leaks(small, tmp_path) == 0
    (tmp_path / "report.md").write_text(f"as {secret} said", encoding="utf-8")
    assert leaks(small, tmp_path) >= 1


# ---- the table -------------------------------------------------------------------------------------------------------


def result(seed: int, seconds: float, low: float, high: float) -> Result:
    return Result(
        family="easy", seed=seed, code="", failed="", injected=["Billing"], desk="zendesk",
        unmatched={"calls (1).csv": 3},
        scores={"naive": {"turns": (0.5, 10)}, "product": {"turns": (seed / 10, 10)}, "ceiling": {"turns": (1.0, 10)}},
        places=[("('opened', 'Phone')", seconds, low, high), ("('moved', 'Billing')", seconds, 0, 0)],
    )  # fmt: skip


def test_bounds_hold_where_they_contain_what_the_other_worlds_lose() -> None:
    """The others lose 100 on average; of four, the mean is uncertain by a quarter of a world's variance: x 1.118."""
    worlds = [result(1, 100, 90, 110), result(2, 100, 99, 101), result(3, 100, 90, 99), result(4, 100, 50, 60),
              result(5, 100, 100, 100)]  # fmt: skip
    assert coverage(worlds) == [True, True, False, False, True]
    assert coverage(worlds[:4]) == []  # too few to know the mean


def test_bounds_are_widened_for_the_uncertainty_of_the_mean() -> None:
    worlds = [result(1, 100, 90.5, 109.5), *(result(seed, 110.4, 0, 1000) for seed in (2, 3, 4, 5))]
    assert coverage(worlds)[0]  # 109.5 is not enough, 100 + 9.5 * 1.118 is


def test_the_interval_is_over_worlds_and_always_the_same() -> None:
    low, high = interval([0.1, 0.2, 0.3, 0.4, 0.5])
    assert 0.1 < low < 0.3 < high < 0.5
    assert interval([0.1, 0.2, 0.3, 0.4, 0.5]) == (low, high)
    assert interval([0.7]) == (0.7, 0.7)


def test_the_table_has_a_row_for_each_figure_and_family_that_is_known() -> None:
    lines = markdown([result(seed, 100, 90, 110) for seed in (1, 2, 3)]).splitlines()
    assert [line.split("|")[1:6] for line in lines[2:3]] == [
        [f" {FIGURES['turns']} ", " easy ", " 3 ", " 30 ", " 0.500 "]
    ]
    assert "0.200" in lines[2] and lines[3] == ""
    told = markdown([{**result(1, 1, 1, 1), "failed": "boom"}, result(2, 1, 1, 1)])
    assert "wrote nothing: easy 1.\n" in told
    assert told.endswith("Events that no record explains: 6 (calls (1).csv 6).\n")


def test_masked_names_are_recognised_by_their_records(small: Book) -> None:
    from journeybench.product import _Reading

    record = next(record for record in small.records if record.file.startswith("whatsapp"))
    shown = [[7, f"chat 1: {record.ref}", float(record.at), 1, None]]
    reading = _Reading(small, {"events": shown, "spans": []}, {})
    others = [[n, f"chat 1: {other.ref}", float(other.at), 1, None] for n, other in enumerate(small.records)
              if other.file == record.file]  # fmt: skip
    reading.lists["events"] += others
    assert reading._names()["chat 1"] == record.file
    assert reading._steps()[7] == (record.case, record.steps[0])


def test_one_record_of_several_steps_gives_each_event_the_nearest(small: Book) -> None:
    from journeybench.product import _Reading

    contact = max(small.world.contacts, key=lambda contact: len(contact.steps))
    record = Record("wide.csv", "row 2", contact.opened, contact.number, tuple(range(len(contact.steps))))
    reading = _Reading(small, {"events": [], "spans": []}, {})
    assert [reading._nearest(record, step.at + 1) for step in contact.steps[:3]] == [
        next(place for place, other in enumerate(contact.steps) if other.at == step.at) for step in contact.steps[:3]
    ]
