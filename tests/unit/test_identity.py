"""Customers: the same identifier is the same customer, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from journeyminer.config import Config
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Identity, Record
from journeyminer.note import Note
from journeyminer.prepare.identity import Customers, count_customers, identify_customers


def log(*files: dict[str, list[tuple[str, str]]]) -> EventLog:
    """A log of files (namespaces a, b ...), each case -> its identifiers."""
    builder = LogBuilder(Engine())
    for namespace, cases in zip("abc", files, strict=False):
        records = [
            Record(
                case,
                events=[Event(case, "x", datetime(2026, 1, 5, tzinfo=UTC))],
                identities=[Identity(case, kind, value) for kind, value in identifiers],  # type: ignore[arg-type]
            )
            for case, identifiers in cases.items()
        ]
        builder.loader(SourceReceipt(namespace, "tiny", Note("match.given"), namespace=namespace)).records(records)
    return builder.build()


def same(left: tuple[str, str], right: tuple[str, str], config: Config | None = None) -> bool | None:
    """Whether two cases with one identifier each are one customer; None where one of them has none."""
    keys = customers(identify_customers(log({"1": [left], "2": [right]}), config=config))
    return None if None in keys.values() else len(set(keys.values())) == 1


def customers(log: EventLog) -> dict[str, int | None]:
    return dict(log.rows("SELECT native_id, customer_key FROM cases ORDER BY ALL"))


@pytest.mark.parametrize(
    ("kind", "left", "right", "expected"),
    [
        ("email", "Ana@Example.TEST", "ana@example.test", True),
        ("email", "ana+shop@example.test", " ana@example.test ", True),
        ("email", "Ana A. <ana@example.test>", "mailto:ana@example.test", True),
        ("email", "ａｎａ@example.test", "ana@example.test", True),
        ("email", "ana.b@example.test", "anab@example.test", False),
        ("email", "no address", "no address", None),
        ("email", "info@example.test", "info@example.test", None),
        ("email", "No-Reply+7@example.test", "no-reply@example.test", None),
        ("email", "ugyfelszolgalat@example.test", "atendimento@example.test", None),
        ("email", "x77@reply.example.test", "x77@reply.example.test", None),
        ("phone", "+351 912 345-678", "+351912345678", True),
        ("phone", "+351912345678@s.whatsapp.net", "+351912345678", True),
        ("phone", "912345678", "+351912345678", False),
        ("phone", "anonymous", "anonymous", None),
        ("phone", "123", "123", None),
        ("external_id", "C-1", "C-1", True),
        ("external_id", "C-1", "c-1", False),
        ("handle", "@Ana", "ana", True),
    ],
)
def test_what_is_the_same_identifier(kind: str, left: str, right: str, expected: bool | None) -> None:
    assert same((kind, left), (kind, right)) is expected


def test_a_name_identifies_nobody() -> None:
    assert same(("name", "Ana A."), ("name", "Ana A.")) is None


def test_kinds_are_not_mixed() -> None:
    assert same(("external_id", "ana@example.test"), ("email", "ana@example.test")) is False


def test_what_stands_together_is_one_person() -> None:
    prepared = identify_customers(
        log({
            "1": [("email", "ana@x.test"), ("external_id", "7"), ("name", "Ana")],
            "2": [("email", "ana@x.test"), ("phone", "+351912345678")],
            "3": [("phone", "+351912345678")],
            "4": [("external_id", "7")],
            "5": [("name", "Ana")],
            "6": [("email", "rui@x.test")],
        })
    )  # fmt: skip
    keys = customers(prepared)
    assert keys["1"] == keys["2"] == keys["3"] == keys["4"] != keys["6"]
    assert keys["5"] is None
    assert count_customers(prepared) == Customers(2, {"email": 3, "external_id": 1, "phone": 1})


PHONE = ("phone", "+351912345678")


def known(*cases: list[tuple[str, str]]) -> list[int | None]:
    """The customer of each case, numbered in the order in which they come."""
    keys = [*customers(identify_customers(log({f"{n:02}": each for n, each in enumerate(cases)}))).values()]
    order = [key for key in dict.fromkeys(keys) if key is not None]
    return [None if key is None else order.index(key) for key in keys]


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        # a phone that two people share says nothing of a call without more
        ([[("email", "ana.sá@x.test"), PHONE], [("email", "rui.sá@x.test"), PHONE], [PHONE]], [0, 1, None]),
        # two addresses of one person, by the initial or by the name
        ([[("email", "ana.lima@x.test"), PHONE], [("email", "alima@y.test"), PHONE], [PHONE]], [0, 0, 0]),
        ([[("email", "ana.lima@x.test"), PHONE], [("email", "lima.ana77@y.test"), PHONE]], [0, 0]),
        (
            [
                [("email", "ana@x.test"), ("name", "Ana Lima"), PHONE],
                [("email", "z9@y.test"), ("name", "LIMA, Ana"), PHONE],
            ],
            [0, 0],
        ),
        # a name tells apart those who share a phone, and belongs to nobody without it
        (
            [
                [("email", "ana.lima@x.test"), PHONE],
                [("email", "rui.lima@x.test"), PHONE],
                [PHONE, ("name", "Rui Lima")],
                [PHONE, ("name", "Eva Lima")],
                [("name", "Rui Lima")],
            ],
            [0, 1, 1, 2, None],
        ),
        # two customers of one system behind one phone are two
        ([[("external_id", "1"), PHONE], [("external_id", "2"), PHONE], [PHONE]], [0, 1, None]),
        # a case with two addresses does not say which goes with what
        ([[("email", "a@x.test"), ("email", "b@x.test"), PHONE], [("email", "b@x.test")], [PHONE]], [0, 1, 2]),
        # at a desk's address there is whoever has the name
        (
            [
                [("email", "info@x.test"), ("name", "Ana Lima")],
                [("email", "info@x.test"), ("name", "Rui Sá")],
                [("email", "info@x.test")],
                [("email", "info@x.test"), ("name", "Ana Lima")],
            ],
            [0, 1, None, 0],
        ),
        ([[("email", "info@x.test"), ("name", "Ana Lima")], [("email", "info@x.test")]], [0, 0]),
        # an account with four people's addresses is a firm's, with three addresses of one person it is one's
        (
            [[("external_id", "7"), ("email", f"{name}@x.test")] for name in ("ana", "rui", "eva", "gil")]
            + [[("external_id", "7")]],
            [0, 1, 2, 3, None],
        ),
        (
            [[("external_id", "7"), ("email", f"{name}@x.test")] for name in ("ana", "boss", "sunny")]
            + [[("external_id", "7")]],
            [0, 0, 0, 0],
        ),
        # many references of one address are its orders, where nothing says that they are people
        ([[("email", "ana@x.test"), ("external_id", str(n))] for n in range(6)], [0] * 6),
        # names without a word in common are several people's
        (
            [[("email", "store@x.test"), ("name", name)] for name in ("Ana Lima", "Rui Sá", "Eva Nagy")]
            + [[("email", "store@x.test")]],
            [0, 1, 2, None],
        ),
        ([[("email", "ana@x.test"), ("name", name)] for name in ("Ana Lima", "Ana Sá", "Lima, Ana")], [0, 0, 0]),
    ],
)  # fmt: skip
def test_who_is_one_person(cases: list[list[tuple[str, str]]], expected: list[int | None]) -> None:
    assert known(*cases) == expected


def test_a_number_of_everybody_joins_nobody() -> None:
    """A constant that an export puts into every row, and a default phone."""
    people = [
        [("email", f"p{chr(97 + n % 26)}{chr(97 + n // 26)}@x.test"), ("external_id", "0"), PHONE] for n in range(60)
    ]
    cases = [*people, [("external_id", "0")], [PHONE]]
    assert known(*cases) == [*range(60), None, None]
    (note,) = identify_customers(log({str(n): each for n, each in enumerate(cases)})).receipt.notes
    assert (note.slug, note.params["n"]) == ("identifiers_shared", 2)


def test_the_order_of_cases_changes_nothing() -> None:
    cases = [
        [("email", "ana.lima@x.test"), PHONE],
        [("email", "alima@y.test"), PHONE, ("external_id", "7")],
        [("external_id", "7"), ("name", "Ana Lima")],
        [("email", "rui@x.test"), ("phone", "+351911111111")],
        [("phone", "+351911111111"), ("name", "Eva")],
    ]
    forth, back = (
        identify_customers(log({str(n): cases[n] for n in order})) for order in ([*range(5)], [*range(5)][::-1])
    )
    assert customers(forth) == customers(back)


def test_an_external_id_counts_inside_its_namespace_an_address_everywhere() -> None:
    keys = identify_customers(
        log(
            {"1": [("external_id", "7")], "2": [("email", "a@x.test")]},
            {"3": [("external_id", "7")], "4": [("email", "a@x.test")]},
        )
    )
    found = customers(keys)
    assert found["1"] != found["3"]
    assert found["2"] == found["4"]


def test_our_own_addresses_are_no_customer() -> None:
    config = Config({"us": ("me@shop.test", "acme.test", "Acme Support")})
    for address in ("me@shop.test", "ana@acme.test", "ana@mail.acme.test"):
        assert same(("email", address), ("email", address), config) is None
    assert same(("email", "you@shop.test"), ("email", "you@shop.test"), config) is True
    assert same(("email", "ana@notacme.test"), ("email", "ana@notacme.test"), config) is True


def test_keys_are_the_same_in_every_run() -> None:
    keys = [customers(identify_customers(log({"1": [("email", "ana@x.test")]}))) for _ in range(2)]
    assert keys[0] == keys[1]


def test_without_identifiers_nothing_changes() -> None:
    plain = log({"1": []})
    assert identify_customers(plain) is plain
    assert count_customers(plain) is None


def test_twice_is_once() -> None:
    once = identify_customers(log({"1": [("email", "ana@x.test")]}))
    assert identify_customers(once) is once
