"""Presentations (.pptx): hidden slides, the speaker's notes, comments, hidden objects."""

from __future__ import annotations

from tenants.files.findings import Trace, Traces
from tenants.files.sweeping.parts import Parts, is_a, named, remove, text_of, users, words_in
from tenants.files.sweeping.properties import hidden_objects
from tenants.files.word.package import Element, attribute

#: Of a page of notes, everything but these is the picture of the slide, a number or a date.
_NOTES = ("body", "")


def sweep(parts: Parts, traces: Traces) -> None:
    """Note and take out what the audience does not see."""
    root = parts.root(parts.main)
    relations = parts.relations(parts.main)
    listed = [
        (entry, name, relations[name].target)
        for entry in named(root, "sldId")
        if (name := attribute(entry, "r:id") or "") in relations
    ]
    hidden = [(entry, name, part) for entry, name, part in listed if _is_hidden(parts.root(part))]
    related = {relation.target for relation in relations.values() if relation.purpose == "slide"}
    unlisted = sorted(related - {part for _entry, _name, part in listed})  # as some programs take slides out
    for part in [*(part for _entry, _name, part in hidden), *unlisted]:
        traces.add(Trace.HIDDEN_SLIDES, words_in(parts.root(part), "t"))
    for _entry, _name, part in listed:
        _notes(parts, part, traces)
        _comments(parts, part, traces)
        hidden_objects(parts.root(part), traces)
    for part in parts.related(parts.main, "commentAuthors", "authors"):
        for author in named(parts.root(part), "cmAuthor", "author"):
            traces.name(author.get("name"))
    parts.unrelate_all(parts.main, "commentAuthors", "authors")
    if len(hidden) < len(listed):
        for entry, name, part in hidden:
            _drop(parts, root, entry, name, part)


def _is_hidden(slide: Element) -> bool:
    return slide.get("show", "1").lower() in ("0", "false", "off")


def _notes(parts: Parts, slide: str, traces: Traces) -> None:
    for part in parts.related(slide, "notesSlide"):
        shapes = named(parts.root(part), "sp")
        words = " ".join(words_in(shape, "t") for shape in shapes if _kind(shape) in _NOTES).strip()
        if words:
            traces.add(Trace.NOTES, words)
    parts.unrelate_all(slide, "notesSlide")


def _kind(shape: Element) -> str:
    return next((place.get("type", "") for place in named(shape, "ph")), "")


def _comments(parts: Parts, slide: str, traces: Traces) -> None:
    for part in parts.related(slide, "comments"):
        for comment in named(parts.root(part), "cm", "reply"):
            own = [text_of(piece) for piece in comment if is_a(piece, "text", "txBody")]
            traces.add(Trace.COMMENTS, " ".join(own))
    parts.unrelate_all(slide, "comments")


def _drop(parts: Parts, root: Element, entry: Element, name: str, slide: str) -> None:
    number = entry.get("id")
    remove(entry)
    for listed in named(root, "sldId", "sld"):  # in sections and in custom shows
        if number == listed.get("id") or attribute(listed, "r:id") == name:
            remove(listed)
    parts.unrelate(parts.main, name)
    for part in parts.reached():
        for link, relation in parts.relations(part).items():
            if relation.purpose == "slide" and relation.target == slide:
                parts.unrelate(part, link)
                for user in users(parts.root(part)).get(link, []):
                    remove(user)
