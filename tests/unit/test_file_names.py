"""A file named after a customer is called otherwise; every other file keeps its name."""

from __future__ import annotations

import pytest

from journeyminer.importers.reading.file_names import public_name


@pytest.mark.parametrize(
    ("shown", "kind", "ending"),
    [
        ("WhatsApp Chat with Ana Souza.txt", "whatsapp", ".txt"),
        ("WhatsApp Chat - Ana Souza.zip", "whatsapp", ".zip"),
        ("Conversa do WhatsApp com Ana Souza (2).txt", "whatsapp", ".txt"),
        ("Chat de WhatsApp con +34 600 000 000.txt", "whatsapp", ".txt"),
        ("ana@home.example.mbox.gz", "mailbox", ".mbox.gz"),
        ("RE_ my contract.eml", "mail", ".eml"),
        ("20260105-Ana Souza-1.emlx", "mail", ".emlx"),
    ],
)
def test_a_name_that_says_who_is_opaque(shown: str, kind: str, ending: str) -> None:
    public = public_name(shown)
    assert public.startswith(f"{kind}-") and public.endswith(ending)
    assert len(public) == len(f"{kind}-01234567{ending}")
    assert public_name(f"week 1/{shown}/photo.jpg") == f"week 1/{public}/photo.jpg"


@pytest.mark.parametrize(
    "shown",
    ["tickets.csv", "all exports.zip/in/log.xes", "Support.mbox", "00012.eml", "1.M1P1.host:2,S", "message.eml"],
)
def test_any_other_name_stays(shown: str) -> None:
    assert public_name(shown) == shown
