"""How each rule of a form is seen to be broken; the rules themselves are the table in `models/rules.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assignment import Answer, Assignment
from models.case import Case, CaseMessage, CaseSubject
from models.clause import Clause
from models.clock import SHANGHAI
from models.concerned import heads_of, subjects_of
from models.forms import (
    AccountabilityDecisionForm,
    Classification,
    DirectAccountability,
    DirectReply,
    DoubleCheckForm,
    FilingForm,
    Form,
    Investigation,
    MediaReply,
    Milestone,
    OutsidePerson,
    ProposedAccountability,
    Publication,
    Receipt,
    RectificationPlan,
    SignOff,
    SourceReply,
)
from models.masks import details_in
from models.message import Message
from models.operator import Extension
from models.path import messages_of, untold_messages
from models.policy import ends_on, policy_number
from models.records import Filing, Signature
from models.registry import RESPONSIBLE_KINDS, Officer, RoleGrant, Unit
from models.words import FilingDecision, Outcome, ProblemClass, Reply, Role


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody answers a step, under the case's lock: everything that a rule may look at, read once."""

    session: Session
    case: Case
    assignment: Assignment
    officer: Officer
    form: Form
    today: date
    _last_answers: dict[str, Answer | None] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def subjects(self) -> Sequence[CaseSubject]:
        """Whom the case was about before this answer."""
        return subjects_of(self.session, self.case.id)

    @cached_property
    def messages(self) -> Sequence[CaseMessage]:
        """The case's messages."""
        return messages_of(self.session, self.case)

    @cached_property
    def untold(self) -> list[tuple[Reply, Message]]:
        """What was still to be told in the case's round before this answer, and to whom."""
        return untold_messages(self.session, self.case)

    def is_about(self, officer: Officer) -> bool:
        """Whether the case is about this officer, named by his code or by name and unit as no user."""
        return any(subject.is_officer(officer) for subject in self.subjects)

    def last_answer(self, name: str) -> Answer | None:
        """Return the last answer that counts to another step of this round, or of none."""
        if name not in self._last_answers:
            self._last_answers[name] = self._find_last_answer(name)
        return self._last_answers[name]

    def _find_last_answer(self, name: str) -> Answer | None:
        bases = [f"{name}-{self.assignment.round}", name, f"{name}-{self.assignment.round}-{self.case.unit_code}"]
        return self.session.scalar(
            select(Answer)
            .join(Answer.assignment)
            .where(Assignment.case_id == self.case.id, Assignment.base.in_(bases), ~Answer.annulment.has())
            .order_by(Answer.id.desc())
            .limit(1)
        )


def persons_in(form: Form) -> list[str | OutsidePerson]:
    """Return everybody a form names, but for investigators and signers."""
    match form:
        case Classification():
            return list(form.subjects)
        case RectificationPlan():
            return [form.lead_officer]
        case Investigation() | DirectAccountability():
            return [each.person for each in form.accountability]
        case DoubleCheckForm():
            return [form.direct.person, form.head.person, form.deputy.person]
        case AccountabilityDecisionForm():
            return [each.person for each in form.decisions]
        case _:
            return []


def _signer(act: Act) -> str:
    assert isinstance(act.form, SignOff)
    return act.form.signed_by if act.form.on_paper else act.officer.code


def _signed_on(act: Act) -> date:
    assert isinstance(act.form, SignOff)
    return act.form.signed_on or act.today


def officer_is_subject(act: Act) -> bool:
    """Whether the case is about who answers."""
    return act.is_about(act.officer)


def clerk_names_himself(act: Act) -> bool:
    """Whether who answers is named in his own form."""
    return any(_is(act.officer, person) for person in persons_in(act.form))


def _is(officer: Officer, person: str | OutsidePerson) -> bool:
    """Whether somebody named in a form is this officer, also where he is named like somebody who is no user."""
    return person == officer.code if isinstance(person, str) else officer.is_named(person.name, person.unit)


def class_is_forced(act: Act) -> bool:
    """Whether a channel forces class three, and another was chosen."""
    form = act.form
    assert isinstance(form, Classification)
    forced = any(each.message.channel.forces_superior for each in act.messages)
    return forced and form.outcome.taken_up and form.problem_class is not ProblemClass.SUPERIOR


def head_is_concerned(act: Act) -> bool:
    """Whether the report is about the head of a unit that would handle it."""
    form = act.form
    assert isinstance(form, Classification)
    if form.outcome is not Outcome.ACCEPT:
        return False
    codes = set().union(*(heads_of(act.session, unit, act.today) for unit in (form.unit, *form.co_units)))
    heads = act.session.scalars(select(Officer).where(Officer.code.in_(codes))).all()
    if any(_is(head, person) for head in heads for person in form.subjects):
        return True
    unit_is_skipped = any(each.message.channel.direct_accountability for each in act.messages)
    return not unit_is_skipped and any(act.is_about(head) for head in heads)


