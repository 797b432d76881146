"""What a resident takes along: one archive with a page to read and a file for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template
from sqlalchemy.orm import Session

from portal.participation import queries as participation
from public_site.reader import Reader
from search import saved
from tenants.clock import now
from tenants.identity import queries as identity


def archive(session: Session, reader: Reader) -> bytes:
    """A .zip with `my-data.html` and `my-data.json`: the account, its sessions, every comment, searches."""
    content = contents(session, reader)
    page = render_template("public_site/account/takeout.html", **content)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("my-data.html", page)
        zipped.writestr("my-data.json", json.dumps(content, default=_plain, ensure_ascii=False, indent=2))
    return file.getvalue()


def contents(session: Session, reader: Reader) -> dict[str, Any]:
    """The resident's data as read models."""
    return {
        "made_at": now(),
        "account": reader.resident,
        "sessions": identity.sessions_of_resident(session, reader.resident.id, reader.token),
        "comments": participation.export_of_resident(session),
        "searches": [
            {"text": one.text, "filters": one.filters, "created_at": one.created_at}
            for one in saved.mine(session)
        ],
    }


def _plain(value: Any) -> Any:
    """A dataclass as an object of JSON, anything else that JSON does not know as its text."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
