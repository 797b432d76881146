"""Rules of publishing (mechanism 10, 公众): the field's words, guards of steps, what a text needs before review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from portal.publishing import richtext
from tenants.actors import Actor, Scope
from tenants.rules import N_, Refusal


class Kind(StrEnum):
    """规划解读, 新芽项目, 宣传活动, 公告."""

    INTERPRETATION = "interpretation"
    SPROUT = "sprout"
    OUTREACH = "outreach"
    ANNOUNCEMENT = "announcement"


class State(StrEnum):
    """draft → in review → approved → published → withdrawn."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


#: A summary is what a reader sees first: two to four lines on a phone.
SUMMARY_LEAST, SUMMARY_MOST = 20, 140
TITLE_LEAST, TITLE_MOST = 4, 120
BODY_LEAST = 30
#: Publication cannot be planned further ahead than this.
FURTHEST = timedelta(days=366)

NEED_TITLE = Refusal(N_("请写标题。"))
LONG_TITLE = Refusal(N_("标题最多 %(n)s 个字。"), {"n": TITLE_MOST})


class Record(Protocol):
    """What the rules look at: a `Publication`, or a page's read model of it."""

    @property
    def state(self) -> str: ...

    @property
    def head_id(self) -> UUID | None: ...

    @property
    def live_id(self) -> UUID | None: ...

    @property
    def edited_by(self) -> UUID | None: ...

    @property
    def publish_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Facts:
    """What the guards look at besides the record: how many may approve, what is missing, whether the tenant is open."""

    now: datetime
    approvers: int = 0
    missing: Sequence[Check] = ()
    opened: bool = True


def something_new(_actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """A revision is sent to review when something was changed in it."""
    if record.live_id is not None and record.head_id == record.live_id:
        return Refusal(N_("还没有改动，不用送审。"))
    return None


def nothing_missing(_actor: Actor, _record: Record, facts: Facts) -> Refusal | None:
    """What goes into review meets the checklist."""
    return Refusal(N_("还缺几项，补齐后再送审。")) if facts.missing else None


def nothing_saved(_actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """A revision without any saved change may be given up: it is published as before."""
    if record.live_id is None or record.head_id != record.live_id:
        return Refusal(N_("修订已经存过新版本，请恢复旧版本或继续修改。"))
    return None


def _is_editor(actor: Actor, record: Record) -> bool:
    return actor.id is not None and actor.id == record.edited_by


def own_text(actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """Taken back by its editor alone."""
    return None if _is_editor(actor, record) else Refusal(N_("您不是这一版的编辑，不能收回。"), forbidden=True)


def text_of_another(actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """Sent back by somebody else than its editor, who takes it back."""
    return Refusal(N_("您是这一版的编辑，请用“收回修改”。")) if _is_editor(actor, record) else None


def four_eyes(actor: Actor, record: Record, facts: Facts) -> Refusal | None:
    """The editor does not approve, unless only one person of the tenant may approve at all."""
    if actor.id == record.edited_by and facts.approvers > 1:
        return Refusal(N_("您是这一版的编辑，请由另一位同事审核。"))
    return None


def due_if_by_the_clock(actor: Actor, record: Record, facts: Facts) -> Refusal | None:
    """The clock publishes at the planned time and not before."""
    if actor.acts_as(Scope.JOB) and (record.publish_at is None or record.publish_at > facts.now):
        return Refusal(N_("还没有到定好的发布时间。"))
    return None


def tenant_is_open(_actor: Actor, _record: Record, facts: Facts) -> Refusal | None:
    """Nothing becomes public before its tenant has been opened."""
    if facts.opened:
        return None
    return Refusal(N_("本单位还没有对公众开放，现在发布公众也看不到。请管理员先在“今天”里开放。"))


def has_a_time(_actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """A planned time may be taken back until it comes."""
    return Refusal(N_("它没有定发布时间。")) if record.publish_at is None else None


NOT_PUBLIC = Refusal(N_("公众现在看不到它，不用撤下。"))


def public_reads_it(_actor: Actor, record: Record, _facts: Facts) -> Refusal | None:
    """What the public reads may be taken down, whatever its newest version is; by the district office too."""
    return NOT_PUBLIC if record.live_id is None else None


def bad_time(at: datetime, now: datetime) -> Refusal | None:
    """What is wrong with a planned time of publication."""
    if at <= now:
        return Refusal(N_("这个时间已经过去了。要马上公开，请点“发布”。"))
    if at > now + FURTHEST:
        return Refusal(N_("最多提前一年定时。"))
    return None


class Text(Protocol):
    """What the checklist reads of a version."""

    @property
    def title(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def cover_file_id(self) -> UUID | None: ...

    @property
    def cover_alt(self) -> str: ...

    @property
    def event_place(self) -> str: ...

    @property
    def event_starts_at(self) -> datetime | None: ...

    @property
    def event_ends_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what is asked for, at which field of the form, and whether it is there."""

    field: str
    message: str
    done: bool


def checklist(
    kind: str, text: Text, pictures: Sequence[str] = (), documents: Sequence[bool] = ()
) -> tuple[Check, ...]:
    """What a text needs before review.

    `pictures` are the alternative texts of before and after pictures; `documents` says of each document that holds
    more than its reader sees whether somebody decided how it goes out.
    """
    title, summary = len(text.title.strip()), len(text.summary.strip())
    checks = [
        Check("title", N_("标题写好了"), TITLE_LEAST <= title <= TITLE_MOST),
        Check("summary", N_("摘要 20 到 140 个字，让人一眼看懂"), SUMMARY_LEAST <= summary <= SUMMARY_MOST),
        Check("body", N_("正文写好了"), richtext.word_count(text.body) >= BODY_LEAST),
    ]
    inside = [picture.alternative for picture in richtext.pictures(text.body)]
    if inside:
        checks.append(Check("body", N_("正文里每张图片都有文字说明"), all(words.strip() for words in inside)))
    if text.cover_file_id is not None:
        checks.append(Check("cover_alt", N_("封面图有文字说明"), bool(text.cover_alt.strip())))
    if pictures:
        checks.append(
            Check("before_alt", N_("改造前后的图片有文字说明"), all(words.strip() for words in pictures))
        )
    if documents:
        checks.append(Check("new_documents", N_("附件里读者看不到的内容，都已决定怎么处理"), all(documents)))
    if kind == Kind.OUTREACH:
        times = text.event_starts_at is not None and text.event_ends_at is not None
        checks.append(Check("event_starts_at", N_("写明了活动的开始和结束时间"), times))
        checks.append(Check("event_place", N_("写明了活动地点"), bool(text.event_place.strip())))
    return tuple(checks)


def missing(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks that are not met yet."""
    return tuple(check for check in checks if not check.done)
