"""Forms of tenants, their settings and units."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from portal.organisation import geometry
from portal.organisation.policy import MAX_REPLY_DAYS, MIN_REPLY_DAYS, SHORT_NAME_MAX
from portal.people.queries import Colleague
from tenants import limited
from tenants.identity import addresses
from tenants.identity.models import CommentPolicy
from tenants.identity.words import TENANT_KINDS, UNIT_KINDS
from tenants.requests import actor, say, say_all
from webkit.bounds import FloatField, IntegerField
from webkit.forms import Form, UploadField, choices

_KIND_CHOICES = choices((kind.value, _l(words)) for kind, words in TENANT_KINDS.items())
_SLUG_HELP = _l("出现在公众网站的网址里，例如 yuqiao。用小写字母、数字和连字符。")


def _email_if_any(_form: Form, field: StringField) -> None:
    if field.data and addresses.email(field.data) is None:
        raise ValidationError(_l("邮箱地址写得不对，例如 name@example.cn。"))


class PointFields(Form):
    """A point on the map; both numbers or none."""

    latitude = FloatField(_l("纬度"), [Optional(), NumberRange(-90, 90)])
    longitude = FloatField(_l("经度"), [Optional(), NumberRange(-180, 180)])


class SettingsForm(PointFields):
    """What an administrator sets for the tenant."""

    version = HiddenField()
    name = StringField(_l("全称"), [DataRequired(), Length(max=60)])
    short_name = StringField(
        _l("简称"), [DataRequired(), Length(max=12)], description=_l("用在列表和切换单位的地方，例如 玉桥。")
    )
    introduction = TextAreaField(
        _l("介绍"),
        [Length(max=2000)],
        description=_l("公众网站上本单位页面的开头，几句话说明辖区和责任双师在做什么。"),
        render_kw={"rows": 6},
    )
    picture = UploadField(
        _l("图片"),
        accept="image/*",
        description=_l("公众网站上本单位页面的题图，横幅最好，宽 1200 像素以上。"),
    )
    contact_phone = StringField(_l("联系电话"), [Length(max=60)])
    contact_email = StringField(_l("联系邮箱"), [Length(max=200), _email_if_any])
    contact_address = StringField(_l("办公地址"), [Length(max=120)])
    office_hours = StringField(
        _l("办公时间"), [Length(max=120)], description=_l("例如 工作日 9:00–12:00，13:30–17:30。")
    )
    comment_policy = RadioField(
        _l("意见怎样展示"),
        [InputRequired()],
        choices=choices(
            [
                (CommentPolicy.HOLD.value, _l("审核后显示：工作人员看过以后才公开")),
                (CommentPolicy.SHOW.value, _l("发出即显示：先公开，不当的再处理")),
            ]
        ),
    )
    reply_days = IntegerField(
        _l("答复期限（工作日）"),
        [InputRequired(), NumberRange(MIN_REPLY_DAYS, MAX_REPLY_DAYS)],
        description=_l("公众网站会写明：几个工作日内答复。按中国法定节假日和调休计算。"),
    )

    def changes(self) -> dict[str, Any]:
        """What the form says, without its picture."""
        names = (
            "name", "short_name", "introduction", "contact_phone", "contact_email", "contact_address",
            "office_hours", "comment_policy", "reply_days", "latitude", "longitude",
        )  # fmt: skip
        return {name: _tidy(self[name]) for name in names}


class TenantForm(Form):
    """What only the district office sets for a tenant."""

    version = HiddenField()
    kind = SelectField(_l("类别"), choices=_KIND_CHOICES)
    name = StringField(_l("全称"), [DataRequired(), Length(max=60)])
    short_name = StringField(_l("简称"), [DataRequired(), Length(max=12)])
    slug = StringField(_l("网址名"), [DataRequired(), Length(max=40)], description=_SLUG_HELP)
    moved = BooleanField(_l("我知道网址会改变，旧网址会自动转到新网址"))

    def changes(self) -> dict[str, Any]:
        """What the form says."""
        return {name: _tidy(self[name]) for name in ("kind", "name", "short_name", "slug")}


class NewTenantForm(Form):
    """A tenant and its first administrator."""

    kind = SelectField(_l("类别"), choices=_KIND_CHOICES)
    name = StringField(_l("全称"), [DataRequired(), Length(max=60)])
    short_name = StringField(_l("简称"), [DataRequired(), Length(max=12)])
    slug = StringField(_l("网址名"), [DataRequired(), Length(max=40)], description=_SLUG_HELP)
    admin_name = StringField(_l("管理员姓名"), [DataRequired(), Length(max=40)])
    admin_email = StringField(
        _l("管理员邮箱"), [DataRequired(), Length(max=200)], description=_l("邀请发到这个邮箱，7 天内有效。")
    )


class BureauForm(Form):
    """What only the district office sets for a bureau."""

    version = HiddenField()
    name = StringField(_l("全称"), [DataRequired(), Length(max=60)])
    short_name = StringField(
        _l("简称"),
        [DataRequired(), Length(max=SHORT_NAME_MAX)],
        description=_l("用在列表和切换单位的地方，例如 区住建委。"),
    )
    slug = StringField(
        _l("网址名"),
        [DataRequired(), Length(max=40)],
        description=_l("出现在工作台的网址里，例如 zhujianwei。用小写字母、数字和连字符。"),
    )

    def changes(self) -> dict[str, Any]:
        """What the form says."""
        return {name: _tidy(self[name]) for name in ("name", "short_name", "slug")}


class NewBureauForm(BureauForm):
    """A department of the district that is not registered yet."""

    slug = StringField(
        _l("网址名"),
        [Length(max=40)],
        description=_l("出现在工作台的网址里。用小写字母、数字和连字符；留空就用简称的拼音。"),
    )


class BureauSettingsForm(Form):
    """What a bureau's administrator sets."""

    version = HiddenField()
    liaison_id = SelectField(
        _l("联络员"),
        description=_l("工作组办公室有事找本单位时联系的人，从现在的人员里选。"),
    )
    contact_phone = StringField(_l("联系电话"), [Length(max=60)])
    contact_email = StringField(_l("联系邮箱"), [Length(max=200), _email_if_any])
    contact_address = StringField(_l("办公地址"), [Length(max=120)])

    def offer(self, colleagues: Iterable[Colleague]) -> None:
        """Fill the choices of the liaison."""
        people = ((str(one.id), f"{one.name}（{one.job_title}）" if one.job_title else one.name) for one in colleagues)
        self.liaison_id.choices = choices([("", gettext("暂不指定")), *people])

    def changes(self) -> dict[str, Any]:
        """What the form says."""
        names = ("contact_phone", "contact_email", "contact_address")
        liaison = self.liaison_id.data
        return {name: _tidy(self[name]) for name in names} | {"liaison_id": UUID(liaison) if liaison else None}


