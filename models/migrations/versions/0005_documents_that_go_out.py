"""Documents that go out."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IMMUTABLE = ("document", "document_void")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assignment-order",
                "supervision-notice",
                "urging-notice",
                "second-round-notice",
                "filing-form",
                "extension-form",
                "reply-letter",
                "report-to-leaders",
                "upward-report",
                "dossier",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_document_from_one")),
        sa.CheckConstraint("num_nonnulls(case_id, campaign_id) = 1", name=op.f("ck_document_of_a_case_or_a_campaign")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_document_assignment_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_document_campaign_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_document_case_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["officer.code"], name=op.f("fk_document_issued_by")),
        sa.ForeignKeyConstraint(["signer"], ["officer.code"], name=op.f("fk_document_signer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("kind", "year", "sequence", name=op.f("uq_document_kind_year_sequence")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
    )
    op.create_index("ix_document_case_id", "document", ["case_id", "kind", "about"], unique=False)
    op.create_table(
        "document_void",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_document_void_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_void_document_id")),
        sa.ForeignKeyConstraint(["voided_by"], ["officer.code"], name=op.f("fk_document_void_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_void")),
        sa.UniqueConstraint("document_id", name=op.f("uq_document_void_document_id")),
    )
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
