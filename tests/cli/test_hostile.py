"""Exports made, or mangled, to break something: text stays text in every output, nothing ends in a traceback."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

Cli = Callable[..., "Done"]  # type: ignore[name-defined] # noqa: F821 - the fixture's NamedTuple

TEXTS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "]]>", "<!--", "{{ 7 }}",
    '=HYPERLINK("http://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b2J",
    "\u202eevil", 'x"]; evil [label="y', "--> evil", "%%{init: {}}%%", "a | b | c", "`code` *bold*", "[x](http://evil)",
    "line\nbreak", "tab\tulator", "\\", "\\N", "&lt;b&gt;", "$(touch x)", "'); DROP TABLE events; --", "100%",
)  # fmt: skip
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""what a terminal obeys, but the line break"""


class Page(HTMLParser):
    """The elements and attributes of a page, its scripts and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shapes: set[tuple[str, str]] = set()
        self.n_scripts = 0
        self.text = ""
        self.policy = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shapes |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        self.n_scripts += tag == "script"
        told = dict(attrs)
        if told.get("http-equiv") == "Content-Security-Policy":
            self.policy = told["content"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def write_log(path: Path, words: tuple[str, ...]) -> None:
    """A log whose every word is one of these, 40 cases of four events."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["case_id", "activity", "timestamp", "resource", "group", "status", "priority"])
        for case in range(40):
            for step in range(4):
                word = [words[(case + step * turn) % len(words)] for turn in range(5)]
                when = f"2026-01-{1 + case % 28:02} 1{step}:00:00"
                rows.writerow([f"{word[0]}{case}", word[1], when, word[2], word[3], word[4], word[0]])


