"""Names of files as people may read them, whatever the sender called them."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
# separators, control characters, direction overrides and other invisible characters
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_SEPARATOR, _EXTENSION = re.compile(r"[/\\]"), re.compile(r"[A-Za-z0-9]{1,5}")
_RESERVED = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def display_name(sent: str, extension: str) -> str:
    """A name that is safe to show, to save under and to put into a header.

    Keeps the last part of a path without what is invisible or means something to a
    system, at most 120 characters long, and gives it the `extension` that its content has.
    """
    name = _SEPARATOR.split(unicodedata.normalize("NFC", sent))[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in _INVISIBLE)
    name = " ".join(_RESERVED.sub("_", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not _EXTENSION.fullmatch(ending):
        stem = name
    stem = stem[: LONGEST - len(extension) - 1].strip(". ")
    if not stem or _DEVICES.fullmatch(stem):
        stem = f"文件{stem}"
    return f"{stem}.{extension}"
