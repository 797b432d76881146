"""People and roles of a tenant."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import take
from portal.people import (
    district,  # noqa: F401 - for its routes
    queries,
    service,
    words,
)
from portal.people.forms import EndForm, InviteForm, RolesForm
from portal.people.queries import PersonState
from portal.people.web import (
    blueprint,
    change_term,
    export,
    factor_refusal,
    filter_of_request,
    invited_words,
    list_page,
    reset_factor,
    roles_changed,
    the_person,
    withdraw_offer,
)
from tenants.identity import invitations, offers, policy
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say
from tenants.rules import Invalid, Refused
from webkit.fragments import render, wants_part


@blueprint.get("/t/<tenant>/people/")
@requires(Permission.PERSON_READ)
def index(tenant: str) -> ResponseReturnValue:
    by = filter_of_request()
    may_manage = actor().may(Permission.PERSON_MANAGE)
    return render(
        "portal/people/index.html",
        "results",
        people=list_page(by),
        offers=offers.of_tenant(db(), g.tenant.id) if may_manage and not wants_part() else [],
        ending=queries.ending_soon(db()) if may_manage and not wants_part() else ([], 0),
        by=by,
        states=words.states(),
        roles=queries.grantable(db()),
        tenant=tenant,
        may_manage=may_manage,
    )


@blueprint.get("/t/<tenant>/people.xlsx", endpoint="export")
@requires(Permission.PERSON_READ)
def export_tenant(tenant: str) -> ResponseReturnValue:
    return export(_("%(name)s人员", name=g.tenant.short_name), filter_of_request(), places=False)


@blueprint.route("/t/<tenant>/people/invite", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def invite(tenant: str) -> ResponseReturnValue:
    form = InviteForm()
    if form.validate_on_submit():
        try:
            invited = service.invite(
                db(),
                actor(),
                email=form.email.data or "",
                name=form.name.data or "",
                job_title=form.job_title.data or "",
                roles=form.chosen(),
                first=form.first.data,
                last=form.last.data,
            )
        except (Invalid, Refused) as error:
            take(form, error)
            db().rollback()
        else:
            flash(invited_words(invited, form.first.data), "success")
            if invited.offered:
                return redirect(url_for(".index", tenant=tenant), 303)
            return redirect(url_for(".show", tenant=tenant, person=invited.staff.id), 303)
    return render("portal/people/invite.html", form=form, tenant=tenant, status=form.status)


@blueprint.post("/t/<tenant>/people/offers/<uuid:offer>/withdraw", endpoint="withdraw_offer")
@requires(Permission.PERSON_MANAGE)
def withdraw_offer_of_tenant(tenant: str, offer: UUID) -> ResponseReturnValue:
    return withdraw_offer(offer, url_for(".index", tenant=tenant))


@blueprint.get("/t/<tenant>/people/<uuid:person>")
@requires(Permission.PERSON_READ)
def show(tenant: str, person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    refusal = policy.may_change_roles_of(actor(), person, actor().tenant_id)
    return render(
        "portal/people/show.html",
        person=found,
        history=words.history(
            queries.history(db(), person), queries.term_changes(db(), person), places=False
        ),
        states=words.states(),
        tenant=tenant,
        may_manage=actor().may(Permission.PERSON_MANAGE),
        refusal=say(refusal) if refusal else "",
        factor_refusal=factor_refusal(found) if actor().may(Permission.PERSON_MANAGE) else None,
    )


@blueprint.route("/t/<tenant>/people/<uuid:person>/second-factor", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def reset_second_factor(tenant: str, person: UUID) -> ResponseReturnValue:
    """A colleague lost phone and recovery codes."""
    people = (_("人员与角色"), url_for(".index", tenant=tenant))
    return reset_factor(person, people, url_for(".show", tenant=tenant, person=person))


@blueprint.route("/t/<tenant>/people/<uuid:person>/roles", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def roles(tenant: str, person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    form = RolesForm(roles=[held.role.value for held in found.roles])
    if form.validate_on_submit():
        try:
            if not form.chosen():
                raise Invalid({"roles": _("请至少选择一个角色。要结束任职，请用“结束任职”。")})
            service.set_roles(
                db(), actor(), person, form.chosen(), first=form.first.data, last=form.last.data
            )
        except (Invalid, Refused) as error:
            take(form, error)
            db().rollback()
        else:
            flash(roles_changed(form.first.data), "success")
            return redirect(url_for(".show", tenant=tenant, person=person), 303)
    return render("portal/people/roles.html", form=form, person=found, tenant=tenant, status=form.status)


@blueprint.route("/t/<tenant>/people/<uuid:person>/roles/<uuid:role>/term", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def term(tenant: str, person: UUID, role: UUID) -> ResponseReturnValue:
    """A role is held longer, or less long."""
    return change_term(person, role, url_for(".show", tenant=tenant, person=person))


@blueprint.route("/t/<tenant>/people/<uuid:person>/end", methods=["GET", "POST"])
@requires(Permission.PERSON_MANAGE)
def end(tenant: str, person: UUID) -> ResponseReturnValue:
    """End somebody's work in the tenant, or take an invitation back."""
    found = the_person(person)
    form = EndForm()
    if form.validate_on_submit():
        try:
            service.set_roles(db(), actor(), person, [], reason=form.reason.data)
        except Refused as error:
            take(form, error)
            db().rollback()
        else:
            if found.state is PersonState.INVITED:
                flash(_("邀请已取消。"), "success")
            else:
                flash(_("%(name)s不再在本单位任职。", name=found.name), "success")
            return redirect(url_for(".index", tenant=tenant), 303)
    return render("portal/people/end.html", form=form, person=found, tenant=tenant, status=form.status)


@blueprint.post("/t/<tenant>/people/<uuid:person>/resend")
@requires(Permission.PERSON_MANAGE)
def resend(tenant: str, person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    invitations.resend(db(), person, tenant_id=actor().tenant_id)
    flash(_("邀请已重新发给%(name)s。", name=found.name), "success")
    return redirect(url_for(".show", tenant=tenant, person=person), 303)
