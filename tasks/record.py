"""What an accepted answer changes in the ledger besides the answer itself, form by form, in its transaction."""

from collections.abc import Sequence
from datetime import date
from functools import singledispatch

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from models import journal
from models.assignment import Answer, Assignment
from models.breaches import Act
from models.case import CaseSubject, next_number
from models.forms import (
    AccountabilityDecisionForm,
    CallBackForm,
    Classification,
    DirectReply,
    DoubleCheckForm,
    ExtensionApproval,
    FilingForm,
    Form,
    Investigation,
    MediaReply,
    OutsidePerson,
    PublicationApproval,
    QualityReview,
    SignOff,
    SourceReply,
    UpwardReport,
)
from models.journal import Actor, sha256_of
from models.path import LAST
from models.records import (
    AccountabilityDecision,
    CallBack,
    DecisionMeasure,
    DoubleCheck,
    Feedback,
    Filing,
    Signature,
)
from models.refusals import LastRound
from models.registry import Person, Unit
from models.words import FilingDecision, Outcome, Position, ProblemClass, Reply
from tasks.annul import annul
from tasks.more_time import decide_extension
from tasks.open_steps import withdraw
from tasks.register import open_linked_case

# What was found and asked at the end of a round does not count at the end of the next.
AT_THE_END = ("effect-assessment", "social-evaluation", "write-off", "write-off-approval")
# What one unit promised does not bind the next.
PROMISES = ("rectification-plan", "report-to-leaders", "milestone")
# What was done in a round to handle the case; with another in charge, a unit or the office itself, it begins anew.
HANDLING = ("investigation", "sign-off", "direct-accountability", "double-check", "filing")
# What goes on beside the rounds, whatever round begins.
BESIDE_THE_ROUNDS = ("accountability-decision", "milestone")


@singledispatch
def record(form: Form, act: Act, given: Answer, actor: Actor) -> None:
    """Record what follows from an answer; most forms leave nothing but the answer."""


@record.register
def _(form: Classification, act: Act, given: Answer, actor: Actor) -> None:
    case = act.case
    named = dict.fromkeys(
        (each["officer_code"], each["person_id"]) for each in (who(act, one) for one in form.subjects)
    )
    act.session.add_all(
        CaseSubject(case_id=case.id, answer_id=given.id, officer_code=officer, person_id=person)
        for officer, person in named
    )
    if not form.outcome.taken_up:
        return
    directly = form.outcome is Outcome.DIRECT
    if case.unit_code not in (None, form.unit):
        _annul(act, Assignment.kind.in_(PROMISES), actor, why="责任单位变更")
        _take_back(act, Assignment.kind.in_(PROMISES), why="责任单位变更")
    if form.problem_class is ProblemClass.ANNUAL:
        without_milestones = (Assignment.kind == "rectification-plan") & (
            func.jsonb_array_length(Answer.data["milestones"]) == 0
        )
        _annul(act, without_milestones, actor, why="改列二类，方案须有承诺节点")
    if case.unit_code is not None and (case.unit_code, case.handled_directly) != (form.unit, directly):
        in_this_round = Assignment.kind.in_(HANDLING) & (Assignment.round == case.round)
        _annul(act, in_this_round, actor, why="承办单位变更")
        _take_back(act, in_this_round, why="承办单位变更")
    case.problem_class, case.grade, case.kind, case.route = form.problem_class, form.grade, form.kind, form.route
    case.unit_code, case.co_units, case.summary = form.unit, list(form.co_units), form.summary
    case.handled_directly = directly
    case.long_standing = form.long_standing


@record.register
def _(form: Investigation, act: Act, given: Answer, actor: Actor) -> None:
    act.case.long_standing = act.case.long_standing or form.long_standing


