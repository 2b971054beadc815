"""What customers need, and how each kind of contact runs its course."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta

from demo.contacts import (
    AUTO_CLOSE,
    AUTOMATION,
    BOT,
    BULK_MOVE,
    CAMPAIGN_DAY,
    END,
    LEAD,
    START,
    TRIAGE_DAYS,
    TRIAGE_HOUR,
    Contact,
    Job,
    Process,
    Spawn,
    Work,
)
from demo.people import Customer, Team
from journeybench.dice import Dice

Teams = Mapping[str, Team]
Part = Generator[Work | Spawn | datetime, Job, Job]

CHANNELS: dict[str, tuple[tuple[str, float], ...]] = {
    "en": (("zendesk", 0.85), ("mailbox", 0.15)),
    "es": (("zendesk", 0.75), ("whatsapp", 0.07), ("mailbox", 0.18)),
    "pt": (("zendesk", 0.30), ("chat", 0.70)),
    "hu": (("zendesk", 0.40), ("desk", 0.60)),
}
"""language -> where its customers turn to"""
TOPICS: dict[str, tuple[tuple[str, float], ...]] = {
    "zendesk": (("question", 0.34), ("invoice", 0.18), ("dispute", 0.26), ("outage", 0.22)),
    "mailbox": (("invoice", 1.0),),
    "whatsapp": (("question", 0.6), ("outage", 0.4)),
    "chat": (("question", 0.7), ("invoice", 0.3)),
    "desk": (("question", 0.5), ("outage", 0.5)),
}
HOUR_OF_RECONTACT = 9


def first_contacts(people: list[Customer], seed: int) -> Iterator[Contact]:
    """The contacts that customers begin by themselves: one to three each, and the campaign's."""
    for customer in people:
        dice = Dice(seed, "demand", customer.number)
        for _ in range(1 + dice.chance(0.28) + dice.chance(0.12)):
            system = dice.weighted(CHANNELS[customer.language])
            yield Contact(customer, system, dice.weighted(TOPICS[system]), _moment(dice))
        if customer.number % 12 == 0:
            opened = CAMPAIGN_DAY + timedelta(seconds=int(dice.between(13 * 3600, 16.5 * 3600)))
            yield Contact(customer, "zendesk", "campaign", opened, in_bulk_move=True)


def _moment(dice: Dice) -> datetime:
    """A moment of the ten weeks; few customers write at weekends, and none in the night."""
    while True:
        day = START + timedelta(days=int(dice.between(0, (END - START).days)))
        if day.weekday() < 5 or dice.chance(0.3):
            hour = 7.0 + 7 * (dice.between(0, 1) + dice.between(0, 1))
            return day + timedelta(seconds=int(hour * 3600))


def process(contact: Contact, teams: Teams, dice: Dice) -> Process:
    """The course of a contact, by where it began."""
    run = {"zendesk": _ticket, "mailbox": _mail, "whatsapp": _whatsapp, "chat": _chat, "desk": _desk}[contact.system]
    return run(contact, teams, dice)


# ---- tickets -------------------------------------------------------------------------------------------------------


def _ticket(contact: Contact, teams: Teams, dice: Dice) -> Process:
    customer = contact.customer
    contact.add(contact.opened, "opened", customer, text=contact.topic, status="new", team="L1")
    if contact.in_bulk_move:
        contact.add(BULK_MOVE, "moved", LEAD, text="bulk_move", team="Billing")
        yield BULK_MOVE
        job = yield from _served(contact, teams["Billing"], dice, minutes=(4, 15))
    else:
        job = yield from _served(contact, teams["L1"], dice, minutes=(6, 40))
        job = yield from _resolved(contact, teams, dice, job)
    if job.end >= END:
        return
    contact.add(job.end, "solved", job.agent, text="answer", status="solved")
    yield from _afterwards(contact, teams, dice, job)


def _resolved(contact: Contact, teams: Teams, dice: Dice, job: Job) -> Part:
    """What it takes until an answer can be given; returns the last piece of work."""
    if contact.topic == "question":
        if dice.chance(0.45):
            job = yield from _ask_customer(contact, teams["L1"], dice, job)
        return job
    if contact.topic == "outage":
        job = yield from _hand_over(contact, teams["Technical"], dice, job)
        if dice.chance(0.4):
            job = yield from _vendor(contact, teams["Technical"], dice, job)
        return job
    job = yield from _hand_over(contact, teams["Billing"], dice, job)
    if contact.topic == "invoice" and dice.chance(0.3):
        return (yield from _ask_customer(contact, teams["Billing"], dice, job))
    if contact.topic == "dispute":
        job = yield from _hand_over(contact, teams["Technical"], dice, job, wait_for_triage=True)
        if dice.chance(0.2):
            job = yield from _vendor(contact, teams["Technical"], dice, job)
        while dice.chance(0.38):  # Technical finds it is about money after all, Billing that it is not
            job = yield from _hand_over(contact, teams["Billing"], dice, job)
            if dice.chance(0.3):
                break
            job = yield from _hand_over(contact, teams["Technical"], dice, job, wait_for_triage=True)
    return job


