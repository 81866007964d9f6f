"""Which periodic reports there are, and what may be asked of them; how they are reckoned and written is elsewhere."""

from dataclasses import dataclass

from models.words import Role
from reports.periodic_period import PeriodKind
from reports.report import UNIT_ROLES, Paper, Parameter


@dataclass(frozen=True, kw_only=True)
class PeriodicReport:
    """One of the periodic reports."""

    kind: PeriodKind
    about: str
    paper: Paper = Paper.A4
    landscape: bool = False
    parameters: tuple[Parameter, ...] = (Parameter.FROM, Parameter.TO, Parameter.UNIT)
    dated_by: str = "收到、登记日期"
    also_for: tuple[Role, ...] = UNIT_ROLES

    @property
    def name(self) -> str:
        """What the command calls it."""
        return self.kind.value

    @property
    def title(self) -> str:
        """What people call it."""
        return f"治庸问责{self.kind.label}"


_ABOUT = "来件、办理时效、六率、二次办理、问责、重复反映和单位排名，首页供领导单独阅读；缺省为上一个完整的"
PERIODIC = {
    kind.value: PeriodicReport(kind=kind, about=f"{_ABOUT}{whole}")
    for kind, whole in zip(PeriodKind, ("周", "月", "半年", "年"), strict=True)
}
