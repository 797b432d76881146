"""Every policy anew: each table lists the scopes that read it and that write it, and nothing reads all.

A session acts in a set of scopes (`team,tenant`), at the desk of a tenant or a bureau or at none. What was
`tenant` is told apart: who works there in the team, on the staff, and who administers; the office at a tenant's desk is
the office, not a clerk. Jobs are policed like people: whoever puts one into the queue may do so for the desk they are
at, and only the worker sees the queue.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.database import Face
from tenants.isolation import (
    ACTOR,
    ADDRESS,
    BROWSER,
    BUREAU,
    DEFINER_PATH,
    MEMBER,
    RESIDENT,
    SESSION_HASH,
    STAFF,
    TENANT,
    acts_as,
    anywhere,
    district_owned,
    grant,
    own_or_across,
    person_owned,
    policy,
    role,
    tenant_owned,
    walls,
)

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OWNER, WORKSPACE, PUBLIC = Face.OWNER, Face.WORKSPACE, Face.PUBLIC
SYSTEM = acts_as("system")
#: Who reads a tenant's work: its people, the jobs that work for it, and who oversees or indexes all.
READERS = ("team", "tenant", "job", "office", "working_group", "system")
#: Who writes texts and keeps files for them.
WRITERS = ("team", "tenant")
#: Who decides on what is written: publishing, withdrawing, hiding.
DECIDERS = ("tenant", "office", "job")


def upgrade() -> None:
    _take_down()
    _owners_of_files()
    _parties()
    _places()
    _people()
    _residents()
    _files()
    _publications()
    _comments()
    _records()
    _search()
    _jobs()
    _functions()


def _take_down() -> None:
    """No policy stands, and the workspace has no right on any table; the public site's grants stay as they are."""
    connection = op.get_bind()
    policies = connection.execute(
        sa.text("SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'")
    )
    for name, table in policies.all():
        op.execute(f'DROP POLICY "{name}" ON {table}')
    tables = connection.scalars(
        sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    )
    for table in tables.all():
        op.execute(f"REVOKE ALL ON {table} FROM {role(WORKSPACE)}")


