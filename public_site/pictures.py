"""Addresses of published pictures and documents, for templates."""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from portal.publishing.queries import DocumentRef, Picture


def picture_url(picture: Picture, width: int) -> str:
    """Address of the smallest stored width that fills `width` pixels."""
    return media_url(
        picture.id, next((w for w in picture.widths if w >= width), max(picture.widths, default=width))
    )


def media_url(file_id: UUID, width: int) -> str:
    """Address of one stored width of a published picture."""
    return url_for("media.image", file_id=file_id, width=width)


def srcset(picture: Picture) -> str:
    """All stored widths for a responsive picture."""
    return ", ".join(f"{media_url(picture.id, w)} {w}w" for w in picture.widths)


def document_url(document: DocumentRef) -> str:
    """Address from which a published document is downloaded."""
    return url_for("media.download", file_id=document.id)


def absolute(url: str) -> str:
    """A path of this site with its outside address."""
    from flask import current_app

    base: str = current_app.config["SETTINGS"].public_address
    return f"{base}{url}"
