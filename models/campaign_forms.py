"""What is filled in for a self-inspection: the signature's form is that of cases (`models/forms.py` SignOff)."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.forms import Day, Form, SignOff
from models.words import CampaignStep


class Reception(Form):
    """三(四): 区纪委监察局 receives a unit's signed report."""

    happened = ("received_on",)

    received_on: Day = Field(title="收讫日期")
    note: str = Field(default="", title="备注")


class DecidedProblem(BaseModel):
    """What the office decides of one problem that a unit found."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, frozen=True)

    problem: int = Field(title="问题编号")
    as_case: bool = Field(title="是否立为案件")
    reason: str = Field(default="", title="理由", description="不立案的必填", max_length=20000)

    @model_validator(mode="after")
    def _explicit(self) -> Self:
        if not self.as_case and not self.reason:
            raise ValueError("不立案的，须写明理由")
        return self


class Confirmation(Form):
    """三(四): the office decides of every problem of a return whether it becomes a case (channel 单位自查)."""

    decisions: list[DecidedProblem] = Field(title="逐项确认", min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.problem for each in self.decisions}) < len(self.decisions):
            raise ValueError("同一问题写了两次")
        return self


# The return itself is a workbook, taken in by `zhiyong campaign collect`.
FORMS: dict[CampaignStep, type[Form]] = {
    CampaignStep.SIGN_OFF: SignOff,
    CampaignStep.RECEPTION: Reception,
    CampaignStep.CONFIRMATION: Confirmation,
}
