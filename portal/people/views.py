"""People and roles of a tenant or a bureau."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
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
from portal.workplace import at_both, here
from tenants.identity import invitations, offers, policy
from tenants.permissions import Permission
from tenants.requests import actor, db, say
from tenants.rules import Invalid, Refused
from webkit.fragments import render, wants_part

P = Permission
#: Who reads the people of a place, and who gives and takes roles there.
READ = (P.PERSON_READ, P.BUREAU_PERSON_MANAGE)
MANAGE = (P.PERSON_MANAGE, P.BUREAU_PERSON_MANAGE)
BOTH = ("GET", "POST")


def _may_manage() -> bool:
    return any(map(actor().may, MANAGE))


@at_both(blueprint, "people/", READ)
def index() -> ResponseReturnValue:
    by = filter_of_request()
    may_manage = _may_manage()
    return render(
        "portal/people/index.html",
        "results",
        people=list_page(by),
        offers=offers.of_place(db(), **here().where) if may_manage and not wants_part() else [],
        ending=queries.ending_soon(db()) if may_manage and not wants_part() else ([], 0),
        by=by,
        states=words.states(),
        roles=queries.grantable(actor()),
        here=here(),
        may_manage=may_manage,
    )


@at_both(blueprint, "people.xlsx", READ, endpoint="export")
def export_place() -> ResponseReturnValue:
    return export(_("%(name)s人员", name=here().label), filter_of_request(), places=False)


@at_both(blueprint, "people/invite", MANAGE, methods=BOTH)
def invite() -> ResponseReturnValue:
    form = InviteForm()
    if form.validate_on_submit():
        try:
            invited = service.invite(
                db(),
                email=form.email.data or "",
                name=form.name.data or "",
                job_title=form.job_title.data or "",
                roles=form.chosen(),
                first=form.first.data,
                last=form.last.data,
                **here().where,
            )
        except (Invalid, Refused) as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(invited_words(invited, form.first.data), "success")
            if invited.offered:
                return redirect(here().url("people.index"), 303)
            return redirect(here().url("people.show", person=invited.staff.id), 303)
    return render("portal/people/invite.html", form=form, here=here(), status=form.status)


@at_both(blueprint, "people/offers/<uuid:offer>/withdraw", MANAGE, methods=("POST",), endpoint="withdraw_offer")
def withdraw_offer_of_place(offer: UUID) -> ResponseReturnValue:
    return withdraw_offer(offer, here().url("people.index"))


@at_both(blueprint, "people/<uuid:person>", READ)
def show(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    refusal = policy.may_change_roles_of(actor(), person, actor().tenant_id, actor().bureau_id)
    return render(
        "portal/people/show.html",
        person=found,
        history=words.history(
            queries.history(db(), person), queries.term_changes(db(), person), places=False
        ),
        states=words.states(),
        here=here(),
        may_manage=_may_manage(),
        refusal=say(refusal) if refusal else "",
        factor_refusal=factor_refusal(found) if _may_manage() else None,
    )


@at_both(blueprint, "people/<uuid:person>/second-factor", MANAGE, methods=BOTH)
def reset_second_factor(person: UUID) -> ResponseReturnValue:
    """A colleague lost phone and recovery codes."""
    people = (_("人员与角色"), here().url("people.index"))
    return reset_factor(person, people, here().url("people.show", person=person))


@at_both(blueprint, "people/<uuid:person>/roles", MANAGE, methods=BOTH)
def roles(person: UUID) -> ResponseReturnValue:
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
            show_refusal(form, error)
            db().rollback()
        else:
            flash(roles_changed(form.first.data), "success")
            return redirect(here().url("people.show", person=person), 303)
    return render("portal/people/roles.html", form=form, person=found, here=here(), status=form.status)


@at_both(blueprint, "people/<uuid:person>/roles/<uuid:role>/term", MANAGE, methods=BOTH)
def term(person: UUID, role: UUID) -> ResponseReturnValue:
    """A role is held longer, or less long."""
    people = (_("人员与角色"), here().url("people.index"))
    return change_term(person, role, people, here().url("people.show", person=person))


@at_both(blueprint, "people/<uuid:person>/end", MANAGE, methods=BOTH)
def end(person: UUID) -> ResponseReturnValue:
    """End somebody's work here, or take an invitation back."""
    found = the_person(person)
    form = EndForm()
    if form.validate_on_submit():
        try:
            service.set_roles(db(), actor(), person, [], reason=form.reason.data)
        except Refused as error:
            show_refusal(form, error)
            db().rollback()
        else:
            if found.state is PersonState.INVITED:
                flash(_("邀请已取消。"), "success")
            else:
                flash(_("%(name)s不再在本单位任职。", name=found.name), "success")
            return redirect(here().url("people.index"), 303)
    return render("portal/people/end.html", form=form, person=found, here=here(), status=form.status)


@at_both(blueprint, "people/<uuid:person>/resend", MANAGE, methods=("POST",))
def resend(person: UUID) -> ResponseReturnValue:
    found = the_person(person)
    invitations.resend(db(), person, **here().where)
    flash(_("邀请已重新发给%(name)s。", name=found.name), "success")
    return redirect(here().url("people.show", person=person), 303)
