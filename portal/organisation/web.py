"""What the pages of settings and of the district office share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from wtforms import Field, SelectField

from portal.answers import show_refusal
from tenants.identity import words
from tenants.requests import actor, db
from tenants.rules import Conflict, Invalid, Refused
from webkit.forms import Form
from webkit.text import whole_number

blueprint = Blueprint("organisation", __name__, template_folder="templates")
blueprint.add_app_template_filter(words.role_name)
blueprint.add_app_template_filter(words.tenant_kind_name)
blueprint.add_app_template_filter(words.unit_kind_name)


class Known(Protocol):
    """What an edit starts from."""

    @property
    def id(self) -> UUID: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True)
class Attempt:
    """What came of saving: done, or what somebody else saved meanwhile and the status of the page that says so."""

    done: bool = False
    theirs: Sequence[tuple[str, str]] = ()
    status: int | None = None


def save(form: Any, known: Known, update: Callable[..., object], changes: dict[str, Any] | None = None) -> Attempt:
    """Save what a valid form holds, or `changes`, unless somebody else saved since the edit began."""
    changes = form.changes() if changes is None else changes
    try:
        update(db(), actor(), known.id, changes, expected_version=version())
    except Conflict:
        form.version.data = str(known.version)
        return Attempt(theirs=differences(form, known), status=409)
    except (Invalid, Refused) as error:
        show_refusal(form, error)
        return Attempt()
    return Attempt(done=True)


def version() -> int:
    """The version an edit began with, as the form says; without a number the edit began with none."""
    return whole_number(request.form.get("version")) or 0


def differences(form: Form, now: Known) -> list[tuple[str, str]]:
    """Where what was typed differs from what somebody else has saved: label, and their text."""
    found = []
    for field in form:
        if field.name in ("version", "csrf_token", "boundary") or not hasattr(now, field.name):
            continue
        saved = getattr(now, field.name)
        if _words(saved) != _words(field.data):
            found.append((str(field.label.text), _called(field, _words(saved)) or _("（空）")))
    return found


def _called(field: Field, value: str) -> str:
    """A value as the field shows it: where there is a choice, by the words of the choice."""
    if not isinstance(field, SelectField):
        return value
    return next((str(label) for known, label, *_ in field.iter_choices() if str(known) == value), value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value).strip().replace("\r\n", "\n")
