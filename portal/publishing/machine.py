"""Who takes which step with a publication, from where to where (mechanism 10, 公众).

draft → in review → approved → published (now or at a set time) → withdrawn with reason. A published or
withdrawn text that is revised is a draft again; the public keeps reading the live version meanwhile.
"""

from __future__ import annotations

from portal.kit.machine import Asks, Life, Step
from portal.publishing import policy
from portal.publishing.policy import State
from tenants.permissions import Permission
from tenants.rules import N_

P = Permission

#: What a new newest version changes.
_HEAD = ("head_id", "edited_by", "edited_by_name")

CREATE = Step(
    "create", "created", P.PUBLICATION_WRITE, (), State.DRAFT,
    happened=N_("建立草稿"), icon="plus", sets=_HEAD, signed="edited_by", asks=Asks.PAGE,
)
SAVE = Step(
    "save", "saved", P.PUBLICATION_WRITE, (State.DRAFT,), None,
    elsewhere={
        State.IN_REVIEW: N_("正在审核，不能改动。要改，请先收回。"),
        State.APPROVED: N_("已经批准，不能改动。要改，请先收回，或请审核的同事退回。"),
        "": N_("已经发布过，请先点“修订”。修订期间公众仍看到现在的版本。"),
    },
    happened=N_("保存了第 %(version_number)s 版"), icon="edit", sets=_HEAD, signed="edited_by", asks=Asks.PAGE,
)
RESTORE = Step(
    "restore", "restored", P.PUBLICATION_WRITE, (State.DRAFT, State.PUBLISHED, State.WITHDRAWN), State.DRAFT,
    elsewhere=N_("正在审核或已经批准，收回或退回以后才能恢复旧版本。"),
    do=N_("恢复旧版本"), done=N_("已恢复旧版本，存为最新的草稿。"),
    happened=N_("恢复旧版本，存为第 %(version_number)s 版"),
    icon="history", sets=_HEAD, signed="edited_by", asks=Asks.PAGE,
)
SUBMIT = Step(
    "submit", "submitted", P.PUBLICATION_WRITE, (State.DRAFT,), State.IN_REVIEW,
    elsewhere=N_("只有草稿可以送审。"), guards=(policy.something_new, policy.nothing_missing),
    do=N_("送审"), done=N_("已送审。审核通过前不能再改。"), happened=N_("送交审核"),
    icon="upload", tone="wait", emphasis="primary",
)
ABANDON = Step(
    "abandon", "abandoned", P.PUBLICATION_WRITE, (State.DRAFT,), State.PUBLISHED,
    elsewhere=N_("修订已经存过新版本，请恢复旧版本或继续修改。"), guards=(policy.nothing_saved,),
    do=N_("不改了，保持原样"), done=N_("没有改动，保持原样。"), happened=N_("放弃修订"), icon="history",
)
APPROVE = Step(
    "approve", "approved", P.PUBLICATION_APPROVE, (State.IN_REVIEW,), State.APPROVED,
    elsewhere=N_("它没有在等审核。"), guards=(policy.four_eyes,), sets=("approved_by",), signed="approved_by",
    do=N_("批准"), done=N_("已批准。现在可以发布，或定一个发布时间。"), happened=N_("审核通过"),
    icon="check", tone="good", emphasis="primary",
)
PUBLISH = Step(
    "publish", "published", P.PUBLICATION_PUBLISH, (State.APPROVED,), State.PUBLISHED, clock=True,
    elsewhere=N_("批准以后才能发布。"), guards=(policy.due_if_by_the_clock, policy.tenant_is_open),
    sets=("live_id", "first_published_at", "published_at", "publish_at", "withdrawn_reason"), asks=Asks.CONFIRM,
    do=N_("现在发布"), done=N_("已发布，公众现在可以看到。"), happened=N_("发布第 %(version_number)s 版"),
    consequence=N_("公众马上可以看到这一版，搜索和订阅里也会出现。"), icon="sprout", tone="good", emphasis="primary",
)
SCHEDULE = Step(
    "schedule", "scheduled", P.PUBLICATION_PUBLISH, (State.APPROVED,), None,
    elsewhere=N_("批准以后才能定发布时间。"), sets=("publish_at",), asks=Asks.TIME, asked=N_("发布时间"),
    do=N_("定时"), title=N_("定时发布"), done=N_("已定时，到时自动发布。"), happened=N_("定了发布时间"),
    consequence=N_("到了这个时间，系统自动公开这一版。在那之前随时可以取消。"), icon="clock", tone="wait",
)
UNSCHEDULE = Step(
    "unschedule", "unscheduled", P.PUBLICATION_PUBLISH, (State.APPROVED,), None,
    elsewhere=N_("它没有定发布时间。"), guards=(policy.has_a_time,), sets=("publish_at",),
    do=N_("取消定时"), done=N_("已取消定时，仍是已批准。"), happened=N_("取消了定时"), icon="clock",
)
TAKE_BACK = Step(
    "take_back", "taken_back", P.PUBLICATION_WRITE, (State.IN_REVIEW, State.APPROVED), State.DRAFT,
    elsewhere=N_("它不在审核中，不用收回。"), guards=(policy.own_text,), sets=("publish_at", "approved_by"),
    asks=Asks.REASON, do=N_("收回"), title=N_("收回修改"), done=N_("已回到草稿。"), happened=N_("编辑收回修改"),
    consequence=N_("它会回到草稿，原因会写进记录。"), icon="reply",
)
SEND_BACK = Step(
    "send_back", "returned", P.PUBLICATION_APPROVE, (State.IN_REVIEW, State.APPROVED), State.DRAFT, path="return",
    elsewhere=N_("它不在审核中，不用退回。"), guards=(policy.text_of_another,), sets=("publish_at", "approved_by"),
    asks=Asks.REASON, do=N_("退回"), title=N_("退回修改"), done=N_("已回到草稿。"), happened=N_("退给编辑修改"),
    consequence=N_("它会回到草稿，编辑会看到您写的原因。"), icon="reply", tone="attention",
)
REVISE = Step(
    "revise", "revised", P.PUBLICATION_WRITE, (State.PUBLISHED, State.WITHDRAWN), State.DRAFT,
    elsewhere=N_("发布过的内容才需要修订。"), do=N_("修订"), happened=N_("开始修订"), icon="edit",
    done=N_("可以修改了。改好并通过审核之前，公众看到的仍是现在的版本。"),
)
WITHDRAW = Step(
    "withdraw", "withdrawn", P.PUBLICATION_WITHDRAW,
    (State.DRAFT, State.IN_REVIEW, State.APPROVED, State.PUBLISHED), State.WITHDRAWN,
    elsewhere=policy.NOT_PUBLIC.message, guards=(policy.public_reads_it,),
    sets=("live_id", "publish_at", "withdrawn_reason"), asks=Asks.REASON,
    do=N_("撤下"), done=N_("已撤下。"), happened=N_("撤下，不再公开"),
    consequence=N_("公众将马上看不到这一篇和它的附件，搜索里也不再出现。内容和历史都会保留，以后可以修订后重新发布。"),
    icon="stop", tone="bad", emphasis="danger",
)
PUBLICATION = Life(
    "publication", tuple(State),
    (
        CREATE, SAVE, RESTORE, SUBMIT, ABANDON, APPROVE, PUBLISH, SCHEDULE, UNSCHEDULE,
        TAKE_BACK, SEND_BACK, REVISE, WITHDRAW,
    ),
)  # fmt: skip

OPEN_COMMENTS = Step(
    "open_comments", "comments_opened", P.PUBLICATION_PUBLISH, (False,), True, column="comments_open",
    elsewhere=N_("评论已经开放。"), do=N_("开放评论"), done=N_("已开放评论。"), happened=N_("评论已开放"),
    icon="comment",
)
CLOSE_COMMENTS = Step(
    "close_comments", "comments_closed", P.PUBLICATION_PUBLISH, (True,), False, column="comments_open",
    elsewhere=N_("评论已经关闭。"), do=N_("关闭评论"), done=N_("已关闭评论，原有评论仍然显示。"),
    happened=N_("评论已关闭"), icon="comment",
)
COMMENTS = Life("publication", (True, False), (OPEN_COMMENTS, CLOSE_COMMENTS), column="comments_open", begins=True)

LIVES = (PUBLICATION, COMMENTS)