@record.register
def _(form: SignOff, act: Act, given: Answer, actor: Actor) -> None:
    report = act.last_answer("investigation")
    if not form.agreed or report is None:
        return
    text = journal.canonical(report.data)
    act.session.add(
        Signature(
            case_id=act.case.id,
            answer_id=given.id,
            round=act.assignment.round,
            unit_code=act.case.unit_code or "",
            signer=form.signed_by if form.on_paper else act.officer.code,
            signed_on=form.signed_on or act.today,
            text=text,
            sha256=sha256_of(report.data),
            paper_number=form.paper_number,
            recorded_by=act.officer.code if form.on_paper else None,
        )
    )


@record.register
def _(form: DoubleCheckForm, act: Act, given: Answer, actor: Actor) -> None:
    for position, conclusion in (
        (Position.DIRECT, form.direct),
        (Position.HEAD, form.head),
        (Position.DEPUTY, form.deputy),
    ):
        named = who(act, conclusion.person)
        act.session.add(
            DoubleCheck(
                case_id=act.case.id,
                answer_id=given.id,
                round=act.assignment.round,
                position=position,
                officer_code=named["officer_code"],
                person_id=named["person_id"],
                pursued=conclusion.pursued,
                reason=conclusion.reason,
                measures=[measure.value for measure in conclusion.measures],
            )
        )


@record.register
def _(form: FilingForm, act: Act, given: Answer, actor: Actor) -> None:
    if form.decision is not FilingDecision.FILED:
        return
    direct = act.last_answer("direct-accountability")
    signature = None
    if direct is None:
        signature = act.session.scalar(
            select(Signature.id).where(Signature.case_id == act.case.id).order_by(Signature.id.desc()).limit(1)
        )
    year = act.today.year
    linked = open_linked_case(act.session, act.case, lapse=form.lapse, actor=actor) if form.lapse else None
    act.session.add(
        Filing(
            case_id=act.case.id,
            answer_id=given.id,
            round=act.assignment.round,
            number=f"洪治庸备〔{year}〕{next_number(act.session, 'filing', year)}号",
            filed_at=given.answered_at,
            signature_id=signature,
            direct_answer_id=direct.id if direct else None,
            lapse=form.lapse,
            linked_case_id=linked.id if linked else None,
        )
    )


@record.register
def _(form: AccountabilityDecisionForm, act: Act, given: Answer, actor: Actor) -> None:
    for each in form.decisions:
        named = who(act, each.person)
        act.session.add(
            AccountabilityDecision(
                case_id=act.case.id,
                answer_id=given.id,
                round=act.assignment.round,
                officer_code=named["officer_code"],
                person_id=named["person_id"],
                unit_code=named["unit_code"],
                clause=each.clause,
                clause_citable=True if each.clause else None,
                deciding_body=each.deciding_body,
                decided_on=each.decided_on,
                document_number=each.document_number,
                executed_on=each.executed_on,
                appeal=each.appeal,
                measures=[DecisionMeasure(measure=measure) for measure in dict.fromkeys(each.measures)],
            )
        )


@record.register
def _(form: PublicationApproval, act: Act, given: Answer, actor: Actor) -> None:
    text = act.last_answer("publication")
    if form.agreed and text is not None:
        _tell(act, given, Reply.ONLINE, told_on=act.today, text=text.data["redacted_text"], proof=form.url)


@record.register
def _(form: MediaReply, act: Act, given: Answer, actor: Actor) -> None:
    _tell(act, given, Reply.MEDIA, form.messages, told_on=form.sent_on, to=form.outlet, text=form.reply)


@record.register
def _(form: DirectReply, act: Act, given: Answer, actor: Actor) -> None:
    if form.undeliverable_reason:
        _tell(act, given, Reply.DIRECT, form.messages, undeliverable_reason=form.undeliverable_reason)
    else:
        _tell(act, given, Reply.DIRECT, form.messages, told_on=form.delivered_on, to=form.means, proof=form.proof)


@record.register
def _(form: SourceReply, act: Act, given: Answer, actor: Actor) -> None:
    _tell(act, given, Reply.SOURCE, form.messages, told_on=form.sent_on, to=form.to, proof=form.document_number)


