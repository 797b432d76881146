"""What a document holds besides what its reader sees, and the document without it.

Pure functions of bytes: one sweep over the parts notes what is there and takes it out, so that nothing is named that
could not be found again, and nothing taken out unnamed that somebody could miss.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from tenants.files import inspect
from tenants.files.findings import Finding, Trace, Traces
from tenants.files.sweeping import crops, pdf, pictures, properties, sheets, slides, word
from tenants.files.sweeping.parts import Parts
from tenants.rules import N_, Invalid

log = logging.getLogger(__name__)

_OFFICE: dict[str, Callable[[Parts, Traces], None]] = {
    inspect.DOCX.content_type: word.sweep,
    inspect.XLSX.content_type: sheets.sweep,
    inspect.PPTX.content_type: slides.sweep,
}
_PDF = inspect.PDF.content_type
_CLOSED = frozenset({inspect.DOC.content_type, inspect.XLS.content_type, inspect.PPT.content_type})
#: What can be cleaned.
CLEANABLE = frozenset({*_OFFICE, _PDF})
CANNOT = N_("这个文件清理不了。请在原来的软件里检查、清理后重新上传。")


def look(content: bytes, content_type: str) -> tuple[Finding, ...]:
    """What is in a document and not in sight, in the order in which it is told; nothing for texts and pictures.

    Work for `tenants.limited`.
    """
    traces = Traces()
    try:
        if content_type in _OFFICE:
            _sweep(Parts(content), content_type, traces)
        elif content_type == _PDF:
            pdf.sweep(content, traces)
        elif content_type in _CLOSED:
            traces.add(Trace.OPAQUE)
    except Exception as error:  # a damaged document may raise anything
        log.info("a document of type %s cannot be looked into: %r", content_type, error)
        traces = Traces()
        traces.add(Trace.OPAQUE)
    return traces.findings()


def cleaned(content: bytes, content_type: str) -> bytes:
    """The document without what is not in sight; what could not be taken out, `look` still finds.

    Raises `Invalid` (field `file`) for a document that cannot be cleaned. Work for `tenants.limited`.
    """
    try:
        if content_type in _OFFICE:
            parts = Parts(content)
            _sweep(parts, content_type, Traces())
            return parts.written()
        if content_type == _PDF:
            return pdf.cleaned(content)
    except Invalid:
        raise
    except Exception as error:
        log.info("a document of type %s cannot be cleaned: %r", content_type, error)
    raise Invalid({"file": CANNOT})


def _sweep(parts: Parts, content_type: str, traces: Traces) -> None:
    properties.sweep(parts, traces)
    _OFFICE[content_type](parts, traces)
    crops.sweep(parts, traces)
    pictures.sweep(parts, traces)
