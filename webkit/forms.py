"""The form every page uses: our sentences for the standard checks, a tags field, an upload that survives errors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is younger than its stubs
    BooleanField,
    Field,
    FieldList,
    FileField,
    FormField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    SubmitField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput, TextInput

from webkit.kept import SECRETS, typed_for
from webkit.text import clean, printable

STANDARD = {
    "This field is required.": _l("请填写这一项。"),
    "Not a valid choice.": _l("请从列表中选择。"),
    "Not a valid choice": _l("请从列表中选择。"),
    "Invalid Choice: could not coerce.": _l("请从列表中选择。"),
    "'%(value)s' is not a valid choice for this field.": _l("“%(value)s”不在列表中。"),
    "'%(value)s' are not valid choices for this field.": _l("“%(value)s”不在列表中。"),
    "Invalid email address.": _l("邮箱地址写得不对，例如 name@example.cn。"),
    "Not a valid integer value.": _l("请填写整数。"),
    "Not a valid decimal value.": _l("请填写数字。"),
    "Not a valid float value.": _l("请填写数字。"),
    "Not a valid date value.": _l("日期写得不对，例如 2026-03-05。"),
    "Not a valid datetime value.": _l("时间写得不对，例如 2026-03-05 10:30。"),
    "Not a valid time value.": _l("时间写得不对，例如 10:30。"),
    "Not a valid week value.": _l("请填写年和周，例如 2026-W10。"),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("请从列表中选择。"),
    "Invalid value, can't be any of: %(values)s.": _l("不能填写：%(values)s。"),
    "Date must be at least %(min)s.": _l("不能早于 %(min)s。"),
    "Date must be at most %(max)s.": _l("不能晚于 %(max)s。"),
    "Date must be between %(min)s and %(max)s.": _l("应在 %(min)s 到 %(max)s 之间。"),
    "This field cannot be edited.": _l("这一项不能修改。"),
    "This field is disabled and cannot have a value.": _l("这一项不能填写。"),
    "Number must be at least %(min)s.": _l("不能小于 %(min)s。"),
    "Number must be at most %(max)s.": _l("不能大于 %(max)s。"),
    "Number must be between %(min)s and %(max)s.": _l("应在 %(min)s 到 %(max)s 之间。"),
    "Field must be at least %(min)d character long.": _l("至少 %(min)d 个字。"),
    "Field must be at least %(min)d characters long.": _l("至少 %(min)d 个字。"),
    "Field cannot be longer than %(max)d character.": _l("最多 %(max)d 个字。"),
    "Field cannot be longer than %(max)d characters.": _l("最多 %(max)d 个字。"),
    "Field must be exactly %(max)d character long.": _l("应为 %(max)d 个字。"),
    "Field must be exactly %(max)d characters long.": _l("应为 %(max)d 个字。"),
    "Field must be between %(min)d and %(max)d characters long.": _l("应为 %(min)d 到 %(max)d 个字。"),
    "Field must be equal to %(other_name)s.": _l("两次填写的不一样。"),
    "Invalid URL.": _l("网址写得不对，应以 http:// 或 https:// 开头。"),
    "Invalid input.": _l("写得不对，请检查。"),
    "Invalid value, must be one of: %(values)s.": _l("只能填写：%(values)s。"),
    "CSRF token missing.": _l("页面已经过期，没有提交。请看过再提交一次。"),
    "The CSRF token is missing.": _l("页面已经过期，没有提交。请看过再提交一次。"),
    "Invalid CSRF Token.": _l("页面已经过期，没有提交。请看过再提交一次。"),
}


class _Sentences:
    """WTForms' English messages turned into ours, which the catalogue then translates."""

    def gettext(self, string: str) -> str:
        return str(STANDARD.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


def choices(pairs: Iterable[tuple[object, object]], *, group: str | None = None) -> list[Any]:
    """Choices of a SelectField or RadioField from (value, label) pairs; those of a `group` stand under its name."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]


#: Left out by a browser when nothing is chosen, or sent under further names.
_SENT_SOMETIMES = (BooleanField, RadioField, SelectMultipleField, FileField, FieldList, FormField, SubmitField)


class Form(FlaskForm):
    """Base of every form. Failed forms are shown again with status 422 (`Form.status`)."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> _Sentences:
            return _Sentences()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, cleaned; a password stays as typed, but for characters that nothing may hold."""
            wrapped = super().wrap_formdata(form, formdata)
            if wrapped is None:
                wrapped = typed_for(form.known_by)
                form.put_back = wrapped is not None
            if wrapped is None:
                return None
            secret = {name for name, field in form._fields.items() if isinstance(field, PasswordField)}
            pairs = ((name, value) for name in wrapped for value in wrapped.getlist(name))
            return MultiDict(
                (name, (printable if name in secret else clean)(value) if isinstance(value, str) else value)
                for name, value in pairs
            )

    #: Whether it shows what was typed before signing in.
    put_back = False

    @property
    def known_by(self) -> set[str]:
        """The fields by which a sent form is known: the required ones that a browser always sends, else all."""
        fields = {
            name: field
            for name, field in self._fields.items()
            if name not in SECRETS and not isinstance(field, _SENT_SOMETIMES)
        }
        return {name for name, field in fields.items() if field.flags.required} or set(fields)

    @property
    def status(self) -> int:
        """200 for a form not sent yet, 422 for one with mistakes in it."""
        return 422 if self.errors else 200

    def take_errors(self, errors: dict[str, str]) -> None:
        """Put what a service refused (field -> sentence) at its fields; unknown fields go to the top."""
        for name, sentence in errors.items():
            field = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, sentence]
            else:
                self.form_errors.append(sentence)


SEPARATORS = re.compile(r"[,，、;；\s]+")


class TagsField(Field):
    """Several short words in one line, apart by commas, 、 or spaces. Data: a list without repeats."""

    widget = TextInput()

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        most: int = 10,
        longest: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.most, self.longest = most, longest

    def _value(self) -> str:
        return gettext("、").join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        words = (w for text in valuelist for w in SEPARATORS.split(text) if w)
        self.data: list[str] = list(dict.fromkeys(words))
        if len(self.data) > self.most:
            raise ValueError(gettext("最多 %(n)s 个。", n=self.most))
        for word in self.data:
            if len(word) > self.longest:
                raise ValueError(gettext("“%(word)s”太长，最多 %(n)s 个字。", word=word, n=self.longest))


@dataclass(frozen=True)
class Kept:
    """A file that is already stored: what the widget shows instead of asking for it again."""

    upload_id: str
    filename: str
    size: int | None = None


class UploadField(Field):
    """A file that is not lost when another field is wrong.

    The view stores a received `file` at once and calls `keep(Kept(...))`; the page then carries the
    id in the hidden input `<name>_upload`, and the next submit brings it as `upload_id`.
    """

    widget = FileInput()

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        *,
        accept: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.accept = accept
        self.kept: Kept | None = None

    @property
    def file(self) -> FileStorage | None:
        """The file that came with this request."""
        return self.data if isinstance(self.data, FileStorage) else None

    @property
    def upload_id(self) -> str:
        """The id of the file stored by an earlier try, or ""; untrusted until looked up."""
        if self.kept:
            return self.kept.upload_id
        return "" if self.removed else request.form.get(f"{self.name}_upload", "")

    @property
    def removed(self) -> bool:
        """Whether the person ticked "不要这个文件"."""
        return bool(request.form.get(f"{self.name}_remove"))

    def keep(self, kept: Kept) -> None:
        """Show `kept` as already uploaded."""
        self.kept = kept

    def process_formdata(self, valuelist: list[object]) -> None:
        files = [v for v in valuelist if isinstance(v, FileStorage) and v.filename]
        self.data = files[0] if files else None

    def pre_validate(self, form: object) -> None:
        if self.flags.required and not (self.file or self.upload_id):
            raise ValidationError(gettext("请选择文件。"))
