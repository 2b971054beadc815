"""Reading folders: names, archives, identification, broken files, namespaces, duplicates."""

from __future__ import annotations

import gzip
import os
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeyminer.errors import TooManyRejected, UnidentifiedSource, UnreadableExport, UsageError
from journeyminer.importers import find_files, read_log
from journeyminer.importers.base import Importer, Match, Sample, Source
from journeyminer.importers.reading.identify import identify, importers
from journeyminer.importers.reading.run import identify_files
from journeyminer.log.loader import Loader
from journeyminer.log.record import Event, Record
from journeyminer.log.store import load_log, save_log
from journeyminer.note import Note
from journeyminer.options import ReadOptions

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Lines:
    """An importer of files whose name ends with its word: one event a line, `bad` is rejected, `broken` raises."""

    FILES = ""

    def __init__(self, name: str, score: float = 0.9, suffix: str = "") -> None:
        self.NAME = name
        self.score = score
        self.suffix = suffix or f".{name}"

    def identify(self, sample: Sample) -> Match | None:
        return Match(self.score, Note("match.given")) if sample.suffix == self.suffix else None

    def load(self, source: Source, loader: Loader) -> None:
        text = source.path.read_text()
        lines = text.splitlines()
        loader.records(self.record(number, line) for number, line in enumerate(lines, 1))
        if "broken" in lines:
            raise UnreadableExport(Note("read.cut_json"), place="line 2")

    def record(self, number: int, line: str) -> Record:
        if line == "bad":
            return Record.rejected(f"line {number}", "no_case")
        return Record(f"line {number}", events=[Event(line, "seen", NOON)])


@pytest.fixture(autouse=True)
def only_lines(monkeypatch: pytest.MonkeyPatch) -> list[Importer]:
    known: list[Importer] = [Lines("abc"), Lines("xyz")]
    monkeypatch.setattr("journeyminer.importers.reading.identify.importers", lambda: known)
    return known


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(" ", "\n"))
    return folder


def cases(folder: Path, **options: object) -> list[str]:
    log = read_log([folder], options=ReadOptions(**options))  # type: ignore[arg-type]
    return [row[0] for row in log.rows("SELECT case_id FROM events ORDER BY seq")]


def test_every_file_is_a_log_of_its_own_named_after_the_file(tmp_path: Path) -> None:
    write(tmp_path, a_abc="1 2", b__a_abc="1", c_xyz="3")
    assert cases(tmp_path) == ["a.abc:1", "a.abc:2", "b/a.abc:1", "c.xyz:3"]


def test_two_formats_of_one_name_are_two_logs_and_packing_a_file_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, tickets_abc="1", tickets_xyz="1 2")
    assert cases(tmp_path) == ["tickets.abc:1", "tickets.xyz:1", "tickets.xyz:2"]
    (tmp_path / "tickets.abc").rename(tmp_path / "tickets.abc.gz")
    assert cases(tmp_path / "tickets.abc.gz") == ["tickets.abc:1"]


def test_the_same_name_in_two_folders_shows_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "one", a_abc="1")
    write(tmp_path / "two", a_abc="1")
    shown = [name for _, name in find_files([tmp_path / "one", tmp_path / "two"])]
    assert shown == ["one/a.abc", "two/a.abc"]


def test_hidden_files_are_left_out_and_missing_ones_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, a_abc="1")
    (tmp_path / ".DS_Store").write_text("x")
    assert [name for _, name in find_files([tmp_path])] == ["a.abc"]
    with pytest.raises(UnreadableExport, match="no such"):
        find_files([tmp_path / "nowhere"])


def test_a_namespace_joins_files(tmp_path: Path) -> None:
    write(tmp_path, w1_abc="1", w2_abc="1 2")
    assert cases(tmp_path, namespaces={"w*.abc": "desk"}) == ["desk:1", "desk:2"]


