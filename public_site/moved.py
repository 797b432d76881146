"""Pages and lists of a tenant, or of a unit, under an address that it had before; what is gone with its tenant."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlencode

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _

from tenants.identity import places
from tenants.requests import db
from webkit.safe_redirect import current_path, with_query


def follow(tenant: str) -> NoReturn:
    """Send the reader to the same page at the tenant's present address; 404 when there is none."""
    present = places.moved_to(db(), tenant)
    if present is None:
        missing(tenant)
    _lead(tenant=present)


def missing(address: str) -> NoReturn:
    """410 with the name of the tenant when what had this address (or code) went with a tenant out of use, else 404."""
    if name := places.closed(db(), address):
        abort(410, _("%(name)s已经停用，原来发布的内容不再公开。", name=name))
    abort(404)


def follow_unit(place: places.Place, unit: str) -> NoReturn:
    """The same for a responsible unit of a tenant."""
    _lead(unit=places.unit_moved_to(db(), place.id, unit))


def _lead(**present: str | None) -> NoReturn:
    if None in present.values():
        abort(404)
    address = url_for(request.endpoint or "", **{**(request.view_args or {}), **present})
    abort(redirect(with_query(address), 301))


def follow_filter() -> None:
    """Send the reader to the same list narrowed to the tenant's present address, if it was asked by a former one.

    For a list that shows nothing: one that shows something asks no further query.
    """
    asked = request.args.get("tenant", "").strip()
    if asked and (slug := places.moved_to(db(), asked)):
        others = [(name, value) for name, value in request.args.items(multi=True) if name != "tenant"]
        abort(redirect(f"{current_path()}?{urlencode([*others, ('tenant', slug)])}", 301))
