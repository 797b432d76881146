"""What the views of signing in and of one's own account share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, session
from flask_login import login_user

from portal.reader import LAST_DESK, Reader, reader
from tenants.identity import queries as identity
from tenants.identity.sign_in import Opened
from tenants.identity.throttle import Throttled
from tenants.requests import db, try_again
from webkit.forms import Form
from webkit.fragments import render

__all__ = ["blueprint", "enter", "reader", "too_often"]

blueprint = Blueprint("account", __name__, template_folder="templates")


def enter(opened: Opened) -> None:
    """Put a new session into the browser. What the cookie held before goes, except which desk was open last."""
    staff = identity.staff_by_token(db(), opened.token)
    assert staff is not None
    last = session.get(LAST_DESK)
    session.clear()
    if last:
        session[LAST_DESK] = last
    login_user(Reader(opened.token, staff))


def too_often(form: Form, error: Throttled, template: str, **context: Any) -> Response:
    """The form again, with when to try again; what was typed stays."""
    form.form_errors.append(try_again(error))
    response = render(template, form=form, status=429, **context)
    response.retry_after = error.retry_at
    return response
