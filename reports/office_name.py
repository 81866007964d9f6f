"""What the office calls itself on paper: with its district's name, where the registry has one."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.registry import DISTRICT, OFFICE, OTHER_KINDS, RESPONSIBLE_KINDS, Unit, plain_unit

# Units of these kinds are called after the district; a street, a park or a centre may be called after another place.
_CALLED_AFTER_THE_DISTRICT = (RESPONSIBLE_KINDS[0], *OTHER_KINDS)


def office_name(session: Session) -> str:
    """Return the office's name; where it names no district, before it that which the other units all name.

    区治庸问责办 among 洪山区教育局 and 洪山区城管局 is 洪山区治庸问责办. No name is made up: where the registry names
    no district, or two, the office's own name stands as it is.
    """
    units = session.execute(
        select(Unit.kind, Unit.name).where(Unit.active, Unit.kind.in_(_CALLED_AFTER_THE_DISTRICT))
    ).all()
    own = next((name for kind, name in units if kind == OFFICE), OFFICE)
    if _district_in(own):
        return own
    named = {district for _, name in units if (district := _district_in(name))}
    return f"{named.pop()}{plain_unit(own)}" if len(named) == 1 else own


def _district_in(name: str) -> str:
    """Return the name of the district before a unit's name: of 洪山区教育局 洪山区, of 区教育局 none."""
    found = re.match(DISTRICT, name.removeprefix("中共").removeprefix("共青团"))
    return found[0] if found and found[0] != "区" else ""
