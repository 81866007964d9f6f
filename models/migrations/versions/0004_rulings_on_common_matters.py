"""Rulings on matters that many reported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "matter_ruling",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("matter_id", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("messages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ruled_by", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_matter_ruling_period")),
        sa.CheckConstraint("people >= 3", name=op.f("ck_matter_ruling_of_three_people")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_matter_ruling_with_a_reason")),
        sa.ForeignKeyConstraint(["matter_id"], ["message.id"], name=op.f("fk_matter_ruling_matter_id")),
        sa.ForeignKeyConstraint(["ruled_by"], ["officer.code"], name=op.f("fk_matter_ruling_ruled_by")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_matter_ruling_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_ruling")),
    )
    op.execute(
        "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON matter_ruling "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
