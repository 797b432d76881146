"""Desks: a bureau and who administers it, a reader of finance, somebody who is named in person."""

from __future__ import annotations

from tenants.permissions import Role
from tests.slices import Specimen, Town
from tests.slices.organisation import bureau


def make(town: Town) -> Specimen:
    place = bureau(town)
    return Specimen(
        {
            "bureau": place.slug,
            "bureau_admin": town.somebody(Role.BUREAU_ADMIN, place=place),
            "finance": town.somebody(Role.FINANCE_READER),
            "chief": town.somebody(Role.TOP_CHIEF),
        }
    )
