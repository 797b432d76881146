"""Settings of a tenant and its responsible units."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.answers import show_refusal
from portal.organisation import (
    bureaus,  # noqa: F401 - for its routes
    district,  # noqa: F401 - for its routes
    queries,
    service,
)
from portal.organisation.forms import SettingsForm, UnitForm
from portal.organisation.queries import UnitSettings
from portal.organisation.web import Attempt, blueprint, differences, save, version
from tenants.deployment import settings_here
from tenants.files import queries as files
from tenants.files import service as file_service
from tenants.files.inspect import Purpose
from tenants.files.models import FileKind
from tenants.identity import places
from tenants.identity.models import UnitKind
from tenants.permissions import Permission
from tenants.requests import actor, db, requires
from tenants.rules import Invalid, Missing, Refused
from webkit.forms import Form, Kept
from webkit.fragments import render
from webkit.maps import area


@blueprint.route("/t/<tenant>/settings", methods=["GET", "POST"])
@requires(Permission.SETTINGS_MANAGE)
def settings(tenant: str) -> ResponseReturnValue:
    known = queries.tenant(db(), g.tenant.id)
    form = SettingsForm(obj=known)
    may_upload = actor().may(Permission.FILE_WRITE)
    tried = Attempt()
    refused = _receive_picture(form) if form.is_submitted() and may_upload else None
    valid = form.validate_on_submit()
    if refused:
        show_refusal(form, refused)
    if valid and not refused:
        changes = form.changes() | (_picture_change(form) if may_upload else {})
        tried = save(form, known, service.update_settings, changes)
        if tried.done:
            flash(_("设置已保存。"), "success")
            return redirect(url_for(".settings", tenant=tenant), 303)
    elif form.is_submitted() and version() != known.version:
        tried = Attempt(theirs=differences(form, known))
        form.version.data = str(known.version)
    if known.picture_file_id and form.picture.kept is None and not form.picture.removed and may_upload:
        picture = files.get_many(db(), [known.picture_file_id]).get(known.picture_file_id)
        if picture:
            form.picture.keep(Kept(str(picture.id), picture.name, picture.size))
    return render(
        "portal/organisation/settings.html",
        form=form,
        known=known,
        outlines=_outlines(tenant, queries.units(db())),
        theirs=tried.theirs,
        may_upload=may_upload,
        public_address=settings_here().public_address,
        status=tried.status or form.status,
    )


@blueprint.route("/t/<tenant>/settings/open", methods=["GET", "POST"])
@requires(Permission.SETTINGS_MANAGE)
def open_tenant(tenant: str) -> ResponseReturnValue:
    """Let the public see the tenant; what is still to be set up is said before."""
    form = Form()
    if form.validate_on_submit():
        service.open_tenant(db(), actor(), g.tenant.id)
        flash(_("已对公众开放。"), "success")
        return redirect(url_for("today.show", tenant=tenant), 303)
    ready = queries.setup(db(), g.tenant.id).ready
    return render(
        "portal/organisation/open_tenant.html",
        form=form,
        tenant=tenant,
        consequence=_("公众网站上会出现本单位的页面，可以发布内容、收集意见。")
        if ready
        else _("还有准备没有做完。现在开放，公众会看到不完整的页面。"),
        status=form.status,
    )


def _receive_picture(form: SettingsForm) -> Invalid | None:
    """Store a picture as soon as it comes, so that an error elsewhere does not lose it; or say what is wrong."""
    if form.picture.file is not None:
        try:
            stored = file_service.upload(
                db(),
                actor(),
                form.picture.file.stream,
                form.picture.file.filename or "",
                purpose=Purpose.PICTURE,
            )
        except Invalid as error:
            return Invalid({"picture": next(iter(error.errors.values()))})
        form.picture.keep(Kept(str(stored.id), stored.name, stored.size))
    elif form.picture.upload_id:
        kept = _known_picture(form.picture.upload_id)
        if kept is not None:
            form.picture.keep(kept)
    return None


def _known_picture(upload_id: str) -> Kept | None:
    try:
        found = files.get(db(), UUID(upload_id))
    except (ValueError, Missing):
        return None
    return Kept(str(found.id), found.name, found.size) if found.kind == FileKind.IMAGE else None


def _picture_change(form: SettingsForm) -> dict[str, Any]:
    return {"picture_file_id": UUID(form.picture.kept.upload_id) if form.picture.kept else None}


@blueprint.get("/t/<tenant>/units/")
@requires(Permission.SETTINGS_MANAGE)
def units(tenant: str) -> ResponseReturnValue:
    found = queries.units(db())
    return render(
        "portal/organisation/units.html",
        units=found,
        boundaries=_outlines(tenant, found),
        tenant=tenant,
    )


def _outlines(tenant: str, units: Iterable[UnitSettings]) -> list[dict[str, Any]]:
    return [
        area(
            unit.boundary,
            unit.name,
            schematic=unit.schematic,
            url=url_for(".edit_unit", tenant=tenant, unit=unit.slug),
        )
        for unit in units
        if unit.boundary and unit.active
    ]


@blueprint.route("/t/<tenant>/units/new", methods=["GET", "POST"])
@requires(Permission.SETTINGS_MANAGE)
def new_unit(tenant: str) -> ResponseReturnValue:
    form = UnitForm(schematic=True)
    if form.validate_on_submit():
        fields = form.changes()
        del fields["active"]
        fields["kind"] = UnitKind(fields["kind"])
        try:
            service.create_unit(db(), actor(), **fields)
        except (Invalid, Refused) as error:
            show_refusal(form, error)
        else:
            flash(_("责任单元已建立。"), "success")
            return redirect(url_for(".units", tenant=tenant), 303)
    return render(
        "portal/organisation/unit.html",
        form=form,
        unit=None,
        outlines=_outlines(tenant, queries.units(db())),
        theirs=[],
        tenant=tenant,
        status=form.status,
    )


@blueprint.route("/t/<tenant>/units/<unit>", methods=["GET", "POST"])
@requires(Permission.SETTINGS_MANAGE)
def edit_unit(tenant: str, unit: str) -> ResponseReturnValue:
    known = queries.unit(db(), unit)
    if known is None:
        moved = places.unit_moved_to(db(), g.tenant.id, unit) or abort(404)
        return redirect(url_for(".edit_unit", tenant=tenant, unit=moved), 308)
    form = UnitForm(obj=known)
    if not form.is_submitted():
        form.boundary.data = json.dumps(known.boundary) if known.boundary else ""
    tried = Attempt()
    if form.validate_on_submit():
        tried = save(form, known, service.update_unit)
        if tried.done:
            flash(_("责任单元已保存。"), "success")
            return redirect(url_for(".units", tenant=tenant), 303)
    return render(
        "portal/organisation/unit.html",
        form=form,
        unit=known,
        outlines=_outlines(tenant, [known]),
        theirs=tried.theirs,
        tenant=tenant,
        status=tried.status or form.status,
    )
