"""Pages of a tenant under an address that it had before."""

from __future__ import annotations

from typing import NoReturn

from flask import abort, redirect, request, url_for

from tenants.identity import places
from tenants.requests import db
from webkit.safe_redirect import with_query


def follow(tenant: str) -> NoReturn:
    """Send the reader to the same page at the tenant's present address; 404 when there is none."""
    slug = places.moved_to(db(), tenant)
    if slug is None:
        abort(404)
    address = url_for(request.endpoint or "", **{**(request.view_args or {}), "tenant": slug})
    abort(redirect(with_query(address), 301))
