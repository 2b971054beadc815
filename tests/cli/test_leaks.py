"""Who the customers are stands in one table of the log, and what they wrote nowhere: in no output, in no print."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import write_demo
from demo.world import World, simulate
from journeybench.words import PHRASES
from journeyminer.log.store import load_log
from journeyminer.report.sections import ASKED

Cli = Callable[..., "Done"]  # type: ignore[name-defined] # noqa: F821 - the fixture's NamedTuple

LISTS = ("cases", "events", "identities")
ANA = "Ana Zsófia Quirós"
CHAT = "[25/01/26, 10:00:00] {}: the secret is marzipan\n[25/01/26, 10:30:00] Help Desk: a secret answer\n"


@dataclass(frozen=True)
class Run:
    """The demo's exports beside files named after a customer, and what discover made of them."""

    world: World
    exports: Path
    out: Path
    printed: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from click.testing import CliRunner

    from journeyminer.cli.main import cli

    folder = tmp_path_factory.mktemp("privacy")
    exports, out = folder / "exports", folder / "out"
    write_demo(exports, customers=100)
    named_after(exports / "named")
    done = CliRunner().invoke(cli, ["discover", str(exports), "-o", str(out)])
    assert done.exit_code in (0, 3), done.output
    return Run(simulate(seed=7, customers=100), exports, out, done.stdout)


def named_after(folder: Path) -> None:
    """Chats and mails as they are saved, under the customer's name: good, broken and unknown ones."""
    folder.mkdir()
    (folder / f"WhatsApp Chat with {ANA}.txt").write_text(CHAT.format(ANA))
    (folder / f"Conversa do WhatsApp com {ANA}.txt").write_text(CHAT.replace("25/01", "05/01").format(ANA))
    (folder / f"Chat de WhatsApp con {ANA}.txt").write_text(f"{ANA}, marzipan\n")
    with zipfile.ZipFile(folder / f"WhatsApp Chat - {ANA}.zip", "w") as archive:
        archive.writestr("_chat.txt", CHAT.replace("marzipan", "more marzipan").format(ANA))
        archive.writestr("photo.jpg", b"\xff\xd8")
    (folder / f"RE_ marzipan for {ANA}.eml").write_text(
        f'From: "{ANA}" <ana@quiros.example>\nTo: billing@support.example.com\nDate: Mon, 5 Jan 2026 10:00:00 +0000\n'
        f"Message-ID: <1@quiros.example>\nSubject: marzipan for {ANA}\n\nmarzipan\n"
    )
    (folder / "ana@quiros.example.mbox").write_text("From nowhere\n")
    (folder / "turns.csv").write_text(
        f"case_id,activity,timestamp,resource,role\n1,asked,2026-01-05 10:00,{ANA},customer\n"
        "1,answered,2026-01-05 11:00,Bea,agent\n"
    )
    (folder / "headless.csv").write_text(f"{ANA},said,marzipan\n{ANA},said,more\n")


def secrets(world: World) -> list[str]:
    """Names, addresses and numbers of the demo's customers, and everything that anybody wrote."""
    people = [said for who in world.customers for said in (who.name, who.email, who.phone)]
    numbers = [re.sub(r"\D", "", who.phone) for who in world.customers]
    written = [text for texts in PHRASES.values() for lines in texts.values() for text in lines]
    return [*people, *numbers, *written, "Quirós", "quiros.example", "marzipan", "secret"]


def leaked(text: str, hidden: list[str]) -> list[str]:
    return [secret for secret in hidden if secret in text]


def test_no_written_output_says_who_the_customers_are_or_what_they_wrote(run: Run) -> None:
    hidden = secrets(run.world)
    files = [path for path in run.out.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert len(files) > 10
    assert {path.name: leaked(path.read_text(encoding="utf-8"), hidden) for path in files} == {
        path.name: [] for path in files
    }
    assert not leaked(run.printed, hidden)


def test_agents_are_numbers_in_every_output(run: Run) -> None:
    agents = [agent.name for team in run.world.teams.values() for agent in team.agents]
    for path in run.out.rglob("*"):
        if path.is_file() and path.parent.name != "log":
            assert not leaked(path.read_text(encoding="utf-8"), agents), path.name
    assert not leaked(run.printed, agents)


def test_in_the_log_identifiers_have_their_own_table(run: Run) -> None:
    hidden = secrets(run.world)
    log = load_log(run.out / "log")
    for name in ("events", "cases", "rejects"):
        table = log.sql("SELECT * FROM read_parquet(?)", [str(run.out / "log" / f"{name}.parquet")])
        assert not leaked(table.astype(str).to_csv(), hidden), name
    known = {value for (value,) in log.rows("SELECT value FROM identities")}
    assert ANA in known and len(known) > 100


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_nothing_that_is_shown_or_exported_does(cli: Cli, run: Run, tmp_path: Path, format_: str) -> None:
    hidden = secrets(run.world)
    for measure in (*LISTS, *([",".join(ASKED)] if format_ == "json" else ASKED)):
        done = cli("show", measure, run.out / "log", "--format", format_)
        assert done.status == 0, done.err
        assert not leaked(done.out, hidden), measure
    for name in ("log.xes", "log.csv") if format_ == "csv" else ():
        assert cli("export", run.out / "log", "-o", tmp_path / name).status == 0
        assert not leaked((tmp_path / name).read_text(encoding="utf-8"), hidden), name


def test_splitting_by_a_customer_names_nobody(cli: Cli, run: Run) -> None:
    for column in ("customer_id", "resource"):
        done = cli("show", "durations", run.out / "log", "--by", column, "--format", "csv")
        assert not leaked(done.out, secrets(run.world)), column
