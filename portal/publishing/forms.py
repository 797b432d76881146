"""Forms of publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.publishing import policy
from portal.publishing.content import Attachment, Content
from portal.publishing.policy import Kind
from portal.publishing.queries.words import KINDS
from tenants.clock import aware, local
from tenants.files.queries import FileInfo, Looked
from tenants.rules import N_
from webkit.bounds import DateTimeLocalField, FloatField, IntegerField
from webkit.forms import Form, Kept, TagsField, UploadField
from webkit.text import uuid_of, whole_number

IMAGES = "image/png,image/jpeg,image/webp,image/gif"
DOCUMENTS = ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.csv,image/*"


class BeginForm(Form):
    """What a new publication needs to exist: then everything typed is kept by itself."""

    kind = RadioField(_l("写什么"), [InputRequired()])
    title = StringField(
        _l("标题"),
        [InputRequired(), Length(max=policy.TITLE_MOST)],
        description=_l("居民一看就懂的一句话，以后可以再改。"),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, _(name)) for kind, name in KINDS.items()]


class ImportForm(Form):
    """A Word or text file to begin from."""

    kind = SelectField(_l("作为什么导入"), [InputRequired()])
    file = UploadField(
        _l("文件"),
        accept=".docx,.txt",
        description=_l("Word 文档（.docx）或纯文本（.txt）。标题、列表、表格和图片会保留，隐藏文字和批注不带。"),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, _(name)) for kind, name in KINDS.items()]


#: What becomes of a document that holds more than its reader sees.
CLEAN, KEEP, DROP = "clean", "keep", "drop"
CHOICES = {CLEAN: N_("附上清理过的副本"), KEEP: N_("仍附原件"), DROP: N_("不附")}


def choices_for(looked: Looked) -> list[tuple[str, str]]:
    """What may become of a document."""
    return [(name, _(words)) for name, words in CHOICES.items() if name != CLEAN or looked.cleanable]


class ImportedForm(Form):
    """What a file became, to be looked at before it is a draft."""

    kind = SelectField(_l("栏目"), [InputRequired()])
    title = StringField(_l("标题"), [InputRequired(), Length(max=policy.TITLE_MOST)])
    summary = TextAreaField(_l("摘要"), [Optional(), Length(max=300)])
    body = HiddenField()
    code = HiddenField()
    #: What to check, a sentence a line.
    warnings = HiddenField()
    file_id = HiddenField()
    attach = RadioField(_l("原文件要不要也放进附件，供公众下载？"), validate_choice=False, default=DROP)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, _(name)) for kind, name in KINDS.items()]
        self.offer(None)

    @property
    def original(self) -> UUID | None:
        """The file that was imported."""
        return uuid_of(self.file_id.data)

    def offer(self, looked: Looked | None) -> None:
        """What may become of the file, of which this is known."""
        wanted = choices_for(looked) if looked and looked.findings else [(KEEP, _("附上原文件"))]
        self.attach.choices = [choice for choice in wanted if choice[0] != DROP] + [(DROP, _(CHOICES[DROP]))]

    def content(self, original: UUID | None) -> Content:
        """The first version: the number of an official document becomes a tag, so that it is found by it.

        `original` is the document to attach.
        """
        title = self.title.data or ""
        return Content(
            title=title,
            summary=self.summary.data or "",
            body=self.body.data or "",
            tags=(self.code.data,) if self.code.data else (),
            documents=(Attachment(original, title[:120]),) if original else (),
            note=_("从文件导入"),
        )


class DocumentForm(wtforms.Form):
    """One document of the text; `position` orders them."""

    file_id = HiddenField()
    title = StringField(_l("附件名称"))
    position = StringField(_l("顺序"))
    remove = BooleanField(_l("移除"))
    #: For a document that nobody has decided about.
    choice = RadioField(_l("怎么办"), validate_choice=False)

    def offer(self, looked: Looked) -> None:
        """What may become of the file, of which this is known."""
        self.choice.choices = choices_for(looked)


class ArticleForm(Form):
    """Everything an editor writes. Only a title is needed to save; the checklist asks for the rest."""

    number = IntegerField(widget=wtforms.widgets.HiddenInput())
    title = StringField(_l("标题"), [InputRequired(), Length(max=policy.TITLE_MOST)])
    summary = TextAreaField(
        _l("摘要"),
        [Optional(), Length(max=300)],
        description=_l("居民先看到的就是这一段：做什么、在哪儿、什么时候。20 到 140 个字。"),
    )
    body = TextAreaField(_l("正文"), [Optional()])
    for_you = TextAreaField(
        _l("对您的影响"),
        [Optional(), Length(max=1000)],
        description=_l("用大白话告诉居民：和我有什么关系？出行、停车、噪声、房子……一行一条。"),
    )
    tags = TagsField(_l("标签"), [Optional()], description=_l("用顿号隔开，最多十个。"))
    unit_id = SelectField(_l("责任单元"), [Optional()])
    cover = UploadField(_l("封面图"), accept=IMAGES)
    cover_alt = StringField(
        _l("封面图的文字说明"),
        [Optional(), Length(max=200)],
        description=_l("读给看不见图的人听，例如“改造后的车棚，槐树下有长椅”。"),
    )
    before = UploadField(_l("改造前的照片"), accept=IMAGES)
    before_alt = StringField(_l("改造前照片的文字说明"), [Optional(), Length(max=200)])
    after = UploadField(_l("改造后的照片"), accept=IMAGES)
    after_alt = StringField(_l("改造后照片的文字说明"), [Optional(), Length(max=200)])
    documents = FieldList(FormField(DocumentForm), _l("附件"))
    new_documents = MultipleFileField(_l("添加附件"), render_kw={"accept": DOCUMENTS})
    event_starts_at = DateTimeLocalField(_l("开始时间"), [Optional()])
    event_ends_at = DateTimeLocalField(_l("结束时间"), [Optional()])
    event_place = StringField(_l("活动地点"), [Optional(), Length(max=100)])
    place_label = StringField(
        _l("位置名称"), [Optional(), Length(max=60)], description=_l("例如“玉桥东里南门三角地”。")
    )
    latitude = FloatField(_l("纬度"), [Optional(), NumberRange(-90, 90)])
    longitude = FloatField(_l("经度"), [Optional(), NumberRange(-180, 180)])
    note = StringField(
        _l("这一版改了什么"),
        [Optional(), Length(max=200)],
        description=_l("写给同事看，不公开。"),
    )

    def offer_units(self, units: list[tuple[UUID, str, str]]) -> None:
        """The units to choose from: (id, slug, name)."""
        self.unit_id.choices = [("", _("不限于某个单元")), *((str(id_), name) for id_, _slug, name in units)]

    def uploads(self) -> Mapping[str, UploadField]:
        """The fields of single pictures."""
        return {"cover": self.cover, "before": self.before, "after": self.after}

    def keep(self, stored: Mapping[UUID, FileInfo], ids: Mapping[str, UUID | None]) -> None:
        """Show these stored pictures as uploaded: field -> file."""
        for name, file_id in ids.items():
            info = stored.get(file_id) if file_id else None
            if info is not None and info.kind == "image":
                self.uploads()[name].keep(Kept(str(info.id), info.name, info.size))

    def add_document(self, info: FileInfo) -> None:
        """A row for a file that was just uploaded."""
        title = info.name.rpartition(".")[0] or info.name
        self.documents.append_entry(
            {"file_id": str(info.id), "title": title, "position": str(len(self.documents) + 1)}
        )

    def content(self) -> Content:
        """What the form says. Pictures and documents are ids that the service looks up."""
        return Content(
            title=self.title.data or "",
            summary=self.summary.data or "",
            body=self.body.data or "",
            for_you=self.for_you.data or "",
            tags=tuple(self.tags.data or ()),
            unit_id=uuid_of(self.unit_id.data),
            cover_file_id=uuid_of(self.cover.upload_id),
            cover_alt=self.cover_alt.data or "",
            place_label=self.place_label.data or "",
            latitude=self.latitude.data,
            longitude=self.longitude.data,
            event_place=self.event_place.data or "",
            event_starts_at=aware(self.event_starts_at.data),
            event_ends_at=aware(self.event_ends_at.data),
            documents=self._documents(),
            before=_picture(self.before, self.before_alt.data),
            after=_picture(self.after, self.after_alt.data),
            note=self.note.data or "",
        )

    def document_ids(self) -> list[UUID]:
        """The files of the rows of documents."""
        return [id_ for row in self.documents if (id_ := uuid_of(row.form.file_id.data))]

    def _documents(self) -> tuple[Attachment, ...]:
        rows = []
        for index, row in enumerate(self.documents):
            file_id = uuid_of(row.form.file_id.data)
            if file_id is None or row.form.remove.data or row.form.choice.data == DROP:
                continue
            typed = whole_number((row.form.position.data or "").strip())
            position = index + 1 if typed is None else typed
            rows.append((position, index, Attachment(file_id, (row.form.title.data or "")[:120])))
        unique = {attachment.file_id: attachment for _, _, attachment in sorted(rows, key=lambda r: r[:2])}
        return tuple(unique.values())


def fields_of(content: Content, number: int) -> dict[str, Any]:
    """The data of the form for a text; pictures are kept apart (`ArticleForm.keep`)."""
    return {
        "number": number,
        "title": content.title,
        "summary": content.summary,
        "body": content.body,
        "for_you": content.for_you,
        "tags": list(content.tags),
        "unit_id": str(content.unit_id or ""),
        "cover_alt": content.cover_alt,
        "before_alt": content.before.title if content.before else "",
        "after_alt": content.after.title if content.after else "",
        "documents": [
            {"file_id": str(document.file_id), "title": document.title, "position": str(position)}
            for position, document in enumerate(content.documents, 1)
        ],
        "event_starts_at": local(content.event_starts_at),
        "event_ends_at": local(content.event_ends_at),
        "event_place": content.event_place,
        "place_label": content.place_label,
        "latitude": content.latitude,
        "longitude": content.longitude,
        "note": "",
    }


def pictures_of(content: Content) -> dict[str, UUID | None]:
    """The pictures of a text by field."""
    return {
        "cover": content.cover_file_id,
        "before": content.before.file_id if content.before else None,
        "after": content.after.file_id if content.after else None,
    }


def _picture(field: UploadField, alternative: str | None) -> Attachment | None:
    file_id = uuid_of(field.upload_id)
    return Attachment(file_id, alternative or "") if file_id else None


def sections(kind: Kind) -> frozenset[str]:
    """Which parts of the form a kind has."""
    parts = {Kind.SPROUT: {"change"}, Kind.OUTREACH: {"event"}, Kind.ANNOUNCEMENT: {"period"}}
    return frozenset(parts.get(kind, set()))
