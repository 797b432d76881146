"""Who may see and write what: row security, grants and policies, and the job queue."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from migrations.early_isolation import (
    ACTOR,
    ADDRESS,
    OVERSIGHT,
    RESIDENT,
    SCOPE,
    SESSION_HASH,
    TENANT,
    WRITES,
    grant,
    policy,
    protect,
    role,
    tenant_owned,
)
from tenants.database import Face

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORKSPACE, PUBLIC = Face.WORKSPACE, Face.PUBLIC


def upgrade() -> None:
    for face in (WORKSPACE, PUBLIC):
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role(face)}")
        op.execute(f"GRANT SELECT ON alembic_version TO {role(face)}")
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _residents()
    _tenants()
    _staff()
    _files()
    _publications()
    _comments()
    _records()
    _jobs()


def _residents() -> None:
    """The public role sees the resident who holds the session token, or whose exact address was named."""
    op.execute(
        """CREATE FUNCTION current_resident() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public AS $$
        SELECT s.resident_id FROM resident_session s
        WHERE s.token_hash = NULLIF(current_setting('app.resident_session', true), '')
          AND s.revoked_at IS NULL AND s.expires_at > now() $$"""
    )
    protect("resident")
    protect("resident_session")
    protect("one_time_code")
    # the function above runs as the owner, who is under forced row security like everybody
    op.execute("CREATE POLICY owner_select ON resident_session FOR SELECT TO CURRENT_USER USING (true)")

    grant("resident", PUBLIC, select=True, insert=True, update=True)
    mine = f"id = {RESIDENT}"
    policy(
        "resident", PUBLIC, "SELECT", using=f"{mine} OR (deleted_at IS NULL AND {ADDRESS} IN (email, phone))"
    )
    policy("resident", PUBLIC, "INSERT", check=f"{ADDRESS} IN (email, phone)")
    policy("resident", PUBLIC, "UPDATE", using=mine, check=mine)
    held = f"token_hash = {SESSION_HASH}"
    grant("resident_session", PUBLIC, select=True, insert=True, update=True)
    policy("resident_session", PUBLIC, "SELECT", using=f"{held} OR resident_id = {RESIDENT}")
    policy("resident_session", PUBLIC, "INSERT", check=held)
    policy("resident_session", PUBLIC, "UPDATE", using=f"resident_id = {RESIDENT}")
    grant("one_time_code", PUBLIC, select=True, insert=True, update=True)
    for command in ("SELECT", "INSERT", "UPDATE"):
        named = f"address = {ADDRESS}"
        policy(
            "one_time_code",
            PUBLIC,
            command,
            using=None if command == "INSERT" else named,
            check=None if command == "SELECT" else named,
        )

    # the workspace reads whom to tell of an answer; jobs clean up
    grant("resident", WORKSPACE, select=True, insert=True)
    policy(
        "resident",
        WORKSPACE,
        "SELECT",
        using=f"{SCOPE} = 'system' OR ({SCOPE} IN ('tenant', 'tenant_read', 'job') AND EXISTS ("
        f"SELECT 1 FROM comment c WHERE c.resident_id = resident.id AND c.tenant_id = {TENANT}))",
    )
    policy("resident", WORKSPACE, "INSERT", check=f"{SCOPE} = 'system'")
    for table in ("one_time_code", "resident_session"):
        grant(table, WORKSPACE, select=True, delete=True)
        policy(table, WORKSPACE, "SELECT", using=f"{SCOPE} = 'system'")
        policy(table, WORKSPACE, "DELETE", using=f"{SCOPE} = 'system'")


def _tenants() -> None:
    protect("tenant")
    grant("tenant", WORKSPACE, select=True, insert=True, update=True)
    # names and addresses of tenants are public; every page shows them
    policy("tenant", WORKSPACE, "SELECT", using="true")
    policy("tenant", WORKSPACE, "INSERT", check=f"{SCOPE} IN ('district_office', 'system')")
    own = f"({SCOPE} = 'tenant' AND id = {TENANT}) OR {SCOPE} IN ('district_office', 'system')"
    policy("tenant", WORKSPACE, "UPDATE", using=own, check=own)
    grant(
        "tenant",
        PUBLIC,
        select=[
            "id",
            "kind",
            "slug",
            "name",
            "short_name",
            "introduction",
            "picture_file_id",
            "contact_phone",
            "contact_email",
            "contact_address",
            "office_hours",
            "comment_policy",
            "reply_days",
            "latitude",
            "longitude",
            "active",
            "demo",
        ],
    )
    policy("tenant", PUBLIC, "SELECT", using="active")

    tenant_owned("responsible_unit")
    grant(
        "responsible_unit",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "kind",
            "slug",
            "name",
            "introduction",
            "boundary",
            "schematic",
            "latitude",
            "longitude",
            "active",
        ],
    )
    policy("responsible_unit", PUBLIC, "SELECT", using="active")

    protect("bureau")
    grant("bureau", WORKSPACE, select=True, insert=True, update=True)
    policy("bureau", WORKSPACE, "SELECT", using="true")
    policy("bureau", WORKSPACE, "INSERT", check=f"{SCOPE} IN ('district_office', 'system')")
    policy("bureau", WORKSPACE, "UPDATE", using=f"{SCOPE} IN ('district_office', 'system')")


def _staff() -> None:
    oversight = f"{SCOPE} IN ('auth', 'district_office', 'working_group', 'system')"
    provision = f"{SCOPE} IN ('district_office', 'system')"
    in_tenant = f"{SCOPE} IN ('tenant', 'tenant_read', 'job')"

    protect("role_assignment")
    grant("role_assignment", WORKSPACE, select=True, insert=True, update=True)
    policy(
        "role_assignment",
        WORKSPACE,
        "SELECT",
        using=f"staff_id = {ACTOR} OR {oversight} OR ({in_tenant} AND tenant_id = {TENANT})",
    )
    write = f"({WRITES} AND tenant_id = {TENANT}) OR {provision}"
    policy("role_assignment", WORKSPACE, "INSERT", check=write)
    policy("role_assignment", WORKSPACE, "UPDATE", using=write, check=write)

    protect("staff")
    grant("staff", WORKSPACE, select=True, insert=True, update=True)
    colleague = "EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff.id"
    policy(
        "staff",
        WORKSPACE,
        "SELECT",
        using=f"id = {ACTOR} OR {oversight} OR email = {ADDRESS}"
        f" OR ({in_tenant} AND {colleague} AND r.tenant_id = {TENANT}))",
    )
    policy("staff", WORKSPACE, "INSERT", check=f"{SCOPE} = 'tenant' OR {provision}")
    change = f"id = {ACTOR} OR {provision}"
    policy("staff", WORKSPACE, "UPDATE", using=change, check=change)

    for table in ("staff_credential", "staff_session", "staff_token"):
        protect(table)
        grant(table, WORKSPACE, select=True, insert=True, update=True, delete=True)
        mine = f"staff_id = {ACTOR} OR {SCOPE} IN ('auth', 'system')"
        # who invites writes the token, who deactivates ends the sessions; neither reads the secret
        policy(
            table,
            WORKSPACE,
            "SELECT",
            using=f"{mine} OR {SCOPE} = 'district_office'" if table == "staff_session" else mine,
        )
        insert = f"{mine} OR {SCOPE} IN ('tenant', 'district_office')" if table == "staff_token" else mine
        policy(table, WORKSPACE, "INSERT", check=insert)
        update = f"{mine} OR {SCOPE} = 'district_office'" if table == "staff_session" else mine
        policy(table, WORKSPACE, "UPDATE", using=update, check=update)
        policy(table, WORKSPACE, "DELETE", using=mine)

    protect("throttle")
    for face in (WORKSPACE, PUBLIC):
        grant("throttle", face, select=True, insert=True, update=True, delete=True)
        policy("throttle", face, "ALL", using="true", check="true")


def _files() -> None:
    tenant_owned("stored_file")
    grant(
        "stored_file",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "kind",
            "name",
            "content_type",
            "size",
            "key",
            "width",
            "height",
            "widths",
            "public",
        ],
    )
    policy("stored_file", PUBLIC, "SELECT", using="public")


def _publications() -> None:
    tenant_owned("publication")
    grant(
        "publication",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "code",
            "kind",
            "live_id",
            "first_published_at",
            "published_at",
            "comments_open",
            "demo",
        ],
    )
    policy("publication", PUBLIC, "SELECT", using="live_id IS NOT NULL")

    tenant_owned("publication_version")
    grant(
        "publication_version",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "publication_id",
            "number",
            "live",
            "title",
            "summary",
            "body",
            "for_you",
            "tags",
            "unit_id",
            "cover_file_id",
            "cover_alt",
            "place_label",
            "latitude",
            "longitude",
            "event_place",
            "event_starts_at",
            "event_ends_at",
        ],
    )
    policy("publication_version", PUBLIC, "SELECT", using="live")

    tenant_owned("version_file")
    grant("version_file", PUBLIC, select=True)
    policy(
        "version_file",
        PUBLIC,
        "SELECT",
        using="EXISTS (SELECT 1 FROM publication_version v WHERE v.id = version_file.version_id AND v.live)",
    )
    tenant_owned("publication_draft")
    tenant_owned("publication_event", append_only=True)


def _comments() -> None:
    tenant_owned("comment")
    mine = f"resident_id = {RESIDENT}"
    live = "EXISTS (SELECT 1 FROM publication p WHERE p.id = comment.publication_id AND p.live_id IS NOT NULL{more})"
    # shown at once only where the tenant wants it so
    unheld = (
        "(visibility <> 'shown' OR EXISTS (SELECT 1 FROM tenant t WHERE t.id = comment.tenant_id"
        " AND t.comment_policy = 'show'))"
    )
    grant(
        "comment",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "publication_id",
            "parent_id",
            "author_name",
            "official",
            "body",
            "visibility",
            "fate",
            "fate_reason",
            "moderation_reason",
            "appeal",
            "due_on",
            "answered_at",
            "shown_at",
            "edited_at",
            "created_at",
            "version",
            "demo",
        ],
        insert=[
            "id",
            "tenant_id",
            "publication_id",
            "parent_id",
            "resident_id",
            "author_name",
            "official",
            "body",
            "visibility",
            "fate",
            "due_on",
            "shown_at",
            "created_at",
            "version",
            "demo",
            "staff_id",
            "fate_reason",
            "moderation_reason",
            "appeal",
            "answered_at",
            "edited_at",
        ],
        update=["author_name", "body", "visibility", "appeal", "edited_at", "shown_at", "version"],
    )
    policy("comment", PUBLIC, "SELECT", using=f"(visibility = 'shown' AND {live.format(more='')}) OR {mine}")
    policy(
        "comment",
        PUBLIC,
        "INSERT",
        check=f"{mine} AND NOT official AND fate = 'received' AND visibility IN ('held', 'shown') AND {unheld}"
        f" AND {live.format(more=' AND p.comments_open')}",
    )
    policy(
        "comment",
        PUBLIC,
        "UPDATE",
        using=f"{mine} AND NOT official",
        # what was hidden or withdrawn does not come back by itself
        check=f"{mine} AND NOT official AND visibility IN ('held', 'shown', 'hidden', 'withdrawn') AND {unheld}",
    )
    op.execute(
        # by the role, not by a setting: settings are anybody's to set
        f"""CREATE FUNCTION comment_stays_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.visibility IN ('hidden', 'withdrawn') AND NEW.visibility NOT IN (OLD.visibility, 'withdrawn')
             AND current_user = '{role(PUBLIC).strip('"')}' THEN
            RAISE insufficient_privilege USING MESSAGE = 'a moderated comment is shown again by its moderators only';
          END IF;
          RETURN NEW;
        END $$"""
    )
    op.execute(
        "CREATE TRIGGER stays_hidden BEFORE UPDATE OF visibility ON comment"
        " FOR EACH ROW EXECUTE FUNCTION comment_stays_hidden()"
    )

    tenant_owned("comment_event", append_only=True)
    grant(
        "comment_event",
        PUBLIC,
        select=[
            "id",
            "tenant_id",
            "comment_id",
            "actor_kind",
            "actor_name",
            "action",
            "reason",
            "created_at",
        ],
        insert=True,
    )
    policy(
        "comment_event",
        PUBLIC,
        "SELECT",
        using="EXISTS (SELECT 1 FROM comment c WHERE c.id = comment_event.comment_id)",
    )
    policy(
        "comment_event",
        PUBLIC,
        "INSERT",
        check=f"actor_kind = 'resident' AND actor_id = {RESIDENT}"
        " AND action IN ('written', 'edited', 'withdrawn', 'appealed')"
        f" AND EXISTS (SELECT 1 FROM comment c WHERE c.id = comment_event.comment_id)",
    )
    tenant_owned("answer_template")


def _records() -> None:
    """Audit and outbox: what everybody adds to and few read."""
    protect("audit_entry")
    grant("audit_entry", WORKSPACE, select=True, insert=True)
    policy(
        "audit_entry",
        WORKSPACE,
        "SELECT",
        using=f"(tenant_id = {TENANT} AND {SCOPE} = 'tenant') OR {OVERSIGHT}",
    )
    policy(
        "audit_entry",
        WORKSPACE,
        "INSERT",
        check=f"tenant_id IS NOT DISTINCT FROM {TENANT} OR {TENANT} IS NULL",
    )
    grant("audit_entry", PUBLIC, insert=True)
    policy("audit_entry", PUBLIC, "INSERT", check="actor_kind IN ('resident', 'visitor')")

    protect("mail_message")
    grant("mail_message", WORKSPACE, select=True, insert=True, update=True, delete=True)
    reads = f"{SCOPE} = 'system' OR (tenant_id = {TENANT} AND {SCOPE} = 'job')"
    policy("mail_message", WORKSPACE, "SELECT", using=reads)
    policy("mail_message", WORKSPACE, "INSERT", check="true")
    policy("mail_message", WORKSPACE, "UPDATE", using=reads)
    policy("mail_message", WORKSPACE, "DELETE", using=reads)
    grant("mail_message", PUBLIC, insert=True)
    policy("mail_message", PUBLIC, "INSERT", check="state = 'queued'")


def _jobs() -> None:
    """The queue lives in the same database; the public site may add a few kinds of job and read none."""
    connection = op.get_bind()
    # the driver's own cursor: procrastinate's schema has % and : in it
    connection.connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]
    tables = connection.scalars(
        text(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%'"
        )
    ).all()
    for table in tables:
        protect(table)
        grant(table, WORKSPACE, select=True, insert=True, update=True, delete=True)
        policy(table, WORKSPACE, "ALL", using="true", check="true")
        # a worker that signs off gives up its jobs through a foreign key, whose triggers run as the owner
        op.execute(f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for face in (WORKSPACE, PUBLIC):
        op.execute(
            f"GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO {role(face)}"
        )
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role(WORKSPACE)}")
    known = "task_name IN ('mail.send', 'search.index')"
    grant("procrastinate_jobs", PUBLIC, select=["id"], insert=True)
    policy("procrastinate_jobs", PUBLIC, "SELECT", using=known)
    policy("procrastinate_jobs", PUBLIC, "INSERT", check=known)
    grant("procrastinate_events", PUBLIC, insert=True)
    policy("procrastinate_events", PUBLIC, "INSERT", check="true")
