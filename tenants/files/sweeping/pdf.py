"""PDF: who wrote it, comments, files inside it, photos' places, layers that are off."""

from __future__ import annotations

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
            if annotation.get("/Subtype") in _REMARKS and (words := str(annotation.get("/Contents") or "").strip()):
                traces.add(Trace.COMMENTS, words)
                traces.name(str(annotation.get("/T") or ""))
            elif annotation.get("/Subtype") == _ENCLOSED:
                traces.add(Trace.EMBEDDED)
    enclosed = _enclosed(root.get("/Names"))
    if enclosed:
        traces.add(Trace.EMBEDDED, count=enclosed)
    for picture in _photos(reader):
        pictures.note(picture.get_data(), traces)
    off = _listed(_inside(root, "/OCProperties", "/D", "/OFF"))
    for layer in off:
        traces.add(Trace.HIDDEN_LAYERS, str(layer.get("/Name") or ""))


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
    root.pop("/AF", None)
    for page in writer.pages:
        listed = _object(page.get("/Annots"))
        if isinstance(listed, ArrayObject):
            kept = [a for a in listed if _object(a).get("/Subtype") not in {*_REMARKS, _ENCLOSED}]
            page[NameObject("/Annots")] = ArrayObject(kept)
        page.pop("/Metadata", None)
    for picture in _photos(writer):
        if pictures.note(picture.get_data(), Traces()):
            StreamObject.set_data(picture, pictures.bare(picture.get_data()))
        picture.pop("/Metadata", None)
    # once more, because only what a document leads to is taken along
    return _written(PdfWriter(clone_from=PdfReader(BytesIO(_written(writer)))))


def _photos(document: PdfReader | PdfWriter) -> Iterator[StreamObject]:
    """The pictures of all pages that are kept as JPEG, each once."""
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
            if found.get("/Subtype") == "/Form":
                waiting.append(found.get("/Resources"))
            elif _object(found.get("/Filter")) in ("/DCTDecode", ["/DCTDecode"]):
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
