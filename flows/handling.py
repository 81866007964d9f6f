"""四(二) 及时启动调查问责程序: investigation, signature, double check and filing of one round."""

from functools import partial

from flows.ask import ask, path_of, together
from models.forms import DirectAccountability, DoubleCheckForm, FilingForm, Investigation, SignOff


def handle(number: str, round: int) -> None:
    """Handle the case until its result is on file; a round on file stays as it was, whatever is ruled later."""
    while round not in path_of(number).filed_rounds:
        if path_of(number).bypasses_the_unit(round):
            ask(DirectAccountability, number, round=round)  # 四(二) 直接启动问责程序
        else:
            investigate_and_sign(number, round)
        if path_of(number).needs_double_check(round):
            ask(DoubleCheckForm, number, round=round)  # 六(二) 一案双查
        ask(FilingForm, number, round=round)  # 四(二) 备案, or 退回补充


def investigate_and_sign(number: str, round: int) -> None:
    """Each unit investigates; the responsible unit's head signs its report, or has it made again."""
    while True:
        together(*(partial(ask, Investigation, number, round=round, unit=unit) for unit in path_of(number).units))
        if ask(SignOff, number, round=round).agreed:  # 四(二) 签字背书
            return
