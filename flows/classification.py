"""四(一) 规范分类处置: the office sorts a report; the unit that gets it takes it or sends it back."""

from functools import partial

from flows.ask import ask, path_of, perform, together
from flows.plan import make_plan
from models.forms import Classification, ClosingApproval, Receipt, RejectionReply
from models.path import FIRST
from models.words import Outcome, Status
from tasks.close import close_case


def classify(number: str) -> Classification:
    """Sort the report until it is taken up, or the office's head agrees that it is not."""
    ask(Classification, number)
    path = path_of(number)
    if path.ruling.outcome.taken_up:
        return path.ruling
    ask(RejectionReply, number, since=path.ruled_by)  # 四(三): whoever reported is told why
    if ask(ClosingApproval, number, since=path.ruled_by).agreed:
        return path.ruling
    return ask(Classification, number, since=path.last_id("closing-approval"))


def close_without_handling(number: str, ruling: Classification) -> str:
    """Close what is not handled here: refused, or passed on to whom it belongs."""
    if ruling.outcome is Outcome.REJECT:
        status, reason = Status.REJECTED, ruling.reason
    else:
        status, reason = Status.TRANSFERRED, f"转{ruling.to}，回执{ruling.receipt}"
    approver = path_of(number).last_officer("closing-approval")
    perform(close_case, "办结", number, seen=path_of(number).length, status=status, approver=approver, reason=reason)
    return status.label


def entrust(number: str, round: int) -> None:
    """四(二): give the case to its units, which take it; of classes one and two the plan comes before the rest."""
    path = path_of(number)
    if round == FIRST and path.needs_plan and not path.bypasses_the_unit(round):
        receipts = () if round in path.filed_rounds else path.units
        together(*(partial(receive, number, round, unit) for unit in receipts), partial(make_plan, number))


def receive(number: str, round: int, unit: str) -> None:
    """四(二): a unit takes the case; where it says that it is another's, the office decides anew."""
    path = path_of(number)
    if not path.was_received(round, unit):
        ask(Receipt, number, round=round, unit=unit, since=path.ruled_by)
        sent_back = path.last_id(path.receipt_of(round, unit))
        ask(Classification, number, round=None if round == FIRST else round, since=sent_back)
