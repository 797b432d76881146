"""Cropped pictures in documents: what was cut off is not seen, and all of it is there."""

from __future__ import annotations

from collections import defaultdict
from io import BytesIO

from PIL import Image

from tenants.files.findings import Trace, Traces
from tenants.files.images import Cut, left_of
from tenants.files.sweeping.parts import Parts, named, remove
from tenants.files.sweeping.pictures import ORIENTATION
from tenants.files.word.lines import cut_off
from tenants.files.word.package import Element, attribute, children

#: A smaller share of a side is a trimmed edge, in which nobody recognises anything.
_LEAST = 0.01
_MOST_PIXELS = 40_000_000


def sweep(parts: Parts, traces: Traces) -> None:
    """Note cropped pictures, and cut off of those that are always shown in one way what is not seen."""
    shown: dict[str, list[Element]] = defaultdict(list)
    for part in parts.reached():
        relations = {n: r for n, r in parts.relations(part).items() if r.purpose == "image" and not r.outside}
        for picture in named(parts.root(part), "blip", "imagedata") if relations else ():
            relation = relations.get(attribute(picture, "r:embed") or attribute(picture, "r:id") or "")
            if relation and parts.has(relation.target):
                shown[relation.target].append(picture)
    for part, pictures in shown.items():
        cuts = {cut_off(picture) for picture in pictures}
        if all(max(cut) < _LEAST for cut in cuts):
            continue
        traces.add(Trace.CROPPED)
        drawn_again = any(named(picture, "svgBlip") for picture in pictures)
        left = None if len(cuts) > 1 or drawn_again else _left(parts.content(part), cuts.pop())
        if left is not None:
            parts.replace(part, left)
            for picture in pictures:
                _show_all(picture)


def _left(data: bytes, cut: Cut) -> bytes | None:
    """What is left of a picture, in its own format; None where it cannot be cut."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            wide, high = picture.size
            if wide * high > _MOST_PIXELS or picture.getexif().get(ORIENTATION, 1) != 1:
                return None
            out = BytesIO()
            left, colours = picture.crop(left_of(picture.size, cut)), picture.info.get("icc_profile")
            left.save(out, picture.format, quality=92, icc_profile=colours)
            return out.getvalue()
    except Exception:  # a damaged picture may raise anything, and one cut to nothing
        return None


def _show_all(picture: Element) -> None:
    around = picture.getparent()
    for rectangle in children(around, "a:srcRect"):
        remove(rectangle)
    for side in ("left", "top", "right", "bottom"):
        picture.attrib.pop(f"crop{side}", "")