def _owners_of_files() -> None:
    """A file is a tenant's, a bureau's or the district's."""
    op.alter_column("stored_file", "tenant_id", nullable=True)
    op.add_column("stored_file", sa.Column("bureau_id", sa.Uuid(), nullable=True))
    op.add_column(
        "stored_file", sa.Column("district", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_foreign_key("fk_stored_file_bureau_id", "stored_file", "bureau", ["bureau_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_stored_file_one_owner"),
        "stored_file",
        "num_nonnulls(tenant_id, bureau_id) + district::int = 1",
    )


def _parties() -> None:
    """Who is named by a record that others may see: a tenant, a bureau or a person, and as what."""
    op.create_table(
        "party",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("owner_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("named_tenant_id", sa.Uuid(), nullable=True),
        sa.Column("bureau_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(named_tenant_id, bureau_id, staff_id) = 1", name=op.f("ck_party_one_named")),
        sa.ForeignKeyConstraint(["owner_tenant_id"], ["tenant.id"], name=op.f("fk_party_owner_tenant_id")),
        sa.ForeignKeyConstraint(["named_tenant_id"], ["tenant.id"], name=op.f("fk_party_named_tenant_id")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fk_party_bureau_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_party_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_record_id", "party", ["record_id"])
    for column in ("named_tenant_id", "bureau_id", "staff_id"):
        op.create_index(f"ix_party_{column}", "party", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    owner = (
        f"(owner_tenant_id = {TENANT} AND {acts_as('team', 'tenant', 'office', 'job')})"
        f" OR (owner_tenant_id IS NULL AND {anywhere('office', 'system')})"
    )
    named = (
        f"(named_tenant_id = {TENANT} AND {acts_as('team', 'tenant', 'job')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('bureau')}) OR (staff_id = {ACTOR} AND {acts_as('person')})"
    )
    across = anywhere("office", "working_group", "system")
    walls("party", read=f"{owner} OR {named} OR {across}", insert=owner, update=owner, delete=owner)


def _places() -> None:
    """Names and addresses of tenants and bureaus are known to everybody who works here; tenants' to the public, too."""
    in_place = f"(id = {TENANT} AND {acts_as('admin', 'office')}) OR {anywhere('office', 'system')}"
    walls(
        "tenant",
        read=acts_as(*STAFF, "anonymous"),
        insert=acts_as("office", "system"),
        update=in_place,
    )
    policy("tenant", PUBLIC, "SELECT", using="active AND opened_at IS NOT NULL")
    policy("tenant", OWNER, "SELECT", using="NOT active")  # `closed_tenant`

    tenant_owned("responsible_unit", read=READERS, write=("admin", "office", "job"))
    open_one = "active AND (SELECT t.active FROM tenant t WHERE t.id = responsible_unit.tenant_id)"
    policy("responsible_unit", PUBLIC, "SELECT", using=open_one)

    own = f"id = {BUREAU} AND {acts_as('admin')}"
    walls(
        "bureau",
        read=acts_as(*STAFF),
        insert=acts_as("office", "system"),
        update=f"({own}) OR {acts_as('office', 'system')}",
    )


def _people() -> None:
    managed = (
        f"(tenant_id = {TENANT} AND {acts_as('admin', 'office')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('admin')}) OR {anywhere('office', 'system')}"
    )
    colleagues = (
        f"(tenant_id = {TENANT} AND {acts_as('team', 'tenant', 'job')})"
        f" OR (bureau_id = {BUREAU} AND {acts_as('bureau')})"
    )
    everybody = acts_as("auth", "office", "working_group", "system")
    walls(
        "role_assignment",
        read=f"staff_id = {ACTOR} OR {everybody} OR {colleagues}",
        insert=managed,
        update=managed,
    )
    policy("role_assignment", OWNER, "SELECT", using=f"staff_id = {MEMBER}")

    works = "EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff.id AND r."
    colleague = (
        f"({acts_as('team', 'tenant', 'job')} AND {works}tenant_id = {TENANT}))"
        f" OR ({acts_as('bureau')} AND {works}bureau_id = {BUREAU}))"
    )
    provision = acts_as("office", "system")
    walls(
        "staff",
        read=f"id = {ACTOR} OR {everybody} OR email = {ADDRESS} OR {colleague}",
        insert=acts_as("admin", "office", "system"),
        update=f"id = {ACTOR} OR {provision}",
    )
    policy("staff", OWNER, "SELECT", using=f"id = {MEMBER}")

    mine = f"staff_id = {ACTOR} OR {acts_as('auth', 'system')}"
    walls("staff_credential", read=mine, insert=mine, update=mine, delete=mine)
    # who deactivates ends the sessions
    ends = f"{mine} OR {acts_as('office')}"
    walls("staff_session", read=ends, insert=mine, update=ends, delete=mine)
    _tokens(mine)
    for table in ("staff_credential", "staff_session", "staff_token"):
        for command in ("SELECT", "UPDATE"):
            policy(table, OWNER, command, using=f"staff_id = {MEMBER}")


def _tokens(mine: str) -> None:
    """Who invites writes the token and never reads it; an offer is its place's to write, never its receiver's."""
    here = (
        f"(offer ->> 'tenant_id')::uuid = {TENANT}",
        f"(offer ->> 'bureau_id')::uuid = {BUREAU}",
    )
    offered = f"purpose = 'offer' AND ({acts_as('office')} OR ({acts_as('admin')} AND ({' OR '.join(here)})))"
    own = f"{SYSTEM} OR (purpose <> 'offer' AND (staff_id = {ACTOR} OR {acts_as('auth')}))"
    works_here = (
        "EXISTS (SELECT 1 FROM role_assignment r WHERE r.staff_id = staff_token.staff_id"
        f" AND (r.tenant_id = {TENANT} OR r.bureau_id = {BUREAU}))"
    )
    sent = (
        "purpose IN ('invitation', 'objection')"
        f" AND ({acts_as('office')} OR ({acts_as('admin')} AND {works_here}))"
    )
    walls(
        "staff_token",
        read=f"{mine} OR ({offered})",
        insert=f"{own} OR ({sent}) OR ({offered})",
        update=f"{own} OR ({offered})",
        delete=mine,
    )


def _residents() -> None:
    """The public role sees the resident who holds the session token, or whose exact address was named."""
    mine = f"id = {RESIDENT}"
    named = f"{ADDRESS} IN (email, phone)"
    policy("resident", PUBLIC, "SELECT", using=f"{mine} OR (deleted_at IS NULL AND {named})")
    policy("resident", PUBLIC, "INSERT", check=named)
    policy("resident", PUBLIC, "UPDATE", using=mine, check=mine)
    stopping = "id = (SELECT NULLIF(current_setting('app.unsubscribing', true), '')::uuid)"
    policy("resident", OWNER, "SELECT", using=stopping)  # `stop_notices`
    policy("resident", OWNER, "UPDATE", using=stopping)
    # whom to write to of an answer
    spoke = f"EXISTS (SELECT 1 FROM comment c WHERE c.resident_id = resident.id AND c.tenant_id = {TENANT})"
    walls(
        "resident",
        read=f"{SYSTEM} OR ({acts_as('tenant', 'office', 'job')} AND {spoke})",
        insert=SYSTEM,
    )

    held = f"token_hash = {SESSION_HASH}"
    policy("resident_session", PUBLIC, "SELECT", using=f"{held} OR resident_id = {RESIDENT}")
    policy("resident_session", PUBLIC, "INSERT", check=held)
    policy("resident_session", PUBLIC, "UPDATE", using=f"resident_id = {RESIDENT}")
    policy("resident_session", OWNER, "SELECT", using="true")  # `current_resident`
    address = f"address = {ADDRESS}"
    policy("one_time_code", PUBLIC, "SELECT", using=address)
    policy("one_time_code", PUBLIC, "INSERT", check=address)
    policy("one_time_code", PUBLIC, "UPDATE", using=address, check=address)
    for table in ("one_time_code", "resident_session"):
        walls(table, read=SYSTEM, delete=SYSTEM)


def _files() -> None:
    def owned(*scopes: str) -> str:
        return (
            f"(tenant_id = {TENANT} AND {acts_as(*scopes)}) OR (bureau_id = {BUREAU} AND {acts_as('bureau')})"
            f" OR (district AND {anywhere('office')})"
        )

    walls(
        "stored_file",
        read=f"{own_or_across(READERS)} OR (bureau_id = {BUREAU} AND {acts_as('bureau')})"
        f" OR (district AND {acts_as('office', 'working_group')})",
        insert=owned("team", "tenant", "office"),
        update=owned("team", "tenant", "office", "job"),
    )
    in_use = "tenant_id IS NULL OR EXISTS (SELECT 1 FROM tenant t WHERE t.id = stored_file.tenant_id)"
    policy("stored_file", PUBLIC, "SELECT", using=f"public AND ({in_use})")
    tenant_owned("file_text", read=READERS, write=("job",), delete=("job",))
    shown = "EXISTS (SELECT 1 FROM stored_file f WHERE f.id = file_text.file_id AND f.public)"
    policy("file_text", PUBLIC, "SELECT", using=shown)


def _publications() -> None:
    """Versions are written once; that one is live is the only thing that changes, by who decides."""
    in_use = "(SELECT t.active FROM tenant t WHERE t.id = {0}.tenant_id)"
    tenant_owned("publication", read=READERS, insert=WRITERS, update=(*WRITERS, "office", "job"))
    live = f"live_id IS NOT NULL AND {in_use.format('publication')}"
    policy("publication", PUBLIC, "SELECT", using=live)
    policy("publication", OWNER, "SELECT", using=f"live_id IS NOT NULL AND code = {ADDRESS}")  # `closed_tenant`
    tenant_owned("publication_version", read=READERS, insert=WRITERS, update=DECIDERS, columns=["live"])
    policy("publication_version", PUBLIC, "SELECT", using=f"live AND {in_use.format('publication_version')}")
    tenant_owned("version_file", read=READERS, insert=WRITERS, update=())
    shown = "EXISTS (SELECT 1 FROM publication_version v WHERE v.id = version_file.version_id AND v.live)"
    policy("version_file", PUBLIC, "SELECT", using=shown)
    tenant_owned("publication_event", read=READERS, insert=(*WRITERS, "office", "job"), update=())
    tenant_owned("withdrawal", read=READERS, write=DECIDERS, delete=DECIDERS)
    policy(
        "withdrawal",
        PUBLIC,
        "SELECT",
        using="EXISTS (SELECT 1 FROM tenant t WHERE t.id = withdrawal.tenant_id)",
    )
    # colleagues see that somebody is writing; whoever gives a revision up clears all of them away
    here = f"tenant_id = {TENANT}"
    mine = f"{here} AND staff_id = {ACTOR} AND {acts_as(*WRITERS)}"
    walls(
        "publication_draft",
        read=f"{here} AND {acts_as(*WRITERS, 'job')}",
        insert=mine,
        update=mine,
        delete=f"{here} AND {acts_as(*WRITERS)}",
    )


def _comments() -> None:
    tenant_owned("comment", read=READERS, insert=("tenant",), update=DECIDERS)
    mine = f"resident_id = {RESIDENT}"
    live = "(SELECT p.live_id IS NOT NULL FROM publication p WHERE p.id = comment.publication_id)"
    policy("comment", PUBLIC, "SELECT", using=f"(visibility = 'shown' AND {live}) OR {mine}")
    # shown at once only where the tenant wants it so
    at_once = "EXISTS (SELECT 1 FROM tenant t WHERE t.id = comment.tenant_id AND t.comment_policy = 'show')"
    untouched = (
        "staff_id IS NULL AND fate = 'received' AND fate_reason IS NULL AND outcome_publication_id IS NULL"
        " AND answered_at IS NULL AND moderation_reason IS NULL AND appeal IS NULL AND appeal_decided_at IS NULL"
    )
    policy(
        "comment",
        PUBLIC,
        "INSERT",
        check=f"{mine} AND NOT official AND {untouched}"
        f" AND (visibility = 'held' OR (visibility = 'shown' AND {at_once}))"
        " AND EXISTS (SELECT 1 FROM publication p WHERE p.id = comment.publication_id AND p.live_id IS NOT NULL"
        " AND p.comments_open)",
    )
    policy(
        "comment",
        PUBLIC,
        "UPDATE",
        using=f"{mine} AND NOT official",
        check=f"{mine} AND NOT official AND visibility IN ('held', 'shown', 'hidden', 'withdrawn')",
    )
    policy("comment", OWNER, "SELECT", using=mine)  # `own_comments`

    tenant_owned("comment_event", read=READERS, insert=DECIDERS, update=())
    own = "comment_id IN (SELECT own_comments())"
    told = "'received', 'studying', 'adopted', 'not_adopted', 'done'"
    policy(
        "comment_event",
        PUBLIC,
        "SELECT",
        using=f"{own} OR (action IN ({told})"
        " AND EXISTS (SELECT 1 FROM comment c WHERE c.id = comment_event.comment_id))",
    )
    policy(
        "comment_event",
        PUBLIC,
        "INSERT",
        check=f"actor_kind = 'resident' AND actor_id = {RESIDENT} AND {own}"
        " AND action IN ('written', 'edited', 'withdrawn', 'appealed')",
    )
    person_owned("comment_draft", where=f"tenant_id = {TENANT} AND {acts_as('tenant')}")
    tenant_owned("answer_template", read=("tenant",), write=("tenant",), delete=("tenant",))


def _records() -> None:
    """Audit, outbox, figures: what everybody adds to and few read."""
    walls(
        "audit_entry",
        read=f"(tenant_id = {TENANT} AND {acts_as('admin', 'office')}) OR {anywhere('office', 'system')}",
        insert=f"(tenant_id IS NOT DISTINCT FROM {TENANT} AND {acts_as(*STAFF)})"
        f" OR {anywhere('office', 'system')}",
    )
    policy("audit_entry", PUBLIC, "INSERT", check="actor_kind IN ('resident', 'visitor')")

    job = f"{SYSTEM} OR (tenant_id = {TENANT} AND {acts_as('job')})"
    walls(
        "mail_message",
        read=job,
        insert=f"((tenant_id IS NULL OR tenant_id = {TENANT}) AND {acts_as(*STAFF)})"
        f" OR {anywhere('office', 'system')}",
        update=job,
        delete=job,
    )
    policy("mail_message", PUBLIC, "INSERT", check="state = 'queued'")

    tenant_owned("tenant_tally", read=READERS)
    policy("tenant_tally", OWNER, "ALL", using="true", check="true")  # the triggers that count
    # what it counts stands in public under the articles
    grant("month_tally", WORKSPACE, select=["month", "said", "answered", "adopted", "done"])
    for face in (WORKSPACE, PUBLIC):
        policy("month_tally", face, "SELECT", using="month IS NOT NULL")
    policy("month_tally", OWNER, "ALL", using="true", check="true")

    kept = f"browser_hash = {BROWSER}"
    walls(
        "kept_post",
        read=f"{kept} OR {SYSTEM}",
        insert=kept,
        update=kept,
        delete=f"{kept} OR {SYSTEM}",
        columns=["owner"],
    )
    policy("kept_post", PUBLIC, "SELECT", using=kept)
    policy("kept_post", PUBLIC, "INSERT", check=kept)
    policy("kept_post", PUBLIC, "UPDATE", using=kept, check=kept)
    policy("kept_post", PUBLIC, "DELETE", using=kept)

    # keyed hashes and counts: whoever tries at a door counts, also before anybody knows who it is
    walls("throttle", read="true", insert="true", update="true", delete="true")
    policy("throttle", PUBLIC, "ALL", using="true", check="true")

    here = f"tenant_id IS NOT DISTINCT FROM {TENANT}"
    person_owned("saved_view", where=here, update=False)


def _search() -> None:
    """Everybody searches by the synonyms and pins; the district office edits them. The outbox holds ids only."""
    writes = ("team", "tenant", "office", "bureau", "self", "job", "system")
    walls("search_change", read=acts_as("office", "system"), insert=acts_as(*writes), update=SYSTEM, delete=SYSTEM)
    op.execute(f"REVOKE INSERT ON search_change FROM {role(WORKSPACE)}")
    grant("search_change", WORKSPACE, insert=["source", "entity_id"])
    policy("search_change", PUBLIC, "INSERT", check=f"{RESIDENT} IS NOT NULL")
    district_owned("search_state", read=("office", "system"), write=("system",))
    for table in ("search_synonym", "search_pin"):
        district_owned(table, read=STAFF, write=("office", "system"), delete=("office", "system"))
        policy(table, PUBLIC, "SELECT", using="true")
    walls("search_query_count", read=acts_as("office", "system"), delete=SYSTEM)
    policy("search_query_count", PUBLIC, "SELECT", using="true")
    policy("search_query_count", PUBLIC, "INSERT", check="day >= current_date - 1")
    policy("search_query_count", PUBLIC, "UPDATE", using="day >= current_date - 1")
    person_owned("saved_search", also=("system",))
    mine = f"resident_id = {RESIDENT}"
    policy("saved_search", PUBLIC, "SELECT", using=mine)
    policy("saved_search", PUBLIC, "INSERT", check=mine)
    policy("saved_search", PUBLIC, "UPDATE", using=mine, check=mine)
    policy("saved_search", PUBLIC, "DELETE", using=mine)


def _jobs() -> None:
    """A job does its work as the tenant that its arguments name: who is at that tenant's desk puts it there.

    Without a tenant it works for the district. People leave such jobs of a few kinds only; the worker, and nobody
    else, takes jobs from the queue.
    """
    tenant = "(args ->> 'tenant_id')::uuid"
    left = {
        STAFF: ("mail.send", "search.index"),
        ("auth",): ("identity.send_reset",),
        ("admin", "office"): ("search.rebuild",),  # a place that moved
        ("office",): ("search.compare",),
    }
    for_district = " OR ".join(
        f"(task_name IN ({', '.join(repr(name) for name in names)}) AND {acts_as(*scopes)})"
        for scopes, names in left.items()
    )
    for_tenant = f"{tenant} = {TENANT} AND {acts_as(*STAFF)}"
    for_any = f"task_name = 'mail.send' AND {anywhere('office')}"
    put = f"{SYSTEM} OR ({for_tenant}) OR ({for_any}) OR ({tenant} IS NULL AND ({for_district}))"
    jobs, events = "procrastinate_jobs", "procrastinate_events"
    walls(jobs, read=f"{put} OR {acts_as('office')}", insert=put, update=SYSTEM, delete=SYSTEM)
    walls(events, read=acts_as("office", "system"), insert=acts_as(*STAFF), update=SYSTEM, delete=SYSTEM)
    district_owned(
        "procrastinate_workers", read=("office", "system"), write=("system",), delete=("system",)
    )
    district_owned("procrastinate_periodic_defers", read=("system",), write=("system",), delete=("system",))
    for table in (jobs, events, "procrastinate_workers", "procrastinate_periodic_defers"):
        # a worker that signs off gives up its jobs through a foreign key, whose triggers run as the owner
        policy(table, OWNER, "ALL", using="true", check="true")
    known = "task_name IN ('mail.send', 'search.index')"
    policy(jobs, PUBLIC, "SELECT", using=known)
    policy(jobs, PUBLIC, "INSERT", check=known)
    policy(events, PUBLIC, "INSERT", check="true")


def _functions() -> None:
    """What runs as the owner asks the same scopes."""
    here = f"(r.tenant_id = {TENANT} OR r.bureau_id = {BUREAU})"
    provision = acts_as("office", "system")
    op.execute(
        f"""CREATE OR REPLACE FUNCTION second_factor_of(member uuid, OUT is_set boolean, OUT guarded boolean)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = {DEFINER_PATH} AS $$
        BEGIN
          PERFORM set_config('app.member', member::text, true);
          IF NOT ({provision} OR {acts_as("admin")} AND EXISTS (
               SELECT 1 FROM role_assignment r
               WHERE r.staff_id = member AND {here} AND r.ended_at IS NULL)) THEN
            RETURN;  -- nobody of this place: nothing is told
          END IF;
          is_set := EXISTS (
            SELECT 1 FROM staff_credential c WHERE c.staff_id = member AND c.totp_confirmed_at IS NOT NULL);
          guarded := EXISTS (
            SELECT 1 FROM role_assignment r WHERE r.staff_id = member AND r.ended_at IS NULL
              AND (r.role NOT IN ('planner', 'architect', 'technician', 'tenant_staff', 'bureau_staff')
                   OR r.tenant_id IS DISTINCT FROM {TENANT} OR r.bureau_id IS DISTINCT FROM {BUREAU}));
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
    op.execute(
        f"""CREATE OR REPLACE FUNCTION forget_second_factor(member uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = {DEFINER_PATH} AS $$
        BEGIN
          IF COALESCE((SELECT f.guarded FROM second_factor_of(member) f), true) AND NOT {provision} THEN
            RAISE insufficient_privilege USING MESSAGE = 'not theirs to reset';
          END IF;
          PERFORM set_config('app.member', member::text, true);
          UPDATE staff_credential SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL,
                 recovery_hashes = '{{}}' WHERE staff_id = member;
          UPDATE staff_session SET revoked_at = now() WHERE staff_id = member AND revoked_at IS NULL;
          PERFORM set_config('app.member', '', true);
        END $$"""
    )
    # a trigger's condition has no subquery: this one is asked for one row at a time anyway
    asked = "NOT coalesce(string_to_array(current_setting('app.scope', true), ',') && ARRAY['system'], false)"
    taken_up = (
        "NEW.ended_at IS NULL AND (OLD.ended_at IS NOT NULL OR NEW.staff_id <> OLD.staff_id"
        " OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id OR NEW.bureau_id IS DISTINCT FROM OLD.bureau_id)"
    )
    for event, condition in (("INSERT", asked), ("UPDATE", f"{asked} AND {taken_up}")):
        op.execute(f"DROP TRIGGER consent_{event.lower()} ON role_assignment")
        op.execute(
            f"CREATE TRIGGER consent_{event.lower()} BEFORE {event} ON role_assignment FOR EACH ROW"
            f" WHEN ({condition}) EXECUTE FUNCTION ask_before_joining()"
        )
