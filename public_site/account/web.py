"""What the views of signing in and of a resident's account share."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, request, session
from flask_login import current_user

from public_site.account.forms import CodeForm, LeaveForm
from public_site.reader import Reader
from tenants import known_browsers
from tenants.deployment import settings_here
from tenants.identity import residents
from tenants.identity.throttle import Throttled
from tenants.requests import db, say_each, try_again
from tenants.rules import Invalid
from webkit.forms import Form
from webkit.fragments import render
from webkit.language import LANGUAGES, chosen_language
from webkit.safe_redirect import is_local

blueprint = Blueprint("account", __name__, template_folder="templates")

#: The last codes that this browser asked for; no other may enter them.
HELD, HELD_MOST = "codes", 4


def reader() -> Reader:
    """Who is signed in."""
    return cast(Reader, current_user)


def locale() -> str:
    """The language of letters for who reads in the language of this page."""
    return LANGUAGES[chosen_language()].locale


def take(form: Form, error: Invalid | Throttled) -> int:
    """Show at the form what was refused; the status of the answer."""
    if isinstance(error, Throttled):
        form.form_errors.append(try_again(error))
        return 429
    form.take_errors(say_each(error))
    return 422


def send_code(address: str, *, purpose: str = residents.SIGN_IN, locale: str) -> None:
    """Send a code that this browser alone may enter."""
    device = known_browsers.name_for(address)
    sent = residents.send_code(
        db(), address, ip=request.remote_addr, device=device, purpose=purpose, locale=locale
    )
    session[HELD] = [*session.get(HELD, []), str(sent)][-HELD_MOST:]


def check_code(form: CodeForm | LeaveForm, address: str, *, purpose: str = residents.SIGN_IN) -> None:
    """Use up the code that was typed, one of those that this browser asked for."""
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


def next_here() -> str | None:
    """Where the resident wanted to go, when it is on this site."""
    target = request.values.get("next", "")
    return target if is_local(target) else None


def outbox() -> str:
    """Where codes are found in the demonstration, which sends none."""
    settings = settings_here()
    return f"{settings.workspace_address}/outbox" if settings.demo else ""


def show_page(template: str, form: Form, status: int | None = None, **context: Any) -> Response:
    """A page with a form."""
    return render(
        f"public_site/account/{template}.html",
        form=form,
        outbox=outbox(),
        next=next_here() or "",
        status=status or form.status,
        **context,
    )
