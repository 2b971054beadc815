"""What the contract suite makes of golden inputs: their texts, and copies in which every text field is hostile."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from journeyminer.clock import read_moment
from journeyminer.encoding import decode_head
from journeyminer.importers.tabular.dialect import read_dialect

HOSTILE = '<img src=x onerror="alert(1)">\x1b[31m=cmd|\' /C calc\'!A0,";`${7*7}`\u202eгe\u0301&amp;]]>'
"""markup, a terminal escape, a formula, a separator and quotes, a template, a turn of direction"""
_KINDS = ("type", "part_type", "subtype", "event_type", "field_name")
"""keys of what a record is; it stays, and so do numbers and moments, so that there are still events"""
_SAID = ("body", "text", "subject", "body_text", "description", "remark", "feedback", "summary")
"""keys and headers of what people wrote"""


def files_of(path: Path) -> list[Path]:
    """Return the files of a golden input."""
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def bodies(path: Path) -> set[str]:
    """Return what people wrote to each other in a golden input, where its format tells."""
    found: set[str] = set()
    for file in files_of(path):
        text = _text(file)
        if _is_json(file):
            found |= {said for document in _documents(text) for said in _said(document)}
        elif file.suffix in (".mbox", ".eml") or "cur" in file.parts:
            found |= {line for part in text.split("\n\n")[1:] for line in part.splitlines() if ":" not in line}
        elif file.parent.name == "whatsapp":
            found |= {line.rpartition(": ")[2] for line in text.splitlines() if ": " in line}
    return {said.strip() for said in found if len(said.strip()) > 11}


def hostile(path: Path, folder: Path) -> Path:
    """Return a copy of a golden input with hostile text in every text field; binary files stay as they are."""
    copy = folder / path.name
    for file in files_of(path):
        target = copy / file.relative_to(path) if path.is_dir() else copy
        target.parent.mkdir(parents=True, exist_ok=True)
        change = _changer(file)
        if change:
            target.write_text(change(_text(file)), encoding="utf-8")
        else:
            shutil.copy(file, target)
    return copy


def _changer(file: Path) -> Callable[[str], str] | None:
    if _is_json(file):
        return lambda text: "\n".join(json.dumps(_worse(document)) for document in _documents(text))
    if file.suffix in (".csv", ".tsv"):
        return _worse_table
    if file.suffix == ".xes":
        return lambda text: re.sub(
            r'(<string key="(?!lifecycle)[^"]*" value=")([^"]*)"', lambda m: f'{m[1]}{m[2]}{_xml()}"', text
        )
    if file.suffix in (".parquet", ".xlsx", ".xls"):
        return None
    return lambda text: re.sub(r"(?m)(\S)$", lambda m: m[1] + HOSTILE.replace("\n", " "), text)


def _worse(value: object) -> object:
    if isinstance(value, dict):
        return {key: inner if key in _KINDS else _worse(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_worse(inner) for inner in value]
    return value if not isinstance(value, str) or _is_told(value) else value + HOSTILE


def _is_told(text: str) -> bool:
    return not text.strip() or not re.search(r"[^\d\s.,:/+-]", text) or read_moment(text.strip(), "dmy") is not None


def _worse_table(text: str) -> str:
    dialect = read_dialect(text, complete=True)
    assert dialect is not None
    rows = list(csv.reader(io.StringIO(text.removeprefix("sep=;\r\n")), delimiter=dialect.separator))
    header = rows.index(list(dialect.headers))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=dialect.separator, lineterminator="\n")
    writer.writerows(rows[: header + 1])
    writer.writerows([cell if _is_told(cell) else cell + HOSTILE for cell in row] for row in rows[header + 1 :])
    return out.getvalue()


def _xml() -> str:
    return HOSTILE.replace("\x1b", "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _is_json(file: Path) -> bool:
    return file.suffix in (".json", ".ndjson")


def _text(file: Path) -> str:
    return "" if file.suffix == ".parquet" else decode_head(file.read_bytes(), None)


def _documents(text: str) -> Iterator[object]:
    """Yield the values of a text one after another; what is none is passed over with its line."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
            yield value
        except ValueError:
            at = (text.find("\n", at) + 1) or len(text)
        at = len(text) - len(text[at:].lstrip())


def _said(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, key)
    elif isinstance(value, str) and key in _SAID:
        yield value
