"""What a publication says: the content of one version, as services take it and pages give it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.publishing import richtext
from portal.publishing.models import FileRole, PublicationVersion
from webkit.text import clean

#: Roles of a file in a version.
DOCUMENT, INLINE, BEFORE, AFTER = FileRole


@dataclass(frozen=True)
class Attachment:
    """A stored file and its words: the title of a document, the alternative text of a picture."""

    file_id: UUID
    title: str = ""


@dataclass(frozen=True)
class Content:
    """Everything an editor writes. `note` says what is new in this version; it is not shown in public."""

    title: str = ""
    summary: str = ""
    #: HTML; `tidied` brings it into the form that is stored.
    body: str = ""
    for_you: str = ""
    tags: tuple[str, ...] = ()
    unit_id: UUID | None = None
    cover_file_id: UUID | None = None
    cover_alt: str = ""
    place_label: str = ""
    latitude: float | None = None
    longitude: float | None = None
    event_place: str = ""
    event_starts_at: datetime | None = None
    event_ends_at: datetime | None = None
    documents: tuple[Attachment, ...] = ()
    before: Attachment | None = None
    after: Attachment | None = None
    note: str = ""

    def tidied(self) -> Content:
        """The content as it is stored: texts trimmed, the body sanitised. Raises `Invalid` for a monstrous body."""
        trimmed = {
            f.name: _tidy(value) for f in fields(self) if isinstance(value := getattr(self, f.name), str)
        }
        trimmed["body"] = richtext.sanitise(self.body)
        tags = tuple(dict.fromkeys(tidy for tag in self.tags if (tidy := _tidy(tag))))
        documents = tuple(replace(d, title=_tidy(d.title)) for d in self.documents)
        before, after = (replace(p, title=_tidy(p.title)) if p else None for p in (self.before, self.after))
        return replace(self, **trimmed, tags=tags, documents=documents, before=before, after=after)  # type: ignore[arg-type]

    def says_the_same(self, other: Content) -> bool:
        """Whether both say the same, whatever their notes."""
        return replace(self, note="") == replace(other, note="")

    def changes_from(self, other: Content) -> dict[str, tuple[Any, Any]]:
        """Field -> (other's value, own value), for the audit."""
        pairs = ((f.name, getattr(other, f.name), getattr(self, f.name)) for f in fields(self))
        return {name: (plain(old), plain(new)) for name, old, new in pairs if old != new and name != "note"}

    def files(self) -> Iterator[tuple[UUID, str, int, str]]:
        """Every file the text shows, but the cover: (file, role, position, title)."""
        for position, document in enumerate(self.documents):
            yield document.file_id, DOCUMENT, position, document.title
        for position, picture in enumerate(_first_of_each(richtext.pictures(self.body))):
            yield picture.file_id, INLINE, position, picture.alternative
        for attachment, role in ((self.before, BEFORE), (self.after, AFTER)):
            if attachment:
                yield attachment.file_id, role, 0, attachment.title

    def picture_words(self) -> tuple[str, ...]:
        """Alternative texts of the before and after pictures."""
        return tuple(picture.title for picture in (self.before, self.after) if picture)


def _tidy(text: str) -> str:
    return clean(text).strip()


def plain(value: Any) -> Any:
    """A value as the audit keeps it."""
    if isinstance(value, Attachment):
        return {"file": str(value.file_id), "title": value.title}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _first_of_each(pictures: list[richtext.Picture]) -> Iterator[richtext.Picture]:
    seen: set[UUID] = set()
    for picture in pictures:
        if picture.file_id not in seen:
            seen.add(picture.file_id)
            yield picture


#: Columns of a version that are content under the same name.
COLUMNS = (
    "title",
    "summary",
    "body",
    "for_you",
    "unit_id",
    "cover_file_id",
    "cover_alt",
    "place_label",
    "latitude",
    "longitude",
    "event_place",
    "event_starts_at",
    "event_ends_at",
    "note",
)


def of_version(version: PublicationVersion, files: list[tuple[UUID, str, str]]) -> Content:
    """The content of a stored version; `files` are (file, role, title) in order of position."""
    by_role: dict[str, list[Attachment]] = {}
    for file_id, role, title in files:
        by_role.setdefault(role, []).append(Attachment(file_id, title))
    return Content(
        **{name: getattr(version, name) for name in COLUMNS},
        tags=tuple(version.tags),
        documents=tuple(by_role.get(DOCUMENT, ())),
        before=next(iter(by_role.get(BEFORE, ())), None),
        after=next(iter(by_role.get(AFTER, ())), None),
    )
