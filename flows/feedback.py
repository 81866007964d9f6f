"""四(三) 落实整改结果反馈: three 口径, the answer to who reported, and whether the complainant is satisfied."""

from functools import partial

from flows.ask import ask, path_of, perform, together
from models.forms import (
    CallBackForm,
    DirectReply,
    MediaReply,
    Publication,
    PublicationApproval,
    QualityReview,
    SourceReply,
    UpwardReport,
)
from models.path import LAST
from models.words import Reply, Satisfaction
from tasks.close import record_no_call_back, record_undeliverable


def give_feedback(number: str, round: int) -> None:
    """Tell the result to everybody to whom it is due; a message that joins the case late is told too."""
    if path_of(number).some_cannot_be_told:
        perform(record_undeliverable, "记录无法反馈的原因", number, round=round)
    together(
        *(
            partial(tell, number, round)
            for tell in (publish, answer_media, answer_complainant, answer_source, report_upward)
        )
    )


def publish(number: str, round: int) -> None:
    """一是网上公示: one writes the redacted text, another approves it."""
    while Reply.ONLINE in path_of(number).untold:
        ask(Publication, number, round=round)
        ask(PublicationApproval, number, round=round)


def answer_media(number: str, round: int) -> None:
    """二是媒体回应: 统一由区委宣传部."""
    while Reply.MEDIA in path_of(number).untold:
        ask(MediaReply, number, round=round)


def answer_complainant(number: str, round: int) -> None:
    """三是直接向投诉人反馈结果."""
    while Reply.DIRECT in path_of(number).untold:
        ask(DirectReply, number, round=round)


def answer_source(number: str, round: int) -> None:
    """The body that reported, having no complainant, is answered itself."""
    while Reply.SOURCE in path_of(number).untold:
        ask(SourceReply, number, round=round)


def report_upward(number: str, round: int) -> None:
    """四(二): what a superior body found or handed down is answered upward."""
    if path_of(number).forced_upward_report:
        ask(UpwardReport, number, round=round)


def ask_whether_satisfied(number: str, round: int) -> None:
    """群众满意标准: call back; who is dissatisfied has the quality of the handling reviewed."""
    path = path_of(number)
    if not path.can_be_called:
        if round not in path.called_back:
            perform(record_no_call_back, "记录无法回访的原因", number, round=round)
        return
    results = [ask(CallBackForm, number, round=round)]
    while len(results) < len(path.answers[f"call-back-{round}"]):
        results.append(ask(CallBackForm, number, round=round))
    if path.somebody_joined_since_the_call(round):
        results.append(ask(CallBackForm, number, round=round))
    if any(each.result is Satisfaction.DISSATISFIED for each in results) and round != LAST:
        ask(QualityReview, number, round=round)
