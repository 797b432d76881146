"""What the text of a publication may consist of: one table for the editor, a paste, an import and the sanitiser.

It is kept as `prose.json`, so that the scripts are built from the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("prose.json").read_text(encoding="utf-8"))

BLOCKS: frozenset[str] = frozenset(_TABLE["blocks"])
#: What formats a stretch of text, in the order of nesting: the first is outermost.
MARKS: tuple[str, ...] = tuple(_TABLE["marks"])
INLINE: frozenset[str] = frozenset({**_TABLE["marks"], **_TABLE["leaves"]})
#: The attributes of each element, in the order they are written in.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    tag: tuple(names) for kind in ("blocks", "marks", "leaves") for tag, names in _TABLE[kind].items()
}
#: Elements that mean the same as one of ours.
RENAMED: Mapping[str, str] = _TABLE["renamed"]
#: Dropped together with what is inside: nobody reads it as text, or it was deleted with changes tracked.
DROPPED: frozenset[str] = frozenset(_TABLE["dropped"])
#: Attribute -> pattern of a value (any case) that marks what the author did not show: hidden text, comments.
UNSEEN: Mapping[str, str] = _TABLE["unseen"]
#: `rel` of a link that leads out of the site.
OUTSIDE_REL: str = _TABLE["outside_rel"]
#: The class of the closing lines of an official document: issuing body and date.
SIGNATURE = "signature"
