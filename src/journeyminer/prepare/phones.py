"""Phones: a number as the world writes it (E.164), so that two spellings of one number are one customer's.

A number that names no country is taken for one of the country that most of the others name, where these are some;
without them it keeps its digits. Some countries write one mobile number in two ways (ITU-T E.164 leaves that to them):
Brazil's older ones lack the 9 before the number, Mexico's have a 1 behind the country's code, Argentina's a 9.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_FEWEST: Final = 3
"""so many numbers of a country tell that the others are its own"""
_SCHEME: Final = re.compile(r"^\s*(?:tel|phone|mobile|whatsapp|sip|callto)\s*:\s*", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"^\+?(\d{7,15})(?::\d+)?@")
"""a chat's account, `5511987654321@s.whatsapp.net`: its number always has the country's code"""


def canonical(values: Iterable[str]) -> dict[str, str]:
    """Return the numbers of those texts that are phone numbers, in E.164; what is none is left out."""
    texts = {value: _spelt(value) for value in values}
    abroad = {value: number for value, text in texts.items() if text[:1] == "+" and (number := _valid(text, None))}
    home = _home(abroad.values())
    found = {value: _written(number) for value, number in abroad.items()}
    for value, text in texts.items():
        number = None if value in found else _valid(text, home) or _valid(f"+{text}", None, surely=True)
        if number:
            found[value] = _written(number)
    return found


def _spelt(value: str) -> str:
    """The number without what stands around it; with a + where it has the country's code."""
    if account := _ACCOUNT.match(value.strip()):
        return f"+{account[1]}"
    text = re.sub(r"^00(?=[1-9])", "+", _SCHEME.sub("", value).replace("(0)", "").strip())
    return re.sub(r"^\+52\D*1(?=(?:\D*\d){10}$)", "+52", text)


def _valid(text: str, region: str | None, *, surely: bool = False) -> PhoneNumber | None:
    """The number of a text; `surely` only where its country has such numbers, as a country's code was not written."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    is_one = phonenumbers.is_valid_number if surely else phonenumbers.is_possible_number
    return number if is_one(number) else None


def _home(numbers: Iterable[PhoneNumber]) -> str | None:
    """The country that most of the numbers are of; None where there are none."""
    import phonenumbers

    counted = Counter(phonenumbers.region_code_for_number(number) for number in numbers)
    del counted[None]
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0] or ""))
    return ranked[0][0] if ranked and ranked[0][1] >= _FEWEST else None


def _written(number: PhoneNumber) -> str:
    country, national = number.country_code, str(number.national_number)
    if country == 55 and len(national) == 10 and national[2] not in "2345":
        national = f"{national[:2]}9{national[2:]}"
    elif country == 54 and len(national) == 11 and national[0] == "9":
        national = national[1:]
    zeros = "0" * (number.number_of_leading_zeros or 0) if number.italian_leading_zero else ""
    return f"+{country}{zeros}{national}"
