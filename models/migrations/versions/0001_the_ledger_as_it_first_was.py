"""The ledger as it first was."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# What is written once stays as it was written …
IMMUTABLE = (
    "journal",
    "seal",
    "answer",
    "annulment",
    "signature",
    "filing",
    "double_check",
    "accountability_decision",
    "decision_measure",
    "feedback",
    "call_back",
    "batch",
    "attachment",
    "complainant",
    "case_subject",
    "person",
    "policy_number",
)
# … also a message, but for which earlier one it is like …
IMMUTABLE_IN_A_MESSAGE = (
    "id, channel_code, source_number, received_at, registered_at, subject, text, about_unit, extra, batch_id"
)
# … and what moves on never disappears.
KEPT = ("case", "case_message", "message", "assignment", "unit", "officer", "role_grant", "channel", "clause")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "allowed_move",
        sa.Column(
            "from_status",
            sa.Enum(
                "REGISTERED",
                "PLANNING",
                "INVESTIGATING",
                "SIGNING",
                "CHECKING",
                "FILING",
                "FEEDBACK",
                "REVIEW",
                "WRITE_OFF",
                "WRITTEN_OFF",
                "REJECTED",
                "TRANSFERRED",
                "MERGED",
                "SUSPENDED",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "REGISTERED",
                "PLANNING",
                "INVESTIGATING",
                "SIGNING",
                "CHECKING",
                "FILING",
                "FEEDBACK",
                "REVIEW",
                "WRITE_OFF",
                "WRITTEN_OFF",
                "REJECTED",
                "TRANSFERRED",
                "MERGED",
                "SUSPENDED",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("from_status", "to_status", name=op.f("pk_allowed_move")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "channel",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("COMPLAINT", "MEDIA", "UNIT", "SUPERIOR", name="origin", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("feedback", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("forces_superior", sa.Boolean(), nullable=False),
        sa.Column("direct_accountability", sa.Boolean(), nullable=False),
        sa.Column("double_check", sa.Boolean(), nullable=False),
        sa.Column("upward_report", sa.Boolean(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_channel")),
    )
    op.create_table(
        "clause",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citable", sa.Boolean(), sa.Computed("text <> ''", persisted=True), nullable=False),
        sa.CheckConstraint("slot BETWEEN 1 AND 46", name=op.f("ck_clause_forty_six_slots")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_clause")),
        sa.UniqueConstraint("slot", "citable", name=op.f("uq_clause_slot_citable")),
        sa.UniqueConstraint("source", "item", name=op.f("uq_clause_source_item")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "evaluator_group",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_evaluator_group")),
    )
    op.create_table(
        "lease",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_lease")),
    )
    op.create_table(
        "monitoring_point",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_monitoring_point")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "office_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_chain")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", "post", "unit", name=op.f("uq_person_name_post_unit")),
    )
    op.create_table(
        "policy_number",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "grade", sa.Enum("DAILY", "SUDDEN", "EMERGENCY", name="grade", native_enum=False, length=40), nullable=True
        ),
        sa.Column(
            "kind", sa.Enum("CONSULT", "COMPLAIN", "HARD", name="kind", native_enum=False, length=40), nullable=True
        ),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column(
            "measured",
            sa.Enum(
                "WORKING_DAYS",
                "CALENDAR_DAYS",
                "HOURS",
                "MINUTE_OF_DAY",
                "PERCENT",
                name="measured",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_number")),
    )
    op.create_index("ix_policy_number_key", "policy_number", ["key", "valid_from"], unique=False)
    op.create_table(
        "seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_seal")),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_code", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["channel_code"], ["channel.code"], name=op.f("fk_batch_channel_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name=op.f("fk_calendar_day_year")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "REGISTERED",
                "PLANNING",
                "INVESTIGATING",
                "SIGNING",
                "CHECKING",
                "FILING",
                "FEEDBACK",
                "REVIEW",
                "WRITE_OFF",
                "WRITTEN_OFF",
                "REJECTED",
                "TRANSFERRED",
                "MERGED",
                "SUSPENDED",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "previous_status",
            sa.Enum(
                "REGISTERED",
                "PLANNING",
                "INVESTIGATING",
                "SIGNING",
                "CHECKING",
                "FILING",
                "FEEDBACK",
                "REVIEW",
                "WRITE_OFF",
                "WRITTEN_OFF",
                "REJECTED",
                "TRANSFERRED",
                "MERGED",
                "SUSPENDED",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "problem_class",
            sa.Enum("GENERAL", "COMMON", "ANNUAL", "SUPERIOR", name="problemclass", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column(
            "grade", sa.Enum("DAILY", "SUDDEN", "EMERGENCY", name="grade", native_enum=False, length=40), nullable=True
        ),
        sa.Column(
            "kind", sa.Enum("CONSULT", "COMPLAIN", "HARD", name="kind", native_enum=False, length=40), nullable=True
        ),
        sa.Column(
            "route",
            sa.Enum("COVERT_VISIT", "SUPERVISE", "DIRECT_INQUIRY", name="route", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("co_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("handled_directly", sa.Boolean(), nullable=False),
        sa.Column("long_standing", sa.Boolean(), nullable=False),
        sa.Column("linked_from", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'MERGED') = (merged_into IS NOT NULL)", name=op.f("ck_case_merged_into_another")),
        sa.CheckConstraint(
            "(status IN ('WRITTEN_OFF','REJECTED','TRANSFERRED','MERGED')) = (closed_at IS NOT NULL AND closed_by IS NOT NULL AND coalesce(closing_reason, '') <> '')",
            name=op.f("ck_case_closed_with_approver_and_reason"),
        ),
        sa.CheckConstraint(
            "previous_status IS NOT NULL OR status = 'REGISTERED'", name=op.f("ck_case_begins_registered")
        ),
        sa.CheckConstraint(
            "status IN ('REGISTERED','FEEDBACK','REJECTED','TRANSFERRED','MERGED','SUSPENDED') OR (problem_class IS NOT NULL AND grade IS NOT NULL AND unit_code IS NOT NULL)",
            name=op.f("ck_case_classified_before_handling"),
        ),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name=op.f("ck_case_three_rounds_at_most")),
        sa.ForeignKeyConstraint(["linked_from"], ["case.id"], name=op.f("fk_case_linked_from")),
        sa.ForeignKeyConstraint(["merged_into"], ["case.id"], name=op.f("fk_case_merged_into")),
        sa.ForeignKeyConstraint(
            ["previous_status", "status"],
            ["allowed_move.from_status", "allowed_move.to_status"],
            name="move_is_allowed",
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_case_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("number", name=op.f("uq_case_number")),
        sa.UniqueConstraint("year", "sequence", name=op.f("uq_case_year_sequence")),
    )
    op.create_index("ix_case_open", "case", ["id"], unique=False, postgresql_where="closed_at IS NULL")
    op.create_index(op.f("ix_case_unit_code"), "case", ["unit_code"], unique=False)
    op.create_table(
        "officer",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_officer_unit_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_officer")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "office-clerk",
                "office-head",
                "unit-contact",
                "unit-investigator",
                "unit-deputy",
                "unit-head",
                "propaganda",
                "discipline",
                "district-leader",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("limit_id", sa.BigInteger(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_in", sa.Uuid(), nullable=True),
        sa.Column("pause_key", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_assignment_answered_or_withdrawn")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(["limit_id"], ["policy_number.id"], name=op.f("fk_assignment_limit_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_assignment_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("case_id", "step", name=op.f("uq_assignment_case_id_step")),
    )
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"], unique=False)
    op.create_index(
        "ix_assignment_open",
        "assignment",
        ["due_at"],
        unique=False,
        postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
    )
    op.create_index(
        "uq_assignment_one_open_attempt",
        "assignment",
        ["case_id", "base"],
        unique=True,
        postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column(
            "via", sa.Enum("command", "prefect", "system", name="via", native_enum=False, length=40), nullable=False
        ),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_journal_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint(
            "case_id", "position", name=op.f("uq_journal_case_id_position"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_code", sa.Text(), nullable=False),
        sa.Column("source_number", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("about_unit", sa.Text(), nullable=False),
        sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("similar_to", sa.BigInteger(), nullable=True),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column(
            "matter", sa.Text(), sa.Computed("subject || ' ' || left(text, 400)", persisted=True), nullable=False
        ),
        sa.CheckConstraint("similar_to IS NULL OR similar_to < id", name=op.f("ck_message_similar_to_an_earlier_one")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_message_batch_id")),
        sa.ForeignKeyConstraint(["channel_code"], ["channel.code"], name=op.f("fk_message_channel_code")),
        sa.ForeignKeyConstraint(["similar_to"], ["message.id"], name=op.f("fk_message_similar_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("channel_code", "source_number", name=op.f("uq_message_channel_code_source_number")),
    )
    op.create_index(
        "ix_message_matter",
        "message",
        ["matter"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"matter": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_message_received_at", "message", ["received_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_outbox_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_case_id"), "outbox", ["case_id"], unique=False)
    op.create_index("ix_outbox_order", "outbox", ["priority", "id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "office-clerk",
                "office-head",
                "unit-contact",
                "unit-investigator",
                "unit-deputy",
                "unit-head",
                "propaganda",
                "discipline",
                "district-leader",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_role_grant_officer_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "officer_code", "role", "valid_from", name=op.f("uq_role_grant_officer_code_role_valid_from")
        ),
    )
    op.create_index(op.f("ix_role_grant_officer_code"), "role_grant", ["officer_code"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column(
            "via", sa.Enum("command", "prefect", "system", name="via", native_enum=False, length=40), nullable=False
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_answer_assignment_id")),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_answer_officer_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_answer_assignment_id")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attachment_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("message_id", "sha256", name=op.f("uq_attachment_message_id_sha256")),
    )
    op.create_table(
        "case_message",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_message_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_case_message_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_case_message")),
    )
    op.create_index(op.f("ix_case_message_case_id"), "case_message", ["case_id"], unique=False)
    op.create_table(
        "complainant",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_complainant_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_complainant")),
    )
    op.create_table(
        "accountability_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("clause", sa.Integer(), nullable=True),
        sa.Column("clause_citable", sa.Boolean(), nullable=True),
        sa.Column("deciding_body", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(clause IS NULL) = (clause_citable IS NULL) AND clause_citable",
            name=op.f("ck_accountability_decision_clause_is_citable"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(officer_code, person_id, unit_code) = 1",
            name=op.f("ck_accountability_decision_one_person_or_unit"),
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_accountability_decision_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_accountability_decision_case_id")),
        sa.ForeignKeyConstraint(
            ["clause", "clause_citable"],
            ["clause.slot", "clause.citable"],
            name=op.f("fk_accountability_decision_clause_clause_citable"),
        ),
        sa.ForeignKeyConstraint(
            ["officer_code"], ["officer.code"], name=op.f("fk_accountability_decision_officer_code")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accountability_decision_person_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_accountability_decision_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability_decision")),
    )
    op.create_index(op.f("ix_accountability_decision_case_id"), "accountability_decision", ["case_id"], unique=False)
    op.create_table(
        "case_subject",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_code", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(officer_code, person_id) = 1", name=op.f("ck_case_subject_one_person")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_case_subject_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_subject_case_id")),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_case_subject_officer_code")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_subject_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_subject")),
        sa.UniqueConstraint(
            "case_id",
            "answer_id",
            "officer_code",
            "person_id",
            name=op.f("uq_case_subject_case_id_answer_id_officer_code_person_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_case_subject_case_id"), "case_subject", ["case_id"], unique=False)
    op.create_table(
        "annulment",
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("annulled_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_annulment_answer_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_annulment")),
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "SATISFIED", "FAIR", "DISSATISFIED", "UNREACHABLE", name="satisfaction", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("no_call_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(result IS NULL) <> (no_call_reason = '')", name=op.f("ck_call_back_result_or_reason")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_call_back_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_call_back_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
        sa.UniqueConstraint(
            "case_id",
            "round",
            "answer_id",
            name=op.f("uq_call_back_case_id_round_answer_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "double_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "position",
            sa.Enum("DIRECT", "HEAD", "DEPUTY", name="position", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("pursued", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("officer_code", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN pursued THEN jsonb_array_length(measures) > 0 ELSE reason <> '' END",
            name=op.f("ck_double_check_measures_or_reason"),
        ),
        sa.CheckConstraint("num_nonnulls(officer_code, person_id) = 1", name=op.f("ck_double_check_one_person")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_double_check_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_double_check_case_id")),
        sa.ForeignKeyConstraint(["officer_code"], ["officer.code"], name=op.f("fk_double_check_officer_code")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_double_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_check")),
        sa.UniqueConstraint(
            "answer_id",
            "officer_code",
            "person_id",
            name=op.f("uq_double_check_answer_id_officer_code_person_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("answer_id", "position", name=op.f("uq_double_check_answer_id_position")),
    )
    op.create_index(op.f("ix_double_check_case_id"), "double_check", ["case_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "reply",
            sa.Enum("ONLINE", "MEDIA", "DIRECT", "SOURCE", "UPWARD", name="reply", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("undeliverable_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(told_on IS NULL) <> (undeliverable_reason = '')", name=op.f("ck_feedback_told_or_reason")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_feedback_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_feedback_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_feedback_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "case_id",
            "round",
            "reply",
            "message_id",
            name=op.f("uq_feedback_case_id_round_reply_message_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_feedback_case_id"), "feedback", ["case_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("paper_number", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(paper_number = '') = (recorded_by IS NULL)", name=op.f("ck_signature_paper_has_number_and_recorder")
        ),
        sa.CheckConstraint(
            "sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name=op.f("ck_signature_hash_is_of_the_text")
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_signature_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_signature_case_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["officer.code"], name=op.f("fk_signature_recorded_by")),
        sa.ForeignKeyConstraint(["signer"], ["officer.code"], name=op.f("fk_signature_signer")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_signature_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_signature_answer_id")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_signature_id_case_id")),
    )
    op.create_index(op.f("ix_signature_case_id"), "signature", ["case_id"], unique=False)
    op.create_table(
        "decision_measure",
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "CRITICISM",
                "ADMONITION",
                "WRITTEN_SELF_CRITICISM",
                "CIRCULATED_CRITICISM",
                "PUBLIC_APOLOGY",
                "TRANSFER_FROM_POST",
                "SUSPENSION",
                "RESIGNATION",
                "ORDERED_RESIGNATION",
                "REMOVAL",
                "PERFORMANCE_PAY",
                "NO_AWARD",
                "DISMISSAL",
                "SUSPENDED_REFLECTION",
                "PUBLIC_SELF_CRITICISM",
                name="measure",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["accountability_decision.id"], name=op.f("fk_decision_measure_decision_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", "measure", name=op.f("pk_decision_measure")),
    )
    op.create_table(
        "filing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature_id", sa.Integer(), nullable=True),
        sa.Column("direct_answer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "lapse",
            sa.Enum("NOT_HELD", "NOT_REPORTED", "TOO_LIGHT", name="lapse", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("linked_case_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(signature_id, direct_answer_id) = 1", name=op.f("ck_filing_signed_or_direct")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_filing_answer_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_filing_case_id")),
        sa.ForeignKeyConstraint(["direct_answer_id"], ["answer.id"], name=op.f("fk_filing_direct_answer_id")),
        sa.ForeignKeyConstraint(["linked_case_id"], ["case.id"], name=op.f("fk_filing_linked_case_id")),
        sa.ForeignKeyConstraint(
            ["signature_id", "case_id"],
            ["signature.id", "signature.case_id"],
            name=op.f("fk_filing_signature_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_filing_answer_id")),
        sa.UniqueConstraint("case_id", "round", name=op.f("uq_filing_case_id_round")),
        sa.UniqueConstraint("number", name=op.f("uq_filing_number")),
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the ledger does not allow % on %', TG_OP, TG_TABLE_NAME; END $$;

        CREATE FUNCTION remember_status() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.previous_status := OLD.status; RETURN NEW; END $$;

        CREATE TRIGGER remember_status BEFORE UPDATE OF status ON "case" FOR EACH ROW
        WHEN (NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION remember_status();
        """
    )
    for table in IMMUTABLE:
        op.execute(
            f'CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"CREATE TRIGGER immutable BEFORE UPDATE OF {IMMUTABLE_IN_A_MESSAGE} ON message "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for table in KEPT:
        op.execute(
            f'CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
