"""Folders: which files of them are exports. What journeyminer wrote there itself is not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from journeyminer.errors import UnreadableExport
from journeyminer.log.store import is_log
from journeyminer.note import Note

OUTPUTS = (
    "report.html", "report.md", "report.json", "journey.svg", "journey.md", "map.svg", "map.dot", "tables", "log",
)  # fmt: skip
"""what `discover -o` writes into its folder"""
PAGES = (".html", ".md", ".svg", ".dot", ".png")
"""further reports and maps, in whatever language, are no exports either"""
MARK = b'"journeyminer.report"'
"""what stands in every report.json of ours"""

Skipped = Callable[[str], None]
"""called with the name of what is left out because journeyminer wrote it"""


def find_files(paths: Iterable[Path], *, skipped: Skipped | None = None) -> list[tuple[Path, str]]:
    """All files under the paths with the name each is shown by, in the order of those names.

    Hidden files are left out, and so is what journeyminer wrote: logs and the outputs of `discover -o`. A name is
    relative to the folder given; where two would be the same, the folder's own name stands before it.
    """
    found: list[tuple[Path, Path, Path]] = []
    for path in paths:
        if path.is_dir():
            found += [(file, file.relative_to(path), path) for file in _walk(path, skipped or _unsaid)]
        elif path.exists():
            found.append((path, Path(path.name), path.parent))
        else:
            raise UnreadableExport(Note("read.no_file"), place=str(path))
    times = Counter(name for _, name, _ in found)
    files = [(file, as_text(name if times[name] == 1 else base.resolve().name / name)) for file, name, base in found]
    return sorted(set(files), key=lambda pair: pair[1])


def files_among(paths: Iterable[Path], output: Path) -> list[Path]:
    """The files to be read that writing an output would replace: the output itself, or what lies in it.

    A file of a log that is read is one of them.
    """
    if not output.exists():
        return []
    place = output.resolve()
    read = []
    for path in paths:
        if path.is_dir():
            logs = [each for each in (path, path / "log") if is_log(each)]
            inside = [file for log in logs for file in log.iterdir()]
            read += [*inside, *(file for file, _ in find_files([path]))]
        elif path.exists():
            read.append(path)
    return [
        file
        for file in read
        if file.exists() and (file.samefile(place) or (place.is_dir() and file.resolve().is_relative_to(place)))
    ]


def log_of(path: Path) -> Path | None:
    """The log that a path stands for: a log folder, or the log of a folder that holds what `discover -o` wrote and
    nothing that could be an export."""
    if is_log(path):
        return path
    if _is_output(path) and is_log(path / "log") and not _has_exports(path):
        return path / "log"
    return None


def _walk(root: Path, skipped: Skipped) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        shown = as_text(here.relative_to(root)) if here != root else str(root)
        if is_log(here):
            skipped(shown)
            folders.clear()
            continue
        ours: tuple[str, ...] = ()
        if _is_output(here):
            ours = OUTPUTS
            # whoever writes into the folder of the exports has both in it
            mixed = [name for name in OUTPUTS if name in (*folders, *names)] if _has_exports(here) else []
            skipped(", ".join(mixed) or shown)
        # a hidden folder of mail is one of Maildir++: `.Sent`
        folders[:] = [
            name
            for name in folders
            if (not name.startswith(".") or (here / name / "cur").is_dir()) and name not in ours
        ]
        for name in names:
            file = here / name
            if not name.startswith(".") and name not in ours and file.is_file():
                yield file


def _is_output(folder: Path) -> bool:
    """Whether `discover -o` wrote into the folder."""
    report = folder / "report.json"
    try:
        return (folder / "report.html").is_file() and report.is_file() and MARK in report.read_bytes()
    except OSError:
        return False


def _has_exports(output: Path) -> bool:
    """Whether anything stands beside the outputs that may be an export."""
    others = (file for file in output.iterdir() if file.name not in OUTPUTS and not file.name.startswith("."))
    return any(file.suffix.lower() not in PAGES for file in others)


def _unsaid(shown: str) -> None:
    """What is left out when nobody listens."""


def as_text(name: Path) -> str:
    """A name as text; bytes of it that are no UTF-8 become U+FFFD."""
    return os.fsencode(name.as_posix()).decode("utf-8", "replace")
