"""Signing in and out, the first page after it, and one's own account."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from portal.account import (
    links,  # noqa: F401 - for its routes
    queries,
    second_factor,  # noqa: F401 - for its routes
)
from portal.account.forms import ChangePasswordForm, ProfileForm, SignInForm
from portal.account.web import blueprint, enter, reader, too_often
from portal.answers import show_refusal
from portal.people import service as people
from tenants import actors, known_browsers
from tenants.database import open_session
from tenants.deployment import settings_here
from tenants.identity import new_passwords, offers, sign_in
from tenants.identity import queries as identity
from tenants.identity import service as accounts
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import db, requires, say, say_all
from tenants.rules import Invalid, Missing
from webkit.fragments import render
from webkit.safe_redirect import next_url, redirect_next


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@requires(Permission.SIGN_IN)
def sign_in_page() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect_next(url_for(".home"))
    form = SignInForm()
    if form.validate_on_submit():
        address = sign_in.address_of(form.email.data or "")
        try:
            opened = sign_in.with_password(
                db(),
                address,
                form.password.data or "",
                ip=request.remote_addr,
                user_agent=request.user_agent.string,
                device=known_browsers.name_for(address),
            )
        except Throttled as error:
            return too_often(form, error, "portal/account/sign_in.html")
        if opened is not None:
            enter(opened)
            if reader().staff.half_signed_in:
                return redirect(url_for(".second_factor", next=next_url(url_for(".home"))), 303)
            known_browsers.remember(address)
            return redirect_next(url_for(".home"))
        form.form_errors.append(_("邮箱或密码不对。"))
    return render("portal/account/sign_in.html", form=form, status=form.status)


@blueprint.post("/sign-out")
@requires(Permission.SIGN_IN_COMPLETE)
def sign_out() -> ResponseReturnValue:
    sign_in.end_session(db(), reader().staff.id, reader().staff.session_id)
    logout_user()
    session.clear()
    flash(_("已退出登录。"), "success")
    return redirect(url_for(".sign_in"), 303)


@blueprint.get("/")
@requires(Permission.OWN_ACCOUNT)
def home() -> ResponseReturnValue:
    """The first page: of the own desk that was open last, else of the first."""
    who = reader()
    if who.usual_workplace is not None:
        return redirect(who.usual_workplace.home, 303)
    return render(
        "portal/account/home.html", roles=queries.places_of(db(), who.staff.id), name=who.staff.name
    )


@blueprint.get("/account")
@requires(Permission.OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    staff = reader().staff
    return render(
        "portal/account/show.html",
        staff=staff,
        profile=queries.profile(db(), staff.id),
        places=queries.places_of(db(), staff.id),
        offers=offers.to_person(db(), staff.id),
        sessions=identity.sessions_of_staff(db(), staff.id, staff.session_id),
    )


@blueprint.post("/account/offers/<uuid:offer>")
@requires(Permission.OWN_ACCOUNT)
def answer_offer(offer: UUID) -> ResponseReturnValue:
    """Join another place, or not: nobody is made to."""
    accept = request.form.get("answer") == "accept"
    try:
        with open_session(g.engine, actors.system()) as system, system.begin():
            people.answer_offer(system, reader().staff.id, offer, accept=accept)
    except Missing:
        abort(404, description=say(offers.OVER))
    except Invalid as error:
        flash(say_all(error), "warning")
        return redirect(url_for(".show"), 303)
    flash(_("已加入，可以在页面上方切换单位。") if accept else _("已谢绝邀请。"), "success")
    return redirect(url_for(".show"), 303)


@blueprint.route("/account/profile", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def profile() -> ResponseReturnValue:
    form = ProfileForm(obj=queries.profile(db(), reader().staff.id))
    if form.validate_on_submit():
        accounts.update_profile(
            db(), name=form.name.data or "", job_title=form.job_title.data or "", locale=form.locale.data
        )
        flash(_("已保存。"), "success")
        return redirect(url_for(".show"), 303)
    return render("portal/account/profile.html", form=form, status=form.status)


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        staff = reader().staff
        try:
            new_passwords.change(
                db(),
                staff.id,
                form.current.data or "",
                form.password.data or "",
                keep=staff.session_id,
            )
        except Throttled as error:
            return too_often(form, error, "portal/account/password.html")
        except Invalid as error:
            show_refusal(form, error)
        else:
            flash(_("密码已经更改，其他设备已退出登录。"), "success")
            return redirect(url_for(".show"), 303)
    return render("portal/account/password.html", form=form, status=form.status)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.OWN_ACCOUNT)
def end_session(session_id: UUID) -> ResponseReturnValue:
    sign_in.end_session(db(), reader().staff.id, session_id)
    flash(_("那台设备已退出登录。"), "success")
    return redirect(url_for(".show") + "#sessions", 303)


@blueprint.post("/account/sessions/end")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    sign_in.end_sessions(db(), reader().staff.id)
    logout_user()
    session.clear()
    flash(_("所有设备都已退出登录。"), "success")
    return redirect(url_for(".sign_in"), 303)


@blueprint.get("/outbox")
@requires(Permission.DEMO_OUTBOX_READ)
def outbox() -> ResponseReturnValue:
    """Letters and text messages of the demonstration, which are sent to nobody."""
    if not settings_here().demo:
        abort(404)
    with open_session(g.engine, actors.system()) as system:
        return render("portal/account/outbox.html", messages=queries.outbox(system))
