"""Every change to tenants, their settings, their units, and bureaus. Functions flush and never commit.

Raises `Refused` (a rule), `Missing`, `Invalid` (field -> sentence), and `Conflict` when somebody saved first.
"""

from portal.organisation.service.bureaus import (
    create_bureau,
    set_bureau_active,
    update_bureau,
    update_bureau_settings,
)
from portal.organisation.service.tenants import (
    create_tenant,
    open_tenant,
    set_active,
    update_settings,
    update_tenant,
)
from portal.organisation.service.units import create_unit, update_unit

__all__ = [
    "create_bureau",
    "create_tenant",
    "create_unit",
    "open_tenant",
    "set_active",
    "set_bureau_active",
    "update_bureau",
    "update_bureau_settings",
    "update_settings",
    "update_tenant",
    "update_unit",
]
