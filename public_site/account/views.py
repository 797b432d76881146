"""A resident's account: signing in by a code, the account page, taking one's data along, leaving."""

from __future__ import annotations

import time
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from portal.participation import service as participation
from public_site.account import takeout
from public_site.account.forms import KEEP, AddressForm, CodeForm, LeaveForm, ProfileForm, WelcomeForm
from public_site.reader import Reader
from search import saved
from tenants import known_browsers
from tenants.deployment import settings_here
from tenants.identity import addresses, residents
from tenants.identity import queries as identity
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import actor, db, requires, say_each, try_again
from tenants.rules import Invalid
from webkit.forms import Form
from webkit.fragments import render
from webkit.language import LANGUAGES, chosen_language
from webkit.safe_redirect import is_local, redirect_next

blueprint = Blueprint("account", __name__, template_folder="templates")

#: In the signed cookie: the address a code was sent to; and, once proved, until when it counts as proved.
ASKED, PROVED = "asked", "proved"
#: The address that somebody signed in wants to be reached at.
MOVING = "moving"
#: The last codes that this browser asked for; no other may enter them.
HELD, HELD_MOST = "codes", 4


def reader() -> Reader:
    """Who is signed in."""
    return cast(Reader, current_user)


def _locale() -> str:
    return LANGUAGES[chosen_language()].locale


def _take(form: Form, error: Invalid | Throttled) -> int:
    """Show at the form what was refused; the status of the answer."""
    if isinstance(error, Throttled):
        form.form_errors.append(try_again(error))
        return 429
    form.take_errors(say_each(error))
    return 422


def _send_code(address: str, *, purpose: str = residents.SIGN_IN, locale: str) -> None:
    device = known_browsers.name_for(address)
    sent = residents.send_code(
        db(), address, ip=request.remote_addr, device=device, purpose=purpose, locale=locale
    )
    session[HELD] = [*session.get(HELD, []), str(sent)][-HELD_MOST:]


def _check_code(form: CodeForm | LeaveForm, address: str, *, purpose: str = residents.SIGN_IN) -> None:
    held = [UUID(code) for code in session.get(HELD, [])]
    residents.check_code(
        db(),
        address,
        form.code.data or "",
        held=held,
        ip=request.remote_addr,
        device=known_browsers.name_for(address),
        purpose=purpose,
    )


def _next() -> str | None:
    """Where the resident wanted to go, when it is on this site."""
    target = request.values.get("next", "")
    return target if is_local(target) else None


def _show(template: str, form: Form, status: int | None = None, **context: Any) -> Response:
    settings = settings_here()
    outbox = f"{settings.workspace_address}/outbox" if settings.demo else ""
    return render(
        f"public_site/account/{template}.html",
        form=form,
        outbox=outbox,
        next=_next() or "",
        status=status or form.status,
        **context,
    )


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def sign_in() -> ResponseReturnValue:
    """Ask for a code. The answer is the same whether or not the address has an account."""
    if current_user.is_authenticated:
        return redirect_next(url_for(".show"))
    form = AddressForm()
    status = None
    if form.validate_on_submit():
        try:
            address = residents.address_in(form.address.data or "")
            _send_code(address, locale=_locale())
        except (Invalid, Throttled) as error:
            status = _take(form, error)
        else:
            session[ASKED] = address
            session.pop(PROVED, None)
            return redirect(url_for(".code", next=_next()), 303)
    return _show("sign_in", form, status)


