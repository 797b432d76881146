"""Sending stored files: parts for players and resumed downloads, and headers that keep them harmless."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from tenants.deployment import settings_here
from tenants.files.folder import verify_link
from tenants.files.models import FileKind
from tenants.files.queries import FileInfo, download_link, object_key, storage
from tenants.files.storage import NotStored, content_disposition
from tenants.rules import Missing

#: A picture's address names its content for good: it may be kept for a year.
_FOREVER = "max-age=31536000, immutable"


def send_picture(file: FileInfo, width: int) -> Response:
    """A picture in one width. Raises `Missing` for a file or width that is none."""
    if file.kind != FileKind.IMAGE:
        raise Missing(f"picture {file.id}")
    response = _send(object_key(file, width), file.content_type)
    response.headers["Cache-Control"] = f"{'public' if file.public else 'private'}, {_FOREVER}"
    return response


def send_link(file: FileInfo) -> BaseResponse:
    """To a signed link that works for some minutes; never kept, because it runs out."""
    link = download_link(file)
    if link.startswith("/"):  # the folder store's links are served by the door that gives them out
        link = request.root_path + link
    response = redirect(link)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def send_signed(token: str) -> Response:
    """The file that a signed link of the folder store opens. Raises `Missing` for any other token."""
    link = verify_link(settings_here().signing_key, token)
    if link is None:
        raise Missing("signed link")
    response = _send(link.key, link.content_type)
    response.headers["Content-Disposition"] = content_disposition(link.filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _send(key: str, content_type: str) -> Response:
    etag = f'"{key.rpartition("/")[0].rpartition("/")[2]}-{key.rpartition("/")[2]}"'
    if request.if_none_match.contains(etag.strip('"')):
        return Response(status=304, headers={"ETag": etag})
    start, end = _range()
    try:
        opened = storage().open(key, start=start, end=end)
    except NotStored:
        raise Missing(key) from None
    except ValueError:  # a range outside the file
        whole = storage().open(key)
        whole.stream.close()
        return Response(status=416, headers={"Content-Range": f"bytes */{whole.size}"})
    partial = opened.length != opened.size
    response = Response(opened.chunks(), status=206 if partial else 200, content_type=content_type)
    response.call_on_close(opened.stream.close)
    response.content_length = opened.length
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if partial:
        last = opened.start + opened.length - 1
        response.headers["Content-Range"] = f"bytes {opened.start}-{last}/{opened.size}"
    return response


def _range() -> tuple[int, int | None]:
    """The one range asked for; everything when none is, several are, or it counts from the end."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1 or "If-Range" in request.headers:
        return 0, None
    start, end = wanted.ranges[0]
    return (start, end) if start >= 0 else (0, None)
