"""A web request's session and actor, and the permission every route carries. Shared by both doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from psycopg.errors import ExclusionViolation, UniqueViolation
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, NotFound, TooManyRequests
from werkzeug.exceptions import Conflict as HTTPConflict

from tenants import outages
from tenants.actors import Actor, anonymous
from tenants.clock import SHANGHAI
from tenants.database import open_session
from tenants.identity.throttle import Throttled
from tenants.identity.words import role_name
from tenants.permissions import Permission, Role
from tenants.rules import Conflict, Invalid, Missing, Refusal, Refused

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the one permission it takes."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The permission a route carries; None when it has none (a test fails for that)."""
    return getattr(app.view_functions[endpoint], "permission", None)


def db() -> Session:
    """This request's session. Its transaction begins with the first query."""
    session = g.get("session")
    if session is None:
        session = g.session = open_session(g.engine, actor())
    return cast(Session, session)


def actor() -> Actor:
    """Who acts in this request."""
    return cast(Actor, g.actor)


def act_as(who: Actor) -> None:
    """Go on as `who`: what was read or written so far in this request is rolled back."""
    close()
    g.actor = who.at(request.remote_addr, g.get("request_id"))


def close(*, commit: bool = False) -> None:
    """End the request's transaction."""
    session: Session | None = g.pop("session", None)
    if session is None:
        return
    try:
        if commit:
            session.commit()
    finally:
        session.close()


def install(app: Flask, engine: Engine) -> None:
    """Give the app its engine and the one commit at the end of a successful unsafe request."""
    app.extensions["engine"] = engine

    def give_engine() -> None:
        g.engine = engine
        g.actor = anonymous()  # until the door knows better

    # before everything that may refuse the request: its error page, too, is drawn with the database at hand
    app.before_request_funcs.setdefault(None, []).insert(0, give_engine)

    @app.after_request
    def finish(response: Response) -> Response:
        unsafe = request.method not in SAFE_METHODS
        close(commit=unsafe and response.status_code < 400)
        return response

    for error, answer in _ANSWERS.items():
        app.register_error_handler(error, _handler(app, answer))

    @app.teardown_request
    def give_back(_error: BaseException | None) -> None:
        close()


def say(refusal: Refusal) -> str:
    """A refusal's sentence in the reader's language."""
    sentence: str = gettext(refusal.message)
    values = {name: _spoken(value) for name, value in refusal.values.items()}
    return sentence % values if values else sentence


def _spoken(value: Any) -> Any:
    """A value of a sentence as people read it: days and roles by their names."""
    if isinstance(value, Role):
        return role_name(value)
    return format_date(value, "long") if isinstance(value, date) else value


def say_each(error: Invalid) -> dict[str, str]:
    """What is wrong with each field, in the reader's language."""
    return {name: say(refusal) for name, refusal in error.errors.items()}


def say_all(error: Invalid) -> str:
    """The same where there is no form to say it at."""
    return " ".join(say_each(error).values())


def _refused(error: Refused) -> HTTPException:
    kind = Forbidden if error.refusal.forbidden else HTTPConflict
    return kind(description=say(error.refusal))


def _invalid(error: Invalid) -> HTTPException:
    return BadRequest(description=say_all(error))


def try_again(error: Throttled) -> str:
    """The sentence for somebody who tried too often."""
    # rounded up: at the minute named it works
    at = (error.retry_at + timedelta(seconds=59)).astimezone(SHANGHAI)
    return gettext("试的次数太多了，请在 %(time)s 以后再试。", time=f"{at:%H:%M}")


def _not_together(error: IntegrityError) -> HTTPException:
    """Two requests made the same thing at once, and the database let one of them."""
    if isinstance(error.orig, UniqueViolation | ExclusionViolation):
        return HTTPConflict()
    raise error


#: What a service's refusal becomes where a view did not answer it itself.
_ANSWERS: dict[type[Exception], Callable[[Any], HTTPException]] = {
    Refused: _refused,
    Invalid: _invalid,
    Missing: lambda _error: NotFound(),
    Conflict: lambda _error: HTTPConflict(),
    StaleDataError: lambda _error: HTTPConflict(),
    IntegrityError: _not_together,
    Throttled: lambda error: TooManyRequests(description=try_again(error), retry_after=error.retry_at),
    **dict.fromkeys(outages.ERRORS, outages.answer),
}


def _handler(app: Flask, answer: Callable[[Any], HTTPException]) -> Callable[[Any], ResponseReturnValue]:
    def handle(error: Exception) -> ResponseReturnValue:
        return app.handle_user_exception(answer(error))

    return handle
