"""问责对象（受限）: how somebody who was checked or held to account is named to a report's reader."""

from collections.abc import Iterable
from datetime import date

from models.masks import masked_name
from models.records import Named
from models.words import Role
from reports.report import Scope


def full_name(record: Named) -> str:
    """Return the person's name, empty where the record is about a unit."""
    somebody = record.officer or record.person
    return somebody.name if somebody is not None else ""


def shown_name(record: Named, scope: Scope) -> str:
    """Return the name in full to who may read it, masked to anybody else: 张**."""
    name = full_name(record)
    return name if scope.reader.names else masked_name(name)


def unit_name(record: Named) -> str:
    """Return the person's unit."""
    if record.officer is not None:
        return record.officer.unit.name
    return record.person.unit if record.person is not None else ""


def post_on(record: Named, day: date) -> str:
    """Return the person's post; of an officer the roles that he held on that day."""
    if record.person is not None:
        return record.person.post
    if record.officer is None:
        return ""
    held = {grant.role for grant in record.officer.grants if grant.covers(day)}
    return "、".join(role.label.removeprefix("责任单位") for role in Role if role in held)


def without_names(text: str, names: Iterable[str], scope: Scope) -> str:
    """Mask in a text the names of persons that the reader may not read."""
    if scope.reader.names:
        return text
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, masked_name(name))
    return text