def investigator_is_proposed(act: Act) -> bool:
    """Whether the report would hold one of its investigators to account."""
    form = act.form
    assert isinstance(form, Investigation)
    if not form.accountability:
        return False
    officers = act.session.scalars(select(Officer).where(Officer.code.in_(form.investigators)))
    return any(_is(officer, person) for officer in officers for person in persons_in(form))


def head_is_proposed(act: Act) -> bool:
    """Whether the report would hold the head to account who has to sign it."""
    if not persons_in(act.form):
        return False
    heads = act.session.scalars(
        select(Officer).where(Officer.code.in_(heads_of(act.session, act.case.unit_code or "", act.today)))
    ).all()
    return any(_is(head, person) for head in heads for person in persons_in(act.form))


def signer_is_proposed(act: Act) -> bool:
    """Whether who signs would be held to account by what he signs."""
    report = act.last_answer("investigation")
    signer = act.session.get(Officer, _signer(act))
    if report is None or signer is None:
        return False
    return any(_is(signer, person) for person in persons_in(Investigation.model_validate(report.data, extra="ignore")))


def decides_about_others_only(act: Act) -> bool:
    """Whether a decision concerns nobody of those proposed or pursued in its round."""
    form = act.form
    assert isinstance(form, AccountabilityDecisionForm)
    asked: list[str | OutsidePerson] = []
    for form_, name in ((Investigation, "investigation"), (DirectAccountability, "direct-accountability")):
        answer = act.last_answer(name)
        if answer is not None:
            asked += persons_in(form_.model_validate(answer.data, extra="ignore"))
    check = act.last_answer("double-check")
    if check is not None:
        three = DoubleCheckForm.model_validate(check.data, extra="ignore")
        asked += [each.person for each in (three.direct, three.head, three.deputy) if each.pursued]
    return bool(asked) and not any(person in asked for person in persons_in(form))


def answers_somebody_else(act: Act) -> bool:
    """Whether a reply names messages that no such reply is due."""
    form = act.form
    assert isinstance(form, MediaReply | DirectReply | SourceReply)
    reply = {MediaReply: Reply.MEDIA, DirectReply: Reply.DIRECT, SourceReply: Reply.SOURCE}[type(form)]
    due = {
        message.id
        for each, message in act.untold
        if each is reply and (reply is not Reply.DIRECT or message.can_be_reached)
    }
    return not due.issuperset(form.messages)


def told_before_it_was_filed(act: Act) -> bool:
    """Whether somebody was told before the round's result was on file."""
    filed_at = act.session.scalar(
        select(Filing.filed_at).where(Filing.case_id == act.case.id, Filing.round == act.assignment.round)
    )
    days = [getattr(act.form, name) for name in act.form.happened]
    filed_on = filed_at.astimezone(SHANGHAI).date() if filed_at is not None else None
    return filed_on is not None and any(day is not None and day < filed_on for day in days)


def dropped_after_filing(act: Act) -> bool:
    """Whether a case would be dropped though a result is on file."""
    assert isinstance(act.form, Classification)
    if act.form.outcome.taken_up:
        return False
    filed = select(Filing.id).where(Filing.case_id == act.case.id).limit(1)
    return act.case.round > 1 or act.session.scalar(filed) is not None


def returned_too_late(act: Act) -> bool:
    """Whether a unit returns the case after the days it has for that."""
    form = act.form
    assert isinstance(form, Receipt)
    if form.received:
        return False
    opened = act.assignment.opened_at.astimezone(SHANGHAI).date()
    within = policy_number(act.session, "return-within", on=opened)
    return act.today > ends_on(act.session, opened, within.value, within.measured)


def returned_too_often(act: Act) -> bool:
    """Whether the case was returned as often as it may be."""
    form = act.form
    assert isinstance(form, Receipt)
    if form.received:
        return False
    returned = act.session.scalar(
        select(func.count())
        .select_from(Answer)
        .join(Answer.assignment)
        .where(
            Assignment.case_id == act.case.id,
            Assignment.kind == "receipt",
            Answer.data["received"].as_boolean().is_(False),
        )
    )
    return (returned or 0) >= policy_number(act.session, "returns-most", on=act.today).value


def belongs_to_nobody(act: Act) -> bool:
    """Whether the unit that a returned case belongs to is not known."""
    form = act.form
    assert isinstance(form, Receipt)
    if not form.belongs_to:
        return False
    return act.session.scalar(select(Unit.code).where(Unit.code == form.belongs_to, Unit.active)) is None


