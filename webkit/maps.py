"""What a map on a page is given."""

from __future__ import annotations

from typing import Any


def area(boundary: dict[str, Any], title: str, *, schematic: bool, url: str = "", group: str = "") -> dict[str, Any]:
    """A boundary (GeoJSON geometry, WGS 84) as the map draws it; schematic ones are dashed and labelled 示意.

    A map of many areas names each `group` once instead of every area.
    """
    about = {"title": title, "schematic": schematic, "url": url, "group": group}
    return {"type": "Feature", "geometry": boundary, "properties": about}
