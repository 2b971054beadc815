"""Label rules: what a source's words mean. The rules are data (rules.toml, and `[[label]]` of journeyminer.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from journeyminer.config import WHEN, Config, Mistakes, Rule, parse_rules, read_toml
from journeyminer.errors import ConfigError
from journeyminer.prepare.steps import OF_STATUS, is_code, named, step_of
from journeyminer.text import words
from journeyminer.vocabulary import ACTIVITIES
from journeyminer.words import UNKNOWN, values

RULE_FILE = Path(__file__).with_name("rules.toml")
PROFILES = Path(__file__).parents[1] / "importers" / "profiles"
"""what the words of one source mean stands in its own profile"""


def fold(text: str) -> str:
    """Return the words of a text as rules compare them; a `*` stays, which stands for anything in a rule."""
    return words(text, keep="*")


def value_of(column: str, word: str) -> str | None:
    """The value of a closed set that a word of any of our languages means, as our rules have it; else None."""
    value = values()[column].get(words(word))
    return None if value == UNKNOWN else value


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the rules say of one combination of words.

    `give` holds column -> value for the columns of GIVE that a rule decided. `unmatched` holds (column, word): the
    word speaks of that column and no rule knows what it means, so the column stays null; a status becomes unknown, as
    the status before it has ended. `own` holds column -> number in `Rules.own`, where a rule of the user's decided.
    """

    give: Mapping[str, str]
    unmatched: tuple[tuple[str, str], ...]
    own: Mapping[str, int] = field(default_factory=dict)


class Rules:
    """All rules in their order: the user's (`own`), then ours. `meaning` answers for one combination of words."""

    def __init__(self, config: Config | None = None) -> None:
        config = config or Config()
        ours, phrases = _our_rules()
        self.own = (*config.labels, *_word_rules(config.words))
        self._rules = [
            *self.own,
            *_word_rules(values(), ("lifecycle",)),
            *ours,
            *_word_rules(values(), ("own", "activity")),
        ]
        before = sorted(phrases["before"], key=len, reverse=True)
        self._before = tuple(f"{phrase} " for phrase in before)
        self._objects = frozenset(phrases["objects"])
        self._unfinished = frozenset(phrases["unfinished"])
        self._exact: dict[str, dict[str, set[int]]] = {column: {} for column in WHEN}
        self._globs: dict[str, list[tuple[re.Pattern[str], int]]] = {column: [] for column in WHEN}
        for number, rule in enumerate(self._rules):
            for column, texts in rule.when.items():
                for word in map(fold, texts):
                    if "*" in word:
                        self._globs[column].append((re.compile(".*".join(map(re.escape, word.split("*")))), number))
                    else:
                        self._exact[column].setdefault(word, set()).add(number)
        self._hits: dict[tuple[str, str], frozenset[int]] = {}

    def meaning(self, said: Mapping[str, str | None], sources: Iterable[str] = ()) -> Meaning:
        """What the words of one event mean.

        Where a column says something, its own words decide it: a rule of ours that looks at the activity alone
        only fills what is silent, and it gives a status only where the activity came to its end.

        Args:
            said: column of WHEN -> the source's text; missing and None: the event says nothing there.
            sources: the importer's and the profile's name.
        """
        hits = {column: self._matching(column, text) for column, text in said.items() if text is not None}
        hits["source"] = frozenset().union(*(self._matching("source", source) for source in sources))
        give: dict[str, str] = {}
        own: dict[str, int] = {}
        for number in sorted(frozenset().union(*hits.values())):
            rule = self._rules[number]
            if any(number not in hits.get(column, ()) for column in rule.when):
                continue
            for column, value in rule.give.items():
                if column not in give and self._may_give(number, rule, column, said):
                    give[column] = value
                    own |= {column: number} if number < len(self.own) else {}
        give |= self._step(said, give, is_own="activity" in own)
        unmatched = tuple(
            (column, word)
            for column in ("status", "role", "channel")
            if (word := _unmatched(column, said, give, hits, self._rules)) is not None
        )
        if said.get("status") == UNKNOWN or any(column == "status" for column, _ in unmatched):
            give["status"] = UNKNOWN
        given = {column: value for column, value in give.items() if value != UNKNOWN or column == "status"}
        if "activity" not in give and (name := said.get("activity")):
            unmatched = (*unmatched, ("activity", name))
        return Meaning(given, unmatched, own)

    def _step(self, said: Mapping[str, str | None], give: Mapping[str, str], *, is_own: bool) -> dict[str, str]:
        """The step of ours that an activity's name stands for, and what that says where the event is silent.

        Where a rule of the user's names the step (`is_own`), it says the same.
        """
        name = said.get("activity")
        if is_own and (own := named(give["activity"])):
            return {**{column: value for column, value in own.meaning.items() if said.get(column) is None}, **give}
        if name is None or "activity" in give:
            return {}
        if name in ACTIVITIES and not ((ours := named(name)) and ours.agrees(give)):
            return {"activity": name}  # an importer's or our own export's, whatever stands beside it
        word = fold(name)
        status = values()["status"].get(word) or values()["status"].get(self._stripped(word))
        known = dict(give)
        if known.get("status") == status and said.get("status") is None and word not in values()["status"]:
            known.pop("status", None)  # `Case open` may be more than `open`
        if step := step_of(name, known):
            told = {column: value for column, value in step.meaning.items() if said.get(column) is None}
            if self._is_unfinished(said):
                told.pop("status", None)
            return {"activity": step.slug, **told, **known}
        step_of_status = OF_STATUS.get(status or "")
        agrees = status == give.get("status", status) and not is_code(name)
        return {"activity": step_of_status} if step_of_status and agrees else {}

    def _is_unfinished(self, said: Mapping[str, str | None]) -> bool:
        """Whether an activity has not come to its end, so that its name gives no status yet."""
        return fold(said.get("lifecycle") or "") in self._unfinished

    def _may_give(self, number: int, rule: Rule, column: str, said: Mapping[str, str | None]) -> bool:
        if number < len(self.own) or "source" in rule.when:
            return True
        if column == "status" and "activity" in rule.when and self._is_unfinished(said):
            return False
        silent = said.get(column) is None
        by_machine = column == "role" and rule.give[column] in ("bot", "system")  # in whosever name it is sent
        return silent or by_machine or column in rule.when or "lifecycle" in rule.when

    def _matching(self, column: str, text: str) -> frozenset[int]:
        """The rules one of whose words for the column the text is."""
        key = (column, text)
        if key not in self._hits:
            folded = fold(text).replace("*", " ")
            forms = {folded, self._stripped(folded)} if column == "activity" else {folded}
            exact = self._exact[column]
            found = {number for form in forms for number in exact.get(form, ())}
            found |= {number for glob, number in self._globs[column] if any(map(glob.fullmatch, forms))}
            self._hits[key] = frozenset(found)
        return self._hits[key]

    def _stripped(self, folded: str) -> str:
        """An activity without the thing it happens to: `resolve ticket`, `ticket: resolve` -> `resolve`."""
        for phrase in self._before:
            if folded.startswith(phrase):
                folded = folded[len(phrase) :]
                break
        return " ".join(word for word in folded.split() if word not in self._objects) or folded