@blueprint.route("/account/code", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def code() -> ResponseReturnValue:
    """The code proves the address. Who has an account is in; a newcomer is asked for a name."""
    address = session.get(ASKED)
    if not isinstance(address, str):
        return redirect(url_for(".sign_in", next=_next()), 303)
    form = CodeForm()
    status = None
    if form.validate_on_submit():
        try:
            _check_code(form, address)
        except (Invalid, Throttled) as error:
            status = _take(form, error)
        else:
            known = residents.find(db(), address)
            if known is not None:
                _enter(known, address)
                return redirect_next(url_for(".show"))
            session.pop(ASKED)
            session[PROVED] = [address, int(time.time() + residents.CODE_LASTS.total_seconds())]
            return redirect(url_for(".welcome", next=_next()), 303)
    return _show("code", form, status, address=address, masked=addresses.masked(address))


@blueprint.route("/account/welcome", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def welcome() -> ResponseReturnValue:
    """A newcomer's name; the address has been proved a moment ago."""
    address, until = session.get(PROVED) or ("", 0)
    if until < time.time():
        return redirect(url_for(".sign_in", next=_next()), 303)
    form = WelcomeForm()
    status = None
    if form.validate_on_submit():
        try:
            resident_id = residents.welcome(
                db(),
                address,
                form.display_name.data or "",
                offices=identity.office_names(db()),
                locale=_locale(),
            )
        except Invalid as error:
            status = _take(form, error)
        else:
            if resident_id is None:
                session.pop(PROVED)
                flash(_("这个邮箱或手机号已经有账号，请获取验证码登录。"))
                return redirect(url_for(".sign_in", next=_next()), 303)
            _enter(resident_id, address)
            flash(_("欢迎，%(name)s！", name=reader().resident.display_name), "success")
            return redirect_next(url_for(".show"))
    return _show("welcome", form, status)


def _enter(resident_id: UUID, address: str) -> None:
    """Put a new session into the browser. Nothing of what the cookie held before stays."""
    known_browsers.remember(address)
    token = residents.start_session(db(), resident_id, user_agent=request.user_agent.string)
    resident = identity.resident_by_token(db(), token)
    assert resident is not None
    session.clear()
    session.permanent = True
    login_user(Reader(token, resident))


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
            status = _take(form, error)
        else:
            flash(_("已保存。"), "success")
            return redirect(url_for(".show"), 303)
    sessions = identity.sessions_of_resident(db(), resident.id, reader().token)
    return _show("show", form, status, resident=resident, sessions=sessions)


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
            _send_code(wanted, purpose=residents.MOVE, locale=_locale())
        except (Invalid, Throttled) as error:
            status = _take(form, error)
        else:
            session[MOVING] = wanted
            return redirect(url_for(".confirm_address"), 303)
    return _show("address", form, status, resident=reader().resident)


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
            _check_code(form, wanted, purpose=residents.MOVE)
            residents.change_address(db(), wanted)
        except (Invalid, Throttled) as error:
            status = _take(form, error)
        else:
            session.pop(MOVING)
            known_browsers.forget(former)
            known_browsers.remember(wanted)
            flash(_("已改用 %(address)s。", address=addresses.masked(wanted)), "success")
            return redirect(url_for(".show"), 303)
    return _show("confirm_address", form, status, masked=addresses.masked(wanted))


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
            _send_code(address, purpose=residents.LEAVE, locale=resident.locale)
        except Throttled as error:
            status = _take(form, error)
        else:
            return redirect(url_for(".confirm_leave"), 303)
    return _show("leave", form, status)


@blueprint.route("/account/leave/confirm", methods=["GET", "POST"])
@requires(Permission.RESIDENT_ACCOUNT)
def confirm_leave() -> ResponseReturnValue:
    form = LeaveForm()
    status = None
    resident = reader().resident
    address = resident.email or resident.phone or ""
    if form.validate_on_submit():
        try:
            _check_code(form, address, purpose=residents.LEAVE)
        except (Invalid, Throttled) as error:
            status = _take(form, error)
        else:
            participation.forget_resident(db(), actor(), keep_shown=form.comments.data == KEEP)
            saved.forget(db())
            residents.leave(db())
            _forget_browser()
            known_browsers.forget(address)
            return redirect(url_for(".left"), 303)
    return _show("confirm_leave", form, status, masked=addresses.masked(address))


@blueprint.get("/account/left")
@requires(Permission.SITE_READ)
def left() -> ResponseReturnValue:
    return render("public_site/account/left.html")
