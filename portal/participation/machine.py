"""Who takes which step with a comment, from where to where (mechanism 11, 公众参与).

A comment has three lives: who sees it (held → shown → hidden, or taken back by its author), what becomes of it
(received → being studied → adopted or not → done, and back again) and, when it is hidden, its author's one appeal.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from portal.kit.machine import Asks, Life, Step
from portal.participation import policy
from portal.participation.policy import Appeal, Fate, Visibility
from tenants.permissions import Permission
from tenants.rules import N_

P = Permission

_GONE = N_("居民已经撤回这条意见。")
_TAKEN_BACK = N_("这条意见已经撤回。")
_UNSEEN = {Visibility.WITHDRAWN: _GONE, "": N_("这条意见没有公开展示。请先恢复展示，再答复。")}
_OPEN = (policy.publication_is_live, policy.comments_are_open, policy.parent_takes_replies)
_see = partial(Step, column="visibility")

WRITE = _see(
    "write", "written", P.RESIDENT_COMMENT, (), Visibility.HELD,
    happened=N_("写下意见"), icon="comment", guards=_OPEN, asks=Asks.PAGE,
)
#: Where the tenant shows at once.
WRITE_SHOWN = replace(WRITE, name="write_shown", reaches=Visibility.SHOWN, sets=("shown_at",))
#: An official answer is a comment of its own, below what it answers.
SPEAK = replace(WRITE_SHOWN, name="speak", permission=P.COMMENT_ANSWER, guards=())
EDIT = _see(
    "edit", "edited", P.RESIDENT_COMMENT, (Visibility.HELD, Visibility.SHOWN), None,
    elsewhere={
        Visibility.WITHDRAWN: _TAKEN_BACK,
        Visibility.HIDDEN: N_("这条意见没有公开展示，不能修改；如有异议可以申诉。"),
        "": N_("这条意见还在等待审核。"),
    },
    happened=N_("修改了文字"), icon="edit", guards=(policy.not_answered, *_OPEN[:2]), asks=Asks.PAGE,
)
#: Where the tenant approves first, other words wait anew.
EDIT_AGAIN = replace(EDIT, name="edit_again", leaves=(Visibility.SHOWN,), reaches=Visibility.HELD)
REVISE = replace(
    EDIT, name="revise", permission=P.COMMENT_ANSWER, leaves=(Visibility.SHOWN,),
    elsewhere=policy.NOT_OFFICIAL.message, guards=(policy.is_official,),
)
WITHDRAW = _see(
    "withdraw", "withdrawn", P.RESIDENT_COMMENT,
    (Visibility.HELD, Visibility.SHOWN, Visibility.HIDDEN), Visibility.WITHDRAWN,
    elsewhere=_TAKEN_BACK, happened=N_("撤回意见"), icon="stop", asks=Asks.PAGE,
)
APPROVE = _see(
    "approve", "shown", P.COMMENT_MODERATE, (Visibility.HELD, Visibility.HIDDEN), Visibility.SHOWN,
    elsewhere={Visibility.WITHDRAWN: _GONE, Visibility.SHOWN: N_("这条意见已经公开展示。")}, sets=("shown_at",),
    do=N_("通过"), done=N_("已公开展示。"), happened=N_("公开展示"), icon="eye", tone="good", emphasis="primary",
)
#: What waited is shown with its answer, or with what becomes of it.
SHOW_ANSWERED = replace(
    APPROVE, name="show_answered", permission=P.COMMENT_ANSWER, leaves=(Visibility.HELD,), elsewhere=_UNSEEN,
    asks=Asks.PAGE,
)
HIDE = _see(
    "hide", "hidden", P.COMMENT_MODERATE, (Visibility.HELD, Visibility.SHOWN), Visibility.HIDDEN, asks=Asks.CONFIRM,
    elsewhere=N_("这条意见本来就没有公开展示。"), guards=(policy.hides_a_resident,),
    do=N_("不公开"), done=N_("已不再公开展示，理由已经告诉居民。"), happened=N_("不公开展示"),
    consequence=N_("别人不再看到它。作者会收到理由，并可以申诉一次。"),
    icon="eye-off", tone="attention", emphasis="danger",
)
ANSWER = _see(
    "answer", "answered", P.COMMENT_ANSWER, (Visibility.SHOWN,), None,
    elsewhere=_UNSEEN,
    happened=N_("正式答复"), icon="reply", tone="good", guards=(policy.answers_a_resident,), sets=("answered_at",),
    asks=Asks.PAGE,
)
VISIBILITY = Life(
    "comment", tuple(Visibility),
    (
        WRITE, WRITE_SHOWN, SPEAK, EDIT, EDIT_AGAIN, REVISE, WITHDRAW, APPROVE, SHOW_ANSWERED, HIDE, ANSWER,
    ),
    column="visibility",
)

_become = partial(
    Step, permission=P.COMMENT_ANSWER, column="fate", sets=("fate_reason", "outcome_publication_id"),
    elsewhere=N_("这条意见现在不能改成这个结果，请刷新后再看。"), guards=(policy.has_a_fate, policy.in_sight),
    consequence=N_("居民会收到通知，所有人都能看到结果和说明。"),
)

STUDY = _become(
    "study", "studying", leaves=(Fate.RECEIVED,), reaches=Fate.STUDYING, asks=Asks.CONFIRM,
    do=N_("开始研究"), done=N_("已改为“正在研究”，并已通知居民。"), happened=N_("正在研究"), icon="book", tone="wait",
)
#: Deciding at once is allowed: whoever decides has studied.
ADOPT = _become(
    "adopt", "adopted", leaves=(Fate.RECEIVED, Fate.STUDYING), reaches=Fate.ADOPTED, asks=Asks.REASON,
    do=N_("采纳"), done=N_("已改为“已采纳”，并已通知居民。"), happened=N_("已采纳"), icon="check", tone="good",
)
DECLINE = _become(
    "decline", "not_adopted", leaves=(Fate.RECEIVED, Fate.STUDYING), reaches=Fate.NOT_ADOPTED, asks=Asks.REASON,
    do=N_("不采纳"), done=N_("已改为“未采纳”，并已通知居民。"), happened=N_("未采纳"), icon="close",
)
FINISH = _become(
    "finish", "done", leaves=(Fate.ADOPTED,), reaches=Fate.DONE, asks=Asks.REASON,
    do=N_("办成了"), done=N_("已改为“已办成”，并已通知居民。"), happened=N_("已办成"), icon="sprout", tone="good",
)
#: Said by mistake, or changed since.
_back = partial(
    replace, asks=Asks.REASON, icon="history", emphasis="quiet",
    consequence=N_("更正会留在办理记录里。居民会收到通知，所有人都能看到新的结果和说明。"),
)
BACK_TO_RECEIVED = _back(
    STUDY, name="back_to_received", event="received", leaves=(Fate.STUDYING,), reaches=Fate.RECEIVED,
    do=N_("更正为已收到"), done=N_("已改为“已收到”，并已通知居民。"), happened=N_("已收到"),
)
BACK_TO_STUDYING = _back(
    STUDY, name="back_to_studying", leaves=(Fate.ADOPTED, Fate.NOT_ADOPTED, Fate.DONE), do=N_("更正为正在研究")
)
BACK_TO_ADOPTED = _back(ADOPT, name="back_to_adopted", leaves=(Fate.NOT_ADOPTED, Fate.DONE), do=N_("更正为已采纳"))
BACK_TO_DECLINED = _back(DECLINE, name="back_to_declined", leaves=(Fate.ADOPTED,), do=N_("更正为未采纳"))
FATE = Life(
    "comment", tuple(Fate),
    (STUDY, ADOPT, DECLINE, FINISH, BACK_TO_ADOPTED, BACK_TO_STUDYING, BACK_TO_DECLINED, BACK_TO_RECEIVED),
    column="fate", begins=Fate.RECEIVED,
)
#: The fates that may be said with an answer.
WITH_ANSWER = (STUDY, ADOPT, DECLINE)

_appeal = partial(Step, column="appeal_state")

APPEAL = _appeal(
    "appeal", "appealed", P.RESIDENT_COMMENT, (Appeal.NONE,), Appeal.WAITING,
    elsewhere=N_("每条意见可以申诉一次，您已经申诉过了。"), guards=(policy.is_hidden,), sets=("appeal",),
    happened=N_("提出申诉"), icon="megaphone", tone="attention", asks=Asks.PAGE,
)
UPHOLD = _appeal(
    "uphold", "upheld", P.COMMENT_MODERATE, (Appeal.WAITING,), Appeal.UPHELD,
    elsewhere=policy.NO_APPEAL.message, guards=(policy.appeal_stands,), sets=("appeal_decided_at",), asks=Asks.REASON,
    do=N_("维持不公开"), done=N_("申诉已经答复。"), happened=N_("维持不公开"),
    consequence=N_("居民会收到您的答复。每条意见只能申诉一次。"), icon="eye-off", tone="attention", emphasis="danger",
)
#: Taken with showing what waited for it.
GRANT = _appeal(
    "grant", "", P.COMMENT_MODERATE, (Appeal.WAITING,), Appeal.GRANTED, sets=("appeal_decided_at",), asks=Asks.PAGE
)
#: Taken with hiding again: moderated anew, it may be appealed anew.
CLEAR = _appeal(
    "clear", "", P.COMMENT_MODERATE, (Appeal.UPHELD, Appeal.GRANTED), Appeal.NONE,
    sets=("appeal", "appeal_decided_at"), asks=Asks.PAGE,
)
#: A resident who leaves takes the words along.
FORGET = _appeal(
    "forget", "", P.RESIDENT_COMMENT, (Appeal.WAITING, Appeal.UPHELD, Appeal.GRANTED), None,
    sets=("appeal",), asks=Asks.PAGE,
)
APPEALS = Life(
    "comment", tuple(Appeal), (APPEAL, UPHOLD, GRANT, CLEAR, FORGET), column="appeal_state", begins=Appeal.NONE
)

LIVES = (VISIBILITY, FATE, APPEALS)


def answering(comment: policy.Standing) -> Step:
    """The step with which an answer to a comment begins."""
    return SHOW_ANSWERED if comment.visibility == Visibility.HELD else ANSWER


def towards(fate: str, to: Fate) -> Step:
    """The step that leads from `fate` to `to`; where none does, one that refuses to."""
    reaching = [step for step in FATE.steps if step.reaches == to]
    return next((step for step in reaching if fate in step.leaves), reaching[0])
