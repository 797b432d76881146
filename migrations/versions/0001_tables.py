"""The tables of the foundation: tenants, people, audit, files, mail, publications, comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_entity", "audit_entry", ["entity", "entity_id"], unique=False)
    op.create_index("ix_audit_entry_time", "audit_entry", ["created_at"], unique=False)
    op.create_index("ix_audit_entry_tenant_time", "audit_entry", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "bureau",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bureau")),
        sa.UniqueConstraint("name", name=op.f("uq_bureau_name")),
    )
    op.create_table(
        "one_time_code",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    op.create_index(op.f("ix_one_time_code_address"), "one_time_code", ["address"], unique=False)
    op.create_table(
        "resident",
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("email", name=op.f("uq_resident_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_resident_phone")),
    )
    op.create_table(
        "staff",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "tenant",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("picture_file_id", sa.Uuid(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_address", sa.Text(), nullable=False),
        sa.Column("office_hours", sa.Text(), nullable=False),
        sa.Column("comment_policy", sa.Text(), nullable=False),
        sa.Column("reply_days", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reply_days BETWEEN 1 AND 60", name=op.f("ck_tenant_reply_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "throttle",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_throttle")),
    )
    op.create_table(
        "answer_template",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_answer_template_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
        sa.UniqueConstraint("tenant_id", "title", name=op.f("uq_answer_template_tenant_id_title")),
    )
    op.create_table(
        "mail_message",
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mail_message_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_mail_message_dedupe_key")),
    )
    op.create_index("ix_mail_message_state", "mail_message", ["state", "created_at"], unique=False)
    op.create_table(
        "publication",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.Column("live_id", sa.Uuid(), nullable=True),
        sa.Column("edited_by", sa.Uuid(), nullable=True),
        sa.Column("edited_by_name", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("comments_open", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_publication_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("code", name=op.f("uq_publication_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_publication_tenant_id_id")),
    )
    op.create_index(
        "ix_publication_live",
        "publication",
        [sa.literal_column("published_at DESC")],
        unique=False,
        postgresql_where=sa.text("live_id IS NOT NULL"),
    )
    op.create_index(
        "ix_publication_live_kind",
        "publication",
        ["kind", sa.literal_column("published_at DESC")],
        unique=False,
        postgresql_where=sa.text("live_id IS NOT NULL"),
    )
    op.create_index(
        "ix_publication_live_tenant",
        "publication",
        ["tenant_id", sa.literal_column("published_at DESC")],
        unique=False,
        postgresql_where=sa.text("live_id IS NOT NULL"),
    )
    op.create_index(
        "ix_publication_tenant_updated",
        "publication",
        ["tenant_id", sa.literal_column("updated_at DESC")],
        unique=False,
    )
    op.create_index(
        "ix_publication_updated", "publication", [sa.literal_column("updated_at DESC")], unique=False
    )
    op.create_table(
        "resident_session",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_session_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_resident_session_token_hash")),
    )
    op.create_index(
        op.f("ix_resident_session_resident_id"), "resident_session", ["resident_id"], unique=False
    )
    op.create_table(
        "responsible_unit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("boundary", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_responsible_unit_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsible_unit")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_responsible_unit_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_responsible_unit_tenant_id_slug")),
    )
    op.create_table(
        "role_assignment",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("bureau_id", sa.Uuid(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(tenant_id, bureau_id) <= 1", name=op.f("ck_role_assignment_one_place")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_role_assignment_bureau_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_role_assignment_staff_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_role_assignment_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
    )
    op.create_index("ix_role_assignment_tenant", "role_assignment", ["tenant_id"], unique=False)
    op.create_index(
        "uq_role_assignment_current",
        "role_assignment",
        [
            "staff_id",
            "role",
            sa.literal_column("coalesce(tenant_id, bureau_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
        ],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "staff_credential",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("recovery_hashes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_credential_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_credential")),
    )
    op.create_table(
        "staff_session",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "staff_token",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_token_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_token_token_hash")),
    )
    op.create_index(op.f("ix_staff_token_staff_id"), "staff_token", ["staff_id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("widths", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by_name", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stored_file_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("key", name=op.f("uq_stored_file_key")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stored_file_tenant_id_id")),
    )
    op.create_index("ix_stored_file_tenant_time", "stored_file", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "comment",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("fate_reason", sa.Text(), nullable=True),
        sa.Column("moderation_reason", sa.Text(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("official = (staff_id IS NOT NULL)", name=op.f("ck_comment_official_by_staff")),
        sa.CheckConstraint("official OR resident_id IS NOT NULL", name=op.f("ck_comment_has_author")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_comment_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_comment_staff_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["comment.tenant_id", "comment.id"], name="fk_comment_parent"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            name=op.f("fk_comment_tenant_id_publication_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_comment_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_comment_tenant_id_id")),
    )
    op.create_index(
        "ix_comment_desk",
        "comment",
        ["tenant_id", sa.literal_column("created_at DESC")],
        unique=False,
        postgresql_where=sa.text("NOT official"),
    )
    op.create_index("ix_comment_parent", "comment", ["parent_id"], unique=False)
    op.create_index("ix_comment_publication", "comment", ["publication_id", "created_at"], unique=False)
    op.create_index("ix_comment_resident", "comment", ["resident_id"], unique=False)
    op.create_index(
        "ix_comment_waiting",
        "comment",
        ["tenant_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL AND parent_id IS NULL AND NOT official"),
    )
    op.create_table(
        "publication_draft",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_publication_draft_staff_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            name=op.f("fk_publication_draft_tenant_id_publication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_publication_draft_tenant_id")),
        sa.PrimaryKeyConstraint("publication_id", "staff_id", name=op.f("pk_publication_draft")),
    )
    op.create_table(
        "publication_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            name=op.f("fk_publication_event_tenant_id_publication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_publication_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_event")),
    )
    op.create_index(
        "ix_publication_event_publication",
        "publication_event",
        ["publication_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "publication_version",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("for_you", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("cover_file_id", sa.Uuid(), nullable=True),
        sa.Column("cover_alt", sa.Text(), nullable=False),
        sa.Column("place_label", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("event_place", sa.Text(), nullable=False),
        sa.Column("event_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_by_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_publication_version_whole_point")
        ),
        sa.CheckConstraint(
            "event_ends_at IS NULL OR event_ends_at > event_starts_at",
            name=op.f("ck_publication_version_event_period"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "cover_file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name="fk_version_cover",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publication_id"],
            ["publication.tenant_id", "publication.id"],
            name=op.f("fk_publication_version_tenant_id_publication_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["responsible_unit.tenant_id", "responsible_unit.id"],
            name="fk_version_unit",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_publication_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_version")),
        sa.UniqueConstraint(
            "publication_id", "number", name=op.f("uq_publication_version_publication_id_number")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_publication_version_tenant_id_id")),
    )
    op.create_index(
        "ix_publication_version_event",
        "publication_version",
        ["event_starts_at"],
        unique=False,
        postgresql_where=sa.text("live AND event_starts_at IS NOT NULL"),
    )
    op.create_index(
        "ix_publication_version_tags",
        "publication_version",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "ix_publication_version_unit",
        "publication_version",
        ["unit_id"],
        unique=False,
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_publication_version_live",
        "publication_version",
        ["publication_id"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "comment_event",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("former_body", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "comment_id"],
            ["comment.tenant_id", "comment.id"],
            name=op.f("fk_comment_event_tenant_id_comment_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_comment_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_event")),
    )
    op.create_index("ix_comment_event_comment", "comment_event", ["comment_id", "created_at"], unique=False)
    op.create_table(
        "version_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["stored_file.tenant_id", "stored_file.id"],
            name=op.f("fk_version_file_tenant_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["publication_version.tenant_id", "publication_version.id"],
            name=op.f("fk_version_file_tenant_id_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_version_file_tenant_id")),
        sa.PrimaryKeyConstraint("version_id", "file_id", "role", name=op.f("pk_version_file")),
    )
    op.create_index("ix_version_file_file", "version_file", ["file_id"], unique=False)
    # two references in a circle: a publication has versions, and points at two of them
    for column in ("head", "live"):
        op.create_foreign_key(
            f"fk_publication_{column}",
            "publication",
            "publication_version",
            ["tenant_id", f"{column}_id"],
            ["tenant_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
