"""Forms of signing in and of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from tenants.identity.passwords import MAX_LENGTH
from tenants.identity.service import NAME_MAX
from webkit.forms import Form, choices
from webkit.language import LANGUAGES

_ADVICE = _l("至少 10 个字符，不含姓名和邮箱。几个不相干的词连起来，好记又难猜。")


class SignInForm(Form):
    """E-mail and password."""

    email = StringField(_l("邮箱"), [DataRequired(), Length(max=200)], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("密码"), [DataRequired()], render_kw={"autocomplete": "current-password"})


class CodeForm(Form):
    """A code of the authenticator app, or a recovery code."""

    code = StringField(
        _l("验证码"),
        [DataRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "characters"},
    )


class EnrolForm(Form):
    """The first code of a new second factor; `secret` is sealed."""

    secret = HiddenField()
    code = StringField(
        _l("应用里显示的 6 位数字"),
        [DataRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class EmailForm(Form):
    """Where to send the link."""

    email = StringField(_l("邮箱"), [DataRequired(), Length(max=200)], render_kw={"autocomplete": "username"})


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(
        _l("新密码"),
        [DataRequired(), Length(max=MAX_LENGTH)],
        description=_ADVICE,
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("再填一次新密码"),
        [DataRequired(), EqualTo("password")],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password first."""

    current = PasswordField(
        _l("现在的密码"), [DataRequired()], render_kw={"autocomplete": "current-password"}
    )


class InvitationForm(NewPasswordForm):
    """Who comes in, and with which password."""

    name = StringField(_l("姓名"), [DataRequired(), Length(max=NAME_MAX)], render_kw={"autocomplete": "name"})
    job_title = StringField(_l("职务"), [Length(max=NAME_MAX)])


class ProfileForm(Form):
    """What others see, and the language of letters."""

    name = StringField(_l("姓名"), [DataRequired(), Length(max=NAME_MAX)], render_kw={"autocomplete": "name"})
    job_title = StringField(_l("职务"), [Length(max=NAME_MAX)])
    locale = SelectField(
        _l("邮件用哪种语言"), choices=choices((one.locale, one.name) for one in LANGUAGES.values())
    )
