"""A case is found by the number that somebody typed."""

import pytest

from models.database import transaction
from models.refusals import UnknownCase
from tasks.find import find_case
from tests.office import it_is, report

pytestmark = pytest.mark.usefixtures("ledger")


@pytest.mark.parametrize("typed", ["2026-1", " 2026－0001 ", "２０２６-１", "洪治庸〔2026〕1号", "洪治庸[2026]001"])
def test_a_case_is_found_by_its_number_however_it_is_typed(typed: str) -> None:
    it_is("2026-05-06")
    number = report()
    with transaction() as session:
        assert find_case(session, typed).number == number


@pytest.mark.parametrize("typed", ["", "2026-99999999999999999999", "2026-" + "9" * 5000, "0000-0", "2026-0", "-1-1"])
def test_what_no_case_has_is_unknown(typed: str) -> None:
    with transaction() as session, pytest.raises(UnknownCase):
        find_case(session, typed)
