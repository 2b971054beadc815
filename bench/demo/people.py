"""Who takes part: customers with a persona, agents with a shift, and the dice that decide. All names are invented.

Mail addresses stand under example.com and example.org; telephone numbers are those that Ofcom keeps free for
fiction (+44 7700 900000 to 900999).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from journeybench.dice import Dice


@dataclass(frozen=True, slots=True)
class Persona:
    """How a customer behaves while waiting. Hours; shares 0..1."""

    name: str
    reply_hours: tuple[float, float]
    silent: float
    """share of our questions that the customer never answers"""
    chases_after: float | None
    """hours of our silence after which the customer asks again in the same ticket"""
    wanders_after: float | None
    """hours of our silence after which the customer tries another channel, without a word in the first"""


PERSONAS: tuple[tuple[Persona, float], ...] = (
    (Persona("patient", (1, 60), 0.10, None, None), 0.45),
    (Persona("chaser", (0.2, 20), 0.02, 30, None), 0.25),
    (Persona("wanderer", (0.5, 40), 0.10, None, 60), 0.18),
    (Persona("ghost", (12, 150), 0.45, None, None), 0.12),
)
LANGUAGES: tuple[tuple[str, float], ...] = (("en", 0.34), ("es", 0.22), ("pt", 0.26), ("hu", 0.18))

NAMES: dict[str, tuple[str, str]] = {
    "en": (
        "Ada Bram Cleo Dov Edie Fitz Gwen Hale Isla Jude Kit Lorna Milo Nell Orla Piers Quill Rhea Saul Tess",
        "Ashgrove Birtwell Corrow Dunmere Elswick Farrant Garrowby Hexley Inchmore Jessop Kestle Larkham Mossop "
        "Netherby Oakes Pellow Quarrie Rusholm Stannard Thorley",
    ),
    "pt": (
        "Adélia Baltazar Conceição Dinis Eulália Firmino Graça Heitor Inês Jacinto Leonor Moisés Noémia Óscar Paulina",
        "Alvarim Bouçada Carrazedo Durães Esteveira Falcoeiro Gouvinhas Leirião Mesquitela Nabais Olivença Pedrógão "
        "Quintaneiro Rebordão Seixal",
    ),
    "es": (
        "Amparo Basilio Candela Eloy Fermín Gala Hilario Iria Jacinta Leandro Maite Nieves Onofre Pilar Remedios",
        "Alcedo Barrientos Cifuentes Doñate Escalona Fontán Garrigós Hontoria Illán Lerma Montañés Nogales Otero "
        "Peñalara Revilla",
    ),
    "hu": (
        "Ágnes Bendegúz Csenge Dezső Emőke Ferenc Gyöngyi Hunor Ildikó Jenő Katalin Lőrinc Margit Norbert Örs",
        "Almási Bakonyi Csermely Dombóvári Erdősi Fűzfői Gyarmathy Hegyaljai Juhász Kőszegi Lovasi Mezőfi Nádor "
        "Őrségi Pataki",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """A person with one e-mail address and one telephone number, whatever the channel."""

    number: int
    name: str
    language: str
    persona: Persona
    email: str
    phone: str


def plain(text: str) -> str:
    """The text in lower-case letters without accents."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def make_customers(seed: int, n: int) -> list[Customer]:
    """The customers of a world, numbered from 1. Namesakes exist; addresses and telephone numbers are unique.

    Raises:
        ValueError: there are not as many telephone numbers, or too few customers for a story.
    """
    if not 100 <= n <= 1000:
        raise ValueError(f"{n} customers: there must be 100 to 1000.")
    customers = []
    for number in range(1, n + 1):
        dice = Dice(seed, "customer", number)
        language = dice.weighted(LANGUAGES)
        first, last = (dice.pick(names.split()) for names in NAMES[language])
        host = dice.pick(("example.com", "example.org"))
        customers.append(
            Customer(
                number=number,
                name=f"{last} {first}" if language == "hu" else f"{first} {last}",
                language=language,
                persona=dice.weighted(PERSONAS),
                email=f"{plain(first)}.{plain(last)}{number}@{host}",
                phone=f"+44 7700 {900000 + number - 1}",
            )
        )
    return customers


