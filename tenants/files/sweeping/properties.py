"""What every package of Office may carry: who wrote it, custom properties, ways out of it, files inside it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tenants.files.findings import Trace, Traces
from tenants.files.sweeping.parts import (
    Parts,
    is_a,
    named,
    remove,
    text_of,
    unwrap,
    users,
    words_in,
)
from tenants.files.word.package import Element, Relation, switched_on

#: Of the properties of the program these say nothing of anybody.
_HARMLESS = ("Application", "AppVersion")
_PEOPLE = ("creator", "lastModifiedBy", "Company", "Manager")
#: Numbers that WPS gives to each of its files.
_NUMBERS = re.compile(r"KSO|ICV")
_ENCLOSED = ("oleObject", "package", "control", "aFChunk")
_PRINTER = "printerSettings"
_SHAPES = "{urn:schemas-microsoft-com:vml}*"
_LOCAL = re.compile(r"file:|[a-z]:[\\/]|\\\\|//", re.IGNORECASE)


def sweep(parts: Parts, traces: Traces) -> None:
    """Note and take out what is common to all packages."""
    left_over = parts.left_over()  # before anything is taken out
    _properties(parts, traces)
    _custom(parts, traces)
    for part in left_over:
        traces.add(Trace.EMBEDDED, part)
    for part in parts.reached():
        relations = {
            name: relation
            for name, relation in parts.relations(part).items()
            if relation.outside or relation.purpose in (*_ENCLOSED, _PRINTER)
        }
        used = users(parts.root(part)) if relations else {}
        for name, relation in relations.items():
            if relation.outside:
                _outside(parts, part, name, relation, used.get(name, []), traces)
            elif relation.purpose == _PRINTER:
                _forget_printer(parts, part, name, used.get(name, []))
            else:
                _embedded(parts, part, name, used.get(name, []), traces)


def hidden_objects(root: Element, traces: Traces) -> None:
    """Drawings that the list of objects hides, and of the others where their pictures lay: WPS describes them by it."""
    for properties in named(root, "cNvPr", "docPr"):
        drawing = _drawing(properties)
        if switched_on(properties, "hidden") and drawing is not None:
            words = words_in(drawing, "t") or properties.get("descr") or properties.get("name") or ""
            traces.add(Trace.HIDDEN_OBJECTS, words)
            for alternatives in drawing.iterancestors("{*}AlternateContent"):
                for again in named(alternatives, "Fallback"):  # what older programs draw instead
                    remove(again)
            remove(drawing)
            continue
        for name in ("descr", "title", "name"):
            if _LOCAL.match(said := properties.get(name, "")):
                traces.add(Trace.PATHS, said)
                properties.set(name, "")
    _hidden_shapes(root, traces)


def _hidden_shapes(root: Element, traces: Traces) -> None:
    """The same in the manner of older programs."""
    for shape in list(root.iter(_SHAPES)):
        if "visibility:hidden" in shape.get("style", "").replace(" ", "").lower():
            if next(shape.iterancestors("{*}Fallback"), None) is None:
                traces.add(Trace.HIDDEN_OBJECTS, words_in(shape, "t") or shape.get("alt", ""))
            remove(shape)


def _drawing(properties: Element) -> Element | None:
    """What is drawn, by its properties: with its anchor, if it has one of its own."""
    drawing = properties.getparent()
    while drawing is not None and drawing.tag.endswith("Pr"):  # nvSpPr, nvPicPr
        drawing = drawing.getparent()
    around = drawing.getparent() if drawing is not None else None
    anchors = ("absoluteAnchor", "drawing", "oneCellAnchor", "twoCellAnchor")
    return around if around is not None and is_a(around, *anchors) else drawing


def _properties(parts: Parts, traces: Traces) -> None:
    for part in parts.related("", "core-properties", "extended-properties"):
        for entry in list(parts.root(part)):
            if is_a(entry, *_PEOPLE):
                traces.name(entry.text)
            if not is_a(entry, *_HARMLESS):
                remove(entry)
    parts.unrelate_all("", "thumbnail")


def _custom(parts: Parts, traces: Traces) -> None:
    for part in parts.related("", "custom-properties"):
        for entry in named(parts.root(part), "property"):
            if not _NUMBERS.match(entry.get("name", "")):
                traces.add(Trace.PROPERTIES, entry.get("name", ""))
    for part in parts.related(parts.main, "customXml"):
        if words := " ".join(text_of(parts.root(part)).split()):
            traces.add(Trace.PROPERTIES, words)
    parts.unrelate_all("", "custom-properties")
    parts.unrelate_all(parts.main, "customXml")


def _outside(
    parts: Parts, part: str, name: str, relation: Relation, used: list[Element], traces: Traces
) -> None:
    target = unquote(relation.target)
    local = _LOCAL.match(target) is not None
    if relation.purpose == "hyperlink":
        if local:
            traces.add(Trace.PATHS, target)
            parts.unrelate(part, name)
            _unlink(used)
        return
    traces.add(Trace.PATHS if local else Trace.OUTSIDE, target)
    if relation.purpose in ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource"):
        parts.unrelate(part, name)
        for user in used:
            remove(next(user.iterancestors("{*}mailMerge"), user))
    elif relation.purpose == "image" and used and all(_is_embedded(user) for user in used):
        parts.unrelate(part, name)
        for user in used:
            _forget(user, name)


def _is_embedded(picture: Element) -> bool:
    """Whether a linked picture is in the document, too."""
    return any(str(key).endswith("}embed") and value for key, value in picture.attrib.items())


def _forget(user: Element, relation: str) -> None:
    for key in [key for key, value in user.attrib.items() if value == relation]:
        del user.attrib[key]


def _unlink(used: list[Element]) -> None:
    """Words that were a link are words."""
    for user in used:
        around = user.getparent()
        if is_a(user, "hyperlink") and len(user):
            unwrap(user)
        else:
            remove(user)
        if around is not None and is_a(around, "hyperlinks") and not len(around):
            remove(around)


def _embedded(parts: Parts, part: str, name: str, used: list[Element], traces: Traces) -> None:
    if used and all(is_a(user, "externalData") for user in used):
        traces.add(Trace.CHART_DATA)
        parts.unrelate(part, name)
        for user in used:
            remove(user)  # a chart shows what it has noted of them
    else:
        traces.add(Trace.EMBEDDED)


def _forget_printer(parts: Parts, part: str, name: str, used: list[Element]) -> None:
    parts.unrelate(part, name)
    for user in used:
        _forget(user, name)
