"""Documents: whatever shape JSON comes in, and wherever a window ends, the records come out one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import journeyminer as jm
from journeyminer.errors import JourneyminerError, UnreadableExport
from journeyminer.importers.nested import documents
from journeyminer.importers.nested.documents import Piece, account_of, closed, first_objects, read_chunks, read_pieces
from journeyminer.importers.nested.profile import Profile, parse

PROFILE = parse(
    "toy",
    """
    namespace = "toy"
    [[record]]
    name = "ticket"
    lists = ["tickets", "data.list[].tickets"]
    has = ["id", "subject"]
    [[record]]
    name = "user"
    lists = ["users"]
    has = ["id", "role"]
    """,
)
A = {"id": 1, "subject": 'a "quote" and a \\ backslash, ] } { [ too', "tags": [1, [2], {"x": []}]}
B = {"id": 2, "subject": "b\\", "body": "line\none"}


def cut(text: str | bytes, size: int = 7, profile: Profile = PROFILE) -> list[Piece]:
    """The pieces of a text that comes in chunks of a few bytes."""
    data = text if isinstance(text, bytes) else text.encode()
    return list(read_pieces(iter([data[at : at + size] for at in range(0, len(data), size)]), profile))


def records(text: str | bytes, size: int = 7) -> list[tuple[object, str]]:
    """Every record with the list that it stands in."""
    return [(json.loads(line), piece.listed) for piece in cut(text, size) for line in piece.lines.splitlines()]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 50, 10_000])
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ([A, B], [(A, ""), (B, "")]),
        ({"tickets": [A, B], "next_page": None}, [(A, "tickets"), (B, "tickets")]),
        ({"count": 2, "tickets": [A], "users": [B]}, [(A, "tickets"), (B, "users")]),
        ({"data": {"list": [{"name": "x", "tickets": [A]}, 7, {"tickets": [B]}]}}, [
            (A, "data.list[].tickets"), (B, "data.list[].tickets"),
        ]),
        (A, [(A, "")]),
        ({"ticket": A}, [(A, "ticket")]),
        ({"ticket": A, "user": B}, [(A, "ticket"), (B, "user")]),
        ({**A, "tickets": [B]}, [({**A, "tickets": [B]}, "")]),
        ({"tickets": []}, []),
        ({"other": [A]}, [({"other": [A]}, "")]),
        ([A, 5, "x", None, [B], B], [(A, ""), (5, ""), ("x", ""), (None, ""), ([B], ""), (B, "")]),
        ([5, "x"], [(5, ""), ("x", "")]),
        ([], []),
        ("text", [("text", "")]),
    ],
)  # fmt: skip
def test_every_shape_gives_its_records(
    indent: int | None, size: int, shape: object, expected: list[tuple[object, str]]
) -> None:
    text = json.dumps(shape, indent=indent)
    assert records(text, size) == expected
    twice = [value for value, _ in records(f" {text}\n{text} ", size)]
    assert twice == [value for value, _ in expected] * 2


@pytest.mark.parametrize("size", [1, 40, 10_000])
def test_lines_are_records_and_a_broken_one_stays_a_line(size: int) -> None:
    lines = [json.dumps(A), '{"id": 3', "", "  ", json.dumps(B), '"text"']
    pieces = cut("\r\n".join(lines), max(size, 100))
    assert b"".join(piece.lines for piece in pieces).split(b"\n") == [
        json.dumps(A).encode() + b"\r", b'{"id": 3\r', json.dumps(B).encode() + b"\r", b'"text"', b"",
    ]  # fmt: skip


def test_wrapped_lines_are_unwrapped_and_a_broken_one_stays() -> None:
    lines = [json.dumps({"ticket": A}), '{"ticket": {"id"', json.dumps({"user": B})]
    assert [line for piece in cut("\n".join(lines), 1000) for line in piece.lines.splitlines()] == [
        json.dumps(A).encode(), b'{"ticket": {"id"', json.dumps(B).encode(),
    ]  # fmt: skip


def test_what_stands_beside_a_list_is_its_parent() -> None:
    chats = [{"name": "x", "tickets": [A, B], "after": 1}, {"name": "y", "tags": [1], "tickets": [B]}]
    pieces = cut(json.dumps({"data": {"list": chats}}), 9)
    parents = {id(piece.parent): piece.parent for piece in pieces if piece.lines}
    assert list(parents.values()) == [{"name": "x", "after": 1}, {"name": "y", "tags": [1]}]


def test_what_stands_far_behind_a_list_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "CHUNK", 200)
    near, far = [A], [A] * 9
    found = [piece.parent for listed in (near, far) for piece in cut(json.dumps({"tickets": listed, "after": 1}), 9)]
    assert ({"after": 1} in found, {} in found) == (True, True)


def test_half_a_surrogate_pair_is_replaced() -> None:
    text = rb'[{"id": 1, "subject": "\ud83d\ude00 \ud83d \ude00 \uDE00 \u00e9"}]'
    assert records(text, 1000) == [({"id": 1, "subject": "\U0001f600 \ufffd \ufffd \ufffd \u00e9"}, "")]


@pytest.mark.parametrize(
    ("text", "slug", "line"),
    [
        ('{"tickets": [\n{"id": 1, "user_id"', "read.cut_json", 2),
        ('{"tickets": [\n{"id": 1, "body": "cut', "read.cut_json", 2),
        ('{"tickets": [\n{"id": 1}\n{"id": 2}]}', "read.bad_json", 3),
        ('{"tickets": [\n{"id": 1},\n]}', "read.bad_json", 3),
        ('{"tickets": [\n5 {"id": 1}]}', "read.bad_json", 2),
        ('{"tickets": [\n],\n"count": 1', "read.cut_json", 3),
        ('{"tickets": [\n]', "read.cut_json", 2),
        ('{"tickets"\n1}', "read.bad_json", 2),
        ('{"count": 1\n"x": 2}', "read.bad_json", 2),
        ('{"count":\n}', "read.bad_json", 2),
        ("{1: 2}", "read.bad_json", 1),
        ("\n}", "read.bad_json", 2),
        ("[" * 100_000, "read.cut_json", 1),
    ],
)
@pytest.mark.parametrize("size", [3, 100_000])
def test_a_broken_document_is_an_error_with_its_line(text: str, slug: str, line: int, size: int) -> None:
    if len(text) > 1000 and size == 3:
        return
    with pytest.raises(UnreadableExport) as raised:
        cut(text, size)
    assert (raised.value.message.slug, raised.value.place) == (slug, f"line {line}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\[]{},: \n\té', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "subject", "tickets", "users", "data", "list"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=4), st.integers(1, 30), st.booleans())
def test_where_windows_end_does_not_matter(values: list[object], size: int, pretty: bool) -> None:
    text = " ".join(json.dumps(value, indent=1 if pretty else None) for value in values)
    assert records(text, size) == records(text, 1 << 20)


@given(JSON, st.integers(1, 200))
def test_a_head_is_closed_to_a_whole_document(value: object, end: int) -> None:
    text = json.dumps({"tickets": [value]}).encode()
    json.loads(closed(text[: max(end, 1)]))


def test_a_cut_head_keeps_the_members_that_it_holds() -> None:
    head = json.dumps({"tickets": [{**A, "status": "open", "n": 5, "rest": "x" * 50}]}).encode()[:-20]
    (found, listed), *_ = first_objects(head, PROFILE, is_whole=False)
    assert (found, listed) == ({**A, "status": "open", "n": 5}, "tickets")


def chunks_of(path: Path, **options: str) -> bytes:
    def read() -> Iterator[bytes]:
        yield from read_chunks(path, options.get("encoding"))

    return b"".join(read())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_read_in_utf8_whatever_they_are_in(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "CHUNK", 10)
    path = tmp_path / "a.json"
    path.write_bytes('{"subject": "ação útil é não são"}'.encode(encoding))
    assert chunks_of(path).decode() == '{"subject": "ação útil é não são"}'


def test_the_account_is_named_near_either_end(tmp_path: Path) -> None:
    import re

    path = tmp_path / "a.json"
    pattern = re.compile(rb"https://([a-z]+)\.example/")
    path.write_bytes(b"[" + b" " * 200_000 + b'"https://acme.example/x"]')
    assert account_of(path, pattern) == "acme"
    path.write_bytes(b"[]")
    assert account_of(path, pattern) == ""


GOLDEN = Path(__file__).parents[1] / "golden" / "importers"
NESTED = sorted(
    path
    for source in ("freshdesk", "intercom", "slack", "telegram", "zendesk")
    for path in (GOLDEN / source).rglob("*.json")
    if not {"expected", "options"} & set(path.name.split("."))
)


def parts_of(path: Path) -> Iterator[object]:
    """A file's document, and the first record of each of its lists alone; of several documents none."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError:
        return
    yield whole
    for listed in whole.values() if isinstance(whole, dict) else [whole]:
        if isinstance(listed, list) and listed and isinstance(listed[0], dict):
            yield listed[0]


def in_other_order(value: object, *, reverse: bool) -> object:
    """The same document with the members of all objects in the order of their names."""
    if isinstance(value, dict):
        return {key: in_other_order(value[key], reverse=reverse) for key in sorted(value, reverse=reverse)}
    return [in_other_order(each, reverse=reverse) for each in value] if isinstance(value, list) else value


def told(path: Path) -> object:
    try:
        log = jm.read(path)
    except JourneyminerError as error:
        return type(error).__name__
    return [(source.importer, source.events) for source in log.receipt.sources], log.n_cases


@pytest.mark.parametrize("path", NESTED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_order_of_members_means_nothing(path: Path, tmp_path: Path) -> None:
    for number, document in enumerate(parts_of(path)):
        found = []
        for reverse in (None, False, True):
            for indent in (None, 2):
                ordered = document if reverse is None else in_other_order(document, reverse=reverse)
                copy = tmp_path / f"{number}{reverse}{indent}" / path.name
                copy.parent.mkdir()
                copy.write_text(json.dumps(ordered, indent=indent), encoding="utf-8")
                found.append(told(copy))
        assert len({repr(each) for each in found}) == 1, found
