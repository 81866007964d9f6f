"""All tables of the ledger in one import: what migrations and the schema test compare with the database."""

from models import (
    assignment,
    calendar,
    campaign,
    case,
    clause,
    clock,
    journal,
    lease,
    lists,
    matter_ruling,
    message,
    notice,
    operator,
    outbox,
    policy,
    records,
    registry,
)
from models.base import Base

__all__ = [
    "Base",
    "assignment",
    "calendar",
    "campaign",
    "case",
    "clause",
    "clock",
    "journal",
    "lease",
    "lists",
    "matter_ruling",
    "message",
    "notice",
    "operator",
    "outbox",
    "policy",
    "records",
    "registry",
]
