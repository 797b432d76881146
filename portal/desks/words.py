"""What will be done at a desk, as its first page says it."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.actors import Desk
from tenants.rules import N_


@dataclass(frozen=True)
class Coming:
    """Something that will be done at a desk."""

    icon: str
    title: str
    text: str


@dataclass(frozen=True)
class DeskWords:
    """What a desk is for, whom one meets there, what will be done there and how one hears of it."""

    lead: str
    colleagues: str
    ahead: str
    comings: tuple[Coming, ...]
    soon: str = N_("现在没有等您办的。下面的业务逐项推出，推出以后，等您办的事排在本页最上面，也会发邮件告诉您。")


WORDS = {
    Desk.BUREAU: DeskWords(
        N_("审查咨询、书面意见、考核评分和意见建议，都送到这里办理。"),
        N_("本单位的同事"),
        N_("在这里办的事"),
        (
            Coming("review", N_("审查咨询"), N_("为项目提出审查需求，补充材料，随时看到哪一步了。")),
            Coming("seal", N_("书面意见"), N_("查收责任双师出具的书面意见，填写采纳情况和理由。")),
            Coming("chart", N_("考核评分"), N_("考核期内，对照事实给责任双师团队评分。")),
            Coming("reply", N_("意见建议"), N_("责任双师提给本单位的意见建议，在期限内答复。")),
            Coming("clock", N_("工作部署"), N_("签收工作组办公室的部署，按时反馈办理结果。")),
            Coming("building", N_("重点项目"), N_("报送本单位每年的重点项目清单。")),
        ),
    ),
    Desk.FINANCE: DeskWords(
        N_("各属地单位的预算、专项经费和支付，在这里查看。财政的答复由工作组办公室登记。"),
        N_("区财政的同事"),
        N_("在这里查看的内容"),
        (
            Coming("ledger", N_("经费预算"), N_("查看各属地单位的年度预算和逐项批复的金额。")),
            Coming("money", N_("专项经费"), N_("查看责任双师专项工作经费的拨付、已用和结余。")),
            Coming("chart", N_("支付进度"), N_("查看合同支付、尾款和退票更正，每一笔都能看到依据。")),
        ),
        N_("下面的内容逐项推出，都是只读；推出时会发邮件告诉您。"),
    ),
    Desk.PERSON: DeskWords(
        N_("区级战略项目请您出具意见时，会送到这里。"),
        N_("顶级首席责任双师"),
        N_("在这里办的事"),
        (
            Coming("review", N_("请您审查"), N_("阅看项目材料，出具意见，供工作组决策参考。")),
            Coming("shield", N_("年度声明"), N_("每年填写利益冲突和廉洁声明，填写以后才能参加审查。")),
            Coming("money", N_("报酬"), N_("查看您的报酬和支付情况。")),
        ),
    ),
}
