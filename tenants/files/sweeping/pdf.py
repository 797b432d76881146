"""PDF: who wrote it, comments, files inside it, photos' places, layers that are off, what it was before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PasswordType, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from tenants.files.findings import Trace, Traces
from tenants.files.sweeping import pictures
from tenants.rules import N_, Invalid

#: Annotations that are remarks on the page; the others are part of it.
_REMARKS = frozenset({"/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Popup"})
_ENCLOSED = "/FileAttachment"
#: The flag of an annotation that is neither shown nor printed.
_HIDDEN = 2
#: Programs add to the end what they change, and leave there what it was: each state ends with this mark.
_END = re.compile(rb"%%EOF")
_LINEARIZED = re.compile(rb"/Linearized")
_SIGNED = N_("这个 PDF 有电子签名，清理会让签名失效。请从原来的软件里重新导出。")
_LOCKED = N_("这个 PDF 限制了修改，不能清理。请从原来的软件里重新导出。")


def sweep(content: bytes, traces: Traces) -> None:
    """Note what a reader of the pages does not see."""
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        traces.add(Trace.OPAQUE)
        return
    root = reader.root_object
    _people(reader, traces)
    for page in reader.pages:
        for annotation in _listed(page.get("/Annots")):
            if _is_hidden(annotation):
                traces.add(Trace.HIDDEN_OBJECTS, str(annotation.get("/Contents") or annotation.get("/V") or ""))
            elif annotation.get("/Subtype") in _REMARKS and (words := _remark(annotation)):
                traces.add(Trace.COMMENTS, words)
                traces.name(str(annotation.get("/T") or ""))
            elif annotation.get("/Subtype") == _ENCLOSED:
                traces.add(Trace.EMBEDDED)
    enclosed = _enclosed(root.get("/Names")) or len(_listed(root.get("/AF")))
    enclosed += sum(_is_own_copy(holder.get("/PieceInfo")) for holder in (root, *reader.pages))
    if enclosed:
        traces.add(Trace.EMBEDDED, count=enclosed)
    for picture in _photos(reader):
        pictures.note(picture.get_data(), traces)
    for layer in _layers_off(root):
        traces.add(Trace.HIDDEN_LAYERS, str(layer.get("/Name") or ""))
    if former := _former(content, reader):
        traces.add(Trace.REVISIONS, count=former)


def cleaned(content: bytes) -> bytes:
    """The document without them; hidden layers stay. Raises `Invalid` for one that must not be changed."""
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        raise Invalid({"file": _LOCKED})
    if _inside(reader.root_object, "/AcroForm", "/SigFlags"):
        raise Invalid({"file": _SIGNED})
    writer = PdfWriter(clone_from=reader)
    root = writer.root_object
    root.pop("/Metadata", None)
    names = _object(root.get("/Names"))
    if isinstance(names, DictionaryObject):
        names.pop("/EmbeddedFiles", None)
    for name in ("/AF", "/PieceInfo"):
        root.pop(name, None)
    for page in writer.pages:
        listed = _object(page.get("/Annots"))
        if isinstance(listed, ArrayObject):
            kept = [a for a in listed if not _is_taken_out(_object(a))]
            page[NameObject("/Annots")] = ArrayObject(kept)
        for name in ("/Metadata", "/PieceInfo", "/Thumb"):
            page.pop(name, None)
    for picture in _photos(writer):
        data = picture.get_data()
        if (plain := pictures.bare(data)) != data:
            StreamObject.set_data(picture, plain)
        picture.pop("/Metadata", None)
    # once more, because only what a document leads to is taken along
    return _written(PdfWriter(clone_from=PdfReader(BytesIO(_written(writer)))))


def _remark(annotation: DictionaryObject) -> str:
    """The words of a remark, plain or as rich text."""
    plain = str(annotation.get("/Contents") or "").strip()
    return plain or re.sub(r"<[^>]*>", " ", str(annotation.get("/RC") or "")).strip()


def _is_hidden(annotation: DictionaryObject) -> bool:
    """Whether it is on the page and not in sight; the fields of forms only where they hold something."""
    if not int(annotation.get("/F") or 0) & _HIDDEN or annotation.get("/Subtype") == "/Popup":
        return False
    return annotation.get("/Subtype") != "/Widget" or bool(annotation.get("/V"))


def _is_taken_out(annotation: DictionaryObject) -> bool:
    return annotation.get("/Subtype") in {*_REMARKS, _ENCLOSED} or (
        annotation.get("/Subtype") != "/Widget" and _is_hidden(annotation)
    )


def _is_own_copy(noted: Any) -> bool:
    """Whether a program has put in what it would work on further, with everything that was taken out of the drawing."""
    programs = _object(noted)
    values = programs.values() if isinstance(programs, DictionaryObject) else ()
    return any(
        isinstance(found, StreamObject)
        for program in values
        if isinstance(private := _inside(program, "/Private"), DictionaryObject)
        for found in (private, *map(_object, private.values()))
    )


def _layers_off(root: DictionaryObject) -> list[DictionaryObject]:
    """The layers that are off when the document is opened."""
    if _inside(root, "/OCProperties", "/D", "/BaseState") != "/OFF":
        return _listed(_inside(root, "/OCProperties", "/D", "/OFF"))
    on = _listed(_inside(root, "/OCProperties", "/D", "/ON"))
    return [layer for layer in _listed(_inside(root, "/OCProperties", "/OCGs")) if layer not in on]


def _former(content: bytes, reader: PdfReader) -> int:
    """How many texts and pictures of pages are left from before the document was changed."""
    ends = [found.end() for found in _END.finditer(content)][:-1]
    if ends and _LINEARIZED.search(content, 0, 1024):  # its first end is that of the first page
        ends = ends[1:]
    before: set[str] = set()
    for end in ends:
        try:
            before |= _drawn_on_pages(PdfReader(BytesIO(content[:end])))
        except Exception:  # no state of the document ended there
            continue
    return len(before - _drawn_on_pages(reader)) if before else 0


def _drawn_on_pages(reader: PdfReader) -> set[str]:
    """What tells the texts and pictures of all pages apart."""
    texts = (page.get_contents() for page in reader.pages)
    drawn = [text.get_data() for text in texts if text is not None] + [found.get_data() for found in _drawn(reader)]
    return {hashlib.sha256(data).hexdigest() for data in drawn}


def _photos(document: PdfReader | PdfWriter) -> Iterator[StreamObject]:
    """The pictures of all pages that are kept as JPEG, each once."""
    for found in _drawn(document):
        if _object(found.get("/Filter")) in ("/DCTDecode", ["/DCTDecode"]):
            yield found


def _drawn(document: PdfReader | PdfWriter) -> Iterator[StreamObject]:
    """Everything that the texts of all pages draw besides words, each once."""
    waiting: list[Any] = [page.get("/Resources") for page in document.pages]
    seen: set[int] = set()
    while waiting:
        drawn = _inside(waiting.pop(), "/XObject")
        for name in drawn.values() if isinstance(drawn, DictionaryObject) else ():
            number = name.idnum if isinstance(name, IndirectObject) else id(name)
            found = _object(name)
            if number in seen or not isinstance(found, StreamObject):
                continue
            seen.add(number)
            waiting.append(found.get("/Resources"))
            yield found


def _written(writer: PdfWriter) -> bytes:
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _people(reader: PdfReader, traces: Traces) -> None:
    if (said := reader.metadata) is not None:
        for name in ("/Author", "/Company", "/Manager"):
            traces.name(str(said.get(name) or ""))
    xmp = reader.xmp_metadata
    for creator in (xmp.dc_creator or []) if xmp else []:
        traces.name(creator)


def _object(value: Any) -> Any:
    return value.get_object() if value is not None else None


def _inside(value: Any, *path: str) -> Any:
    for name in path:
        value = _object(value)
        if not isinstance(value, DictionaryObject):
            return None
        value = value.get(name)
    return _object(value)


def _listed(value: Any) -> list[DictionaryObject]:
    listed = _object(value)
    found = [_object(one) for one in listed] if isinstance(listed, ArrayObject) else []
    return [one for one in found if isinstance(one, DictionaryObject)]


def _enclosed(names: Any, depth: int = 0) -> int:
    """How many files the tree of names leads to."""
    tree = _inside(names, "/EmbeddedFiles") if depth == 0 else _object(names)
    if not isinstance(tree, DictionaryObject) or depth > 10:
        return 0
    own = _object(tree.get("/Names"))
    count = len(own) // 2 if isinstance(own, ArrayObject) else 0
    return count + sum(_enclosed(kid, depth + 1) for kid in _listed(tree.get("/Kids")))
