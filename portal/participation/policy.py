"""Rules of participation (mechanism 11, 公众参与): the field's words, guards of steps, what texts must be like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from portal.kit.rules import bad_reason
from tenants.actors import Actor
from tenants.rules import N_, Refusal
from webkit import text


class Visibility(StrEnum):
    """Who sees a comment."""

    HELD = "held"  # waits for approval
    SHOWN = "shown"
    HIDDEN = "hidden"  # moderated, with a reason that its author reads
    WITHDRAWN = "withdrawn"  # by its author


class Fate(StrEnum):
    """received → being studied → adopted / not adopted, with reason → done."""

    RECEIVED = "received"
    STUDYING = "studying"
    ADOPTED = "adopted"
    NOT_ADOPTED = "not_adopted"
    DONE = "done"


class Appeal(StrEnum):
    """Its author's one objection to a comment not being shown."""

    NONE = "none"
    WAITING = "waiting"
    UPHELD = "upheld"  # it stays hidden
    GRANTED = "granted"  # it is shown again


#: Length of a comment, in characters.
SHORTEST, LONGEST = 2, 2000
#: Length of an official answer.
LONGEST_ANSWER = 5000

#: Why a comment is not shown: its author reads one of these sentences and, beside it, the clerk's own words.
MODERATION_REASONS: Mapping[str, str] = {
    "abuse": N_("含有辱骂或人身攻击。"),
    "privacy": N_("公开了他人的个人信息。"),
    "advert": N_("是广告，或与这篇内容无关的推广。"),
    "rumour": N_("含有没有根据、容易误导人的说法。"),
    "off_topic": N_("与这篇内容无关，请到相应的渠道反映。"),
    "duplicate": N_("与您的另一条意见重复，已合并办理。"),
    "unlawful": N_("含有法律法规不允许发布的内容。"),
    "other": N_("其他原因，见说明。"),
}

#: What a template means to be filled in: （请写明）, （　）, （部门名称）, ____, ×月×日. A name with ×× in it is none.
_BLANK = re.compile(
    r"[(（\[［【〔]\s*"
    r"(?:请(?:写|填|注|补|选|说明)[^()（）\[\]［］【】〔〕]{0,30}|待[填补定]|(?:部门|单位|项目)名称|姓名|日期|(?:具体)?时间|地点)?"
    r"\s*[)）\]］】〕]|[_＿]{2,}|(?:[xXｘＸ×]{1,4}[年月日号])+"
)


class Standing(Protocol):
    """What the rules look at in a comment: a table row and a read model both have it."""

    @property
    def parent_id(self) -> UUID | None: ...
    @property
    def official(self) -> bool: ...
    @property
    def visibility(self) -> str: ...
    @property
    def fate(self) -> str: ...
    @property
    def appeal_state(self) -> str: ...
    @property
    def answered_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Place:
    """What the guards of a resident's words look at: where they stand, and what they reply to."""

    live: bool = True
    comments_open: bool = True
    parent: Standing | None = None


