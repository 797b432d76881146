"""The tenant's answer templates."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.participation import queries, service
from portal.participation.forms import TemplateForm
from portal.participation.policy import Fate
from portal.participation.views.common import blueprint
from portal.participation.words import FATES
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import Invalid
from webkit.forms import Form, choices
from webkit.fragments import render


@blueprint.route("/t/<tenant>/comments/templates/", methods=["GET", "POST"])
@requires(Permission.COMMENT_ANSWER)
def templates(tenant: str) -> ResponseReturnValue:
    """All templates, and a form for a new one."""
    form = _template_form()
    if form.validate_on_submit() and _save(form):
        flash(_("模板已经保存。"), "success")
        return redirect(url_for(".templates", tenant=tenant), 303)
    return render(
        "portal/participation/templates.html",
        status=form.status,
        tenant=tenant,
        form=form,
        ready=queries.templates(db()),
    )


@blueprint.route("/t/<tenant>/comments/templates/<uuid:template_id>", methods=["GET", "POST"])
@requires(Permission.COMMENT_ANSWER)
def template(tenant: str, template_id: UUID) -> ResponseReturnValue:
    """Change a template."""
    found = _load(template_id)
    form = _template_form(title=found.title, body=found.body, fate=found.fate or "")
    if form.validate_on_submit() and _save(form, template_id):
        flash(_("模板已经保存。"), "success")
        return redirect(url_for(".templates", tenant=tenant), 303)
    return render(
        "portal/participation/template.html", status=form.status, tenant=tenant, form=form, ready=found
    )


@blueprint.route("/t/<tenant>/comments/templates/<uuid:template_id>/delete", methods=["GET", "POST"])
@requires(Permission.COMMENT_ANSWER)
def delete_template(tenant: str, template_id: UUID) -> ResponseReturnValue:
    """Remove a template."""
    found = _load(template_id)
    form = Form()
    if form.validate_on_submit():
        service.delete_template(db(), template_id)
        flash(_("模板已经删除。"), "success")
        return redirect(url_for(".templates", tenant=tenant), 303)
    return render(
        "portal/participation/delete_template.html",
        status=form.status,
        tenant=tenant,
        ready=found,
        form=form,
    )


def _template_form(**kept: str) -> TemplateForm:
    form = TemplateForm(**kept)
    fates = (Fate.STUDYING, Fate.ADOPTED, Fate.NOT_ADOPTED)
    form.fate.choices = choices([("", _("不改变")), *((fate.value, _(FATES[fate])) for fate in fates)])
    return form


def _load(template_id: UUID) -> queries.Template:
    found = queries.template(db(), template_id)
    if found is None:
        abort(404)
    return found


def _save(form: TemplateForm, template_id: UUID | None = None) -> bool:
    try:
        service.save_template(
            db(),
            form.title.data or "",
            form.body.data or "",
            fate=Fate(form.fate.data) if form.fate.data else None,
            template_id=template_id,
        )
    except Invalid as error:
        show_refusal(form, error)
        return False
    return True
