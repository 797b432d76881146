"""Every table of every slice, for migrations and for the catalogue test."""

from __future__ import annotations

import search.models
import tenants.audit
import tenants.files.models
import tenants.identity.models
import tenants.mail.models  # noqa: F401 - imported for their tables
from tenants.database import Base

metadata = Base.metadata
