"""`forget` deletes a customer from a log, and whatever is imported later leaves the customer out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from journeyminer.log.store import load_log

Cli = Callable[..., "Done"]  # type: ignore[name-defined] # noqa: F821 - the fixture's NamedTuple

ANA = "Ana Zsófia Quirós"
TABLE = (
    "case_id,activity,timestamp,email,phone,name\n"
    f"1,asked,2026-01-05 10:00,ana@quiros.example,+34 600 111 222,{ANA}\n"
    f"1,answered,2026-01-05 11:00,ana@quiros.example,+34 600 111 222,{ANA}\n"
    "2,asked,2026-01-06 10:00,bo@other.example,,Bo\n"
    "2,answered,2026-01-06 12:00,bo@other.example,,Bo\n"
)
CHAT = "[25/01/26, 10:00:00] {0}: hello\n[25/01/26, 10:30:00] Help Desk: hi\n[27/02/26, 10:30:00] {0}: again\n"


@pytest.fixture
def log(cli: Cli, tmp_path: Path) -> Path:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "tickets.csv").write_text(TABLE)
    (exports / f"WhatsApp Chat with {ANA}.txt").write_text(CHAT.format(ANA))
    (exports / "ana@quiros.example.mbox").write_text(
        f"From x Mon Jan  5 10:00:00 2026\nFrom: {ANA} <Ana+shop@Quiros.example>\nTo: help@desk.example\n"
        "Date: Mon, 5 Jan 2026 10:00:00 +0000\nMessage-ID: <1@quiros.example>\nSubject: x\n\nx\n"
    )
    assert cli("import", exports, "-o", tmp_path / "log", "--us", "desk.example").status == 0
    return tmp_path / "log"


def everything(log: Path) -> str:
    """All that the files of a log say."""
    told = load_log(log)
    tables = (str(told.rows(f"SELECT * FROM read_parquet('{file}')")) for file in sorted(log.rglob("*.parquet")))
    return "".join([*tables, (log / "manifest.json").read_text()])


def test_nothing_of_the_customer_is_left(cli: Cli, log: Path) -> None:
    shown = json.loads(cli("show", "identities", log, "--where", "case_id = '1'", "--format", "json").out)
    assert [row["customer"] for row in shown] == ["customer 1"] and "quiros" not in str(shown)
    done = cli("forget", "customer 1", log)
    assert done.status == 0, done.err
    assert "quiros" not in everything(log).casefold() and "600 111" not in everything(log)
    sources = {source.importer: source for source in load_log(log).receipt.sources}
    assert sources["mail"].ignored_reasons == {"forgotten": 1} and all(each.balances for each in sources.values())
    assert load_log(log).n_cases == 3  # Bo's, and the chats, which say a name and no more


def test_the_customer_stays_out(cli: Cli, log: Path, tmp_path: Path) -> None:
    assert cli("forget", "--identifier", "email=ANA@quiros.example", log).status == 0
    week = tmp_path / "week"
    week.mkdir()
    (week / "tickets.csv").write_text(
        f"{TABLE}3,asked,2026-01-07 10:00,,+34600111222,\n4,asked,2026-01-07 10:00,cy@other.example,,Cy\n"
    )
    done = cli("import", week, "-o", log, "--append")
    assert done.status == 0, done.err
    assert load_log(log).rows("SELECT native_id FROM cases WHERE namespace = 'tickets.csv' ORDER BY ALL") == [
        ("2",), ("4",),
    ]  # fmt: skip
    assert "quiros" not in everything(log).casefold() and "600 111" not in everything(log)
    (source,) = load_log(log).receipt.sources[-1:]
    assert source.balances and source.ignored_reasons == {"forgotten": 3}


def test_a_chat_is_forgotten_by_the_name_that_it_says(
    cli: Cli, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"name={ANA}\n"))
    done = cli("forget", "-", log)
    assert done.status == 0, done.err
    assert ANA not in everything(log)
    assert load_log(log).rows("SELECT native_id FROM cases") == [("2",)]
    again = tmp_path / "again"
    again.mkdir()
    (again / f"WhatsApp Chat with {ANA}.txt").write_text(CHAT.format(ANA) + f"[28/02/26, 10:30:00] {ANA}: more\n")
    assert cli("import", again, "-o", log, "--append").status == 0
    assert load_log(log).rows("SELECT native_id FROM cases") == [("2",)]


@pytest.mark.parametrize("whom", [["customer 99"], ["nobody"], ["--identifier", "email=x@y.example"]])
def test_whom_nobody_knows_is_said(cli: Cli, log: Path, whom: list[str]) -> None:
    before = everything(log)
    assert cli("forget", *whom, log).status == 3
    assert everything(log) == before


@pytest.mark.parametrize("whom", [[], ["1", "--identifier", "email=x@y.example"], ["--identifier", "face=x"]])
def test_whom_must_be_said(cli: Cli, log: Path, whom: list[str]) -> None:
    assert cli("forget", *whom, log).status == 2
