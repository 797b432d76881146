"""Every column whose values are words of an enumeration takes no other: the database refuses them, too."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = "interpretation sprout outreach announcement"
FATES = "received studying adopted not_adopted done"
CORPORA = "public workspace"
WORDS = {
    "audit_entry.actor_kind": "staff resident job visitor",
    "tenant.kind": "subdistrict town park",
    "tenant.comment_policy": "hold show",
    "responsible_unit.kind": "cluster town",
    "role_assignment.role": "planner architect technician tenant_staff tenant_admin bureau_staff bureau_admin"
    " district_office working_group finance_reader top_chief",
    "staff_token.purpose": "invitation reset objection offer",
    "stored_file.kind": "image document",
    "mail_message.channel": "email sms",
    "mail_message.state": "queued sent failed",
    "publication.kind": KINDS,
    "publication.state": "draft in_review approved published withdrawn",
    "withdrawal.kind": KINDS,
    "version_file.role": "document inline before after",
    "comment.visibility": "held shown hidden withdrawn",
    "comment.fate": FATES,
    "answer_template.fate": FATES,
    "search_state.corpus": CORPORA,
    "saved_search.corpus": CORPORA,
}


def upgrade() -> None:
    for place, words in WORDS.items():
        table, column = place.split(".")
        allowed = ", ".join(f"'{word}'" for word in words.split())
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({allowed})")
