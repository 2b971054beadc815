"""The journey map as text that a diff can read: stage by stage, who does what, what comes next, what hurt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from journeyminer.render.escape import markdown as text
from journeyminer.render.map.telling import Journey

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.stages import StageRow
    from journeyminer.report.sections import Report


def journey_text(report: Report, language: Language) -> str:
    """Return the journey map as Markdown: a heading a stage, a line a fact; nothing where there is no map."""
    if not report.journey_map or not report.journey_map.boxes:
        return ""
    journey = Journey(report, language)
    return "\n\n".join("\n".join(_stage(journey, journey.rows[stage])) for stage in journey.stages)


def _stage(journey: Journey, row: StageRow) -> Iterator[str]:
    t, language = journey.t, journey.language
    name = language.word("stage", row.stage)
    yield f"### {text(name[:1].upper() + name[1:])} ({journey.traces(row.n_cases)})\n"
    for at, box in journey.boxes.items():
        if box.stage != row.stage:
            continue
        who = journey.who(box) or t("lane.customer")
        amount = (
            t("journey.amount", n=box.n, traces=journey.traces(box.n_cases)) if box.n else journey.traces(box.n_cases)
        )
        facts = [amount, *([t("journey.held", seconds=box.held_seconds)] if box.held_seconds else ()),
                 *([journey.ranks(box.places)] if box.places else ())]  # fmt: skip
        yield f"- **{text(who)}**: {text(' · '.join(facts))}"
        yield from (f"  - {text(journey.way_on(line))}" for line in journey.lines if line.source == at)
    for head, told in journey.below(row):
        yield f"- {text(t(f'journey.head.{head}'))}: {text('; '.join(words for _, words in told))}"
