from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from journeyminer.encoding import Encoding, as_utf8, decode_head, decoded, from_file
from journeyminer.errors import UnreadableExport, UsageError
from journeyminer.note import Note

PORTUGUESE = "chamado;situação;descrição\n1;em atendimento;as opções não são boas\n"
HUNGARIAN = "jegy;állapot;felelős\n1;megoldva;Szűcs Győző\n2;lezárt;Nagy Ödön\n"


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (PORTUGUESE, "utf-8", "utf-8"),
        (PORTUGUESE, "utf-8-sig", "utf-8-sig"),
        (PORTUGUESE, "cp1252", "cp1252"),
        (PORTUGUESE, "latin-1", "cp1252"),
        (HUNGARIAN, "cp1250", "cp1250"),
        (HUNGARIAN, "iso-8859-2", "cp1250"),
        (HUNGARIAN, "utf-16", "utf-16"),
        (HUNGARIAN, "utf-16-le", "utf-16-le"),
        ("id,name\n1,plain\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_told_and_the_text_comes_back(tmp_path: Path, text: str, encoding: str, name: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    assert from_file(path).name == name
    assert decode_head(path.read_bytes(), None) == text
    assert "".join(decoded(path, from_file(path))) == text


def test_a_character_cut_at_the_end_of_the_head_does_not_matter() -> None:
    head = "situação".encode()
    for cut in range(len(head)):
        assert "situação".startswith(decode_head(head[:cut], None))


def test_letters_far_behind_the_head_decide(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"1;plain\n" * 200_000 + HUNGARIAN.encode("cp1250"))
    assert from_file(path).name == "cp1250"


def test_a_letter_behind_a_very_long_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"x" * 900_000 + b"\n" + PORTUGUESE.encode("cp1252"))
    assert from_file(path).name == "cp1252"


def test_gzip_is_looked_at_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(PORTUGUESE.encode("cp1252")))
    assert from_file(path).name == "cp1252"


def test_a_few_bad_bytes_in_utf8_are_damage_and_not_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(PORTUGUESE.encode() + "2;é\n".encode("latin-1"))
    encoding = from_file(path)
    assert encoding == Encoding("utf-8", Note("proof.damaged_utf8"), damaged=True)
    assert "".join(decoded(path, encoding)).endswith("2;\ufffd\n")


def test_a_bad_byte_behind_a_byte_order_mark_is_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(PORTUGUESE.encode("utf-8-sig") + b"2;x\xff;y\n")
    found = from_file(path)
    assert (found.name, found.damaged) == ("utf-8", True)
    assert "".join(decoded(path, found)).startswith("chamado")


def test_a_byte_that_does_not_fit_the_given_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(UnreadableExport, match=r"Byte 0xe9 at offset 3"):
        list(decoded(path, from_file(path, "utf-8")))
    with pytest.raises(UsageError, match="no encoding “cp9999”"):
        from_file(path, "cp9999")


def test_plain_utf8_is_read_in_place(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(PORTUGUESE, encoding="utf-8")
    assert as_utf8(path, from_file(path), tmp_path) == path
    path.write_text(PORTUGUESE, encoding="cp1252")
    assert as_utf8(path, from_file(path), tmp_path).read_text(encoding="utf-8") == PORTUGUESE
