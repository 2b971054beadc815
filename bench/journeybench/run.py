"""Run worlds: simulate, export, ask the product, score. One file of results a world, so that a run can be resumed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from journeybench import leavers
from journeybench.answers import Answer, ceiling
from journeybench.dialects import Book, export
from journeybench.families import plan
from journeybench.naive import naive
from journeybench.product import ProductFailedError, ask
from journeybench.score import Scores, score
from journeybench.truth import Truth, truth
from journeybench.world import simulate

ROOT = Path(__file__).parents[2]


class Result(TypedDict):
    """What is known of one world after its run."""

    family: str
    seed: int
    code: str
    """of simulator, scorer and product: results of other code are made anew"""
    failed: str
    """why the product said nothing, else empty"""
    scores: dict[str, dict[str, tuple[float, int]]]
    """naive, product, ceiling -> figure -> value and n"""
    places: list[tuple[str, float, float | None, float | None]]
    """the product's places: key, lost seconds, bounds"""
    unmatched: dict[str, int]
    """file as shown -> events that the product has and no record of the export tells of"""
    injected: list[str]
    """the teams at which places were injected"""
    desk: str


def make(family: str, seed: int) -> tuple[Book, Truth]:
    """A world's exports and its truth."""
    world = simulate(plan(family, seed))
    book = export(world)
    leavers.write(book)
    return book, truth(world)


def run_world(name: tuple[str, int], *, code: str, product: bool = True) -> Result:
    """Run one world."""
    family, seed = name
    book, right = make(family, seed)
    answers = {"naive": naive(book), "ceiling": ceiling(book, right)}
    failed = ""
    if product:
        with tempfile.TemporaryDirectory(prefix="journeybench-") as folder:
            try:
                answers["product"] = ask(book, Path(folder))
            except ProductFailedError as error:
                failed = str(error) or "it was killed"
    scores = {who: _plain(score(answer, book, right)) for who, answer in answers.items()}
    said = answers.get("product", Answer()).places or []
    return Result(
        family=family,
        seed=seed,
        code=code,
        failed=failed,
        scores=scores,
        places=[(str(lost.key), lost.seconds, lost.low, lost.high) for lost in said],
        unmatched=dict(answers.get("product", Answer()).unmatched),
        injected=sorted({place.receiver for place in book.world.plan.places}),
        desk=dict(book.world.plan.dialects)["desk"],
    )


def run(
    names: Iterable[tuple[str, int]], folder: Path, *, jobs: int = 2, product: bool = True
) -> Iterator[tuple[Result, bool]]:
    """Run the worlds that have no result of today's code yet; every result, and whether it was there already.

    Results come in the order of the names for those that were there, then as they are made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code, missing = fingerprint(), []
    for family, seed in names:
        path = folder / f"{family}-{seed}.json"
        known: Any = json.loads(path.read_text("utf-8")) if path.exists() else None
        if known and known["code"] == code and (not product or "product" in known["scores"] or known["failed"]):
            yield known, True
        else:
            missing.append((family, seed))
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(partial(run_world, code=code, product=product), missing):
            path = folder / f"{result['family']}-{result['seed']}.json"
            beside = path.with_suffix(".tmp")
            beside.write_text(json.dumps(result), encoding="utf-8")
            beside.replace(path)
            yield result, False


def fingerprint() -> str:
    """A digest of everything that a result depends on: the product's source and ours."""
    digest = hashlib.sha256()
    for place in ("src/journeyminer", "bench/journeybench"):
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in (".py", ".toml") and path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _plain(scores: Scores) -> dict[str, tuple[float, int]]:
    return {name: (figure.value, figure.n) for name, figure in scores.items()}
