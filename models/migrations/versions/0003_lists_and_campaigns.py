"""Three lists and self-inspections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What is written once stays as it was written, and what moves on never disappears.
IMMUTABLE = (
    "published_list",
    "list_item",
    "self_report",
    "self_report_sent_back",
    "self_report_signature",
    "self_report_reception",
    "self_found_problem",
    "self_found_problem_decision",
    "campaign_nudge",
)
KEPT = ("campaign", "campaign_unit", "campaign_duty", "campaign_event")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usual_due", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("ended_in", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_campaign_closed_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("period", name=op.f("uq_campaign_period")),
    )
    op.create_table(
        "campaign_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("exempt_reason", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("book", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_unit_campaign_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_campaign_unit_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_unit")),
        sa.UniqueConstraint("campaign_id", "unit_code", name=op.f("uq_campaign_unit_campaign_id_unit_code")),
    )
    op.create_table(
        "published_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Enum("POWER", "DUTY", "PROCEDURE", name="listkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_in", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_published_list_from_one")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_published_list_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_list")),
        sa.UniqueConstraint("unit_code", "kind", "version", name=op.f("uq_published_list_unit_code_kind_version")),
    )
    op.create_table(
        "campaign_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "ISSUED",
                "REMINDED",
                "URGED",
                "ESCALATED",
                "RETURNED",
                "ACCEPTED",
                "SIGNED",
                "RECEIVED",
                "CONFIRMED",
                name="event",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_in", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_unit_id"], ["campaign_unit.id"], name=op.f("fk_campaign_event_campaign_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_event")),
    )
    op.create_index(
        "ix_campaign_event_unshown",
        "campaign_event",
        ["campaign_unit_id"],
        unique=False,
        postgresql_where="shown_in IS NULL",
    )
    op.create_table(
        "list_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "power_kind",
            sa.Enum(
                "LICENCE",
                "PENALTY",
                "COERCION",
                "LEVY",
                "PAYMENT",
                "INSPECTION",
                "CONFIRMATION",
                "REWARD",
                "ADJUDICATION",
                "OTHER",
                name="powerkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["published_list.id"], name=op.f("fk_list_item_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_item")),
        sa.UniqueConstraint("list_id", "key", name=op.f("uq_list_item_list_id_key")),
        sa.UniqueConstraint("list_id", "position", name=op.f("uq_list_item_list_id_position")),
    )
    op.create_table(
        "self_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("precedence", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_unit_id"], ["campaign_unit.id"], name=op.f("fk_self_report_campaign_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_report")),
        sa.UniqueConstraint(
            "sha256",
            "campaign_unit_id",
            name=op.f("uq_self_report_sha256_campaign_unit_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_self_report_campaign_unit_id"), "self_report", ["campaign_unit_id"], unique=False)
    op.create_table(
        "campaign_duty",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "step",
            sa.Enum(
                "self-report",
                "self-report-sign-off",
                "self-report-reception",
                "problem-confirmation",
                name="campaignstep",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["officer.code"], name=op.f("fk_campaign_duty_answered_by")),
        sa.ForeignKeyConstraint(
            ["campaign_unit_id"], ["campaign_unit.id"], name=op.f("fk_campaign_duty_campaign_unit_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["self_report.id"], name=op.f("fk_campaign_duty_report_id")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_campaign_duty_unit_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_duty")),
        sa.UniqueConstraint(
            "campaign_unit_id",
            "step",
            "report_id",
            name=op.f("uq_campaign_duty_campaign_unit_id_step_report_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_campaign_duty_campaign_unit_id"), "campaign_duty", ["campaign_unit_id"], unique=False)
    op.create_index(
        "ix_campaign_duty_open",
        "campaign_duty",
        ["due_at"],
        unique=False,
        postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
    )
    op.create_table(
        "self_found_problem",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "aspect", sa.Enum("POST", "FLOW", "CHECK", name="aspect", native_enum=False, length=40), nullable=False
        ),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "list_kind",
            sa.Enum("POWER", "DUTY", "PROCEDURE", name="listkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("item_name", sa.Text(), nullable=False),
        sa.Column(
            "power_kind",
            sa.Enum(
                "LICENCE",
                "PENALTY",
                "COERCION",
                "LEVY",
                "PAYMENT",
                "INSPECTION",
                "CONFIRMATION",
                "REWARD",
                "ADJUDICATION",
                "OTHER",
                name="powerkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "nature",
            sa.Enum("INACTION", "MISCONDUCT", "DELAY", name="nature", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("mended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["self_report.id"], name=op.f("fk_self_found_problem_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_found_problem")),
        sa.UniqueConstraint("report_id", "aspect", "row", name=op.f("uq_self_found_problem_report_id_aspect_row")),
    )
    op.create_table(
        "self_report_reception",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["received_by"], ["officer.code"], name=op.f("fk_self_report_reception_received_by")),
        sa.ForeignKeyConstraint(["report_id"], ["self_report.id"], name=op.f("fk_self_report_reception_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_self_report_reception")),
    )
    op.create_table(
        "self_report_sent_back",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_code"], ["officer.code"], name=op.f("fk_self_report_sent_back_by_code")),
        sa.ForeignKeyConstraint(["report_id"], ["self_report.id"], name=op.f("fk_self_report_sent_back_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_self_report_sent_back")),
    )
    op.create_table(
        "self_report_signature",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("paper_number", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(paper_number = '') = (recorded_by IS NULL)", name=op.f("ck_self_report_signature_paper_has_a_recorder")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["officer.code"], name=op.f("fk_self_report_signature_recorded_by")),
        sa.ForeignKeyConstraint(["report_id"], ["self_report.id"], name=op.f("fk_self_report_signature_report_id")),
        sa.ForeignKeyConstraint(["signer"], ["officer.code"], name=op.f("fk_self_report_signature_signer")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_self_report_signature")),
    )
    op.create_table(
        "campaign_nudge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("EARLY", "REMIND", "DUE", "URGE", "ESCALATE", name="stage", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.CheckConstraint("(number <> '') = (stage = 'URGE')", name=op.f("ck_campaign_nudge_number_of_an_urging")),
        sa.ForeignKeyConstraint(["by_code"], ["officer.code"], name=op.f("fk_campaign_nudge_by_code")),
        sa.ForeignKeyConstraint(["duty_id"], ["campaign_duty.id"], name=op.f("fk_campaign_nudge_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_nudge")),
    )
    op.create_index(op.f("ix_campaign_nudge_duty_id"), "campaign_nudge", ["duty_id"], unique=False)
    op.create_index(
        "uq_campaign_nudge_once",
        "campaign_nudge",
        ["duty_id", "stage", "due_on"],
        unique=True,
        postgresql_where="by_code IS NULL",
    )
    op.create_table(
        "self_found_problem_decision",
        sa.Column("problem_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(case_id IS NULL) <> (reason = '')", name=op.f("ck_self_found_problem_decision_case_or_reason")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_self_found_problem_decision_case_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["officer.code"], name=op.f("fk_self_found_problem_decision_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["problem_id"], ["self_found_problem.id"], name=op.f("fk_self_found_problem_decision_problem_id")
        ),
        sa.PrimaryKeyConstraint("problem_id", name=op.f("pk_self_found_problem_decision")),
    )
    op.create_index(
        op.f("ix_self_found_problem_decision_case_id"), "self_found_problem_decision", ["case_id"], unique=False
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
