"""A resident's way in: a code proves an address, a newcomer gives a name. On pages, or in the place of a form."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user

from public_site.account.forms import AddressForm, CodeForm, WelcomeForm
from public_site.account.web import (
    blueprint,
    check_code,
    locale,
    next_here,
    outbox,
    reader,
    send_code,
    show_page,
    take,
)
from public_site.reader import Reader
from tenants import known_browsers
from tenants.identity import addresses, residents
from tenants.identity import queries as identity
from tenants.identity.throttle import Throttled
from tenants.permissions import Permission
from tenants.requests import db, requires
from tenants.rules import Invalid
from webkit.forms import Form
from webkit.fragments import render, wants_part
from webkit.safe_redirect import redirect_next

#: In the signed cookie: the address a code was sent to; and, once proved, until when it counts as proved.
ASKED, PROVED = "asked", "proved"
_IN_PLACE = "public_site/account/_in_place.html"


def ask_in_place(onward: str) -> str:
    """The first step as a part that stands in for a form; the last step is followed by the part at `onward`."""
    form = AddressForm(formdata=None)
    return render_template(_IN_PLACE, step="sign_in", form=form, outbox=outbox(), next=onward)


def _show_step(step: str, form: Form, status: int | None = None, **context: Any) -> Response:
    """A step as a page or, for htmx, as the part that takes the place of the step before."""
    if not wants_part():
        return show_page(step, form, status, **context)
    shown = 422 if status else form.status  # the one status of a refusal that htmx puts into the page
    return render(_IN_PLACE, step=step, form=form, outbox=outbox(), next=next_here() or "", status=shown, **context)


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
            send_code(address, locale=locale())
        except (Invalid, Throttled) as error:
            status = take(form, error)
        else:
            session[ASKED] = address
            session.pop(PROVED, None)
            return redirect(url_for(".code", next=next_here()), 303)
    return _show_step("sign_in", form, status)


@blueprint.route("/account/code", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def code() -> ResponseReturnValue:
    """The code proves the address. Who has an account is in; a newcomer is asked for a name."""
    address = session.get(ASKED)
    if not isinstance(address, str):
        return redirect(url_for(".sign_in", next=next_here()), 303)
    form = CodeForm()
    status = None
    if form.validate_on_submit():
        try:
            check_code(form, address)
        except (Invalid, Throttled) as error:
            status = take(form, error)
        else:
            known = residents.find(db(), address)
            if known is not None:
                _enter(known, address)
                return redirect_next(url_for(".show"))
            session.pop(ASKED)
            session[PROVED] = [address, int(time.time() + residents.CODE_LASTS.total_seconds())]
            return redirect(url_for(".welcome", next=next_here()), 303)
    return _show_step("code", form, status, address=address, masked=addresses.masked(address))


@blueprint.route("/account/welcome", methods=["GET", "POST"])
@requires(Permission.SITE_READ)
def welcome() -> ResponseReturnValue:
    """A newcomer's name; the address has been proved a moment ago."""
    address, until = session.get(PROVED) or ("", 0)
    if until < time.time():
        return redirect(url_for(".sign_in", next=next_here()), 303)
    form = WelcomeForm()
    status = None
    if form.validate_on_submit():
        try:
            resident_id = residents.welcome(
                db(),
                address,
                form.display_name.data or "",
                offices=identity.office_names(db()),
                locale=locale(),
            )
        except Invalid as error:
            status = take(form, error)
        else:
            if resident_id is None:
                session.pop(PROVED)
                flash(_("这个邮箱或手机号已经有账号，请获取验证码登录。"))
                return redirect(url_for(".sign_in", next=next_here()), 303)
            _enter(resident_id, address)
            flash(_("欢迎，%(name)s！", name=reader().resident.display_name), "success")
            return redirect_next(url_for(".show"))
    return _show_step("welcome", form, status)


def _enter(resident_id: UUID, address: str) -> None:
    """Put a new session into the browser. Nothing of what the cookie held before stays."""
    known_browsers.remember(address)
    token = residents.start_session(db(), resident_id, user_agent=request.user_agent.string)
    resident = identity.resident_by_token(db(), token)
    assert resident is not None
    session.clear()
    session.permanent = True
    login_user(Reader(token, resident))
