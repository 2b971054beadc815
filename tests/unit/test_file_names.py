"""A file named after a customer is called otherwise; every other file keeps its name."""

from __future__ import annotations

import pytest

from journeyminer.importers.reading.file_names import numbered, public_name
from journeyminer.log.pseudonyms import Pseudonyms


@pytest.mark.parametrize(
    ("shown", "public"),
    [
        ("WhatsApp Chat with Ana Souza.txt", "file 1.txt"),
        ("Conversa do WhatsApp com Ana Souza (2).txt", "file 1.txt"),
        ("ana@home.example.csv.gz", "file 1.csv.gz"),
        ("+351 912 345 678.csv", "file 1.csv"),
        ("123.456.789-09.csv", "file 1.csv"),
        ("WhatsApp Chat - Ana Souza.zip/_chat.txt", "folder 1.zip/_chat.txt"),
        ("week 1/ana@home.example/tickets.csv", "week 1/folder 1/tickets.csv"),
        ("slack/mpdm-ana--bo--cy-1/2026-03-03.json", "slack/chat 1/2026-03-03.json"),
    ],
)
def test_a_name_that_says_who_is_a_number(shown: str, public: str) -> None:
    assert public_name(shown, Pseudonyms()) == public


@pytest.mark.parametrize(
    "shown",
    [
        "tickets.csv", "all exports.zip/in/log.xes", "00012.csv", "2026-03-03.json", "20260303.csv", "2026_03.csv",
        "2026-03-03 10.15.00.csv", "tickets-1234567.csv",
    ],
)  # fmt: skip
def test_any_other_name_stays(shown: str) -> None:
    assert public_name(shown, Pseudonyms()) == shown


def test_of_a_file_that_nobody_reads_only_what_it_is_is_shown() -> None:
    names = Pseudonyms()
    assert numbered("letters/Letter from Ana Souza.pdf", names) == "file 1.pdf"
    assert numbered("Ana.Souza", names) == "file 2"
    assert numbered("letters/Letter from Ana Souza.pdf", names) == "file 1.pdf"
