"""The lines of a WhatsApp text export: who wrote what kind of entry when.

The app's own words are known in English, Portuguese, Spanish and Hungarian.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from journeyminer.clock import DateOrder, Order, prove_date_order
from journeyminer.note import Note
from journeyminer.text import fold

_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_GAP = "[ \u00a0\u202f]"
_HALF = rf"[AaPp]\.?{_GAP}?[Mm]\b\.?|d[eu]\."
_LINE = re.compile(
    rf"[{_MARKS}]*(?P<bracket>\[)?"
    rf"(?P<date>(?P<first>\d{{1,4}})(?P<separator>[./-]){_GAP}?(?P<second>\d{{1,2}})(?P=separator){_GAP}?"
    rf"(?P<third>\d{{1,4}})\.?)"
    rf"(?P<comma>,?){_GAP}(?:(?P<before>{_HALF}){_GAP})?"
    rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<seconds>\d\d))?(?:{_GAP}?(?P<after>{_HALF}))?"
    rf"(?(bracket)\]{_GAP}|(?:{_GAP}[-–]|:){_GAP})(?P<rest>.*)"
)

_PICTURE = (
    "media|image|photo|video|video note|audio|voice message|sticker|document|gif|contact card|"
    "midia|arquivo de midia|imagem|foto|figurinha|documento|cartao do contato|mensagem de voz|ficheiro|"
    "multimedia|archivo|imagen|tarjeta de contacto|mensaje de voz|"
    "mediafajl|kep|hang|hanguzenet|dokumentum|matrica|nevjegykartya"
)
_LEFT_OUT = "omitted|omitid[oa]|ocult[oa]|ocultad[oa]|nao revelado|elhagyva|kihagyva"
_CALL = (
    "(?:voice|video|group|group voice|group video) call|"
    "(?:(?:video ?)?(?:chamada|llamada)|ligacao)(?: grupal| em grupo)?(?: de voz| de video)?(?: em grupo)?|"
    "(?:csoportos )?(?:hang|video)?hivas"
)
_KINDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("media", rf"<?(?:{_PICTURE}) (?:{_LEFT_OUT})\.?>?|<hianyzo mediafajl>|null"),
        ("media", r"<(?:attached|anexado|adjunto|csatolva): .*>"),
        ("media", r"\S.* \((?:file attached|arquivo anexado|ficheiro anexado|archivo adjunto|fajl csatolva)\)"),
        ("poll", r"(?:poll|enquete|sondagem|encuesta|szavazas):?.*"),
        ("place", r"(?:live )?(?:location|localizacao|ubicacion|hely|helyzet|tartozkodasi hely)\b.*"),
        (
            "deleted message",
            r"(?:this message was deleted|you deleted this message|this message was deleted by admin .*|"
            r"esta mensagem foi (?:apagada|eliminada)|mensagem apagada|voce apagou esta mensagem|"
            r"(?:eliminou|apagou) esta mensagem|se elimino este mensaje|este mensaje fue eliminado|"
            r"eliminaste este mensaje|ez az uzenet torlesre kerult|torolted ezt az uzenetet)\.?",
        ),
        (
            "missed call",
            rf"(?:missed (?:{_CALL})|(?:{_CALL}) (?:nao atendida|perdida)|llamada perdida(?: de voz| de video)?|"
            rf"nem fogadott (?:{_CALL}))(?:[.,:]? .*)?",
        ),
    )
)
"""what the app writes in place of a text -> the kind of the entry; compared with the plain first line"""
_MARKED = ("poll", "place")
"""kinds that the app marks: without a mark, somebody wrote these words"""
_ANY_CALL = re.compile(rf"(?:{_CALL})(?:[.,] .*)?\.?")
_ENCRYPTION = re.compile(
    r"end-to-end encrypt|criptografia de ponta a ponta|encriptad\w+ ponto a ponto|cifrad\w+ de extremo a extremo|"
    r"vegpontok kozotti titkosit|automatikusan titkosit"
)
_NOTICE = re.compile(
    r"security code|created (?:this )?group|\badded\b|\bleft\b|\bremoved\b|\bjoined\b|"
    r"changed (?:the|this|their|to|your)|disappearing messages|business account|\bblocked\b|\badmin\b|"
    r"pinned a message|is a contact|"
    r"codigo de seguranca|criou (?:este|o) grupo|adicionou|foi adicionad|\bsaiu\b|removeu|entrou (?:usando|no)|"
    r"mudou|alterou|mensagens temporarias|conta comercial|bloqueou|administrador|fixou|esta na sua lista|"
    r"codigo de seguridad|creo (?:este|el) grupo|anadio|agrego|salio del|elimino a|se unio|cambio|mensajes temporales|"
    r"cuenta de empresa|bloqueaste|fijo un mensaje|es un contacto|"
    r"biztonsagi kod|letrehozta|hozzaadt|kilepett|eltavolitott|csatlakozott|megvaltoztatta|modositotta|"
    r"eltuno uzenetek|uzleti fiok|letiltott|rendszergazda|kituzott"
)
Form = tuple[object, ...]
"""how the lines of an export begin: brackets, the date's separator and the place of its year, half days, seconds"""