def unfenced(markdown: str) -> str:
    """Markdown without its blocks of code, in which nothing is markup."""
    return re.sub(r"^```.*?^```$", "", markdown, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def outputs(cli: Cli, tmp_path: Path) -> tuple[Path, Path]:
    """What discover writes of a hostile log, and of a plain one of the same shape."""
    write_log(tmp_path / "hostile" / "<b>=log\n\x1b[31m.csv", TEXTS)
    write_log(tmp_path / "plain" / "log.csv", tuple(f"word {number}" for number in range(len(TEXTS))))
    for kind in ("hostile", "plain"):
        options = ("--agents", "named", "--max-nodes", "30")
        done = cli("discover", tmp_path / kind, "-o", tmp_path / "out" / kind, *options)
        assert done.status == 0, done.err
        assert not STEERING.search(done.out + done.err)
    return tmp_path / "out" / "hostile", tmp_path / "out" / "plain"


def test_text_stays_text_in_every_output(outputs: tuple[Path, Path]) -> None:
    hostile, _ = outputs
    pages = [Page((folder / "report.html").read_text(encoding="utf-8")) for folder in outputs]
    assert pages[0].shapes <= pages[1].shapes, "an element or attribute that only the data can have brought"
    assert pages[0].n_scripts == pages[1].n_scripts
    assert "<script>alert(1)</script>" in pages[0].text
    assert "default-src 'none'" in pages[0].policy and "unsafe" not in pages[0].policy

    drawn = [{element.tag for element in ElementTree.parse(folder / "map.svg").iter()} for folder in outputs]
    assert drawn[0] <= drawn[1]
    dots = [(folder / "map.dot").read_text(encoding="utf-8") for folder in outputs]
    assert len(dots[0].splitlines()) <= len(dots[1].splitlines())
    assert not re.search(r"^\s*evil", dots[0], re.MULTILINE)

    written = [unfenced((folder / "report.md").read_text(encoding="utf-8")) for folder in outputs]
    marked = [set(re.findall(r"<[a-z/!]\w*", text)) for text in written]
    assert marked[0] <= marked[1]
    rows = [line for line in written[0].splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in rows]
    rules = [number for number, line in enumerate(rows) if set(line) <= set("|-: ")]
    for begin, end in zip(rules, [*(rule - 1 for rule in rules[1:]), len(rows)], strict=True):
        assert set(widths[begin - 1 : end]) == {widths[begin]}, rows[begin - 1]

    for path in (*hostile.glob("*.*"), *(hostile / "tables").iterdir(), hostile / "log" / "manifest.json"):
        assert not STEERING.search(path.read_text(encoding="utf-8").replace("\t", " ")), path.name
    for table in (hostile / "tables").glob("*.csv"):
        for row in csv.reader(io.StringIO(table.read_text(encoding="utf-8"))):
            formulas = [
                cell for cell in row if cell[:1] in ("=", "+", "-", "@") and not re.fullmatch(r"[-+\d.e]+", cell)
            ]
            assert not formulas, table.name
    json.loads((hostile / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("measure", ["graph", "variants", "handovers", "bottlenecks", "quality", "cases", "events"])
@pytest.mark.parametrize("format_", ["terminal", "csv", "markdown", "json"])
def test_no_table_steers_the_terminal(cli: Cli, tmp_path: Path, measure: str, format_: str) -> None:
    write_log(tmp_path / "log.csv", TEXTS)
    done = cli("show", measure, tmp_path / "log.csv", "--format", format_, "--agents", "named")
    assert done.status == 0, done.err
    assert not STEERING.search(done.out.replace("\r\n", "\n")), STEERING.findall(done.out)


def test_exports_carry_the_words_to_the_letter(cli: Cli, tmp_path: Path) -> None:
    """As far as XML can hold them; a table says a formula with an apostrophe before it."""
    write_log(tmp_path / "log.csv", TEXTS)
    for name in ("log.xes", "export.csv"):
        assert cli("export", tmp_path / "log.csv", "-o", tmp_path / "out" / name).status == 0
    names = {
        element.get("value")
        for element in ElementTree.parse(tmp_path / "out" / "log.xes").iter()
        if element.get("key") == "concept:name"
    }
    assert {text for text in TEXTS if not STEERING.search(text) and "\n" not in text} <= names
    again = cli("show", "graph", tmp_path / "out" / "log.xes", "--format", "json")
    assert json.loads(again.out)["log"]["n_events"] == 160


HEADER = "case_id,activity,timestamp\n"
ROWS = "1,a,2026-01-05 10:00:00\n1,b,2026-01-05 11:00:00\n2,a,2026-01-06 10:00:00\n"
XES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log><trace><string key="concept:name" value="1"/><event>'
    '<string key="concept:name" value="a"/><date key="time:timestamp" value="{}"/></event></trace></log>'
)
MAIL = "From: a@x.example\nTo: help@us.example\nDate: {}\nMessage-ID: <1@x>\nSubject: s\n\nbody\n"

ODD_FILES: dict[str, tuple[str | bytes, int]] = {
    "no-newline-at-the-end.csv": ((HEADER + ROWS).rstrip(), 0),
    "carriage-returns.csv": ((HEADER + ROWS).replace("\n", "\r"), 0),
    "utf-16.csv": ((HEADER + ROWS).encode("utf-16"), 0),
    "mixed-encodings.csv": (f"{HEADER}{ROWS}1,não,2026-01-07\n".encode() + "1,não,2026-01-07\n".encode("latin-1"), 0),
    "header-twice.csv": ("case_id,activity,activity,timestamp\n1,a,b,2026-01-05 10:00:00\n", 0),
    "one-event.csv": (HEADER + ROWS[:24], 0),
    "one-moment.csv": (HEADER + "".join(f"{n % 3},a{n},2026-01-05 10:00:00\n" for n in range(30)), 0),
    "5000-columns.csv": (
        ",".join(["case_id,activity,timestamp", *(f"c{n}" for n in range(5_000))])
        + "\n1,a,2026-01-05 10:00:00" + ",x" * 5_000 + "\n", 0,
    ),
    "leap-second.csv": (f"{HEADER}{ROWS}1,c,2016-12-31 23:59:60\n", 0),
    "year-9999.csv": (f"{HEADER}{ROWS}1,c,9999-12-31 23:59:59\n", 0),
    "year-1-only.csv": (f"{HEADER}1,a,0001-01-01 00:00:00\n", 3),
    "no-time-at-all.csv": (f"{HEADER}1,a,2026-01-05 25:61:00\n", 3),
    "long-cell.csv": (f"{HEADER}1,{'x' * 3_000_000},2026-01-05 10:00:00\n{ROWS}", 3),
    "open-quote.csv": (f'{HEADER}1,"a,2026-01-05 10:00:00\n{ROWS}', 0),  # all four rows are told apart and read
    "one-column.csv": ("case_id\n1\n2\n", 3),
    "zero-bytes.csv": (b"\0" * 500, 3),
    "page.csv": ("<html><table><tr><td>case_id,activity,timestamp</td></tr></table></html>", 3),
    "half.csv.gz": (gzip.compress((HEADER + ROWS * 9_000).encode())[:-50], 3),
    "nothing.csv.gz": (gzip.compress(b""), 3),
    "head.csv.gz": (b"\x1f\x8b", 3),
    "no.zip": ("hello", 3),
    "deep.json": ("[" * 50_000 + "]" * 50_000, 3),
    "tickets.json": ('{"tickets": [1, null, {"id": {}}, {"id": 1, "created_at": 5}]}', 3),
    "audits.json": ('{"audits": [{"id": 1, "ticket_id": null, "events": null}, {"id": 2, "events": [1]}]}', 3),
    "far-off.xes": (XES.format("0001-01-01T00:00:00+14:00"), 3),
    "unknown-encoding.xes": (XES.format("2026-01-05T10:00:00Z").replace("UTF-8", "klingon"), 3),
    "outside.xes": ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log>&x;</log>', 3),
    "nested.xes": ("<log>" + "<trace>" * 5_000 + "</trace>" * 5_000 + "</log>", 3),
    "chat.txt": ("[25/01/26, 10:00:00] A\0na: hi\n[25/01/26, 10:01:00] B\u202e: <b>\n", 0),
    "no-such-day.txt": ("[45/13/26, 10:00:00] Ana: hi\n[99/99/26, 10:01:00] Bob: x\n", 3),
    "9999.eml": (MAIL.format("Fri, 31 Dec 9999 23:59:59 -1200"), 3),
    "undated.eml": (MAIL.format("soon"), 3),
    "long.eml": (MAIL.format("Mon, 5 Jan 2026 10:00:00 +0000").replace("Subject: s", f"Subject: {'s' * 10**6}"), 0),
    "cut.parquet": (b"PAR1" + b"x" * 100 + b"PAR1", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_FILES)
def test_an_odd_file_is_read_or_refused_in_one_sentence(cli: Cli, tmp_path: Path, name: str) -> None:
    content, status = ODD_FILES[name]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = cli("show", "graph,quality", tmp_path / name, "--format", "json")
    assert done.status == status, done.err
    assert "Traceback" not in done.err and len(done.err) < 1_000
    if status:
        shown = "mail 1" if name.endswith(".eml") else name  # its own name may be a customer's
        assert shown in done.err and len(done.err.splitlines()) == 1
    else:
        assert json.loads(done.out)["quality"]["balances"]


def test_a_folder_of_all_odd_files_gives_what_can_be_read(cli: Cli, tmp_path: Path) -> None:
    for name, (content, _) in ODD_FILES.items():
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = cli("show", "quality", tmp_path / "in", "--format", "json")
    assert done.out, done.err
    quality = json.loads(done.out)
    listed = {row["file"] for kind in ("failed", "unclaimed") for row in quality["quality"][kind]}
    assert done.status == 3
    assert quality["quality"]["balances"]
    assert len(listed) + len(quality["sources"]) == len(ODD_FILES)


def test_what_is_no_file_is_passed_over(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "log.csv").write_text(HEADER + ROWS)
    (folder / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.csv")
    done = cli("show", "graph", folder, "--format", "json")
    assert done.status == 0
    assert [source["file"] for source in json.loads(done.out).get("sources", [{"file": "log.csv"}])] == ["log.csv"]


def test_no_member_of_an_archive_leads_outside(cli: Cli, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name in ("../../out.csv", "/abs.csv", "a/../../b.csv", "x\x1b[31m.csv", "..", "c:\\d.csv"):
            archive.writestr(name, HEADER + ROWS)
    before = set(tmp_path.parent.rglob("*"))
    done = cli("show", "quality", tmp_path / "in.zip")
    assert "Traceback" not in done.err and not STEERING.search(done.out + done.err)
    assert set(tmp_path.parent.rglob("*")) == before
