"""What a tenant that is out of use published is as little public as the tenant: articles, versions, comments, units.

Comments, attachments and what happened to comments follow the publications they belong to. Asked by key, as in 0014.
"""

from __future__ import annotations

from alembic import op

from migrations.early_isolation import policy, role
from tenants.database import Face

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PUBLIC = {"publication": "live_id IS NOT NULL", "publication_version": "live", "responsible_unit": "active"}


def upgrade() -> None:
    for table, condition in PUBLIC.items():
        op.execute(f"DROP POLICY public_select ON {table}")
        # the public role sees tenants in use only
        in_use = f"(SELECT t.active FROM tenant t WHERE t.id = {table}.tenant_id)"
        policy(table, Face.PUBLIC, "SELECT", using=f"{condition} AND {in_use}")
    _closed()


def _closed() -> None:
    """Whoever has the address of an article or a tenant may learn that the tenant was closed, and nothing else.

    The function runs as the owner, who is under forced row security like everybody.
    """
    op.execute("CREATE POLICY owner_select ON tenant FOR SELECT TO CURRENT_USER USING (NOT active)")
    named = "live_id IS NOT NULL AND code = NULLIF(current_setting('app.address', true), '')"
    op.execute(f"CREATE POLICY owner_select ON publication FOR SELECT TO CURRENT_USER USING ({named})")
    op.execute(
        """CREATE FUNCTION closed_tenant(address text, OUT name text) LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
          SELECT t.name INTO name FROM tenant t
          WHERE NOT t.active AND (t.slug = address OR address = ANY (t.former_slugs)) LIMIT 1;
          IF name IS NULL THEN
            PERFORM set_config('app.address', address, true);
            SELECT t.name INTO name FROM publication p JOIN tenant t ON t.id = p.tenant_id
            WHERE p.code = address AND p.live_id IS NOT NULL AND NOT t.active;
            PERFORM set_config('app.address', '', true);
          END IF;
        END $$"""
    )
    op.execute("REVOKE EXECUTE ON FUNCTION closed_tenant(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION closed_tenant(text) TO {role(Face.PUBLIC)}")
