"""Pages reached by a link from a letter: accepting an invitation, setting a new password, objecting to a reset."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.account.forms import EmailForm, InvitationForm, NewPasswordForm
from portal.account.web import blueprint, too_often
from portal.answers import show_refusal
from portal.people import service as people
from tenants import actors, known_browsers
from tenants.database import open_session
from tenants.identity import new_passwords, sign_in
from tenants.identity.models import TokenPurpose
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import act_as, db, requires
from tenants.rules import Invalid, Missing
from webkit.forms import Form
from webkit.fragments import render


@blueprint.route("/forgot", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def forgot() -> ResponseReturnValue:
    """Ask for a link. The answer is the same for an address nobody has."""
    form = EmailForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            device = known_browsers.name_for(sign_in.address_of(email))
            new_passwords.ask_for_reset(db(), email, ip=request.remote_addr, device=device)
        except Throttled as error:
            return too_often(form, error, "portal/account/forgot.html")
        return render("portal/account/sent.html", email=email)
    return render("portal/account/forgot.html", form=form, status=form.status)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def reset(token: str) -> ResponseReturnValue:
    owner = new_passwords.token_owner(db(), token, TokenPurpose.RESET)
    if owner is None:
        return render("portal/account/expired.html", status=410, invitation=False)
    form = NewPasswordForm()
    if form.validate_on_submit():
        act_as(actors.oneself(owner.staff_id, owner.name))
        try:
            new_passwords.reset(db(), token, form.password.data or "")
        except Invalid as error:
            show_refusal(form, error)
        else:
            flash(_("新密码已经设好，请登录。"), "success")
            return redirect(url_for(".sign_in"), 303)
    return render("portal/account/reset.html", form=form, owner=owner, status=form.status)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def accept(token: str) -> ResponseReturnValue:
    owner = new_passwords.token_owner(db(), token, TokenPurpose.INVITATION)
    if owner is None:
        return render("portal/account/expired.html", status=410, invitation=True)
    form = InvitationForm(obj=owner)
    if form.validate_on_submit():
        act_as(actors.oneself(owner.staff_id, owner.name))
        try:
            new_passwords.accept_invitation(
                db(),
                token,
                name=form.name.data or "",
                job_title=form.job_title.data or "",
                password=form.password.data or "",
            )
        except Invalid as error:
            show_refusal(form, error)
        else:
            flash(_("欢迎加入！请用刚设置的密码登录。"), "success")
            return redirect(url_for(".sign_in"), 303)
    return render("portal/account/invitation.html", form=form, owner=owner, status=form.status)


@blueprint.route("/objection/<token>", methods=["GET", "POST"])
@requires(Permission.SIGN_IN)
def objection(token: str) -> ResponseReturnValue:
    """Lock an account whose second factor was reset unasked; a button, because mail scanners open links."""
    form, stage, status = Form(), "asked", None
    if form.validate_on_submit():
        try:
            with open_session(g.engine, actors.system()) as system, system.begin():
                people.object_to_reset(system, token)
            stage = "locked"
        except Missing:
            stage, status = "expired", 410
    return render("portal/account/objection.html", form=form, stage=stage, status=status or form.status)
