"""Who acts: an officer by his code, with the role that an act needs."""

from sqlalchemy.orm import Session

from models.clock import today
from models.refusals import NotYours, UnknownOfficer
from models.registry import Officer
from models.words import Role


def officer_with(session: Session, code: str, *roles: Role, case: str | None = None) -> Officer:
    """Return the officer if he holds one of the roles today.

    Raises UnknownOfficer, NotYours.
    """
    officer = session.get(Officer, code)
    if officer is None:
        raise UnknownOfficer(case=case)
    if not any(officer.holds(role, on=today(session)) for role in roles):
        raise NotYours(f"此项须由{'或'.join(role.label for role in roles)}办理。", case=case)
    return officer


def is_in_post(session: Session, officer: Officer) -> bool:
    """Whether the officer holds any role today."""
    return any(grant.covers(today(session)) for grant in officer.grants)
