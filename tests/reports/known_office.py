"""A small office whose every case is known: what the ledgers say of it is written down in the tests."""

from typing import NamedTuple

from flows.conductor import advance
from models.journal import Actor
from models.words import Basis
from tasks.extend import extend
from tasks.supervise import lift_supervision, supervise
from tasks.urge import urge
from tests.office import CLERK, HEAD, act, assignment_of, carry, double_check, filled, investigate, it_is, report


class Office(NamedTuple):
    """The cases of the office, by what is known of them."""

    done: str
    waiting: str
    refused: str
    exposed: str
    bulletin: str
    visited: str
    again: str


def seven_cases() -> Office:
    """Make seven reports of 6 May in the ledger, as they stand on 19 May."""
    it_is("2026-05-06")
    nobody = {"phone": "", "name": ""}
    told = "甲一路服务大厅窗口，材料交了一个月没有回音，{}多次询问都说再等等。"  # by each in words of his own
    cases = Office(
        done=report(number="QZ-1"),
        waiting=report(number="QZ-2"),
        refused=report(number="QZ-3"),
        exposed=report("MEDIA_EXPOSURE", number="晚报5月5日3版", text=told.format("记者"), **nobody),
        bulletin=report("OPINION_BULLETIN", number="第3期第2条", text=told.format("网友"), **nobody),
        visited=report("SUPERVISOR_VISIT", number="JD-1", text=told.format("监督员"), **nobody),
        again=report(number="QZ-4"),
    )
    it_is("2026-05-07")
    carry(cases.done)
    carry(cases.waiting, to="write-off-approval")
    carry(cases.refused, to="write-off-approval")
    act(cases.refused, "write-off-approval", HEAD, agreed=False, opinion="佐证不足")
    carry(cases.exposed, to="write-off", instead={"classification": {"outcome": "DIRECT", "problem_class": "SUPERIOR"}})
    carry(cases.bulletin, to="receipt-1-U01", instead={"classification": {"co_units": ["U02"], "grade": "SUDDEN"}})
    for unit in ("U01", "U02"):
        act(cases.bulletin, f"receipt-1-{unit}", f"{unit}-03", received=True)
    carry(cases.visited, to="double-check-1")
    poor = {"poorly_handled": True, "dissatisfied": True, "opinion": "逾期且未回应诉求"}
    again = {"call-back-1": {"result": "DISSATISFIED", "resolved": False}, "quality-review-1": poor}
    carry(cases.again, to="investigation-2", instead=again)
    _supervise(cases)
    it_is("2026-05-18")
    act(cases.bulletin, "opinion-tracking-1", CLERK, **filled("opinion-tracking"))
    investigate(cases.again, "investigation-2", rectification="上门致歉并当场办结。")
    carry(cases.again, to="double-check-2")
    double_check(cases.again, "double-check-2", pursued=True)
    decided = {"deciding_body": "区纪委监察局", "decided_on": "2026-05-18"}
    decisions = [
        {"person": "U01-02", "measures": ["ADMONITION", "WRITTEN_SELF_CRITICISM"], **decided}
        | {"document_number": "洪纪〔2026〕5号", "executed_on": "2026-05-18", "appeal": "卫某乙未提出申诉"},
        {"person": {"name": "张三丰", "post": "窗口人员", "unit": "某劳务公司"}, "measures": ["DISMISSAL"], **decided},
        {"person": "U01", "measures": ["PUBLIC_SELF_CRITICISM"], **decided},
    ]
    carry(cases.again, to="write-off", instead={"accountability-decision-2": {"decisions": decisions}})
    it_is("2026-05-19")
    return cases


def _supervise(cases: Office) -> None:
    """Instruct on two cases: one runs, is urged, reported on and given more time; the other is lifted."""
    first, second = cases.bulletin, cases.visited
    by_head = Actor(code=HEAD)
    supervise(first, basis=Basis.OPINION, instruction="一周内查清。", leader="舆情快报第3期", every=5, actor=by_head)
    supervise(second, basis=Basis.MEETING, instruction="限期双查。", leader="联席办公会", every=10, actor=by_head)
    advance(first)
    it_is("2026-05-11")
    lift_supervision(second, actor=by_head, reason="已转双查")
    urge(assignment_of(first, "investigation-1-U01"), actor=Actor(code=CLERK), reason="请抓紧")
    extend(assignment_of(first, "investigation-1-U01"), days=3, actor=Actor(code="U01-04"), reason="证人外出")
    advance(first)
    act(first, "extension-approval-1", HEAD, agreed=True)
    it_is("2026-05-14")
    advance(first)
    act(first, "progress-report-1", "U01-03", progress="已约谈窗口负责人", difficulties="监控已覆盖")
