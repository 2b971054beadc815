"""Filters keep whole cases; an expression of the user is checked before the engine sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from journeyminer.errors import EmptyLog, UsageError
from journeyminer.i18n import Language, available_languages
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Identity, Record
from journeyminer.note import Note
from journeyminer.prepare.filters import describe_filters, filter_log
from journeyminer.vocabulary import CHANNELS
from tiny import log as tiny_log

TEXT = """
A: created@09:00/via=email reply@09:30/by=ana/in=Billing closed@3d10:00
B: created@1d00:00/via=voice reply@1d08:00/by=bo/in=L1
C: created@2d12:00/via=email
"""


@pytest.fixture
def log() -> EventLog:
    return tiny_log(TEXT)


def cases(log: EventLog) -> str:
    return "".join(case for (case,) in log.rows("SELECT DISTINCT native_id FROM cases ORDER BY ALL"))


def test_no_filter_is_the_log_itself(log: EventLog) -> None:
    assert filter_log(log) is log


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        ("2026-01-06", None, "BC"),
        (None, "2026-01-06", "A"),
        ("2026-01-06", "2026-01-07", "B"),
        ("2026-01-06T00:00:01", None, "C"),
        ("2026-01-06T01:00:00+01:00", None, "BC"),
        (date(2026, 1, 7), None, "C"),
        (datetime(2026, 1, 6, tzinfo=UTC), None, "BC"),
    ],
)
def test_a_case_belongs_to_the_day_of_its_first_event(log: EventLog, since: str, until: str, kept: str) -> None:
    assert cases(filter_log(log, since=since, until=until)) == kept


def test_cases_stay_whole(log: EventLog) -> None:
    kept = filter_log(log, until="2026-01-06", where="group = 'Billing'")
    assert kept.rows("SELECT activity FROM events ORDER BY seq") == [("created",), ("reply",), ("closed",)]
    assert (kept.n_events, kept.n_cases) == (3, 1)
    assert kept.as_of == log.as_of
    assert log.n_cases == 3


def test_channels(log: EventLog) -> None:
    assert cases(filter_log(log, channels=("email",))) == "AC"
    assert cases(filter_log(log, channels=("email", "voice"))) == "ABC"


def test_a_channel_goes_by_any_word_that_is_printed_for_it(log: EventLog) -> None:
    assert cases(filter_log(log, channels=("E-mail", "Telefone"))) == "ABC"
    assert describe_filters(channels=("mail",)) == (Note("filter.channel", channels=("email",)),)
    for code in available_languages():
        for channel in CHANNELS:
            assert describe_filters(channels=(Language(code).word("channel", channel),)) == (
                Note("filter.channel", channels=(channel,)),
            )


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("group = 'Billing'", "A"),
        ("GROUP = 'L1' or \"group\" = 'Billing'", "AB"),
        ("resource in ('ana', 'bo') and channel is null", "AB"),
        ("activity = 'the group'", ""),
        ("activity like 'clo%'", "A"),
        ("native_id <> 'A'", "BC"),
        ("case_id = 'A'", "A"),
        ("case_id in ('A', 'tiny:C')", "AC"),
        ("case_id <> 'tiny:C'", "AB"),
        ("opened_at >= '2026-01-06'", "BC"),
        ("hour(timestamp) = 12 -- noon", "C"),
        ("case when channel = 'voice' then true else false end", "B"),
    ],
)
def test_where(log: EventLog, where: str, kept: str) -> None:
    if kept:
        assert cases(filter_log(log, where=where)) == kept
    else:
        with pytest.raises(EmptyLog, match="the group"):
            filter_log(log, where=where)


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("team = 'Billing'", "no column “team”"),
        ("chanel = 'email'", "Did you mean “channel”?"),
        ("e.group = 'Billing'", "no column “e.group”"),
        ("case_key = 1", "no column “case_key”"),
        ("group = ", "not an SQL expression"),
        (" ", "one expression"),
        ("true; DROP TABLE event_rows", "not an SQL expression"),
        ("true) FROM identities WHERE (true", "one expression"),
        ("true), (true", "one expression"),
        ("true) ORDER BY (1", "one expression"),
        ("case_id IN (SELECT value FROM identities)", "a subquery"),
        ("EXISTS (FROM read_text('x'))", "a subquery"),
        ("row_number() OVER () = 1", "a window"),
        ("COLUMNS('a.*') = 'x'", "a star"),
        ("activity = ?", "a parameter"),
        ("localtimestamp > timestamp", "no column “localtimestamp”"),
        ("current_date > timestamp", "no column “current_date”"),
        ("timestamp > 'now'", "cannot be used"),
        ("timestamp < 'today'::date", "cannot be used"),
        ("count(*) > 2", "cannot be used"),
        ("cast(activity as integer) = 2", "cannot be used"),
        ("nonsense(activity)", "cannot be used"),
        ("seq", "neither true nor false"),
        ("activity", "neither true nor false"),
    ],
)
def test_where_is_checked(log: EventLog, where: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        filter_log(log, where=where)
    assert problem in str(caught.value)
    assert cases(log) == "ABC"


@pytest.mark.parametrize(
    "call",
    [
        "random()",
        "uuid()",
        "gen_random_uuid()",
        "main.random()",
        "nextval('x')",
        "now()",
        "NOW()",
        "today()",
        "current_date()",
        "get_current_timestamp()",
        "transaction_timestamp()",
        "txid_current()",
        "current_localtime()",
        "current_localtimestamp()",
        "pg_postmaster_start_time()",
        "ago(interval 7 day)",
        "age(timestamp)",
        "age(timestamp::timestamptz)",
        "current_setting('threads')",
        "getvariable('x')",
        "current_query()",
    ],
)
def test_what_answers_differently_every_time_is_refused(log: EventLog, call: str) -> None:
    function = call.partition("(")[0].removeprefix("main.").lower()
    for where in (f"{call} IS NOT NULL", f"channel = 'email' OR coalesce({call}, {call}) IS NULL"):
        with pytest.raises(UsageError, match=rf"{function}\(\) answers differently"):
            filter_log(log, where=where)


@pytest.mark.parametrize(
    ("macro", "refused"),
    [
        ("current_timestamp - i", True),
        ("age(i)", True),
        ("age(i, i)", False),
        ("i + (SELECT interval 1 day)", True),
        ("date_add(date_add(i, interval 1 day), random() * interval 1 day)", True),
        ("list_filter([i, i], lambda x: x = i)[1]", False),
    ],
)
def test_a_macro_is_what_it_stands_for(log: EventLog, macro: str, refused: bool) -> None:
    log.engine.execute(f"CREATE MACRO inner_one(i) AS {macro}")
    log.engine.execute("CREATE MACRO Outer_One(j) AS inner_one(j)")
    if refused:
        with pytest.raises(UsageError, match=r"outer_one\(\) answers differently"):
            filter_log(log, where="outer_one(timestamp) IS NOT NULL")
    else:
        assert cases(filter_log(log, where="outer_one(timestamp) IS NOT NULL")) == "ABC"


@pytest.mark.parametrize(
    "where",
    [
        *(
            f"{part}(timestamp) IS NOT NULL AND {part}(timestamp::timestamptz) IS NOT NULL"
            for part in ("year", "quarter", "month", "week", "day", "isodow", "hour", "minute", "dayname", "monthname")
        ),
        "extract(hour FROM timestamp) < 24 AND date_part('dow', timestamp) < 7",
        "date_trunc('day', timestamp) <= timestamp",
        "strftime(timestamp, '%Y') = '2026'",
        "age(timestamp, opened_at) >= interval 0 day",
        "date_diff('day', opened_at, timestamp) < 9",
        "timestamp AT TIME ZONE 'Europe/Budapest' < timestamp",
        "timestamp - interval 1 day < timestamp + interval 1 day",
        "date_add(timestamp, interval 1 day) > timestamp",
        "split_part(activity, ' ', 1) = activity",
    ],
)
def test_what_answers_the_same_every_time_is_taken(log: EventLog, where: str) -> None:
    assert cases(filter_log(log, where=where)) == "ABC"


def test_a_query_that_is_only_planned_is_refused(log: EventLog) -> None:
    # the plan of a query would tell what is in the files that it reads
    with pytest.raises(UsageError, match="plans a query"):
        filter_log(log, where="json_serialize_plan('FROM read_text(''x'')') = ''")


def test_a_mistyped_column_is_answered_with_the_columns(log: EventLog) -> None:
    with pytest.raises(UsageError) as caught:
        filter_log(log, where="teamm = 'x'")
    assert "Columns:" in str(caught.value)
    for column in ("group", "channel", "priority", "segment", "source_ref"):
        assert f" {column}" in str(caught.value)
    assert "case_key" not in str(caught.value)


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        ({"since": "yesterday"}, "--since: “yesterday” is not a date"),
        ({"until": "2026-13-01"}, "“2026-13-01” is not a date"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "before"),
        ({"channels": ("emial",)}, "Did you mean “email”?"),
    ],
)
def test_filters_that_mean_nothing(log: EventLog, filters: dict[str, str], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        filter_log(log, **filters)
    assert problem in str(caught.value)


def test_the_filter_that_removed_the_last_case_is_named(log: EventLog) -> None:
    with pytest.raises(EmptyLog, match="channel SMS") as caught:
        filter_log(log, since="2026-01-06", channels=("sms",), where="true")
    assert "2026-01-05T09:00:00 to 2026-01-08T10:00:00" in str(caught.value)


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("group = 'Biling'", "No group is “Biling”; near it: Billing."),
        ("'billing' = \"GROUP\"", "No group is “billing”; near it: Billing."),
        ("channel in ('fax', 'email') and group = 'Billing' and hour(timestamp) = 3", "No channel is “fax”; the most"),
        ("channel = 'fax'", "the most frequent: email, voice."),
        ("tier = 'L1'", "No event has a tier."),
        ("resource = 'agent 1'", "No resource is “agent 1”: filters know them by the source's names"),
        ("group = 'L1' and channel = 'email'", "The log spans"),
    ],
)
def test_where_nothing_is_left_the_values_that_there_are_are_named(log: EventLog, where: str, hint: str) -> None:
    with pytest.raises(EmptyLog) as caught:
        filter_log(log, where=where)
    assert hint in str(caught.value)
    assert "ana" not in str(caught.value)


def test_a_case_of_two_sources_is_named_as_it_is_printed() -> None:
    builder = LogBuilder(Engine())
    for namespace in ("a", "b"):
        record = Record("1", events=[Event("12", "x", datetime(2026, 1, 5, tzinfo=UTC))])
        builder.loader(SourceReceipt(namespace, "tiny", Note("match.given"), namespace=namespace)).records([record])
    log = builder.build()
    assert filter_log(log, where="case_id = '12'").n_cases == 2
    assert filter_log(log, where="case_id = 'b:12'").rows("SELECT namespace FROM cases") == [("b",)]


def test_a_log_without_channels_has_no_case_in_one() -> None:
    with pytest.raises(EmptyLog, match="channel e-mail"):
        filter_log(tiny_log("A: x@09:00"), channels=("email",))


def test_filters_in_words() -> None:
    described = describe_filters(
        since="2026-01-05", until=datetime(2026, 2, 1, 9, 30), where="group = 'Billing'", channels=("email", "sms")
    )
    english = "since 2026-01-05, until 2026-02-01T09:30:00, channel e-mail, SMS, where group = 'Billing'"
    assert Language("en").value(described) == english
    assert Language("pt").value(described).startswith("desde 2026-01-05, até 2026-02-01T09:30:00, canal e-mail, SMS")
    assert describe_filters() == ()


def test_identifiers_of_other_cases_are_left_out() -> None:
    builder = LogBuilder(Engine())
    records = [
        Record(
            "1", events=[Event("A", "x", datetime(2026, 1, 5, tzinfo=UTC))], identities=[Identity("A", "email", "a@x")]
        ),
        Record(
            "2", events=[Event("B", "x", datetime(2026, 1, 6, tzinfo=UTC))], identities=[Identity("B", "email", "b@x")]
        ),
    ]
    builder.loader(SourceReceipt("t", "tiny", Note("match.given"))).records(records)
    kept = filter_log(builder.build(), since="2026-01-06")
    assert kept.rows("SELECT value FROM identities") == [("b@x",)]
