"""Boundaries: GeoJSON as people paste it, brought into the one form that is kept. Pure."""

from __future__ import annotations

import json
import math
from typing import Any

from tenants.rules import N_, Refusal

MAX_BYTES = 1_000_000
MAX_POSITIONS = 20_000
#: A decimetre on the ground; more digits are noise.
_DIGITS = 6

Position = list[float]


class Unreadable(ValueError):
    """Not a boundary. `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def read(text: str) -> dict[str, Any]:
    """A Polygon or MultiPolygon (WGS 84, longitude first) from GeoJSON: the geometry itself, a feature, or a
    collection whose areas are joined. Rings are closed, heights dropped. Raises `Unreadable`.

    Work for `tenants.limited`.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise Unreadable(Refusal(N_("边界数据太大，请先简化到 1 MB 以内。")))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(Refusal(N_("这不是 GeoJSON：内容无法识别。"))) from None
    polygons = [_polygon(rings) for rings in _areas(value)]
    if not polygons:
        raise Unreadable(Refusal(N_("里面没有面（Polygon 或 MultiPolygon）。")))
    if sum(len(ring) for polygon in polygons for ring in polygon) > MAX_POSITIONS:
        raise Unreadable(Refusal(N_("边界的点太多，请先简化到 %(n)s 个以内。"), {"n": MAX_POSITIONS}))
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def middle(geometry: dict[str, Any]) -> tuple[float, float]:
    """Latitude and longitude of the middle of a boundary's extent."""
    many = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    outline = [position for polygon in many for position in polygon[0]]
    longitudes, latitudes = zip(*outline, strict=True)
    return (
        round((min(latitudes) + max(latitudes)) / 2, _DIGITS),
        round((min(longitudes) + max(longitudes)) / 2, _DIGITS),
    )


def _areas(value: Any) -> list[Any]:
    """The rings of every polygon in any kind of GeoJSON object."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "Polygon":
        return [value.get("coordinates")]
    if kind == "MultiPolygon":
        return _list(value.get("coordinates"))
    if kind == "Feature":
        return _areas(value.get("geometry"))
    if kind == "FeatureCollection":
        return [area for feature in _list(value.get("features")) for area in _areas(feature)]
    if kind == "GeometryCollection":
        return [area for geometry in _list(value.get("geometries")) for area in _areas(geometry)]
    return []


def _polygon(rings: Any) -> list[list[Position]]:
    made = [_ring(ring) for ring in _list(rings)]
    if not made:
        raise Unreadable(Refusal(N_("有一个面没有边界线。")))
    return made


def _ring(ring: Any) -> list[Position]:
    line = [_position(position) for position in _list(ring)]
    if line and line[0] != line[-1]:
        line.append(list(line[0]))
    if len(line) < 4 or len({tuple(p) for p in line}) < 3:
        raise Unreadable(Refusal(N_("边界线至少要有三个不同的点。")))
    return line


def _position(position: Any) -> Position:
    numbers = _list(position)[:2]
    if len(numbers) < 2 or not all(_is_number(n) for n in numbers):
        raise Unreadable(Refusal(N_("坐标应写成 [经度, 纬度]。")))
    longitude, latitude = numbers
    if abs(latitude) > 90 and abs(longitude) <= 90:
        raise Unreadable(Refusal(N_("经度和纬度写反了：应为 [经度, 纬度]。")))
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise Unreadable(Refusal(N_("坐标超出范围，请使用经纬度（WGS 84）。")))
    return [round(float(longitude), _DIGITS), round(float(latitude), _DIGITS)]


def _is_number(value: Any) -> bool:
    # a whole number of any length is a number, though too long to be made a float: it is out of range
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(Refusal(N_("这不是 GeoJSON：内容无法识别。")))
    return value
