"""Whatever people arrange on the way, the path goes on: cases walked by chance, with every operator thrown in."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from flows.conductor import advance
from models.assignment import Answer, Assignment
from models.case import Case
from models.database import transaction
from models.notice import Nudge
from models.operator import Extension
from models.refusals import AlreadyFiled, CannotReturn, IllegalMove, Refusal
from models.registry import Officer
from models.words import Basis, Status
from tasks.answer import answer
from tasks.extend import extend
from tasks.find import find_case
from tasks.hand_over import delegate, transfer
from tasks.send_back import send_back, take_back
from tasks.substitute import end_substitution, substitute
from tasks.supervise import lift_supervision, supervise
from tasks.suspend import suspend, wake
from tasks.sweep import sweep
from tasks.urge import urge
from tests.flows.test_any_path import CHANNELS, Chance, check_the_end, mend, merge_another, review_again
from tests.office import CLERK, HEAD, HEAD2, at, case_of, filled, it_is, report, status_of, usual_officer
from tests.operators import by, whole

pytestmark = pytest.mark.usefixtures("ledger")


class Office:
    """One case, the people who work on it, and the day; chance decides what they do next."""

    def __init__(self, seed: int) -> None:
        """Let a report come in on some day of 2026."""
        self.chance = Chance(seed)
        self.dice = self.chance.dice
        self.done: Counter[str] = Counter()
        self.refused_in_a_row = 0
        self.day = date(2026, 1, 5) + timedelta(days=self.dice.randint(0, 250))
        it_is(self.day.isoformat())
        self.number = report(self.dice.choice(CHANNELS), phone=self.dice.choice(["13800001234", "", "13800001234"]))

    def run(self) -> None:
        """Let them work until the case is closed."""
        while not status_of(self.number).closed:
            self.turn()

    def turn(self) -> None:
        """Let them arrange something, if chance has it, then let somebody answer."""
        operators: list[Callable[[], object]] = [
            self.send_back,
            self.take_back,
            self.transfer,
            self.delegate,
            self.substitute,
            self.extend,
            self.supervise,
            self.lift,
            self.rest,
            self.urge,
            self.mend,
            self.review,
            self.merge,
        ]
        assert self.refused_in_a_row < 100, self.done
        for operator in operators:
            if self.chance.happens(0.1):
                self.attempt(operator)
                if self.dice.random() < 0.5:  # else somebody acts before the flow has come by
                    advance(self.number)
        if status_of(self.number) is Status.SUSPENDED:
            self.attempt(self.wake_up)
        advance(self.number)
        if not status_of(self.number).closed:
            self.attempt(self.answer)
            advance(self.number)
        if self.dice.random() < 0.5:
            sweep()

    def attempt(self, act: Callable[[], object]) -> None:
        """Let somebody try; a rule may say no, but no move is ever impossible."""
        try:
            act()
        except IllegalMove:
            raise
        except Refusal as refusal:
            self.done[f"{act.__name__}: {refusal.code}"] += 1
            self.refused_in_a_row += 1
        else:
            self.done[act.__name__] += 1
            self.refused_in_a_row = 0

    @property
    def forced(self) -> bool:
        """Whether a channel forces the third class."""
        with transaction() as session:
            return any(each.message.channel.forces_superior for each in find_case(session, self.number).messages)

    def waiting(self) -> list[Assignment]:
        """Return what is open."""
        with transaction() as session:
            query = select(Assignment).join(Assignment.case).where(Case.number == self.number, Assignment.is_open)
            return list(session.scalars(query.order_by(Assignment.id)))

    def some_step(self) -> Assignment:
        """Return an open step, if any; there is always one but just after somebody acted."""
        waiting = self.waiting()
        if not waiting:
            raise Refusal
        return self.dice.choice(waiting)

    def unit(self, step: Assignment) -> str:
        """Return whose step it is, or the unit that the case is with."""
        return step.unit_code or case_of(self.number).unit_code or "U01"

    def who(self, step: Assignment) -> str:
        """Return who answers a step: its owner, or as usual."""
        if step.owner_code:
            return step.owner_code
        if step.kind == "extension-approval":
            with transaction() as session:
                asked = select(Extension.asked_by).where(Extension.case_id == step.case_id, Extension.item == step.item)
                return HEAD2 if session.scalar(asked) == HEAD else HEAD
        return usual_officer(step.kind, self.unit(step))

    def colleague(self, step: Assignment) -> str:
        """Return somebody of the same unit or body."""
        with transaction() as session:
            unit = session.get_one(Officer, self.who(step)).unit_code
            return self.dice.choice(
                session.scalars(select(Officer.code).where(Officer.unit_code == unit).order_by(Officer.code)).all()
            )

    def answer(self) -> None:
        """Let somebody answer, or the days go by until somebody can."""
        waiting = self.waiting()
        ready = [each for each in waiting if each.opens_on <= self.day]
        if not ready:
            self.later(min(each.opens_on for each in waiting) - self.day)
            return
        step = self.dice.choice(ready)
        _, data = self.chance.answer(step.kind, self.unit(step), self.day, self.forced)
        if step.kind == "receipt" and step.opened_at < at(self.day.isoformat()) - timedelta(days=2):
            data = filled("receipt", self.unit(step), self.day.isoformat())
        if step.kind == "extension-approval" and self.chance.happens(0.3):
            data = {"agreed": False, "opinion": "时间足够"}
        if step.delegate_code and self.dice.random() < 0.5:
            answer(step.id, data=data, actor=by(step.delegate_code))
        else:
            answer(step.id, data=data, actor=by(self.who(step)), version=step.version)
        self.later(timedelta(days=self.dice.randint(0, 3)))

    def later(self, days: timedelta) -> None:
        """Let days go by."""
        self.day += days
        it_is(self.day.isoformat())

    def send_back(self) -> None:
        """Whoever has an open step tries to send it back to what was answered, one step after the other."""
        step = self.some_step()
        with transaction() as session:
            answered = list(
                session.scalars(
                    select(Assignment.step)
                    .join(Answer)
                    .where(Assignment.case_id == step.case_id, ~Answer.annulment.has())
                    .order_by(Assignment.id)
                )
            )
        self.dice.shuffle(answered)
        straight_back = self.dice.random() < 0.5
        for to in (*answered[:4], step.step):
            try:
                send_back(step.id, to=to, actor=by(self.who(step)), reason="事实不清", straight_back=straight_back)
            except (CannotReturn, AlreadyFiled):
                continue
            return

    def take_back(self) -> None:
        """Somebody takes back one of the last answers."""
        with transaction() as session:
            given = session.execute(
                select(Assignment.step, Answer.officer_code)
                .join(Answer)
                .join(Assignment.case)
                .where(Case.number == self.number, ~Answer.annulment.has())
                .order_by(Answer.id.desc())
                .limit(3)
            ).all()
        if given:
            step, officer = self.dice.choice(given)
            take_back(self.number, step, actor=by(officer), reason="附件漏传")

    def transfer(self) -> None:
        """A step goes to a colleague for good."""
        step = self.some_step()
        transfer(step.id, to=self.colleague(step), actor=by(self.who(step)), reason="承担专项任务")

    def delegate(self) -> None:
        """A colleague drafts."""
        step = self.some_step()
        delegate(step.id, to=self.colleague(step), actor=by(self.who(step)), reason="先拟稿")

    def substitute(self) -> None:
        """Somebody goes on leave, or comes back."""
        step = self.some_step()
        absent, deputy = self.who(step), self.colleague(step)
        if self.dice.random() < 0.3:
            end_substitution(absent, actor=by(absent), reason="提前返岗")
        last = self.day + timedelta(days=self.dice.randint(0, 10))
        substitute(absent, by=deputy, first=self.day, last=last, actor=by(absent), reason="年休假")

    def extend(self) -> None:
        """Somebody asks for more time."""
        step = self.some_step()
        extend(step.id, days=self.dice.randint(1, 5), actor=by(self.who(step)), reason="涉及多部门")

    def supervise(self) -> None:
        """A leader gives an instruction."""
        supervise(
            self.number,
            basis=self.dice.choice(list(Basis)),
            instruction="限期解决",
            leader="区长",
            every=self.dice.randint(1, 10),
            actor=by(HEAD),
        )

    def lift(self) -> None:
        """The instruction is lifted."""
        lift_supervision(self.number, actor=by(HEAD), reason="问题已解决")

    def rest(self) -> None:
        """The case is laid to rest for some days."""
        suspend(self.number, actor=by(HEAD), reason="待司法鉴定")
        if self.dice.random() < 0.5:
            advance(self.number)
        self.later(timedelta(days=self.dice.randint(0, 20)))

    def wake_up(self) -> None:
        """It wakes."""
        wake(self.number, actor=by(HEAD), reason="鉴定已出")

    def urge(self) -> None:
        """Somebody is urged."""
        urge(self.some_step().id, actor=by(CLERK), reason="群众再次来电")

    def mend(self) -> None:
        """The office rules anew."""
        mend(self.number, self.chance, self.forced)

    def review(self) -> None:
        """The head starts another round."""
        review_again(self.number, self.chance, self.forced)

    def merge(self) -> None:
        """Another message joins."""
        merge_another(self.number, self.chance, self.forced)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6, 7, 8])
def test_every_case_comes_to_its_end_whatever_is_arranged_on_the_way(seed: int) -> None:
    office = Office(seed)
    office.run()
    check_the_end(office.number)
    with transaction() as session:
        told = session.execute(
            select(Nudge.assignment_id, Nudge.stage, Nudge.due_on).where(Nudge.by_code.is_(None))
        ).all()
    assert len(told) == len(set(told))
    assert whole()
