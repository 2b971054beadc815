"""Meaning: what a report says of small inputs whose right figures are known.

The inputs in `meaning` and `tables` are invented; each stands for a kind of fault that was seen in use.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

import journeyminer as jm
from journeyminer.errors import UnreadableExport
from journeyminer.log import EventLog
from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.mining.durations import durations
from journeyminer.mining.handovers import handovers
from journeyminer.mining.kpis import Kpi, kpis
from journeyminer.mining.lens import Lens
from journeyminer.mining.teams import teams, turns_of
from journeyminer.mining.turns import turns
from journeyminer.options import ReadOptions
from journeyminer.vocabulary import RATINGS

HERE = Path(__file__).parent


def read(name: str) -> EventLog:
    return jm.read(HERE / name, options=ReadOptions(strict=True))


def figure(log: EventLog, id_: str) -> Kpi | None:
    return next((kpi for kpi in kpis.rows(Lens(log)) if kpi.id == id_), None)


def hours(log: EventLog) -> dict[tuple[str, str], float]:
    return {(row.turn, row.basis): row.seconds / 3600 for row in turns.rows(Lens(log))}


def steps(log: EventLog) -> list[tuple[str, ...]]:
    rows = log.rows("SELECT list(activity ORDER BY timestamp, seq) FROM events GROUP BY case_id ORDER BY case_id")
    return [tuple(row[0]) for row in rows]


def places(log: EventLog) -> list[tuple[str | None, str | None, str | None]]:
    return [(place.source, place.target, place.group) for place in bottlenecks.rows(Lens(log))]


def test_a_ticket_that_waits_for_the_customer_is_not_our_loss() -> None:
    log = read("meaning/zd.csv")
    assert hours(log) == {
        ("us_queue", "assumed"): 3, ("customer", "status"): 746, ("vendor", "status"): 650, ("unknown", "none"): 2
    }  # fmt: skip
    assert not [place for place in places(log) if place[1] is None]


@pytest.mark.parametrize("name", ["list", "chamados"])
def test_the_status_of_a_list_of_tickets_is_what_they_are_now(name: str) -> None:
    assert hours(read(f"meaning/{name}.csv"))["customer", "status"] == 344.25


def test_after_our_first_reply_a_list_of_tickets_says_nothing() -> None:
    log = read("meaning/wide.csv")
    assert hours(log) == {("us_queue", "assumed"): 1, ("after_resolution", "status"): 192, ("unknown", "none"): 144}
    assert places(log) == [("ticket_created", "first_reply", "Mail L1")]


def written(tmp_path: Path, table: str) -> EventLog:
    path = tmp_path / "table.csv"
    path.write_text(dedent(table).strip())
    return jm.read(path)


def listed(tmp_path: Path, status: str, *, solved: str = "", replied: str = "2026-01-05 10:00") -> EventLog:
    path = tmp_path / "tickets.csv"
    path.write_text(
        "Ticket ID,Created at,First response at,Solved at,Status\n"
        f"1,2026-01-05 09:00,{replied},{solved},{status}\n2,2026-01-06 09:00,2026-01-06 10:00,2026-01-07 09:00,Closed\n"
    )
    return jm.read(path)


@pytest.mark.parametrize(
    ("status", "turn"),
    [("Pending", "customer"), ("On hold", "vendor"), ("Open", "us_queue"), ("Aguardando cliente", "customer"),
     ("En espera del proveedor", "vendor"), ("Ügyfélre vár", "customer")],
)  # fmt: skip
def test_whose_turn_the_status_of_an_open_ticket_says(tmp_path: Path, status: str, turn: str) -> None:
    assert hours(listed(tmp_path, status))[turn, "status"] == 47


def test_an_open_ticket_that_was_solved_was_opened_again(tmp_path: Path) -> None:
    log = listed(tmp_path, "Open", solved="2026-01-05 12:00")
    assert steps(log)[0] == ("ticket_created", "first_reply", "solved", "reopened")
    first, last = figure(log, "first_resolution"), figure(log, "last_resolution")
    assert first and last and (first.n, last.n, last.n_open) == (2, 1, 1)
    reopened = figure(log, "reopen_rate")
    assert reopened and (reopened.value, reopened.reason) == (None, "no_history")  # of the other nobody knows
    response = figure(log, "first_response")
    assert response and (response.value, response.n) == (3600, 2)


def test_where_none_stayed_solved_the_reason_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("case,activity,timestamp,status\n1,a,2026-01-05,open\n1,b,2026-01-06,solved\n1,c,2026-01-07,open\n")
    log = jm.read(path)
    last, first = figure(log, "last_resolution"), figure(log, "first_resolution")
    assert last and first and (last.reason, last.n_open, first.n) == ("none_stayed", 1, 1)


def test_a_ticket_that_is_over_at_an_unknown_time_is_not_open(tmp_path: Path) -> None:
    log = listed(tmp_path, "Closed")
    (row,) = durations.rows(Lens(log))
    assert (row.n, row.n_open, row.n_unclear) == (1, 0, 1)
    first = figure(log, "first_resolution")
    assert first and (first.n, first.n_open) == (1, 0)


def test_a_list_of_tickets_has_no_history_to_count(tmp_path: Path) -> None:
    log = listed(tmp_path, "Closed", solved="2026-01-05 12:00")
    reopened = figure(log, "reopen_rate")
    assert reopened and (reopened.value, reopened.reason) == (None, "no_history")


def test_after_a_status_that_nobody_knows_nothing_is_known() -> None:
    log = read("meaning/unk.csv")
    (row,) = durations.rows(Lens(log))
    assert (row.n, row.n_open, row.n_unclear) == (0, 0, 2)
    first = figure(log, "first_resolution")
    assert first and (first.n, first.n_open) == (0, 0)


@pytest.mark.parametrize(("name", "value", "n"), [("cs", 7 / 12, 3), ("chamados", 0.5, 2)])
def test_ratings_are_read_on_the_scale_that_they_fill(name: str, value: float, n: int) -> None:
    csat = figure(read(f"meaning/{name}.csv"), "csat")
    assert csat and csat.value == pytest.approx(value) and csat.n == n


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("0,1,1", 2 / 3), ("0.2,0.4", 0.3), ("1,5", 0.5), ("1,7", 0.5), ("0,10", 0.5), ("1,10", 0.5),
        ("80%,100%", 0.9), ("30,80", 0.55), ("Good,Bad", 0.5), ("Elégedett,Elégedetlen", 0.5), ("Ruim,Bom", 0.5),
        ("1,1", None), ("0,0", None), ("2,3", None), ("1,4", None), ("4,5", None), ("0,5", None), ("5,80", None),
        ("6,7,9,11", None), ("1,5,55", None), ("4,5" + ",5" * 20, 87 / 88), ("7,9" + ",10" * 20, None),
        ("1" + ",5" * 60 + ",55", 60 / 61),
    ],
)  # fmt: skip
def test_every_usual_scale(tmp_path: Path, answers: str, expected: float | None) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n},a,2026-01-05 10:{n % 60:02},{answer}" for n, answer in enumerate(answers.split(","))]
    path.write_text("\n".join(["case,activity,timestamp,satisfaction", *rows]))
    log = jm.read(path)
    csat = figure(log, "csat")
    assert (csat and csat.value) == (None if expected is None else pytest.approx(expected))
    slugs = {note.slug for note in log.receipt.sources[0].decisions}
    assert ("decision.scale" if expected is not None else "decision.scale_unproved") in slugs


@pytest.mark.parametrize(("answers", "expected"), [("4,2", 0.5), ("4,2,55", 0.5), ("1,9,10", 17 / 27)])
def test_a_scale_that_the_user_gives_counts_where_the_answers_tell_none(
    tmp_path: Path, answers: str, expected: float
) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{n},a,2026-01-05,{answer}" for n, answer in enumerate(answers.split(","))]
    path.write_text("\n".join(["case,activity,timestamp,satisfaction", *rows]))
    csat = figure(jm.read(path, options=ReadOptions(csat_scale=(1, 5))), "csat")
    assert csat and csat.value == pytest.approx(expected)


def test_an_answer_that_is_on_no_scale_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("case,activity,timestamp,csat\n1,a,2026-01-05,5\n2,a,2026-01-05,1\n3,a,2026-01-05,maybe\n")
    noted = {note.slug: note.params.get("n") for note in jm.read(path).receipt.sources[0].decisions}
    assert noted["decision.scores_unread"] == 1


@pytest.mark.parametrize(("question", "n"), [("nps", 2), ("ces", 1)])
def test_answers_to_the_other_questions_that_cannot_be_read_are_counted_too(
    tmp_path: Path, question: str, n: int
) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{at},a,2026-01-05,{answer}" for at, answer in enumerate(("9", "11", "easy", "", "3"))]
    path.write_text("\n".join([f"case,activity,timestamp,{question}", *rows]))
    noted = {note.slug: note.params.get("n") for note in jm.read(path).receipt.sources[0].decisions}
    assert noted["decision.scores_unread"] == n


@pytest.mark.parametrize(
    ("answers", "value", "n"),
    [("10,9,8,6", 25.0, 4), ("0,6", -100.0, 2), ("7,8", 0.0, 2), ("10,11,x", 100.0, 1), ("", None, 0)]
)  # fmt: skip
def test_who_would_recommend_us_less_who_would_not(tmp_path: Path, answers: str, value: float | None, n: int) -> None:
    rows = [f"{number},a,2026-01-05,{answer}" for number, answer in enumerate(answers.split(","))]
    log = written(tmp_path, "\n".join(["case,activity,timestamp,nps", *rows]))
    nps = figure(log, "nps")
    assert (nps and nps.value, nps.n if nps else 0) == (value, n)


def test_satisfaction_recommendation_and_effort_are_shown() -> None:
    log = read("meaning/life.csv")
    assert {id_: getattr(figure(log, id_), "n", 0) for id_ in RATINGS} == dict.fromkeys(RATINGS, 60)


@pytest.mark.parametrize(("name", "customers"), [("names", 2), ("sn", 0)])
def test_a_name_joins_nobody(name: str, customers: int) -> None:
    log = read(f"meaning/{name}.csv")
    assert log.one("SELECT count(DISTINCT customer_key) FROM cases") == (customers,)


@pytest.mark.parametrize("identifier", ["C-1001", "8f14e45f", "ana@x.example", "4711"])
def test_an_identifier_in_the_same_column_joins(tmp_path: Path, identifier: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"case,activity,timestamp,customer\n1,a,2026-01-05,{identifier}\n2,a,2026-01-06,{identifier}\n")
    assert jm.read(path).one("SELECT count(DISTINCT customer_key) FROM cases") == (1,)


def test_the_case_is_the_key_and_no_foreign_key() -> None:
    assert read("meaning/prb.csv").n_cases == 3


@pytest.mark.parametrize("problem", ["PRB{n}", "PRB7", ""])
def test_a_problem_that_holds_many_cases_is_none(tmp_path: Path, problem: str) -> None:
    path = tmp_path / "a.csv"
    rows = [f"INC{n // 2},{'AB'[n % 2]},2026-01-05 10:0{n},{problem.format(n=n // 4)}" for n in range(8)]
    path.write_text("\n".join(["number,activity,timestamp,problem_id", *rows]))
    assert jm.read(path).n_cases == 4


def test_rows_of_updates_are_a_history() -> None:
    assert steps(read("meaning/snap.csv")) == [
        ("ticket_created", "assigned", "status_open", "group_changed", "reassigned", "solved"),
        ("ticket_created", "assigned", "status_open", "solved"),
    ]


def test_the_finer_status_counts() -> None:
    assert hours(read("meaning/sub.csv")) == {("us_queue", "status"): 1, ("customer", "status"): 96}


@pytest.mark.parametrize("name", ["team.csv", "zendesk-group-on-customer-audit"])
def test_a_group_on_a_customers_event_is_the_cases(name: str) -> None:
    log = read(f"meaning/{name}")
    assert {group for _, _, group in places(log)} == {"Mail L1"}
    rows = teams.rows(Lens(log))
    assert {row.group for row in rows} == {"Mail L1"}
    assert sum(row.seconds for row in turns_of(Lens(log), "Mail L1")) == sum(row.seconds for row in rows)


def test_a_cleared_field_is_cleared() -> None:
    assert steps(read("tables/10-cleared-field/06.csv")) == [
        ("ticket_created", "assigned", "unassigned", "assigned", "solved")
    ]


def test_who_takes_a_case_that_nobody_owned_was_not_handed_it() -> None:
    log = read("tables/10-cleared-field/06.csv")
    assert not handovers.rows(Lens(log))


def test_after_a_cleared_status_nobody_knows_whose_turn_it_is(tmp_path: Path) -> None:
    log = written(
        tmp_path,
        """
        ticket_id,changed_at,field,old_value,new_value
        1,2026-01-05 09:00,status,New,Open
        1,2026-01-05 10:00,status,Open,On hold
        1,2026-01-06 01:00,status,On hold,
        1,2026-01-08 10:00,status,,Solved
        """,
    )
    assert hours(log) == {("us_queue", "status"): 1, ("vendor", "status"): 15, ("unknown", "none"): 57}


def test_snapshots_leave_out_what_was_taken_away(tmp_path: Path) -> None:
    """A row without a status is no whole snapshot; nor are rows of which most leave out the owner."""
    log = written(
        tmp_path,
        """
        ticket_id,updated_at,status,assignee,group
        1,2026-01-05 09:00,Open,Ana,L1
        1,2026-01-05 10:00,On hold,Ana,L1
        1,2026-01-06 01:00,,,
        1,2026-01-06 11:00,Open,,L2
        1,2026-01-08 10:00,Open,Bia,L2
        1,2026-01-08 11:00,Solved,Bia,L2
        2,2026-01-08 10:00,Open,Bia,L2
        2,2026-01-08 11:00,Solved,Bia,L2
        """,
    )
    assert steps(log)[0] == (
        "ticket_created", "status_on_hold", "group_changed", "unassigned", "status_open", "assigned", "solved"
    )  # fmt: skip
    assert [(row.by, row.n) for row in handovers.rows(Lens(log))] == [("group", 1)]
    sparse = written(
        tmp_path,
        """
        ticket_id,updated_at,status,assignee
        1,2026-01-05 09:00,Open,Ana
        1,2026-01-05 10:00,On hold,
        1,2026-01-06 11:00,Open,
        1,2026-01-08 10:00,Solved,Bia
        """,
    )
    assert steps(sparse)[0] == ("ticket_created", "status_on_hold", "status_open", "reassigned", "solved")


def test_what_else_changed_with_the_owner_is_not_the_new_owner_s_act(tmp_path: Path) -> None:
    log = written(
        tmp_path,
        """
        ticket_id,updated_at,status,assignee
        1,2026-01-05 09:00,Open,Ana
        1,2026-01-05 12:00,Pending,Bia
        1,2026-01-05 14:00,Solved,Bia
        2,2026-01-05 09:00,Open,Ana
        2,2026-01-05 10:00,Solved,Ana
        2,2026-01-05 12:00,Open,Bia
        2,2026-01-05 14:00,Solved,Bia
        """,
    )
    (row,) = handovers.rows(Lens(log))
    assert (row.n, row.total_seconds) == (2, 2 * 2 * 3600)


@pytest.mark.parametrize(
    "step", ["Reassigned", "Transferred to L2", "Transferido para N2", "Derivada a L2", "Továbbadva"]
)
def test_a_step_that_gives_a_case_to_a_team_is_no_work_of_it(tmp_path: Path, step: str) -> None:
    """The team that gives waits no more from then on, and the one that takes waits until it acts."""
    log = written(
        tmp_path,
        f"""
        case,activity,timestamp,team,role,agent
        1,Customer message,2026-01-05 09:00,L1,customer,
        1,Agent reply,2026-01-05 11:00,,agent,Ana
        1,Customer message,2026-01-05 12:00,,customer,
        1,{step},2026-01-05 13:00,L2,system,
        1,Agent reply,2026-01-05 15:00,L2,agent,Bia
        """,
    )
    (row,) = [row for row in handovers.rows(Lens(log)) if row.by == "group"]
    assert (row.source, row.target, row.total_seconds) == ("L1", "L2", 2 * 3600)
    assert {row.group: row.seconds // 3600 for row in teams.rows(Lens(log))} == {"L1": 2 + 1, "L2": 2}


def test_old_values_say_what_was_before_and_no_creation_is_invented() -> None:
    log = read("tables/11-history-without-creation/07.csv")
    assert steps(log) == [("status_open", "assigned", "closed"), ("assigned", "closed"), ("reopened", "closed")]


def test_one_change_in_two_rows_is_one() -> None:
    assert [step for step in steps(read("tables/13-salesforce-owner-twice/47.csv"))[0] if "assigned" in step] == [
        "assigned"
    ]


def test_ids_that_a_spreadsheet_rounded_are_refused() -> None:
    with pytest.raises(UnreadableExport, match="rounded"):
        read("tables/17-scientific-ids/08.csv")


def test_minutes_with_thousands() -> None:
    log = read("tables/14-thousands-in-minutes/22.csv")
    waits = log.rows(
        "SELECT date_diff('minute', min(timestamp), max(timestamp) FILTER (activity = 'first_reply')) FROM events "
        "GROUP BY case_id ORDER BY case_id"
    )
    assert {(1234,), (2880,)} <= set(waits)


LIST = "Ticket ID,Created at,First response at,Solved at,Status\n"


def test_who_still_waits_in_a_list_counts_as_waiting_and_who_was_answered_at_once_as_answered(tmp_path: Path) -> None:
    log = written(
        tmp_path,
        f"""{LIST}1,2026-01-05 09:00,2026-01-05 09:00,2026-01-06 09:00,Solved