class UnitForm(PointFields):
    """A responsible unit and its boundary."""

    version = HiddenField()
    name = StringField(_l("名称"), [DataRequired(), Length(max=60)])
    kind = SelectField(
        _l("类别"), choices=choices((kind.value, _l(words)) for kind, words in UNIT_KINDS.items())
    )
    slug = StringField(_l("网址名"), [DataRequired(), Length(max=40)], description=_SLUG_HELP)
    introduction = TextAreaField(_l("介绍"), [Length(max=2000)], render_kw={"rows": 4})
    boundary_file = UploadField(_l("边界文件（GeoJSON）"), accept=".geojson,.json,application/geo+json")
    boundary = TextAreaField(
        _l("边界数据（GeoJSON）"),
        [Length(max=geometry.MAX_BYTES)],
        description=_l("面（Polygon 或 MultiPolygon），经度在前，WGS 84。留空表示没有边界。"),
        render_kw={"rows": 6, "spellcheck": "false"},
    )
    schematic = BooleanField(_l("边界未经测绘，公众网站上标注“示意”"))
    active = BooleanField(_l("在用"), default=True)

    #: The geometry that was read; None without one.
    area: dict[str, Any] | None = None

    def validate_boundary(self, field: TextAreaField) -> None:
        upload = self.boundary_file.file
        if upload is not None:
            content = upload.stream.read(geometry.MAX_BYTES + 1)
            field.data = content.decode("utf-8-sig", "replace")
        if not (field.data or "").strip():
            return
        try:
            self.area = limited.run(partial(geometry.read, field.data or ""), tenant=actor().tenant_id)
        except geometry.Unreadable as error:
            raise ValidationError(say(error.refusal)) from None
        except limited.Busy as busy:
            raise ValidationError(say_all(busy)) from None
        except limited.LimitReached:
            raise ValidationError(_l("边界数据太复杂，请先简化。")) from None

    def changes(self) -> dict[str, Any]:
        """What the form says."""
        names = ("name", "kind", "slug", "introduction", "schematic", "active", "latitude", "longitude")
        return {name: _tidy(self[name]) for name in names} | {"boundary": self.area}


class ConfirmForm(Form):
    """A dangerous step asks why."""

    reason = TextAreaField(_l("原因"), [DataRequired(), Length(max=500)], render_kw={"rows": 3})


def _tidy(field: Field) -> Any:
    """What was typed: of one line where the field has one, with line ends made one elsewhere."""
    value = field.data
    if not isinstance(value, str):
        return value
    return (
        value.strip().replace("\r\n", "\n") if isinstance(field, TextAreaField) else " ".join(value.split())
    )
