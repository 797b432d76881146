"""What becomes of a document that holds more than its reader sees, as a form says it."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from portal.publishing.forms import CLEAN, KEEP
from tenants.files import deciding
from tenants.files.storage import StoreDown
from tenants.requests import actor, db, say_all
from tenants.rules import Invalid, Missing


class Undone(Exception):
    """It could not be done; the sentence says why."""


def decide(file_id: UUID, choice: str | None) -> UUID | None:
    """Do what was chosen; the document to attach, None for no document. Raises `Undone`."""
    try:
        if choice == CLEAN:
            return deciding.clean_copy(db(), actor(), file_id)
        if choice == KEEP:
            deciding.accept(db(), actor(), file_id)
            return file_id
    except Invalid as invalid:
        raise Undone(say_all(invalid)) from invalid
    except Missing as missing:
        raise Undone(_("有一个文件找不到了，请重新上传。")) from missing
    except StoreDown as down:
        raise Undone(_("文件库暂时不能用，请过几分钟再试。")) from down
    return None
