"""What differs between two texts, field by field, and a third made of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.publishing import comparing, queries
from portal.publishing.content import Attachment, Content
from portal.publishing.views.common import Addresses, inside
from tenants.files import queries as files
from tenants.requests import db
from tenants.rules import N_
from webkit.filters import datetime as clock_time

MINE, THEIRS, BOTH = "mine", "theirs", "both"

#: Parts that are chosen as one, in the order of the page: (name, words, fields).
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("title", N_("标题"), ("title",)),
    ("summary", N_("摘要"), ("summary",)),
    ("body", N_("正文"), ("body",)),
    ("for_you", N_("对您的影响"), ("for_you",)),
    ("event", N_("活动时间和地点"), ("event_starts_at", "event_ends_at", "event_place")),
    ("tags", N_("标签"), ("tags",)),
    ("unit", N_("责任单元"), ("unit_id",)),
    ("cover", N_("封面图"), ("cover_file_id", "cover_alt")),
    ("change", N_("改造前后的照片"), ("before", "after")),
    ("documents", N_("附件"), ("documents",)),
    ("place", N_("位置"), ("place_label", "latitude", "longitude")),
)


@dataclass(frozen=True)
class Difference:
    """A part in which two texts differ. `marked` shows the change in one; empty where only the two sides say it."""

    name: str
    label: str
    old: Markup
    new: Markup
    marked: Markup
    #: Whether both can be kept, one after the other.
    joinable: bool = False


def differences(old: Content, new: Content, tenant: str) -> list[Difference]:
    """The parts in which `new` differs from `old`."""
    found = []
    names = _names(old, new)
    for name, label, fields in PARTS:
        before, after = ([getattr(c, f) for f in fields] for c in (old, new))
        if before == after:
            continue
        marked = Markup()
        if name == "body":
            marked = inside(str(comparing.compare(old.body, new.body).html), tenant)
        elif name in ("title", "summary", "for_you"):
            marked = comparing.compare_words(before[0], after[0])
        elif name == "tags":
            marked = comparing.compare_words(*(_("、").join(tags) for (tags,) in (before, after)))
        sides = [_shown(name, values, tenant, names) for values in (before, after)]
        found.append(Difference(name, _(label), sides[0], sides[1], marked, name in ("body", "for_you")))
    return found


def contested(seen: Content | None, theirs: Content, mine: Content) -> frozenset[str]:
    """The parts that both changed since the version that was `seen`, each in another way.

    Where that version is not known, every part in which the two differ.
    """
    return frozenset(
        name
        for name, _label, fields in PARTS
        if _differ(fields, theirs, mine)
        and (seen is None or (_differ(fields, seen, mine) and _differ(fields, seen, theirs)))
    )


def merged(seen: Content | None, theirs: Content, mine: Content, chosen: Mapping[str, str]) -> Content:
    """A third text: what only one changed since `seen` as that one wrote it, what both changed as was chosen."""
    taken: dict[str, Any] = {}
    for name, _label, fields in PARTS:
        untouched = seen is not None and not _differ(fields, seen, mine)
        choice = THEIRS if untouched else chosen.get(name, MINE)
        if choice == MINE:
            taken |= {field: getattr(mine, field) for field in fields}
        elif choice == BOTH and name == "body":
            taken["body"] = f"{mine.body}<hr>{theirs.body}"
        elif choice == BOTH and name == "for_you":
            taken["for_you"] = f"{mine.for_you}\n{theirs.for_you}"
    return replace(theirs, **taken, note=mine.note)


def _differ(fields: tuple[str, ...], one: Content, other: Content) -> bool:
    return any(getattr(one, field) != getattr(other, field) for field in fields)


def _names(*contents: Content) -> dict[Any, str]:
    """Names of the files and units that these texts refer to."""
    ids = {file_id for content in contents for file_id, _role, _n, _t in content.files()}
    ids |= {content.cover_file_id for content in contents if content.cover_file_id}
    stored = files.get_many(db(), ids)
    units = {id_: name for id_, _slug, name in queries.units(db())}
    return {**{file_id: info.name for file_id, info in stored.items()}, **units}


def _shown(name: str, values: list[Any], tenant: str, names: Mapping[Any, str]) -> Markup:
    """One side, as people read it."""
    if name == "body":
        return inside(values[0], tenant) or _nothing()
    if name == "tags":
        return escape(_("、").join(values[0])) or _nothing()
    if name == "unit":
        return escape(names.get(values[0], "")) or _nothing()
    if name == "event":
        starts, ends, place = values
        times = f"{clock_time(starts)} – {clock_time(ends)}" if starts or ends else ""
        return escape(" ".join(part for part in (times, place) if part)) or _nothing()
    if name == "place":
        label, latitude, longitude = values
        whole = latitude is not None and longitude is not None
        point = _("（%(text)s）", text=f"{latitude:.5f}, {longitude:.5f}") if whole else ""
        return escape(f"{label}{point}") or _nothing()
    if name == "cover":
        return _picture(Attachment(values[0], values[1]) if values[0] else None, tenant)
    if name == "change":
        return Markup("").join(_picture(value, tenant) for value in values)
    if name == "documents":
        lines = [escape(d.title or names.get(d.file_id, "")) for d in values[0]]
        return Markup("<br>").join(lines) or _nothing()
    return Markup("<br>").join(escape(line) for line in str(values[0]).splitlines()) or _nothing()


def _picture(attachment: Attachment | None, tenant: str) -> Markup:
    if attachment is None:
        return _nothing()
    info = files.get_many(db(), [attachment.file_id]).get(attachment.file_id)
    if info is None or not info.widths:
        return _nothing()
    source = Addresses(tenant).media_url(info.id, info.widths[0])
    return Markup('<img class="thumb" src="{}" alt="{}"> {}').format(
        source, attachment.title, attachment.title
    )


def _nothing() -> Markup:
    return Markup('<span class="help">{}</span>').format(_("（空）"))
