"""Boundaries as people paste them: read, or refused with a reason; never an error, never something else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.organisation import geometry

SQUARE = [[116.6, 39.9], [116.7, 39.9], [116.7, 39.8], [116.6, 39.8], [116.6, 39.9]]


def test_every_common_form_of_an_area_is_read() -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    feature = {"type": "Feature", "properties": {"name": "x"}, "geometry": polygon}
    for given_form in (polygon, feature, {"type": "FeatureCollection", "features": [feature]}):
        assert geometry.read(json.dumps(given_form)) == polygon
    two = geometry.read(json.dumps({"type": "FeatureCollection", "features": [feature, feature]}))
    assert two["type"] == "MultiPolygon"
    assert len(two["coordinates"]) == 2


def test_rings_are_closed_heights_dropped_and_digits_cut() -> None:
    open_ring = [[116.60000001, 39.9, 22.5], [116.7, 39.9, 1], [116.7, 39.8, 3]]
    read = geometry.read(json.dumps({"type": "Polygon", "coordinates": [open_ring]}))
    assert read["coordinates"] == [[[116.6, 39.9], [116.7, 39.9], [116.7, 39.8], [116.6, 39.9]]]


def test_the_middle_is_inside_the_extent() -> None:
    assert geometry.middle({"type": "Polygon", "coordinates": [SQUARE]}) == (39.85, 116.65)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "无法识别"),
        ("not json", "无法识别"),
        ("[" * 100_000, "无法识别"),
        ('{"type": "Point", "coordinates": [116, 39]}', "没有面"),
        ('{"type": "Polygon"}', "无法识别"),
        ('{"type": "Polygon", "coordinates": [[[39.9, 116.6], [39.9, 116.7], [39.8, 116.7]]]}', "写反了"),
        (
            '{"type": "Polygon", "coordinates": [[[500000, 4400000], [500001, 4400000], [500001, 4400001]]]}',
            "超出范围",
        ),
        ('{"type": "Polygon", "coordinates": [[[116, 39], [116, 39], [116, 39]]]}', "三个不同的点"),
        ('{"type": "Polygon", "coordinates": [[["a", 39], [116, 39], [116, 38]]]}', "经度, 纬度"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 39], [116, 39], [116, 38]]]}', "经度, 纬度"),
        ('{"type": "Polygon", "coordinates": [[[true, 39], [116, 39], [116, 38]]]}', "经度, 纬度"),
        ('{"type": "Polygon", "coordinates": []}', "没有边界线"),
        ("x" * 1_000_001, "太大"),
    ],
)
def test_what_is_no_boundary_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(geometry.Unreadable) as refused:
        geometry.read(text)
    assert sentence in str(refused.value.refusal)


def test_too_many_points_are_refused() -> None:
    ring = [[116 + n / 1_000_000, 39] for n in range(geometry.MAX_POSITIONS + 1)]
    with pytest.raises(geometry.Unreadable) as refused:
        geometry.read(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert "点太多" in str(refused.value.refusal)


numbers = st.one_of(st.floats(), st.integers(-400, 400), st.just(10**400), st.text(max_size=3), st.none())
positions = st.lists(numbers, max_size=4)
things = st.recursive(
    st.one_of(positions, st.text(max_size=5), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection", "Point"]
                )
            },
            optional={k: inner for k in ("coordinates", "geometry", "features", "geometries")},
        ),
    ),
    max_leaves=25,
)


def _is_area(value: dict[str, Any]) -> bool:
    many = [value["coordinates"]] if value["type"] == "Polygon" else value["coordinates"]
    return all(
        ring[0] == ring[-1] and len(ring) >= 4 and all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)
        for polygon in many
        for ring in polygon
    )


@given(things)
def test_anything_is_either_an_area_or_refused(value: Any) -> None:
    try:
        read = geometry.read(json.dumps(value))
    except geometry.Unreadable:
        return
    assert _is_area(read)
    assert geometry.read(json.dumps(read)) == read, "read again it is the same"


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    try:
        geometry.read(text)
    except geometry.Unreadable as refused:
        assert str(refused.refusal)
