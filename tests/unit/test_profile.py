from __future__ import annotations

import pytest

from journeyminer.errors import ConfigError
from journeyminer.importers.tabular.headers import Headers, normalise
from journeyminer.importers.tabular.profile import parse, profiles
from journeyminer.vocabulary import ACTIVITIES, CHANNELS, STATUSES

GOOD = 'shape = "events"\n[columns]\ncase_id = ["Case ID", "case-id"]\n'


def test_a_profile_is_one_file_and_needs_no_registration() -> None:
    names = [profile.name for profile in profiles()]
    assert names == sorted(names)
    assert {"event_log", "field_history", "jira_csv", "servicenow_audit", "ticket_list", "zendesk_csv"} <= set(names)


def test_headers_are_kept_as_they_are_compared() -> None:
    assert parse("fake", GOOD).columns == {"case_id": ("case id",)}


def test_a_star_stands_for_the_words_of_all_languages() -> None:
    text = (
        GOOD + 'tier = ["Skill", "*"]\n[extras]\nx_level = "*tier"\n[[milestones]]\nactivity = "closed"\nheader = "*"\n'
    )
    found = parse("fake", text)
    assert found.columns["tier"][:3] == ("skill", "tier", "support level")
    assert {"nivel de suporte", "szint"} <= set(found.columns["tier"])
    assert found.extras["x_level"] == found.columns["tier"][1:]
    assert {"closed at", "fechado em", "lezarva"} <= set(found.milestones[0].header)


def test_every_mistake_of_a_profile_is_named_at_once() -> None:
    text = (
        'shape = "flat"\nnonsense = 1\n[columns]\nteam = ["Team"]\n[identities]\nface = ["Face"]\n[extras]\ny = ["Y"]\n'
    )
    with pytest.raises(ConfigError) as raised:
        parse("fake", text)
    for mistake in (
        "flat",
        "nonsense:",
        "columns.team:",
        "identities.face:",
        "x_",
        "columns.case_id: This key is needed",
    ):
        assert mistake in str(raised.value)
    with pytest.raises(ConfigError, match="not valid TOML"):
        parse("fake", "shape =")


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_profiles_speak_our_vocabulary(profile) -> None:  # type: ignore[no-untyped-def] # a Profile
    assert {milestone.activity for milestone in profile.milestones} <= set(ACTIVITIES)
    assert {milestone.status for milestone in profile.milestones if milestone.status} <= set(STATUSES)
    assert set(profile.values.get("status", {}).values()) <= set(STATUSES)
    assert set(profile.values.get("channel", {}).values()) <= set(CHANNELS)
    assert all(word == word.lower() and word.isascii() for words in profile.values.values() for word in words)


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_no_synonym_stands_twice_in_a_list(profile) -> None:  # type: ignore[no-untyped-def] # a Profile
    for synonyms in profile.columns.values():
        assert len(set(synonyms)) == len(synonyms)
        assert all(normalise(synonym) == synonym for synonym in synonyms)


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_every_address_is_also_known_with_a_hyphen(profile) -> None:  # type: ignore[no-untyped-def] # a Profile
    for synonym in profile.identities.get("email", ()):
        headers = Headers([synonym.replace("email", "E-mail").title()])
        assert headers.match({"email": profile.identities["email"]}) == {"email": 0}, synonym
    for listed in profile.identities.values():
        assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("name", ["event_log", "ticket_list"])
@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("E-mail do cliente", "email"),
        ("E-Mail Address", "email"),
        ("Correo electrónico del cliente", "email"),
        ("Ügyfél e-mail címe", "email"),
        ("Telefone do cliente", "phone"),
        ("N.º do cliente", "external_id"),
        ("Ügyfélszám", "external_id"),
        ("Bejelentő neve", "name"),
    ],
)
def test_customers_are_known_in_four_languages(name: str, header: str, kind: str) -> None:
    (profile,) = (profile for profile in profiles() if profile.name == name)
    assert kind in Headers([header]).match(profile.identities)
