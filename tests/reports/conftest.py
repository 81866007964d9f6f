"""The known office as a fixture: made once for a file of tests."""

import pytest

from tests.reports.known_office import Office, seven_cases


@pytest.fixture(scope="module")
def office(shared_ledger: str) -> Office:
    """Make the seven cases in a ledger that the file's tests share."""
    return seven_cases()
