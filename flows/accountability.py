"""六(三) 严格责任追究: what is decided where accountability was proposed or concluded."""

from functools import partial

from flows.ask import ask, path_of, together
from models.forms import AccountabilityDecisionForm


def decide_on_accountability(number: str) -> None:
    """For each round on file in which somebody is to be held to account, the decision is recorded."""
    path = path_of(number)
    together(
        *(
            partial(ask, AccountabilityDecisionForm, number, round=round)
            for round in sorted(path.filed_rounds)
            if path.accountability_is_due(round)
        )
    )
