"""What an upload is, of a picture what is kept of it, of a document what is in it and not in sight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from tenants import limited
from tenants.files import images
from tenants.files.findings import Finding, Trace
from tenants.files.inspect import Kind, Purpose, inspect
from tenants.files.sweeping import CLEANABLE, look


@dataclass(frozen=True, slots=True)
class Examined:
    """Its real type, a name that is safe to show, and of a picture its variants, ascending."""

    kind: Kind
    name: str
    variants: tuple[images.Variant, ...] = ()


def examine(content: bytes, filename: str, purpose: Purpose, limit_pixels: int) -> Examined:
    """Find out what was sent, and make a picture anew. Raises `Invalid` for anything not taken for this purpose.

    Work for `tenants.limited`.
    """
    stream = BytesIO(content)
    inspected = inspect(stream, filename, purpose)
    variants = images.reencode(stream, limit_pixels=limit_pixels) if inspected.kind.is_image else []
    return Examined(inspected.kind, inspected.name, tuple(variants))


def findings_in(content: bytes, content_type: str, *, tenant: UUID | None) -> list[dict[str, Any]]:
    """What `look` finds in a document of a tenant, as JSON; one too complex to be looked into is opaque.

    Raises `Busy`.
    """
    found: tuple[Finding, ...]
    try:
        looking = partial(look, content, content_type)
        found = limited.run(looking, tenant=tenant) if content_type in CLEANABLE else looking()
    except limited.LimitReached:
        found = (Finding(Trace.OPAQUE),)
    return [finding.plain() for finding in found]
