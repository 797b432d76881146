"""What the pages of publishing share: blueprint, the record or 404, words, addresses of pictures in the workspace."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from portal.publishing import queries
from portal.publishing.queries.words import KINDS, STATES
from tenants.requests import db

blueprint = Blueprint("publishing", "portal.publishing.views", template_folder="../templates")

_SHOWN = re.compile(r'(?<=[" ])/media/(?=[0-9a-f-]{36}/)')


def load(code: str) -> queries.Record:
    """The publication of this address, or 404."""
    record = queries.record(db(), code)
    if record is None:
        abort(404)
    return record


def state_of(record: queries.Record | queries.Row) -> tuple[str, str]:
    """The state for a badge: (code, words). A planned publication says so."""
    if record.publish_at is not None:
        return "scheduled", _("已定时")
    return record.state.value, _(STATES[record.state])


def kind_name(record: queries.Record | queries.Row | queries.PublicArticle) -> str:
    """规划解读, 新芽项目, …"""
    return _(KINDS[record.kind])


def _base(tenant: str) -> str:
    """What stands before a picture's address inside the workspace."""
    return url_for("files.index", tenant=tenant).removesuffix("files/") + "media/"


def inside(html: str, tenant: str) -> Markup:
    """Sanitised text with its pictures at the workspace's addresses: the public ones answer only when published."""
    return Markup(_SHOWN.sub(_base(tenant), html))


def outside(html: str, tenant: str) -> str:
    """What came from the editor, with its pictures at the public addresses that are stored."""
    return html.replace(f'"{_base(tenant)}', '"/media/')


class Addresses:
    """Addresses of pictures and documents of one tenant, for templates that both doors share."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def media_url(self, file_id: UUID, width: int) -> str:
        return url_for("files.picture", tenant=self._tenant, file_id=file_id, width=width)

    def picture_url(self, picture: queries.Picture, width: int) -> str:
        """The smallest stored width that fills `width` pixels."""
        fitting = next((w for w in picture.widths if w >= width), max(picture.widths, default=width))
        return self.media_url(picture.id, fitting)

    def srcset(self, picture: queries.Picture) -> str:
        return ", ".join(f"{self.media_url(picture.id, w)} {w}w" for w in picture.widths)

    def document_url(self, document: queries.DocumentRef) -> str:
        return url_for("files.download", tenant=self._tenant, file_id=document.id)

    def for_template(self) -> dict[str, Any]:
        """The names that `webkit/article.html` calls."""
        return {name: getattr(self, name) for name in ("media_url", "picture_url", "srcset", "document_url")}
