"""Small Word files made of single constructs, for tests of whatever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.tenants.files import samples

_OPEN = "http://schemas.openxmlformats.org"
_NAMESPACES = {
    "w": f"{_OPEN}/wordprocessingml/2006/main",
    "r": f"{_OPEN}/officeDocument/2006/relationships",
    "mc": f"{_OPEN}/markup-compatibility/2006",
    "wp": f"{_OPEN}/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "a": f"{_OPEN}/drawingml/2006/main",
    "m": f"{_OPEN}/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())

STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="n"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="n"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="公文二级"/><w:basedOn w:val="2"/></w:style>
<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/><w:basedOn w:val="n"/></w:style>
<w:style w:type="character" w:styleId="secret"><w:name w:val="secret"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="unseen"><w:name w:val="unseen"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def run(text: str, properties: str = "") -> str:
    """A run of text with the properties (`w:rPr`)."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """A paragraph of runs with the properties (`w:pPr`)."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table of cells, each of paragraphs."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def field(code: str, *result: str, data: str = "") -> str:
    """A field of marks: its code, then its result."""
    shown = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{"".join(result)}' if result else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>{shown}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def text_box(*paragraphs: str) -> str:
    """A text box as Word writes it since 2010, with the older form for older programs."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="7" name="7"/>'
        f"<a:graphic><a:graphicData><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic>"
        f"</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox>"
        "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def level(number: int, form: str, pattern: str, more: str = "") -> str:
    """A level of a list: the form of its numbers and what stands around them."""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(*levels: str, again: str = "") -> str:
    """A list of these levels, number 1, and the same list for number 2 with what it has of its own (`again`)."""
    return (
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{again}</w:num>'
    )


def file(
    *body: str,
    footnotes: Sequence[str] = (),
    comments: Sequence[str] = (),
    header: str = "",
    numbering: str = "",
    strict: bool = False,
) -> bytes:
    """A Word file of these blocks. Footnotes are numbered from 1; `numbering` is what is in that part."""
    listed = {
        name: "".join(
            f'<w:{name[:-1]} w:id="{number}" w:author="王某">{paragraph(run(text))}</w:{name[:-1]}>'
            for number, text in enumerate(texts, 1)
        )
        for name, texts in (("footnotes", footnotes), ("comments", comments))
    }
    parts = {
        "document": f"<w:body>{''.join(body)}</w:body>",
        "styles": STYLES,
        "numbering": numbering,
        "hdr": paragraph(run(header)) if header else "",
        **listed,
    }
    written = {
        f"word/{name}.xml": f"<w:{name} {_DECLARED}>{content}</w:{name}>"
        for name, content in parts.items()
        if content
    }
    names = {"hdr": "header"}
    relations = [(names.get(name, name), f"{name}.xml", False) for name in parts if f"word/{name}.xml" in written]
    if strict:
        written = {
            name: content.replace(_NAMESPACES["w"], "http://purl.oclc.org/ooxml/wordprocessingml/main")
            for name, content in written.items()
        }
    return samples.office({name: content.encode() for name, content in written.items()}, relations=relations)
