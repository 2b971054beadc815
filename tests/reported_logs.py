"""The reported chats and what a test may expect of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import journeyminer as jm
from journeyminer.log import EventLog
from journeyminer.mining.kpis import Kpi, kpis
from journeyminer.mining.lens import Lens
from journeyminer.options import ReadOptions

CHATS = Path(__file__).parent / "reported" / "chats"


def read(name: str, **options: Any) -> EventLog:
    (folder,) = CHATS.glob(f"{name}-*")
    return jm.read(folder / "input", options=ReadOptions(strict=True, **options))


def facts(log: EventLog) -> dict[str, object]:
    """What a test may expect of a log, by name."""
    sources = log.receipt.sources
    figures = {figure.id: figure for figure in kpis.rows(Lens(log))}
    events = log.rows("SELECT activity, role, resource FROM events ORDER BY timestamp, seq")
    first = figures["first_response"]
    return {
        "records": sum(source.records for source in sources),
        "used": sum(source.used for source in sources),
        "ignored": sum(source.ignored for source in sources),
        "rejected": sum(source.rejected for source in sources),
        "cases": log.n_cases,
        "customers": log.one("SELECT count(DISTINCT customer_key) FROM cases")[0],
        **{id_: figure.value for id_, figure in figures.items()},
        "first_resolution": (figures["first_resolution"].value, *_counts(figures["first_resolution"])),
        "first": (first.value, *_counts(first)),
        "steps": [activity for activity, _, _ in events],
        "roles": [role for _, role, _ in events],
        "agents": sorted({resource for _, role, resource in events if role == "agent"}),
        "as_of": str(log.as_of)[:10],
    }


def _counts(figure: Kpi) -> tuple[int, int]:
    return figure.n, figure.n_open


def mail(path: Path, *mails: dict[str, str]) -> Path:
    """An mbox of mails given by their fields; what is not said is that of a customer's first mail."""
    usual = {"From": "Vera <vera@a.example>", "To": "help@us.example", "Date": "Mon, 3 Mar 2025 09:00:00 +0000"}
    texts = []
    for n, told in enumerate(mails):
        head = usual | {"Subject": f"s{n}", "Message-ID": f"<{n}@x>"} | told
        texts.append(
            "From x@y Mon Mar  3 09:00:00 2025\n" + "".join(f"{k}: {v}\n" for k, v in head.items()) + "\nx\n\n"
        )
    path.write_text("".join(texts))
    return path
