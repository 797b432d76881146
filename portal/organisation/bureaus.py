"""Bureaus: registered and named by the district office, kept up by their own administrators."""

from __future__ import annotations

from flask import abort, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.organisation import queries, service
from portal.organisation.forms import BureauForm, BureauSettingsForm, ConfirmForm, NewBureauForm
from portal.organisation.queries import BureauSettings
from portal.organisation.web import Attempt, blueprint, save
from portal.people import queries as people
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import Invalid, Refused
from webkit.fragments import render


@blueprint.get("/district/bureaus/")
@requires(Permission.TENANT_PROVISION)
def bureaus() -> ResponseReturnValue:
    return render("portal/organisation/bureaus.html", bureaus=queries.bureaus(db()))


@blueprint.route("/district/bureaus/new", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def new_bureau() -> ResponseReturnValue:
    form = NewBureauForm()
    if form.validate_on_submit():
        try:
            made = service.create_bureau(db(), actor(), **form.changes())
        except (Invalid, Refused) as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(_("委办局已登记，现在可以邀请它的人员。"), "success")
            return redirect(url_for(".edit_bureau", bureau=made.slug), 303)
    return render("portal/organisation/new_bureau.html", form=form, status=form.status)


@blueprint.route("/district/bureaus/<bureau>/edit", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def edit_bureau(bureau: str) -> ResponseReturnValue:
    known = _bureau(bureau)
    form = BureauForm(obj=known)
    tried = Attempt()
    if form.validate_on_submit():
        tried = save(form, known, service.update_bureau)
        if tried.done:
            flash(_("已保存。"), "success")
            return redirect(url_for(".bureaus"), 303)
    return render(
        "portal/organisation/edit_bureau.html",
        form=form,
        known=known,
        theirs=tried.theirs,
        status=tried.status or form.status,
    )


@blueprint.route("/district/bureaus/<bureau>/deactivate", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def deactivate_bureau(bureau: str) -> ResponseReturnValue:
    known = _bureau(bureau)
    form = ConfirmForm()
    if form.validate_on_submit():
        service.set_bureau_active(db(), actor(), known.id, active=False, reason=form.reason.data or "")
        flash(_("%(name)s已停用。", name=known.name), "success")
        return redirect(url_for(".bureaus"), 303)
    return render("portal/organisation/deactivate_bureau.html", form=form, known=known, status=form.status)


@blueprint.post("/district/bureaus/<bureau>/reactivate")
@requires(Permission.TENANT_PROVISION)
def reactivate_bureau(bureau: str) -> ResponseReturnValue:
    known = _bureau(bureau)
    service.set_bureau_active(db(), actor(), known.id, active=True, reason="")
    flash(_("%(name)s已恢复使用。", name=known.name), "success")
    return redirect(url_for(".bureaus"), 303)


@blueprint.route("/b/<bureau>/settings", methods=["GET", "POST"])
@requires(Permission.BUREAU_SETTINGS_MANAGE)
def bureau_settings(bureau: str) -> ResponseReturnValue:
    known = _bureau(g.workplace.place.slug)
    form = BureauSettingsForm(obj=known)
    form.offer(people.colleagues(db()))
    tried = Attempt()
    if form.validate_on_submit():
        tried = save(form, known, service.update_bureau_settings)
        if tried.done:
            flash(_("设置已保存。"), "success")
            return redirect(url_for(".bureau_settings", bureau=bureau), 303)
    return render(
        "portal/organisation/bureau_settings.html",
        form=form,
        known=known,
        bureau=bureau,
        theirs=tried.theirs,
        status=tried.status or form.status,
    )


def _bureau(slug: str) -> BureauSettings:
    known = queries.bureau(db(), slug)
    if known is None:
        abort(404)
    return known
