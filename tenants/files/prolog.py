"""What stands before the first element of an XML document: no honest part of Office declares a document type there.

Told by the parsers themselves, so that it holds for every name, encoding and length. There are two, because the
readers of files use both and each knows encodings that the other does not.
"""

from __future__ import annotations

import codecs
from typing import Any, Protocol
from xml.parsers import expat

from lxml import etree


class Declared(Exception):
    """The document declares a type, whose elements begin with `root`."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.root = root


class _FirstElement(Exception):
    """The prolog is over."""


class _Parser(Protocol):
    def __call__(self, data: bytes, final: bool) -> None: ...


class Prolog:
    """The beginning of something that may be XML, fed in pieces."""

    def __init__(self) -> None:
        # those that are still in the prolog, and whether one came to its end
        self._reading: list[_Parser] = [_libxml(), _expat()]
        self._well_formed = False
        self._begun = False

    @property
    def is_xml(self) -> bool:
        """Whether a parser took all that came so far for XML."""
        return self._well_formed or bool(self._reading)

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Read on; `final` with the last piece. Raises `Declared`."""
        if not self._begun:  # lxml knows UTF-32 by its first character, but takes its mark for one of UTF-16
            data = data.removeprefix(codecs.BOM_UTF32_LE).removeprefix(codecs.BOM_UTF32_BE)
            self._begun = bool(data)
        for parser in tuple(self._reading):
            try:
                parser(data, final)
            except Declared:
                self._well_formed = True
                self._reading.clear()
                raise
            except _FirstElement:
                self._well_formed = True
            except (etree.XMLSyntaxError, expat.ExpatError, LookupError, ValueError):
                pass  # not XML for this one: it would not read the rest either
            else:
                continue
            self._reading.remove(parser)


def refuse_declared(data: bytes) -> None:
    """Raise `Declared` if a document declares a type. What is not XML at all is left to its parser."""
    Prolog().feed(data, final=True)


class _Target:
    """What libxml2 tells."""

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        raise _FirstElement

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise Declared(name)

    def close(self) -> None:
        """Needed by lxml."""


def _libxml() -> _Parser:
    target: Any = _Target()  # lxml asks for no more
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False)

    def read(data: bytes, final: bool) -> None:
        parser.feed(data)
        if final:
            parser.close()

    return read


def _expat() -> _Parser:
    parser = expat.ParserCreate()

    def element(_name: str, _attributes: dict[str, str]) -> None:
        raise _FirstElement

    def doctype(name: str, *_rest: Any) -> None:
        raise Declared(name)

    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype

    def read(data: bytes, final: bool) -> None:
        parser.Parse(data, final)

    return read