def test_the_same_bytes_under_two_names_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, a_abc="1 2", copy_abc="1 2")
    log = read_log([tmp_path])
    assert log.n_events == 2
    assert [(source.used, source.deduplicated) for source in log.receipt.sources] == [(2, 0), (0, 2)]


def test_a_file_nobody_claims_is_listed_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, a_abc="1", note_txt="hello")
    log = read_log([tmp_path])
    assert [unclaimed.file for unclaimed in log.receipt.unclaimed] == ["file 1.txt"]


def test_what_quotes_a_file_is_for_its_reader_only(tmp_path: Path) -> None:
    """A table that nobody knows is told by its first row, which may hold anything: not to a report or to a log."""
    write(tmp_path, a_abc="1")
    (tmp_path / "Conversa do WhatsApp com Ana Souza.csv").write_text("Ana Souza,said,hello\n")
    log = read_log([tmp_path])
    (listed,) = log.receipt.unclaimed
    assert listed.file == "file 1.csv" and "Ana Souza.csv" in str(listed)
    save_log(log, tmp_path / "log")
    assert "Ana" not in (tmp_path / "log" / "manifest.json").read_text()
    assert [(entry.file, entry.reason) for entry in load_log(tmp_path / "log").receipt.unclaimed] == [
        (listed.file, listed.reason)
    ]


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_in_another_encoding_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + "/relatório.csv".encode("latin-1")
    Path(os.fsdecode(path)).write_text("case,activity,timestamp\n1,a,2026-01-05 10:00\n")
    with pytest.MonkeyPatch.context() as real:
        real.setattr("journeyminer.importers.reading.identify.importers", importers)
        (source,) = read_log([tmp_path]).receipt.sources
    assert (source.file, source.used) == ("relat\ufffdrio.csv", 1)


def test_nothing_claimed_at_all_is_an_error_that_names_the_files(tmp_path: Path) -> None:
    with pytest.raises(UnidentifiedSource, match=r"note\.txt"):
        read_log([write(tmp_path, note_txt="hello")])
    with pytest.raises(UnidentifiedSource, match="no file"):
        (tmp_path / "empty").mkdir()
        read_log([tmp_path / "empty"])


def test_a_broken_file_is_taken_back_whole_and_the_others_stay(tmp_path: Path) -> None:
    write(tmp_path, a_abc="1", b_abc="2 broken", c_abc="3")
    log = read_log([tmp_path])
    assert [row[0] for row in log.rows("SELECT case_id FROM events ORDER BY seq")] == ["a.abc:1", "c.abc:3"]
    assert [broken.file for broken in log.receipt.failed] == ["b.abc"]
    assert log.receipt.failed[0].reason == Note("read.at", place="line 2", fault=Note("read.cut_json"))
    with pytest.raises(UnreadableExport, match=r"^b\.abc: line 2: The JSON breaks off"):
        read_log([tmp_path], options=ReadOptions(strict=True))


def test_only_broken_files_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableExport, match=r"^b\.abc: line 2: The JSON breaks off"):
        read_log([write(tmp_path, b_abc="2 broken")])


def test_too_many_rejected_records_break_a_file(tmp_path: Path) -> None:
    write(tmp_path, few_abc=" ".join(["1"] * 5 + ["bad"] * 10), many_abc=" ".join(["1"] * 5 + ["bad"] * 11))
    log = read_log([tmp_path])
    assert log.receipt.sources[0].rejected == 10
    reasons = (Note("read.counted", fate="no_case", n=11),)
    assert log.receipt.failed[0].reason == Note("read.too_many_rejected", n=11, of=16, reasons=reasons)
    with pytest.raises(TooManyRejected):
        read_log([tmp_path], options=ReadOptions(strict=True))
    assert not read_log([tmp_path], options=ReadOptions(max_rejected=0.9)).receipt.failed


