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
        if path.is_file() and "log" not in path.relative_to(run.out).parts:
            assert not leaked(path.read_text(encoding="utf-8"), agents), path.name
    assert not leaked(run.printed, agents)


def test_in_the_log_identifiers_have_their_own_table(run: Run) -> None:
    hidden = secrets(run.world)
    log = load_log(run.out / "log")
    for name in ("events", "cases"):
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


SEEDS = tuple(f"Zq{kind}{number}" for kind in ("name", "mail", "org", "word", "file") for number in range(8))
"""strings that stand nowhere else; each goes into fields of one kind"""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of every kind in which a person stands wherever one can."""
    folder = tmp_path_factory.mktemp("seeded") / "exports"
    people = [(f"Zqname{n} Doe", f"zqmail{n}@home.example") for n in range(8)]
    (folder / "Zqfile0 Doe Maildir" / "cur").mkdir(parents=True)
    jira = "Issue key,Summary,Status,Assignee,Reporter,Custom field (Organizations),Created,Resolved,Comment,Comment\n"
    zendesk = "Id,Subject,Requester,Requester email,Organization,Status,Assignee,Created at,Solved at\n"
    table = "case_id,activity,timestamp,email,name,role,resource\n"
    turns = "ticket id,action,date and time,operator\n"
    for n, (name, mail) in enumerate(people):
        day = f"2026-01-{n + 13:02}"
        jira += (
            f"AB-{n},Zqword{n},Done,Kate,{name},Zqorg{n},{day} 09:00,{day} 12:00,{day} 10:00;{name};Zqword{n},"
            f"{day} 11:00;Zqname{(n + 1) % 8} Else;Zqword{n}\n"
        )
        zendesk += f"{n},Zqword{n},{name},{mail},Zqorg{n},Solved,Kate,{day} 09:00,{day} 12:00\n"
        table += f"{n},asked,{day} 09:00,{mail},{name},customer,{name}\n{n},{name} rang,{day} 10:00,{mail},{name},,\n"
        table += f"{n},answered,{day} 11:00,{mail},{name},agent,Kate\n"
        turns += f"{n},opened,{day} 09:00,\n{n},Mail from {mail},{day} 10:00,Kate\n"
        letter = (
            f"From: {name} <{mail}>\nTo: help@desk.example\nDate: Mon, {n + 13} Jan 2026 10:00:00 +0000\n"
            f"Message-ID: <{n}@home.example>\nSubject: Zqword{n}\n\nZqword{n}\n"
        )
        (folder / "Zqfile0 Doe Maildir" / "cur" / f"{n}.M1P1.host:2,S").write_text(letter)
        (folder / f"Zqfile1 {n}.mbox").write_text(f"From x Mon Jan  5 10:00:00 2026\n{letter}\n")
        (folder / f"Zqfile2{n}.eml").write_text(letter.replace("<", "<x"))
        (folder / f"WhatsApp Chat with {name}.txt").write_text(CHAT.replace("marzipan", f"Zqword{n}").format(name))
        (folder / f"Chat with {name}.txt").write_text(CHAT.replace("10:00", f"09:{n}0").format(name))
        (folder / f"Letter from {name}.pdf").write_bytes(b"%PDF-1.4 ")
    (folder / "jira.csv").write_text(jira)
    (folder / "zendesk.csv").write_text(zendesk)
    (folder / "table.csv").write_text(table)
    (folder / "turns.csv").write_text(turns)
    (folder / "zqmail7@home.example.csv").write_text(table.replace("asked", "wrote"))
    (folder / "Zqfile4 notes").write_text("Zqword1 and Zqname2\n")
    return folder


@pytest.mark.parametrize("agents", ["numbered", "named"])
def test_nothing_that_is_seeded_leaves(cli: Cli, seeded: Path, tmp_path: Path, agents: str) -> None:
    out, hidden = tmp_path / "out", [seed.casefold() for seed in SEEDS]
    done = cli("discover", seeded, "-o", out, "--agents", agents, "--us", "desk.example")
    assert done.status in (0, 3), done.err
    told = {"stdout": done.out, "stderr": done.err}
    for name in ("log.xes", "log.csv"):
        assert cli("export", out / "log", "-o", tmp_path / name, "--agents", agents).status == 0
        told[name] = (tmp_path / name).read_text(encoding="utf-8")
    for measure in (*LISTS, *ASKED):
        told[measure] = cli("show", measure, out / "log", "--format", "csv", "--agents", agents).out
    for path in (path for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet"):
        told[str(path.relative_to(out))] = path.read_text(encoding="utf-8")
    assert {where: found for where, text in told.items() if (found := leaked(text.casefold(), hidden))} == {}
    log = load_log(out / "log")
    known = " ".join(value for (value,) in log.rows("SELECT value FROM identities")).casefold()
    assert len(leaked(known, hidden)) >= 16, "the seeds were read"
    for table in ("cases", "events"):
        rows = log.sql("SELECT * FROM read_parquet(?)", [str(out / "log" / f"{table}.parquet")])
        assert not leaked(rows.astype(str).to_csv().casefold(), hidden), table
    assert log.rows("SELECT 1 FROM events WHERE activity = 'Mail from zqmail0@home.example'"), "words are kept apart"
