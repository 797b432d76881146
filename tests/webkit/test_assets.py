"""What the build made is served whole, small and for long."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webkit import assets_manifest

BUNDLES = (
    "public.css",
    "public.js",
    "workspace.css",
    "workspace.js",
    "editor.css",
    "editor.js",
    "map.css",
    "map.js",
)
FIRST_PAINT_BYTES = 100 * 1024


def test_every_bundle_is_built_under_a_name_with_its_hash() -> None:
    manifest = assets_manifest.load()
    for name in BUNDLES:
        stem, suffix = name.split(".")
        assert re.fullmatch(rf"{stem}-[0-9A-Z]{{8}}\.{suffix}", manifest[name])


def test_an_asset_is_kept_for_a_year_and_sent_compressed(public: Flask) -> None:
    name = assets_manifest.load()["public.css"]
    client = public.test_client()
    plain = client.get(f"/static/{name}")
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.mimetype == "text/css"
    small = plain
    for encoding in ("br", "gzip"):
        small = client.get(f"/static/{name}", headers={"Accept-Encoding": encoding})
        assert small.headers["Content-Encoding"] == encoding
        assert small.headers["Vary"] == "Accept-Encoding"
        assert small.mimetype == "text/css"
        assert len(small.data) < len(plain.data) / 4
    assert gzip.decompress(small.data) == plain.data


@pytest.mark.parametrize(
    "name", ["../manifest.json", "..%2f..%2fapp.py", "public.css", "%2e%2e/app.py", "nothing.css"]
)
def test_nothing_else_is_served(public: Flask, name: str) -> None:
    assert public.test_client().get(f"/static/{name}").status_code == 404


def test_the_first_paint_of_the_home_page_stays_small(public: Flask) -> None:
    public.test_client_class = FlaskClient  # the strict one cannot read compressed pages
    client = public.test_client()
    ask = {"Accept-Encoding": "gzip, br"}
    page = client.get("/", headers=ask)
    assert page.headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(page.data).decode()
    wanted = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))
    assert any("public-" in url for url in wanted)
    total = len(page.data)
    for url in wanted:
        answer = client.get(url, headers=ask)
        assert answer.status_code == 200
        if "map-" not in url:  # drawn after the first paint
            total += len(answer.data)
    assert total <= FIRST_PAINT_BYTES


def test_without_a_build_the_reason_is_clear(tmp_path: Path) -> None:
    with pytest.raises(assets_manifest.AssetsNotBuilt, match="npm run build"):
        assets_manifest.load(tmp_path)
