"""Word files (.docx): hidden text, tracked changes, comments, paths in fields."""

from __future__ import annotations

import re

from tenants.files.findings import Trace, Traces
from tenants.files.sweeping.parts import Parts, named, remove, text_of, unwrap, words_in
from tenants.files.sweeping.properties import hidden_objects
from tenants.files.word.package import Element, attribute, below, child, children, kind, switched
from tenants.files.word.styles import Styles

_COMMENTS = ("comments", "commentsExtended", "commentsIds", "commentsExtensible", "people")
_FORMER = (
    "w:rPrChange", "w:pPrChange", "w:sectPrChange", "w:tblPrChange", "w:tblPrExChange", "w:tblGridChange",
    "w:trPrChange", "w:tcPrChange", "w:numberingChange", "w:cellIns", "w:cellMerge",
)  # fmt: skip
_RANGES = tuple(
    f"w:{name}{end}"
    for name in ("moveFromRange", "moveToRange", "customXmlInsRange", "customXmlDelRange", "customXmlMoveFromRange",
                 "customXmlMoveToRange", "commentRange", "perm")
    for end in ("Start", "End")
)  # fmt: skip
#: Inside these a tracked change is a mark on what they describe, not a wrapping of text.
_DESCRIPTIONS = frozenset({"w:rPr", "w:trPr", "w:numPr", "m:ctrlPr"})
#: What a hidden run keeps: the ends of a field may lie in different runs.
_FIELDS = frozenset({"w:rPr", "w:fldChar", "w:instrText"})
#: A path on a computer or in a network, as the code of a field has it: with each backslash twice.
_PATH = re.compile(r'(?<![a-z])(?:file:[\\/]|[a-z]:[\\/]|\\{4}(?=\w))[^"\r\n]*', re.IGNORECASE)
_SETTINGS = ("w:docVars", "w:rsids", "w:trackRevisions")
#: The parts with words, as a reader finds them.
_READ = ("header", "footer", "footnotes", "endnotes")
#: Where words stand, also deleted ones.
_TEXT = ("t", "delText")


def sweep(parts: Parts, traces: Traces) -> None:
    """Note and take out what a reader of the document does not see."""
    _comments(parts, traces)
    style_part = next(iter(parts.related(parts.main, "styles")), None)
    styles = Styles(parts.root(style_part) if style_part else None)
    hiding = bool(style_part and below(parts.root(style_part), "w:vanish"))
    read = {parts.main, *parts.related(parts.main, *_READ)}  # whatever their types say
    stories = [part for part in parts.reached() if part in read or "wordprocessingml" in parts.types.get(part, "")]
    for part in stories:
        root = parts.root(part)
        _accept(root, traces)
        if hiding or below(root, "w:vanish", "w:hidden"):
            _hidden(root, styles, traces)
        hidden_objects(root, traces)
        _paths_in_fields(root, traces)
        for variable in below(root, "w:docVar"):
            traces.add(Trace.PROPERTIES, f"{attribute(variable, 'w:name') or ''} {attribute(variable, 'w:val') or ''}")
        for element in below(root, *_RANGES, "w:dataBinding", *_SETTINGS):
            traces.name(attribute(element, "w:ed"))
            remove(element)
        for reference in below(root, "w:commentReference"):
            _remove_from_run(reference)
    _notes_without_reference(parts, stories)


def _comments(parts: Parts, traces: Traces) -> None:
    for part in parts.related(parts.main, "comments"):
        for comment in below(parts.root(part), "w:comment"):
            traces.add(Trace.COMMENTS, words_in(comment, "t"))
            traces.name(attribute(comment, "w:author"))
    for part in parts.related(parts.main, "people"):
        for person in named(parts.root(part), "person"):
            traces.name(next((str(name) for key, name in person.attrib.items() if str(key).endswith("}author")), ""))
    parts.unrelate_all(parts.main, *_COMMENTS)


def _accept(root: Element, traces: Traces) -> None:
    """Take every tracked change as made."""
    joined: list[Element] = []
    for change in below(root, *_FORMER):
        _note_change(change, traces)
        remove(change)
    for change in below(root, "w:ins", "w:moveTo"):
        _note_change(change, traces)
        parent = change.getparent()
        if parent is not None and kind(parent) in _DESCRIPTIONS:
            remove(change)
        else:
            unwrap(change)
    for change in below(root, "w:del", "w:moveFrom"):
        parent = change.getparent()
        _note_change(change, traces)
        match kind(parent) if parent is not None else "":
            case "w:trPr":
                assert parent is not None
                _remove_row(parent.getparent())
            case "w:rPr" if (paragraph := _marked(parent)) is not None:
                joined.append(paragraph)
                remove(change)
            case _:
                remove(change)
    for change in below(root, "w:cellDel"):
        _note_change(change, traces)
        cell = next(change.iterancestors(*_spelt(change, "tc")), None)
        if cell is not None:
            remove(cell)
    for paragraph in joined:
        _join(paragraph)


def _note_change(change: Element, traces: Traces) -> None:
    traces.name(attribute(change, "w:author"))
    if not _is_repeated(change):
        traces.add(Trace.REVISIONS, words_in(change, *_TEXT) if kind(change) in ("w:del", "w:moveFrom") else "")


def _is_repeated(element: Element) -> bool:
    """Whether it stands there once more for older programs."""
    return next(element.iterancestors("{*}Fallback"), None) is not None


