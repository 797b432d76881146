"""A small site that shows every part of webkit, made of the real macros: for the tests and for our eyes.

`python -m tests.webkit.gallery [port]` serves both faces; the workspace stands under /workspace.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from flask import Flask, abort, flash, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, Optional

from settings import Settings
from webkit.app import create_app
from webkit.chrome import Chrome, Link, NavGroup, Reader, provides
from webkit.forms import Form, Kept, TagsField, UploadField, choices
from webkit.fragments import render
from webkit.maps import area
from webkit.pagination import Page, page_number

TEMPLATES = Path(__file__).parent / "templates"
NOON = dt.datetime(2026, 3, 5, 2, 32, tzinfo=dt.UTC)


class SampleForm(Form):
    """One field of every sort."""

    title = StringField("标题", [InputRequired(), Length(max=60)])
    email = EmailField("联系邮箱", [Optional(), Email()], description="只用于告诉您办理进度。")
    kind = SelectField("类别", choices=choices([("plan", "规划解读"), ("sprout", "新芽项目")]))
    when = DateField("发生日期", [Optional()])
    summary = TextAreaField("一句话说清楚", [InputRequired()], description="居民先看到的就是这一句。")
    tags = TagsField("标签", [Optional()], description="用顿号隔开，最多十个。")
    audience = RadioField(
        "谁能看到", choices=choices([("all", "所有人"), ("unit", "仅本单元居民")]), default="all"
    )
    cover = UploadField("封面图片", accept="image/*")
    agree = BooleanField("已取得照片中居民的同意")
    lat = StringField("纬度", [Optional()])
    lon = StringField("经度", [Optional()])


class EditorForm(Form):
    """The writing page."""

    title = StringField("标题", [InputRequired()])
    body = TextAreaField("正文", [InputRequired()])


class ReasonForm(Form):
    """What a dangerous action asks for."""

    reason = TextAreaField(
        "撤下的原因", [InputRequired(), Length(min=5)], description="原因会显示在公开页面上。"
    )


def _cards() -> list[dict[str, object]]:
    words = [
        (
            "规划解读",
            "运河边的老厂房，今后怎么用",
            "中仓街道",
            "一句话：厂房留下来，临河一侧打开成公园，街坊走五分钟就到水边。",
            12,
        ),
        (
            "新芽项目",
            "新华街道：把自行车棚改成了街坊客厅",
            "新华街道",
            "拆了铁皮，留了老槐树，添了六张长椅，雨天也有地方坐。",
            28,
        ),
        (
            "宣传活动",
            "周末来宋庄，和建筑师一起量街巷",
            "宋庄镇",
            "带上孩子和卷尺，看看小巷宽多少，消防车能不能过。",
            0,
        ),
        ("公告", "2025 年度责任双师考核结果公布", "通州区", "二十二个团队的考核等次和获奖名单。", 3),
    ]
    return [
        {
            "url": f"article?n={n}",
            "kind": kind,
            "title": title,
            "tenant": tenant,
            "summary": summary,
            "comments": comments,
            "date": dt.date(2026, 3, 5 + n),
            "image": f"picture/{n}.svg" if n < 3 else "",
            "image_alt": "示意画：水、树和房子",
        }
        for n, (kind, title, tenant, summary, comments) in enumerate(words)
    ]


def _comments() -> list[dict[str, object]]:
    answer = {
        "author": "中仓街道办事处",
        "when": NOON + dt.timedelta(days=2),
        "official": True,
        "code": "a1",
        "text": "谢谢您的提醒。照明已经列入四月的施工清单，临水一侧加装矮柱灯，不照向住户窗户。",
    }
    return [
        {
            "code": "c1",
            "author": "玉桥东里居民",
            "when": NOON,
            "text": "晚上遛弯这一段太黑了，能不能加几盏灯？\n别太亮，对着窗户也不好。",
            "fate": "adopted",
            "fate_reason": "采纳：临水步道增加十二盏矮柱灯。",
            "link_url": "article?n=1",
            "link_text": "新芽项目：临水步道照明",
            "answers": [answer],
        },
        {
            "code": "c2",
            "author": "老通州",
            "when": NOON,
            "text": "建议把停车场扩大到三倍。",
            "fate": "not_adopted",
            "fate_reason": "未采纳：该处为规划绿地，不能改作停车场；北侧二百米有公共停车楼。",
        },
        {"code": "c3", "author": "小何", "when": NOON, "text": "轮椅能推上这个坡吗？", "fate": "studying"},
        {"code": "c4", "author": "路过", "when": NOON, "text": "长椅很好坐，谢谢。", "fate": "done"},
        {"code": "c5", "author": "新来的", "when": NOON, "text": "这里什么时候完工？", "fate": "received"},
    ]


STEPS = [
    {
        "when": dt.date(2025, 9, 3),
        "title": "居民议事会",
        "who": "新华街道",
        "note": "三十二位街坊到场。",
        "tone": "good",
        "icon": "people",
    },
    {
        "when": dt.date(2025, 11, 20),
        "title": "方案通过审查",
        "who": "责任规划师",
        "tone": "good",
        "icon": "review",
    },
    {"when": NOON, "title": "正在施工", "tone": "wait", "icon": "clock", "now": True},
    {"when": None, "title": "验收并开放", "icon": "sprout"},
]
PLACES = [
    {"lat": 39.9025, "lon": 116.657, "title": "街坊客厅", "url": "article?n=1", "note": "新芽项目"},
    {"lat": 39.9105, "lon": 116.668, "title": "运河公园", "url": "article?n=0", "note": "规划解读"},
]
BOUNDARIES = [
    {
        "type": "Feature",
        "properties": {"title": "中仓街道", "schematic": True, "url": "list"},
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [
                    [116.645, 39.895],
                    [116.672, 39.895],
                    [116.675, 39.915],
                    [116.642, 39.917],
                    [116.645, 39.895],
                ]
            ],
        },
    }
]


def _pages(app: Flask, face: str) -> None:
    @app.get("/")
    def home() -> ResponseReturnValue:
        return render(
            f"gallery/{face}_home.html",
            cards=_cards(),
            comments=_comments(),
            places=PLACES,
            boundaries=BOUNDARIES,
        )

    @app.get("/article")
    def article() -> ResponseReturnValue:
        return render(
            "gallery/article.html",
            layout=f"webkit/{face}.html",
            cards=_cards(),
            comments=_comments(),
            steps=STEPS,
            places=PLACES,
            boundaries=BOUNDARIES,
        )

    @app.get("/list")
    def listing() -> ResponseReturnValue:
        total = 0 if request.args.get("kind") == "none" else 187
        rows = [
            {
                "title": f"运河边的第 {n} 处新芽",
                "state": s,
                "label": label,
                "date": dt.date(2026, 3, 1),
                "count": n * 37,
            }
            for n, (s, label) in enumerate(
                [
                    ("draft", "草稿"),
                    ("in_review", "待审核"),
                    ("published", "已发布"),
                    ("withdrawn", "已撤下"),
                    ("overdue", "已逾期"),
                ],
                1,
            )
        ]
        page = Page(rows if total else [], page_number(), total, 5)
        return render("gallery/list.html", "results", layout=f"webkit/{face}.html", page=page)

    @app.route("/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        sample = SampleForm()
        if sample.is_submitted():
            sample.validate()
            if sample.cover.file:
                sample.cover.keep(Kept("u-1", sample.cover.file.filename or "", 123_456))
            if not sample.errors:
                flash("已保存。")
        corners = [[116.65, 39.89], [116.67, 39.89], [116.67, 39.91], [116.65, 39.91], [116.65, 39.89]]
        square = {"type": "Polygon", "coordinates": [corners]}
        return render(
            "gallery/form.html",
            layout=f"webkit/{face}.html",
            form=sample,
            area=area(square, "玉桥北里", schematic=True),
            status=sample.status,
        )

    @app.route("/editor", methods=["GET", "POST"])
    def editor() -> ResponseReturnValue:
        sample = EditorForm()
        if sample.is_submitted():
            return jsonify(title=sample.title.data, body=sample.body.data)
        sample.body.data = app.extensions.get(
            "gallery_body", "<h2>从一条街说起</h2><p>老街不长，走完<strong>八百步</strong>。</p>"
        )
        return render("gallery/editor.html", layout=f"webkit/{face}.html", form=sample)

    @app.post("/autosave")
    def autosave() -> ResponseReturnValue:
        app.extensions.setdefault("gallery_saved", []).append(request.form.to_dict())
        status = int(app.extensions.get("gallery_autosave_status", 200))
        return (jsonify(version=len(app.extensions["gallery_saved"])), status)

    @app.get("/saved")
    def saved() -> ResponseReturnValue:
        return jsonify(app.extensions.get("gallery_saved", []))

    @app.post("/upload")
    def upload() -> ResponseReturnValue:
        file = request.files.get("file")
        if file is None or file.filename == "bad.png":
            return jsonify(error="这不是图片。"), 422
        return jsonify(
            id="u-9", url="picture/1.svg", width=640, height=400, filename=file.filename, size=2048
        )

    @app.get("/picture/<int:n>.svg")
    def picture(n: int) -> ResponseReturnValue:
        hills = ["#2c7a4b", "#23588c", "#b98a1e"][n % 3]
        drawing = (TEMPLATES / "gallery" / "picture.svg").read_text(encoding="utf-8").replace("HILLS", hills)
        return drawing, {"Content-Type": "image/svg+xml"}

    @app.get("/suggest")
    def suggest() -> ResponseReturnValue:
        words = ["运河公园", "运河边的老厂房", "运动场地", "玉桥街道"]
        q = request.args.get("q", "")
        return jsonify(
            [{"label": w, "note": "地点" if n % 2 else "文章"} for n, w in enumerate(words) if q and q in w]
        )

    @app.get("/desk")
    def desk() -> ResponseReturnValue:
        return render("gallery/desk.html", layout=f"webkit/{face}.html", comments=_comments())

    @app.route("/withdraw", methods=["GET", "POST"])
    def withdraw() -> ResponseReturnValue:
        sample = ReasonForm()
        if sample.validate_on_submit():
            return "撤下：" + str(sample.reason.data)
        return render("gallery/confirm.html", layout=f"webkit/{face}.html", form=sample, status=sample.status)

    @app.get("/part")
    def part() -> ResponseReturnValue:
        return render("gallery/part.html", "moment", layout=f"webkit/{face}.html", now=time.time_ns())

    @app.get("/fail/<int:status>")
    def fail(status: int) -> ResponseReturnValue:
        if status == 500:
            raise RuntimeError("a fault on purpose")
        abort(status)

    @app.get("/sign-in")
    def sign_in() -> ResponseReturnValue:
        return render("gallery/sign_in.html", form=SampleForm())


def public_app(settings: Settings) -> Flask:
    """The public face with sample pages."""
    app = create_app(
        "gallery_public",
        settings,
        template_folder=TEMPLATES,
        cookie_name="xinya_resident",
        layout="webkit/public.html",
        address=settings.public_address,
        cache_pages=True,
    )

    @provides(app)
    def surroundings() -> Chrome:
        here = request.path
        return Chrome(
            nav=[
                Link("首页", "./", active=here == "/"),
                Link("规划解读", "list", active=here == "/list"),
                Link("新芽项目", "article", active=here == "/article"),
                Link("宣传活动", "list?kind=none"),
                Link("街道乡镇", "desk", active=here == "/desk"),
                Link("说说看法", "form", active=here == "/form"),
            ],
            search_url="list",
            suggest_url="suggest",
            sign_in_url="sign-in",
            popular=[Link("口袋公园", "list?q=1"), Link("加装电梯", "list?q=2"), Link("老厂房", "list?q=3")],
            footer=[
                NavGroup(
                    "看", [Link("规划解读", "list"), Link("新芽项目", "list"), Link("考核结果", "list")]
                ),
                NavGroup("说", [Link("正在征集", "list"), Link("我的留言", "list")]),
                NavGroup(
                    "关于", [Link("关于我们", "list"), Link("无障碍说明", "list"), Link("订阅更新", "list")]
                ),
            ],
        )

    _pages(app, "public")
    return app


def workspace_app(settings: Settings) -> Flask:
    """The workspace with sample pages."""
    app = create_app(
        "gallery_workspace",
        settings,
        template_folder=TEMPLATES,
        cookie_name="xinya_staff",
        layout="webkit/workspace.html",
        address=settings.workspace_address,
        prefix="/workspace",
    )

    @provides(app)
    def surroundings() -> Chrome:
        here = request.path
        return Chrome(
            home_url="./",
            groups=[
                NavGroup("", [Link("今天", "./", "today", here == "/", 7), Link("日历", "part", "calendar")]),
                NavGroup(
                    "工作",
                    [
                        Link("发布", "list", "book", here == "/list"),
                        Link("留言", "desk", "comment", here == "/desk", 12),
                        Link("审查咨询", "article", "review", here == "/article"),
                        Link("台账", "form", "ledger", here == "/form"),
                        Link("预算", "editor", "money", here == "/editor"),
                    ],
                ),
                NavGroup(
                    "单位",
                    [
                        Link("人员", "list?kind=none", "people"),
                        Link("设置", "withdraw", "settings", here == "/withdraw"),
                    ],
                ),
            ],
            reader=Reader("赵明", "中仓街道 · 管理员", [Link("我的账号", "form")], "sign-in"),
            tenant="中仓街道办事处",
            tenants=[Link("中仓街道办事处", "./", active=True), Link("新华街道办事处", "./")],
            search_url="list",
            suggest_url="suggest",
        )

    _pages(app, "workspace")
    return app


def site(settings: Settings) -> DispatcherMiddleware:
    """Both faces, as wsgi.py puts them together."""
    return DispatcherMiddleware(public_app(settings), {"/workspace": workspace_app(settings)})


if __name__ == "__main__":
    from werkzeug.serving import run_simple

    run_simple(
        "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8099, site(Settings(demo=True)), threaded=True
    )