class Line(NamedTuple):
    """The first line of an entry with the lines that continue it."""

    number: int
    form: Form
    date: str
    time: tuple[int, int, int]
    rest: str


class Entry(NamedTuple):
    """One entry of a chat.

    `kind` is message, media, poll, place, deleted message, call, missed call, notice or empty.
    """

    number: int
    form: Form
    date: str
    time: tuple[int, int, int]
    kind: str
    author: str | None
    text: str


def read_lines(text: str) -> tuple[list[Line], int]:
    """The entries of an export, and how many lines begin like entries of another form and were taken for text.

    Nearly all lines have one form of date. Another one is that of a second export where its lines stand before or after
    all of them; among them it is a pasted chat.
    """
    lines = text.split("\n")  # not splitlines: U+2028 stands inside messages
    found = [_LINE.match(line) for line in lines]
    places: dict[Form, list[int]] = {}
    for place, match in enumerate(found):
        if match:
            places.setdefault(_form(match), []).append(place)
    forms = _apart(places)
    made: list[Line] = []
    for number, (line, match) in enumerate(zip(lines, found, strict=True), 1):
        if match and (form := _form(match)) in forms:
            made.append(Line(number, form, match["date"], _time(match), match["rest"].rstrip("\r")))
        elif made:
            made[-1] = made[-1]._replace(rest=f"{made[-1].rest}\n{line.rstrip(chr(13))}")
    return made, sum(len(those) for form, those in places.items() if form not in forms)


def _apart(places: dict[Form, list[int]]) -> set[Form]:
    """The most frequent form, and those of several lines that stand before or after all lines of the others."""
    taken: dict[Form, list[int]] = {}
    for form, those in sorted(places.items(), key=lambda item: (-len(item[1]), item[1])):
        is_apart = all(those[-1] < others[0] or others[-1] < those[0] for others in taken.values())
        if not taken or (is_apart and len(those) > 1):
            taken[form] = those
    return set(taken)


def _form(match: re.Match[str]) -> Form:
    year = (len(match["first"]) > 2, len(match["third"]))
    half = bool(match["before"] or match["after"])
    return bool(match["bracket"]), match["separator"], year, match["comma"], half, bool(match["seconds"])


def _time(match: re.Match[str]) -> tuple[int, int, int]:
    hour = int(match["hour"])
    half = fold(match["before"] or match["after"] or "")
    if half:
        # some Spanish phones count the half days from 0, so 00:08 a. m. and 12:08 a. m. are the same
        hour = hour % 12 if hour <= 12 else hour
        hour += 12 if half in ("du.",) or (half.startswith("p") and hour < 12) else 0
    return hour, int(match["minute"]), int(match["seconds"] or 0)


