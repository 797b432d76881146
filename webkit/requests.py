"""The request as views read it: whatever a browser, a robot or an attacker put into it, it can be kept and shown.

Everything of a person passes here: the address with its arguments, forms with the names of their fields and files,
cookies, headers. So no view asks whether a text holds a NUL or half a character, which PostgreSQL refuses.
"""

from __future__ import annotations

import re
from typing import IO, Any

from flask import Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from webkit.text import clean, one_line_end, printable

_Parsed = tuple[IO[bytes], "MultiDict[str, str]", "MultiDict[str, FileStorage]"]
#: As sent: bytes of UTF-8 stand in it as characters of Latin 1, so those above ASCII stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class _Forms(FormDataParser):
    """Takes a form apart, and cleans names as well as values. Passwords are in it: blanks stay as they are."""

    def parse(self, *args: Any, **kwargs: Any) -> _Parsed:
        stream, form, files = super().parse(*args, **kwargs)
        for file in files.values():
            if file.filename:
                file.filename = printable(file.filename)
        pairs = form.items(multi=True)
        # in a form with files a field may have no name at all
        fields = ((printable(name or ""), printable(one_line_end(value))) for name, value in pairs)
        sent = ((printable(name or ""), file) for name, file in files.items(multi=True))
        return stream, self.cls(fields), self.cls(sent)


class CleanRequest(Request):
    """A request of which every text can be kept and shown."""

    form_data_parser_class = _Forms

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        for name, value in environ.items():
            if name.startswith("HTTP_") and isinstance(value, str) and _CONTROLS.search(value):
                environ[name] = _CONTROLS.sub("", value)
        if not _can_be_named(environ.get("HTTP_HOST", "")):
            environ["HTTP_HOST"] = ""  # as Werkzeug takes one with characters that no host has
        super().__init__(environ, *args, **kwargs)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        pairs = super().args.items(multi=True)
        return self.parameter_storage_class((clean(name), clean(value)) for name, value in pairs)

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        pairs = super().cookies.items(multi=True)
        return ImmutableMultiDict((printable(name), printable(value)) for name, value in pairs)


def _can_be_named(host: str) -> bool:
    """Whether a host of that name can be: its labels have at most 63 characters, and are spelled right (RFC 5890)."""
    try:
        host.encode("idna").decode("idna")
    except UnicodeError:
        return False
    return True
