"""What a run leaves of logs, of other runs' work and of the user's own files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import journeyminer as jm
from journeyminer.files import sha256
from journeyminer.importers.reading import run as reading

Cli = Callable[..., Any]


def week(folder: Path, number: int) -> Path:
    path = folder / f"week{number}.csv"
    path.write_text(
        f"case_id,activity,timestamp\n{number},a,2026-01-05 09:00:00\n{number},b,2026-01-05 10:00:00\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    "args",
    [
        ("export", "exports/t.csv", "-o", "exports/t.csv"),
        ("export", "exports", "-o", "exports/t.csv"),
        ("report", "exports/t.csv", "-o", "again.csv", "--format", "html"),
        ("report", "exports", "-o", "linked.csv", "--format", "html"),
        ("discover", "exports", "-o", "exports"),
        ("discover", "exports", "-o", "."),
        ("import", "log", "-o", "log"),
        ("export", "log", "-o", "log/events.parquet.csv"),
        ("discover", "exports", "--config", "j.toml", "-o", "j.toml"),
    ],
    ids=" ".join,
)
def test_no_output_is_one_of_its_inputs(cli: Cli, tickets: Path, tmp_path: Path, args: tuple[str, ...]) -> None:
    (tmp_path / "exports").mkdir()
    tickets.rename(tmp_path / "exports" / "t.csv")
    (tmp_path / "again.csv").symlink_to("exports/t.csv")
    (tmp_path / "linked.csv").hardlink_to(tmp_path / "exports" / "t.csv")
    (tmp_path / "j.toml").write_text('language = "en"\n')
    jm.save_log(jm.read(tmp_path / "exports"), tmp_path / "log")
    (tmp_path / "log" / "events.parquet.csv").hardlink_to(tmp_path / "log" / "events.parquet")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = cli(*args, "--force")
    assert (done.status, "one of the files that are read" in done.err) == (2, True), done.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["out.html", "out.json", "out.csv", "out.md"])
def test_a_file_of_the_users_own_is_written_over_with_force_only_and_ours_always(
    cli: Cli, tickets: Path, tmp_path: Path, name: str
) -> None:
    command = "export" if name.endswith(".csv") else "report"
    (tmp_path / name).write_text("mine")
    refused = cli(command, tickets, "-o", name)
    assert (refused.status, "--force" in refused.err, (tmp_path / name).read_text()) == (2, True, "mine")
    assert [cli(command, tickets, "-o", name, *force).status for force in (["--force"], [])] == [0, 0]


def test_discover_writes_into_a_folder_that_is_new_empty_or_ours(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "tables").mkdir(parents=True)
    assert cli("discover", tickets, "-o", "out").status == 2  # an empty folder in it is somebody's too
    (out / "report.md").write_text("mine")
    (out / "tables" / "own.csv").write_text("mine too")
    assert cli("discover", tickets, "-o", "out").status == 2
    assert sorted(path.name for path in out.rglob("*")) == ["own.csv", "report.md", "tables"]
    assert cli("discover", tickets, "-o", "out", "--force").status == 0
    (out / "notes.txt").write_text("later")
    assert cli("discover", tickets, "-o", "out").status == 0
    assert [(out / name).read_text() for name in ("tables/own.csv", "notes.txt")] == ["mine too", "later"]
    assert "# Customer journeys" in (out / "report.md").read_text()
    assert cli("discover", tickets, "-o", "new").status == cli("discover", tickets, "-o", "new").status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"tickets.csv", "out", "new"}


def test_a_failed_run_leaves_the_output_of_the_last_one(
    cli: Cli, tickets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("discover", tickets, "-o", "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("journeyminer.log.store.documented_events", full)
    done = cli("discover", week(tmp_path, 1), "-o", "out")
    assert (done.status, "No space left" in done.err) == (3, True)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
    assert not list(tmp_path.glob(".*"))


def test_appends_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def append(number: int) -> int:
        export = str(week(tmp_path, number))
        command = [sys.executable, "-m", "journeyminer", "import", export, "-o", "log", "--append", "-q"]
        return subprocess.run(command, cwd=tmp_path, check=False).returncode

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(append, range(6))) == {0}
    log = jm.open_log(tmp_path / "log")
    assert (log.n_events, log.n_cases) == (12, 6)
    assert not list(tmp_path.glob(".*"))


def test_a_reader_sees_one_whole_log_while_it_is_replaced(tmp_path: Path) -> None:
    one = jm.read(week(tmp_path, 1))
    two = jm.read(week(tmp_path, 1), week(tmp_path, 2), week(tmp_path, 3))
    jm.save_log(one, tmp_path / "log")

    def write() -> None:
        for number in range(30):
            jm.save_log((one, two)[number % 2], tmp_path / "log")

    with ThreadPoolExecutor() as pool:
        writing = pool.submit(write)
        while not writing.done():
            log = jm.open_log(tmp_path / "log")
            assert (log.n_events, log.n_cases, len(log.receipt.sources)) in ((2, 1, 1), (6, 3, 3))
        writing.result()


@pytest.mark.parametrize("change", ["grows", "is cut", "is replaced", "vanishes", "is written over"])
def test_a_file_that_changes_while_it_is_read_is_not_read(
    cli: Cli, tickets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    other, text = week(tmp_path, 1), tickets.read_text()

    def during(path: Path) -> str:
        found = sha256(path)
        if path.name != tickets.name:
            return found
        if change == "vanishes":
            tickets.unlink()
        elif change == "is replaced":
            (tmp_path / "x").write_text(text)
            (tmp_path / "x").rename(tickets)
        else:
            tickets.write_text({"grows": text * 2, "is cut": text[:90]}.get(change, text.replace("ana", "bob")))
        return found

    monkeypatch.setattr(reading, "sha256", during)
    done = cli("import", tickets, other, "-o", "log")
    assert done.status == 3 and "tickets.csv" in done.err
    assert [source.file for source in jm.open_log(tmp_path / "log").receipt.sources] == ["week1.csv"]


def test_the_receipt_names_the_configuration_and_every_rule_of_it_that_gave_a_label(
    cli: Cli, tickets: Path, tmp_path: Path
) -> None:
    config = tmp_path / "journeyminer.toml"
    config.write_text(
        'status."wobbly" = "pending"\n\n[[label]]\nwhen = { activity = "*" }\n'
        'give = { role = "customer", status = "closed" }\n\n[[label]]\nwhen = { activity = "never" }\n'
        'give = { role = "agent" }\n'
    )
    (source,) = json.loads(cli("show", "quality", tickets, "--format", "json").out)["sources"]
    told = {note["slug"]: note["params"] for note in source["decisions"]}
    assert told["decision.configured"] == {"file": config.name, "sha256": sha256(config)}
    given = {"give": ["role = customer", "status = closed"], "n": 7, "when": ["activity = *"]}
    assert told["decision.own_rule"] == given
    said = cli("report", tickets, "--format", "markdown").out
    assert sha256(config) in said and "role = customer, status = closed for 7 events, where activity = " in said
    jm.save_log(jm.read(tickets), tmp_path / "log")
    config.unlink()
    assert "configured" not in cli("show", "quality", "log", "--format", "json").out