def clean(words: str) -> str:
    """The text as it is kept: cleaned as any other, needless blanks and blank lines gone."""
    lines = (line.rstrip() for line in text.clean(words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def tidy(typed: str | None) -> str | None:
    """A form's field as typed, without characters that no page can show."""
    return clean(typed) if typed else typed


def check_body(text: str) -> Refusal | None:
    """Whether a cleaned text is long and short enough for a comment."""
    if len(text) < SHORTEST:
        return Refusal(N_("请写下您的意见，至少 %(n)s 个字。"), {"n": SHORTEST})
    return _longest(text, LONGEST)


def check_answer(text: str) -> Refusal | None:
    """Whether a cleaned text is long and short enough for an official answer, and has no blank left to fill in."""
    return check_template(text) or _blank(text)


def check_template(text: str) -> Refusal | None:
    """Whether a cleaned text is long and short enough for a template; its blanks are filled in with each answer."""
    if len(text) < SHORTEST:
        return Refusal(N_("请写下答复。"))
    return _longest(text, LONGEST_ANSWER)


def check_reason(text: str, *, needed: bool) -> Refusal | None:
    """Whether a cleaned reason is there where it must be, says something, and has no blank left to fill in."""
    if not text:
        return Refusal(N_("请写明理由，居民会看到。")) if needed else None
    return bad_reason(text) or _blank(text)


def _blank(text: str) -> Refusal | None:
    """What is sent to a resident has nothing in it that a template meant to be filled in."""
    found = _BLANK.search(text)
    return Refusal(N_("“%(blank)s”还没有填。填好再发出。"), {"blank": found.group()}) if found else None


def _longest(text: str, most: int) -> Refusal | None:
    return Refusal(N_("最多 %(n)s 个字。"), {"n": most}) if len(text) > most else None


# what a resident's words look at


def publication_is_live(_actor: Actor, _comment: Standing | None, place: Place) -> Refusal | None:
    """Comments stand under what is published."""
    return None if place.live else Refusal(N_("这篇内容已经撤下，不能再发表意见。"))


def comments_are_open(_actor: Actor, _comment: Standing | None, place: Place) -> Refusal | None:
    """Words are written and changed while the tenant asks for them."""
    return None if place.comments_open else Refusal(N_("这篇内容的意见征集已经结束。"))


def parent_takes_replies(_actor: Actor, _comment: Standing | None, place: Place) -> Refusal | None:
    """Replies go one level deep, under what is shown."""
    if place.parent is not None and place.parent.parent_id is not None:
        return Refusal(N_("只能回复意见本身，不能回复别人的回复。"))
    if place.parent is not None and place.parent.visibility != Visibility.SHOWN:
        return Refusal(N_("这条意见现在不能回复。"))
    return None


def not_answered(_actor: Actor, comment: Standing, _place: Place) -> Refusal | None:
    """Words are corrected until they are answered or decided on: an answer stays beside what it answers."""
    if comment.answered_at is None and comment.fate in (Fate.RECEIVED, Fate.STUDYING):
        return None
    return Refusal(N_("这条意见已经得到答复，不能再修改。可以在下面继续回复。"))


def is_hidden(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """What is appealed against is that a comment is not shown."""
    return None if comment.visibility == Visibility.HIDDEN else Refusal(N_("这条意见不需要申诉。"))


# what the workspace's steps look at

NOT_OFFICIAL = Refusal(N_("居民的意见只能由本人修改。"))
NO_APPEAL = Refusal(N_("这条意见没有待处理的申诉。"))


def is_official(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """Only the tenant's own words are corrected by the tenant."""
    return None if comment.official else NOT_OFFICIAL


def hides_a_resident(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """What the tenant said stays, and is corrected in the open."""
    return Refusal(N_("本单位的答复不能隐藏，可以更正。")) if comment.official else None


def answers_a_resident(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """Answers are given to residents."""
    return Refusal(N_("这是本单位的答复，不能再答复它。")) if comment.official else None


def has_a_fate(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """Replies and answers ask for nothing."""
    if comment.official or comment.parent_id is not None:
        return Refusal(N_("只有意见本身才有办理结果。"))
    return None


def in_sight(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """What nobody sees has no news."""
    if comment.visibility in (Visibility.HELD, Visibility.SHOWN):
        return None
    return Refusal(N_("这条意见没有公开展示，不能改变办理结果。"))


def appeal_stands(_actor: Actor, comment: Standing, _facts: None) -> Refusal | None:
    """An appeal is answered while its author wants the comment shown."""
    return None if appeal_waits(comment) else NO_APPEAL


def appeal_waits(comment: Standing) -> bool:
    """Whether its author appealed, wants it shown still, and nobody has decided yet."""
    return comment.visibility == Visibility.HIDDEN and comment.appeal_state == Appeal.WAITING


def moderation_sentence(code: str, words: str) -> str:
    """What the author reads: the sentence of the code and the clerk's words; of other reasons the words alone."""
    return words if code == "other" else f"{MODERATION_REASONS[code]}{words}"
