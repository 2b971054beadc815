"""`journeyminer demo`: a realistic folder of exports to try."""

from __future__ import annotations

from pathlib import Path

import click

from journeyminer.errors import Unwritable


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--seed", default=7, show_default=True, help="Another seed is another support team.")
def command(folder: Path, seed: int) -> int:
    """Write ten weeks of one invented support team's exports, in several formats and languages."""
    from journeyminer.cli.output import say
    from journeyminer.demo import write_demo

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unwritable("The folder is not empty.", place=str(folder), hint="Give a new one.")
    files = write_demo(folder, seed=seed)
    say(f"wrote {len(files)} files of exports to {folder}")
    say(f"Now try: journeyminer discover {folder} -o out")
    return 0
