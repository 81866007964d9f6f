"""延期 and 督办: what goes on beside the path while a step of it waits for somebody."""

from functools import partial

from flows.ask import ask, path_of, together
from models.forms import ExtensionApproval, ExtensionReply, ProgressReport


def decide_on_extensions(number: str) -> None:
    """延期: the office's head decides whether a step gets more time."""
    together(*(partial(ask, ExtensionApproval, number, item=item) for item in path_of(number).undecided))


def tell_of_extensions(number: str) -> None:
    """延期的，告知投诉人: whoever can be reached is told, once, however often the path comes by."""
    path = path_of(number)
    if path.can_be_called:
        together(*(partial(ask, ExtensionReply, number, item=item, since=0) for item in path.extended))


def report_progress(number: str) -> None:
    """督办: the unit reports its progress on each day that the instruction sets, while it is the unit that works."""
    path = path_of(number)
    if path.next_report is not None and not path.handled_directly:
        item, day = path.next_report
        ask(ProgressReport, number, item=item, opens_on=day)
