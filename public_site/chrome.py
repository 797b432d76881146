"""What surrounds a page of the public site."""

from __future__ import annotations

from typing import cast

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from public_site.reader import COOKIE, Reader
from search.queries import SearchRequest
from webkit.chrome import Chrome, Link, NavGroup
from webkit.chrome import Reader as ReaderMenu


def describe() -> Chrome:
    """The surroundings of the current page."""
    path = request.path

    def link(words: str, url: str, icon: str = "") -> Link:
        return Link(words, url, icon, active=path == url or path.startswith(url.rstrip("/") + "/"))

    nav = [
        link(_("规划解读"), url_for("articles.index", kind="interpretation")),
        link(_("新芽项目"), url_for("articles.index", kind="sprout")),
        link(_("宣传活动"), url_for("articles.index", kind="outreach")),
        link(_("公告"), url_for("articles.index", kind="announcement")),
        link(_("街镇园区"), url_for("places.index")),
    ]
    about = [
        Link(_("关于新芽"), url_for("pages.about")),
        Link(_("无障碍说明"), url_for("pages.accessibility")),
        Link(_("订阅"), url_for("feeds.index")),
    ]
    reader = None
    if COOKIE in request.cookies and current_user.is_authenticated:
        resident = cast(Reader, current_user).resident
        reader = ReaderMenu(
            resident.display_name,
            resident.email or resident.phone or "",
            [
                Link(_("我的意见"), url_for("comments.mine"), "comment"),
                Link(_("账号设置"), url_for("account.show"), "user"),
            ],
            url_for("account.sign_out"),
        )
    return Chrome(
        home_url=url_for("home.show"),
        nav=nav,
        reader=reader,
        sign_in_url=url_for("account.sign_in", next=request.full_path.rstrip("?")),
        search_url=url_for("search.show"),
        suggest_url=url_for("search.suggest"),
        search_text=request.args.get("q", ""),
        search_fields=SearchRequest.from_args(request.args).args(text="")
        if request.endpoint == "search.show"
        else (),
        footer=[NavGroup(_("全部栏目"), nav), NavGroup(_("关于"), about)],
    )
