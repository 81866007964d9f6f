"""A number on which a line's own log and the register differ, or that the log does not let be read (O32)."""

from dataclasses import dataclass
from datetime import date

from models.words import Difference


@dataclass(frozen=True, kw_only=True)
class LogDifference:
    """One difference.

    where: its place in the log, empty where it is not there. logged_on, registered_on: the days of receipt, where they
    are known. case: the number of the case that it became. why: the fault of a row that cannot be read.
    """

    what: Difference
    number: str
    where: str = ""
    logged_on: date | None = None
    registered_on: date | None = None
    case: str = ""
    why: str = ""
