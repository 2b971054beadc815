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


def test_the_strongest_identifier_decides() -> None:
    prepared = identify_customers(
        log({
            "1": [("email", "ana@x.test"), ("external_id", "7"), ("name", "Ana")],
            "2": [("email", "ana@x.test"), ("phone", "+351912345678")],
            "3": [("phone", "+351912345678"), ("external_id", "7")],
            "4": [("external_id", "7")],
            "5": [("name", "Ana")],
        })
    )  # fmt: skip
    keys = customers(prepared)
    assert keys["1"] == keys["2"]
    assert keys["3"] == keys["4"] != keys["1"]
    assert keys["5"] is None
    assert count_customers(prepared) == Customers(2, {"email": 2, "external_id": 2})


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
