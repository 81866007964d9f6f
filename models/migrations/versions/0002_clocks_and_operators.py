"""Clocks and operators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What is written once stays as it was written, and what moves on never disappears.
IMMUTABLE = ("notice", "notice_item")
KEPT = ("nudge", "delivery", "substitution", "extension", "supervision", "suspension")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_notice_officer_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_officer_code"), "notice", ["officer_code"], unique=False)
    op.create_table(
        "substitution",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=False),
        sa.Column("substitute_code", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_substitution_a_period")),
        sa.CheckConstraint("officer_code <> substitute_code", name=op.f("ck_substitution_two_people")),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_substitution_officer_code")),
        sa.ForeignKeyConstraint(["substitute_code"], ["officer.code"], name=op.f("fk_substitution_substitute_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index(op.f("ix_substitution_officer_code"), "substitution", ["officer_code"], unique=False)
    op.create_index(op.f("ix_substitution_substitute_code"), "substitution", ["substitute_code"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("INSTRUCTION", "MEETING", "OPINION", name="basis", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("leader", sa.Text(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("every > 0", name=op.f("ck_supervision_an_interval")),
        sa.ForeignKeyConstraint(["begun_by"], ["officer.code"], name=op.f("fk_supervision_begun_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_supervision_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_number")),
    )
    op.create_index(op.f("ix_supervision_case_id"), "supervision", ["case_id"], unique=False)
    op.create_index(
        "uq_supervision_one_at_a_time", "supervision", ["case_id"], unique=True, postgresql_where="ended_at IS NULL"
    )
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("woken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woken_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(woken_at IS NULL) = (woken_by IS NULL)", name=op.f("ck_suspension_woken_by_somebody")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_suspension_case_id")),
        sa.ForeignKeyConstraint(["suspended_by"], ["officer.code"], name=op.f("fk_suspension_suspended_by")),
        sa.ForeignKeyConstraint(["woken_by"], ["officer.code"], name=op.f("fk_suspension_woken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_case_id"), "suspension", ["case_id"], unique=False)
    op.create_index(
        "uq_suspension_one_at_a_time", "suspension", ["case_id"], unique=True, postgresql_where="woken_at IS NULL"
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(delivered_at IS NULL) = (next_try_at IS NOT NULL)", name=op.f("ck_delivery_delivered_or_tried_again")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_delivery_notice_id_channel")),
    )
    op.create_index(
        "ix_delivery_next_try_at", "delivery", ["next_try_at"], unique=False, postgresql_where="next_try_at IS NOT NULL"
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("days > 0", name=op.f("ck_extension_more_time")),
        sa.ForeignKeyConstraint(["asked_by"], ["officer.code"], name=op.f("fk_extension_asked_by")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_extension_assignment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_extension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("case_id", "item", name=op.f("uq_extension_case_id_item")),
    )
    op.create_index(
        "uq_extension_once", "extension", ["assignment_id"], unique=True, postgresql_where="agreed IS NOT FALSE"
    )
    op.create_table(
        "nudge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("REMIND", "DUE", "URGE", "ESCALATE", name="stage", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(number <> '') = (stage = 'URGE')", name=op.f("ck_nudge_number_of_an_urging")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_nudge_assignment_id")),
        sa.ForeignKeyConstraint(["by_code"], ["officer.code"], name=op.f("fk_nudge_by_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
    )
    op.create_index(op.f("ix_nudge_assignment_id"), "nudge", ["assignment_id"], unique=False)
    op.create_index("ix_nudge_untold", "nudge", ["id"], unique=False, postgresql_where="NOT told")
    op.create_index(
        "uq_nudge_once", "nudge", ["assignment_id", "stage", "due_on"], unique=True, postgresql_where="by_code IS NULL"
    )
    op.create_table(
        "notice_item",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("nudge_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_item_notice_id")),
        sa.ForeignKeyConstraint(["nudge_id"], ["nudge.id"], name=op.f("fk_notice_item_nudge_id")),
        sa.PrimaryKeyConstraint("notice_id", "nudge_id", name=op.f("pk_notice_item")),
    )
    op.create_index(op.f("ix_notice_item_nudge_id"), "notice_item", ["nudge_id"], unique=False)
    op.add_column("assignment", sa.Column("owner_code", sa.Text(), nullable=True))
    op.add_column("assignment", sa.Column("delegate_code", sa.Text(), nullable=True))
    op.add_column("assignment", sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("assignment", sa.Column("extra", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("assignment", "extra", server_default=None)
    op.add_column("assignment", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "assignment",
        sa.Column(
            "told",
            sa.Enum("REMIND", "DUE", "URGE", "ESCALATE", name="stage", native_enum=False, length=40),
            nullable=True,
        ),
    )
    op.create_index(
        "ix_assignment_look_at",
        "assignment",
        ["look_at"],
        unique=False,
        postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL AND look_at IS NOT NULL",
    )
    op.create_foreign_key(op.f("fk_assignment_delegate_code"), "assignment", "officer", ["delegate_code"], ["code"])
    op.create_foreign_key(op.f("fk_assignment_owner_code"), "assignment", "officer", ["owner_code"], ["code"])
    op.execute(
        "UPDATE assignment SET look_at = opened_at + (due_at - opened_at) / 2"
        " WHERE answered_at IS NULL AND withdrawn_at IS NULL"
    )
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
