"""The way to the ledger: what its errors may say, and what migrating and seeding leave alone."""

import traceback
from datetime import date

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from models.database import engine, is_current, migrate, seed
from models.message import Complainant
from models.policy import Measured, PolicyNumber, default_numbers
from models.refusals import NewerLedger
from models.words import Grade

NAME = "来件人甲"


def tell(url: str, *statements: str) -> None:
    """Execute statements in one transaction; `:name` is the caller's."""
    with engine(url).begin() as connection:
        for statement in statements:
            connection.execute(text(statement), {"name": NAME})


def told(fault: BaseException) -> str:
    return "".join(traceback.format_exception(fault))


def test_an_error_quotes_no_row(ledger: str) -> None:
    tell(ledger, "CREATE TABLE caller (name text UNIQUE)", "INSERT INTO caller VALUES (:name)")
    with pytest.raises(IntegrityError) as caught:
        tell(ledger, "INSERT INTO caller VALUES (:name)")
    assert "UniqueViolation 23505: duplicate key value violates unique constraint" in str(caught.value)
    assert NAME not in told(caught.value)
    assert "DETAIL" not in told(caught.value)


def test_an_error_at_the_end_of_a_transaction_quotes_no_row(ledger: str) -> None:
    tell(ledger, "CREATE TABLE caller (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError) as caught:
        tell(ledger, "INSERT INTO caller VALUES (:name), (:name)")
    assert "UniqueViolation" in str(caught.value)
    assert NAME not in told(caught.value)


@pytest.mark.parametrize("typed", [NAME, "99999999999999999999"])
def test_an_error_quotes_no_value_that_does_not_fit(ledger: str, typed: str) -> None:
    with pytest.raises(DataError) as caught, engine(ledger).begin() as connection:
        connection.execute(text("SELECT CAST(CAST(:typed AS text) AS integer)"), {"typed": typed})
    assert typed not in told(caught.value)
    assert isinstance(caught.value.orig, psycopg.DataError)


def test_an_error_of_the_orm_quotes_no_row(session: Session) -> None:
    session.add(Complainant(message_id=99, name=NAME, phone=None))
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    assert NAME not in told(caught.value)
    assert "DETAIL" not in told(caught.value)


def test_a_ledger_of_a_later_release_is_left_alone(empty_ledger: str) -> None:
    with engine(empty_ledger).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(empty_ledger)
    with pytest.raises(NewerLedger, match="台账版本新于本程序"):
        migrate(empty_ledger)
    with engine(empty_ledger).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_seeding_brings_a_number_that_a_new_release_adds_and_leaves_what_was_set(session: Session) -> None:
    session.execute(text("ALTER TABLE policy_number DISABLE TRIGGER USER"))
    session.execute(text("DELETE FROM policy_number WHERE key = 'sign-off' AND grade = 'SUDDEN' OR key = 'write-off'"))
    session.add(
        PolicyNumber(
            key="sign-off",
            grade=Grade.DAILY,
            value=7,
            measured=Measured.WORKING_DAYS,
            valid_from=date(2026, 5, 6),
            source="区定",
        )
    )
    session.flush()
    seed(session)
    session.flush()
    rows = session.scalars(select(PolicyNumber)).all()
    assert len(rows) == len(default_numbers()) + 1
    places = [(each.key, each.grade, each.kind) for each in rows if each.source != "区定"]
    assert len(set(places)) == len(places)
    assert [each.value for each in rows if each.source == "区定"] == [7]
