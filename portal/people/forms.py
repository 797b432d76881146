"""Forms of people and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.people import queries
from tenants.clock import today
from tenants.identity.queries import BureauRef, TenantRef
from tenants.identity.service import NAME_MAX
from tenants.identity.words import ROLES, role_name
from tenants.permissions import BUREAU_ROLES, DISTRICT_ROLES, TENANT_ROLES, Role
from tenants.requests import actor
from webkit.bounds import DateField
from webkit.forms import Form, choices


class RolesField(SelectMultipleField):
    """Roles of a tenant or a bureau as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _roles_here() -> list[Any]:
    return choices((role.value, role_name(role)) for role in queries.grantable(actor()))


class WhomFields(Form):
    """Whom to ask in."""

    email = StringField(
        _l("邮箱"),
        [DataRequired(), Length(max=200)],
        description=_l("已有账号的人由本人在账号里接受后加入，不用重新注册。"),
    )
    name = StringField(_l("姓名"), [DataRequired(), Length(max=NAME_MAX)])
    job_title = StringField(_l("职务"), [Length(max=NAME_MAX)])


class DaysFields(Form):
    """From when until when a new role is held; without a first day from today on, without a last one for good."""

    first = DateField(_l("自哪天起"), [Optional()], default=today)
    last = DateField(
        _l("到哪天为止"), [Optional()], description=_l("当天仍在任，第二天起不再有这个角色。不填就一直有效。")
    )


class RolesForm(DaysFields):
    """The roles somebody holds here."""

    roles = RolesField(_l("角色"), choices=_roles_here)

    def chosen(self) -> list[Role]:
        """The ticked roles."""
        return [Role(value) for value in self.roles.data or []]


class InviteForm(WhomFields, RolesForm):
    """Whom to ask in, and as what."""


class PlaceFields(Form):
    """A role and where it is held, for the district office."""

    role = SelectField(_l("角色"), [DataRequired()])
    place = SelectField(
        _l("在哪里任职"),
        description=_l("工作组和财政角色选“全区”；委办局人员选委办局；其余选属地单位。"),
    )

    def offer(self, tenants: Sequence[TenantRef], bureaus: Sequence[BureauRef]) -> None:
        """Fill the choices."""
        order = (*DISTRICT_ROLES, *BUREAU_ROLES, *TENANT_ROLES)
        self.role.choices = choices((role.value, gettext(ROLES[role])) for role in order)
        district, tenant, bureau = gettext("全区"), gettext("属地单位"), gettext("委办局")
        self.place.choices = [
            *choices([("", district)], group=district),
            *choices(((f"tenant:{t.id}", t.name) for t in tenants), group=tenant),
            *choices(((f"bureau:{b.id}", b.name) for b in bureaus), group=bureau),
        ]

    def where(self) -> dict[str, UUID]:
        """`tenant_id` or `bureau_id`, or nothing for the district."""
        kind, _, id_ = (self.place.data or "").partition(":")
        return {f"{kind}_id": UUID(id_)} if id_ else {}


class GrantForm(PlaceFields, DaysFields):
    """One more role."""


class OfficeInviteForm(WhomFields, PlaceFields, DaysFields):
    """Whom the district office asks in, as what and where."""


class TermForm(Form):
    """Another last day for a role, and why."""

    last = DateField(_l("到哪天为止"), [Optional()], description=_l("当天仍在任。不填就一直有效。"))
    reason = TextAreaField(
        _l("原因"), [DataRequired(), Length(max=500)], description=_l("写入操作记录和任职经过。"), render_kw={"rows": 3}
    )


class EndForm(Form):
    """A dangerous step asks why."""

    reason = TextAreaField(
        _l("原因"), [DataRequired(), Length(max=500)], description=_l("写入操作记录。"), render_kw={"rows": 3}
    )


class ResetFactorForm(Form):
    """Why a second factor is forgotten; its owner reads it."""

    reason = TextAreaField(
        _l("原因"),
        [DataRequired(), Length(max=500)],
        description=_l("写入操作记录，也会写在发给对方的邮件里。请先当面或打电话确认是本人。"),
        render_kw={"rows": 3},
    )
