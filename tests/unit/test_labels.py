"""Labelling a log: closed sets, the receipt's counts, and a log that is left alone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeyminer.config import Config, Rule, paste_line
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt, Unmatched
from journeyminer.log.record import Event, Record
from journeyminer.log.store import load_log, save_log, stage_stored
from journeyminer.note import Note
from journeyminer.prepare import label, prepare
from journeyminer.vocabulary import STATUSES
from tiny import log


def from_source(importer: str, *events: dict[str, str]) -> EventLog:
    """A log of one case, one event an hour, as an importer hands it over."""
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    builder = LogBuilder(Engine())
    records = [
        Record(str(n), events=[Event("A", timestamp=start + timedelta(hours=n), **said)])  # type: ignore[arg-type]
        for n, said in enumerate(events)
    ]
    builder.loader(SourceReceipt("file", importer, Note("match.given"))).records(records)
    return builder.build()


def unmatched(log: EventLog) -> list[Unmatched]:
    """The words that no rule knows, but for the names of activities."""
    return [word for word in log.receipt.unmatched if word.field != "activity"]


def column(log: EventLog, name: str) -> list[str | None]:
    return [value for (value,) in log.rows(f'SELECT "{name}" FROM events ORDER BY seq')]


def test_words_become_closed_sets_and_the_activity_a_step_of_ours() -> None:
    raw = log("A: Criado@09:00/via=telefone Resposta_do_cliente@09:30/as=Cliente Ticket_closed@10:00/to=Fechado")
    prepared = label(raw)
    assert column(prepared, "activity") == ["ticket_created", "customer_message", "closed"]
    assert column(prepared, "raw_activity") == ["Criado", "Resposta do cliente", "Ticket closed"]
    assert column(prepared, "status") == ["new", None, "closed"]
    assert column(prepared, "role") == [None, "customer", None]
    assert column(prepared, "channel") == ["voice", None, None]
    assert column(prepared, "visibility") == [None, "public", None]
    assert prepared.has("status", "role", "channel", "visibility")
    assert column(raw, "status") == [None, None, "Fechado"]


def test_a_known_product_gets_our_activities() -> None:
    prepared = label(
        from_source(
            "mail",
            {"activity": "message", "role": "customer", "visibility": "public"},
            {"activity": "message", "role": "agent", "visibility": "internal"},
            {"activity": "message", "role": "agent", "visibility": "public"},
            {"activity": "auto-reply", "role": "system", "visibility": "public"},
        )
    )
    assert column(prepared, "activity") == ["customer_message", "internal_note", "agent_reply", "auto_reply"]


@pytest.mark.parametrize(
    ("said", "activity", "status", "role"),
    [
        ({"activity": "created", "role": "end-user", "status": "new"}, "ticket_created", "new", "customer"),
        ({"activity": "comment", "role": "end-user", "visibility": "public"}, "customer_message", None, "customer"),
        ({"activity": "comment", "role": "admin", "visibility": "public"}, "agent_reply", None, "agent"),
        ({"activity": "comment", "role": "agent", "visibility": "internal"}, "internal_note", None, "agent"),
        ({"activity": "comment", "role": "system", "visibility": "public"}, "auto_reply", None, "system"),
        ({"activity": "comment", "visibility": "public"}, "message", None, None),
        ({"activity": "status:hold", "status": "hold"}, "status_on_hold", "on_hold", None),
        ({"activity": "status:solved", "status": "solved", "role": "agent"}, "solved", "solved", "agent"),
        ({"activity": "assignee", "status": "open"}, "assigned", "open", None),
        ({"activity": "assignee:changed", "status": "open"}, "reassigned", "open", None),
        ({"activity": "satisfaction:offered", "status": "solved"}, "csat_offered", "solved", None),
        ({"activity": "satisfaction:good_with_comment"}, "csat_received", None, None),
    ],
)
def test_steps_of_zendesk(said: dict[str, str], activity: str, status: str | None, role: str | None) -> None:
    prepared = label(from_source("zendesk", said))
    assert [column(prepared, name) for name in ("activity", "status", "role")] == [[activity], [status], [role]]


def test_a_log_whose_words_mean_themselves_is_left_alone() -> None:
    raw = log("A: x@09:00/as=agent/to=open y@10:00/as=customer/to=pending")
    assert label(raw).schema == raw.schema
    plain = log("A: assign_seriousness@09:00 repair@10:00")
    assert label(plain).schema == plain.schema


def test_twice_is_once() -> None:
    once = label(log("A: Resolve@09:00/to=In_QA Wait@09:10 x@09:20/to=Offen resolved@10:00/as=End-user"))
    twice = label(once)
    assert twice.columns == once.columns
    assert twice.receipt == once.receipt
    assert twice.to_pandas().equals(once.to_pandas())
    assert once.receipt.sources[0].decisions == [
        Note("decision.labels", n=4, role=1, status=1, channel=0, visibility=0)
    ]


def test_a_new_rule_of_the_user_reaches_a_labelled_log() -> None:
    once = label(log("A: Wait@09:00 x@10:00/to=open"))
    again = label(once, config=Config(words={"status": {"Wait": "pending"}}))
    assert column(again, "status") == ["pending", "open"]


def test_unmatched_words_are_counted_and_a_status_among_them_is_unknown() -> None:
    raw = log("A: x@09:00/to=Offen y@09:10/to=Offen/via=Post z@09:20/to=open\nB: wait@09:00/as=Wizard")
    prepared = label(raw)
    assert prepared.receipt.unmatched == (
        Unmatched("status", "Offen", 2), Unmatched("status", "wait", 1), Unmatched("role", "Wizard", 1),
        Unmatched("channel", "Post", 1), Unmatched("activity", "x", 1), Unmatched("activity", "y", 1),
        Unmatched("activity", "z", 1),
    )  # fmt: skip
    assert raw.receipt.unmatched == ()
    assert column(prepared, "status") == ["unknown", "unknown", "open", "unknown"]
    assert not prepared.has("role")
    assert not prepared.has("channel")


def test_unknown_words_of_an_appended_file_come_on_top(tmp_path: Path) -> None:
    save_log(prepare(from_source("tabular", {"activity": "x", "status": "wobbly"})), tmp_path / "log")
    builder = LogBuilder(Engine())
    stage_stored(builder, tmp_path / "log")
    event = Event("B", "x", datetime(2026, 1, 6, tzinfo=UTC), status="wobbly")
    builder.loader(SourceReceipt("week 2", "tabular", Note("match.given"), namespace="2")).records(
        [Record("1", events=[event])]
    )
    assert unmatched(prepare(builder.build())) == [Unmatched("status", "wobbly", 2)]


WOBBLY = Event("A", "x", datetime(2026, 1, 5, 9, tzinfo=UTC), status="wobbly")


@pytest.mark.parametrize("first", [None, Config(words={"status": {"wobbly": "open"}})])
def test_a_new_rule_reaches_a_stored_log_and_the_week_that_is_appended(tmp_path: Path, first: Config | None) -> None:
    """Also where the rule of then gave the word another meaning, or the source says no status at all."""
    silent = Event("A", "resolved", datetime(2026, 1, 5, 10, tzinfo=UTC))
    builder = LogBuilder(Engine())
    builder.loader(SourceReceipt("week 1", "tabular", Note("match.given"), namespace="1")).records(
        [Record("1", events=[WOBBLY]), Record("2", events=[silent])]
    )
    stored = prepare(builder.build(), config=first)
    assert column(stored, "status") == ["unknown" if first is None else "open", "solved"]
    save_log(stored, tmp_path / "log")
    assert column(load_log(tmp_path / "log"), "status") == ["wobbly", None]

    builder = LogBuilder(Engine())
    stage_stored(builder, tmp_path / "log")
    late = replace(WOBBLY, case="B", timestamp=WOBBLY.timestamp + timedelta(days=7))
    builder.loader(SourceReceipt("week 2", "tabular", Note("match.given"), namespace="2")).records(
        [Record("1", events=[late])]
    )
    appended = builder.build()
    again = prepare(appended, config=Config(words={"status": {"wobbly": "pending"}}))
    assert column(again, "status") == ["pending", "solved", "pending"]
    assert unmatched(again) == []
    assert column(prepare(appended), "status") == ["unknown", "solved", "unknown"]
    assert unmatched(prepare(appended)) == [Unmatched("status", "wobbly", 2)]


def test_a_log_stored_again_and_again_says_the_same(tmp_path: Path) -> None:
    log_ = prepare(log("A: x@09:00/to=Offen Resolve@10:00/as=Wizard y@11:00/to=open"))
    for number in range(3):
        save_log(log_, tmp_path / f"{number}")
        log_ = prepare(load_log(tmp_path / f"{number}"))
    first, last = (load_log(tmp_path / number).rows("SELECT * FROM event_rows ORDER BY seq") for number in "02")
    assert first == last
    assert (tmp_path / "0" / "manifest.json").read_bytes() == (tmp_path / "2" / "manifest.json").read_bytes()


def test_the_line_to_paste_is_toml_to_be_filled_in() -> None:
    line = paste_line("status", 'Várakozik "2"\t\x7f')
    assert line.endswith("# new, open, pending, on_hold, solved, closed or unknown")
    assert tomllib.loads(line) == {"status": {'Várakozik "2"\t\x7f': ""}}


def test_the_users_words_and_labels() -> None:
    config = Config(
        words={"status": {"Offen": "pending"}},
        labels=(Rule({"activity": ("Rückruf",)}, {"activity": "Callback", "role": "agent"}),),
    )
    prepared = label(log("A: Rückruf@09:00/to=Offen x@10:00/to=new"), config=config)
    assert column(prepared, "status") == ["pending", "new"]
    assert column(prepared, "activity") == ["Callback", "x"]
    assert unmatched(prepared) == []


def test_status_is_ordered_as_a_case_runs() -> None:
    prepared = label(log("A: x@09:00/to=Closed y@10:00/to=New z@11:00/to=Resolved"))
    ordered = [status for (status,) in prepared.rows("SELECT status FROM event_rows ORDER BY status")]
    assert ordered == [status for status in STATUSES if status in ordered]


def test_names_tell_the_status_only_where_they_tell_how_cases_end() -> None:
    """A case that is submitted and declined, of which no rule knows the second, is not open for ever."""
    ended = label(log("A: Submitted@09:00 Resolved@10:00\nB: Submitted@09:00 Declined@10:00"))
    assert column(ended, "status") == ["new", "solved", "new", None]
    assert ended.receipt.notes == ()
    endless = label(log("A: Submitted@09:00 Resolved@10:00\nB: Submitted@09:00 x@10:00\nC: Submitted@09:00 x@10:00"))
    assert not endless.has("status")
    assert endless.receipt.notes == (Note("ends_unknown", files=1),)


def test_a_users_rule_needs_no_proof() -> None:
    config = Config(labels=(Rule({"activity": ("x",)}, {"status": "pending"}),))
    prepared = label(log("A: Submitted@09:00 x@10:00\nB: Submitted@09:00 y@10:00"), config=config)
    assert column(prepared, "status") == [None, "pending", None, None]


def test_a_final_status_on_every_event_is_no_status_after_an_event() -> None:
    raw = log("A: x@09:00/to=Closed y@10:00/to=Closed\nB: x@09:00/to=Open y@10:00/to=Open\nC: x@11:00/to=New")
    prepared = label(raw)
    assert not prepared.has("status")
    assert prepared.receipt.notes == (Note("status_is_final", files=1),)
    assert unmatched(prepared) == []


@pytest.mark.parametrize(
    "text",
    [
        "A: x@09:00/to=Closed y@10:00/to=Closed\nB: x@09:00/to=Open y@10:00/to=Closed",
        "A: x@09:00/to=Open y@10:00/to=Open",
        "A: x@09:00 y@10:00/to=Closed",
        "A: x@09:00/to=Closed",
    ],
)
def test_a_status_that_may_be_of_the_event_stays(text: str) -> None:
    prepared = label(log(text))
    assert prepared.has("status")
    assert prepared.receipt.notes == ()


def test_a_talk_in_which_nobody_is_known_is_said() -> None:
    unknown = from_source("whatsapp", {"activity": "message"}, {"activity": "message"})
    assert label(unknown).receipt.notes == (Note("us_unknown_chat", files=1),)
    mails = from_source("mail", {"activity": "message"}, {"activity": "message"})
    assert label(mails).receipt.notes == (Note("us_unknown", files=1),)
    known = from_source("whatsapp", {"activity": "message", "role": "agent"}, {"activity": "message"})
    assert label(known).receipt.notes == ()


def test_many_different_activities() -> None:
    texts = [f"step {n}" for n in range(3000)]
    prepared = label(from_source("tabular", *({"activity": text} for text in texts), {"activity": "Resolved"}))
    assert prepared.rows("SELECT status, count(*) FROM event_rows GROUP BY 1 ORDER BY 1") == [
        ("solved", 1),
        (None, 3000),
    ]


def test_nothing_is_lost_or_doubled_by_the_join() -> None:
    text = "\n".join(f"C{n}: Resolve@09:00/as={role}/to={status} x@10:00/to=Open" for n, (role, status) in enumerate(
        (role, status) for role in ("Client", "Admin", "Wizard") for status in ("Novo", "Wait", "Closed")
    ))  # fmt: skip
    raw = log(text)
    prepared = prepare(raw)
    assert prepared.n_events == raw.n_events == 18
    assert prepared.rows("SELECT role, count(*) FROM events GROUP BY 1 ORDER BY 1") == [
        ("customer", 3), ("agent", 3), (None, 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("bpic2013/bpic2013_closed_problems.xes.gz", {"open": 4555, "closed": 1568, "unknown": 527, None: 10}),
        (
            "helpdesk/helpdesk.xes.gz",
            {"new": 118, "open": 5060, "solved": 4985, "closed": 4574, "unknown": 1463, None: 5148},
        ),
    ],
)
def test_statuses_of_real_logs(data: Callable[[str], Path], name: str, shares: dict[str | None, int]) -> None:
    from journeyminer.importers.reading.run import read_log

    prepared = prepare(read_log([data(name)]))
    assert dict(prepared.rows("SELECT status, count(*) FROM events GROUP BY 1")) == shares
