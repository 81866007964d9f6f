"""延期、督办、舆情跟踪、联席会议: what goes on beside the path while a step of it waits for somebody."""

from functools import partial

from flows.ask import ask, path_of, together
from models.forms import ExtensionApproval, ExtensionReply, MeetingActionReport, OpinionTracking, ProgressReport


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


def track_opinion(number: str) -> None:
    """三 全程跟踪督办: the office writes its tracker of what came by the media, at the interval, to the end."""
    path = path_of(number)
    if path.next_tracking is not None:
        item, day = path.next_tracking
        ask(OpinionTracking, number, item=item, opens_on=day)


def carry_out_meeting_actions(number: str) -> None:
    """三 联席办公会: what a meeting asked for is done before the case is written off."""
    together(
        *(
            partial(ask, MeetingActionReport, number, item=each.item, unit=each.unit, ends_on=each.ends_on)
            for each in path_of(number).meeting_actions
        )
    )