@record.register
def _(form: UpwardReport, act: Act, given: Answer, actor: Actor) -> None:
    act.session.add(
        Feedback(
            case_id=act.case.id,
            answer_id=given.id,
            round=act.assignment.round,
            reply=Reply.UPWARD,
            told_on=form.sent_on,
            to=form.to,
            proof=form.document_number,
        )
    )


@record.register
def _(form: CallBackForm, act: Act, given: Answer, actor: Actor) -> None:
    act.session.add(
        CallBack(
            case_id=act.case.id,
            answer_id=given.id,
            round=act.assignment.round,
            result=form.result,
            resolved=form.resolved,
            attempts=form.attempts,
            recorded_at=given.answered_at,
        )
    )


@record.register
def _(form: QualityReview, act: Act, given: Answer, actor: Actor) -> None:
    if not form.starts_another_round:
        return
    if act.assignment.round == LAST:
        raise LastRound(case=act.case.number)
    act.case.round = act.assignment.round + 1
    detail = {"round": act.case.round}
    journal.write(act.session, case=act.case, actor=actor, what="another-round", detail=detail)
    why = "启动新一轮办理"
    _annul(act, Assignment.kind.in_(AT_THE_END), actor, why=why)
    _take_back(act, Assignment.kind.not_in(BESIDE_THE_ROUNDS), why=why)


@record.register
def _(form: ExtensionApproval, act: Act, given: Answer, actor: Actor) -> None:
    item = act.assignment.item
    decide_extension(act.session, act.case, item, agreed=form.agreed, actor=actor, opinion=form.opinion)


def who(act: Act, person: str | OutsidePerson) -> dict[str, str | int | None]:
    """Find the officer, the unit or the person who is no user; such a person is entered once."""
    named: dict[str, str | int | None] = {"officer_code": None, "unit_code": None, "person_id": None}
    if isinstance(person, str):
        named["unit_code" if act.session.get(Unit, person) else "officer_code"] = person
        return named
    same = {"name": person.name, "post": person.post, "unit": person.unit}
    act.session.execute(insert(Person).values(**same).on_conflict_do_nothing())  # two may name him at once
    named["person_id"] = act.session.scalars(select(Person.id).filter_by(**same)).one()
    return named


def _annul(act: Act, steps: ColumnElement[bool], actor: Actor, *, why: str) -> None:
    """Annul what was answered to some of the case's steps."""
    for answer in act.session.scalars(
        select(Answer).join(Answer.assignment).where(Assignment.case_id == act.case.id, steps, ~Answer.annulment.has())
    ):
        annul(act.session, act.case, answer, actor=actor, reason=why)


def _take_back(act: Act, steps: ColumnElement[bool], *, why: str) -> None:
    """Withdraw some of the case's open steps at once, so that nobody answers them before the flow comes by."""
    for assignment in act.session.scalars(
        select(Assignment).where(Assignment.case_id == act.case.id, steps, Assignment.is_open)
    ):
        withdraw(act.session, act.case, assignment, why=why)


def _tell(
    act: Act,
    given: Answer,
    reply: Reply,
    only: Sequence[int] = (),
    *,
    told_on: date | None = None,
    to: str = "",
    text: str = "",
    proof: str = "",
    undeliverable_reason: str = "",
) -> None:
    """Record a reply for each message that was due it, or for some of these."""
    for due, message in act.untold:
        if due is not reply or (only and message.id not in only):
            continue
        if reply is not Reply.DIRECT or message.can_be_reached:
            act.session.add(
                Feedback(
                    case_id=act.case.id,
                    answer_id=given.id,
                    round=act.assignment.round,
                    reply=reply,
                    message_id=message.id,
                    told_on=told_on,
                    to=to,
                    text=text,
                    proof=proof,
                    undeliverable_reason=undeliverable_reason,
                )
            )
