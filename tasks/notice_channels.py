"""By which configured ways a notice leaves, besides the inbox where it always is; none unless somebody sets them up."""

from models.registry import Officer


def channels_for(officer: Officer) -> list[str]:
    """Return the names of the channels that are configured for this officer."""
    return []