def _served(
    contact: Contact, team: Team, dice: Dice, *, minutes: tuple[float, float], ready: datetime = datetime.min
) -> Part:
    """Wait in the team's queue and be worked on; an impatient customer chases or wanders meanwhile."""
    since = max((step.at for step in contact.steps), default=contact.opened)
    owner = contact.owner if contact.owner in team.agents else None
    job = yield Work(team, dice.skewed(*minutes), owner, ready)
    if job.agent is not contact.owner:
        contact.add(job.start, "assigned", job.agent, status="open", team=team.name, agent=job.agent)
        contact.owner = job.agent
    persona = contact.customer.persona
    if persona.chases_after and job.start - since > timedelta(hours=persona.chases_after):
        contact.add(since + timedelta(hours=persona.chases_after), "chased", contact.customer, text="chase")
    if persona.wanders_after and job.start - since > timedelta(hours=persona.wanders_after) and dice.chance(0.7):
        yield _again(contact, dice, since + timedelta(hours=persona.wanders_after))
    return job


def _hand_over(contact: Contact, team: Team, dice: Dice, job: Job, *, wait_for_triage: bool = False) -> Part:
    contact.add(job.end, "moved", job.agent, text="escalate", status="open", team=team.name)
    contact.owner = None
    ready = _next_triage(job.end) if wait_for_triage else datetime.min
    taken = yield from _served(contact, team, dice, minutes=(10, 70), ready=ready)
    if wait_for_triage:
        contact.escalations.append((job.end, taken.start))
    return taken


def _next_triage(at: datetime) -> datetime:
    day = at.replace(hour=TRIAGE_HOUR, minute=0, second=0)
    while day < at or day.weekday() not in TRIAGE_DAYS:
        day += timedelta(days=1)
    return day


def _ask_customer(contact: Contact, team: Team, dice: Dice, job: Job) -> Part:
    persona = contact.customer.persona
    contact.add(job.end, "asked", job.agent, text="ask_back", status="pending")
    if dice.chance(persona.silent):
        reminded = job.end + timedelta(days=3)
        yield reminded
        contact.add(reminded, "reminded", AUTOMATION, text="reminder")
        return (yield from _served(contact, team, dice, minutes=(2, 6), ready=reminded + timedelta(days=2)))
    answered = job.end + timedelta(hours=dice.skewed(*persona.reply_hours))
    yield answered
    contact.add(answered, "answered", contact.customer, text="details", status="open")
    return (yield from _served(contact, team, dice, minutes=(6, 30)))


def _vendor(contact: Contact, team: Team, dice: Dice, job: Job) -> Part:
    contact.add(job.end, "held", job.agent, text="vendor", status="on_hold")
    back = job.end + timedelta(days=dice.between(1, 5))
    yield back
    job = yield from _served(contact, team, dice, minutes=(10, 40))
    contact.add(job.start, "resumed", job.agent, text="vendor_back", status="open")
    return job


def _afterwards(contact: Contact, teams: Teams, dice: Dice, job: Job) -> Process:
    """After the answer: a rating, a reopening, a silent recontact, and at last the automation that closes."""
    customer, solved = contact.customer, job.end
    if dice.chance(0.09):
        back = solved + timedelta(hours=dice.between(2, 90))
        yield back
        contact.add(back, "reopened", customer, text="not_fixed", status="open")
        job = yield from _served(contact, teams[job.agent.team], dice, minutes=(8, 40))
        if job.end >= END:
            return
        solved = job.end
        contact.add(solved, "solved", job.agent, text="answer", status="solved")
    elif dice.chance(0.07):
        yield _again(contact, dice, solved + timedelta(days=dice.between(2, 12)))
    if dice.chance(0.32):
        rated = solved + timedelta(hours=24 + dice.skewed(0, 60))
        unhappy = 0.15 + 0.45 * (solved - contact.opened > timedelta(days=4))
        contact.rating = 0 if dice.chance(unhappy) else 1
        contact.add(rated, "rated", customer)
    due = solved + AUTO_CLOSE
    contact.add(due.replace(minute=0, second=0) + timedelta(hours=1), "closed", AUTOMATION, status="closed")


def _again(contact: Contact, dice: Dice, at: datetime) -> Spawn:
    """The same need once more, over another channel where the customer has one."""
    others = [system for system, _ in CHANNELS[contact.customer.language] if system != contact.system]
    if not HOUR_OF_RECONTACT <= at.hour < 20:
        at = at.replace(hour=HOUR_OF_RECONTACT) + timedelta(days=at.hour >= 20)
    system = dice.pick(others)
    topic = contact.topic if contact.topic in dict(TOPICS[system]) else TOPICS[system][0][0]
    return Spawn(Contact(contact.customer, system, topic, at, again=contact))


