"""Indexes by which the audit trail is looked through: whose, on what, and when, each newest first."""

from alembic import op

revision = "2026_11_23_004"
down_revision = "2026_11_23_003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_entry_actor_at", "audit_entry", ["actor", "at"])
    op.create_index("ix_audit_entry_subject_at", "audit_entry", ["subject", "at"])
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])
    op.drop_index(op.f("ix_audit_entry_actor"), table_name="audit_entry")


def downgrade() -> None:
    op.create_index(op.f("ix_audit_entry_actor"), "audit_entry", ["actor"])
    for name in ("ix_audit_entry_at", "ix_audit_entry_subject_at", "ix_audit_entry_actor_at"):
        op.drop_index(name, table_name="audit_entry")
