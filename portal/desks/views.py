"""The first page of a desk: what it is for, who else sits there, where to look things up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask_babel import format_date

from portal.desks.words import WORDS
from portal.organisation import queries as organisation
from portal.people import queries as people
from portal.workplace import here
from tenants.clock import today
from tenants.deployment import settings_here
from tenants.identity.words import role_name
from tenants.permissions import Permission as P
from tenants.requests import actor, db, requires
from webkit.fragments import render

blueprint = Blueprint("desks", __name__, template_folder="templates")
blueprint.add_app_template_filter(role_name)


@blueprint.get("/b/<bureau>/")
@requires(P.BUREAU_HOME_READ)
def bureau(bureau: str) -> Response:
    found = organisation.bureau(db(), here().values["bureau"])
    return _first_page(found=found, may_set_up=actor().may(P.BUREAU_SETTINGS_MANAGE))


@blueprint.get("/finance/")
@requires(P.FINANCE_HOME_READ)
def finance() -> Response:
    return _first_page()


@blueprint.get("/p/")
@requires(P.PERSON_HOME_READ)
def person() -> Response:
    """The desk of somebody whom requests name in person."""
    return _first_page()


def _first_page(**context: Any) -> Response:
    return render(
        "portal/desks/home.html",
        here=here(),
        words=WORDS[here().desk],
        colleagues=people.colleagues(db()),
        name=actor().name,
        myself=actor().id,
        day=today(),
        weekday=format_date(today(), "EEEE"),
        public_address=settings_here().public_address,
        **{"found": None, "may_set_up": False, **context},
    )
