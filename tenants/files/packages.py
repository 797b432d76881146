"""What a package of Office says of its parts, and what in it would run or fetch something by itself.

Told by content types, relations and content: the name of a part means nothing to the programs that open it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO, BinaryIO
from urllib.parse import unquote

from lxml import etree

from tenants.files import archives
from tenants.rules import N_, Invalid

CONTENT_TYPES = "[Content_Types].xml"
MACROS = N_("文件带有宏，不能上传。请另存为不带宏的格式（.docx、.xlsx、.pptx）。")
PROGRAM = N_("文件里嵌有程序，不能上传。请删掉后再上传。")
OUTSIDE = N_("文件一打开就会读取外部地址的模板或对象，不能上传。请在原来的软件里断开链接后再上传。")

_MACRO_TYPES = ("macroenabled", "vbaproject", "vbadata", "macrosheet")
_MACRO_RELATIONS = frozenset({"vbaproject", "xlmacrosheet", "xlintlmacrosheet"})
#: What is fetched as soon as the document is opened, or opened in its place.
_FETCHED = frozenset({"attachedtemplate", "oleobject", "package", "frame", "subdocument", "afchunk", "control"})
#: Packages in packages in packages: no office makes more.
_DEEPEST = 3
#: A program that Windows' Packager put into a document stands there with its name.
_PROGRAM_NAME = re.compile(
    rb"[^\x00]\.(?:exe|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msc|dll|cpl|jar|lnk|reg|chm)\x00",
    re.IGNORECASE,
)
_PROGRAM_HEAD = re.compile(rb"MZ.{30,300}This program (?:cannot|must) be run", re.DOTALL)


def refuse_active(content: BinaryIO, depth: int = 1) -> None:
    """Refuse a package with macros, programs, or templates and objects from elsewhere; the files inside it too.

    `content` has passed `archives.check_zip`. Raises `Invalid`.
    """
    with zipfile.ZipFile(content) as package:
        types = content_types(package).values()
        if any(word in content_type for content_type in types for word in _MACRO_TYPES):
            raise Invalid({"file": MACROS})
        for name in package.namelist():
            if name.lower().endswith(".rels"):
                _check_relations(package, name)
            else:
                _check_part(package, name, depth)


def content_types(package: zipfile.ZipFile) -> dict[str, str]:
    """The content type of each part that has one, in lower case."""
    by_part: dict[str, str] = {}
    by_extension: dict[str, str] = {}
    for entry in _elements(package, CONTENT_TYPES, "Override", "Default"):
        content_type = entry.get("ContentType", "").lower()
        if extension := entry.get("Extension"):
            by_extension[extension.lower()] = content_type
        else:
            by_part[entry.get("PartName", "").lstrip("/").lower()] = content_type
    found = {}
    for name in package.namelist():
        content_type = by_part.get(name.lower()) or by_extension.get(name.lower().rpartition(".")[2], "")
        if content_type:
            found[name] = content_type
    return found


def _elements(package: zipfile.ZipFile, part: str, *names: str) -> Iterator[etree._Element]:
    """The elements of these names in a part, one at a time. Raises `Invalid` for a part that is not XML."""
    if part not in package.NameToInfo:
        return
    tags = [f"{{*}}{name}" for name in names]
    try:
        with package.open(part) as stream:
            events = etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True)
            for _event, element in events:
                yield element
                element.clear()
    except etree.XMLSyntaxError as error:
        raise Invalid({"file": archives.DAMAGED}) from error


def _check_relations(package: zipfile.ZipFile, part: str) -> None:
    for relation in _elements(package, part, "Relationship"):
        purpose = relation.get("Type", "").rpartition("/")[2].lower()
        if purpose in _MACRO_RELATIONS:
            raise Invalid({"file": MACROS})
        outside = relation.get("TargetMode", "").lower() == "external"
        if outside and purpose in _FETCHED and _is_remote(relation.get("Target", "")):
            raise Invalid({"file": OUTSIDE})


def _is_remote(address: str) -> bool:
    """Whether an address leads to another computer: not so a path on one's own."""
    path = unquote(address).strip().replace("\\", "/").lower()
    if path.startswith("file:"):
        path = path.removeprefix("file:")
        slashes = len(path) - len(path.lstrip("/"))
        on_drive = re.match(r"/*[a-z]:", path) is not None
        return not on_drive and (slashes == 2 or slashes > 3)
    return path.startswith("//") or re.match(r"[a-z][a-z0-9+.-]+:", path) is not None


def _check_part(package: zipfile.ZipFile, name: str, depth: int) -> None:
    """A part by its first bytes: a program, or a file inside the file."""
    with package.open(name) as part:
        head = part.read(8)
        if head.startswith(b"MZ"):
            raise Invalid({"file": PROGRAM})
        if head.startswith(archives.OLE_MAGIC):
            check_compound(head + part.read())
        elif head.startswith(b"PK\x03\x04"):
            _check_inner(head, part, depth)


def _check_inner(head: bytes, part: IO[bytes], depth: int) -> None:
    if depth >= _DEEPEST:
        raise Invalid({"file": archives.STRANGE})
    inner = BytesIO(head + part.read())
    archives.check_zip(inner)
    refuse_active(inner, depth + 1)


def check_compound(data: bytes) -> frozenset[str]:
    """The names of the streams of a compound file without macros and programs. Raises `Invalid` for one with them."""
    streams = archives.ole_streams(data)
    if streams & {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"}:
        raise Invalid({"file": MACROS})
    packed = "Ole10Native" in streams
    if (packed and _PROGRAM_NAME.search(data)) or _PROGRAM_HEAD.search(data):
        raise Invalid({"file": PROGRAM})
    return streams
