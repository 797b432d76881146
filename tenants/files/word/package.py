"""The parts of a Word file (.docx) as XML, whichever of the two dialects of Office Open XML it is written in.

Only files that `tenants.files.inspect` has let in are opened here. Nothing is fetched, nothing expanded.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from lxml import etree

from tenants.files.archives import STRANGE
from tenants.files.prolog import Declared, refuse_declared
from tenants.rules import N_, Invalid

Element = etree._Element

#: Elements and ends of elements; five hundred pages have some two hundred thousand.
MOST_TAGS = 600_000

_OPEN = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_PREFIXES = {
    f"{_OPEN}/wordprocessingml/2006/main": "w",
    f"{_STRICT}/wordprocessingml/main": "w",
    f"{_OPEN}/officeDocument/2006/relationships": "r",
    f"{_STRICT}/officeDocument/relationships": "r",
    f"{_OPEN}/drawingml/2006/main": "a",
    f"{_STRICT}/drawingml/main": "a",
    f"{_OPEN}/drawingml/2006/wordprocessingDrawing": "wp",
    f"{_STRICT}/drawingml/wordprocessingDrawing": "wp",
    f"{_OPEN}/drawingml/2006/picture": "pic",
    f"{_STRICT}/drawingml/picture": "pic",
    f"{_OPEN}/drawingml/2006/chart": "c",
    f"{_STRICT}/drawingml/chart": "c",
    f"{_OPEN}/drawingml/2006/diagram": "dgm",
    f"{_STRICT}/drawingml/diagram": "dgm",
    f"{_OPEN}/officeDocument/2006/math": "m",
    f"{_STRICT}/officeDocument/math": "m",
    f"{_OPEN}/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}
#: What is seen of a document in the end.
_SHOWN = (
    "w:t", "w:sym", "w:fldChar", "a:t", "a:blip", "m:t", "v:imagedata", "v:textpath", "c:chart", "dgm:relIds",
    "o:OLEObject",
)  # fmt: skip
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@lru_cache(maxsize=2048)
def short(name: str) -> str:
    """A name in Clark's notation with the usual prefix: `w:p`. Names of other vocabularies stay as they are."""
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{local}" if prefix else name


@lru_cache(maxsize=512)
def _spellings(name: str) -> tuple[str, ...]:
    prefix, _, local = name.partition(":")
    return tuple(f"{{{uri}}}{local}" for uri, known in _PREFIXES.items() if known == prefix)


def kind(element: Element) -> str:
    """The element's name with the usual prefix; empty for a comment or an instruction."""
    name: object = element.tag
    return short(name) if isinstance(name, str) else ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of this name, or the one found by going down the path; None when there is none."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(*_spellings(name)), None)
    return element


def children(element: Element | None, *names: str) -> list[Element]:
    """The children of these names, in order."""
    wanted = [spelling for name in names for spelling in _spellings(name)]
    return [] if element is None else list(element.iterchildren(*wanted))


def below(element: Element | None, *names: str) -> list[Element]:
    """The elements of these names at any depth, in order."""
    wanted = [spelling for name in names for spelling in _spellings(name)]
    return [] if element is None else list(element.iter(*wanted))


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute (`w:val`) by its name with the usual prefix; None when it is not there."""
    if element is None:
        return None
    return next((value for spelling in _spellings(name) if (value := element.get(spelling)) is not None), None)


def value(element: Element | None, *path: str) -> str | None:
    """The `w:val` at the end of the path."""
    return attribute(child(element, *path), "w:val")


def switched(element: Element | None) -> bool | None:
    """What an on-off element says: None without one, on when it stands there without a value."""
    if element is None:
        return None
    return (attribute(element, "w:val") or "true").lower() not in ("0", "false", "off")


def switched_on(element: Element, name: str) -> bool:
    """Whether an attribute without a prefix says yes."""
    return element.get(name, "").lower() in ("1", "true", "on")


def chosen(alternatives: Element) -> Element:
    """Of `mc:AlternateContent` the branch to read: the first with something that is known here."""
    branches = children(alternatives, "mc:Choice", "mc:Fallback")
    return next((branch for branch in branches if below(branch, *_SHOWN)), alternatives.makeelement("none"))


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points to: what for (`styles`, `image`), and to which part or outside address."""

    purpose: str
    target: str
    outside: bool


class Package:
    """A Word file, its parts read as they are asked for. Raises `Invalid` for a damaged or a monstrous one."""

    def __init__(self, content: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(content)
        except zipfile.BadZipFile as error:
            raise damaged() from error
        self._names = frozenset(self._zip.namelist())
        self._tags_left = MOST_TAGS
        self._relations: dict[str, dict[str, Relation]] = {}
        main = next((r.target for r in self.relations("").values() if r.purpose == "officeDocument"), "")
        self.main = main if main in self._names else "word/document.xml"

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts."""
        return self._names

    def bytes(self, part: str) -> bytes:
        """The content of a part."""
        try:
            return self._zip.read(part)
        except (KeyError, zipfile.BadZipFile, OSError, EOFError) as error:
            raise damaged() from error

    def xml(self, part: str) -> Element:
        """The root of a part."""
        data = self.bytes(part)
        self._tags_left -= data.count(b"<")
        if self._tags_left < 0:
            raise Invalid({"file": N_("文档太长，请分成几个文件导入。")})
        try:
            refuse_declared(data)
        except Declared as error:
            raise Invalid({"file": STRANGE}) from error
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged() from error
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """Where a part points to, by the ids it uses; of the package itself for the empty name."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            listed = posixpath.join(folder, "_rels", f"{name}.rels")
            entries = self.xml(listed).iter(_RELATIONS) if listed in self._names else ()
            self._relations[part] = {
                entry.get("Id", ""): _relation(entry, folder)
                for entry in entries
            }
        return self._relations[part]

    def related(self, purpose: str) -> list[str]:
        """The parts that the document itself uses for a purpose: `styles`, `footnotes`, `header`."""
        relations = self.relations(self.main).values()
        return [r.target for r in relations if r.purpose == purpose and r.target in self._names]

    def related_xml(self, purpose: str) -> Element | None:
        """The root of the first such part, None when there is none."""
        return next((self.xml(part) for part in self.related(purpose)), None)


def _relation(entry: Element, folder: str) -> Relation:
    target, outside = entry.get("Target", ""), entry.get("TargetMode") == "External"
    if not outside:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(entry.get("Type", "").rpartition("/")[2], target, outside)


def damaged() -> Invalid:
    """The error for a file that cannot be read."""
    return Invalid({"file": N_("文件已损坏，打不开。请用原来的软件重新保存后再上传。")})
