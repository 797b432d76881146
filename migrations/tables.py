"""Every table of every slice, for migrations and for the catalogue test."""

from __future__ import annotations

import importlib

from tenants.database import Base

MODELS = (
    "tenants.audit",
    "tenants.identity.models",
    "tenants.files.models",
    "tenants.mail.models",
    "tenants.kept",
    "tenants.parties",
    "portal.publishing.models",
    "portal.participation.models",
    "portal.district.models",
    "portal.saved_views.models",
    "search.models",
)
for name in MODELS:
    importlib.import_module(name)

metadata = Base.metadata