2,2026-01-05 09:00,2026-01-05 10:00,,Open
3,2026-01-05 09:00,,,Open
4,2026-01-05 09:00,,,New""",
    )
    first = figure(log, "first_response")
    assert first and (first.n, first.n_open, first.median) == (2, 2, 3600)
    touches = figure(log, "touches")
    assert touches and (touches.value, touches.reason) == (None, "no_history")


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ("09:00,,,New", "09:00,10:00,,Open", ("ticket_created new", "first_reply open")),
        ("09:00,10:00,,Open", "09:00,10:00,12:00,Solved", ("ticket_created new", "first_reply", "solved solved")),
        ("09:00,10:00,,Pending", "09:00,10:00,,Open", ("ticket_created new", "first_reply open")),
        ("09:00,,12:00,Open", "09:00,,12:00,Closed", ("ticket_created new", "solved solved")),
        (
            "09:00,,12:00,Open",
            "09:00,,15:00,Solved",
            ("ticket_created new", "solved solved", "reopened open", "solved solved"),
        ),
    ],
)
@pytest.mark.parametrize("in_one_file", [True, False])
def test_the_newest_row_of_a_ticket_says_what_it_is(
    tmp_path: Path, older: str, newer: str, expected: tuple[str, ...], in_one_file: bool
) -> None:
    def row(cells: str) -> str:
        *times, status = cells.split(",")
        return ",".join(["1", *(f"2026-01-05 {time}" if time else "" for time in times), status]) + "\n"

    others = "".join(f"{n},2026-01-04 09:00,2026-01-04 10:00,2026-01-04 12:00,Closed\n" for n in (2, 3, 4, 5, 6))
    if in_one_file:
        (tmp_path / "all.csv").write_text(LIST + row(older) + others + row(newer))
        log = jm.read(tmp_path / "all.csv")
    else:
        for name, said in (("1.csv", row(older) + others), ("2.csv", row(newer))):
            (tmp_path / name).write_text(LIST + said)
        log = jm.read(tmp_path, options=ReadOptions(namespaces={"*": "desk"}))
    told = "SELECT concat_ws(' ', activity, status) FROM events WHERE case_id LIKE '%:1' ORDER BY timestamp, seq"
    assert tuple(text for (text,) in log.rows(told)) == expected
    assert sum(source.used + source.deduplicated for source in log.receipt.sources) == 7


def test_a_moment_before_the_ticket_is_not_known_and_the_ticket_is_not_open(tmp_path: Path) -> None:
    log = written(
        tmp_path, f"{LIST}1,2026-01-05 09:00,,2026-01-04 12:00,Solved\n2,2026-01-05 09:00,,2026-01-06 09:00,Solved"
    )
    assert steps(log) == [("ticket_created",), ("ticket_created", "solved")]
    first = figure(log, "first_resolution")
    assert first and (first.n, first.n_open) == (1, 0)


ZENDESK = (
    "Summation column,Id,Requester,Requester id,Requester email,Assignee,Group,Subject,Status,Priority,Via,Ticket type,"
    "Created at,Updated at,Assigned at,Initially assigned at,Solved at,Satisfaction Score,Group stations,"
    "Assignee stations,Reopens,Replies,First reply time in minutes\n"
)


def zendesk(tmp_path: Path, *tickets: tuple[str, str, str, str]) -> EventLog:
    """Tickets of 5 January, 09:00: status, day of the last solution, reopenings, minutes to the first reply."""
    rows = "".join(
        f"1,{n},Ana,1,a@x.test,Bo,L1,s,{status},Normal,Mail,Incident,2026-01-05 09:00:00,2026-01-12 16:00:00,,,"
        f"{f'2026-01-{solved} 09:00:00' if solved else ''},Offered,1,1,{reopens},1,{minutes}\n"
        for n, (status, solved, reopens, minutes) in enumerate(tickets)
    )
    (tmp_path / "zendesk.csv").write_text(ZENDESK + rows)
    return jm.read(tmp_path / "zendesk.csv")


def test_a_list_that_counts_reopenings_tells_the_last_solution_of_those_and_who_was_solved(tmp_path: Path) -> None:
    log = zendesk(tmp_path, ("Closed", "06", "0", "5"), ("Closed", "08", "2", "5"), ("Open", "", "1", "5"))
    first, last, reopened = (figure(log, id_) for id_ in ("first_resolution", "last_resolution", "reopen_rate"))
    assert first and last and reopened
    assert (first.n, first.n_open, first.value) == (1, 0, 86400)
    assert (last.n, last.n_open, reopened.n) == (2, 1, 3)
    assert reopened.value == pytest.approx(2 / 3)


@pytest.mark.parametrize("minutes", ["1e18", "inf", "NaN", "-5", "soon", "99999999"])
def test_minutes_that_no_ticket_lasts_tell_no_moment(tmp_path: Path, minutes: str) -> None:
    log = zendesk(tmp_path, ("Closed", "06", "0", minutes), ("Closed", "06", "0", "30"))
    (source,) = log.receipt.sources
    assert [note.params["n"] for note in source.decisions if note.slug == "decision.minutes_unread"] == [1]
    first = figure(log, "first_response")
    assert first and (first.n, first.value) == (1, 1800)


@pytest.mark.parametrize(("column", "good"), [("NPS", "9"), ("CES", "2")])
@pytest.mark.parametrize("bad", ["NaN", "inf", "1e308", "-1", "often"])
def test_an_answer_that_is_none_is_counted(tmp_path: Path, column: str, good: str, bad: str) -> None:
    log = written(tmp_path, f"case,activity,timestamp,{column}\n1,a,2026-01-05,{good}\n2,a,2026-01-05,{bad}")
    (source,) = log.receipt.sources
    assert [note.params["n"] for note in source.decisions if note.slug == "decision.scores_unread"] == [1]
    score = figure(log, column.lower())
    assert score and score.n == 1


def test_an_old_value_proves_what_no_row_says(tmp_path: Path) -> None:
    log = written(
        tmp_path,
        """Issue key,Changed at,Field,Old value,New value,Author
1,2026-01-05 09:00,Status,New,Open,Ana
1,2026-01-06 09:00,Status,Solved,Open,Ana
1,2026-01-07 09:00,Status,Open,Closed,Ana
2,2026-01-05 09:00,Status,New,Open,Ana
2,2026-01-06 09:00,Status,Open,Closed,Ana
3,2026-01-05 09:00,Status,New,Open,Ana
3,2026-01-06 09:00,Status,Closed,Open,Ana""",
    )
    assert steps(log)[0] == ("status_open", "reopened", "closed")
    first, reopened = figure(log, "first_resolution"), figure(log, "reopen_rate")
    assert first and reopened and (first.n, first.n_open) == (1, 0)
    assert reopened.n == 3
    assert reopened.value == pytest.approx(2 / 3)
    assert all(not source.ignored for source in log.receipt.sources)
