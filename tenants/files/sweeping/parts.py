"""A package of Office (.docx, .xlsx, .pptx) whose parts can be changed, and which is then written anew.

Written is only what the document still leads to: a part that nothing points to any more stays out.
"""

from __future__ import annotations

import posixpath
import zipfile
from io import BytesIO

from lxml import etree

from tenants.files.packages import CONTENT_TYPES, content_types
from tenants.files.word.package import Element, Package, Relation, attribute

#: Relations that a part names by their ids where it uses them; without a use they are left over.
_USED_BY_ID = frozenset(
    {
        "audio", "chart", "chartEx", "control", "diagramColors", "diagramData", "diagramLayout", "diagramQuickStyle",
        "hyperlink", "image", "media", "oleObject", "package", "slide", "video",
    }
)  # fmt: skip


class Parts:
    """The parts of a package. Raises `Invalid` for a damaged one, or one with more in it than can be worked on."""

    def __init__(self, content: bytes) -> None:
        self._package = Package(BytesIO(content))
        with zipfile.ZipFile(BytesIO(content)) as package:
            self.types = content_types(package)
        self._roots: dict[str, Element] = {}
        self._replaced: dict[str, bytes] = {}
        self._dropped: set[tuple[str, str]] = set()

    @property
    def main(self) -> str:
        """The part with the document, the workbook or the presentation itself."""
        return self._package.main

    def content(self, part: str) -> bytes:
        """The content of a part as it was, or what it was replaced by."""
        return self._replaced[part] if part in self._replaced else self._package.bytes(part)

    def replace(self, part: str, content: bytes) -> None:
        """Have a part that is no XML hold this."""
        self._replaced[part] = content

    def root(self, part: str) -> Element:
        """The root of a part; what is changed in it is written."""
        if part not in self._roots:
            self._roots[part] = self._package.xml(part)
        return self._roots[part]

    def relations(self, part: str) -> dict[str, Relation]:
        """Where a part points to, by the ids it uses; of the package itself for the empty name."""
        return {
            name: relation
            for name, relation in self._package.relations(part).items()
            if (part, name) not in self._dropped
        }

    def related(self, part: str, *purposes: str) -> list[str]:
        """The parts that a part uses for these purposes."""
        relations = self.relations(part).values()
        return [r.target for r in relations if r.purpose in purposes and self.has(r.target) and not r.outside]

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part in self._package.names

    def unrelate(self, part: str, name: str) -> None:
        """Have a part point there no more."""
        self._dropped.add((part, name))

    def unrelate_all(self, part: str, *purposes: str) -> None:
        """Have a part point nowhere for these purposes."""
        for name, relation in self.relations(part).items():
            if relation.purpose in purposes:
                self.unrelate(part, name)

    def reached(self) -> list[str]:
        """Every part that the package leads to, the main part among them."""
        found: dict[str, None] = {self.main: None} if self.has(self.main) else {}
        waiting = ["", *found]  # it is read even where nothing says that it is the main part
        while waiting:
            for relation in self.relations(waiting.pop()).values():
                if not relation.outside and self.has(relation.target) and relation.target not in found:
                    found[relation.target] = None
                    waiting.append(relation.target)
        return list(found)

    def left_over(self) -> list[str]:
        """The parts that nothing in the package leads to: no program shows them, and any that unpacks it reads them."""
        reached = {"", CONTENT_TYPES, *self.reached()}
        reached |= {_relations_of(part) for part in reached}
        return sorted(name for name in self._package.names - reached if not name.endswith("/"))

    def written(self) -> bytes:
        """The package as it is now."""
        for part in self._roots:
            self._unrelate_unused(part)
        kept = sorted(self.reached())
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            # with the time at which all packages are made: when somebody worked is nobody's business
            def put(name: str, data: bytes) -> None:
                package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)

            put(CONTENT_TYPES, self._listed_types(frozenset(kept)))
            for part in ("", *kept):
                if self.has(relations := _relations_of(part)):
                    put(relations, self._listed_relations(part, relations))
                if part:
                    put(part, _written(self._roots[part]) if part in self._roots else self.content(part))
        return out.getvalue()

    def _listed_types(self, kept: frozenset[str]) -> bytes:
        root = self._package.xml(CONTENT_TYPES)
        for entry in list(root.iter("{*}Override")):
            if entry.get("PartName", "").lstrip("/") not in kept:
                remove(entry)
        return _written(root)

    def _listed_relations(self, part: str, listed: str) -> bytes:
        if not any(owner == part for owner, _ in self._dropped):
            return self.content(listed)
        root = self._package.xml(listed)
        for entry in list(root.iter("{*}Relationship")):
            if (part, entry.get("Id", "")) in self._dropped:
                remove(entry)
        return _written(root)

    def _unrelate_unused(self, part: str) -> None:
        by_id = {name for name, r in self.relations(part).items() if r.purpose in _USED_BY_ID}
        if not by_id:
            return
        used = {value for element in self._roots[part].iter() for value in element.attrib.values()}
        for name in by_id - used:
            self.unrelate(part, name)
        if not self.related(part, "diagramData"):
            self.unrelate_all(part, "diagramDrawing")


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _written(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def remove(element: Element) -> None:
    """Take an element out, with all that is in it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def unwrap(element: Element) -> None:
    """Take an element out and leave what is in it in its place."""
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = list(element)


def named(root: Element, *names: str) -> list[Element]:
    """The elements of these local names at any depth, whatever their vocabulary."""
    return list(root.iter(*(f"{{*}}{name}" for name in names)))


def text_of(element: Element) -> str:
    """All the text in an element."""
    return "".join(str(piece) for piece in element.itertext())


def words_in(element: Element, *names: str) -> str:
    """The text of the elements of these local names in it."""
    return "".join(text_of(found) for found in named(element, *names))


def is_a(element: Element, *names: str) -> bool:
    """Whether an element has one of these local names."""
    return str(element.tag).rpartition("}")[2] in names


def users(root: Element) -> dict[str, list[Element]]:
    """The elements that use relations, by the ids of these."""
    found: dict[str, list[Element]] = {}
    for element in root.iter():
        for name in (attribute(element, "r:id"), attribute(element, "r:link")) if element.attrib else ():
            if name:
                found.setdefault(name, []).append(element)
    return found