def _spelt(element: Element, name: str) -> tuple[str, ...]:
    return (str(element.tag).rpartition("}")[0] + "}" + name,)


def _marked(properties: Element | None) -> Element | None:
    """The paragraph whose mark has these properties."""
    around = properties.getparent() if properties is not None else None
    return around.getparent() if around is not None and kind(around) == "w:pPr" else None


def _join(paragraph: Element) -> None:
    """A paragraph whose mark was deleted goes on in the next."""
    following = paragraph.getnext()
    if _is_empty(paragraph):
        _remove_paragraph(paragraph)
    elif following is not None and kind(following) == "w:p" and child(paragraph, "w:pPr", "w:sectPr") is None:
        at = 0 if child(following, "w:pPr") is None else 1
        following[at:at] = [part for part in paragraph if kind(part) != "w:pPr"]
        remove(paragraph)


def _is_empty(element: Element) -> bool:
    """Whether a paragraph or run holds nothing but its properties and marks of places."""
    if kind(element) == "w:r":
        return all(kind(part) == "w:rPr" for part in element)
    return not below(element, "w:r", "m:oMath", "w:sdt", "w:fldSimple")


def _remove_paragraph(paragraph: Element) -> None:
    """Take a paragraph out where it leaves a text behind that is still one."""
    parent, before = paragraph.getparent(), paragraph.getprevious()
    if parent is None or child(paragraph, "w:pPr", "w:sectPr") is not None:
        return
    alone = len(children(parent, "w:p")) == 1
    behind_table = paragraph.getnext() is None and before is not None and kind(before) == "w:tbl"
    if not alone and not behind_table:
        remove(paragraph)


def _remove_row(row: Element | None) -> None:
    table = row.getparent() if row is not None else None
    if row is None or table is None:
        return
    remove(row)
    if not children(table, "w:tr"):
        remove(table)


def _hidden(root: Element, styles: Styles, traces: Traces) -> None:
    for mark in below(root, "w:hidden"):
        properties = mark.getparent()
        row = properties.getparent() if properties is not None and kind(properties) == "w:trPr" else None
        if row is not None and switched(mark):
            if not _is_repeated(row):
                traces.add(Trace.HIDDEN_TEXT, words_in(row, "t"))
            _remove_row(row)
    pieces: list[tuple[Element | None, str, bool]] = []
    emptied: dict[Element, None] = {}
    for run in below(root, "w:r", "m:r"):
        paragraph = next((a for a in run.iterancestors() if kind(a) == "w:p"), None)
        if not styles.hidden(child(run, "w:rPr"), child(paragraph, "w:pPr")):
            pieces.append((paragraph, "", False))
            continue
        content = [part for part in run if kind(part) not in _FIELDS]
        if content and not _is_repeated(run):
            pieces.append((paragraph, words_in(run, *_TEXT), True))
        for part in content:
            remove(part)
        if _is_empty(run):
            remove(run)
        if paragraph is not None:
            emptied[paragraph] = None
    _note_pieces(pieces, traces)
    for paragraph in emptied:
        properties = child(paragraph, "w:pPr")
        if _is_empty(paragraph) and styles.hidden(child(properties, "w:rPr"), properties):
            _remove_paragraph(paragraph)


def _note_pieces(pieces: list[tuple[Element | None, str, bool]], traces: Traces) -> None:
    """Runs that follow each other in a paragraph are one piece of hidden text."""
    former: Element | None = None
    words = ""
    within = False
    for paragraph, text, hidden in [*pieces, (None, "", False)]:
        if within and not (hidden and paragraph is former):
            traces.add(Trace.HIDDEN_TEXT, words)
            words, within = "", False
        if hidden:
            words, within, former = words + text, True, paragraph


def _paths_in_fields(root: Element, traces: Traces) -> None:
    """Fields that say where their picture or target lies on somebody's computer become what they show."""
    for simple in below(root, "w:fldSimple"):
        if _names_path(attribute(simple, "w:instr") or "", traces):
            unwrap(simple)
    open_fields: list[list[Element]] = []
    for element in below(root, "w:fldChar", "w:instrText"):
        if attribute(element, "w:fldCharType") == "begin":
            open_fields.append([])
        if not open_fields:
            continue
        open_fields[-1].append(element)
        if attribute(element, "w:fldCharType") == "end":
            field = open_fields.pop()
            if _names_path("".join(text_of(part) for part in field if kind(part) == "w:instrText"), traces):
                for part in field:
                    _remove_from_run(part)


def _names_path(code: str, traces: Traces) -> bool:
    found = _PATH.search(code)
    if found:
        traces.add(Trace.PATHS, found[0].replace("\\\\", "\\"))
    return found is not None


def _remove_from_run(element: Element) -> None:
    """Take an element out, and its run if nothing is left in it."""
    run = element.getparent()
    remove(element)
    if run is not None and kind(run) == "w:r" and _is_empty(run):
        remove(run)


def _notes_without_reference(parts: Parts, stories: list[str]) -> None:
    """Footnotes and endnotes go with the last reference to them."""
    for name in ("footnote", "endnote"):
        used = {
            attribute(reference, "w:id")
            for part in stories
            for reference in below(parts.root(part), f"w:{name}Reference")
        }
        for part in stories:
            for note in below(parts.root(part), f"w:{name}"):
                if attribute(note, "w:type") is None and attribute(note, "w:id") not in used and len(note):
                    remove(note)