def milestones_missing(act: Act) -> bool:
    """Whether an annual plan names no milestone."""
    assert isinstance(act.form, RectificationPlan)
    return act.case.problem_class is ProblemClass.ANNUAL and not act.form.milestones


def milestone_after_deadline(act: Act) -> bool:
    """Whether a milestone lies behind the plan's own end."""
    form = act.form
    assert isinstance(form, RectificationPlan)
    return any(_late(milestone, form.deadline) for milestone in form.milestones)


def _late(milestone: Milestone, deadline: date) -> bool:
    return milestone.by > deadline


def investigators_from_elsewhere(act: Act) -> bool:
    """Whether an investigator is not of the unit, or not in post today."""
    form = act.form
    assert isinstance(form, Investigation)
    own = set(
        act.session.scalars(
            select(Officer.code)
            .join(Officer.grants)
            .where(
                Officer.code.in_(form.investigators),
                Officer.unit_code == act.assignment.unit_code,
                RoleGrant.in_force(act.today),
            )
        )
    )
    return own != set(form.investigators)


def investigator_is_subject(act: Act) -> bool:
    """Whether the case is about an investigator."""
    form = act.form
    assert isinstance(form, Investigation)
    officers = act.session.scalars(select(Officer).where(Officer.code.in_(form.investigators)))
    return any(act.is_about(officer) for officer in officers)


def head_investigates(act: Act) -> bool:
    """Whether the unit's head investigates, or reports the investigation."""
    form = act.form
    assert isinstance(form, Investigation)
    heads = heads_of(act.session, act.assignment.unit_code or "", act.today)
    return bool(heads & {*form.investigators, act.officer.code})


def paper_by_clerk_only(act: Act) -> bool:
    """Whether a paper is recorded by another than the office, or the office signs without one."""
    form = act.form
    assert isinstance(form, SignOff)
    is_clerk = act.officer.holds(Role.OFFICE_CLERK, on=act.today) and act.officer.unit_code != act.case.unit_code
    return form.on_paper != is_clerk


def signer_is_not_the_head(act: Act) -> bool:
    """Whether who signs was not the unit's head on that day."""
    return _signer(act) not in heads_of(act.session, act.case.unit_code or "", _signed_on(act))


def signer_is_subject(act: Act) -> bool:
    """Whether the case is about who signs."""
    signer = act.session.get(Officer, _signer(act))
    return signer is not None and act.is_about(signer)


def signer_investigated(act: Act) -> bool:
    """Whether who signs took part in the investigation."""
    report = act.last_answer("investigation")
    if report is None:
        return False
    return _signer(act) in {*Investigation.model_validate(report.data).investigators, report.officer_code}


def signed_before_it_was_reported(act: Act) -> bool:
    """Whether the signature is older than the report."""
    report = act.last_answer("investigation")
    return report is not None and _signed_on(act) < report.answered_at.astimezone(SHANGHAI).date()


def approver_ruled(act: Act) -> bool:
    """Whether who approves made the ruling."""
    ruling = act.session.scalar(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == act.case.id, Assignment.kind == "classification", ~Answer.annulment.has())
        .order_by(Answer.id.desc())
        .limit(1)
    )
    return ruling is not None and ruling.officer_code == act.officer.code


def approver_redacted(act: Act) -> bool:
    """Whether who approves wrote the text."""
    text = act.last_answer("publication")
    return text is not None and text.officer_code == act.officer.code


def approver_applied(act: Act) -> bool:
    """Whether who approves applied for it."""
    application = act.last_answer("write-off")
    return application is not None and application.officer_code == act.officer.code


def approver_asked_for_it(act: Act) -> bool:
    """Whether who approves more time asked for it."""
    asked_by = select(Extension.asked_by).where(Extension.case_id == act.case.id, Extension.item == act.assignment.item)
    return act.session.scalar(asked_by) == act.officer.code


def one_of_the_three_twice(act: Act) -> bool:
    """Whether two of the three are one person."""
    persons = persons_in(act.form)
    outside = [person for person in persons if isinstance(person, OutsidePerson)]
    officers = act.session.scalars(select(Officer).where(Officer.code.in_([p for p in persons if isinstance(p, str)])))
    twice = len({(person.name, person.unit) for person in outside}) < len(outside)
    return twice or any(_is(officer, person) for officer in officers for person in outside)


def leader_of_another_unit(act: Act) -> bool:
    """Whether the head or deputy named never led the case's unit."""
    form = act.form
    assert isinstance(form, DoubleCheckForm)
    posts = {form.head.person: Role.UNIT_HEAD, form.deputy.person: Role.UNIT_DEPUTY}
    return any(isinstance(person, str) and not _ever_held(act, person, role) for person, role in posts.items())


