"""Every command does its job, with the result and nothing else on stdout."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import jsonschema
import pytest

from journeyminer.cli.demo import unpack
from journeyminer.i18n import Language
from journeyminer.importers.reading.folders import OUTPUTS
from journeyminer.log.store import load_log
from journeyminer.outputs import MARKER
from journeyminer.report.schema import schema
from journeyminer.report.sections import ASKED
from workbooks import xlsx

Cli = Callable[..., "Done"]  # type: ignore[name-defined] # noqa: F821 - the fixture's NamedTuple


def test_discover_writes_every_form_of_the_report(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    done = cli("discover", tickets, "-o", tmp_path / "out")
    assert done.status == 0
    out = tmp_path / "out"
    for name in (
        "report.html",
        "report.md",
        "report.json",
        "journey.svg",
        "journey.md",
        "map.svg",
        "map.dot",
        "tables/edges.csv",
        "log/manifest.json",
    ):
        assert (out / name).stat().st_size > 0, name
        assert not list(out.rglob("*.tmp"))
    assert 5 <= len(done.out.splitlines()) <= 20
    assert "wrote" not in done.out
    (wrote,) = [line for line in done.err.splitlines() if line.startswith("wrote")]
    assert wrote.endswith(
        "report.html and beside it report.md, report.json, journey.svg, journey.md, map.svg, map.dot, tables, log"
    )
    jsonschema.validate(json.loads((out / "report.json").read_text()), schema())


def test_identify_folds_the_many_files_of_one_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "box" / "cur").mkdir(parents=True)
    for number in range(5):
        mail = f"From: a@b.example\nDate: Mon, 5 Jan 2026 10:0{number}:00 +0000\n\nhello\n"
        (tmp_path / "box" / "cur" / f"{number}.eml").write_text(mail)
    assert "box/cur/ (5 files)" in cli("identify", tmp_path).out
    assert len(json.loads(cli("identify", tmp_path, "--format", "json").out)) == 5


def test_discover_twice_gives_the_same_bytes(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert cli("discover", tickets, "-o", tmp_path / folder, "-q").status == 0
    files = [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_import_then_everything_from_the_log(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    assert cli("import", tickets, "-o", tmp_path / "log").status == 0
    assert load_log(tmp_path / "log").n_events == 7
    direct = json.loads(cli("show", "graph,variants,durations", tickets, "--format", "json").out)
    stored = json.loads(cli("show", "graph,variants,durations", tmp_path / "log", "--format", "json").out)
    assert stored == direct


def test_importing_again_with_append_adds_nothing(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert cli("import", tickets, "-o", tmp_path / "log", "--append").status == 0
    log = load_log(tmp_path / "log")
    assert log.n_events == 7
    assert [source.used for source in log.receipt.sources] == [7]


@pytest.mark.parametrize("measure", ASKED)
def test_show_prints_one_measure_under_its_report_key(cli: Cli, tickets: Path, measure: str) -> None:
    done = cli("show", measure, tickets, "--format", "json")
    assert done.status == 0
    data = json.loads(done.out)
    assert measure in data
    assert set(data) & set(ASKED) == {measure}


@pytest.mark.parametrize("measure", [measure for measure in ASKED if measure != "findings"])
@pytest.mark.parametrize("format_", ["terminal", "csv", "markdown"])
def test_show_prints_tables(cli: Cli, tickets: Path, measure: str, format_: str) -> None:
    done = cli("show", measure, tickets, "--format", format_)
    assert done.status == 0
    assert done.out.strip()
    if format_ == "csv":
        rows = list(csv.reader(io.StringIO(done.out)))
        assert {len(row) for row in rows} == {len(rows[0])}


def test_show_counts_what_the_file_says(cli: Cli, tickets: Path) -> None:
    data = json.loads(cli("show", "graph,variants,handovers,durations", tickets, "--format", "json").out)
    edges = {(edge["source"], edge["target"]): edge for edge in data["graph"]["edges"]}
    assert edges["ticket_created", "assigned"]["n"] == 2
    assert edges["ticket_created", "assigned"]["median_seconds"] == (600 + 1800) / 2
    assert data["variants"]["n_total"] == 2
    by_group = [row for row in data["handovers"] if row["by"] == "group"]
    assert [(row["source"], row["target"], row["n"]) for row in by_group] == [("L1", "Billing", 1)]
    assert data["durations"]["max_seconds"] == 25 * 3600


def test_show_by_splits_a_measure(cli: Cli, tickets: Path) -> None:
    done = cli("show", "durations", tickets, "--by", "group", "--format", "json")
    assert done.err.splitlines() == [
        "Each part of group is the whole cases that hold the value, so a case can stand in several parts."
    ]
    assert cli("show", "durations", tickets, "--by", "group", "-q").err == ""
    data = json.loads(done.out)
    assert data["by"] == "group"
    assert set(data["values"]) == {"L1", "Billing"}
    assert data["values"]["Billing"]["log"]["n_cases"] == 1


def test_split_by_who_acted_agents_keep_their_numbers(cli: Cli, tickets: Path) -> None:
    done = cli("show", "handovers", tickets, "--by", "resource", "--format", "json")
    values = json.loads(done.out)["values"]
    assert set(values) == {"agent 1", "agent 2"}
    for value in values.values():
        pairs = {(row["source"], row["target"]) for row in value["handovers"] if row["by"] == "resource"}
        assert pairs == {("agent 1", "agent 2")}
    assert set(
        json.loads(cli("show", "durations", tickets, "--by", "resource", "--agents", "named", "--format", "json").out)[
            "values"
        ]
    ) == {"ana", "bea"}


@pytest.mark.parametrize("column", ["customer_id", "journey_id", "nonsense"])
def test_what_no_log_can_be_split_by_is_answered_with_the_columns(cli: Cli, tickets: Path, column: str) -> None:
    done = cli("show", "durations", tickets, "--by", column)
    assert done.status == 2 and "Columns: case_id" in done.err


def test_a_split_says_what_it_leaves_out(cli: Cli, tmp_path: Path) -> None:
    rows = "".join(f"{number},Created,2026-01-05 09:00:00\n" for number in range(21))
    (tmp_path / "many.csv").write_text(f"case_id,activity,timestamp\n{rows}")
    assert "21 values" in cli("show", "durations", tmp_path / "many.csv", "--by", "case_id").err


def test_show_cases_lists_the_tickets_behind_a_number(cli: Cli, tickets: Path) -> None:
    done = cli("show", "cases", tickets, "--where", "group = 'Billing'", "--format", "json")
    cases = json.loads(done.out)
    assert [case["case_id"] for case in cases] == ["1"]
    assert cases[0]["source_ref"] == "tickets.csv: row 2"


def test_a_ticket_of_the_evidence_can_be_looked_at(cli: Cli, tmp_path: Path) -> None:
    cli("demo", "exports")
    data = json.loads(cli("show", "bottlenecks", "exports", "-q", "--format", "json").out)
    case_id = data["bottlenecks"][0]["evidence"][0]["case_id"]
    (case,) = json.loads(
        cli("show", "cases", "exports", "-q", "--where", f"case_id = '{case_id}'", "--format", "json").out
    )
    assert case_id.endswith(case["case_id"])


def test_a_case_lasts_from_the_beginning_of_its_first_event(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("case_id,activity,began,timestamp\n1,Call,2026-01-05 09:00:00,2026-01-05 10:00:00\n")
    how = (file, "--map", "started_at=began", "--format", "json")
    (case,) = json.loads(cli("show", "cases", *how).out)
    assert case["seconds"] == json.loads(cli("show", "durations", *how).out)["durations"]["max_seconds"] == 3600


def test_agents_have_numbers_unless_names_are_asked_for(cli: Cli, tickets: Path) -> None:
    assert "ana" not in cli("show", "handovers", tickets, "--format", "csv").out
    assert "ana" in cli("show", "handovers", tickets, "--format", "csv", "--agents", "named").out
    assert "ana" not in cli("show", "events", tickets, "--format", "csv").out


def test_report_renders_a_report_again_in_another_language(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    cli("discover", tickets, "-o", tmp_path / "out", "-q")
    english = cli("report", tmp_path / "out" / "report.json", "--format", "markdown")
    portuguese = cli("report", tmp_path / "out" / "report.json", "--format", "markdown", "--language", "pt")
    assert english.out == (tmp_path / "out" / "report.md").read_text()
    assert portuguese.status == 0 and portuguese.out != english.out
    assert (
        cli("report", tmp_path / "out" / "report.json", "--format", "json").out
        == (tmp_path / "out" / "report.json").read_text()
    )


@pytest.mark.parametrize("name", ["r.html", "r.md", "r.json", "m.svg", "m.dot", "m.png"])
def test_report_chooses_the_format_by_the_suffix(cli: Cli, tickets: Path, tmp_path: Path, name: str) -> None:
    assert cli("report", tickets, "-o", tmp_path / name).status == 0
    assert (tmp_path / name).stat().st_size > 100


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "log.csv"])
def test_export_can_be_read_again(cli: Cli, tickets: Path, tmp_path: Path, name: str) -> None:
    assert cli("export", tickets, "-o", tmp_path / name).status == 0
    data = json.loads(cli("show", "graph", tmp_path / name, "--format", "json").out)
    assert (data["log"]["n_events"], data["log"]["n_cases"]) == (7, 2)


def test_export_numbers_the_agents_unless_names_are_asked_for(cli: Cli, tickets: Path) -> None:
    assert "ana" not in cli("export", tickets, "-o", "-").out
    assert "ana" in cli("export", tickets, "-o", "-", "--agents", "named").out


def test_figures_are_written_in_their_unit_for_readers_and_plain_for_programs(cli: Cli, tickets: Path) -> None:
    assert "seconds" in cli("show", "kpis", tickets, "--format", "csv").out
    shown = cli("show", "kpis", tickets).out
    assert "22 h 36 min" in shown  # 90 % of the way from 1 h to 25 h


def test_key_figures_are_named_in_the_language_and_need_no_unit(cli: Cli, tickets: Path) -> None:
    shown = cli("show", "kpis", tickets, "--language", "hu").out
    assert "Első válasz" in shown
    assert not {"first_response", "seconds", "unit", "Egység"} & set(shown.split())
    head, *rows = csv.reader(io.StringIO(cli("show", "kpis", tickets, "--format", "csv", "--language", "hu").out))
    assert "first_response" in {row[head.index("id")] for row in rows}
    assert "seconds" in {row[head.index("unit")] for row in rows}


@pytest.mark.parametrize("wanted", ["cases", "events", "identities"])
@pytest.mark.parametrize("code", ["en", "es", "hu", "pt"])
def test_lists_have_heads_in_the_language_and_columns_in_csv(cli: Cli, tickets: Path, wanted: str, code: str) -> None:
    columns = cli("show", wanted, tickets, "--format", "csv").out.splitlines()[0].split(",")
    shown = cli("show", wanted, tickets, "--language", code).out.splitlines()[0]
    assert re.split(r"\s{2,}", shown) == [Language(code).text(f"column.{column}") for column in columns]
    assert "_" not in shown


def test_identify_says_what_and_why(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing to see")
    rows = json.loads(cli("identify", tmp_path, "--format", "json").out)
    by_file = {row["file"]: row for row in rows}
    assert by_file["tickets.csv"]["importer"] == "tabular"
    assert by_file["tickets.csv"]["reason"]
    assert by_file["note.txt"]["importer"] is None


def test_sources_lists_every_importer(cli: Cli) -> None:
    names = {row["source"].split(":")[0] for row in json.loads(cli("sources", "--format", "json").out)}
    assert names >= {"tabular", "xes", "parquet", "zendesk", "mail", "whatsapp"}


def test_the_demo_is_discovered(cli: Cli, tmp_path: Path) -> None:
    assert cli("demo", tmp_path / "demo").status == 0
    done = cli("discover", tmp_path / "demo", "-q")
    assert done.status == 0
    assert cli("demo", tmp_path / "demo").status == 3  # never writes into a folder that holds something


def test_no_file_of_an_archive_is_written_outside_of_the_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for name in ("../above.txt", "/root.txt", "in/../../beside.txt"):
            archive.writestr(name, "")
    with (tmp_path / "evil.zip").open("rb") as file:
        assert unpack(file, tmp_path / "folder" / "deep") == 3
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.txt")}
    assert written == {"folder/deep/above.txt", "folder/deep/root.txt", "folder/deep/in/beside.txt"}


def test_events_numbered_inside_each_case_stay_apart(cli: Cli, tmp_path: Path) -> None:
    rows = "1,a,2026-01-05 09:00:00,1\n2,a,2026-01-05 09:00:00,1\n2,a,2026-01-05 09:00:00,1\n"
    (tmp_path / "numbered.csv").write_text("case_id,activity,timestamp,nr\n" + rows, encoding="utf-8")
    data = json.loads(cli("show", "quality", tmp_path / "numbered.csv", "--map", "id=nr", "--format", "json").out)
    assert (data["log"]["n_events"], data["quality"]["deduplicated"]) == (2, 1)


def test_a_run_does_not_read_what_the_last_one_wrote(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    first = cli("discover", ".", "-o", "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    second = cli("discover", ".", "-o", "out")
    assert (second.status, second.out) == (0, first.out)
    assert "skipped out: written by journeyminer" in second.err.splitlines()
    assert {path: path.read_bytes() for path in before} == before
    assert "skipped" not in cli("discover", ".", "-q").err
    assert [row["file"] for row in json.loads(cli("identify", ".", "--format", "json").out)] == [tickets.name]


def test_an_output_folder_given_alone_is_its_log(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    cli("discover", tickets, "-o", "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*OUTPUTS, MARKER}
    direct = cli("show", "durations", tickets, "--format", "csv")
    assert cli("show", "durations", "out", "--format", "csv") == direct
    assert cli("show", "durations", tickets, "out", "--format", "csv").out == direct.out


@pytest.mark.parametrize("command", [("discover",), ("report", "--format", "csv")])
def test_no_report_is_written_into_a_log(cli: Cli, tickets: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    cli("import", tickets, "-o", "log")
    before = sorted((tmp_path / "log").iterdir())
    done = cli(*command, tickets, "-o", "log")
    assert done.status == 3 and "log: The folder is a log." in done.err
    assert sorted((tmp_path / "log").iterdir()) == before


@pytest.mark.parametrize("name", ["r.pdf", "r.csv", "r"])
def test_a_name_that_says_no_format_is_answered_with_those_that_do(cli: Cli, tickets: Path, name: str) -> None:
    done = cli("report", tickets, "-o", name)
    assert done.status == 2 and ".html, .md" in done.err
    assert not Path(name).exists()
    assert cli("report", tickets, "-o", name, "--format", "markdown").status == 0
    assert Path(name).read_text().startswith("# ")


REJECTED = "1,Passed on,31/02/2026 10:00,bea,Billing\n1,Solved,2026-02-03 10:00:00,bea,Billing\n"
"""a row whose day does not exist, and one that is fine"""


def test_the_receipt_speaks_the_language_of_the_report(cli: Cli, tickets: Path) -> None:
    with tickets.open("a", encoding="utf-8") as file:
        file.write(REJECTED)
    page = cli("report", tickets, "--format", "html", "--language", "pt", "-o", "-").out
    assert "× data e hora ilegíveis" in page
    assert "<td>log de eventos</td>" in page
    assert "linha 9" in page
    assert "unreadable" not in page
    assert "event log" not in page
    assert "case_id = case_id" in page


def test_programs_are_told_slugs_and_people_sentences(cli: Cli, tickets: Path) -> None:
    shown = cli("show", "quality", tickets, "--language", "pt").out
    assert "log de eventos" in shown and "pelas colunas" in shown
    headers = ["case_id", "activity", "timestamp"]
    assert (
        f"tabular:event_log,7,7,0,0,0,7,match.columns(headers={'; '.join(headers)})"
        in cli("show", "quality", tickets, "--language", "pt", "--format", "csv").out
    )
    (source,) = json.loads(cli("show", "quality", tickets, "--language", "pt", "--format", "json").out)["sources"]
    assert source["reason"] == {"slug": "match.columns", "params": {"headers": headers}}
    assert source["profile"] == "event_log"


def test_all_that_is_said_is_in_the_configured_language(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    Path("journeyminer.toml").write_text('language = "es"\n', encoding="utf-8")
    assert "por las columnas" in cli("identify", tickets).out
    assert "match.columns(headers=" in cli("identify", tickets, "--format", "csv").out
    assert "registro de eventos" in cli("sources").out
    assert "escrito: " in cli("import", tickets, "-o", tmp_path / "log").err
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(b"PK")
    broken = cli("show", "quality", tmp_path / "in").err
    assert broken == "Error: a.xlsx: El libro está dañado o incompleto. Exporte o copie el archivo de nuevo.\n"
    assert cli("show", "quality", tmp_path / "in", "--language", "hu").err.startswith(
        "Hiba: a.xlsx: A munkafüzet sérült"
    )


def test_a_configuration_that_cannot_say_its_language_fails_in_english(cli: Cli, tickets: Path) -> None:
    Path("journeyminer.toml").write_text('language = "tlh"\n', encoding="utf-8")
    assert cli("show", "quality", tickets).err.startswith("Error: journeyminer.toml: language:")


def test_stdin_is_an_export(cli: Cli, tickets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    given(tickets.read_bytes())
    shown = cli("show", "events", "-", "--format", "json")
    assert (shown.status, len(re.findall('"stdin [0-9a-f]{8}: row', shown.out))) == (0, 7)
    given(b"x;when;what\n1;2026-01-05 09:00;a\n")
    mapped = cli("show", "events", "-", "--map", "case=x", "--map", "timestamp=when", "--map", "activity=what")
    assert (mapped.status, len(re.findall("stdin [0-9a-f]{8}: row 2", mapped.out))) == (0, 1)
    twice = cli("show", "events", "-", "-")
    assert (twice.status, "once only" in twice.err) == (2, True)


def zipped(table: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("log.csv", table)
    return buffer.getvalue()


def as_workbook(table: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        xlsx(Path(folder) / "log", {"Log": [line.split(",") for line in table.decode().splitlines()]})
        return (Path(folder) / "log").read_bytes()


@pytest.mark.parametrize("pack", [gzip.compress, zipped, as_workbook], ids=["gzip", "zip", "workbook"])
def test_stdin_is_known_by_its_content(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(b"case,activity,timestamp\n1,a,2026-01-05 09:00\n1,b,2026-01-05 10:00\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed)))
    shown = cli("show", "events", "-", "--format", "csv")
    assert (shown.status, len(shown.out.splitlines())) == (0, 3), shown.err


def test_two_streams_are_two_systems(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, more in (("05", ()), ("06", ("--append",))):
        rows = f"case,activity,timestamp\n1,a,2026-01-{day} 09:00\n1,b,2026-01-{day} 10:00\n"
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(rows.encode())))
        assert cli("import", "-", "-o", tmp_path / "log", *more).status == 0
    shown = cli("show", "cases", tmp_path / "log", "--format", "csv")
    assert len(shown.out.splitlines()) == 3


def test_a_pipe_is_read_once(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_bytes(tickets.read_bytes()))
    writer.start()
    shown = cli("show", "durations", pipe)
    writer.join()
    assert shown.status == 0
