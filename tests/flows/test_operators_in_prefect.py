"""The operators on a real Prefect server: a run at rest stays one run, and what comes back is walked once more."""

from models.words import Basis, Status
from tasks.extend import extend
from tasks.send_back import send_back
from tasks.supervise import supervise
from tasks.suspend import suspend, wake
from tests.live import asked, at_rest, come_in, give, pass_by, run_of, timeline
from tests.office import HEAD, assignment_of, open_steps, status_of
from tests.operators import by
from tests.prefect_forms import CLASSIFIED, form_of, submit
from tests.running import RunningSystem


def test_a_run_at_rest_goes_on_as_the_same_run(system: RunningSystem) -> None:
    (number,) = come_in()
    stale = form_of(system, number, "classification")
    run = run_of(system, number).id
    suspend(number, actor=by(HEAD), reason="待司法鉴定")
    at_rest(system, number)
    assert (status_of(number), open_steps(number)) == (Status.SUSPENDED, ["classification"])
    assert "挂起" in run_of(system, number).tags
    wake(number, actor=by(HEAD), reason="鉴定已出")
    at_rest(system, number)
    form = form_of(system, number, "classification")
    assert form.number != stale.number
    assert submit(system, number, form, **CLASSIFIED).status == "ACCEPT"
    asked(number, "receipt-1")
    at_rest(system, number)
    assert run_of(system, number).id == run
    assert "挂起" not in run_of(system, number).tags


def test_what_was_sent_back_is_walked_once_more(system: RunningSystem) -> None:
    (number,) = come_in()
    pass_by(number, "classification", "receipt-1", "investigation-1")
    asked(number, "sign-off-1")
    send_back(assignment_of(number, "sign-off-1"), to="investigation-1", actor=by("U01-01"), reason="事实不清")
    pass_by(number, "investigation-1-b", "sign-off-1-b")
    asked(number, "filing-1")
    at_rest(system, number)
    assert timeline(system, number) == [
        "classification",
        "receipt-1",
        "investigation-1",
        "investigation-1-b",
        "sign-off-1-b",
    ]


def test_the_head_grants_more_time_in_the_form_on_offer(system: RunningSystem) -> None:
    (number,) = come_in()
    pass_by(number, "classification", "receipt-1")
    asked(number, "investigation-1")
    supervise(number, basis=Basis.INSTRUCTION, instruction="限期解决", leader="区长", every=2, actor=by(HEAD))
    extend(assignment_of(number, "investigation-1"), days=2, actor=by("U01-04"), reason="涉及多部门")
    form = form_of(system, number, "extension-approval-1")
    assert "申请事项：investigation-1 延长2个工作日（现时限 " in form.description
    submit(system, number, form, HEAD, agreed="是")
    asked(number, "extension-reply-1")
    give(number, "extension-reply-1")
    at_rest(system, number)
    assert open_steps(number) == ["investigation-1", "progress-report-1"]
