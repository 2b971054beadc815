"""Phones: every spelling of a number is one number, and no two numbers are."""

from __future__ import annotations

import pytest

from journeyminer.prepare.phones import canonical

SPELLINGS = {
    "+5511987654321": [
        "+55 11 98765-4321", "0055 11 98765 4321", "tel:+5511987654321", "whatsapp:+5511987654321", "5511987654321",
        "5511987654321@s.whatsapp.net", "5511987654321:7@s.whatsapp.net", "(11) 98765-4321", "+55 (11) 8765-4321",
        "+55 11 98765-4321 ext. 12",
    ],
    "+525512345678": ["+52 55 1234 5678", "+52 1 55 1234 5678"],
    "+541123456789": ["+54 11 2345-6789", "+54 9 11 2345-6789"],
    "+36201234567": ["+36 20 123 4567", "0036 20 123 4567", "+36 (0)20 123 4567"],
    "+351912345678": ["+351 912 345 678", "00351912345678"],
    "+34612345678": ["+34 612 34 56 78", "34612345678@c.us"],
}  # fmt: skip


def test_every_spelling_of_a_number_is_one() -> None:
    values = [*(f"+55 21 9{n:04}-0000" for n in range(9)), *(text for texts in SPELLINGS.values() for text in texts)]
    found = canonical(values)
    assert {text: found.get(text) for texts in SPELLINGS.values() for text in texts} == {
        text: number for number, texts in SPELLINGS.items() for text in texts
    }


@pytest.mark.parametrize(("others", "expected"), [("+36 20 765 4321", "+36301234567"), ("+34 612 00 00 00", None)])
def test_a_number_without_a_country_is_of_that_of_most_others(others: str, expected: str | None) -> None:
    known = [f"{others[:-1]}{n}" for n in range(5)]
    assert canonical(["06 30 123 4567", *known]).get("06 30 123 4567") == expected
    assert canonical(["06 30 123 4567", *known[:2]]).get("06 30 123 4567") is None  # two are too few


@pytest.mark.parametrize("text", ["", "x", "123", "ana@x.example", "+", "99999999999999999999"])
def test_what_is_no_number_is_left_out(text: str) -> None:
    assert canonical([text]) == {}


def test_two_numbers_stay_two() -> None:
    found = canonical(["+55 11 98765-4321", "+55 11 98765-4322", "+55 21 98765-4321", "+351 912 345 678"])
    assert len(set(found.values())) == 4
