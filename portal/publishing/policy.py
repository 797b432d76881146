"""Rules of publishing (mechanism 10, 公众): who may do what to a publication, and what it needs before review.

draft → in review → approved → published (now or at a set time) → withdrawn with reason. A published or
withdrawn text that is revised is a draft again; the public keeps reading the live version meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from portal.publishing import richtext
from portal.publishing.models import Kind as Kind  # the field's words, for other slices
from portal.publishing.models import State as State
from tenants.actors import Actor, Scope
from tenants.permissions import Permission
from tenants.rules import N_, Refusal

#: A summary is what a reader sees first: two to four lines on a phone.
SUMMARY_LEAST, SUMMARY_MOST = 20, 140
TITLE_LEAST, TITLE_MOST = 4, 120
BODY_LEAST = 30
REASON_LEAST, REASON_MOST = 4, 500
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


def _lacks(actor: Actor, permission: Permission) -> Refusal | None:
    if actor.may(permission):
        return None
    return Refusal(N_("您没有做这件事的权限。如果工作需要，请联系本单位管理员。"), forbidden=True)


def may_create(actor: Actor) -> Refusal | None:
    """Whoever writes for the tenant may begin a publication."""
    return _lacks(actor, Permission.PUBLICATION_WRITE)


def may_edit(actor: Actor, record: Record) -> Refusal | None:
    """Only a draft is edited: what is in review or approved is what was read and agreed to."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WRITE):
        return refusal
    match record.state:
        case State.DRAFT:
            return None
        case State.IN_REVIEW:
            return Refusal(N_("正在审核，不能改动。要改，请先收回。"))
        case State.APPROVED:
            return Refusal(N_("已经批准，不能改动。要改，请先退回修改。"))
        case _:
            return Refusal(N_("已经发布过，请先点“修订”。修订期间公众仍看到现在的版本。"))


def may_submit(actor: Actor, record: Record, missing: Sequence[Check] = ()) -> Refusal | None:
    """A complete draft goes into review. `missing` is what the checklist still asks for."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WRITE):
        return refusal
    if record.state != State.DRAFT:
        return Refusal(N_("只有草稿可以送审。"))
    if record.live_id is not None and record.head_id == record.live_id:
        return Refusal(N_("还没有改动，不用送审。"))
    if missing:
        return Refusal(N_("还缺几项，补齐后再送审。"))
    return None


def may_return(actor: Actor, record: Record) -> Refusal | None:
    """Back to draft with a reason: by whoever approves, or by the editor who takes it back."""
    own = actor.id is not None and actor.id == record.edited_by
    permission = Permission.PUBLICATION_WRITE if own else Permission.PUBLICATION_APPROVE
    if refusal := _lacks(actor, permission):
        return refusal
    if record.state not in (State.IN_REVIEW, State.APPROVED):
        return Refusal(N_("它不在审核中，不用退回。"))
    return None


def may_approve(actor: Actor, record: Record, approvers: int) -> Refusal | None:
    """Four eyes: the editor does not approve, unless only one person (`approvers`) of the tenant may approve at all."""
    if refusal := _lacks(actor, Permission.PUBLICATION_APPROVE):
        return refusal
    if record.state != State.IN_REVIEW:
        return Refusal(N_("它没有在等审核。"))
    if actor.id == record.edited_by and approvers > 1:
        return Refusal(N_("您是这一版的编辑，请由另一位同事审核。"))
    return None


def may_publish(actor: Actor, record: Record, now: datetime) -> Refusal | None:
    """What is approved goes out: by whoever publishes, or by the clock at the planned time."""
    if actor.acts_as(Scope.JOB):
        if record.state != State.APPROVED or record.publish_at is None or record.publish_at > now:
            return Refusal(N_("还没有到定好的发布时间。"))
        return None
    if refusal := _lacks(actor, Permission.PUBLICATION_PUBLISH):
        return refusal
    if record.state != State.APPROVED:
        return Refusal(N_("批准以后才能发布。"))
    return None


def may_reach_public(opened: bool) -> Refusal | None:
    """Nothing becomes public before its tenant has been opened."""
    if opened:
        return None
    return Refusal(N_("本单位还没有对公众开放，现在发布公众也看不到。请管理员先在“今天”里开放。"))


def may_schedule(actor: Actor, record: Record) -> Refusal | None:
    """What is approved may be given a time at which it goes out by itself."""
    if refusal := _lacks(actor, Permission.PUBLICATION_PUBLISH):
        return refusal
    if record.state != State.APPROVED:
        return Refusal(N_("批准以后才能定发布时间。"))
    return None


def may_unschedule(actor: Actor, record: Record) -> Refusal | None:
    """A planned time may be taken back until it comes."""
    if refusal := _lacks(actor, Permission.PUBLICATION_PUBLISH):
        return refusal
    if record.state != State.APPROVED or record.publish_at is None:
        return Refusal(N_("它没有定发布时间。"))
    return None


def may_withdraw(actor: Actor, record: Record) -> Refusal | None:
    """What the public reads may be taken down, with a reason; by the district office too."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WITHDRAW):
        return refusal
    if record.live_id is None:
        return Refusal(N_("公众现在看不到它，不用撤下。"))
    return None


def may_revise(actor: Actor, record: Record) -> Refusal | None:
    """A published or withdrawn text becomes a draft again; what is live stays."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WRITE):
        return refusal
    if record.state not in (State.PUBLISHED, State.WITHDRAWN):
        return Refusal(N_("发布过的内容才需要修订。"))
    return None


def may_abandon(actor: Actor, record: Record) -> Refusal | None:
    """A revision without any saved change may be given up: it is published as before."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WRITE):
        return refusal
    if record.state != State.DRAFT or record.live_id is None or record.head_id != record.live_id:
        return Refusal(N_("修订已经存过新版本，请恢复旧版本或继续修改。"))
    return None


def may_restore(actor: Actor, record: Record) -> Refusal | None:
    """A former version may become the newest again, as a draft; what is in review or approved stays as it is."""
    if refusal := _lacks(actor, Permission.PUBLICATION_WRITE):
        return refusal
    if record.state in (State.IN_REVIEW, State.APPROVED):
        return Refusal(N_("正在审核或已经批准，先退回修改才能恢复旧版本。"))
    return None


def may_open_comments(actor: Actor) -> Refusal | None:
    """Whether residents may comment is for those who publish."""
    return _lacks(actor, Permission.PUBLICATION_PUBLISH)


def bad_reason(reason: str) -> Refusal | None:
    """What is wrong with a reason: whoever reads it must be able to act on it."""
    length = len(reason.strip())
    if length < REASON_LEAST:
        return Refusal(N_("请写明原因，至少 %(n)s 个字。"), {"n": REASON_LEAST})
    if length > REASON_MOST:
        return Refusal(N_("原因最多 %(n)s 个字。"), {"n": REASON_MOST})
    return None


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