# ---- the other channels --------------------------------------------------------------------------------------------


def _mail(contact: Contact, teams: Teams, dice: Dice) -> Process:
    customer, billing = contact.customer, teams["Billing"]
    contact.add(contact.opened, "opened", customer, text=contact.topic)
    contact.add(contact.opened + timedelta(seconds=40), "auto_reply", AUTOMATION, text="received")
    job = yield from _served(contact, billing, dice, minutes=(5, 25))
    contact.add(job.end, "replied", job.agent, text=dice.pick(("answer", "ask_back")))
    if dice.chance(0.12):
        contact.add(job.end + timedelta(seconds=25), "out_of_office", customer, text="out_of_office")
    while dice.chance(0.45):
        answered = job.end + timedelta(hours=dice.skewed(*customer.persona.reply_hours))
        yield answered
        contact.add(answered, "answered", customer, text="details")
        job = yield from _served(contact, billing, dice, minutes=(5, 25))
        contact.add(job.end, "replied", job.agent, text="answer")
    if dice.chance(0.3):
        contact.add(job.end + timedelta(hours=dice.skewed(0.2, 12)), "answered", customer, text="thanks")


def _whatsapp(contact: Contact, teams: Teams, dice: Dice) -> Process:
    customer, team = contact.customer, teams["WhatsApp"]
    contact.add(contact.opened, "opened", customer, text=contact.topic)
    if dice.chance(0.4):
        contact.add(contact.opened + timedelta(seconds=50), "photo", customer)
    job = yield from _served(contact, team, dice, minutes=(2, 10))
    contact.add(job.end, "replied", job.agent, text="ask_back")
    for _ in range(1 + dice.chance(0.5)):
        answered = job.end + timedelta(minutes=dice.skewed(1, 180))
        yield answered
        contact.add(answered, "answered", customer, text="details")
        job = yield from _served(contact, team, dice, minutes=(2, 10))
        contact.add(job.end, "replied", job.agent, text="answer")
    if dice.chance(0.6):
        contact.add(job.end + timedelta(minutes=dice.skewed(1, 30)), "answered", customer, text="thanks")


def _chat(contact: Contact, teams: Teams, dice: Dice) -> Process:
    customer, at = contact.customer, contact.opened
    contact.add(at, "opened", customer, status="new")
    contact.add(at + timedelta(seconds=4), "bot_reply", BOT, status="open")
    contact.add(at + timedelta(seconds=int(dice.between(20, 90))), "answered", customer)
    at += timedelta(seconds=100)
    contact.add(at, "bot_reply", BOT)
    if dice.chance(0.28):
        contact.add(at + timedelta(minutes=dice.between(2, 6)), "closed", BOT, status="closed")
        return
    at += timedelta(seconds=30)
    contact.add(at, "queued", BOT, team="Chat")
    job = yield from _served(contact, teams["Chat"], dice, minutes=(3, 14), ready=at)
    contact.add(job.start + timedelta(seconds=45), "replied", job.agent)
    contact.add(job.start + timedelta(seconds=int(dice.between(80, 150))), "answered", customer)
    contact.add(job.end + timedelta(minutes=2), "replied", job.agent, minutes=(job.end - job.start).seconds / 60)
    end = job.end + timedelta(minutes=3)
    contact.add(end, "solved", job.agent, status="solved")
    contact.add(end + timedelta(minutes=dice.between(1, 4)), "closed", AUTOMATION, status="closed")
    if dice.chance(0.35):
        contact.rating = 5 - int(dice.skewed(0, 5))
        contact.add(end + timedelta(minutes=dice.between(5, 9)), "rated", customer)
    if dice.chance(0.06):
        yield _again(contact, dice, end + timedelta(days=dice.between(1, 6)))


def _desk(contact: Contact, teams: Teams, dice: Dice) -> Process:
    customer, desk = contact.customer, teams["Ügyfélszolgálat"]
    contact.add(contact.opened, "opened", customer, status="new", team=desk.name)
    job = yield from _served(contact, desk, dice, minutes=(4, 15))
    contact.add(job.end, "noted", job.agent, minutes=(job.end - job.start).seconds / 60)
    if contact.topic == "outage":
        job = yield from _hand_over(contact, teams["Műszaki csoport"], dice, job)
        contact.add(job.end, "called_back", job.agent, minutes=(job.end - job.start).seconds / 60)
    elif dice.chance(0.3):
        contact.add(job.end + timedelta(minutes=1), "asked", job.agent, status="pending")
        answered = job.end + timedelta(hours=dice.skewed(1, 50))
        yield answered
        contact.add(answered, "answered", customer, status="open")
        job = yield from _served(contact, desk, dice, minutes=(4, 15))
    solved = job.end + timedelta(minutes=2)
    contact.add(solved, "solved", job.agent, status="solved")
    contact.add(solved.replace(hour=21, minute=0, second=0), "closed", AUTOMATION, status="closed")
