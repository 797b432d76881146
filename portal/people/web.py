"""What the pages of a tenant's people and of the district's share."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.people import queries
from portal.people.queries import Person, PersonFilter, PersonState
from tenants.identity.words import role_name
from tenants.requests import db
from webkit import sheets
from webkit.pagination import PAGE_SIZE, Page, page_number
from webkit.sheets import Column

blueprint = Blueprint("people", __name__, template_folder="templates")


def states() -> dict[PersonState, str]:
    """What the states of people are called."""
    return {
        PersonState.ACTIVE: _("在用"),
        PersonState.INVITED: _("已邀请"),
        PersonState.DEACTIVATED: _("已停用"),
        PersonState.ENDED: _("不再任职"),
    }


def filter_of_request() -> PersonFilter:
    """The filter in the address."""
    asked = request.args
    return PersonFilter(
        text=asked.get("q", "")[:100],
        role=asked.get("role", ""),
        state=asked.get("state", ""),
        tenant=asked.get("tenant", ""),
    )


def list_page(by: PersonFilter) -> Page[Person]:
    """The page of the list that the address asks for; beyond the last one, the last."""
    number = page_number()
    people, total = queries.page(db(), by, number=number, size=PAGE_SIZE)
    if not people and total:
        number = -(-total // PAGE_SIZE)
        people, total = queries.page(db(), by, number=number, size=PAGE_SIZE)
    return Page(people, number, total)


def export(filename: str, by: PersonFilter, *, places: bool) -> ResponseReturnValue:
    """The list as a spreadsheet."""
    words = states()
    columns = [
        Column(_("姓名"), 12),
        Column(_("职务")),
        Column(_("邮箱"), 28),
        Column(_("角色"), 40),
        Column(_("状态"), 10),
        Column(_("加入时间")),
    ]
    rows = (
        (
            one.name,
            one.job_title,
            one.email,
            [
                f"{held.place} {role_name(held.role)}".strip() if places else role_name(held.role)
                for held in one.roles
            ],
            words[one.state],
            one.joined_at,
        )
        for one in queries.everyone(db(), by)
    )
    return sheets.send(filename, _("人员"), columns, rows)


def the_person(staff_id: UUID) -> Person:
    """Somebody the reader may see, or 404."""
    found = queries.person(db(), staff_id)
    if found is None:
        abort(404)
    return found