@dataclass(eq=False, slots=True)
class Agent:
    """Somebody who works for us: on duty on these weekdays (0 is Monday) between these hours."""

    name: str
    team: str
    days: range
    hours: tuple[int, int]
    free_at: datetime = datetime.min

    def can_start(self, at: datetime) -> datetime:
        """The first moment from `at` when the agent is on duty and free."""
        at = max(at, self.free_at)
        begin, end = self.hours
        while True:
            midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
            if at.weekday() in self.days and at < midnight + timedelta(hours=end):
                return max(at, midnight + timedelta(hours=begin))
            at = midnight + timedelta(days=1)

    def after(self, at: datetime, delay: timedelta) -> datetime:
        """The moment when this much time on duty has gone by since the agent could have started."""
        begin = self.can_start(at)
        left = begin.replace(hour=self.hours[1], minute=0, second=0) - begin
        return begin + delay if delay < left else self.after(begin + left, delay - left)


@dataclass(frozen=True, slots=True)
class Team:
    """A team of ours: its people, and the minutes on duty until one of them turns to a new piece of work."""

    name: str
    agents: tuple[Agent, ...]
    delay: tuple[float, float]


WEEKDAYS, SIX_DAYS = range(5), range(6)
ROSTER: tuple[tuple[str, tuple[float, float], tuple[tuple[str, range, tuple[int, int]], ...]], ...] = (
    (
        "L1",
        (5, 240),
        (
            ("Maren Dollard", WEEKDAYS, (8, 16)),
            ("Tiago Valadim", WEEKDAYS, (8, 16)),
            ("Olive Penrith", WEEKDAYS, (12, 20)),
            ("Sandor Illyefalvi", SIX_DAYS, (10, 18)),
        ),
    ),
    (
        "Billing",
        (8, 200),
        (
            ("Corin Hathersage", WEEKDAYS, (9, 18)),
            ("Lucinda Arganil", WEEKDAYS, (9, 18)),
            ("Nerea Somoza", WEEKDAYS, (8, 17)),
        ),
    ),
    (
        "Technical",
        (15, 420),
        (
            ("Wim Ostrander", WEEKDAYS, (9, 18)),
            ("Petra Halmos", WEEKDAYS, (9, 18)),
            ("Duarte Sobreira", WEEKDAYS, (9, 18)),
            ("Agnes Tolliver", WEEKDAYS, (9, 18)),
        ),
    ),
    (
        "Chat",
        (1, 25),
        (
            ("Flávia Montenegro", SIX_DAYS, (8, 15)),
            ("Rui Candoso", SIX_DAYS, (14, 22)),
            ("Joana Belchior", WEEKDAYS, (10, 19)),
        ),
    ),
    ("WhatsApp", (2, 150), (("Aitana Rocafort", SIX_DAYS, (9, 15)), ("Bruno Zubieta", SIX_DAYS, (13, 20)))),
    ("Ügyfélszolgálat", (5, 150), (("Kinga Bársony", WEEKDAYS, (8, 17)), ("Vilmos Terebes", WEEKDAYS, (8, 17)))),
    ("Műszaki csoport", (20, 400), (("Zalán Kertész", WEEKDAYS, (8, 16)),)),
)


def make_teams(customers: int) -> dict[str, Team]:
    """The teams by name. The roster serves 400 customers; for more of them each line is staffed again."""
    times = -(-customers // 400)
    return {
        name: Team(
            name,
            tuple(
                Agent(agent if copy == 0 else f"{agent} {copy + 1}", name, days, hours)
                for copy in range(times)
                for agent, days, hours in people
            ),
            delay,
        )
        for name, delay, people in ROSTER
    }
