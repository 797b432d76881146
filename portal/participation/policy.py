"""The rules of participation (公众参与): who may write, correct, answer, moderate, and which fate follows which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from portal.participation.models import Fate as Fate  # the field's words, for other slices
from portal.participation.models import Visibility as Visibility
from tenants.actors import Actor, Scope
from tenants.permissions import Permission
from tenants.rules import N_, Refusal
from webkit import text

#: Length of a comment, in characters.
SHORTEST, LONGEST = 2, 2000
#: Length of an official answer and of a reason.
LONGEST_ANSWER, LONGEST_REASON = 5000, 500

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

#: The ordinary way of a comment. Deciding at once is allowed: whoever decides has studied.
_FORWARD: Mapping[Fate, tuple[Fate, ...]] = {
    Fate.RECEIVED: (Fate.STUDYING, Fate.ADOPTED, Fate.NOT_ADOPTED),
    Fate.STUDYING: (Fate.ADOPTED, Fate.NOT_ADOPTED),
    Fate.ADOPTED: (Fate.DONE,),
    Fate.NOT_ADOPTED: (),
    Fate.DONE: (),
}
#: Ways back, for a fate that was set by mistake or has changed since; always with a reason.
_BACK: Mapping[Fate, tuple[Fate, ...]] = {
    Fate.RECEIVED: (),
    Fate.STUDYING: (Fate.RECEIVED,),
    Fate.ADOPTED: (Fate.STUDYING, Fate.NOT_ADOPTED),
    Fate.NOT_ADOPTED: (Fate.STUDYING, Fate.ADOPTED),
    Fate.DONE: (Fate.ADOPTED, Fate.STUDYING),
}
#: Fates that say why: what will be done, why not, what changed.
_WITH_REASON = frozenset({Fate.ADOPTED, Fate.NOT_ADOPTED, Fate.DONE})


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
    def appeal(self) -> str | None: ...
    @property
    def appeal_decided_at(self) -> datetime | None: ...
    @property
    def answered_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Step:
    """A fate that may follow, and what it asks for."""

    fate: Fate
    needs_reason: bool
    #: Goes back on what was said before.
    correction: bool


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


def check_reason(text: str | None, *, needed: bool) -> Refusal | None:
    """Whether the reason is there where it must be, short enough, and has no blank left to fill in."""
    if needed and not text:
        return Refusal(N_("请写明理由，居民会看到。"))
    return _longest(text or "", LONGEST_REASON) or _blank(text or "")


def _blank(text: str) -> Refusal | None:
    """What is sent to a resident has nothing in it that a template meant to be filled in."""
    found = _BLANK.search(text)
    return Refusal(N_("“%(blank)s”还没有填。填好再发出。"), {"blank": found.group()}) if found else None


def _longest(text: str, most: int) -> Refusal | None:
    return Refusal(N_("最多 %(n)s 个字。"), {"n": most}) if len(text) > most else None


# the resident


def may_comment(
    actor: Actor, *, live: bool, comments_open: bool, parent: Standing | None = None
) -> Refusal | None:
    """A signed-in resident may comment on what is published and open, and reply one level deep."""
    if not actor.acts_as(Scope.RESIDENT) or not actor.may(Permission.RESIDENT_COMMENT):
        return Refusal(N_("请先登录再发表意见。"), forbidden=True)
    if not live:
        return Refusal(N_("这篇内容已经撤下，不能再发表意见。"))
    if not comments_open:
        return Refusal(N_("这篇内容的意见征集已经结束。"))
    if parent is not None and parent.parent_id is not None:
        return Refusal(N_("只能回复意见本身，不能回复别人的回复。"))
    if parent is not None and parent.visibility != Visibility.SHOWN:
        return Refusal(N_("这条意见现在不能回复。"))
    return None


def may_edit_own(comment: Standing) -> Refusal | None:
    """A resident corrects their words until they are answered or decided on: an answer stays beside what it answers."""
    if comment.visibility == Visibility.WITHDRAWN:
        return Refusal(N_("这条意见已经撤回。"))
    if comment.visibility == Visibility.HIDDEN:
        return Refusal(N_("这条意见没有公开展示，不能修改；如有异议可以申诉。"))
    if comment.answered_at is not None or comment.fate not in (Fate.RECEIVED, Fate.STUDYING):
        return Refusal(N_("这条意见已经得到答复，不能再修改。可以在下面继续回复。"))
    return None


def may_withdraw_own(comment: Standing) -> Refusal | None:
    """A resident takes back their words at any time, also after the answer: the words are theirs."""
    if comment.visibility == Visibility.WITHDRAWN:
        return Refusal(N_("这条意见已经撤回。"))
    return None


def may_appeal(comment: Standing) -> Refusal | None:
    """Once, against a comment not being shown."""
    if comment.visibility != Visibility.HIDDEN:
        return Refusal(N_("这条意见不需要申诉。"))
    if comment.appeal is not None:
        return Refusal(N_("每条意见可以申诉一次，您已经申诉过了。"))
    return None


# the workspace


def may_answer(actor: Actor, comment: Standing) -> Refusal | None:
    """Whoever answers for the tenant answers residents' comments; one that is hidden or withdrawn needs none."""
    if not actor.may(Permission.COMMENT_ANSWER):
        return Refusal(N_("您没有代表本单位答复的权限。"), forbidden=True)
    if comment.official:
        return Refusal(N_("这是本单位的答复，不能再答复它。"))
    if comment.visibility == Visibility.WITHDRAWN:
        return Refusal(N_("居民已经撤回这条意见。"))
    if comment.visibility == Visibility.HIDDEN:
        return Refusal(N_("这条意见没有公开展示。请先恢复展示，再答复。"))
    return None


