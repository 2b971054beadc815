"""JourneyBench from the command line, with bench/ on the path: `python -m journeybench COMMAND`.

run      run worlds, score the naive rules, the product and the ceiling, print the table (`make truth`)
write    write one world's exports and its truth into a folder
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path

from journeybench.families import FAMILIES, RESERVED, worlds
from journeybench.hard import too_easy
from journeybench.leavers import renewals
from journeybench.run import ROOT, make, run
from journeybench.table import markdown


def main() -> int:
    """Exit status 1 where a world is too easy or the product wrote nothing."""
    parser = argparse.ArgumentParser(prog="journeybench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("run")
    asked.add_argument("--seeds", type=int, default=20, help="how many seeds of each family")
    asked.add_argument("--families", nargs="+", choices=FAMILIES, default=FAMILIES)
    asked.add_argument("--reserved", action="store_true", help="seeds that nobody tunes to: to report only")
    asked.add_argument("--no-product", action="store_true", help="only naive rules and ceiling: is every world hard?")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--results", type=Path, default=ROOT / ".truth")
    written = commands.add_parser("write")
    written.add_argument("family", choices=FAMILIES)
    written.add_argument("seed", type=int)
    written.add_argument("folder", type=Path)
    options = parser.parse_args()
    return _run(options) if options.command == "run" else _write(options)


def _run(options: argparse.Namespace) -> int:
    first = RESERVED.start if options.reserved else 1
    names = worlds(range(first, first + options.seeds), options.families)
    began, results, easy = time.monotonic(), [], []
    for result, known in run(names, options.results, jobs=options.jobs, product=not options.no_product):
        results.append(result)
        more = too_easy(result["scores"]["naive"])
        easy += [f"{result['family']} {result['seed']}: {more}"] * bool(more)
        if not known:
            print(f"{len(results)}/{len(names)} {result['family']} {result['seed']}", file=sys.stderr, flush=True)
    results.sort(key=lambda result: (FAMILIES.index(result["family"]), result["seed"]))
    print(markdown(results))
    print("Worlds that are too easy:", *(easy or ["none"]), sep="\n  ")
    print(f"{time.monotonic() - began:.0f} s for {len(results)} worlds", file=sys.stderr)
    return 1 if easy or any(result["failed"] for result in results) else 0


def _write(options: argparse.Namespace) -> int:
    book, right = make(options.family, options.seed)
    for name, content in {**book.files, "../journeyminer.toml": book.config.encode()}.items():
        path = options.folder / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    told = dataclasses.asdict(right)
    told["places"] = [[*pair, seconds] for pair, seconds in right.places.items()]
    told["one_offs"] = sorted(map(list, right.one_offs), key=str)
    told["waits"] = [dataclasses.asdict(wait) for wait in book.world.waits]
    told["records"] = [dataclasses.asdict(record) for record in book.records]
    told["renewals"] = [{**dataclasses.asdict(one), "exposed": sorted(one.exposed)} for one in renewals(book.world)]
    told |= {"planted": book.planted, "unclaimed": book.unclaimed, "personal": sorted(book.personal)}
    (options.folder / "truth.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(
        f"wrote {len(book.files)} files to {options.folder / 'exports'}, and truth.json and journeyminer.toml beside it"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
