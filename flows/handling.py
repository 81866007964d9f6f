"""四(二) 及时启动调查问责程序: investigation, signature, double check and filing of one round."""

from functools import partial

from flows.ask import ask, path_of, together
from flows.classification import receive
from models.forms import DirectAccountability, DoubleCheckForm, FilingForm, Investigation, SignOff


def handle(number: str, round: int) -> None:
    """Handle the case until its result is on file; a round on file stays as it was, whatever is ruled later.

    Whenever the head does not sign or the office asks for more, all of it is done once more since then.
    """
    path = path_of(number)
    if round in path.filed_rounds:
        return
    since = path.sent_back_by(round)
    if path.bypasses_the_unit(round):
        ask(DirectAccountability, number, round=round, since=since)  # 四(二) 直接启动问责程序
    else:
        together(*(partial(investigate, number, round, unit, since) for unit in path.units))
        ask(SignOff, number, round=round, since=since)  # 四(二) 签字背书, or 退回重查
    if path.needs_double_check(round):
        ask(DoubleCheckForm, number, round=round, since=since)  # 六(二) 一案双查
    ask(FilingForm, number, round=round, since=since)  # 四(二) 备案, or 退回补充


def investigate(number: str, round: int, unit: str, since: int | None) -> None:
    """A unit investigates once it has taken the case, whether or not the others have (会签)."""
    receive(number, round, unit)
    ask(Investigation, number, round=round, unit=unit, since=since)
