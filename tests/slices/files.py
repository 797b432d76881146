"""Files: a picture and a document that something published shows, and the same that nothing published does."""

from __future__ import annotations

from io import BytesIO

from tenants.files import queries, service
from tenants.files.inspect import Purpose
from tenants.files.models import StoredFile
from tests.factories.publishing import png
from tests.slices import Specimen, Town, Visit, Visits
from tests.support.forms import upload

#: Words in the names of files.
SHOWN, INNER = "公开", "内部"


def make(town: Town) -> Specimen:
    made = {
        f"{kind} {word}": stored(town, f"{town.word}-{word}{ending}")
        for word in (SHOWN, INNER)
        for kind, ending in (("picture", ".png"), ("document", ".txt"))
    }
    shown, inner = made[f"picture {SHOWN}"], made[f"picture {INNER}"]
    return Specimen(
        {"file_id": shown.id, "width": shown.widths[0], **{name: file.id for name, file in made.items()}},
        hidden={"file_id": inner.id, "width": inner.widths[0]},
    )


def stored(town: Town, name: str) -> StoredFile:
    """A file, uploaded by the planner."""
    picture = name.endswith(".png")
    content = png(size=(40, 30)) if picture else f"{town.word}的说明".encode()
    purpose = Purpose.PICTURE if picture else Purpose.ATTACHMENT
    with town.at_work(town.planner) as (session, planner):
        return service.store_upload(session, planner, BytesIO(content), name, purpose=purpose)


def _link(town: Town) -> Visit:
    with town.at_work(town.planner) as (session, _planner):
        link = queries.download_link(queries.get(session, town.of("files")[f"document {SHOWN}"]))
    return Visit({"token": link.rpartition("/")[2]})


WORKSPACE: Visits = {
    "files.upload": lambda town: Visit(sent={"files": upload(b"one", f"{town.word}.txt")}),
    "files.signed": _link,
    "files.delete": lambda town: Visit({"file_id": stored(town, f"{town.word}-没用.txt").id}, sent={}),
}
PUBLIC: Visits = {"media.signed": _link}
