"""Contrasts: key figures in which channels or teams differ."""

from __future__ import annotations

from journeyminer.log import EventLog
from journeyminer.mining.contrasts import Contrast, contrasts
from journeyminer.mining.lens import Lens
from journeyminer.report.build import build
from tiny import log, with_customers


def asked(case: str, channel: str, minutes: int, *, group: str = "L1") -> str:
    return (
        f"{case}: customer_message@09:00/as=customer/via={channel}/in={group} "
        f"agent_reply@{9 + minutes // 60:02}:{minutes % 60:02}/as=agent/vis=public/in={group}"
    )


def desk(n: int, *, slow: int = 120) -> EventLog:
    """As many cases by chat, answered after 5 to 7 minutes, as by e-mail, answered after `slow` to `slow` + 2."""
    lines = [asked(f"C{i}", "chat", 5 + i % 3) for i in range(n)]
    return log("\n".join([*lines, *(asked(f"M{i}", "email", slow + i % 3) for i in range(n))]))


def told(rows: tuple[Contrast, ...]) -> list[tuple[str, str, str, float | None, int]]:
    return [(row.id, row.by, row.part, row.value, row.n) for row in rows]


def test_what_differs_is_shown_for_every_channel() -> None:
    assert told(contrasts.rows(Lens(desk(21)))) == [
        ("first_response", "channel", "chat", 6 * 60, 21), ("first_response", "channel", "email", 121 * 60, 21),
    ]  # fmt: skip


def test_what_does_not_differ_is_not() -> None:
    assert told(contrasts.rows(Lens(desk(21, slow=5)))) == []


def test_few_cases_set_nobody_apart() -> None:
    assert told(contrasts.rows(Lens(desk(19)))) == []


def test_teams_are_those_that_any_event_names() -> None:
    lines = [asked(f"C{i}", "chat", 5, group="L1" if i < 20 else "L2") for i in range(40)]
    late = [line.replace("@09:05", "@15:00") if i >= 20 else line for i, line in enumerate(lines)]
    rows = contrasts.rows(Lens(log("\n".join(late))))
    assert {(row.by, row.part, row.value) for row in rows if row.id == "first_response"} == {
        ("group", "L1", 300), ("group", "L2", 6 * 3600)
    }  # fmt: skip


def test_a_customer_counts_in_each_channel() -> None:
    cases = desk(40)
    keys = {f"{kind}{i}": 1 + i for kind in "CM" for i in range(40)}
    rows = contrasts.rows(Lens(with_customers(cases, **keys), "customer"))
    assert not [
        row for row in rows if row.id == "first_response"
    ]  # all of them used both, and were first answered once


def test_the_first_page_says_that_the_figure_of_all_is_true_for_nobody() -> None:
    found = {finding.slug: finding.params for finding in build(desk(21)).findings or ()}
    assert found["first_response_differs"] == {
        "quickest": "chat", "fast": 6 * 60, "slowest": "email", "slow": 121 * 60
    }  # fmt: skip


def test_a_bound_that_is_not_reached_lies_beyond_every_other() -> None:
    """By mail half of them still wait: their upper bound is not known, and that they wait longer is."""
    waiting = [f"W{i}: customer_message@09:00/as=customer/via=email/to=open" for i in range(100)]
    chats = [asked(f"C{i}", "chat", 5 + i % 3) for i in range(30)]
    mails = [asked(f"M{i}", "email", 300 + i % 3) for i in range(105)]
    rows = contrasts.rows(Lens(log("\n".join([*chats, *mails, *waiting]))))
    found = {row.part: (row.n, row.high is None) for row in rows if row.id == "first_response"}
    assert found == {"email": (105, True), "chat": (30, False)}
