"""Where somebody works: at which desk and, of a tenant or a bureau, whose. Pages that both have are written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tenants.actors import Actor, Desk, at_desk
from tenants.identity.queries import BureauRef, SignedInStaff, TenantRef
from tenants.permissions import Permission
from tenants.requests import requires
from tenants.rules import N_

#: The first page of each desk.
_HOMES = {
    Desk.TENANT: "today.show",
    Desk.BUREAU: "desks.bureau",
    Desk.DISTRICT: "district.overview",
    Desk.FINANCE: "desks.finance",
    Desk.PERSON: "desks.person",
}
#: What desks are called that are nobody's but the district's: in the header, and in the list to choose from.
_NAMES = {
    Desk.DISTRICT: (N_("全区"), N_("全区总览")),
    Desk.FINANCE: (N_("区财政"), N_("区财政")),
    Desk.PERSON: (N_("个人"), N_("个人")),
}
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Workplace:
    """A desk and, where tenants or bureaus each have one, the place whose it is."""

    desk: Desk
    place: TenantRef | BureauRef | None = None

    @property
    def key(self) -> str:
        """What a browser remembers it by."""
        return f"{self.desk}:{self.place.slug}" if self.place else self.desk.value

    @property
    def name(self) -> str:
        """What it is called in full."""
        return self.place.name if self.place else gettext(_NAMES[self.desk][0])

    @property
    def label(self) -> str:
        """What it is called in a list to choose from."""
        return self.place.short_name if self.place else gettext(_NAMES[self.desk][1])

    @property
    def values(self) -> dict[str, Any]:
        """What addresses of its pages say of it."""
        return {self.desk.value: self.place.slug} if self.place else {}

    @property
    def where(self) -> dict[str, UUID]:
        """`tenant_id` or `bureau_id`; nothing for the district."""
        return {f"{self.desk}_id": self.place.id} if self.place else {}

    @property
    def home(self) -> str:
        """The address of its first page."""
        return url_for(_HOMES[self.desk], **self.values)

    def endpoint(self, tenants: str) -> str:
        """What a page that tenants and bureaus both have (`at_both`) is called here, by what the tenant's is."""
        return tenants.replace(".", ".bureau_") if self.desk is Desk.BUREAU else tenants

    def url(self, tenants: str, **values: Any) -> str:
        """The address of such a page."""
        return url_for(self.endpoint(tenants), **self.values, **values)

    def worker(self, staff: SignedInStaff) -> Actor | None:
        """Somebody at work here, by the roles that count here; None without any."""
        if self.place is None:
            roles = staff.district_roles
        elif self.desk is Desk.TENANT:
            roles = staff.roles_in(self.place.id)
        else:
            roles = staff.roles_at(self.place.id)
        return at_desk(self.desk, staff.id, staff.name, roles, **self.where)


def here() -> Workplace:
    """Where this request is made."""
    return cast(Workplace, g.workplace)


def at_both(
    blueprint: Blueprint,
    rule: str,
    permissions: tuple[Permission, Permission],
    *,
    methods: Sequence[str] = ("GET",),
    endpoint: str = "",
) -> Callable[[View], View]:
    """A page that tenants and bureaus both have, below the address of each. The view asks `here` whose it is.

    The tenant's has the view's name, or `endpoint`; the bureau's has `bureau_` before it. `permissions`: of both.
    """

    def register(view: View) -> View:
        name = endpoint or view.__name__
        bases = ("/t/<tenant>/", ""), ("/b/<bureau>/", "bureau_")
        for (base, prefix), permission in zip(bases, permissions, strict=True):
            blueprint.add_url_rule(
                f"{base}{rule}",
                endpoint=f"{prefix}{name}",
                view_func=requires(permission)(_without_place(view)),
                methods=methods,
            )
        return view

    return register


def _without_place(view: View) -> View:
    @wraps(view)  # whose view it is stays known
    def answer(**values: Any) -> ResponseReturnValue:
        return view(**{name: value for name, value in values.items() if name not in ("tenant", "bureau")})

    return answer
