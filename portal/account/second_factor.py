"""Pages of the second factor: asked for at sign-in, set up, renewed, given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.account.forms import CodeForm, EnrolForm
from portal.account.web import blueprint, enter, reader, too_often
from portal.answers import show_refusal
from tenants import known_browsers
from tenants.identity import second_factor as factor
from tenants.identity import sign_in, totp
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import Invalid
from webkit.fragments import render
from webkit.safe_redirect import next_url, redirect_next


@dataclass(frozen=True)
class Key:
    """A new secret as the page shows it: a picture to scan, and letters to type in groups of four."""

    picture: str
    letters: str


def _key(secret: str) -> Key:
    address = totp.address(secret, reader().staff.email)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#1e2a2e", light="#fff")
    return Key(picture, " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)))


@blueprint.route("/second-factor", methods=["GET", "POST"])
@requires(Permission.SIGN_IN_COMPLETE)
def second_factor() -> ResponseReturnValue:
    """The second half of signing in: a code, or, where a role requires it, setting one up."""
    staff = reader().staff
    if not staff.half_signed_in:
        return redirect_next(url_for(".home"))
    if not staff.has_second_factor:
        return _set_up(required=True)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            factor.check(db(), staff.id, form.code.data or "", device=known_browsers.name_for(staff.email))
        except Throttled as error:
            return too_often(form, error, "portal/account/code.html", demo_code="")
        except Invalid as error:
            show_refusal(form, error)
        else:
            _pass()
            return redirect_next(url_for(".home"))
    demo_code = factor.code_for_demo(db(), staff.id)
    return render("portal/account/code.html", form=form, status=form.status, demo_code=demo_code)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def set_up_second_factor() -> ResponseReturnValue:
    if reader().staff.has_second_factor:
        return redirect(url_for(".show"), 303)
    return _set_up(required=False)


@blueprint.route("/account/recovery-codes", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes for a code of the app."""
    staff = reader().staff
    if not staff.has_second_factor:
        abort(404)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            device = known_browsers.name_for(staff.email)
            codes = factor.replace_recovery_codes(db(), staff.id, form.code.data or "", device=device)
        except Throttled as error:
            return too_often(form, error, "portal/account/new_codes.html")
        except Invalid as error:
            show_refusal(form, error)
        else:
            return render("portal/account/codes.html", codes=codes, onward=url_for(".show"))
    return render("portal/account/new_codes.html", form=form, status=form.status)


@blueprint.route("/account/second-factor/remove", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def remove_second_factor() -> ResponseReturnValue:
    staff = reader().staff
    if not staff.has_second_factor or staff.must_have_second_factor:
        abort(404)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            factor.remove(db(), staff.id, form.code.data or "", device=known_browsers.name_for(staff.email))
        except Throttled as error:
            return too_often(form, error, "portal/account/remove_factor.html")
        except Invalid as error:
            show_refusal(form, error)
        else:
            flash(_("两步验证已经关闭。"), "success")
            return redirect(url_for(".show"), 303)
    return render("portal/account/remove_factor.html", form=form, status=form.status)


def _set_up(*, required: bool) -> ResponseReturnValue:
    staff = reader().staff
    form = EnrolForm()
    secret = factor.unseal(staff.id, form.secret.data or "") if form.is_submitted() else None
    fresh = secret is None
    secret = secret or totp.new_secret()
    context: dict[str, Any] = {"key": _key(secret), "required": required}
    if form.validate_on_submit() and not fresh:
        try:
            codes = factor.enrol(db(), staff.id, secret, form.code.data or "")
        except Throttled as error:
            return too_often(form, error, "portal/account/enrol.html", **context)
        except Invalid as error:
            show_refusal(form, error)
        else:
            _pass()
            return render("portal/account/codes.html", codes=codes, onward=next_url(url_for(".home")))
    elif form.is_submitted() and fresh:
        form.form_errors.append(_("这一页放得太久，请重新扫描下面的二维码。"))
    form.secret.data = factor.seal(staff.id, secret)
    return render("portal/account/enrol.html", form=form, status=form.status, **context)


def _pass() -> None:
    """From a half to a whole sign-in: under a new token, so that one seen before is worth nothing."""
    staff = reader().staff
    sign_in.end_session(db(), staff.id, staff.session_id)
    agent = request.user_agent.string
    enter(sign_in.start_session(db(), staff.id, staff.name, second_factor=True, user_agent=agent))
    known_browsers.remember(staff.email)
