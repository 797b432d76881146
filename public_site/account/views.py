"""A resident's account: the account page, another address, taking one's data along, leaving."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from portal.participation import service as participation
from public_site.account import (
    signing_in,  # noqa: F401 - for its routes
    takeout,
)
from public_site.account.forms import KEEP, AddressForm, CodeForm, LeaveForm, ProfileForm
from public_site.account.web import blueprint, check_code, locale, reader, send_code, show_page, take
from search import saved
from tenants import known_browsers
from tenants.identity import addresses, residents
from tenants.identity import queries as identity
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import Invalid
from webkit.forms import Form
from webkit.fragments import render

#: In the signed cookie: the address that somebody signed in wants to be reached at.
MOVING = "moving"


@blueprint.post("/account/sign-out")
@requires(Permission.RESIDENT_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    residents.sign_out(db(), reader().token)
    _forget_browser()
    return redirect(url_for("home.show"), 303)


def _forget_browser() -> None:
    """Leave no cookie: the next page is anybody's."""
    logout_user()
    session.clear()


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def show() -> ResponseReturnValue:
    resident = reader().resident
    form = ProfileForm(obj=resident)
    status = None
    if form.validate_on_submit():
        try:
            residents.update_profile(
                db(),
                display_name=form.display_name.data or "",
                notify=bool(form.notify.data),
                locale=form.locale.data,
                offices=identity.office_names(db()),
            )
        except Invalid as error:
            status = take(form, error)
        else:
            flash(_("已保存。"), "success")
            return redirect(url_for(".show"), 303)
    sessions = identity.sessions_of_resident(db(), resident.id, reader().token)
    return show_page("show", form, status, resident=resident, sessions=sessions)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.RESIDENT_ACCOUNT)
def end_session(session_id: UUID) -> ResponseReturnValue:
    residents.end_session(db(), session_id)
    flash(_("那台设备已退出登录。"), "success")
    return redirect(url_for(".show") + "#sessions", 303)


@blueprint.post("/account/sessions/end")
@requires(Permission.RESIDENT_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    residents.end_sessions(db())
    _forget_browser()
    return redirect(url_for(".sign_in"), 303)


@blueprint.get("/account/export")
@requires(Permission.RESIDENT_ACCOUNT)
def export() -> ResponseReturnValue:
    """Everything that is the resident's, for people and for programs."""
    response = Response(takeout.archive(db(), reader()), mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=xinya-my-data.zip"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/account/address", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def address() -> ResponseReturnValue:
    """Another e-mail address or phone number: a code is sent there. Whether it has an account is not told."""
    form = AddressForm()
    status = None
    if form.validate_on_submit():
        try:
            wanted = residents.address_in(form.address.data or "")
            send_code(wanted, purpose=residents.MOVE, locale=locale())
        except (Invalid, Throttled) as error:
            status = take(form, error)
        else:
            session[MOVING] = wanted
            return redirect(url_for(".confirm_address"), 303)
    return show_page("address", form, status, resident=reader().resident)


@blueprint.route("/account/address/confirm", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def confirm_address() -> ResponseReturnValue:
    wanted = session.get(MOVING)
    if not isinstance(wanted, str):
        return redirect(url_for(".address"), 303)
    former = reader().resident.email or reader().resident.phone or ""
    form = CodeForm()
    status = None
    if form.validate_on_submit():
        try:
            check_code(form, wanted, purpose=residents.MOVE)
            residents.change_address(db(), wanted)
        except (Invalid, Throttled) as error:
            status = take(form, error)
        else:
            session.pop(MOVING)
            known_browsers.forget(former)
            known_browsers.remember(wanted)
            flash(_("已改用 %(address)s。", address=addresses.masked(wanted)), "success")
            return redirect(url_for(".show"), 303)
    return show_page("confirm_address", form, status, masked=addresses.masked(wanted))


@blueprint.route("/account/leave", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def leave() -> ResponseReturnValue:
    """What leaving means; a code is sent to make sure that it is the owner who leaves."""
    form = Form()
    status = None
    resident = reader().resident
    if form.validate_on_submit():
        address = resident.email or resident.phone or ""
        try:
            send_code(address, purpose=residents.LEAVE, locale=resident.locale)
        except Throttled as error:
            status = take(form, error)
        else:
            return redirect(url_for(".confirm_leave"), 303)
    return show_page("leave", form, status)


@blueprint.route("/account/leave/confirm", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def confirm_leave() -> ResponseReturnValue:
    form = LeaveForm()
    status = None
    resident = reader().resident
    address = resident.email or resident.phone or ""
    if form.validate_on_submit():
        try:
            check_code(form, address, purpose=residents.LEAVE)
        except (Invalid, Throttled) as error:
            status = take(form, error)
        else:
            participation.forget_resident(db(), keep_shown=form.comments.data == KEEP)
            saved.forget(db())
            residents.leave(db())
            _forget_browser()
            known_browsers.forget(address)
            return redirect(url_for(".left"), 303)
    return show_page("confirm_leave", form, status, masked=addresses.masked(address))


@blueprint.get("/account/left")
@requires(Permission.SITE_READ)
def left() -> ResponseReturnValue:
    return render("public_site/account/left.html")