def test_a_tie_names_both_importers_and_source_settles_it(tmp_path: Path, only_lines: list[Importer]) -> None:
    only_lines.append(Lines("rival", suffix=".abc"))
    sample = Sample(write(tmp_path, a_abc="1") / "a.abc", "a.abc")
    answer = identify(sample, ReadOptions())
    assert answer.chosen is None
    assert "abc" in str(answer.error) and "rival" in str(answer.error)
    settled = identify(sample, ReadOptions(source="rival"))
    assert settled.chosen is not None and settled.chosen[0].NAME == "rival"
    with pytest.raises(UsageError, match="abc, xyz, rival"):
        identify(sample, ReadOptions(source="nobody"))


def test_the_best_score_wins(tmp_path: Path, only_lines: list[Importer]) -> None:
    better = Lines("abc", score=0.95)
    only_lines.append(better)
    answer = identify(Sample(write(tmp_path, a_abc="1") / "a.abc", "a.abc"), ReadOptions())
    assert answer.chosen is not None and answer.chosen[0] is better
    assert [match.score for _, match in answer.answers] == [0.95, 0.9]


def test_archives_are_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in/a.abc", "1")
        archive.writestr("../../outside.abc", "2")
        archive.writestr("__MACOSX/in/._a.abc", "rubbish")
    log = read_log([tmp_path])
    assert [source.file for source in log.receipt.sources] == ["all.zip/../../outside.abc", "all.zip/in/a.abc"]
    assert not (tmp_path.parent / "outside.abc").exists()


def test_an_archive_with_a_name_that_no_file_can_have_is_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("a" * 300 + ".abc", "1")
    write(tmp_path, b_abc="1")
    assert [broken.file for broken in read_log([tmp_path]).receipt.failed] == ["file 1.zip"]


def test_a_damaged_archive_is_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("a.abc", "1" * 1000)
    data = bytearray((tmp_path / "bad.zip").read_bytes())
    data[40:44] = b"????"
    (tmp_path / "bad.zip").write_bytes(bytes(data))
    write(tmp_path, b_abc="1")
    assert [broken.file for broken in read_log([tmp_path]).receipt.failed] == ["file 1.zip"]
    good, bad = identify_files([tmp_path], ReadOptions())
    assert bad.sample.shown == "bad.zip" and "cannot be unpacked" in str(bad.error)
    assert good.chosen


def test_a_truncated_gzip_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "a.abc.gz").write_bytes(gzip.compress(b"1\n" * 1000)[:-20])
    sample = Sample(tmp_path / "a.abc.gz", "a.abc.gz")
    with pytest.raises(UnreadableExport, match="truncated"):
        _ = sample.head
    assert sample.suffix == ".abc"


class Packed(Lines):
    """An importer that unpacks its files itself."""

    def load(self, source: Source, loader: Loader) -> None:
        with gzip.open(source.path) as file:
            loader.records(self.record(number, line.decode().strip()) for number, line in enumerate(file, 1))


def test_a_gzip_that_ends_behind_the_first_look_breaks_its_file_only(
    tmp_path: Path, only_lines: list[Importer]
) -> None:
    only_lines.append(Packed("packed"))
    lines = "\n".join(str(random.Random(n).random()) for n in range(10_000))
    (tmp_path / "b.packed.gz").write_bytes(gzip.compress(lines.encode())[:-9])
    write(tmp_path, a_abc="1")
    log = read_log([tmp_path])
    assert [(file.file, file.reason) for file in log.receipt.failed] == [("b.packed.gz", Note("read.bad_gzip"))]
    assert log.n_events == 1


def test_the_zone_of_a_file_is_that_of_the_first_glob_its_name_fits() -> None:
    options = ReadOptions(timezone="UTC", timezones={"chat*": "Europe/Lisbon", "*.txt": "Europe/Madrid"})
    zones = [options.zone_of(Path("in") / name) for name in ("chat.txt", "other.txt", "tickets.csv")]
    assert zones == ["Europe/Lisbon", "Europe/Madrid", "UTC"]
