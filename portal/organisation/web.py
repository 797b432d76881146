"""What the pages of settings and of the district office share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from wtforms import Field, SelectField

from portal.organisation.queries import BureauSettings, TenantSettings, UnitSettings
from tenants.identity import words
from webkit.forms import Form
from webkit.text import whole_number

blueprint = Blueprint("organisation", __name__, template_folder="templates")
blueprint.add_app_template_filter(words.role_name)
blueprint.add_app_template_filter(words.tenant_kind_name)
blueprint.add_app_template_filter(words.unit_kind_name)


def version() -> int:
    """The version an edit began with, as the form says; without a number the edit began with none."""
    return whole_number(request.form.get("version")) or 0


def differences(form: Form, now: TenantSettings | UnitSettings | BureauSettings) -> list[tuple[str, str]]:
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