class _Said(NamedTuple):
    """What stands after the time. `words` is the first line of the text, plain and cut: notices are short."""

    author: str | None
    text: str
    words: str

    @property
    def marked(self) -> bool:
        """Whether the app and not a person wrote the text: iOS puts a direction mark before it."""
        return self.text.startswith("\u200e")

    @property
    def says_encrypted(self) -> bool:
        """Whether it is the notice that every chat begins with, which older phones write without a mark."""
        return bool(_ENCRYPTION.search(self.words))


def read_entries(lines: Iterable[Line]) -> list[Entry]:
    """Who wrote what kind of entry. A line without an author is a notice or a call.

    The app writes notices in the name of the group or of whoever acts, on some phones after a direction mark. Without
    it, who only ever says what notices say is the app; so is a name that stands once and holds the words of one.
    """
    lines = list(lines)
    said = [_said(line.rest) for line in lines]
    counts = Counter(one.author for one in said)
    said = [
        one._replace(author=None)
        if one.author and counts[one.author] == 1 and _NOTICE.search(fold(one.author))
        else one
        for one in said
    ]
    talks = {one.author for one in said if not one.marked and not one.says_encrypted and not _NOTICE.search(one.words)}

    def is_app(one: _Said) -> bool:
        if one.author is None or one.marked or one.says_encrypted:
            return True
        acts = one.words.lstrip().startswith(f"{fold(one.author)} ") or one.author not in talks
        return acts and bool(_NOTICE.search(one.words))

    return [
        Entry(line.number, line.form, line.date, line.time, _kind(one, by_app=is_app(one)), one.author, one.text)
        for line, one in zip(lines, said, strict=True)
    ]


def _said(rest: str) -> _Said:
    first = rest.partition("\n")[0][:300]
    head, colon, text = first.partition(":")
    # `Name: text`; an address (https://...) is no name
    if not colon or not head.strip() or text[:1] not in ("", " ", "."):
        return _Said(None, rest, fold(first))
    return _Said(clean_name(head), rest[len(head) + 1 :].strip(" \n"), fold(text))


def _kind(said: _Said, *, by_app: bool) -> str:
    for kind, pattern in _KINDS:
        may_be = said.author or kind == "missed call" if kind not in _MARKED else said.marked
        if may_be and pattern.fullmatch(said.words.lstrip()):
            return kind
    if by_app and _ANY_CALL.fullmatch(said.words.lstrip()):
        return "call"
    if by_app:  # what is none of the things that people send
        return "notice"
    return "message" if said.text.strip(".") else "empty"


def clean_name(name: str) -> str:
    """A name without direction marks and without the tilde before a name that the phone's owner did not give."""
    return " ".join(re.sub(f"[{_MARKS}]", "", name).removeprefix("~").split())


def orders_of(entries: Iterable[Line | Entry]) -> dict[Form, DateOrder | None]:
    """The order of day and month of each form, with its proof over all of its lines; None where nothing proves it."""
    dates: dict[Form, list[str]] = {}
    for entry in entries:
        dates.setdefault(entry.form, []).append(entry.date)
    return {form: _order_of(those) for form, those in dates.items()}


def _order_of(dates: list[str]) -> DateOrder | None:
    proved = prove_date_order(dates)
    if proved:
        return proved
    parts = [[int(part) for part in re.findall(r"\d+", date)] for date in dates]
    if all(first == second for first, second, _ in parts):
        return DateOrder("dmy", Note("proof.same_number"))
    return None


def moment_of(entry: Entry, order: Order) -> datetime | None:
    """The wall-clock time of an entry; None where there is no such day or time."""
    first, second, third = (int(part) for part in re.findall(r"\d+", entry.date))
    year, month, day = {"ymd": (first, second, third), "dmy": (third, second, first), "mdy": (third, first, second)}[
        order
    ]
    try:
        return datetime(year if year > 99 else 2000 + year, month, day, *entry.time)
    except ValueError:
        return None
