"""All tables of the ledger in one import: what migrations and the schema test compare with the database."""

from models import (
    assignment,
    calendar,
    case,
    clause,
    clock,
    journal,
    lease,
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
    "case",
    "clause",
    "clock",
    "journal",
    "lease",
    "message",
    "notice",
    "operator",
    "outbox",
    "policy",
    "records",
    "registry",
]
