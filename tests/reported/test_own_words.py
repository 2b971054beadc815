"""Words of status that the importer does not know: the label rules or the user do, and the steps are called so."""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer.config import Config, load_config
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.prepare import prepare

WORDS = Path(__file__).parent / "tables/12-words-two-vocabularies"


def told(path: Path, config: Config | None = None) -> list[tuple[str, str]]:
    log = prepare(read_log([path]), config=config)
    return log.rows("SELECT activity, status FROM events ORDER BY timestamp, seq")


def history(folder: Path, *statuses: str) -> Path:
    rows = [
        f"1,status,2026-01-{n + 5:02} 09:00,{before},{after}\n"
        for n, (before, after) in enumerate(zip(("", *statuses), statuses, strict=False))
    ]
    path = folder / "history.csv"
    path.write_text("Issue key,Field,Changed at,Old value,New value\n" + "".join(rows))
    return path


def meaning(**words: str) -> Config:
    return Config(words={"status": words})


def test_words_of_two_vocabularies() -> None:
    assert [step for step, _ in told(WORDS / "48b.csv")] == ["ticket_created", "solved", "reopened", "solved"]


def test_pasted_words_of_status_name_the_steps() -> None:
    steps = [step for step, _ in told(WORDS / "33.csv", load_config(WORDS / "cfg/jm.toml"))]
    assert steps[3:] == ["status_open", "status_pending", "status_open", "solved", "closed"]
    assert [step for step, _ in told(WORDS / "33.csv")][3:] == ["updated"] * 5


@pytest.mark.parametrize(
    ("statuses", "config", "steps"),
    [
        # the user knows the end, we know the rest, and the other way round
        (("Open", "Zork", "Open"), meaning(Zork="solved"), ["solved", "reopened"]),
        (("Zork", "Done", "Zork"), meaning(Zork="pending"), ["solved", "reopened"]),
        (("Open", "Zork", "Qu", "Open"), meaning(Zork="closed", Qu="on_hold"), ["closed", "reopened", "status_open"]),
        # two words of one status change nothing but their name
        (("Open", "Zork", "Quux"), meaning(Zork="pending", Quux="pending"), ["status_pending", "updated"]),
        # what nobody knows ends nothing and opens nothing
        (("Open", "Done", "Zork", "Open"), None, ["solved", "updated", "status_open"]),
        (("Open", "Zork", "Quux"), meaning(Zork="solved"), ["solved", "updated"]),
        (("To Do", "Done", "To Do", "Done"), None, ["solved", "reopened", "solved"]),
    ],
)  # fmt: skip
def test_a_step_is_called_by_what_the_status_became(
    tmp_path: Path, statuses: tuple[str, ...], config: Config | None, steps: list[str]
) -> None:
    assert [step for step, _ in told(history(tmp_path, *statuses), config)][1:] == steps


def test_snapshots_are_named_as_changes_are(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.csv"
    rows = [f"1,{status},ann,2026-01-0{n} 09:00" for n, status in enumerate(("Open", "Zork", "Open"), 5)]
    rows += [f"2,{status},ann,2026-01-0{n} 09:00" for n, status in enumerate(("Open", "Open"), 5)]
    path.write_text("Ticket ID,Status,Assignee,Updated at\n" + "\n".join(rows) + "\n")
    steps = [step for step, _ in told(path, meaning(Zork="solved"))]
    assert "updated" not in steps
    assert (steps.count("solved"), steps.count("reopened")) == (1, 1)


def test_new_words_hold_for_a_log_that_was_saved_before(tmp_path: Path) -> None:
    path = tmp_path / "log"
    jm.save_log(jm.read(history(tmp_path, "Open", "Zork", "Open")), path)
    again: EventLog = prepare(jm.open_log(path), config=meaning(Zork="solved"))
    assert [step for (step,) in again.rows("SELECT activity FROM events ORDER BY timestamp, seq")][1:] == [
        "solved", "reopened",
    ]  # fmt: skip


def test_an_event_log_keeps_its_own_word(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "Case ID,Activity,Timestamp,Status\n1,updated,2026-01-05 09:00,Open\n1,updated,2026-01-06 09:00,Done\n"
    )
    assert [step for step, _ in told(path)] == ["updated", "updated"]