def _ever_held(act: Act, officer: str, role: Role) -> bool:
    """Whether he holds or once held the post in the case's unit: who led it then may lead another now."""
    held = (
        select(RoleGrant.id)
        .join(RoleGrant.officer)
        .where(Officer.code == officer, Officer.unit_code == act.case.unit_code, RoleGrant.role == role)
    )
    return act.session.scalar(held.limit(1)) is not None


def report_is_not_signed(act: Act) -> bool:
    """Whether what would be filed was not signed as it stands."""
    form = act.form
    assert isinstance(form, FilingForm)
    if form.decision is not FilingDecision.FILED:
        return False
    report, direct = act.last_answer("investigation"), act.last_answer("direct-accountability")
    if direct is not None:
        return False
    signature = act.session.scalar(
        select(Signature)
        .join(Answer, Signature.answer_id == Answer.id)
        .where(Signature.case_id == act.case.id, ~Answer.annulment.has())
        .order_by(Signature.id.desc())
        .limit(1)
    )
    return report is None or signature is None or not signature.covers(report.data)


def cites_an_empty_slot(act: Act) -> bool:
    """Whether a clause is cited whose text is not at hand."""
    form = act.form
    cited: Iterable[ProposedAccountability]
    if isinstance(form, Investigation | DirectAccountability):
        cited = form.accountability
    else:
        assert isinstance(form, AccountabilityDecisionForm)
        cited = form.decisions
    clauses = {each.clause for each in cited if each.clause is not None}
    if not clauses:
        return False
    full = set(act.session.scalars(select(Clause.slot).where(Clause.slot.in_(clauses), Clause.citable)))
    return clauses != full


def happened_after_today(act: Act) -> bool:
    """Whether something done lies in the future."""
    dates = [getattr(act.form, name) for name in act.form.happened]
    if isinstance(act.form, AccountabilityDecisionForm):
        dates += [day for each in act.form.decisions for day in (each.decided_on, each.executed_on)]
    return any(day is not None and day > act.today for day in dates)


def happened_before_the_report(act: Act) -> bool:
    """Whether something done lies before the first message."""
    days: list[date] = [day for name in act.form.happened if (day := getattr(act.form, name)) is not None]
    if not days:
        return False
    moments = [act.case.opened_at, *(each.message.received_at for each in act.messages)]
    return min(days) < min(moments).astimezone(SHANGHAI).date()


def does_not_answer_for_problems(act: Act) -> bool:
    """Whether a unit is named that handles no problems."""
    form = act.form
    assert isinstance(form, Classification)
    others = select(Unit.code).where(Unit.code.in_([form.unit, *form.co_units]), Unit.kind.not_in(RESPONSIBLE_KINDS))
    return form.outcome.taken_up and act.session.scalar(others.limit(1)) is not None


def names_an_unknown_unit(act: Act) -> bool:
    """Whether a unit is named that is not known."""
    match act.form:
        case Classification() as form if form.outcome.taken_up:
            codes = {form.unit, *form.co_units}
        case RectificationPlan() as form:
            codes = {form.lead_unit}
        case _:
            return False
    return codes != set(act.session.scalars(select(Unit.code).where(Unit.code.in_(codes), Unit.active)))


def names_an_unknown_officer(act: Act) -> bool:
    """Whether an officer's code is not known."""
    codes = {person for person in persons_in(act.form) if isinstance(person, str)}
    if not codes:
        return False
    units_too = isinstance(act.form, Investigation | DirectAccountability | AccountabilityDecisionForm)
    known = set(act.session.scalars(select(Officer.code).where(Officer.code.in_(codes))))
    if units_too:
        known |= set(act.session.scalars(select(Unit.code).where(Unit.code.in_(codes))))
    return codes != known


# What the office and the propaganda department write that units or the public read.
READ_BY_OTHERS: dict[type[Form], tuple[str, ...]] = {
    Classification: ("summary", "reason", "to", "receipt"),
    DirectAccountability: ("facts", "opinion"),
    FilingForm: ("reason",),
    Publication: ("redacted_text",),
    MediaReply: ("reply",),
}


def identifies_a_sender(act: Act) -> str:
    """Say which text holds what kind of detail, and quote none.

    Only those who may know the senders are told of their names: others could find them out by trying.
    """
    may_know = not isinstance(act.form, MediaReply)
    senders = [each.message.complainant for each in act.messages] if may_know else []
    found = []
    for name in READ_BY_OTHERS[type(act.form)]:
        details = details_in(getattr(act.form, name), *senders, lines_are_public=name != "summary")
        if details:
            kinds = "、".join(dict.fromkeys(detail.word for detail in details))
            found.append(f"“{type(act.form).model_fields[name].title}”含有{kinds}")
    return f"{'；'.join(found)}，请改写。" if found else ""
