"""Automatic answers: the greetings and the notices of absence that WhatsApp Business sends are no answers of people.

The export marks none of them. What gives them away is that they come at once after the customer broke a silence, and
that all customers get the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from journeyminer.importers.whatsapp.lines import Entry
from journeyminer.text import fold

_SECONDS: Final = 10
"""so fast answers nobody; where an export says minutes only, an answer in the same minute may be as fast"""
_SILENCE: Final = 3600
"""seconds without a word of ours, after which an answer opens a talk"""
_LENGTH: Final = 20
"""shorter texts are said by everybody, and quickly"""
_FEWEST: Final = 3
_SHARE: Final = 0.75
"""so often, and in so large a share of all times, the same text comes at once"""
_WORD: Final = re.compile(r"\w+")

_SAYS_SO: Final = re.compile(
    r"\b(?:automatic|automated|auto) ?(?:reply|response|message)|\b(?:mensagem|resposta) automatica|"
    r"\b(?:mensaje automatico|respuesta automatica)|\bautomatikus (?:uzenet|valasz)"
)
_THANKS: Final = re.compile(
    r"\bthank(?:s| you) for (?:contacting|your message|reaching|writing|getting in touch)|"
    r"\bagradecemos (?:o |a )?(?:seu|sua) (?:contato|contacto|mensagem)|"
    r"\bobrigad[oa] (?:por|pel[oa]) (?:entrar em conta|nos conta|(?:seu |teu )?contac?to|(?:sua |tua )?mensagem)|"
    r"\brecebemos (?:a )?(?:sua|tua) mensagem|"
    r"\bgracias por (?:comunicar|contactar|escribir|(?:tu|su) mensaje|ponerte en contacto)|"
    r"\bhemos recibido (?:tu|su) mensaje|"
    r"\bkoszonjuk (?:hogy (?:felvett|megkeres|irt)|(?:az? )?(?:megkeres|uzenet|erdeklod))|\buzenetet megkaptuk"
)
_GOES_ON: Final = re.compile(
    r"\bas soon as|\bhow (?:can|may) we help|\blet us know|\b(?:un|not )available|\bget back to you|"
    r"\b(?:business|office|working) hours|\bwe (?:ll|will) (?:reply|respond|answer)|"
    r"\bassim que possivel|\b(?:como|em que) podemos|\bnao estamos|\bhorario de (?:atendimento|atencion)|\bem breve|"
    r"\b(?:responderemos|retornaremos|atenderemos)|"
    r"\blo antes posible|\ben que podemos|\bno (?:podemos|estamos)|\ben breve|"
    r"\bhamarosan|\bleheto leghamarabb|\bmiben segit|\bnem vagyunk|\bnyitva ?tartas|\bmunkaido|\bvalaszol(?:unk|ni fog)"
)
"""what the app proposes as greeting and as notice of absence: thanks, and what comes next"""


class Said(NamedTuple):
    """A message as it is compared with those of other chats."""

    place: int
    """where the entry stands in its chat"""
    text: str
    """its words, plain, without the names of the others in the chat"""
    at_once: bool
    """whether it opened one side of a talk, and at once"""


def said_in(entries: Sequence[Entry], authors: Collection[str] | None = None) -> Iterator[Said]:
    """Yield the messages of a chat that are long enough to be told from others; of these authors only, if given."""
    last: dict[str, Entry] = {}
    previous: Entry | None = None
    at_once = False
    names = {author: set(fold(author).split()) for author in {entry.author for entry in entries} if author}
    others = {each: set().union(*(names[author] for author in names if author != each)) for each in names}
    for place, entry in enumerate(entries):
        if entry.author is None or entry.kind in ("notice", "empty"):
            continue
        is_fast = previous is not None and _is_fast(previous, entry)
        if previous is not None and previous.author == entry.author:  # a greeting may be of several messages
            at_once = is_fast and at_once
        else:
            at_once = is_fast and not _is_soon(last.get(entry.author), entry)
        last[entry.author] = previous = entry
        if entry.kind == "message" and len(entry.text) >= _LENGTH and (authors is None or entry.author in authors):
            words = _WORD.findall(fold(entry.text))
            text = " ".join(word for word in words if word not in others[entry.author])
            if len(text) >= _LENGTH:
                yield Said(place, text, at_once)


class Texts:
    """How often the chats of a reading say a text, and how often at once."""

    def __init__(self) -> None:
        self._said: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()

    def add(self, said: Iterable[Said]) -> None:
        """Count the messages of a chat."""
        for one in said:
            self._said[one.text] += 1
            self._at_once[one.text] += one.at_once

    def is_automatic(self, one: Said) -> bool:
        """Whether no person wrote a message: it is always said at once, or says at once what the app proposes."""
        n = self._at_once[one.text]
        return (n >= _FEWEST and n >= _SHARE * self._said[one.text]) or (one.at_once and _is_proposed(one.text))


def automatic(entries: Sequence[Entry], us: Collection[str], texts: Texts) -> frozenset[int]:
    """Return the places of what a program wrote for us."""
    return frozenset(one.place for one in said_in(entries, us) if texts.is_automatic(one))


def _is_proposed(text: str) -> bool:
    return bool(_SAYS_SO.search(text) or (_THANKS.search(text) and _GOES_ON.search(text)))


def _is_fast(before: Entry, entry: Entry) -> bool:
    if before.date != entry.date or before.form != entry.form:
        return False
    has_seconds = bool(entry.form[-1])
    return 0 <= _second(entry) - _second(before) <= _SECONDS if has_seconds else before.time == entry.time


def _is_soon(before: Entry | None, entry: Entry) -> bool:
    return before is not None and before.date == entry.date and _second(entry) - _second(before) < _SILENCE


def _second(entry: Entry) -> int:
    hour, minute, second = entry.time
    return hour * 3600 + minute * 60 + second
