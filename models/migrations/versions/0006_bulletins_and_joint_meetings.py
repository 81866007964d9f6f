"""Bulletins and joint meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IMMUTABLE = ("opinion_bulletin", "bulletin_item", "joint_meeting", "meeting_action")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "opinion_bulletin",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.CheckConstraint("issue > 0", name=op.f("ck_opinion_bulletin_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_bulletin")),
        sa.UniqueConstraint("year", "issue", name=op.f("uq_opinion_bulletin_year_issue")),
    )
    op.create_table(
        "bulletin_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("bulletin_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["opinion_bulletin.id"], name=op.f("fk_bulletin_item_bulletin_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_bulletin_item_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_item")),
        sa.UniqueConstraint("bulletin_id", "position", name=op.f("uq_bulletin_item_bulletin_id_position")),
        sa.UniqueConstraint("message_id", name=op.f("uq_bulletin_item_message_id")),
    )
    op.create_table(
        "joint_meeting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("attendees", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["officer.code"], name=op.f("fk_joint_meeting_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_meeting")),
        sa.UniqueConstraint("number", name=op.f("uq_joint_meeting_number")),
        sa.UniqueConstraint("sha256", name=op.f("uq_joint_meeting_sha256")),
        sa.UniqueConstraint("year", "sequence", name=op.f("uq_joint_meeting_year_sequence")),
    )
    op.create_table(
        "meeting_action",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("what <> ''", name=op.f("ck_meeting_action_something_to_do")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_meeting_action_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["joint_meeting.id"], name=op.f("fk_meeting_action_meeting_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_meeting_action_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_action")),
        sa.UniqueConstraint("case_id", "item", name=op.f("uq_meeting_action_case_id_item")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_meeting_action_meeting_id_position")),
        sa.UniqueConstraint("number", name=op.f("uq_meeting_action_number")),
    )
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
