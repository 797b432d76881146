"""Built assets by their logical names, served with their hash in the name and kept for a year."""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request

DIST = Path(__file__).parent / "static" / "dist"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class AssetsNotBuilt(RuntimeError):
    """The front-end build has not run."""


def load(folder: Path = DIST) -> dict[str, str]:
    """Logical name -> built file name. Raises AssetsNotBuilt without a build."""
    try:
        return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise AssetsNotBuilt("The assets are not built: run `npm ci && npm run build`.") from error


@lru_cache(maxsize=1)
def _built() -> tuple[dict[str, str], dict[str, bytes]]:
    """The manifest and every file it goes with, compressed copies included: a megabyte or two.

    Read once and together, so that a build beside a running process changes nothing for it.
    """
    return load(), {path.name: path.read_bytes() for path in DIST.iterdir() if path.is_file()}


def init_app(app: Flask) -> None:
    """Serve the built assets under /static and give templates `asset(name)`."""
    manifest, files = _built()

    @app.get("/static/<name>", endpoint="static")
    def static(name: str) -> Response:
        if name not in files:
            abort(404)
        chosen, encoding = name, ""
        for token, suffix in _ENCODINGS:
            if name + suffix in files and request.accept_encodings[token] > 0:
                chosen, encoding = name + suffix, token
                break
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = Response(files[chosen], mimetype=kind)
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.set_etag(chosen)  # the name holds the hash
        return response.make_conditional(request)  # type: ignore[return-value]

    @app.template_global()
    def asset(name: str) -> str:
        """Address of the built asset `name`, such as "public.css". KeyError when there is none."""
        return f"{request.root_path}/static/{manifest[name]}"  # asked a hundred times a page
