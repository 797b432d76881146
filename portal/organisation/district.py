"""Tenants, for the district office."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.organisation import queries, service
from portal.organisation.forms import ConfirmForm, NewTenantForm, TenantForm
from portal.organisation.queries import TenantSettings
from portal.organisation.web import Attempt, blueprint, save
from tenants.identity import invitations
from tenants.identity.models import TenantKind
from tenants.permissions import Permission, Role
from tenants.requests import actor, db, requires
from tenants.rules import Invalid, Refused
from webkit.fragments import render


@blueprint.route("/district/tenants/new", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def new_tenant() -> ResponseReturnValue:
    form = NewTenantForm()
    if form.validate_on_submit():
        try:
            tenant = service.create_tenant(
                db(),
                actor(),
                kind=TenantKind(form.kind.data),
                slug=form.slug.data or "",
                name=form.name.data or "",
                short_name=form.short_name.data or "",
            )
            invitations.invite(
                db(),
                email=form.admin_email.data or "",
                name=form.admin_name.data or "",
                roles=[Role.TENANT_ADMIN],
                tenant_id=tenant.id,
            )
        except Invalid as error:
            # an error about the person belongs to the fields of the administrator
            at = {"email": "admin_email"} if "email" in error.errors else {}
            show_refusal(form, Invalid({at.get(name, name): refusal for name, refusal in error.errors.items()}))
            db().rollback()
        except Refused as error:
            show_refusal(form, error)
            db().rollback()
        else:
            flash(_("单位已新设，邀请已发给管理员。它开放以后，公众才能看到。"), "success")
            return redirect(url_for("district.tenants"), 303)
    return render("portal/organisation/new_tenant.html", form=form, status=form.status)


@blueprint.route("/district/tenants/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def edit_tenant(slug: str) -> ResponseReturnValue:
    known = _tenant(slug)
    form = TenantForm(obj=known)
    tried = Attempt()
    if form.validate_on_submit():
        if form.slug.data != known.slug and not form.moved.data:
            form.take_errors({"moved": _("更改网址名前请先确认。")})
        else:
            tried = save(form, known, service.update_tenant)
        if tried.done:
            flash(_("已保存。"), "success")
            return redirect(url_for("district.tenants"), 303)
    return render(
        "portal/organisation/edit_tenant.html",
        form=form,
        known=known,
        theirs=tried.theirs,
        status=tried.status or form.status,
    )


@blueprint.route("/district/tenants/<slug>/deactivate", methods=["GET", "POST"])
@requires(Permission.TENANT_PROVISION)
def deactivate_tenant(slug: str) -> ResponseReturnValue:
    known = _tenant(slug)
    form = ConfirmForm()
    if form.validate_on_submit():
        service.set_active(db(), actor(), known.id, active=False, reason=form.reason.data or "")
        flash(_("%(name)s已停用。", name=known.name), "success")
        return redirect(url_for("district.tenants"), 303)
    return render("portal/organisation/deactivate_tenant.html", form=form, known=known, status=form.status)


@blueprint.post("/district/tenants/<slug>/reactivate")
@requires(Permission.TENANT_PROVISION)
def reactivate_tenant(slug: str) -> ResponseReturnValue:
    known = _tenant(slug)
    service.set_active(db(), actor(), known.id, active=True, reason="")
    flash(_("%(name)s已恢复使用。", name=known.name), "success")
    return redirect(url_for("district.tenants"), 303)


def _tenant(slug: str) -> TenantSettings:
    known = queries.tenant_by_slug(db(), slug)
    if known is None:
        abort(404)
    return known
