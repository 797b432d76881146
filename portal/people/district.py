"""All people of the district, for its office."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.people import queries, service, words
from portal.people.forms import EndForm, GrantForm, OfficeInviteForm, PlaceFields
from portal.people.queries import PersonState
from portal.people.web import (
    added_words,
    blueprint,
    change_term,
    export,
    factor_refusal,
    filter_of_request,
    invited_words,
    list_page,
    reset_factor,
    the_person,
    the_role,
    withdraw_offer,
)
from portal.reader import reader
from tenants.identity import invitations, offers
from tenants.identity import queries as identity_queries
from tenants.permissions import Permission, Role
from tenants.requests import actor, db, requires
from tenants.rules import Invalid, Refused
from webkit.fragments import render, wants_part


@blueprint.get("/district/people/", endpoint="district")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def index() -> ResponseReturnValue:
    by = filter_of_request()
    return render(
        "portal/people/district.html",
        "results",
        people=list_page(by),
        by=by,
        states=words.states(),
        roles=queries.grantable(actor()),
        tenants=reader().offered_tenants,
        bureaus=identity_queries.bureaus(db()),
        counts=queries.counts(db()),
        ending=queries.ending_soon(db()) if not wants_part() else ([], 0),
        State=PersonState,
    )


@blueprint.get("/district/people.xlsx")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def export_district() -> ResponseReturnValue:
    return export(_("全区人员"), filter_of_request(), places=True)


def _offered(form: PlaceFields) -> None:
    form.offer(identity_queries.tenants(db()), identity_queries.bureaus(db()))


@blueprint.route("/district/people/invite", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def invite_district() -> ResponseReturnValue:
    form = OfficeInviteForm(role=request.args.get("role"), place=request.args.get("place"))
    _offered(form)
    if form.validate_on_submit():
        try:
            invited = service.invite(
                db(),
                email=form.email.data or "",
                name=form.name.data or "",
                job_title=form.job_title.data or "",
                roles=[Role(form.role.data)],
                first=form.first.data,
                last=form.last.data,
                **form.where(),
            )
        except (Invalid, Refused) as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(invited_words(invited, form.first.data), "success")
            return redirect(url_for(".show_district", person=invited.staff.id), 303)
    return render("portal/people/invite_district.html", form=form, status=form.status)


@blueprint.get("/district/people/<uuid:person>")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def show_district(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    return render(
        "portal/people/show_district.html",
        person=found,
        history=words.history(
            queries.history(db(), person), queries.term_changes(db(), person), places=True
        ),
        offers=offers.to_person(db(), person),
        states=words.states(),
        myself=actor().id == person,
        factor_refusal=factor_refusal(found),
    )


@blueprint.route("/district/people/<uuid:person>/second-factor", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def reset_second_factor_district(person: UUID) -> ResponseReturnValue:
    """Anybody of the district lost phone and recovery codes."""
    people = (_("全区人员"), url_for(".district"))
    return reset_factor(person, people, url_for(".show_district", person=person))


@blueprint.route("/district/people/<uuid:person>/grant", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def grant(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    form = GrantForm()
    _offered(form)
    if form.validate_on_submit():
        try:
            added = service.add_role(
                db(),
                person,
                Role(form.role.data),
                first=form.first.data,
                last=form.last.data,
                **form.where(),
            )
        except (Invalid, Refused) as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(added_words(added, form.first.data), "success")
            return redirect(url_for(".show_district", person=person), 303)
    return render("portal/people/grant.html", form=form, person=found, status=form.status)


@blueprint.post("/district/people/<uuid:person>/offers/<uuid:offer>/withdraw")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def withdraw_offer_district(person: UUID, offer: UUID) -> ResponseReturnValue:
    return withdraw_offer(offer, url_for(".show_district", person=person))


@blueprint.route("/district/people/<uuid:person>/roles/<uuid:role>/end", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def end_role(person: UUID, role: UUID) -> ResponseReturnValue:
    found = the_person(person)
    held = the_role(found, role)
    form = EndForm()
    if form.validate_on_submit():
        try:
            service.end_role(db(), held.id, reason=form.reason.data or "")
        except Refused as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(_("角色已结束，立即生效。"), "success")
            return redirect(url_for(".show_district", person=person), 303)
    return render("portal/people/end_role.html", form=form, person=found, held=held, status=form.status)


@blueprint.route("/district/people/<uuid:person>/roles/<uuid:role>/term", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def term_district(person: UUID, role: UUID) -> ResponseReturnValue:
    """A role anywhere is held longer, or less long."""
    people = (_("全区人员"), url_for(".district"))
    return change_term(person, role, people, url_for(".show_district", person=person))


@blueprint.route("/district/people/<uuid:person>/deactivate", methods=["GET", "POST"])
@requires(Permission.DISTRICT_PERSON_MANAGE)
def deactivate(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    form = EndForm()
    if form.validate_on_submit():
        try:
            service.deactivate(db(), person, reason=form.reason.data or "")
        except Refused as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(_("%(name)s的账号已停用，所有设备已退出登录。", name=found.name), "success")
            return redirect(url_for(".show_district", person=person), 303)
    return render("portal/people/deactivate.html", form=form, person=found, status=form.status)


@blueprint.post("/district/people/<uuid:person>/reactivate")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def reactivate(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    service.reactivate(db(), person)
    flash(_("%(name)s的账号已恢复。", name=found.name), "success")
    return redirect(url_for(".show_district", person=person), 303)


@blueprint.post("/district/people/<uuid:person>/resend")
@requires(Permission.DISTRICT_PERSON_MANAGE)
def resend_district(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    first = next(iter(found.roles), None)
    invitations.resend(
        db(),
        person,
        tenant_id=first.tenant_id if first else None,
        bureau_id=first.bureau_id if first else None,
    )
    flash(_("邀请已重新发给%(name)s。", name=found.name), "success")
    return redirect(url_for(".show_district", person=person), 303)
