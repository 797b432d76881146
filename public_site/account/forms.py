"""Forms of a resident's sign-in and account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from tenants.identity.names import MAX_LENGTH
from webkit.forms import Form, choices
from webkit.language import LANGUAGES

_NAME_HELP = _l("显示在您的意见旁边。可以是昵称，不要用单位或职务的名称。")


class AddressForm(Form):
    """Where to send the code."""

    address = StringField(
        _l("邮箱或手机号"),
        [DataRequired(), Length(max=200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class CodeForm(Form):
    """The code that was sent."""

    code = StringField(
        _l("6 位验证码"),
        [DataRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class WelcomeForm(Form):
    """How a new resident wants to be called."""

    display_name = StringField(
        _l("显示名"), [DataRequired(), Length(max=MAX_LENGTH)], description=_NAME_HELP,
        render_kw={"autocomplete": "nickname"},
    )  # fmt: skip


class ProfileForm(Form):
    """Name, notices and language."""

    display_name = StringField(_l("显示名"), [DataRequired(), Length(max=MAX_LENGTH)], description=_NAME_HELP)
    notify = BooleanField(_l("我的意见有进展时告诉我"))
    locale = SelectField(
        _l("通知用哪种语言"), choices=choices((one.locale, one.name) for one in LANGUAGES.values())
    )


KEEP, WITHDRAW = "keep", "withdraw"


class LeaveForm(CodeForm):
    """What becomes of the comments, and the code that confirms."""

    comments = RadioField(
        _l("您写过的意见"),
        [InputRequired()],
        default=KEEP,
        choices=choices(
            [(KEEP, _l("留下已经公开的意见，署名改为“已注销的居民”")), (WITHDRAW, _l("全部撤回，不再公开"))]
        ),
    )
