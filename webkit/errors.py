"""Errors as pages a reader understands, as parts for htmx, as JSON for the scripts of our own pages."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, default_exceptions

from webkit import kept
from webkit.fragments import wants_part
from webkit.request_log import request_id

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sentence:
    """What an error means and what the reader can do."""

    title: object
    text: object


SENTENCES = {
    400: Sentence(_l("没有看懂这个请求"), _l("地址或填写的内容不完整。请返回上一页检查后再试。")),
    401: Sentence(_l("请先登录"), _l("登录以后才能看这一页。")),
    403: Sentence(_l("这里不对您开放"), _l("您的账号没有这项权限。如果工作需要，请联系本单位管理员。")),
    404: Sentence(_l("没有找到这一页"), _l("它可能已经撤下或换了地址。可以用搜索找找，或回到首页。")),
    405: Sentence(_l("不能这样打开"), _l("这个地址只接受页面上按钮发出的请求。请回到原来的页面操作。")),
    409: Sentence(_l("内容已经有了变化"), _l("在您操作之前，别人刚刚改动过。请看过最新内容再继续。")),
    410: Sentence(_l("这一页已经撤下"), _l("内容不再公开。")),
    413: Sentence(_l("文件太大"), _l("请压缩后再上传，或分成几个文件。")),
    422: Sentence(_l("有几处需要改一下"), _l("请按提示修改后再提交。")),
    429: Sentence(_l("操作太频繁"), _l("请稍等几分钟再试。")),
    500: Sentence(
        _l("系统出了差错"), _l("问题已经记录下来。请稍后再试；刚才填写的内容可按浏览器的后退键找回。")
    ),
    503: Sentence(_l("系统正在恢复"), _l("某个部分暂时不能用。请过一会儿再试。")),
}
FORGED = Sentence(
    _l("页面已经过期"),
    _l("登录状态有了变化，为了安全没有提交。请用浏览器的后退键回到原来的页面，先把填写的内容复制下来，登录以后再提交。"),
)


def error_response(status: int, text: str = "", title: str = "") -> Response:
    """The designed answer for `status`; `text` and `title` replace the general sentences.

    A page, a part (htmx) or JSON `{"error", "request_id"}` (Accept: application/json).
    """
    general = SENTENCES.get(status) or SENTENCES[400 if status < 500 else 500]
    words = {"title": str(title or general.title), "text": str(text or general.text)}
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(error=words["text"], title=words["title"], request_id=request_id())
    elif wants_part():
        response = make_response(render_template("webkit/error_part.html", **words))
    else:
        response = make_response(_page(status, words))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(status: int, words: dict[str, str]) -> str:
    """In the door's layout where it can be drawn; a broken part must not hide the message."""
    layouts = [current_app.extensions["webkit_layout"]] if status < 500 else []
    for layout in [*layouts, "webkit/plain.html"]:
        try:
            return render_template(
                "webkit/error.html", layout=layout, status=status, request_id=request_id(), **words
            )
        except Exception:
            log.exception("the error page could not be drawn in %s", layout)
    return words["text"]


def _page_of_action() -> str | None:
    """Where the page of this address is, if it only takes posts: a refused form leaves it in the address bar, and
    whoever reloads or comes back later means that page. It is the nearest above it that can be opened."""
    adapter = current_app.create_url_adapter(request)
    if request.method not in ("GET", "HEAD") or request.accept_mimetypes.best == "application/json" or adapter is None:
        return None
    above = request.path.rstrip("/")
    while above:
        above = above.rpartition("/")[0]
        for path in (above, f"{above}/"):
            if path and adapter.test(path, "GET"):
                return request.root_path + path
    return None


def _on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error is request.routing_exception and status == 405 and (page := _page_of_action()):
        response = make_response(redirect(page, 303))
        response.headers["Cache-Control"] = "no-store"
        return response
    if isinstance(error, CSRFError):
        if (back := kept.forged()) is not None:
            return back
        return error_response(400, str(FORGED.text), str(FORGED.title))
    own = error.description if isinstance(error.description, str) else ""
    standard = default_exceptions.get(status, HTTPException).description
    response = error_response(status, "" if own == standard else own)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value  # Allow, Retry-After, WWW-Authenticate
    return response


def init_app(app: Flask, *, layout: str) -> None:
    """Answer every error of `app` in `layout`."""
    app.extensions["webkit_layout"] = layout

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()  # type: ignore[return-value]
        return _on_http_error(error)
