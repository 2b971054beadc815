"""How a contact runs its course: generators that wish for work, wait, and write steps and turns as they happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from journeybench.clock import DAY, HOUR
from journeybench.contacts import ACTS_AGAIN, ROUTES, Begin, Contact, Course, Job, Part, Role, Step, Until, Work
from journeybench.dice import Dice
from journeybench.plan import (
    AUTO_CLOSE,
    BILLING,
    BOT,
    CHAT,
    CUSTOMER,
    FIRST,
    MESSAGES,
    PHONE,
    REPLY,
    SECOND_LINES,
    VENDOR,
    VENDOR_WORK,
    Plan,
)

if TYPE_CHECKING:
    from journeybench.demand import Demand

AUTOMATION = "automation"


class Script:
    """The course of one contact: what all systems have in common, and one method a system."""

    def __init__(self, contact: Contact, plan: Plan, demand: Demand) -> None:
        self.contact, self.plan, self.shares, self.demand = contact, plan, plan.shares, demand
        self.person, self.need = contact.person, contact.need
        self.dice = Dice(plan.seed, "contact", contact.need.number, len(contact.need.contacts))
        self.now = contact.opened

    def course(self) -> Course:
        """The generator that the world runs."""
        return {
            "desk": self._ticket, "legacy": self._ticket, "mailbox": self._mail, "chat": self._chat,
            "whatsapp": self._whatsapp, "phone": self._call,
        }[self.contact.system]()  # fmt: skip

    # ---- steps -----------------------------------------------------------------------------------------------------

    def _add(self, at: float, kind: str, role: Role, by: str = "", **more: object) -> None:
        self.contact.steps.append(Step(int(at), kind, role, by, **more))  # type: ignore[arg-type]

    def _customer(self, at: float, kind: str, text: str, **more: object) -> None:
        self._add(at, kind, "customer", text=text, **more)  # type: ignore[arg-type]

    def _agent(self, job: Job, kind: str, text: str = "", **more: object) -> None:
        """The step that ends a piece of work."""
        self._add(job.end, kind, "agent", job.agent, text=text, started=job.start, **more)

    # ---- parts -----------------------------------------------------------------------------------------------------

    def _served(self, team: str, giver: str, **wish: object) -> Part:
        """Wait in a team's queue and be worked on; None where the customer gave up."""
        contact = self.contact
        contact.turn(self.now, "us_queue", team)
        owner = contact.owner if giver == CUSTOMER and self.dice.chance(self.plan.team(team).sticky) else None
        job = yield Work(team, giver, owner=owner, **wish)  # type: ignore[arg-type]
        if job is None:
            self.now += int(wish["patience"])  # type: ignore[call-overload]
            return None
        contact.turn(job.start, "us_work", job.team)
        if job.who is not contact.owner:
            taken = {"status": "open", "team": job.team, "agent": job.agent}
            self._add(job.start, "assigned", "agent", job.agent, public=False, **taken)
            contact.owner = job.who
        contact.team, self.now = job.team, job.end
        return job

    def _move(self, job: Job, team: str, text: str = "escalate") -> Part:
        """Give the contact to another team and be worked on there."""
        giver = self.contact.team
        self._agent(job, "moved", text, public=False, status="open", team=team)
        self.contact.owner = None
        self.contact.team = team
        return (yield from self._served(team, giver))

    def _ask(self, job: Job) -> Part:
        """Ask the customer and go on with the answer; None where none came."""
        contact = self.contact
        self._agent(job, "asked", "ask_back", status="pending")
        contact.turn(job.end, "customer")
        if self.dice.chance(self.shares.auto_replies) and contact.channel == "email":
            self._add(job.end + 25, "out_of_office", "customer", text="out_of_office")
        if self.dice.chance(self.person.persona.silent):
            for days in (2, 5):
                self._add(job.end + days * DAY, "reminded", "system", AUTOMATION, text="reminder")
            yield Until(job.end + 7 * DAY)
            self.now = job.end + 7 * DAY
            return None
        answered = self.demand.waking(job.end + self.person.persona.reply * self.dice.of(REPLY))
        if answered > job.end + 4 * DAY:
            self._add(job.end + 3 * DAY, "reminded", "system", AUTOMATION, text="reminder")
        yield Until(answered)
        self.now = answered
        self._customer(answered, "answered", "details", status="open")
        return (yield from self._served(contact.team, CUSTOMER, factor=0.7))

    def _vendor(self, job: Job) -> Part:
        """Wait for somebody outside."""
        self._agent(job, "held", "vendor", public=False, status="on_hold")
        self.contact.turn(job.end, "vendor")
        back = job.end + int(self.dice.of(VENDOR_WORK))
        yield Until(back)
        self.now = back
        self._add(back, "vendor_back", "vendor", VENDOR, text="vendor_back", public=False, status="open")
        return (yield from self._served(self.contact.team, VENDOR, factor=0.6))

    def _set_aside(self, job: Job) -> Part:
        """Stop the clock of the report although nobody was asked, and take the case up again some day."""
        self._agent(job, "parked", public=False, status="pending")
        team, again = self.contact.team, job.end + int(self.dice.of(ACTS_AGAIN))
        return (yield from self._served(team, team, not_before=again))

    def _worked_out(self, job: Job) -> Part:
        """What a first line and the second lines behind it do until they have an answer; None: no answer ever came."""
        dice, shares = self.dice, self.shares
        teams = [*ROUTES[self.need.topic]]
        if dice.chance(shares.wrong_team):
            teams.insert(0, dice.pick([team for team in SECOND_LINES if team not in teams[:1]]))
        if dice.chance(shares.asks * (0.5 if teams else 1)):
            asked = yield from self._ask(job)
            if asked is None:
                return None
            job = asked
        for number, team in enumerate(teams):
            moved = yield from self._move(job, team)
            assert moved
            job = moved
            last = number == len(teams) - 1
            if dice.chance(shares.unasked):
                job = (yield from self._set_aside(job)) or job
            if last and dice.chance(shares.asks):
                asked = yield from self._ask(job)
                if asked is None:
                    return None
                job = asked
            if team != BILLING and dice.chance(shares.vendor):
                job = (yield from self._vendor(job)) or job
            while last and dice.chance(shares.bounces):
                other = dice.pick([team for team in (*SECOND_LINES, FIRST) if team != self.contact.team])
                job = (yield from self._move(job, other, "not_ours")) or job
        return job

    def _afterwards(self, job: Job, closes: bool) -> Course:
        """After the answer: a rating, a return in the same place or another one, and the automation that closes."""
        dice, contact = self.dice, self.contact
        while True:
            solved = job.end
            contact.turn(solved, "after_resolution")
            back = self.demand.returns(self.need, solved, dice)
            if dice.chance(self.shares.rated):
                waited = (solved - contact.opened) / DAY
                contact.rating = max(1, min(5, 5 - int(dice.between(0, 1.2 + min(waited, 6) / 2))))
                self._add(solved + dice.between(1, 30) * HOUR, "rated", "customer")
            if back is None:
                break
            if not (closes and back < solved + AUTO_CLOSE and dice.chance(self.shares.reopens)):
                yield Begin(self.demand.again(contact, back, dice))
                break
            yield Until(back)
            self.now = back
            self._customer(back, "reopened", "not_fixed", status="open")
            again = yield from self._served(contact.team, CUSTOMER)
            assert again
            job = again
            self._agent(job, "solved", "answer", status="solved")
        if closes:
            self._add(solved + AUTO_CLOSE, "closed", "system", AUTOMATION, public=False, status="closed")

    # ---- systems ---------------------------------------------------------------------------------------------------

    def _ticket(self) -> Course:
        contact = self.contact
        by_us = contact.link == "follow_up_of"  # a colleague of another channel opened it
        who: tuple[Role, str] = ("agent", AUTOMATION) if by_us else ("customer", "")
        self._add(self.now, "opened", *who, text=self._topic(), status="new", team=FIRST)
        contact.team = FIRST
        if contact.channel == "email":
            self._add(self.now + self.dice.whole(4, 50), "auto_reply", "system", AUTOMATION, text="received")
        job = yield from self._served(FIRST, CUSTOMER, not_before=self.demand.bulk_at + 1 if contact.campaign else 0)
        assert job
        if contact.team == FIRST and self._is_double():
            contact.link = "merged_into"
            self._agent(job, "merged", "merged", public=False, status="closed")
            contact.turn(job.end, "after_resolution")
            return
        if contact.team == FIRST:  # elsewhere a lead moved it, and whoever took it answers
            done = yield from self._worked_out(job)
            if done is None:
                self._no_answer()
                return
            job = done
        self._agent(job, "solved", "answer", status="solved")
        yield from self._afterwards(job, closes=True)

    def _is_double(self) -> bool:
        """Whether the need has another open contact, and whoever works on this one notices."""
        other = self.contact.again
        open_too = other is not None and not self.contact.link and self.demand.is_open(other)
        return open_too and self.dice.chance(self.shares.merged)

    def _no_answer(self) -> None:
        """The customer never answered: the automation solves and closes."""
        self._add(self.now, "solved", "system", AUTOMATION, text="no_answer", status="solved")
        self._add(self.now + AUTO_CLOSE, "closed", "system", AUTOMATION, public=False, status="closed")
        self.contact.turn(self.now, "after_resolution")
        self.demand.ends(self.need, "abandoned", self.now)

    def _topic(self) -> str:
        return "campaign" if self.contact.campaign else self.need.topic if self.need.topic != "contract" else "question"

    def _mail(self) -> Course:
        contact, dice = self.contact, self.dice
        contact.team = BILLING
        self._customer(self.now, "opened", self._topic(), team=BILLING)
        self._add(self.now + 40, "auto_reply", "system", AUTOMATION, text="received")
        job = yield from self._served(BILLING, CUSTOMER)
        assert job
        while dice.chance(self.shares.asks):
            self._agent(job, "asked", "ask_back")
            if dice.chance(self.shares.auto_replies):
                self._add(job.end + 25, "out_of_office", "customer", text="out_of_office")
            if dice.chance(self.person.persona.silent):
                self._silence(job)
                return
            contact.turn(job.end, "customer")
            self.now = self.demand.waking(job.end + self.person.persona.reply * dice.of(REPLY))
            yield Until(self.now)
            self._customer(self.now, "answered", "details")
            job = yield from self._served(BILLING, CUSTOMER, factor=0.7)
            assert job
        self._agent(job, "replied", "answer")
        yield from self._thanked(job)

    def _silence(self, job: Job) -> None:
        """The customer never answers: for them it is over."""
        self.contact.turn(job.end, "after_resolution")
        self.demand.ends(self.need, "abandoned", job.end)

    def _thanked(self, job: Job) -> Course:
        if self.dice.chance(0.3):
            self._customer(job.end + self.dice.between(0.2, 9) * HOUR, "thanked", "thanks")
        self.contact.turn(job.end, "after_resolution")
        back = self.demand.returns(self.need, job.end, self.dice)
        if back is not None:
            yield Begin(self.demand.again(self.contact, back, self.dice))

    def _whatsapp(self) -> Course:
        contact, dice = self.contact, self.dice
        contact.team = MESSAGES
        self._customer(self.now, "opened", self._topic(), team=MESSAGES)
        if dice.chance(0.35):
            self.now += dice.whole(20, 90)
            self._customer(self.now, "photo", "photo")
        job = yield from self._served(MESSAGES, CUSTOMER)
        assert job
        for _ in range(dice.whole(1, 3)):
            self._agent(job, "asked", "ask_back")
            if dice.chance(self.person.persona.silent):
                self._silence(job)
                return
            contact.turn(job.end, "customer")
            self.now = job.end + int(dice.between(0.2, 1) ** 3 * 5 * HOUR * self.person.persona.reply)
            yield Until(self.now)
            self._customer(self.now, "answered", "details")
            job = yield from self._served(MESSAGES, CUSTOMER, factor=0.6)
            assert job
        if ROUTES[self.need.topic] and dice.chance(0.5):
            yield from self._to_ticket(job)
            return
        self._agent(job, "replied", "answer")
        yield from self._thanked(job)

    def _to_ticket(self, job: Job, kind: str = "replied", **more: object) -> Course:
        """The first line opens a ticket for a second line; here nothing more is said."""
        self._agent(job, kind, "ticket_made", **more)
        self.contact.turn(job.end, "after_resolution")
        yield Begin(self.demand.ticket(self.contact, job.end + 20))

    def _chat(self) -> Course:
        contact, dice = self.contact, self.dice
        self._customer(self.now, "opened", self._topic(), status="new", team=BOT)
        contact.turn(self.now, "bot", BOT)
        self._add(self.now + 4, "bot_reply", "bot", BOT, text="bot_menu", status="open")
        self._customer(self.now + dice.whole(15, 80), "answered", "details")
        self.now += dice.whole(90, 150)
        self._add(self.now, "bot_reply", "bot", BOT, text="bot_answer")
        if dice.chance(self.shares.contained):
            self.now += dice.whole(120, 400)
            self._add(self.now, "closed", "bot", BOT, public=False, status="closed")
            contact.turn(self.now, "after_resolution")
            back = self.demand.returns(self.need, self.now, dice, again=1.5)
            if back is not None:
                yield Begin(self.demand.again(contact, back, dice))
            return
        self.now += dice.whole(5, 30)
        self._add(self.now, "moved", "bot", BOT, public=False, team=CHAT)
        yield Until(self.now)
        job = yield from self._served(CHAT, BOT, patience=self.person.persona.patience * 2)
        if job is None:
            yield from self._gave_up()
            return
        yield from self._talk(job)

    def _talk(self, job: Job) -> Course:
        """The messages of a chat between its beginning and its end, both sides in turn."""
        contact, dice = self.contact, self.dice
        for _, at in zip(range(3), self._beats(job), strict=False):
            answer = at + dice.whole(15, 70)
            if answer + 20 < job.end:
                self._add(at, "replied", "agent", job.agent, text="ask_back")
                self._customer(answer, "answered", "details")
                contact.turn(at, "customer")
                contact.turn(answer, "us_work", CHAT)
        if ROUTES[self.need.topic]:
            yield from self._to_ticket(job, "solved", status="solved")
        else:
            self._agent(job, "solved", "answer", status="solved")
            yield from self._afterwards(job, closes=False)
        self._add(job.end + dice.whole(60, 300), "closed", "system", AUTOMATION, public=False, status="closed")

    def _beats(self, job: Job) -> Iterator[int]:
        at = job.start + self.dice.whole(15, 50)
        while True:
            yield at
            at += self.dice.whole(90, 240)

    def _gave_up(self) -> Course:
        """The customer hung up or left the chat before anybody came; many try again."""
        self._customer(self.now, "left", "", public=False, status="closed")
        self.contact.turn(self.now, "after_resolution")
        if self.dice.chance(0.7):
            yield Begin(self.demand.again(self.contact, self.now + int(self.dice.between(0.1, 30) * HOUR), self.dice))
        else:
            self.demand.ends(self.need, "abandoned", self.now)

    def _call(self) -> Course:
        self._customer(self.now, "opened", "", status="new", team=BOT)
        self.contact.turn(self.now, "bot", BOT)
        self.now += self.dice.whole(15, 45)
        self._add(self.now, "moved", "bot", BOT, public=False, team=PHONE)
        yield Until(self.now)
        job = yield from self._served(PHONE, BOT, patience=self.person.persona.patience)
        if job is None:
            yield from self._gave_up()
            return
        if ROUTES[self.need.topic]:
            yield from self._to_ticket(job, "called", status="closed")
        else:
            self._agent(job, "called", "", status="closed")
            yield from self._returned(job)

    def _returned(self, job: Job) -> Course:
        self.contact.turn(job.end, "after_resolution")
        back = self.demand.returns(self.need, job.end, self.dice)
        if back is not None:
            yield Begin(self.demand.again(self.contact, back, self.dice))