def may_revise_answer(actor: Actor, comment: Standing) -> Refusal | None:
    """An official answer may be corrected; its former text is kept in the history."""
    if not actor.may(Permission.COMMENT_ANSWER):
        return Refusal(N_("您没有代表本单位答复的权限。"), forbidden=True)
    return None if comment.official else Refusal(N_("居民的意见只能由本人修改。"))


def next_steps(fate: str) -> list[Step]:
    """The fates that may follow `fate`: first the way on, then the ways back."""
    now = Fate(fate)
    on = [Step(f, f in _WITH_REASON, correction=False) for f in _FORWARD[now]]
    return on + [Step(f, needs_reason=True, correction=True) for f in _BACK[now]]


def needs_reason(fate: str, to: Fate) -> bool:
    """Whether going from `fate` to `to` asks for a reason."""
    return any(step.fate is to and step.needs_reason for step in next_steps(fate))


def may_set_fate(actor: Actor, comment: Standing, to: Fate) -> Refusal | None:
    """Received → being studied → adopted or not → done, and back again; the reason is checked by `check_reason`."""
    if not actor.may(Permission.COMMENT_ANSWER):
        return Refusal(N_("您没有办理居民意见的权限。"), forbidden=True)
    if comment.official or comment.parent_id is not None:
        return Refusal(N_("只有意见本身才有办理结果。"))
    if comment.visibility in (Visibility.WITHDRAWN, Visibility.HIDDEN):
        return Refusal(N_("这条意见没有公开展示，不能改变办理结果。"))
    if all(step.fate is not to for step in next_steps(comment.fate)):
        return Refusal(N_("这条意见现在不能改成这个结果，请刷新后再看。"))
    return None


def may_hide(actor: Actor, comment: Standing) -> Refusal | None:
    """A moderator takes a resident's comment out of sight, and says why (`check_reason`)."""
    if not actor.may(Permission.COMMENT_MODERATE):
        return _NO_MODERATOR
    if comment.official:
        return Refusal(N_("本单位的答复不能隐藏，可以更正。"))
    if comment.visibility not in (Visibility.HELD, Visibility.SHOWN):
        return Refusal(N_("这条意见本来就没有公开展示。"))
    return None


_NO_MODERATOR = Refusal(N_("您没有审核意见的权限。"), forbidden=True)


def may_moderate(actor: Actor) -> Refusal | None:
    """Comments are let be seen and hidden by the tenant's staff and by the district office."""
    return None if actor.may(Permission.COMMENT_MODERATE) else _NO_MODERATOR


def may_show(actor: Actor, comment: Standing) -> Refusal | None:
    """A moderator lets a comment be seen that waits or was hidden; what its author withdrew stays withdrawn."""
    refusal = may_moderate(actor)
    if refusal:
        return refusal
    if comment.visibility == Visibility.WITHDRAWN:
        return Refusal(N_("居民已经撤回这条意见。"))
    if comment.visibility == Visibility.SHOWN:
        return Refusal(N_("这条意见已经公开展示。"))
    return None


def may_uphold(actor: Actor, comment: Standing) -> Refusal | None:
    """A moderator answers an appeal by keeping the comment hidden, and says why."""
    if not actor.may(Permission.COMMENT_MODERATE):
        return _NO_MODERATOR
    if not appeal_waits(comment):
        return Refusal(N_("这条意见没有待处理的申诉。"))
    return None


def appeal_waits(comment: Standing) -> bool:
    """Whether its author appealed and nobody has decided yet."""
    hidden = comment.visibility == Visibility.HIDDEN
    return hidden and comment.appeal is not None and comment.appeal_decided_at is None


def may_keep_templates(actor: Actor) -> Refusal | None:
    """Whoever answers keeps the templates."""
    if actor.may(Permission.COMMENT_ANSWER):
        return None
    return Refusal(N_("您没有代表本单位答复的权限。"), forbidden=True)


def moderation_sentence(code: str, words: str) -> str | None:
    """What the author reads: the sentence of the code and the clerk's words; None when that says nothing."""
    sentence = MODERATION_REASONS.get(code, "")
    if code == "other" or not sentence:
        return words or None
    return f"{sentence}{words}"
