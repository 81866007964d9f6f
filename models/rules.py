"""The rules of the forms, in one table: what is refused, in which words, on which paragraph."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.assignment import Answer, Assignment
from models.case import Case, CaseSubject
from models.clause import Clause
from models.clock import SHANGHAI
from models.forms import (
    AccountabilityDecisionForm,
    Classification,
    ClosingApproval,
    DirectAccountability,
    DirectReply,
    DoubleCheckForm,
    ExtensionApproval,
    FilingForm,
    Form,
    Investigation,
    MediaReply,
    Milestone,
    OutsidePerson,
    ProposedAccountability,
    Publication,
    PublicationApproval,
    Receipt,
    RectificationPlan,
    SignOff,
    SourceReply,
    UpwardReport,
    WriteOffApproval,
)
from models.masks import details_in
from models.operator import Extension
from models.path import untold_messages
from models.policy import ends_on, policy_number
from models.records import Filing, Signature
from models.refusals import ConflictOfInterest, InvalidForm, Refusal, SamePerson, SlotEmpty
from models.registry import RESPONSIBLE_KINDS, Officer, RoleGrant, Unit
from models.words import FilingDecision, Outcome, ProblemClass, Reply, Role


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody answers a step: everything that a rule may look at."""

    session: Session
    case: Case
    assignment: Assignment
    officer: Officer
    form: Form
    today: date

    def last_answer(self, name: str) -> Answer | None:
        """Return the last answer that counts to a step of this round, or of none."""
        bases = [f"{name}-{self.assignment.round}", name, f"{name}-{self.assignment.round}-{self.case.unit_code}"]
        return self.session.scalar(
            select(Answer)
            .join(Answer.assignment)
            .where(Assignment.case_id == self.case.id, Assignment.base.in_(bases), ~Answer.annulment.has())
            .order_by(Answer.id.desc())
            .limit(1)
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. `says` is its sentence, in the refusal and in the form's description; `broken` finds a breach, and
    may return what the refusal says besides."""

    name: str
    says: str
    source: str
    forms: tuple[type[Form], ...]
    refusal: type[Refusal]
    broken: Callable[[Act], bool | str]

    def check(self, act: Act) -> None:
        """Raise the rule's refusal where it is broken."""
        if isinstance(act.form, self.forms) and (found := self.broken(act)):
            says = self.says + (found if isinstance(found, str) else "")
            if issubclass(self.refusal, InvalidForm):
                raise self.refusal([("", says)], case=act.case.number)
            raise self.refusal(says, case=act.case.number)


def is_subject(session: Session, case_id: int, officer: Officer) -> bool:
    """Whether the case is about this officer, named by his code or by name and unit as no user."""
    return any(subject.is_officer(officer) for subject in subjects_of(session, case_id))


def subjects_of(session: Session, case_id: int) -> Sequence[CaseSubject]:
    """Return whom the case is about."""
    return subjects_by_case(session, [case_id]).get(case_id, [])


def subjects_by_case(session: Session, case_ids: Iterable[int]) -> dict[int, list[CaseSubject]]:
    """Return whom each of some cases is about; a case that is about nobody is left out."""
    found: dict[int, list[CaseSubject]] = {}
    for subject in session.scalars(
        select(CaseSubject)
        .where(CaseSubject.case_id.in_(list(case_ids)), ~CaseSubject.annulment.has())
        .options(joinedload(CaseSubject.person))
    ):
        found.setdefault(subject.case_id, []).append(subject)
    return found


def heads_of(session: Session, unit: str, on: date) -> set[str]:
    """Return the codes of a unit's 主要领导 on a day."""
    return set(
        session.scalars(
            select(Officer.code)
            .join(Officer.grants)
            .where(Officer.unit_code == unit, RoleGrant.role == Role.UNIT_HEAD, RoleGrant.in_force(on))
        )
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


def _officer_is_subject(act: Act) -> bool:
    return is_subject(act.session, act.case.id, act.officer)


def _clerk_names_himself(act: Act) -> bool:
    return any(_is(act.officer, person) for person in persons_in(act.form))


def _is(officer: Officer, person: str | OutsidePerson) -> bool:
    """Whether somebody named in a form is this officer, also where he is named like somebody who is no user."""
    return person == officer.code if isinstance(person, str) else officer.is_named(person.name, person.unit)


def _class_is_forced(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Classification)
    forced = any(each.message.channel.forces_superior for each in act.case.messages)
    return forced and form.outcome.taken_up and form.problem_class is not ProblemClass.SUPERIOR


def _head_is_concerned(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Classification)
    if form.outcome is not Outcome.ACCEPT:
        return False
    codes = set().union(*(heads_of(act.session, unit, act.today) for unit in (form.unit, *form.co_units)))
    heads = act.session.scalars(select(Officer).where(Officer.code.in_(codes))).all()
    if any(_is(head, person) for head in heads for person in form.subjects):
        return True
    unit_is_skipped = any(each.message.channel.direct_accountability for each in act.case.messages)
    return not unit_is_skipped and any(is_subject(act.session, act.case.id, head) for head in heads)


def _investigator_is_proposed(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Investigation)
    officers = act.session.scalars(select(Officer).where(Officer.code.in_(form.investigators)))
    return any(_is(officer, person) for officer in officers for person in persons_in(form))


def _head_is_proposed(act: Act) -> bool:
    heads = act.session.scalars(
        select(Officer).where(Officer.code.in_(heads_of(act.session, act.case.unit_code or "", act.today)))
    ).all()
    return any(_is(head, person) for head in heads for person in persons_in(act.form))


def _signer_is_proposed(act: Act) -> bool:
    report = act.last_answer("investigation")
    signer = act.session.get(Officer, _signer(act))
    if report is None or signer is None:
        return False
    return any(_is(signer, person) for person in persons_in(Investigation.model_validate(report.data, extra="ignore")))


def _decides_about_others_only(act: Act) -> bool:
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


def _answers_somebody_else(act: Act) -> bool:
    form = act.form
    assert isinstance(form, MediaReply | DirectReply | SourceReply)
    reply = {MediaReply: Reply.MEDIA, DirectReply: Reply.DIRECT, SourceReply: Reply.SOURCE}[type(form)]
    due = {
        message.id
        for each, message in untold_messages(act.session, act.case)
        if each is reply and (reply is not Reply.DIRECT or message.can_be_reached)
    }
    return not due.issuperset(form.messages)


def _told_before_it_was_filed(act: Act) -> bool:
    filed_at = act.session.scalar(
        select(Filing.filed_at).where(Filing.case_id == act.case.id, Filing.round == act.assignment.round)
    )
    days = [getattr(act.form, name) for name in act.form.happened]
    filed_on = filed_at.astimezone(SHANGHAI).date() if filed_at is not None else None
    return filed_on is not None and any(day is not None and day < filed_on for day in days)


def _dropped_after_filing(act: Act) -> bool:
    assert isinstance(act.form, Classification)
    if act.form.outcome.taken_up:
        return False
    filed = select(Filing.id).where(Filing.case_id == act.case.id).limit(1)
    return act.case.round > 1 or act.session.scalar(filed) is not None


def _returned_too_late(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Receipt)
    if form.received:
        return False
    opened = act.assignment.opened_at.astimezone(SHANGHAI).date()
    within = policy_number(act.session, "return-within", on=opened)
    return act.today > ends_on(act.session, opened, within.value, within.measured)


def _returned_too_often(act: Act) -> bool:
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


def _belongs_to_nobody(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Receipt)
    if not form.belongs_to:
        return False
    return act.session.scalar(select(Unit.code).where(Unit.code == form.belongs_to, Unit.active)) is None


def _milestones_missing(act: Act) -> bool:
    assert isinstance(act.form, RectificationPlan)
    return act.case.problem_class is ProblemClass.ANNUAL and not act.form.milestones


def _milestone_after_deadline(act: Act) -> bool:
    form = act.form
    assert isinstance(form, RectificationPlan)
    return any(_late(milestone, form.deadline) for milestone in form.milestones)


def _late(milestone: Milestone, deadline: date) -> bool:
    return milestone.by > deadline


def _investigators_from_elsewhere(act: Act) -> bool:
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


def _investigator_is_subject(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Investigation)
    officers = act.session.scalars(select(Officer).where(Officer.code.in_(form.investigators)))
    return any(is_subject(act.session, act.case.id, officer) for officer in officers)


def _head_investigates(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Investigation)
    heads = heads_of(act.session, act.assignment.unit_code or "", act.today)
    return bool(heads & {*form.investigators, act.officer.code})


def _paper_by_clerk_only(act: Act) -> bool:
    form = act.form
    assert isinstance(form, SignOff)
    is_clerk = act.officer.holds(Role.OFFICE_CLERK, on=act.today) and act.officer.unit_code != act.case.unit_code
    return form.on_paper != is_clerk


def _signer_is_not_the_head(act: Act) -> bool:
    return _signer(act) not in heads_of(act.session, act.case.unit_code or "", _signed_on(act))


def _signer_is_subject(act: Act) -> bool:
    signer = act.session.get(Officer, _signer(act))
    return signer is not None and is_subject(act.session, act.case.id, signer)


def _signer_investigated(act: Act) -> bool:
    report = act.last_answer("investigation")
    if report is None:
        return False
    return _signer(act) in {*Investigation.model_validate(report.data).investigators, report.officer_code}


def _signed_before_it_was_reported(act: Act) -> bool:
    report = act.last_answer("investigation")
    return report is not None and _signed_on(act) < report.answered_at.astimezone(SHANGHAI).date()


def _approver_ruled(act: Act) -> bool:
    ruling = act.session.scalar(
        select(Answer)
        .join(Answer.assignment)
        .where(Assignment.case_id == act.case.id, Assignment.kind == "classification", ~Answer.annulment.has())
        .order_by(Answer.id.desc())
        .limit(1)
    )
    return ruling is not None and ruling.officer_code == act.officer.code


def _approver_redacted(act: Act) -> bool:
    text = act.last_answer("publication")
    return text is not None and text.officer_code == act.officer.code


def _approver_applied(act: Act) -> bool:
    application = act.last_answer("write-off")
    return application is not None and application.officer_code == act.officer.code


def _approver_asked_for_it(act: Act) -> bool:
    asked_by = select(Extension.asked_by).where(Extension.case_id == act.case.id, Extension.item == act.assignment.item)
    return act.session.scalar(asked_by) == act.officer.code


def _one_of_the_three_twice(act: Act) -> bool:
    persons = persons_in(act.form)
    outside = [person for person in persons if isinstance(person, OutsidePerson)]
    officers = act.session.scalars(select(Officer).where(Officer.code.in_([p for p in persons if isinstance(p, str)])))
    twice = len({(person.name, person.unit) for person in outside}) < len(outside)
    return twice or any(_is(officer, person) for officer in officers for person in outside)


def _leader_of_another_unit(act: Act) -> bool:
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


def _report_is_not_signed(act: Act) -> bool:
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


def _cites_an_empty_slot(act: Act) -> bool:
    form = act.form
    cited: Iterable[ProposedAccountability]
    if isinstance(form, Investigation | DirectAccountability):
        cited = form.accountability
    else:
        assert isinstance(form, AccountabilityDecisionForm)
        cited = form.decisions
    clauses = {each.clause for each in cited if each.clause is not None}
    full = set(act.session.scalars(select(Clause.slot).where(Clause.slot.in_(clauses), Clause.citable)))
    return clauses != full


def _happened_after_today(act: Act) -> bool:
    dates = [getattr(act.form, name) for name in act.form.happened]
    if isinstance(act.form, AccountabilityDecisionForm):
        dates += [day for each in act.form.decisions for day in (each.decided_on, each.executed_on)]
    return any(day is not None and day > act.today for day in dates)


def _happened_before_the_report(act: Act) -> bool:
    days = [getattr(act.form, name) for name in act.form.happened]
    moments = [act.case.opened_at, *(each.message.received_at for each in act.case.messages)]
    first = min(moments).astimezone(SHANGHAI).date()
    return any(day is not None and day < first for day in days)


def _does_not_answer_for_problems(act: Act) -> bool:
    form = act.form
    assert isinstance(form, Classification)
    others = select(Unit.code).where(Unit.code.in_([form.unit, *form.co_units]), Unit.kind.not_in(RESPONSIBLE_KINDS))
    return form.outcome.taken_up and act.session.scalar(others.limit(1)) is not None


def _names_an_unknown_unit(act: Act) -> bool:
    match act.form:
        case Classification() as form if form.outcome.taken_up:
            codes = {form.unit, *form.co_units}
        case RectificationPlan() as form:
            codes = {form.lead_unit}
        case _:
            return False
    return codes != set(act.session.scalars(select(Unit.code).where(Unit.code.in_(codes), Unit.active)))


def _names_an_unknown_officer(act: Act) -> bool:
    codes = {person for person in persons_in(act.form) if isinstance(person, str)}
    units_too = isinstance(act.form, Investigation | DirectAccountability | AccountabilityDecisionForm)
    known = set(act.session.scalars(select(Officer.code).where(Officer.code.in_(codes))))
    if units_too:
        known |= set(act.session.scalars(select(Unit.code).where(Unit.code.in_(codes))))
    return codes != known


# What the office and the propaganda department write that units or the public read.
_READ_BY_OTHERS: dict[type[Form], tuple[str, ...]] = {
    Classification: ("summary", "reason", "to", "receipt"),
    DirectAccountability: ("facts", "opinion"),
    FilingForm: ("reason",),
    Publication: ("redacted_text",),
    MediaReply: ("reply",),
}


def _identifies_a_sender(act: Act) -> str:
    """Say which text holds what kind of detail, and quote none.

    Only those who may know the senders are told of their names: others could find them out by trying.
    """
    may_know = not isinstance(act.form, MediaReply)
    senders = [each.message.complainant for each in act.case.messages] if may_know else []
    found = []
    for name in _READ_BY_OTHERS[type(act.form)]:
        details = details_in(getattr(act.form, name), *senders, lines_are_public=name != "summary")
        if details:
            kinds = "、".join(dict.fromkeys(detail.word for detail in details))
            found.append(f"“{type(act.form).model_fields[name].title}”含有{kinds}")
    return f"{'；'.join(found)}，请改写。" if found else ""


_ALL = (Form,)
RULES: tuple[Rule, ...] = (
    Rule(
        name="the person reported does not handle his own case",
        says="被反映人不得办理反映本人的问题。",
        source="信访工作条例；norms: 回避",
        forms=_ALL,
        refusal=ConflictOfInterest,
        broken=_officer_is_subject,
    ),
    Rule(
        name="nobody classifies or judges a report about himself",
        says="不得办理涉及本人的问题，请由其他人员办理。",
        source="回避",
        forms=(Classification, Investigation, DirectAccountability, DoubleCheckForm, AccountabilityDecisionForm),
        refusal=ConflictOfInterest,
        broken=_clerk_names_himself,
    ),
    Rule(
        name="named units exist",
        says="有单位代码不在册。",
        source="台账",
        forms=(Classification, RectificationPlan),
        refusal=InvalidForm,
        broken=_names_an_unknown_unit,
    ),
    Rule(
        name="only responsible units answer for problems",
        says="治庸问责办、宣传部门、纪检监察机关和区领导不作为责任单位或协办单位。",
        source="四(二)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=_does_not_answer_for_problems,
    ),
    Rule(
        name="named officers exist",
        says="有人员代码不在册；非系统用户请填姓名、职务、单位。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=_names_an_unknown_officer,
    ),
    Rule(
        name="what has happened lies not in the future",
        says="已办事项的日期不能晚于今天。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=_happened_after_today,
    ),
    Rule(
        name="nothing was done before the report came",
        says="已办事项的日期不能早于收到来件之日。",
        source="台账",
        forms=_ALL,
        refusal=InvalidForm,
        broken=_happened_before_the_report,
    ),
    Rule(
        name="the channel forces class three",
        says="上级转（督）办、上级暗访、市以上媒体曝光、电视问政、领导批示的问题应列为三类。",
        source="四(一)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=_class_is_forced,
    ),
    Rule(
        name="what is on file is not dropped",
        says="办理结果已备案的案件不能改为不予受理或转出。",
        source="四(二)",
        forms=(Classification,),
        refusal=InvalidForm,
        broken=_dropped_after_filing,
    ),
    Rule(
        name="a report about the unit's head skips the unit",
        says="被反映人是责任单位或协办单位主要领导的，不得交该单位办理，应由治庸问责办直接办理。",
        source="四(二)",
        forms=(Classification,),
        refusal=ConflictOfInterest,
        broken=_head_is_concerned,
    ),
    Rule(
        name="a case is returned within days",
        says="退回须在交办后的期限内（默认2个工作日）提出；逾期的应当办理，确有异议的报治庸问责办。",
        source="norms: 退回（默认，非文件规定）",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=_returned_too_late,
    ),
    Rule(
        name="a case is not sent from one to the other for ever",
        says="该案退回次数已达上限，以治庸问责办的裁定为准，不得再退回。",
        source="norms: 退回（默认，非文件规定）",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=_returned_too_often,
    ),
    Rule(
        name="a returned case belongs to a unit that exists",
        says="“应由何单位办理”的单位代码不在册。",
        source="台账",
        forms=(Receipt,),
        refusal=InvalidForm,
        broken=_belongs_to_nobody,
    ),
    Rule(
        name="an annual plan has milestones",
        says="二类（年度重点整改）问题的方案须有承诺节点。",
        source="四(一)",
        forms=(RectificationPlan,),
        refusal=InvalidForm,
        broken=_milestones_missing,
    ),
    Rule(
        name="milestones lie within the plan",
        says="承诺节点不能晚于方案的完成时限。",
        source="四(一)",
        forms=(RectificationPlan,),
        refusal=InvalidForm,
        broken=_milestone_after_deadline,
    ),
    Rule(
        name="the unit investigates with its own officers",
        says="调查人员须为本单位在岗人员。",
        source="四(二)",
        forms=(Investigation,),
        refusal=InvalidForm,
        broken=_investigators_from_elsewhere,
    ),
    Rule(
        name="the person reported does not investigate",
        says="被反映人不得作为调查人员。",
        source="回避",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=_investigator_is_subject,
    ),
    Rule(
        name="whom the report would hold to account does not investigate",
        says="拟问责对象不得作为调查人员。",
        source="回避",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=_investigator_is_proposed,
    ),
    Rule(
        name="a report that would hold the head to account leaves the unit",
        says="拟问责对象为责任单位主要领导的，不得由该单位调查、签字，请报治庸问责办直接办理。",
        source="四(二)",
        forms=(Investigation,),
        refusal=ConflictOfInterest,
        broken=_head_is_proposed,
    ),
    Rule(
        name="the head who signs does not investigate",
        says="签字背书的主要领导不得作为调查人员。",
        source="四(二)",
        forms=(Investigation,),
        refusal=SamePerson,
        broken=_head_investigates,
    ),
    Rule(
        name="only the office records a signature on paper",
        says="单位主要领导本人签字的，不填纸质签字各项；治庸问责办只能录入纸质签字。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=_paper_by_clerk_only,
    ),
    Rule(
        name="only the unit's head signs",
        says="签字人须为该责任单位在签字当日的主要领导。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=_signer_is_not_the_head,
    ),
    Rule(
        name="a report is signed when it is there",
        says="签字日期不能早于调查报告提交之日。",
        source="四(二)",
        forms=(SignOff,),
        refusal=InvalidForm,
        broken=_signed_before_it_was_reported,
    ),
    Rule(
        name="the person reported does not sign",
        says="被反映人不得对反映本人的问题签字背书，应改由治庸问责办直接办理。",
        source="四(二)",
        forms=(SignOff,),
        refusal=ConflictOfInterest,
        broken=_signer_is_subject,
    ),
    Rule(
        name="who investigated does not sign",
        says="参加调查的人员不得对调查结果签字背书。",
        source="四(二)",
        forms=(SignOff,),
        refusal=SamePerson,
        broken=_signer_investigated,
    ),
    Rule(
        name="whom the report would hold to account does not sign",
        says="拟问责对象不得对调查结果签字背书，应改由治庸问责办直接办理。",
        source="四(二)",
        forms=(SignOff,),
        refusal=ConflictOfInterest,
        broken=_signer_is_proposed,
    ),
    Rule(
        name="a double check is about three people",
        says="直接责任人、“一把手”、分管领导须为不同的三人。",
        source="六(二)",
        forms=(DoubleCheckForm,),
        refusal=InvalidForm,
        broken=_one_of_the_three_twice,
    ),
    Rule(
        name="a double check is about the leaders of the unit",
        says="“一把手”、分管领导须为（或曾任）该责任单位的主要领导、分管领导；非系统用户请填姓名、职务、单位。",
        source="六(二)",
        forms=(DoubleCheckForm,),
        refusal=InvalidForm,
        broken=_leader_of_another_unit,
    ),
    Rule(
        name="nothing is filed that its head has not signed",
        says="调查报告未经主要领导签字，或签字后有改动，不得备案。",
        source="四(二)",
        forms=(FilingForm,),
        refusal=InvalidForm,
        broken=_report_is_not_signed,
    ),
    Rule(
        name="who ruled does not approve the closing",
        says="作出不予受理或转出意见的人员不得审批本人的意见。",
        source="四(一)",
        forms=(ClosingApproval,),
        refusal=SamePerson,
        broken=_approver_ruled,
    ),
    Rule(
        name="a decision answers what was proposed",
        says="问责决定未涉及本轮提出或查明应予追究的任何人员，请核对。",
        source="六(三)",
        forms=(AccountabilityDecisionForm,),
        refusal=InvalidForm,
        broken=_decides_about_others_only,
    ),
    Rule(
        name="a reply is to messages that are due it",
        says="所填来件编号不在本案尚待答复之列。",
        source="四(三)",
        forms=(MediaReply, DirectReply, SourceReply),
        refusal=InvalidForm,
        broken=_answers_somebody_else,
    ),
    Rule(
        name="nobody is told of a result before it is on file",
        says="回应、反馈、报送的日期不能早于本轮备案之日。",
        source="四(三)",
        forms=(MediaReply, DirectReply, SourceReply, UpwardReport),
        refusal=InvalidForm,
        broken=_told_before_it_was_filed,
    ),
    Rule(
        name="who redacted does not approve",
        says="公示文本的拟稿人不得审批本人拟定的文本。",
        source="四(三)",
        forms=(PublicationApproval,),
        refusal=SamePerson,
        broken=_approver_redacted,
    ),
    Rule(
        name="who applied does not approve",
        says="销号申请人不得审批本人的申请。",
        source="四(一)",
        forms=(WriteOffApproval,),
        refusal=SamePerson,
        broken=_approver_applied,
    ),
    Rule(
        name="who asked for more time does not grant it",
        says="延期申请人不得审批本人的申请。",
        source="信访工作条例；norms: 延期",
        forms=(ExtensionApproval,),
        refusal=SamePerson,
        broken=_approver_asked_for_it,
    ),
    Rule(
        name="an empty clause is not cited",
        says="所引问责条款原文尚未导入（待核原文），不得引用。",
        source="六(一)",
        forms=(Investigation, DirectAccountability, AccountabilityDecisionForm),
        refusal=SlotEmpty,
        broken=_cites_an_empty_slot,
    ),
    Rule(
        name="what others read identifies no sender",
        says="交单位办理和对外公开的文字不得含有可识别投诉人的内容。",
        source="信访工作条例；norms: 隐私",
        forms=tuple(_READ_BY_OTHERS),
        refusal=InvalidForm,
        broken=_identifies_a_sender,
    ),
)


def rules_of(form: type[Form]) -> list[Rule]:
    """Return the rules that concern a form, in the order in which they are checked."""
    return [rule for rule in RULES if issubclass(form, rule.forms)]