def _unmatched(
    column: str,
    said: Mapping[str, str | None],
    give: Mapping[str, str],
    hits: Mapping[str, frozenset[int]],
    rules: list[Rule],
) -> str | None:
    """The word that speaks of the column and means nothing to the rules."""
    if give.get(column) == UNKNOWN:
        for place in (column, "lifecycle", "activity"):
            if any(rules[number].give.get(column) == UNKNOWN for number in hits.get(place, ())):
                return said[place]
    word = said.get(column)
    return word if column not in give and word != UNKNOWN else None  # an importer may know that nothing is known


def _word_rules(
    words: Mapping[str, Mapping[str, str]], places: tuple[str, ...] = ("lifecycle", "own", "activity")
) -> list[Rule]:
    """The rules of word tables (column -> word -> value), in the columns where their words count."""
    rules = []
    for place in places:
        for column, mapped in words.items():
            if place != "own" and column != "status":
                continue
            by_value: dict[str, list[str]] = {}
            for word, value in mapped.items():
                by_value.setdefault(value, []).append(word)
            where = column if place == "own" else place
            rules += [Rule({where: tuple(texts)}, {column: value}) for value, texts in by_value.items()]
    return rules


@cache
def source_profiles() -> dict[str, dict[str, Any]]:
    """Return the profiles of all sources by name, as they are written."""
    return {file.stem: read_toml(file) for file in sorted(PROFILES.glob("*.toml"))}


@cache
def _our_rules() -> tuple[tuple[Rule, ...], dict[str, list[str]]]:
    """rules.toml: the label rules and the folded lists of phrases."""
    data = read_toml(RULE_FILE)
    mistakes = Mistakes()
    own = [
        {"when": {**label["when"], "source": source}, "give": label["give"]}
        for source, profile in source_profiles().items()
        for label in profile.get("label", ())
    ]
    labels = parse_rules([*own, *data["label"]], mistakes, activities=ACTIVITIES)
    mistakes.stop(ConfigError, RULE_FILE.name)
    phrases = {key: [fold(text) for text in texts] for key, texts in (data["strip"] | data["lifecycle"]).items()}
    return labels, phrases
